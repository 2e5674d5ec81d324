"""Pairs of files and sidecars in a real folder, as the scanner keeps them."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.folders.chosen import ChosenFiles
from indexer.folders.scanner import Scanner, ScanReport
from indexer.folders.sidecar_reader import read_sidecars
from storage.library import Library
from storage.records import Facts, Photo, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSIONS = frozenset({".jpg", ".heic", ".cr2", ".mov"})
SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
  xmp:Rating="{stars}" exif:DateTimeOriginal="{taken}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>{keyword}</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def sidecar(
    title: str = "Harbour", keyword: str = "sea", stars: int = 4, taken: str = "2011-05-06T07:08:09"
) -> str:
    return SIDECAR.format(title=title, keyword=keyword, stars=stars, taken=taken)


class Bench:
    """A root on disk, a library, and what works between them."""

    def __init__(self, base: Path, extensions: frozenset[str] = EXTENSIONS) -> None:
        self.root_path = base / "photos"
        self.root_path.mkdir()
        self.library = Library.open_writer(base / "library")
        self.scanner = Scanner(self.library, extensions)
        self.read_names: list[str] = []
        with self.library.atomic():
            self.library.roots.add(self.root_path)

    def put(self, place: str, text: str | None = None) -> Path:
        path = self.root_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(place if text is None else text)
        return path

    def scan(self, *folders: str) -> ScanReport:
        root = self.library.roots.all()[0]
        if folders:
            return self.scanner.scan_folders(root, [self.root_path / item for item in folders])
        return self.scanner.scan_root(root)

    def read_all(self, *, broken: str = "") -> None:
        """Read all that waits as the pipeline would; what begins with `broken` is not decoded."""
        with self.library.atomic():
            for photo in self.library.contents.unread(now=0, limit=1000):
                self.read_names.append(photo.path.name)
                text = photo.path.read_text()
                if text.split()[0] == broken:
                    self.library.failures.put(photo.photo_id, "decode", "no", retry_after=None)
                    continue
                content_id = self.library.contents.put(text, Facts(width=1))
                self.library.contents.assign(photo, content_id)

    def bring_up_to_date(self, *, broken: str = "") -> None:
        self.scan()
        self.read_all(broken=broken)
        while read_sidecars(self.library):
            pass

    @property
    def waiting(self) -> int:
        return len(self.library.contents.unread(now=0, limit=1000))

    @property
    def photos(self) -> dict[str, Photo]:
        found = self.library.photos.page(PhotoFilter(), offset=0, limit=1000)
        return {photo.path: photo for photo in found}

    @property
    def pairs(self) -> dict[str, list[str]]:
        """For each item the names of its companions."""
        found = self.photos
        companions = self.library.companions.of([photo.id for photo in found.values()])
        return {
            path: [one.name for one in companions.get(photo.id, ())]
            for path, photo in sorted(found.items())
        }

    def facts(self, path: str) -> Facts:
        found = self.library.facts.of(self.photos[path].id)
        assert found is not None
        return found

    def found(self, word: str) -> list[int]:
        matches = self.library.words.search([word], PhotoFilter(), limit=9)
        return [match.photo_id for match in matches]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


def test_a_pair_is_one_photo_everywhere_and_only_the_still_is_read(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    report = bench.scan()
    assert (report.photos, report.added) == (1, 1)
    assert bench.pairs == {"IMG_1.JPG": ["IMG_1.CR2"]}
    bench.read_all()
    assert bench.read_names == ["IMG_1.JPG"]
    counts = bench.library.counts()
    assert (counts.photos, counts.pending, counts.failed) == (1, 0, 0)
    assert [count.photos for count in bench.library.folder_counts().values()] == [1]


def test_a_pair_is_found_by_the_type_and_the_name_of_its_companion(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    bench.put("b.jpg")
    bench.bring_up_to_date()
    wanted = PhotoFilter(extensions=("cr2",))
    page = bench.library.photos.page(wanted, offset=0, limit=9)
    assert [photo.path for photo in page] == ["IMG_1.JPG"]
    assert bench.found("cr2") == [bench.photos["IMG_1.JPG"].id]
    at_raw = bench.library.photos.at(bench.root_path / "IMG_1.CR2")
    assert at_raw is not None
    assert at_raw.path == "IMG_1.JPG"


def test_a_second_scan_of_pairs_writes_nothing(bench: Bench) -> None:
    for name in ("IMG_1.JPG", "IMG_1.CR2", "IMG_2.HEIC", "IMG_2.MOV"):
        bench.put(name)
    bench.put("IMG_2.xmp", sidecar())
    bench.bring_up_to_date()
    with bench.library.atomic():
        bench.library.roots.put_unreadable(bench.library.roots.all()[0].id, frozenset())
    photos_revision = bench.library.photos_revision
    revision = bench.library.revision
    report = bench.scan()
    assert not report.is_different
    assert bench.library.photos_revision - photos_revision == bench.library.revision - revision == 1
    assert read_sidecars(bench.library) == 0


def test_when_the_still_goes_its_companion_is_an_item_at_once(bench: Bench) -> None:
    still = bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    bench.bring_up_to_date()
    still.unlink()
    report = bench.scan("")
    assert report.is_different
    assert bench.pairs == {"IMG_1.CR2": []}
    bench.read_all()
    assert bench.read_names == ["IMG_1.JPG", "IMG_1.CR2"]


def test_what_was_read_before_it_was_paired_is_not_read_again(bench: Bench) -> None:
    bench.put("IMG_1.CR2")
    bench.bring_up_to_date()
    still = bench.put("IMG_1.JPG")
    bench.bring_up_to_date()
    assert bench.pairs == {"IMG_1.JPG": ["IMG_1.CR2"]}
    still.unlink()
    bench.bring_up_to_date()
    assert bench.pairs == {"IMG_1.CR2": []}
    assert bench.read_names == ["IMG_1.CR2", "IMG_1.JPG"]


def test_a_companion_that_changed_meanwhile_is_read_when_it_is_an_item(bench: Bench) -> None:
    bench.put("IMG_1.CR2")
    bench.bring_up_to_date()
    still = bench.put("IMG_1.JPG")
    bench.bring_up_to_date()
    bench.put("IMG_1.CR2", "developed anew")
    bench.bring_up_to_date()
    assert bench.read_names == ["IMG_1.CR2", "IMG_1.JPG"]
    still.unlink()
    bench.bring_up_to_date()
    assert bench.read_names == ["IMG_1.CR2", "IMG_1.JPG", "IMG_1.CR2"]


def test_nothing_hides_behind_a_still_that_cannot_be_decoded(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    bench.bring_up_to_date(broken="IMG_1.JPG")
    bench.bring_up_to_date(broken="IMG_1.JPG")
    assert bench.pairs == {"IMG_1.CR2": [], "IMG_1.JPG": []}
    assert bench.library.counts().embedded == 0
    assert bench.photos["IMG_1.CR2"].content_id is not None
    bench.put("IMG_1.JPG", "mended")
    bench.bring_up_to_date()
    assert bench.pairs == {"IMG_1.JPG": ["IMG_1.CR2"]}


def test_failures_that_are_forgotten_pair_until_the_still_fails_again(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    bench.bring_up_to_date(broken="IMG_1.JPG")
    bench.bring_up_to_date()
    assert len(bench.pairs) == 2
    with bench.library.atomic():
        bench.library.failures.forget_all()
    bench.bring_up_to_date()
    assert bench.pairs == {"IMG_1.JPG": ["IMG_1.CR2"]}


def test_a_pair_that_is_renamed_stays_one_and_is_told_as_one(bench: Bench) -> None:
    for name in ("IMG_1.JPG", "IMG_1.CR2"):
        bench.put(f"a/{name}", name)
    bench.bring_up_to_date()
    (bench.root_path / "a").rename(bench.root_path / "b")
    report = bench.scan()
    assert (report.photos, report.added, report.moved, report.deleted) == (1, 0, 1, 0)
    assert bench.pairs == {"b/IMG_1.JPG": ["IMG_1.CR2"]}
    assert bench.library.counts().deleted == bench.waiting == 0
    for path in (bench.root_path / "b").iterdir():
        path.rename(path.with_stem("Lisbon"))
    report = bench.scan()
    assert (report.photos, report.added, report.moved, report.deleted) == (1, 0, 1, 0)
    assert bench.pairs == {"b/Lisbon.JPG": ["Lisbon.CR2"]}
    assert bench.library.counts().deleted == 0


def test_a_companion_whose_photo_was_forgotten_is_read(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    bench.bring_up_to_date()
    with bench.library.atomic():
        bench.library.files.tombstone([bench.photos["IMG_1.JPG"].id], 1.0)
        bench.library.files.purge(2.0)
    (bench.root_path / "IMG_1.JPG").unlink()
    bench.bring_up_to_date()
    assert bench.read_names == ["IMG_1.JPG", "IMG_1.CR2"]


def test_films_that_cannot_be_read_are_taken_only_beside_a_photo(tmp_path: Path) -> None:
    bench = Bench(tmp_path, frozenset({".heic"}))
    for name in ("IMG_1.HEIC", "IMG_1.MOV", "IMG_2.MOV"):
        bench.put(name)
    bench.scan()
    assert bench.pairs == {"IMG_1.HEIC": ["IMG_1.MOV"]}
    (bench.root_path / "IMG_1.HEIC").unlink()
    bench.scan()
    assert bench.pairs == {}
    bench.library.close()


def test_a_library_of_chosen_files_has_no_pairs_and_no_sidecars(bench: Bench) -> None:
    names = ("IMG_1.JPG", "IMG_1.CR2")
    for name in names:
        bench.put(name)
    bench.put("IMG_1.xmp", sidecar())
    bench.scanner = Scanner(bench.library, EXTENSIONS, chosen=ChosenFiles(frozenset(names)))
    bench.bring_up_to_date()
    assert bench.pairs == {"IMG_1.CR2": [], "IMG_1.JPG": []}
    assert bench.facts("IMG_1.JPG").title is None


# -- sidecars --------------------------------------------------------------------------------------


def test_a_sidecar_is_noticed_changed_and_forgotten_without_reading_the_photo(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.bring_up_to_date()
    beside = bench.put("a.jpg.XMP", sidecar())
    bench.bring_up_to_date()
    facts = bench.facts("a.jpg")
    assert (facts.title, facts.keywords, facts.rating) == ("Harbour", ("sea",), 4)
    assert bench.photos["a.jpg"].taken_at == "2011-05-06T07:08:09"
    assert bench.found("harbour") == bench.found("sea") == [bench.photos["a.jpg"].id]
    bench.put("a.jpg.XMP", sidecar(title="Lighthouse", keyword="tower"))
    bench.bring_up_to_date()
    assert bench.found("lighthouse")
    assert not bench.found("harbour")
    beside.unlink()
    bench.bring_up_to_date()
    assert bench.facts("a.jpg").title is None
    assert not bench.found("tower")
    assert bench.read_names == ["a.jpg"]


def test_the_date_of_a_sidecar_counts_for_the_timeline_and_its_filters(bench: Bench) -> None:
    bench.put("a.jpg")
    beside = bench.put("a.xmp", sidecar(taken="1999-12-31T23:59:00+01:00"))
    bench.bring_up_to_date()
    before = PhotoFilter(taken_before="2000")
    assert bench.library.photos.count(before) == 1
    bench.put("a.jpg", "changed, and not yet read")
    bench.scan()
    assert bench.library.photos.count(before) == 1
    beside.unlink()
    bench.scan()
    assert bench.library.photos.count(before) == 0


def test_stars_of_a_sidecar_or_of_the_photo_pass_the_filter(bench: Bench) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        bench.put(name)
    bench.put("a.xmp", sidecar(stars=3))
    bench.put("b.xmp", sidecar(stars=5))
    bench.bring_up_to_date()
    for stars, wanted in ((5, ["b.jpg"]), (3, ["a.jpg", "b.jpg"])):
        page = bench.library.photos.page(PhotoFilter(rating_from=stars), offset=0, limit=9)
        assert sorted(photo.path for photo in page) == wanted


def test_the_full_name_goes_before_the_stem_and_both_before_the_companions(bench: Bench) -> None:
    bench.put("IMG_1.JPG")
    bench.put("IMG_1.CR2")
    bench.put("IMG_1.CR2.xmp", sidecar(title="of the raw", keyword="raw"))
    bench.bring_up_to_date()
    assert bench.facts("IMG_1.JPG").title == "of the raw"
    bench.put("IMG_1.xmp", sidecar(title="of the stem"))
    bench.bring_up_to_date()
    assert bench.facts("IMG_1.JPG").title == "of the stem"
    bench.put("IMG_1.JPG.xmp", sidecar(title="of the jpeg"))
    bench.bring_up_to_date()
    assert bench.facts("IMG_1.JPG").title == "of the jpeg"


def test_a_sidecar_that_was_there_first_tells_the_photo_that_comes(bench: Bench) -> None:
    bench.put("a.jpg.xmp", sidecar())
    bench.put("b.jpg")
    bench.bring_up_to_date()
    bench.put("a.jpg")
    bench.bring_up_to_date()
    assert bench.facts("a.jpg").title == "Harbour"
    assert bench.facts("b.jpg").title is None


def test_copies_of_one_photo_have_each_their_own_sidecar(bench: Bench) -> None:
    bench.put("a/x.jpg", "same")
    bench.put("b/x.jpg", "same")
    bench.put("b/x.xmp", sidecar())
    bench.bring_up_to_date()
    assert bench.facts("a/x.jpg").title is None
    assert bench.facts("b/x.jpg").title == "Harbour"


def test_sidecars_go_along_when_a_root_is_taken_into_another(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.put("a.xmp", sidecar())
    bench.bring_up_to_date()
    with bench.library.atomic():
        [inner] = bench.library.roots.all()
        bench.library.roots.absorb(inner, bench.library.roots.add(bench.root_path.parent))
    report = bench.scan()
    assert not report.is_different
    assert read_sidecars(bench.library) == 0
    assert bench.facts("photos/a.jpg").title == "Harbour"


# -- the law ---------------------------------------------------------------------------------------

_NAMES = ("a.jpg", "A.JPG", "a.heic", "a.cr2", "a.CR2", "a.mov", "b.jpg", "b.cr2")
_SIDECARS = ("a.xmp", "a.jpg.xmp", "a.cr2.xmp", "b.xmp")
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from((*_NAMES, *_SIDECARS)), st.integers(0, 2)),
        st.tuples(st.just("drop"), st.sampled_from((*_NAMES, *_SIDECARS)), st.just(0)),
        st.tuples(st.just("rename"), st.sampled_from(_NAMES), st.sampled_from(range(len(_NAMES)))),
        st.tuples(st.just("age"), st.sampled_from(_NAMES), st.sampled_from([0, 5000])),
        st.tuples(st.just("scan"), st.sampled_from(["", "all"]), st.just(0)),
    ),
    min_size=1,
    max_size=12,
)


def _apply(bench: Bench, step: tuple[str, str, int]) -> None:
    what, name, number = step
    path = bench.root_path / name
    if what == "put":
        text = sidecar(title=f"Title {number}") if name.endswith(".xmp") else f"{name} {number}"
        bench.put(name, text)
        # No two files have the same time: one could get the other's inode, and be taken for it.
        second = 10**9 + number + 10 * (*_NAMES, *_SIDECARS).index(name)
        os.utime(path, (second, second))
    elif what == "scan":
        bench.scan() if name == "all" else bench.scan("")
        bench.read_all(broken="a.jpg")
        read_sidecars(bench.library)
    elif path.exists():
        if what == "drop":
            path.unlink()
        elif what == "rename":
            path.rename(path.with_name(_NAMES[number]))
        else:
            os.utime(path, (10**9, 10**9 + number))


def _state(bench: Bench) -> dict[str, tuple[list[str], bool, str | None, str]]:
    """Of each item its companions, whether it is read, its title and its moment."""
    for _ in range(2):  # what failed when it was read has no companions the next time
        bench.bring_up_to_date(broken="a.jpg")
    known = {path: bench.library.facts.of(photo.id) for path, photo in bench.photos.items()}
    return {
        path: (
            companions,
            bench.photos[path].content_id is not None,
            facts.title if (facts := known[path]) else None,
            bench.photos[path].taken_at or "",
        )
        for path, companions in bench.pairs.items()
    }


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(_STEPS)
def test_any_history_of_a_folder_leaves_what_a_fresh_library_makes_of_it(
    steps: list[tuple[str, str, int]],
) -> None:
    with TemporaryDirectory() as base:
        bench = Bench(Path(base))
        bench.put("keep.jpg")  # an empty root would be taken for an unplugged drive
        for step in steps:
            _apply(bench, step)
        lived = _state(bench)
        bench.library.close()
        (Path(base) / "library").rename(Path(base) / "before")
        with Library.open_writer(Path(base) / "library") as library:
            bench.library, bench.scanner = library, Scanner(library, EXTENSIONS)
            with library.atomic():
                library.roots.add(bench.root_path)
            assert _state(bench) == lived
