from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.config import is_day_first, load_settings
from imagescope_tui.errors import ConfigError
from imagescope_tui.setting_table import SETTINGS


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_flags_beat_environment_beats_file_beats_default(tmp_path: Path) -> None:
    path = write(tmp_path, 'encoder = "from-file"\nworkers = 3\nthreads = 5\n')
    environ = {"IMAGESCOPE_ENCODER": "from-env", "IMAGESCOPE_WORKERS": "4"}
    settings = load_settings({"encoder": "from-flag"}, environ=environ, config_file=path)
    assert (settings.encoder, settings.workers, settings.threads) == ("from-flag", 4, 5)
    assert settings.images == "auto"
    assert [
        settings.origins[key].source for key in ("encoder", "workers", "threads", "images")
    ] == [
        "command line",
        "IMAGESCOPE_WORKERS",
        str(path),
        "default",
    ]


@given(st.sampled_from(SETTINGS), st.booleans(), st.booleans())
def test_an_empty_variable_or_flag_is_no_setting(info: object, flag: bool, variable: bool) -> None:
    key, name = getattr(info, "key", ""), getattr(info, "variable", "")
    flags = {key: None} if flag else {}
    environ = {name: ""} if variable else {}
    assert load_settings(flags, environ=environ).origins[key].source == "default"


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="encodr") as caught:
        load_settings({}, environ={}, config_file=write(tmp_path, 'encodr = "x"\n'))
    assert "'encoder'" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["workers = -1", 'workers = "many"', "encoder = [1]", "encoder = true", "= 1", 'images = "tv"'],
)
def test_values_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        load_settings({}, environ={}, config_file=write(tmp_path, text))


def test_a_named_file_must_be_there_and_the_usual_one_need_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no settings file"):
        load_settings({}, environ={}, config_file=tmp_path / "none.toml")
    assert load_settings({}, environ={}).encoder == "auto"


def test_folders_are_absolute_and_know_the_home(tmp_path: Path) -> None:
    settings = load_settings({"library": "~/pictures/../lib"}, environ={})
    assert settings.library == Path.home() / "lib"


@pytest.mark.parametrize("text", ["nice = -1", "nice = 20", 'on_battery = "sleep"'])
def test_manners_that_there_are_not_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=text.partition(" ")[0]):
        load_settings({}, environ={}, config_file=write(tmp_path, text))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "en_PH"}, False),
        ({"LANG": "ja_JP.UTF-8"}, False),
        ({"LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "de_DE@euro"}, True),
        ({"LANG": "sv_SE"}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "nonsense-"}, True),
        ({}, True),
        ({"LANG": "de_DE", "LC_TIME": "en_US"}, False),
        ({"LANG": "en_US", "LC_TIME": "en_US", "LC_ALL": "fr_FR"}, True),
        ({"LANG": "en_US", "LC_ALL": ""}, False),
    ],
)
def test_the_locale_tells_whether_days_come_before_months(
    environ: dict[str, str], expected: bool
) -> None:
    assert is_day_first(environ) is expected
