"""The models that see what things are: what they cost, how good they are; one key gets one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from imagescope_tui.ui import wording
from imagescope_tui.ui.actions import bindings_of, told_in
from storage.safe_text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from imagescope_tui.ui.app import ImagescopeApp
    from imagescope_tui.ui.model_download import DownloadView
    from indexer.models.catalog import KnownModel, ModelState

_INTRODUCTION = (
    "A model knows what things look like: “a dog jumping into a lake”."
    " It runs on this computer; only its download needs the net."
)
_STATES = {"present": "here", "partial": "begun", "absent": ""}
_SUGGESTED = {"cpu": "suggested", "gpu": "suggested with a GPU"}
_HEAD = f"{'':<16}{'size':>8}  {'finds':>5}  {'licence':<11}{'languages':<11}"


class ModelsScreen(ModalScreen[None]):
    """Enter asks, Enter again downloads; nothing is fetched unasked."""

    app: ImagescopeApp
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("models")

    def __init__(self) -> None:
        super().__init__()
        self._states: tuple[ModelState, ...] = ()
        self._asked: str | None = None

    def compose(self) -> ComposeResult:
        """Introduction, table, what the marked one is, what happens next."""
        with Vertical(classes="dialog", id="models-box") as box:
            box.border_title = "Models"
            box.border_subtitle = told_in("models")
            yield Static(_INTRODUCTION, classes="quiet")
            yield Static(_HEAD, id="models-head", classes="quiet", markup=False)
            yield OptionList(id="models-list", compact=True, markup=False)
            yield Static("", id="models-about", markup=False)
            yield Static("", id="models-next", markup=False)

    def on_mount(self) -> None:
        """Look what is on disk."""
        self.set_focus(self.query_one(OptionList))
        self._look()
        self.watch(self.app, "download", self._download_changed)

    @work(group="models", exclusive=True)
    async def _look(self) -> None:
        folder = self.app.settings.models_folder
        self._states = await asyncio.to_thread(_states_on_disk, folder)
        options = self.query_one(OptionList)
        place = options.highlighted
        options.clear_options()
        options.add_options([Content(_row(state)) for state in self._states])
        options.highlighted = place if place is not None else self._suggested()
        self._say_next()

    def _suggested(self) -> int:
        suggested = (n for n, s in enumerate(self._states) if s.model.default_for == "cpu")
        return next(suggested, 0)

    @property
    def _state(self) -> ModelState | None:
        place = self.query_one(OptionList).highlighted
        if place is None or place >= len(self._states):
            return None
        return self._states[place]

    @on(OptionList.OptionHighlighted)
    def _marked(self) -> None:
        self._asked = None
        state = self._state
        about = _about(state.model) if state else ""
        self.query_one("#models-about", Static).update(about)
        self._say_next()

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        state = self._state
        download = self.app.download
        if state is None or state.state == "present" or (download and download.is_running):
            return
        if self._asked == state.model.name:
            self._asked = None
            self.app.download_model(state.model.name)
        else:
            self._asked = state.model.name
            self._say_next()

    def action_back(self) -> None:
        """Not this one; then close."""
        if self._asked is not None:
            self._asked = None
            self._say_next()
        else:
            self.dismiss(None)

    def action_cancel_download(self) -> None:
        """Stop; what is there stays, and the next download goes on from it."""
        self.app.cancel_download()

    def _download_changed(self, download: DownloadView | None) -> None:
        if download is not None and download.is_finished:
            self._look()
        self._say_next()

    def _say_next(self) -> None:
        self.query_one("#models-next", Static).update(self._next())

    def _next(self) -> Content:
        download, state = self.app.download, self._state
        if download is not None and download.is_running:
            return Content.styled(f"{download_words(download)}   c stops it", "bold")
        if download is not None and download.problem:
            text = f"{download.name}: {printable(download.problem)}"
            return Content.styled(text, "$text-warning")
        if state is None:
            return Content()
        if self._asked == state.model.name:
            size = wording.size(state.model.size_bytes)
            text = f"Enter again downloads {size} from huggingface.co.   Esc does not."
            return Content.styled(text, "bold $text-warning")
        return Content(self._advice(state))

    def _advice(self, state: ModelState) -> str:
        if state.state != "present":
            return "Enter downloads it." if state.state == "absent" else "Enter goes on with it."
        if self.app.settings.encoder != "auto":
            return f"The setting encoder = {printable(self.app.settings.encoder)} stays in use."
        return "It is on this computer; the best one that is here is used."


def download_words(download: DownloadView) -> str:
    """`siglip2-b32: 42 % of 1.5 GB`."""
    if not download.total:
        return f"{download.name}: connecting …"
    return f"{download.name}: {download.percent} % of {wording.size(download.total)}"


def _states_on_disk(models_folder: Path | None) -> tuple[ModelState, ...]:
    from indexer.models.catalog import KNOWN_MODELS, state_of

    return tuple(state_of(model, models_folder) for model in KNOWN_MODELS)


def _row(state: ModelState) -> str:
    model = state.model
    finds = f"{model.figures.coco_text_to_image:.0f} %"
    here = _STATES[state.state]
    return (
        f"{model.name:<16}{wording.size(model.size_bytes):>8}  {finds:>5}  {model.licence:<11}"
        f"{model.languages:<11}{here}"
    )


def _about(model: KnownModel) -> str:
    suggested = f" · {_SUGGESTED[model.default_for]}" if model.default_for else ""
    speed = "" if model.suits_cpu else " · slow without a GPU"
    return (
        f"{model.architecture}, {model.parameters_millions:,} million parameters"
        f"{suggested}{speed}. “Finds”: how often the right one of 5,000 pictures (COCO) comes first"
        " for a sentence, as published."
    )
