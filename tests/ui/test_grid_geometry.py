"""Where cards lie: laws for any size of the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.ui.widgets.grid_geometry import CARD_WIDTHS, GridGeometry, lay_out

geometries = st.builds(
    lay_out,
    st.integers(8, 300),
    st.integers(3, 120),
    card_width=st.sampled_from(CARD_WIDTHS),
    is_text=st.booleans(),
)


@given(
    st.integers(8, 300),
    st.integers(3, 120),
    st.sampled_from(CARD_WIDTHS),
    st.booleans(),
)
def test_cards_never_leave_their_place(width: int, height: int, wish: int, is_text: bool) -> None:
    grid = lay_out(width, height, card_width=wish, is_text=is_text)
    assert grid.columns * grid.card_width <= width
    assert grid.rows_shown * grid.card_height + grid.spare_height == height
    assert grid.spare_height < grid.card_height


@given(geometries, st.integers(1, 100_000), st.data())
def test_the_card_under_the_mouse_is_the_card_drawn_there(
    grid: GridGeometry, count: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, count - 1))
    row, column = divmod(index, grid.columns)
    x = column * grid.card_width + data.draw(st.integers(0, grid.card_width - 1))
    y = row * grid.card_height + data.draw(st.integers(0, grid.card_height - 1))
    assert grid.index_at(x, y, count) == index
    assert grid.index_at(grid.columns * grid.card_width, y, count) is None


@given(geometries, st.integers(0, 100_000))
def test_the_last_screen_shows_whole_rows(grid: GridGeometry, count: int) -> None:
    height = grid.rows_shown * grid.card_height + grid.spare_height
    furthest = max(0, grid.virtual_height(count) - height)
    assert furthest == grid.snapped(furthest)
    rows_above = furthest // grid.card_height
    assert rows_above + grid.rows_shown >= grid.rows(count)


def test_a_terminal_of_80_columns_shows_six_photos() -> None:
    assert lay_out(79, 20, card_width=26).page == 6
