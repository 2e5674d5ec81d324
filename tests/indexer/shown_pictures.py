"""What is shown of a file that the tests hold in memory."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from indexer.decoding.geometry import fit_within
from indexer.decoding.still_photo import open_still
from indexer.decoding.upright import decode_upright


def shown(file: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a still photo, upright and in full size."""
    with open_still(io.BytesIO(file)) as photo:
        fit = fit_within(2_000, photo.image.size)
        upright = decode_upright(photo.image, photo.orientation, fit)
        return np.asarray(upright.fitted(fit, Image.Resampling.BICUBIC))
