"""A library indexed by a real Ray cluster of several nodes, all of them on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from indexer.control import Control
from indexer.encoder_slot import EncoderSlot
from indexer.errors import ClusterUnusable
from indexer.events import (
    CaptionsCommitted,
    IndexUpToDate,
    PhotoFailed,
    PhotosCommitted,
    decode_event,
)
from indexer.models.chat_types import RoleSettings
from indexer.options import IndexerOptions
from indexer.run import IndexRun
from indexer.wire import decode_line
from indexer.workshop import LocalWorkshop
from storage.library import THUMBNAILS_NAME, Library
from storage.records import PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.indexer.children import child_of
from tests.indexer.cluster_runs import index_on_cluster
from tests.pictures import paint
from tests.pocket_here import pocket_here
from tests.world.model_server import ModelServer
from tests.world.scenes import COLOURS, draw, scene_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.events import IndexEvent
    from storage.records import FailureStep

pytest.importorskip("ray", reason="the extra `cluster` is not installed")

pytestmark = pytest.mark.timeout(180)

_STORE_BYTES = 80_000_000
_GONE_SECONDS = 20.0


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """Ray's nodes speak to one another under the machine's own address, which is no loopback."""


class Nodes:
    """A cluster of nodes with one core each."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(
            initialize_head=True,
            head_node_args={
                "num_cpus": 1,
                "object_store_memory": _STORE_BYTES,
                "include_dashboard": False,
            },
        )
        self.address = str(self._cluster.address)
        self._others = [self._add()]

    def _add(self) -> Any:  # noqa: ANN401 - Ray has no types
        return self._cluster.add_node(num_cpus=1, object_store_memory=_STORE_BYTES)

    def add(self) -> None:
        self._others.append(self._add())
        self._cluster.wait_for_nodes()

    def kill_one(self) -> None:
        """Like pulling the plug: the last one that was added, with all that runs on it."""
        self._cluster.remove_node(self._others.pop(), allow_graceful=False)

    def raylets(self) -> set[int]:
        nodes = [self._cluster.head_node, *self._others]
        return {
            process.process.pid
            for node in nodes
            for kind, started in node.all_processes.items()
            if "raylet" in kind
            for process in started
        }

    def close(self) -> None:
        self._cluster.shutdown()


