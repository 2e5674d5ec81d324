"""Settings: flags beat environment beats file beats defaults; only here os.environ is read."""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from imagescope_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

APP_NAME = "imagescope"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """One setting: its key in the file, its environment variable, and what it means."""

    key: str
    variable: str
    meaning: str
    default: str | int | None
    choices: tuple[str, ...] = ()


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
        meaning="`auto`, `builtin`, `open_clip:ARCH/PRETRAINED`, `open_clip:ARCH/CHECKPOINT`,"
        " `open_clip:local-dir:DIR`",
        default="auto",
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
        key="thumbnail_cache_mb",
        variable="IMAGESCOPE_THUMBNAIL_CACHE_MB",
        meaning="most room thumbnails may take on disk",
        default=2000,
    ),
    SettingInfo(
        key="images",
        variable="IMAGESCOPE_IMAGES",
        meaning="how pictures are drawn: `auto`, `kitty`, `sixel`, `blocks`, `off`",
        default="auto",
        choices=("auto", "kitty", "sixel", "blocks", "off"),
    ),
    SettingInfo(
        key="opener",
        variable="IMAGESCOPE_OPENER",
        meaning="command that opens a photo; default: the system's",
        default=None,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A setting's value and where it came from."""

    value: str | int | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, resolved."""

    library: Path
    encoder: str
    models_folder: Path
    workers: int
    threads: int
    thumbnail_cache_mb: int
    images: str
    opener: str | None
    over_ssh: bool
    in_tmux: bool
    origins: dict[str, Origin]
    """Every setting by key, with where it was set; shown by `doctor`."""


def default_config_file() -> Path:
    """Where the settings file is, if there is one."""
    return Path(platformdirs.user_config_path(APP_NAME)) / "config.toml"


def load_settings(
    flags: Mapping[str, str | int | None],
    *,
    environ: Mapping[str, str] = os.environ,
    config_file: Path | None = None,
) -> Settings:
    """Resolve all settings; `flags` holds only what was really typed.

    Raises:
        ConfigError: a key is unknown, a value makes no sense, or a named file is missing.
    """
    stored = _read_file(config_file)
    origins = {info.key: _resolve(info, flags, environ, stored) for info in SETTINGS}
    data_folder = Path(platformdirs.user_data_path(APP_NAME))
    for key in ("library", "models_folder"):
        folder = _folder(origins[key].value, data_folder / key.partition("_")[0])
        origins[key] = replace(origins[key], value=str(folder))
    return Settings(
        library=Path(str(origins["library"].value)),
        encoder=str(origins["encoder"].value),
        models_folder=Path(str(origins["models_folder"].value)),
        workers=_number("workers", origins),
        threads=_number("threads", origins),
        thumbnail_cache_mb=_number("thumbnail_cache_mb", origins),
        images=str(origins["images"].value),
        opener=None if origins["opener"].value is None else str(origins["opener"].value),
        over_ssh="SSH_CONNECTION" in environ or "SSH_TTY" in environ,
        in_tmux="TMUX" in environ,
        origins=origins,
    )


def _folder(value: str | int | None, default: Path) -> Path:
    return default if value is None else Path(os.path.abspath(Path(str(value)).expanduser()))  # noqa: PTH100


def _number(key: str, origins: Mapping[str, Origin]) -> int:
    origin = origins[key]
    try:
        number = int(str(origin.value))
    except ValueError:
        number = -1
    if number < 0:
        raise ConfigError(f"{key} = {origin.value!r} ({origin.source}) is not a whole number")
    return number


def _resolve(
    info: SettingInfo,
    flags: Mapping[str, str | int | None],
    environ: Mapping[str, str],
    stored: _Stored,
) -> Origin:
    flag = flags.get(info.key)
    if flag is not None:
        origin = Origin(value=flag, source="command line")
    elif environ.get(info.variable):
        origin = Origin(value=environ[info.variable], source=info.variable)
    elif info.key in stored.values:
        origin = Origin(value=stored.values[info.key], source=str(stored.path))
    else:
        origin = Origin(value=info.default, source="default")
    if info.choices and str(origin.value) not in info.choices:
        raise ConfigError(
            f"{info.key} = {origin.value!r} ({origin.source}) is not one of"
            f" {', '.join(info.choices)}"
        )
    return origin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    path: Path
    values: dict[str, str | int]


def _read_file(named: Path | None) -> _Stored:
    path = named or default_config_file()
    try:
        with path.open("rb") as stream:
            tables = tomllib.load(stream)
    except FileNotFoundError as error:
        if named is not None:
            raise ConfigError(f"there is no settings file {named}") from error
        return _Stored(path=path, values={})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings file {path} cannot be read: {error}") from error
    values = dict(_flat(tables))
    known = [info.key for info in SETTINGS]
    for key, value in values.items():
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            raise ConfigError(f"{path}: unknown setting {key!r}", f"did you mean {nearest[0]!r}?")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ConfigError(f"{path}: {key} must be a text or a number")
    return _Stored(path=path, values=values)


def _flat(tables: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in tables.items():
        if isinstance(value, dict):
            found.extend(_flat(value, f"{prefix}{key}."))
        else:
            found.append((f"{prefix}{key}", value))
    return found


def is_dumb_terminal(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal says of itself that it cannot move its cursor."""
    return environ.get("TERM", "") in ("", "dumb")
