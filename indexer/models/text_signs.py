"""Whether a small copy of a photo shows signs of text: a sieve before a reader that costs far more.

A network of 15,000 numbers looks at grey levels alone and says of each square of 8 × 8 pixels
whether text runs through it, from left to right or from top to bottom. Pictures that are plain but
for a few sharp edges are no photos of the world: screenshots, pages, posters. In these, text counts
that is too small for the network. docs/text-in-photos.md says what the network learnt from.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from indexer.models.protocols import ModelUnusable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NETWORK_FILE: Final = Path(__file__).parent / "text_signs.onnx"
SQUARES_TAKEN: Final = 4
"""The surest squares, whose mean is the picture's."""
_SOME, _SURE = 3.0, 6.0
"""Log odds from which on there are signs; docs/text-in-photos.md says what that finds and costs."""

_EVEN, _SHARP = 2, 24
"""Grey levels between neighbours: so few where a picture is plain, so many at the edge of ink."""
_PLAIN_SHARE, _SHARP_SHARE = 0.85, 0.0005

Signs: TypeAlias = Literal["none", "some", "sure"]
"""Whether a picture shows text."""


class TextSigns:
    """Belongs to one thread; the network is opened when it is first asked."""

    def __init__(self) -> None:
        self._session: Any = None

    def of(self, jpeg: bytes) -> Signs:
        """Those in a JPEG of a few hundred pixels, written by a decoding worker.

        Raises:
            ModelUnusable: onnxruntime or the network is not there, or not to be used.
        """
        import numpy as np
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
                image.draft("L", image.size)
                grey = np.asarray(image.convert("L"))
        except (OSError, UnidentifiedImageError):
            # Bytes rot on disks; the photo itself may be well.
            return "sure"
        if _is_drawn(grey):
            return "sure"
        odds = max(self.log_odds(grey), self.log_odds(np.rot90(grey)))
        return "none" if odds < _SOME else "some" if odds < _SURE else "sure"

    def log_odds(self, grey: npt.NDArray[np.uint8]) -> float:
        """How much speaks for text that runs from side to side; shape (height, width).

        Raises:
            ModelUnusable: as `of`.
        """
        import numpy as np

        self._session = self._session or _open_session()
        levels = (grey.astype(np.float32) / 255 - 0.5)[None, None]
        [squares] = self._session.run(None, {"grey": levels})
        surest = np.sort(squares, axis=None)[-SQUARES_TAKEN:]
        return float(surest.mean())


def _is_drawn(grey: npt.NDArray[np.uint8]) -> bool:
    import numpy as np

    levels = grey.astype(np.int16)
    # Every second column and row tell as much.
    steps = [np.abs(np.diff(levels[:, ::2], axis=0)), np.abs(np.diff(levels[::2], axis=1))]
    is_plain = all((found <= _EVEN).mean() >= _PLAIN_SHARE for found in steps if found.size)
    return is_plain and any(
        (found >= _SHARP).mean() >= _SHARP_SHARE for found in steps if found.size
    )


def _open_session() -> Any:  # noqa: ANN401
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        return onnxruntime.InferenceSession(
            NETWORK_FILE.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise ModelUnusable(
            f"text in photos cannot be looked for: {error}",
            "install imagescope-tui again, or set text_in_photos = off",
        ) from error
