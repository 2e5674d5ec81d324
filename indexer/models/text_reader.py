"""Reads the text that stands in a picture: rapidocr, with the networks that come in its wheel.

PP-OCR finds pieces of text and reads each; docs/text-in-photos.md says how well.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from indexer.models.protocols import ModelUnusable
from indexer.models.text_pieces import PIECE_SIDE, Area, is_cut, pieces_of
from indexer.models.text_rows import Finding, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from indexer.models.protocols import Pixels

TEXT_READER: Final = "ppocr-v6-small/1"
"""Who reads; another engine, or another way to use it, is called otherwise."""

_NETWORKS: Final = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}
_PARAMETERS: Final = {
    "Global.log_level": "critical",
    # The picture as it is given: sizes are chosen here.
    "Det.limit_type": "max",
    "Det.limit_side_len": PIECE_SIDE,
    # Side by side, all would be as long as the longest: more memory, and more time.
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_TALL: Final = 1.5
"""So much taller than wide, text is read as if turned by a quarter: rapidocr does it so."""
_TURNED: Final = 0.9
"""So sure that text is upside down, rapidocr turns it."""


class TextReader:
    """The engine; belongs to one thread."""

    def __init__(self) -> None:
        """Loads it, which takes a second.

        Raises:
            ModelUnusable: rapidocr, a library that it needs, or one of its files is not there.
        """
        self._engine = open_engine()

    def finds_any(self, pixels: Pixels) -> bool:
        """Whether a small copy of a picture shows text, which is a small part of reading it."""
        from rapidocr.main import RapidOCRError

        try:
            self._engine.detect_and_crop(_blue_first(pixels), {})
        except RapidOCRError:
            return False
        return True

    def read(self, pixels: Pixels, *, closely: bool = False) -> str:
        """The text in the picture, a line for each row; empty where there is none.

        Args:
            pixels: the picture.
            closely: look at a large picture piece by piece, too, so that small text in it is found.
        """
        height, width = pixels.shape[:2]
        scale = min(1.0, PIECE_SIDE / max(height, width))
        findings = [_enlarged(found, 1 / scale) for found in self._look(_reduced(pixels, scale))]
        if closely and scale < 1:
            for piece in pieces_of(width, height):
                for found in self._look_at(piece, pixels):
                    if not any(known.area.holds(found.area) for known in findings):
                        findings.append(found)
        return text_of(findings)

    def _look_at(self, piece: Area, pixels: Pixels) -> Iterator[Finding]:
        """What a piece of the picture holds whole."""
        height, width = pixels.shape[:2]
        left, top, right, bottom = map(int, piece)
        for found in self._look(pixels[top:bottom, left:right]):
            area = Area(
                *(edge + start for edge, start in zip(found.area, piece[:2] * 2, strict=True))
            )
            if not is_cut(area, piece, width, height):
                yield replace(found, area=area)

    def _look(self, pixels: Pixels) -> Iterator[Finding]:
        found, turned, read, _ = self._engine.run_ocr_steps(_blue_first(pixels), {})
        if found.boxes is None or read.txts is None:
            return
        for box, text, score, (label, sureness) in zip(
            found.boxes, read.txts, read.scores, turned.cls_res, strict=True
        ):
            is_turned = "180" in label and sureness > _TURNED
            yield _finding(box, text, float(score), is_turned=is_turned)


def open_engine() -> Any:  # noqa: ANN401
    """A RapidOCR with the networks of its wheel, on one thread.

    Raises:
        ModelUnusable: as TextReader.
    """
    try:
        import cv2
        import rapidocr

        with _catalogue_as_it_is():
            from rapidocr import RapidOCR
    except ImportError as error:
        raise _unusable(f"cannot be read: {error}", "imagescope-tui") from error
    cv2.setNumThreads(1)
    folder = Path(rapidocr.__file__).parent / "models"
    # With paths given it never looks for networks elsewhere, least of all on the internet.
    paths = {f"{part}.model_path": folder / name for part, name in _NETWORKS.items()}
    if missing := [path for path in paths.values() if not path.is_file()]:
        raise _unusable(f"cannot be read: {missing[0]} is missing", "rapidocr")
    return RapidOCR(params={**{key: str(path) for key, path in paths.items()}, **_PARAMETERS})


@contextmanager
def _catalogue_as_it_is() -> Iterator[None]:
    """rapidocr wraps its list of what could be downloaded, twice: more than half of its start."""
    import yaml
    from omegaconf import OmegaConf

    wrapped, loader = OmegaConf.load, getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    OmegaConf.load = lambda path: loader(Path(path).read_bytes()).get_single_data()
    try:
        yield
    finally:
        OmegaConf.load = wrapped


def _unusable(reason: str, package: str) -> ModelUnusable:
    return ModelUnusable(
        f"text in photos {reason}", f"install {package} again, or set text_in_photos = off"
    )


def _blue_first(pixels: Pixels) -> Pixels:
    """As rapidocr's networks learnt it."""
    import numpy as np

    return np.ascontiguousarray(pixels[:, :, ::-1])


def _reduced(pixels: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return pixels
    import cv2
    import numpy as np

    size = [max(1, round(side * scale)) for side in (pixels.shape[1], pixels.shape[0])]
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _enlarged(found: Finding, factor: float) -> Finding:
    area = Area(*(edge * factor for edge in found.area))
    return replace(found, area=area, height=found.height * factor)


def _finding(box: npt.NDArray[np.float32], text: str, score: float, *, is_turned: bool) -> Finding:
    """Of a box whose corners go round from the upper left one."""
    import numpy as np

    right, down = box[1] - box[0], box[3] - box[0]
    width, height = float(np.hypot(*right)), float(np.hypot(*down))
    if height >= _TALL * width:
        right, width, height = down, height, width
    x, y = (right / max(width, 1e-6) * (-1 if is_turned else 1)).tolist()
    area = Area(*box.min(axis=0).tolist(), *box.max(axis=0).tolist())
    return Finding(text=text, score=score, area=area, direction=(x, y), height=height)
