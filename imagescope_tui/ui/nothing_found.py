"""Why a search found nothing, and the one key that helps; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.films_passed import asks_for_films, films_passed_words
from imagescope_tui.ui.empty_words import EmptyWords, key
from imagescope_tui.ui.progress import progress_sentence
from indexer.formats import VIDEO
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.query_language import Chip
    from imagescope_tui.ui.index_state import IndexView
    from imagescope_tui.ui.library_reader import LibrarySnapshot
    from imagescope_tui.ui.state import SearchView
    from storage.records import LibraryNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """A filter, and how many of all photos pass it by itself."""

    chip: Chip
    photos: int

    @property
    def label(self) -> str:
        """As it is called in the line."""
        return f"‹{printable(self.chip.label)}›"


def without_results(
    view: SearchView,
    snapshot: LibrarySnapshot,
    index: IndexView,
    names: LibraryNames,
    sieves: Sequence[Sieve] = (),
    *,
    is_typing: bool = False,
) -> EmptyWords:
    """A search that found nothing; `sieves` are its filters, once they are counted."""
    all_photos = f"{'Esc, then Esc,' if is_typing else 'Esc'} shows all photos again."
    if view.phase == "failed":
        problem = printable(view.problem)
        return EmptyWords(title=f"The search failed: {problem}", lines=(all_photos,))
    lines = [*_of_films(view, snapshot), *_of_filters(sieves, names), *_of_words(view, index)]
    if any(sieve.photos == 0 for sieve in sieves) or len(sieves) > 1:
        helps = _how_to_drop(sieves, key("Backspace", is_typing=is_typing))
    elif view.words_unknown or any(part.lacks_encoder for part in view.degradations):
        helps = f"{key('m', is_typing=is_typing)} shows models that know more."
    else:
        helps = all_photos
    return EmptyWords(title=_title(view), lines=(*lines, helps))


def _how_to_drop(sieves: Sequence[Sieve], backspace: str) -> str:
    """The key drops the last filter; others are dropped where they stand."""
    if sieves[-1].photos == 0 and all(sieve.photos for sieve in sieves[:-1]):
        return f"{backspace} drops it."
    return f"{backspace} drops the last filter; a click on ✕ drops any."


def _title(view: SearchView) -> str:
    query = view.query
    if query is not None and query.text:
        return f"Nothing found for “{printable(query.text)}”"
    if query is not None and query.reference is not None:
        return f"Nothing found like {printable(query.reference.name)}"
    return "No photo passes these filters"


def _of_films(view: SearchView, snapshot: LibrarySnapshot) -> list[str]:
    if view.query is None or not asks_for_films(view.query.filter.extensions):
        return []
    if VIDEO.is_installed:
        return []
    passed = films_passed_words(snapshot.films_passed)
    return [passed or f"Videos are not read yet: {VIDEO.remedy}"]


def _of_filters(sieves: Sequence[Sieve], names: LibraryNames) -> list[str]:
    """Which filter nothing passes; else that it is all of them together."""
    if closed := [sieve for sieve in sieves if sieve.photos == 0]:
        told = [f"No photo passes {sieve.label}." for sieve in closed]
        kinds = {sieve.chip.kind for sieve in closed}
        if "person" in kinds and not names.people:
            told.append("No photo here names people; other programs write their names.")
        if "place" in kinds and not names.places:
            told.append("No photo here says where it was taken.")
        return told
    if len(sieves) > 1:
        each = " · ".join(f"{sieve.label} {sieve.photos:,}" for sieve in sieves)
        return [f"Each filter lets photos pass, but none passes all: {each}"]
    return [
        f"{counted(sieve.photos, 'photo')} {'passes' if sieve.photos == 1 else 'pass'}"
        f" {sieve.label}, none with these words."
        for sieve in sieves
    ]


def _of_words(view: SearchView, index: IndexView) -> list[str]:
    if view.query is None or not (view.query.text or view.query.reference):
        return []
    told = [f"{printable(part.reason)}: {printable(part.fallback)}" for part in view.degradations]
    if view.words_unknown:
        words = ", ".join(f"“{printable(word)}”" for word in view.words_unknown)
        told.append(f"Not known to the search: {words}. Another word may be.")
    elif view.degradations and view.query.text:
        told.append("Another word, or fewer, may be in a name or a caption.")
    elif index.is_working:
        told.append(f"Not all photos are read yet: {progress_sentence(index)}")
    return told
