"""What the screen is told when it starts, and what it asks of the rest of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from imagescope_tui.ui.model_download import PULL_COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.indexer_client import IndexerClient
    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Query, SearchOptions, SearchResult
    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions

ImageMode: TypeAlias = Literal["auto", "kitty", "sixel", "blocks", "off"]


class Engine(Protocol):
    """What the screen asks of a search engine."""

    async def search(
        self, query: Query, *, options: SearchOptions, emit: Callable[[SearchEvent], None]
    ) -> SearchResult:
        """Search once, telling each step; cancelling the task cancels the search."""
        ...

    def close(self) -> None:
        """Let go of what it holds; it is not asked any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UiSettings:
    """How the screen is opened."""

    library: Path
    indexer_options: IndexerOptions
    make_engine: Callable[[IndexerClient], Engine]
    folders: tuple[Path, ...] = ()
    """Folders of photos to add to the library."""
    models_folder: Path | None = None
    images: ImageMode = "auto"
    over_ssh: bool = False
    """No viewers are started, and pictures stay small."""
    in_tmux: bool = False
    """Pictures are drawn with half-blocks."""
    opener: str | None = None
    """The command that opens a photo; None for the system's own."""
    encoder: str = "auto"
    pull_command: tuple[str, ...] = PULL_COMMAND
    """Downloads the model whose name is added, and prints its progress as JSON lines."""
    make_client: Callable[[IndexerOptions, Callable[[IndexEvent], None]], IndexerClient] | None = (
        None
    )
    """Starts nothing yet; None for the child process of this program."""
