"""The line at the top: which photos, how many, and how far the index is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from imagescope_tui.counting import counted
from imagescope_tui.ui import wording
from imagescope_tui.ui.progress import progress_sentence, share_done
from imagescope_tui.ui.widgets.edge_line import EdgeLine
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.ui.index_state import IndexView
    from imagescope_tui.ui.library_reader import LibrarySnapshot
    from imagescope_tui.ui.model_download import DownloadView
    from imagescope_tui.ui.settings import ModelServerView

_NAME = "imagescope"
_EDGE = 4
_FOLDERS_LEAST = 10
_BAR_CELLS = 12
_WIDE = 110
_QUIET = "$foreground-muted"


class TitleLine(EdgeLine):
    """imagescope, the folders, the number of photos, and the index."""

    def show_library(
        self,
        snapshot: LibrarySnapshot,
        index: IndexView,
        download: DownloadView | None,
        server: ModelServerView,
    ) -> None:
        """Replace what is said; where room is short, the folders' names give way."""
        right = self._right_side(index, download, server)
        count = counted(snapshot.photos, "photo") if snapshot.photos else ""
        room = self.app.size.width - right.cell_length - len(f"{_NAME} · {count}") - 2 * _EDGE
        folders = folder_words(snapshot, Path.home(), max(_FOLDERS_LEAST, room))
        between = " · " if folders and count else ""
        left = Content.assemble(
            (_NAME, "bold $text-primary"),
            "   ",
            folders,
            (f"{between}{count}", "$foreground-muted"),
        )
        self.show(left, right)

    def _right_side(
        self, index: IndexView, download: DownloadView | None, server: ModelServerView
    ) -> Content:
        words = _server_words(server)
        if words and self.app.size.width < _WIDE:
            return Content.styled(wording.fit_end(words, self.app.size.width // 2), _QUIET)
        parts = [Content.styled(words, _QUIET)]
        if download is not None and download.is_running:
            parts.append(Content.styled(f"{download.name} {download.percent} %", "bold"))
        parts.append(self._progress(index))
        return Content("   ").join([part for part in parts if part])

    def _progress(self, index: IndexView) -> Content:
        sentence = Content.styled(progress_sentence(index), "$foreground-muted")
        if index.progress is None or not index.is_working or self.app.size.width < _WIDE:
            return sentence
        done = round(share_done(index.progress) * _BAR_CELLS)
        return Content.assemble(
            ("━" * done, "$primary"),
            ("─" * (_BAR_CELLS - done), "$foreground 25%"),
            "  ",
            sentence,
        )


def _server_words(server: ModelServerView) -> str:
    """What a reader waits for, or misses; a server that answers needs no words."""
    if server.state == "starting":
        return f"model server: {printable(server.detail) or 'starting'} …"
    if server.state == "failed":
        return f"model server ✗ {printable(server.detail)}"
    return ""


def folder_words(snapshot: LibrarySnapshot, home: Path, room: int) -> str:
    """Two folders where both fit, else the first and how many more; never a path made of two."""
    paths = [wording.short_path(root.path, home) for root in snapshot.roots]
    together = ", ".join(paths)
    if len(paths) < 2 or (len(paths) == 2 and cell_len(together) <= room):
        return wording.fit(together, room)
    more = f" and {counted(len(paths) - 1, 'more folder')}"
    return wording.fit(paths[0], max(_FOLDERS_LEAST, room - len(more))) + more
