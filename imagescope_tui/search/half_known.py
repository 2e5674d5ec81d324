"""Words of a query of which only names and captions know anything, and no picture.

Photos that hold such a word are found by it, and may show something else: whoever called a folder
`boat` is believed, and it is said that nothing but the name speaks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.grouping import fits_by_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.types import Candidate


def only_in_words(ranking: Sequence[Candidate], words_unseen: Sequence[str]) -> tuple[str, ...]:
    """The words that names, captions or facts hold while no picture answers to them.

    These are the ones that the encoder does not know, and all that are held where no photo's
    picture fits the query even maybe; none where no pictures were compared. A number is in names
    by its nature.
    """
    compared = [item for item in ranking if item.picture_score is not None]
    words = dict.fromkeys(word for item in ranking for word in item.words_held)
    held = tuple(word for word in words if any(map(str.isalpha, word)))
    if not compared:
        return ()
    if any(fits_by_picture(item) for item in compared):
        return tuple(word for word in held if word in words_unseen)
    return held
