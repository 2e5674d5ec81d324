"""Pictures in the few colours that a terminal has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from PIL import Image

from imagescope_tui.ui.pictures.cell_glyphs import glyphs_in
from imagescope_tui.ui.pictures.cells import divided
from imagescope_tui.ui.pictures.palette import in_palette, palette
from tests.ui.scenes import scene

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.palette import NumberedCells

FEW: tuple[Literal["256", "16"], ...] = ("256", "16")
QUADRANTS = glyphs_in("quadrants")


def numbered(picture: Image.Image, depth: Literal["256", "16"]) -> NumberedCells:
    return in_palette(divided(picture, QUADRANTS), QUADRANTS, depth)


@pytest.mark.parametrize("depth", FEW)
def test_a_cell_leaves_no_specks_in_its_neighbours(depth: Literal["256", "16"]) -> None:
    picture = scene(2).image.resize((48, 32))
    before = numbered(picture, depth)
    picture.paste((255, 0, 255), (10, 10, 12, 12))
    after = numbered(picture, depth)
    changed = (before.over != after.over) | (before.under != after.under)
    changed |= before.patterns != after.patterns
    assert np.argwhere(changed).tolist() == [[5, 5]]


@pytest.mark.parametrize("depth", FEW)
def test_a_grey_photo_has_greys_alone(depth: Literal["256", "16"]) -> None:
    picture = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    cells = numbered(picture, depth)
    first = 16 if depth == "256" else 0
    shown = palette(depth)[np.concatenate((cells.over, cells.under)) - first]
    # xterm's own sixteen have neutral greys, and so has the cube.
    assert np.ptp(shown, axis=-1).max() == 0


@pytest.mark.parametrize("depth", FEW)
def test_the_two_colours_of_a_plain_cell_mix_to_its_own(depth: Literal["256", "16"]) -> None:
    first = 16 if depth == "256" else 0
    shown = palette(depth)
    wanted = np.array((46, 92, 52) if depth == "256" else (120, 160, 60))
    cells = numbered(Image.new("RGB", (8, 8), tuple(wanted.tolist())), depth)
    mean = (shown[cells.over - first] + shown[cells.under - first])[0, 0] / 2
    alone = np.square(shown - wanted).sum(axis=1).min()
    assert np.square(mean - wanted).sum() < alone
