"""Settings: flags beat environment beats file beats defaults; only here os.environ is read."""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import platformdirs

from imagescope_tui.errors import ConfigError
from imagescope_tui.setting_table import SETTINGS
from imagescope_tui.terminal_hints import TerminalHints
from indexer.models.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from imagescope_tui.setting_table import SettingInfo, Value
    from indexer.models.chat_types import RoleSettings
    from indexer.models.roles import Role

APP_NAME = "imagescope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A setting's value and where it came from."""

    value: Value | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, resolved."""

    library: Path
    encoder: str
    caption_encoder: str
    models_folder: Path
    workers: int
    threads: int
    nice: int
    on_battery: str
    text_in_photos: str
    thumbnail_cache_mb: int
    images: str
    theme: str
    opener: str | None
    chat: dict[Role, RoleSettings]
    """Where each role's model is; without the roles that nothing is configured for."""
    chat_autostart: bool
    vllm: str | None
    chat_port: int
    chat_idle_minutes: int
    chat_timeout_seconds: int
    strategy: str
    top_k: int
    max_judged: int
    caption_weight: float
    over_ssh: bool
    in_tmux: bool
    origins: dict[str, Origin]
    """Every setting by key, with where it was set; shown by `doctor`. Secrets are hidden."""

    def is_set(self, key: str) -> bool:
        """Whether the user chose a value."""
        return self.origins[key].source != _DEFAULT


def default_config_file() -> Path:
    """Where the settings file is, if there is one."""
    return Path(platformdirs.user_config_path(APP_NAME)) / "config.toml"


def server_folder() -> Path:
    """Where state and log of the model server of this user are, if there ever was one."""
    return Path(platformdirs.user_state_path(APP_NAME)) / "model-server"


def told_folder() -> Path:
    """Where marks are of what this user has been told in which terminal."""
    return Path(platformdirs.user_state_path(APP_NAME)) / "told"


_DEFAULT = "default"


def load_settings(
    flags: Mapping[str, Value | None],
    *,
    environ: Mapping[str, str] = os.environ,
    config_file: Path | None = None,
) -> Settings:
    """Resolve all settings; `flags` holds only what was really typed.

    Raises:
        ConfigError: a key is unknown, a value makes no sense, or a named file is missing.
    """
    stored = _read_file(config_file)
    resolved = {info.key: _resolve(info, flags, environ, stored) for info in SETTINGS}
    origins = {info.key: _shown(info, resolved[info.key]) for info in SETTINGS}
    data_folder = Path(platformdirs.user_data_path(APP_NAME))
    for key in ("library", "models_folder"):
        folder = _folder(origins[key].value, data_folder / key.partition("_")[0])
        origins[key] = replace(origins[key], value=str(folder))
    return Settings(
        library=Path(str(origins["library"].value)),
        encoder=str(origins["encoder"].value),
        caption_encoder=str(origins["caption_encoder"].value),
        models_folder=Path(str(origins["models_folder"].value)),
        workers=_number("workers", origins),
        threads=_number("threads", origins),
        nice=_number("nice", origins, most=19),
        on_battery=str(origins["on_battery"].value),
        text_in_photos=str(origins["text_in_photos"].value),
        thumbnail_cache_mb=_number("thumbnail_cache_mb", origins),
        images=str(origins["images"].value),
        theme=str(origins["theme"].value),
        opener=_text("opener", origins),
        chat=_chat(resolved),
        chat_autostart=origins["lmm.autostart"].value == "auto",
        vllm=_text("lmm.vllm", origins),
        chat_port=_number("lmm.port", origins),
        chat_idle_minutes=_number("lmm.idle_minutes", origins),
        chat_timeout_seconds=_number("lmm.timeout_seconds", origins, least=1),
        strategy=str(origins["search.strategy"].value),
        top_k=_number("search.top_k", origins, least=1),
        max_judged=_number("search.max_judged", origins, least=1),
        caption_weight=_share("search.caption_weight", origins),
        over_ssh="SSH_CONNECTION" in environ or "SSH_TTY" in environ,
        in_tmux="TMUX" in environ,
        origins=origins,
    )


def _shown(info: SettingInfo, origin: Origin) -> Origin:
    is_hidden = info.is_secret and origin.value is not None
    return replace(origin, value="(hidden)") if is_hidden else origin


def _text(key: str, origins: Mapping[str, Origin]) -> str | None:
    value = origins[key].value
    return None if value is None else str(value)


