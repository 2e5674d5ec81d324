"""Every setting there is: its key in the file, its environment variable, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from indexer.models.roles import ROLES

Value: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """One setting: its key in the file, its environment variable, and what it means."""

    key: str
    variable: str
    meaning: str
    default: Value | None
    choices: tuple[str, ...] = ()
    is_secret: bool = False
    """Never shown."""


_ROLE_MEANINGS = {
    "url": "the {role}'s server, where it is another; several, separated by commas",
    "model": "the {role}'s model",
    "api_key": "the {role}'s key",
}


def _role_settings() -> tuple[SettingInfo, ...]:
    return tuple(
        SettingInfo(
            key=f"lmm.{role}.{part}",
            variable=f"IMAGESCOPE_{role.upper()}_{part.upper()}",
            meaning=meaning.format(role=role),
            default=None,
            is_secret=part == "api_key",
        )
        for role in ROLES
        for part, meaning in _ROLE_MEANINGS.items()
    )


SETTINGS = (
    SettingInfo(
        key="library",
        variable="IMAGESCOPE_LIBRARY",
        meaning="folder of the library; default: the platform's user data folder",
        default=None,
    ),
    SettingInfo(
        key="encoder",
        variable="IMAGESCOPE_ENCODER",
        meaning="`auto`, `pocket`, `open_clip:ARCH/PRETRAINED`, `open_clip:ARCH/CHECKPOINT`,"
        " `open_clip:local-dir:DIR`; `builtin` is an old name of `pocket`",
        default="auto",
    ),
    SettingInfo(
        key="caption_encoder",
        variable="IMAGESCOPE_CAPTION_ENCODER",
        meaning="what reads captions: `same`, the picture encoder's text tower, or a"
        " sentence-transformers model by its folder or its name in the Hugging Face cache",
        default="same",
    ),
    SettingInfo(
        key="models_folder",
        variable="IMAGESCOPE_MODELS_FOLDER",
        meaning="where `models pull` puts weights",
        default=None,
    ),
    SettingInfo(
        key="workers",
        variable="IMAGESCOPE_WORKERS",
        meaning="decoding processes; 0 for one per core",
        default=0,
    ),
    SettingInfo(
        key="threads",
        variable="IMAGESCOPE_THREADS",
        meaning="threads of the encoder; 0 for one per core",
        default=0,
    ),
    SettingInfo(
        key="nice",
        variable="IMAGESCOPE_NICE",
        meaning="how far indexing steps back behind other programs, 0 to 19; searching never does",
        default=10,
    ),
    SettingInfo(
        key="on_battery",
        variable="IMAGESCOPE_ON_BATTERY",
        meaning="what the screen and `index --watch` do while the computer runs on its battery:"
        " `pause` or `run`; `index` alone always runs",
        default="pause",
        choices=("pause", "run"),
    ),
    SettingInfo(
        key="text_in_photos",
        variable="IMAGESCOPE_TEXT_IN_PHOTOS",
        meaning="which photos are read for the text in them: `auto`, those that seem to show some;"
        " `all`, every one, also for small print, which takes many times as long; `off`",
        default="auto",
        choices=("auto", "all", "off"),
    ),
    SettingInfo(
        key="thumbnail_cache_mb",
        variable="IMAGESCOPE_THUMBNAIL_CACHE_MB",
        meaning="most room thumbnails may take on disk",
        default=2000,
    ),
    SettingInfo(
        key="images",
        variable="IMAGESCOPE_IMAGES",
        meaning="how pictures are drawn: `auto`, `kitty`, `sixel`, `iterm`, `octants`, `sextants`,"
        " `quadrants`, `blocks`, `off`",
        default="auto",
        choices=(
            "auto",
            "kitty",
            "sixel",
            "iterm",
            "octants",
            "sextants",
            "quadrants",
            "blocks",
            "off",
        ),
    ),
    SettingInfo(
        key="theme",
        variable="IMAGESCOPE_THEME",
        meaning="colours of the screen: the name of a Textual theme, or `auto`: what was chosen"
        " last, else light or dark as the terminal is",
        default="auto",
    ),
    SettingInfo(
        key="opener",
        variable="IMAGESCOPE_OPENER",
        meaning="command that opens a photo; default: the system's",
        default=None,
    ),
    SettingInfo(
        key="lmm.url",
        variable="IMAGESCOPE_LMM_URL",
        meaning="an OpenAI-compatible server (vLLM, llama.cpp, Ollama, LM Studio) for all four"
        " roles; several, separated by commas",
        default=None,
    ),
    SettingInfo(
        key="lmm.model",
        variable="IMAGESCOPE_LMM_MODEL",
        meaning="its model; default: the first that the server lists",
        default=None,
    ),
    SettingInfo(
        key="lmm.api_key",
        variable="IMAGESCOPE_LMM_API_KEY",
        meaning="its key, where it wants one",
        default=None,
        is_secret=True,
    ),
    *_role_settings(),
    SettingInfo(
        key="lmm.timeout_seconds",
        variable="IMAGESCOPE_LMM_TIMEOUT_SECONDS",
        meaning="longest wait for one answer of a model",
        default=120,
    ),
    SettingInfo(
        key="lmm.autostart",
        variable="IMAGESCOPE_LMM_AUTOSTART",
        meaning="`auto` starts a local vLLM where no URL is set and a GPU, vLLM and a model are"
        " there; `off` never does",
        default="auto",
        choices=("auto", "off"),
    ),
    SettingInfo(
        key="lmm.vllm",
        variable="IMAGESCOPE_LMM_VLLM",
        meaning="the `vllm` command; default: the one on the path",
        default=None,
    ),
    SettingInfo(
        key="lmm.port",
        variable="IMAGESCOPE_LMM_PORT",
        meaning="port of the server that `serve` starts; 0 for any free one",
        default=0,
    ),
    SettingInfo(
        key="lmm.idle_minutes",
        variable="IMAGESCOPE_LMM_IDLE_MINUTES",
        meaning="after so long without a question the server is stopped; 0 for never",
        default=15,
    ),
    SettingInfo(
        key="search.strategy",
        variable="IMAGESCOPE_STRATEGY",
        meaning="how the stages work: `imagescope`, `xr` and `inquire` as published, `ours` with"
        " probabilities, `retrieval` without models; the screen uses `ours` unless this is set",
        default="imagescope",
        choices=("imagescope", "ours", "xr", "inquire", "retrieval"),
    ),
    SettingInfo(
        key="search.top_k",
        variable="IMAGESCOPE_TOP_K",
        meaning="how many candidates the verifier looks at; unless this is set, 100 by `xr` and"
        " `inquire`",
        default=20,
    ),
    SettingInfo(
        key="search.max_judged",
        variable="IMAGESCOPE_MAX_JUDGED",
        meaning="how many candidates the evaluator looks at",
        default=3,
    ),
    SettingInfo(
        key="search.caption_weight",
        variable="IMAGESCOPE_CAPTION_WEIGHT",
        meaning="share of the caption in the stage-1 score, 0 to 1",
        default=0.15,
    ),
)
