"""The screen as a program: what lives as long as it does, and nothing of what it looks like."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.events import InputEvent, Key, Paste
from textual.reactive import reactive

from imagescope_tui.errors import ImagescopeError
from imagescope_tui.garbage import QuietMoments
from imagescope_tui.ui.actions import bindings_of
from imagescope_tui.ui.index_session import IndexSession
from imagescope_tui.ui.index_state import IndexView, Problem
from imagescope_tui.ui.kept import read_kept, write_kept
from imagescope_tui.ui.key_gate import KeyGate, KeyPassed
from imagescope_tui.ui.library_reader import LibraryReader, LibrarySnapshot
from imagescope_tui.ui.messages import PictureCame, TerminalSaid
from imagescope_tui.ui.opening import Failed
from imagescope_tui.ui.picture_clipboard import kitty_answer
from imagescope_tui.ui.pictures.console_colours import colours_shown, show_colours
from imagescope_tui.ui.pictures.key import PictureKey
from imagescope_tui.ui.pictures.terminal_answers import UNASKED
from imagescope_tui.ui.pictures.written import with_codes
from imagescope_tui.ui.screens.browse import BrowseScreen
from imagescope_tui.ui.settings import ModelServerView
from imagescope_tui.ui.themes import initial_theme
from imagescope_tui.ui.where_desk import WhereDesk
from storage.errors import StorageError
from storage.records import LibraryNames
from storage.thumbnails import PREVIEW_SIDE, ThumbnailCache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.events import Event
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer

    from imagescope_tui.ui.kept import KeptScreen
    from imagescope_tui.ui.model_download import DownloadView
    from imagescope_tui.ui.pictures.key import Box
    from imagescope_tui.ui.pictures.painter import Painter
    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.protocol import PictureProtocol
    from imagescope_tui.ui.pictures.store import PictureStore
    from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
    from imagescope_tui.ui.settings import UiSettings
    from indexer.events import IndexEvent
    from storage.records import Photo
    from storage.saved_searches import SavedSearch

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
"""Between two looks at the library's revision."""
_NAMES_SECONDS = 10.0
"""Between two readings of the library's names, which look at every photo."""
_AGAIN_SECONDS = 2.0
"""Within which a second Ctrl-C quits."""
_SOON_SECONDS = 0.05
"""After the first photos are shown."""
_LEAVE_SECONDS = 4.0
"""How long the indexer may take to finish its batch when the reader leaves."""
_KEEP_SECONDS = 1.0
"""Several changes of what is kept are written together."""
_PICTURES_IN_WORK = 2
"""While one waits for the indexer to make it, the next is painted."""
_DEATHS_MAX = 3
_LIFE_SECONDS = 60.0
"""An indexer that is killed after so long is killed by chance; sooner and again, for a reason."""


