"""Which sidecars speak of which photo, by their names.

`IMG_1.JPG.xmp` and `IMG_1.xmp`, as programs write them; `IMG_1.JPG.supplemental-metadata.json` and
the like, as Google Takeout does.
"""

from __future__ import annotations

import os
import re

_XMP, _JSON = b".xmp", b".json"
SIDECAR_SUFFIXES = (".xmp", ".json")

# Takeout cuts what stands before `.json` to 46 characters, in the middle of this or of the name.
_TAKEOUT_MIDDLE, _TAKEOUT_LENGTH_MAX = b".supplemental-metadata", 46
_NUMBER = re.compile(rb"(\(\d{1,4}\))$")
_NUMBERED = re.compile(rb"(.+)(\(\d{1,4}\))(\.[^.]*)?", re.DOTALL)
_EDITED = re.compile(
    "(.+)-(?:edited|bearbeitet|modifi\u00e9|editado|modificato|bewerkt|edytowane|redigeret|redigerad"
    r"|\u7de8\u96c6\u6e08\u307f)((?:\(\d{1,4}\))?(?:\.[^.]*)?)",
    re.IGNORECASE | re.DOTALL,
)


def is_takeout(sidecar: bytes) -> bool:
    """Whether it has the ending of Takeout's files, as many others have."""
    return sidecar.lower().endswith(_JSON)


def plain_name(sidecar: bytes) -> bytes:
    """The name of a sidecar as `sidecars_of` gives it, in the case that it has.

    Takeout's without what it puts before its ending; its number, which in a photo's name stands
    before the ending, stays the last.
    """
    if not is_takeout(sidecar):
        return sidecar
    base = sidecar[: -len(_JSON)]
    number = _NUMBER.search(base)
    base = base[: number.start()] if number else base
    begin, dot, end = base.rpartition(b".")
    if begin and _TAKEOUT_MIDDLE.startswith(dot + end.lower()):
        base = begin
    return base + (number[1] if number else b"") + _JSON


def sidecars_of(photo: bytes) -> tuple[bytes, ...]:
    """The plain names of the sidecars that speak of a photo of this name, the closest first."""
    stem = photo.rpartition(b".")[0]
    own = tuple(name + _XMP for name in (photo, stem) if name)
    original = _original_of(photo)
    shown = (photo, original) if original else (photo,)
    takeout = dict.fromkeys(name for each in shown for name in _takeout_names(each))
    return (*own, *takeout, *((stem + _JSON,) if stem else ()))


def _takeout_names(photo: bytes) -> list[bytes]:
    names = [_cut(photo) + _JSON]
    if b"(" in photo and (found := _NUMBERED.fullmatch(photo)):
        names.append(_cut(found[1] + (found[3] or b"")) + found[2] + _JSON)
    return names


def _cut(name: bytes) -> bytes:
    if len(name) <= _TAKEOUT_LENGTH_MAX:
        return name
    return os.fsencode(os.fsdecode(name)[:_TAKEOUT_LENGTH_MAX])


def _original_of(photo: bytes) -> bytes | None:
    """The photo that Google Photos made another one from."""
    found = _EDITED.fullmatch(os.fsdecode(photo)) if b"-" in photo else None
    return os.fsencode(found[1] + found[2]) if found else None
