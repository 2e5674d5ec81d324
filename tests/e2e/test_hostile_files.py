"""Hostile files of each kind in one library with sound photos, by the command a person types.

All of them: `python -m tests.soak hostile`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.decoding.photo import Decoded, decode_photo
from indexer.decoding.pool import MEMORY_BYTES
from tests.conftest import SHARED_DATA
from tests.indexer.photo_files import shaded
from tests.pocket_here import pocket_here
from tests.soak.hostile_files import damaged_copies, sound_files
from tests.soak.hostile_run import copy_into, run_index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from storage.records import FloatVector
    from tests.soak.hostile_run import HostileRun

_COPIES_EACH = 2
_OF_THE_SHARED = (
    *("generated/bomb_30000x30000_1bit_a.png", "generated/bomb_ztxt_a.png"),
    *("generated/exif_ansi_clear_a.jpg", "generated/exif_osc52_a.jpg"),
    *("generated/exif_ifd_loop_a.jpg", "generated/tiff_ifd_loop_a.tif"),
    *("generated/xmp_entity_expansion_a.jpg", "generated/xmp_deep_nesting_a.jpg"),
    *("generated/many_frames_a.gif", "generated/truncated_50pct_a.jpg"),
    *("generated/ftyp_only_a.heic", "generated/zip_a.png", "generated/text_a.jpg"),
    *("generated/webp_inside_a.gif", "generated/one_byte_a.webp", "generated/zero_byte_a.jpg"),
    *("generated/image_text_prompt_injection_a.png", "generated/shape_20000x1_a.png"),
    *("exiv2-poc/issue_841_poc.crw", "exiv2-poc/issue_857_coverage.raf"),
    *("exiv2-poc/issue_2190_poc.jp2", "exiv2-poc/2018-01-09-exiv2-crash-001.tiff"),
    *("fuzz-libheif/github_46_1.heic", "fuzz-libheif/uaf_heif_context.h_117_1.heic"),
    *("fuzz-libheif/rgb_generic_compressed_brotli.heic", "pillow-heif-bad/empty.heic"),
    *(
        "image-rs-bad/Bad_reallybig.bmp",
        "image-rs-bad/oom-0d0085eb7f66ea55d9119206235cd29e089b9140.ico",
    ),
    *("libwebp-edge/bad_palette_index.webp", "bmpsuite-bad/badrle4.bmp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """What was indexed, and how that went."""

    folder: Path
    expected: Mapping[str, FloatVector]
    """The vectors of the sound neighbours, each decoded and encoded by itself."""
    run: HostileRun


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    base = tmp_path_factory.mktemp("hostile")
    folder = base / "album"
    neighbours = folder / "neighbours"
    neighbours.mkdir(parents=True)
    for number in range(6):
        shaded(90 + 30 * number, 240 - 30 * number).save(neighbours / f"{number}.jpg")
    sound = sound_files(base / "sound")
    copy_into(folder / "sound", sound)
    for path in sound:
        copy_into(folder / "damaged", damaged_copies(path, base / "damaged", _COPIES_EACH))
    shared = (SHARED_DATA / "hostile" / name for name in _OF_THE_SHARED)
    copy_into(folder / "shared", (path for path in shared if path.exists()))
    (folder / "damaged" / "\x1b[31mred\n.jpg").write_bytes(b"\x1b]0;title\x07" * 9)
    return Album(
        folder=folder,
        expected={
            f"neighbours/{path.name}": vector_of(path) for path in sorted(neighbours.iterdir())
        },
        run=run_index(folder, base / "library"),
    )


def vector_of(path: Path) -> FloatVector:
    encoder = pocket_here()
    photo = decode_photo(path, picture_input=encoder.picture_input, thumbnail_side=96)
    assert isinstance(photo, Decoded)
    row: FloatVector = encoder.encode_pictures([photo.picture])[0]
    return row


def test_command_ends_and_says_that_some_photos_cannot_be_read(album: Album) -> None:
    assert album.run.returncode == 5, album.run.stderr


def test_every_file_is_found_or_explained(album: Album) -> None:
    left = album.run.left
    assert not left.unexplained(album.folder)
    assert len(left.decoded) >= 20
    assert len(left.reasons) >= 8


def test_sound_files_of_every_kind_are_found(album: Album) -> None:
    sound = {f"sound/{path.name}" for path in (album.folder / "sound").iterdir()}
    assert len(sound) >= 14
    assert sound <= album.run.left.decoded


def test_reasons_are_clean_lines_and_name_no_crash(album: Album) -> None:
    left = album.run.left
    assert left.unclean_reasons() == []
    assert not [reason for reason in left.reasons.values() if "crash" in reason]


def test_neighbours_do_not_notice(album: Album) -> None:
    vectors = album.run.left.vectors
    assert len(album.expected) == 6
    for name, vector in album.expected.items():
        assert np.allclose(vectors[name], vector, atol=1e-5), name


def test_memory_of_each_worker_is_bounded(album: Album) -> None:
    watch = album.run.watch
    assert watch.peaks
    for peak in watch.peaks.values():
        assert peak.address_space <= 2**30 + MEMORY_BYTES
    assert watch.resident_max < 2**30


def test_library_stays_sound(album: Album) -> None:
    assert album.run.left.complaints == ()


def test_no_byte_that_steers_a_terminal_is_printed(album: Album) -> None:
    assert b"failed" in album.run.status_text
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", album.run.status_text)
