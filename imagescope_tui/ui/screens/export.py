"""Marked photos as a list in a file, or as copies in a folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, RadioSet, Static

from imagescope_tui.counting import counted
from imagescope_tui.ui.actions import bindings_of, told_in
from imagescope_tui.ui.exporting import (
    Exported,
    ExportRefused,
    copy_photos,
    new_folder,
    write_list,
)
from imagescope_tui.ui.widgets.plain_radio_button import PlainRadioButton
from storage.errors import StorageError
from storage.safe_text import printable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.app import ImagescopeApp
    from storage.records import PhotoId

_TARGETS = ("~/imagescope-photos.txt", "~/imagescope-photos")


class ExportKind(RadioSet):
    """A list, or copies; whatever the arrows lead to is chosen, for Enter exports it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("export kind")

    def action_choose(self, steps: int) -> None:
        """Choose the next, or the one before."""
        if steps > 0:
            self.action_next_button()
        else:
            self.action_previous_button()
        self.action_toggle_button()


class ExportScreen(ModalScreen[None]):
    """Asks what and where; copying goes on in a thread and can be stopped."""

    app: ImagescopeApp
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("export")

    def __init__(self, photo_ids: tuple[PhotoId, ...]) -> None:
        super().__init__()
        self._photo_ids = photo_ids
        self._is_stopped = False

    def compose(self) -> ComposeResult:
        """What, where, and how far it is."""
        count = counted(len(self._photo_ids), "photo")
        with Vertical(classes="dialog", id="export-box") as box:
            box.border_title = f"Export {count}"
            box.border_subtitle = told_in("export")
            with ExportKind(id="export-kind", compact=True):
                yield PlainRadioButton("a list of their paths, one per line", value=True)
                yield PlainRadioButton("copies of the photos, in a folder")
            yield Input(_TARGETS[0], id="export-target", compact=True, select_on_focus=False)
            yield Static("", id="export-new", markup=False)
            yield Static("", id="export-outcome", markup=False)

    def on_mount(self) -> None:
        """The place can be changed at once."""
        self.set_focus(self.query_one(Input))

    @on(RadioSet.Changed)
    def _kind_changed(self, event: RadioSet.Changed) -> None:
        line = self.query_one(Input)
        if line.value in _TARGETS:
            line.value = _TARGETS[event.index]
        else:
            self._look_for_folder(line.value.strip())

    @on(Input.Changed)
    def _target_changed(self, event: Input.Changed) -> None:
        self._look_for_folder(event.value.strip())

    @work(group="export-new", exclusive=True)
    async def _look_for_folder(self, target: str) -> None:
        """Name the folder that the export is going to make, where there is none yet."""
        is_copy = self.query_one(RadioSet).pressed_index == 1
        folder = await asyncio.to_thread(new_folder, target, is_folder=is_copy)
        words = f"a new folder is made: {printable(str(folder))}" if folder else ""
        line = self.query_one("#export-new", Static)
        line.update(words)
        line.set_class(bool(words), "-shown")

    @on(Input.Submitted)
    def action_export(self) -> None:
        """Export to the place that is named."""
        target = self.query_one(Input).value.strip()
        if target:
            self._export(Path(target).expanduser())

    def action_close(self) -> None:
        """Close; copying stops after the photo in hand."""
        self._is_stopped = True
        self.dismiss(None)

    @work(group="export", exclusive=True)
    async def _export(self, target: Path) -> None:
        is_copy = self.query_one(RadioSet).pressed_index == 1
        try:
            photos = await self._photos()
            snapshot = self.app.snapshot
            roots = [root.path for root in snapshot.roots] if snapshot else []
            if is_copy:
                outcome = await asyncio.to_thread(
                    copy_photos, photos, target, roots, self._tell_progress
                )
            else:
                paths = [files[0] for files in photos]
                outcome = await asyncio.to_thread(write_list, paths, target, roots)
        except (ExportRefused, StorageError) as error:
            self._tell(printable(error.message))
            return
        self._tell_outcome(outcome)

    async def _photos(self) -> list[tuple[Path, ...]]:
        """The files of each photo: its own, then those of its companions."""
        photos = await self.app.reader.photos(self._photo_ids)
        companions = await self.app.reader.companions(self._photo_ids)
        return [
            (photos[key].full_path, *companions.get(key, ()))
            for key in self._photo_ids
            if key in photos
        ]

    def _tell_progress(self, done: int) -> bool:
        if not self._is_stopped:
            text = f"{done:,} of {len(self._photo_ids):,} copied"
            self.app.call_from_thread(self._tell, text)
        return not self._is_stopped

    def _tell(self, text: str) -> None:
        outcome = self.query_one("#export-outcome", Static)
        outcome.update(text)
        outcome.add_class("-shown")

    def _tell_outcome(self, outcome: Exported) -> None:
        target = printable(str(outcome.target))
        text = f"{counted(outcome.done, 'photo')} exported to {target}"
        if outcome.left_out:
            path, reason = outcome.left_out[0]
            text += f"; {len(outcome.left_out):,} left out, such as"
            text += f" {printable(path.name)} ({printable(reason)})"
        self.app.notify(
            text, severity="warning" if outcome.left_out else "information", markup=False
        )
        if self.is_attached and not self._is_stopped:
            self.dismiss(None)
