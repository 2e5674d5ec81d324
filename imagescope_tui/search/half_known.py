"""Words that names hold, while no picture shows what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.grouping import by_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.types import Candidate


def only_in_words(ranking: Sequence[Candidate]) -> tuple[str, ...]:
    """The words of the query that names, captions or facts hold, where no picture may fit.

    None where pictures were not compared: then nobody can tell.
    """
    compared = [item for item in ranking if item.picture_score is not None]
    if not compared or any(by_picture(item) != "rest" for item in compared):
        return ()
    return tuple(dict.fromkeys(word for item in ranking for word in item.words_held))