def descendants_of(processes: set[int]) -> dict[int, str]:
    """Process ids below those, and their command lines."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[1])
    found: dict[int, str] = {}
    fresh = processes
    while fresh := {child for child, parent in parents.items() if parent in fresh}:
        for child in fresh:
            with contextlib.suppress(OSError):
                found[child] = Path(f"/proc/{child}/cmdline").read_text()
    return found


def wait_until_gone(processes: set[int]) -> set[int]:
    """Those that are still there after a while."""
    deadline = time.monotonic() + _GONE_SECONDS
    left = set()
    for process in processes:
        try:
            handle = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        patience = max(0.0, deadline - time.monotonic())
        if not select.select([handle], [], [], patience)[0]:
            left.add(process)
        os.close(handle)
    return left


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    made = Nodes()
    yield made
    started = made.raylets() | set(descendants_of(made.raylets()))
    made.close()
    assert not wait_until_gone(started)


# -- what a library holds ----------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """All that a library knows of one photo, but its ids and its vectors."""

    content_hash: str | None
    size: tuple[int | None, int | None]
    taken_at: str | None
    has_thumbnail: bool
    caption: str | None
    captioned_by: tuple[str, str] | None


@dataclass(frozen=True)
class Contents:
    photos: dict[str, Held]
    failures: set[tuple[str, FailureStep, str, bool]]
    pictures: dict[str, Any]
    captions: dict[str, Any]


def contents_of(folder: Path) -> Contents:
    thumbnails = ThumbnailCache(folder / THUMBNAILS_NAME, 10**9)
    photos: dict[str, Held] = {}
    pictures: dict[str, Any] = {}
    captions: dict[str, Any] = {}
    encoder_id = pocket_here().encoder_id
    with Library.open_reader(folder) as library:
        for photo in library.photos.page(PhotoFilter(), offset=0, limit=10_000):
            assert photo.path not in photos
            caption = library.captions.of(photo.content_id) if photo.content_id else None
            if photo.content_id:
                pictures[photo.path] = library.vectors.of(photo.content_id, encoder_id)
                captions[photo.path] = library.vectors.of(
                    photo.content_id, encoder_id, kind="caption"
                )
            name = photo.content_hash
            photos[photo.path] = Held(
                content_hash=name,
                size=(photo.width, photo.height),
                taken_at=photo.taken_at,
                has_thumbnail=name is not None and thumbnails.has(name, THUMBNAIL_SIDE),
                caption=caption.text if caption else None,
                captioned_by=(caption.model_id, caption.prompt_id) if caption else None,
            )
        failures = {
            (failure.path.name, failure.step, failure.reason, failure.retry_after is None)
            for failure in library.failures.page(offset=0, limit=1_000)
        }
    return Contents(photos, failures, pictures, captions)


def assert_equal_vectors(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for path, vector in one.items():
        assert (vector is None) == (other[path] is None), path
        if vector is not None:
            np.testing.assert_allclose(vector, other[path], atol=1e-5)


def run_here(options: IndexerOptions) -> list[IndexEvent]:
    """Index without a cluster, and what was told."""
    events: list[IndexEvent] = []
    encoders = EncoderSlot(options, events.append)
    encoders.start()
    thumbnails = ThumbnailCache(options.library / THUMBNAILS_NAME, 10**9)
    with Library.open_writer(options.library) as library:
        run = IndexRun(
            library,
            options,
            encoders,
            thumbnails,
            Control(),
            events.append,
            workshop=LocalWorkshop(workers=1),
        )
        run.run()
    return events


def put_photos(folder: Path) -> None:
    """Drawn photos, two of them copies; one broken, one no photo, one with an odd name."""
    for number in range(60):
        colour = list(COLOURS)[number % len(COLOURS)]
        path = folder / f"{number % 3}" / f"{number:02}-{colour}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(scene_of(f"{colour} circle"), side=60 + number).save(path)
    (folder / "copy.png").write_bytes((folder / "0" / "00-red.png").read_bytes())
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png"))
    draw(scene_of("blue square"), side=75).save(odd)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"?" * 2_000 + b"IEND")
    (folder / "page.png").write_bytes(b"<html>" + b"x" * 2_000)


def put_colours(folder: Path, count: int) -> None:
    for number in range(count):
        paint(folder / f"{number:03}.png", "red", (20 + number, 30))


def options_for(base: Path, **more: object) -> IndexerOptions:
    fields = {"encoder": "pocket", "workers": 1, **more}
    return IndexerOptions(
        library=base / "library",
        folders=(base / "photos",),
        **fields,  # type: ignore[arg-type]
    )


def kill_workers(nodes: Nodes, call: str) -> set[int]:
    """All worker processes that were called so, on all nodes."""
    workers = {
        number
        for number, command in descendants_of(nodes.raylets()).items()
        if command.startswith("ray::") and call in command
    }
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    return workers


# -- the rules -----------------------------------------------------------------------------------


def test_the_library_is_that_of_a_run_without_a_cluster_though_captioning_workers_are_killed(
    nodes: Nodes, tmp_path: Path
) -> None:
    put_photos(tmp_path / "photos")
    first, second = ModelServer(), ModelServer()
    events: list[IndexEvent] = []
    killed: set[int] = set()
    servers = (first, second)
    for server in servers:
        server.switch("captioner", delay_seconds=60)

    async def kill_while_servers_think() -> None:
        await first.until(lambda: first.count("captioner") > 0)
        killed.update(kill_workers(nodes, "caption_photos"))
        for server in servers:
            server.mend()

    killer = threading.Thread(target=lambda: asyncio.run(kill_while_servers_think()))
    with first.served(), second.served():
        captioner = RoleSettings(urls=(first.url, second.url))
        options = options_for(tmp_path, captioner=captioner)
        killer.start()
        index_on_cluster(options, nodes.address, events.append)
        killer.join()
        local = replace(options, library=tmp_path / "local")
        run_here(local)
        later = run_here(options)
    made, expected = contents_of(options.library), contents_of(local.library)
    assert killed
    assert made.photos == expected.photos
    assert made.failures == expected.failures
    assert {failure[0] for failure in made.failures} == {"broken.png", "page.png"}
    assert_equal_vectors(made.pictures, expected.pictures)
    assert_equal_vectors(made.captions, expected.captions)
    assert sum(held.caption is not None for held in made.photos.values()) == 62
    assert min(first.count("captioner"), second.count("captioner")) > 0
    assert isinstance(events[-1], IndexUpToDate)
    did = (PhotosCommitted, CaptionsCommitted, PhotoFailed)
    assert not [event for event in later if isinstance(event, did)]


def index_and_do_once(
    nodes: Nodes, options: IndexerOptions, disaster: Callable[[], None]
) -> list[IndexEvent]:
    """Index, and let something happen when the first batch is committed."""
    events: list[IndexEvent] = []

    def hear(event: IndexEvent) -> None:
        is_first = isinstance(event, PhotosCommitted) and not any(
            isinstance(told, PhotosCommitted) for told in events
        )
        events.append(event)
        if is_first:
            disaster()

    index_on_cluster(options, nodes.address, hear)
    return events


def assert_all_there(options: IndexerOptions, count: int) -> None:
    made = contents_of(options.library)
    assert len(made.photos) == count
    assert all(vector is not None for vector in made.pictures.values())
    assert len(made.pictures) == count
    assert not made.failures


def test_a_node_that_dies_midway_costs_no_photo(
    nodes: Nodes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    nodes.add()
    put_colours(tmp_path / "photos", 120)
    options = options_for(tmp_path)
    events = index_and_do_once(nodes, options, nodes.kill_one)
    assert_all_there(options, 120)
    assert sum(e.photos for e in events if isinstance(e, PhotosCommitted)) == 120
    assert capfd.readouterr().out == ""


def test_workers_that_are_killed_midway_cost_no_photo_and_stdout_is_events_only(
    nodes: Nodes, tmp_path: Path
) -> None:
    put_colours(tmp_path / "photos", 120)
    options = options_for(tmp_path, cluster=nodes.address)
    killed: set[int] = set()
    events: list[IndexEvent] = []
    with child_of(options) as child:
        assert child.stdout is not None
        for line in child.stdout:
            message = decode_line(line)
            assert message is not None, line
            event = decode_event(message)
            assert event is not None, line
            events.append(event)
            if isinstance(event, PhotosCommitted) and not killed:
                killed = kill_workers(nodes, "read_photos")
    assert child.returncode == 0
    assert killed
    assert_all_there(options, 120)
    assert sum(e.photos for e in events if isinstance(e, PhotosCommitted)) == 120


def test_a_node_with_another_version_ends_the_run_with_its_name(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_colours(tmp_path / "photos", 3)
    monkeypatch.setattr("indexer.cluster.driver.program_version", lambda: "99.0")
    with pytest.raises(ClusterUnusable, match=f"node {socket.gethostname()} has imagescope-tui"):
        index_on_cluster(options_for(tmp_path), nodes.address, lambda _: None)


def test_a_cluster_of_this_machine_alone_ends_with_the_run_and_reports_to_nobody(
    tmp_path: Path,
) -> None:
    put_colours(tmp_path / "photos", 3)
    options = options_for(tmp_path, cluster="local")
    below: dict[int, str] = {}
    dashboards: list[int] = []
    environments: list[bytes] = []
    with child_of(options) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if b"photos_committed" in line:
                below = descendants_of({child.pid})
                dashboards = [one for one, command in below.items() if "dashboard.py" in command]
                environments = [Path(f"/proc/{one}/environ").read_bytes() for one in dashboards]
    assert child.returncode == 0
    assert_all_there(options, 3)
    assert any("raylet" in command for command in below.values())
    # Ray has a process of that name all the same: the one that would report.
    assert all("--modules-to-load=UsageStatsHead" in below[one] for one in dashboards)
    assert all(b"RAY_USAGE_STATS_ENABLED=0" in one for one in environments)
    assert not wait_until_gone(set(below))
