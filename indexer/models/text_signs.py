"""Whether a small copy of a photo shows signs of text: a network of 15,000 numbers.

It looks at grey levels alone and says of each square of 8 × 8 pixels whether text runs through it;
`python -m tests.training.text_signs` made it. It is a sieve before a reader that costs a hundred
times as much: what it lets through for nothing costs time, and what it holds back is not found.
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
_SOME, _SURE = 1.5, 5.0
"""Log odds from which on there are signs; docs/text-in-photos.md says what that finds and costs."""

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
        odds = self.log_odds(grey)
        return "none" if odds < _SOME else "some" if odds < _SURE else "sure"

    def log_odds(self, grey: npt.NDArray[np.uint8]) -> float:
        """How much speaks for text; `grey` has the shape (height, width).

        Raises:
            ModelUnusable: as `of`.
        """
        import numpy as np

        self._session = self._session or _open_session()
        levels = (grey.astype(np.float32) / 255 - 0.5)[None, None]
        [squares] = self._session.run(None, {"grey": levels})
        surest = np.sort(squares, axis=None)[-SQUARES_TAKEN:]
        return float(surest.mean())


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