def _chat(resolved: Mapping[str, Origin]) -> dict[Role, RoleSettings]:
    """Each role by its own settings, else by those for all roles.

    A role with a server of its own takes neither model nor key from the common one.
    """
    roles: dict[Role, RoleSettings] = {}
    for role in ROLES:
        own = _text(f"lmm.{role}.url", resolved)
        place = f"lmm.{role}." if own else "lmm."
        urls = _urls(f"{place}url", resolved)
        if urls:
            from indexer.models.chat_types import RoleSettings  # not before the first frame

            roles[role] = RoleSettings(
                urls=urls,
                model=_text(f"lmm.{role}.model", resolved)
                or _text(f"{place}model", resolved)
                or "",
                api_key=_text(f"lmm.{role}.api_key", resolved)
                or _text(f"{place}api_key", resolved)
                or "",
                timeout_seconds=float(_number("lmm.timeout_seconds", resolved, least=1)),
            )
    return roles


def _urls(key: str, resolved: Mapping[str, Origin]) -> tuple[str, ...]:
    urls = tuple(url.strip().rstrip("/") for url in (_text(key, resolved) or "").split(","))
    for url in urls:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ConfigError(
                f"{key} = {url!r} ({resolved[key].source}) is not the address of a server",
                "such as http://127.0.0.1:8000/v1",
            )
    return tuple(url for url in urls if url)


def _share(key: str, origins: Mapping[str, Origin]) -> float:
    origin = origins[key]
    try:
        share = float(str(origin.value))
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise ConfigError(f"{key} = {origin.value!r} ({origin.source}) is not between 0 and 1")
    return share


def _folder(value: Value | None, default: Path) -> Path:
    return default if value is None else Path(os.path.abspath(Path(str(value)).expanduser()))  # noqa: PTH100


def _number(
    key: str, origins: Mapping[str, Origin], *, least: int = 0, most: int | None = None
) -> int:
    origin = origins[key]
    try:
        number = int(str(origin.value))
    except ValueError:
        number = least - 1
    if number < least or (most is not None and number > most):
        upto = "on" if most is None else f"to {most}"
        raise ConfigError(
            f"{key} = {origin.value!r} ({origin.source}) is not a whole number from {least} {upto}"
        )
    return number


def _resolve(
    info: SettingInfo,
    flags: Mapping[str, Value | None],
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
        origin = Origin(value=info.default, source=_DEFAULT)
    if info.choices and str(origin.value) not in info.choices:
        raise ConfigError(
            f"{info.key} = {origin.value!r} ({origin.source}) is not one of"
            f" {', '.join(info.choices)}"
        )
    return origin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    path: Path
    values: dict[str, Value]


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
        if not isinstance(value, str | int | float) or isinstance(value, bool):
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


def is_day_first(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether 7/8/21 is the seventh of August to who reads this; so where no locale says.

    By the short dates of the Unicode CLDR, but for ISO dates, which nobody writes with slashes.
    """
    from babel import Locale, UnknownLocaleError  # takes a moment

    named = (environ.get(variable) for variable in ("LC_ALL", "LC_TIME", "LANG"))
    identifier = next(filter(None, named), "").partition(".")[0].partition("@")[0]
    if identifier in ("C", "POSIX"):  # to Babel these are American English
        return True
    try:
        pattern = Locale.parse(identifier).date_formats["short"].pattern
    except (ValueError, UnknownLocaleError):
        return True
    return "-" in pattern or pattern.find("d") < pattern.find("M")


def is_dumb_terminal(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal says of itself that it cannot move its cursor."""
    return environ.get("TERM", "") in ("", "dumb")


def terminal_hints(environ: Mapping[str, str] = os.environ) -> TerminalHints:
    """What the environment says of the terminal."""
    by_terminal, by_locale = environ.get("TERM_PROGRAM"), environ.get("LC_TERMINAL", "")
    versions = "TERM_PROGRAM_VERSION" if by_terminal else "LC_TERMINAL_VERSION"
    return TerminalHints(
        term=environ.get("TERM", ""),
        colours=environ.get("COLORTERM", ""),
        program=by_terminal or by_locale,
        program_version=environ.get(versions, ""),
        vte_version=environ.get("VTE_VERSION", ""),
    )


PRIVATE_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
}
"""What makes the libraries that load models ask nobody for anything, and tell nobody about us."""


def tell_nobody(environ: MutableMapping[str, str] = os.environ) -> None:
    """Make it so for this process, before it loads any of them."""
    environ.update(PRIVATE_ENVIRONMENT)


def indexer_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the indexer's child process sees: ours, private, with threads that sleep when idle.

    The encoder's threads (OpenMP) else wait for each other in a loop, on cores that decoding
    workers need: a tenth of the encoder's processor time where the machine is busy.
    """
    return {"OMP_WAIT_POLICY": "PASSIVE", **environ, **PRIVATE_ENVIRONMENT}