class ImagescopeApp(App[int]):
    """Holds the library, the indexer and the pictures for its screens."""

    TITLE = "imagescope"
    CSS_PATH = "app.tcss"
    # Textual declares these two as fields of the instance.
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("app")

    index: reactive[IndexView] = reactive(IndexView(), init=False)
    """The indexer as far as it has told."""
    snapshot: reactive[LibrarySnapshot | None] = reactive(None, init=False)
    """The library as it was last read; None before that."""
    names: reactive[LibraryNames] = reactive(LibraryNames(), init=False)
    """The names that photos went by when they were last read."""
    download: reactive[DownloadView | None] = reactive(None, init=False)
    """A model that is being fetched, or was."""
    model_server: reactive[ModelServerView] = reactive(ModelServerView(), init=False)
    """The local model server, as far as it has told."""
    library_problem: reactive[Problem | None] = reactive(None, init=False)
    """Why the library cannot be read."""

    def __init__(
        self,
        settings: UiSettings,
        protocol: PictureProtocol,
        answers: TerminalAnswers = UNASKED,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.protocol = protocol
        self.answers = answers
        self.takes_keys = threading.Event()
        if answers.colours is not None:
            show_colours(self, self._filters, answers.colours)
        self.kept = self._kept_before = read_kept(settings.library)
        self._keep_timer: Timer | None = None
        self.reader = LibraryReader(settings.library)
        self.session = IndexSession(settings, self._hear)
        self.where = WhereDesk(
            self.session.where,
            run=lambda question: self.run_worker(question, group="where", exclusive=True),
            on_told=self._tell_where,
        )
        self.pictures: PictureStore | None = None
        self.painter: Painter | None = None
        # Several painters take the interpreter from the event loop more often than they gain.
        self._painter_thread = ThreadPoolExecutor(1, thread_name_prefix="painter")
        self._keys = KeyGate(self, super().on_event)
        self._quiet_moments = QuietMoments()
        self._interrupted_at = float("-inf")
        self._names_read_at = float("-inf")
        self._names_timer: Timer | None = None

    def get_driver_class(self) -> type[Driver]:
        """Textual's own, which loses no early key and takes no answer for keys."""
        found = super().get_driver_class()
        from textual.drivers.linux_driver import LinuxDriver

        from imagescope_tui.ui.terminal_driver import TerminalDriver

        return TerminalDriver if found is LinuxDriver else found

    async def on_event(self, event: Event) -> None:
        """Keys and pastes act one after another; what somebody does goes before tidying up."""
        if isinstance(event, InputEvent | Paste):
            self._quiet_moments.note_input()
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    @on(KeyPassed)
    async def _key_passed(self, message: KeyPassed) -> None:
        await self._keys.passed(message)

    def get_default_screen(self) -> Screen[None]:
        """The photos."""
        return BrowseScreen(is_text=self.protocol == "off")

    def on_mount(self) -> None:
        """Paint first; everything else begins when the first frame is out."""
        self.theme = initial_theme(self.settings, self.answers, self.kept.theme)
        self.watch(self, "theme", self._keep_theme, init=False)
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """Leave nothing behind: no child, no open library, no picture in the terminal."""
        await self._write_kept()
        if self.pictures is not None:
            self.pictures.clear()
        # A child that is still busy then is killed: at most the batch in hand is done again.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.session.stop(), _LEAVE_SECONDS)
        await self.reader.close()
        self._painter_thread.shutdown(cancel_futures=True)

    @property
    def browse(self) -> BrowseScreen:
        """The screen with the photos, below whatever covers it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, BrowseScreen)
        return screen

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """One note at a time: a newer one takes the place of the one before."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def keep(self, kept: KeptScreen) -> None:
        """Have this from now on, and in the sessions that follow."""
        self.kept = kept
        if self._keep_timer is None and kept != self._kept_before:
            self._keep_timer = self.set_timer(_KEEP_SECONDS, self._write_kept)

    def _keep_theme(self, theme: str) -> None:
        self.keep(replace(self.kept, theme=theme))

    async def _write_kept(self) -> None:
        self._keep_timer, kept, before = None, self.kept, self._kept_before
        if kept == before:
            return
        self._kept_before = kept
        try:
            await asyncio.to_thread(write_kept, self.settings.library, kept, before)
        except OSError as error:
            _log.warning("what the screen keeps could not be written: %s", error)

    async def _begin(self) -> None:
        self.takes_keys.set()
        await self._read_library()
        if self.protocol != "off":
            self._prepare_pictures()
        self.start_indexer()
        self._follow_server()
        if self.settings.trace:
            self.browse.show_trace(self.settings.trace)
        self.set_interval(_LOOK_SECONDS, self.look_at_library)
        self.set_interval(_LOOK_SECONDS, self._quiet_moments.tidy)

    @work(group="indexer", exclusive=True)
    async def start_indexer(self) -> None:
        """Start the child, or end it and start another; one that is killed is followed by one."""
        deaths = 0
        began = self._loop_time()
        while (status := await self._run_indexer()) is not None:
            lived, began = self._loop_time() - began, self._loop_time()
            deaths = 1 if lived > _LIFE_SECONDS else deaths + 1
            if status >= 0 or deaths > _DEATHS_MAX:
                reason = f"the indexer ended, status {status}"
                lost = Problem(reason=reason, hint="Ctrl-R starts it")
                self.index = replace(self.index, halted=lost, progress=None, scanning=None)
                return

    async def _run_indexer(self) -> int | None:
        """Run a child to its end; its status where nobody knows yet why it ended."""
        self.index = IndexView()
        try:
            await self.session.restart()
        except ImagescopeError as error:
            self.library_problem = Problem(reason=error.message, hint=error.hint)
            return None
        status = await self.session.ended()
        return status if self.index.halted is None else None

    @work(group="model-server", exclusive=True)
    async def _follow_server(self) -> None:
        if self.settings.follow_server is not None:
            await self.settings.follow_server(self._hear_server)

    def _hear_server(self, server: ModelServerView) -> None:
        self.model_server = server
        if server.state in ("ready", "stopped"):
            self._follow_captioner()

    @work(group="captioner", exclusive=True)
    async def _follow_captioner(self) -> None:
        await self.session.follow_captioner()

    def download_model(self, name: str) -> None:
        """Fetch a model, and index with it when it is here; goes on when its screen is closed."""
        self._download(name)

    def cancel_download(self) -> None:
        """Stop; what is there stays on disk."""
        if self.download is not None and self.download.is_running:
            self.workers.cancel_group(self, "download")
            self.download = None

    @work(group="download", exclusive=True)
    async def _download(self, name: str) -> None:
        from imagescope_tui.ui.model_download import DownloadView, download

        self.download = DownloadView(name=name)
        self.download = await download(name, self.settings.pull_command, self._hear_download)
        if self.download.is_finished:
            self.notify(f"{name} is here; your photos are being looked at with it.", markup=False)
            self.start_indexer()

    def _hear_download(self, download: DownloadView) -> None:
        self.download = download

    def on_terminal_said(self, event: TerminalSaid) -> None:
        """The picture that was copied is in the terminal's clipboard, or is not."""
        told = kitty_answer(event.answer)
        if isinstance(told, Failed):
            self.notify(f"Not copied: {told.reason}", severity="warning", markup=False)
        elif told:
            self.notify("The picture is copied.")

    def action_interrupt(self) -> None:
        """Copy a selection, stop the search, and the second time quit."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
            return
        now = self._loop_time()
        if now - self._interrupted_at < _AGAIN_SECONDS:
            self.exit(0)
            return
        self._interrupted_at = now
        stopped = self.browse.stop_search()
        self.notify("Search stopped. Ctrl-C again quits." if stopped else "Ctrl-C again quits.")

    async def action_quit(self) -> None:
        """Leave."""
        self.exit(0)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action by name, then what every Textual program has."""
        from imagescope_tui.ui.commands import commands_of

        yield from commands_of(self.browse)
        yield from super().get_system_commands(screen)

    def _prepare_pictures(self) -> None:
        from imagescope_tui.ui.pictures.painter import Painter
        from imagescope_tui.ui.pictures.store import PictureStore

        self.painter = Painter(self.protocol, colours_shown(self.console))
        options = self.settings.indexer_options
        self.pictures = PictureStore(
            source=ThumbnailCache(
                self.settings.library / "thumbnails", options.thumbnail_cache_bytes
            ),
            paint=self._paint,
            prepare=self.session.prepare_picture,
            on_ready=lambda key: self._tell_picture(key),
            executor=self._painter_thread,
        )
        for _ in range(_PICTURES_IN_WORK):
            self.run_worker(self.pictures.work(), group="pictures")
        self.browse.use_pictures()

    def _paint(self, jpeg: bytes, key: PictureKey) -> Painting:
        assert self.painter is not None
        return with_codes(self.painter.paint(jpeg, key), self.console)

    async def paint_frame(self, photo: Photo, jpeg: bytes, box: Box) -> Painting:
        """One of them, in the painter's thread."""
        key = PictureKey(content_hash=photo.content_hash or "", side=PREVIEW_SIDE, box=box)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._painter_thread, self._paint, jpeg, key)

    def _tell_picture(self, key: PictureKey) -> None:
        for screen in self.screen_stack:
            screen.post_message(PictureCame(key))

    def _tell_where(self) -> None:
        if self.is_running:
            self.browse.show_reasons()

    def _hear(self, event: IndexEvent) -> None:
        from imagescope_tui.ui.index_heard import reduce_index  # many kinds, told after all else

        self.index = reduce_index(self.index, event)

    @property
    def searches(self) -> tuple[SavedSearch, ...]:
        """Those that the reader keeps, as far as they are known."""
        return self.snapshot.searches if self.snapshot else ()

    def pass_over(self, revision: int) -> None:
        """What this change of the library changed is on the screen already."""
        if self.snapshot is not None and self.snapshot.revision == revision - 1:
            seen = replace(self.snapshot, revision=revision)
            self.set_reactive(ImagescopeApp.snapshot, seen)

    async def look_at_library(self) -> None:
        """Read the library again where it has changed."""
        before = self.snapshot.revision if self.snapshot else 0
        try:
            if self.index.revision > before or await self.reader.revision() != before:
                await self._read_library()
        except StorageError as error:
            self.library_problem = Problem(reason=error.message, hint=error.hint)

    async def _read_library(self) -> None:
        try:
            self.snapshot = await self.reader.snapshot()
            self.library_problem = None
        except StorageError as error:
            self.library_problem = Problem(reason=error.message, hint=error.hint)
            return
        self._follow_names()
        if self.pictures is not None:
            self.pictures.try_missing_again()

    def _follow_names(self) -> None:
        """Read the names again, now or when it is time for it."""
        if self._names_timer is None:
            wait = self._names_read_at + _NAMES_SECONDS - self._loop_time()
            self._names_timer = self.set_timer(max(wait, _SOON_SECONDS), self._read_names)

    @work(group="names")
    async def _read_names(self) -> None:
        self._names_timer, self._names_read_at = None, self._loop_time()
        # What is wrong with the library is told by those who read more of it.
        with contextlib.suppress(StorageError):
            self.names = await self.reader.names()

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()
