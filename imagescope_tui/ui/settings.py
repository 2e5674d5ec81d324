"""What the screen is told when it starts, and what it asks of the rest of the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from imagescope_tui.terminal_hints import NO_HINTS
from imagescope_tui.ui.model_download import PULL_COMMAND

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from imagescope_tui.indexer_client import IndexerClient
    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Query, SearchOptions, SearchResult, StrategyName
    from imagescope_tui.terminal_hints import TerminalHints
    from indexer.events import IndexEvent
    from indexer.models.chat_types import RoleSettings
    from indexer.options import IndexerOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelServerView:
    """What a reader is told of the local model server."""

    state: Literal["stopped", "starting", "ready", "failed"] = "stopped"
    detail: str = ""
    """What it does just now, or why it failed."""


ImageMode: TypeAlias = Literal[
    "auto", "kitty", "sixel", "iterm", "octants", "sextants", "quadrants", "blocks", "off"
]


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
    load_engine: Callable[[], None] | None = None
    """Loads what `make_engine` needs, in a thread beside the first frames; None: it is there."""
    folders: tuple[Path, ...] = ()
    """Folders of photos to add to the library."""
    models_folder: Path | None = None
    images: ImageMode = "auto"
    over_ssh: bool = False
    """No viewers are started, and pictures stay small."""
    in_tmux: bool = False
    """Pictures are made of characters."""
    terminal_hints: TerminalHints = NO_HINTS
    """What the environment says of the terminal."""
    theme: str = "auto"
    """The name of a theme; `auto` for what was chosen last, else light or dark as the terminal."""
    opener: str | None = None
    """The command that opens a photo; None for the system's own."""
    encoder: str = "auto"
    is_day_first: Callable[[], bool] = lambda: True
    """Whether 7/8/21 is the seventh of August to who types it; asked after the first frame."""
    has_models: Callable[[], bool] = lambda: False
    """Whether a model server can be asked to read, check and judge; answers at once. Asked only
    where somebody wants it, so that asking in vain may start one."""
    strategy: StrategyName = "ours"
    top_k: int | None = None
    """How many candidates the verifier looks at; None for as many as the strategy does."""
    max_judged: int | None = None
    """How many candidates the evaluator looks at; None as above."""
    follow_server: Callable[[Callable[[ModelServerView], None]], Awaitable[None]] | None = None
    """Tells each change of the local model server until it is cancelled; None where none is
    started."""
    captioner: Callable[[], RoleSettings | None] = lambda: None
    """Who writes captions now."""
    trace: tuple[SearchEvent, ...] = ()
    """A saved search that is shown until something is asked."""
    is_trace_foreign: bool = False
    """Whether none of its photos are in the library."""
    pull_command: tuple[str, ...] = PULL_COMMAND
    """Downloads the model whose name is added, and prints its progress as JSON lines."""
    make_client: Callable[[IndexerOptions, Callable[[IndexEvent], None]], IndexerClient] | None = (
        None
    )
    """Starts nothing yet; None for the child process of this program."""
