"""What tells a second run from a first, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from imagescope_tui.counting import listed
from imagescope_tui.evaluation.reports.run_settings import in_words, option_name
from imagescope_tui.evaluation.runs.card import TOLD_ONLY, card_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imagescope_tui.evaluation.runs.card import RunCard

_NAMES: Final = {
    "limit": "limit of queries",
    "encoder_id": "picture encoder",
    "caption_encoder_id": "caption encoder",
    "captions_source": "captions written by",
    "gallery_size": "photos ranked",
    "photos_missing": "missing photos",
    "photos_captioned": "photos with a caption",
    "excludes_reference": "reference taken out of the ranking",
    "submission": "files for a test server",
    "has_targets": "right answers known",
}
_HASHES: Final = ("prompts", "captions_fingerprint")
_TOLD_TWICE: Final = ("options.stages", "options.strategy")


def settings_in_words(second: RunCard, first: RunCard) -> tuple[str, ...]:
    """One phrase per setting: `caption encoder: X, where the first has none`.

    Hashes say nothing to people: of what they are of, only that it differs is told.
    """
    mine, theirs = (dict(_flat(card_to_json(card))) for card in (second, first))
    names = [name for name in dict.fromkeys((*mine, *theirs)) if name not in _TOLD_TWICE]
    return (
        *(
            _phrase(name, mine.get(name), theirs.get(name))
            for name in names
            if mine.get(name) != theirs.get(name)
        ),
        *_captions(second.captions_fingerprint, first.captions_fingerprint),
        *_prompts(second.prompts, first.prompts),
    )


def _captions(mine: str, theirs: str) -> Iterator[str]:
    if mine and theirs and mine != theirs:
        yield "stored captions: not the same"
    elif mine != theirs:
        yield f"stored captions: only in the {'second' if mine else 'first'} run"


def _prompts(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    """A line for those that only one run has, and for those that are not the same."""
    groups = {
        "only in the second run": mine.keys() - theirs.keys(),
        "only in the first run": theirs.keys() - mine.keys(),
        "not the same": {
            name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]
        },
    }
    for told, names in groups.items():
        if names:
            yield f"prompts {told}: {listed(sorted(names))}".replace("_", " ")


def _flat(fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Settings by their names, those of a group as `group.name`."""
    for key, value in fields.items():
        if key in TOLD_ONLY or key in _HASHES:
            continue
        if isinstance(value, dict):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value


def _phrase(name: str, mine: Any, theirs: Any) -> str:  # noqa: ANN401 - values of JSON
    return f"{_name(name)}: {in_words(mine)}, where the first has {in_words(theirs)}"


def _name(name: str) -> str:
    group, _, inner = name.partition(".")
    if not inner:
        return _NAMES.get(name, name.replace("_", " "))
    if group == "options":
        return option_name(inner)
    # Roles of models, such as `verifier`, say what they are.
    return (inner if group == "models" else f"{group}: {inner}").replace("_", " ")
