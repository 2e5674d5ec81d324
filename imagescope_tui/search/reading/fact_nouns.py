"""Words for kinds of files, which a file tells for certain: `videos`, `screenshots`."""

from __future__ import annotations

from typing import Final

from imagescope_tui.search.reading.file_types import extensions_of
from storage.records import PhotoFilter

_VIDEO: Final = PhotoFilter(extensions=extensions_of("video"))
_SCREENSHOT: Final = PhotoFilter(traits=("screenshot",))
_FAVOURITE: Final = PhotoFilter(traits=("favourite",))

FACT_NOUNS: Final = {
    **dict.fromkeys(("videos", "video"), _VIDEO),
    **dict.fromkeys(("screenshots", "screenshot", "bildschirmfotos"), _SCREENSHOT),
    **dict.fromkeys(("favourites", "favorites", "favoriten"), _FAVOURITE),
}
"""What is asked of the files; in the singular these are parts of other words as well."""
SEVERAL: Final = frozenset(
    {"videos", "screenshots", "bildschirmfotos", "favourites", "favorites", "favoriten"}
)
