"""What a cluster's run is made of, with tasks that run here, at once; no Ray is needed."""

from __future__ import annotations

import sys
import time
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cluster.driver import ClusterWorkshop
from indexer.cluster.ray_tasks import Lost, RayCluster, Task
from indexer.cluster.shape import GPU_SHARE, NodeSize, WorkerSize, size_of_readers
from indexer.cluster.work import ReadOrder, ReadReply, program_version, read_photos
from indexer.control import Control
from indexer.encoder_slot import EncoderSlot
from indexer.errors import ClusterUnusable
from indexer.events import CaptionFailed, PhotoFailed
from indexer.models.chat_types import RoleSettings
from indexer.options import IndexerOptions, options_from_json, options_to_json
from indexer.photos.hashing import hash_file
from indexer.run import IndexRun
from storage.library import THUMBNAILS_NAME, Library
from storage.records import PhotoFilter
from storage.thumbnails import ThumbnailCache
from tests.films import animation
from tests.indexer.cluster_runs import index_on_cluster
from tests.pictures import paint
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from indexer.events import IndexEvent

_Result = TypeVar("_Result")


class HereAndNow:
    """A cluster whose tasks run when they are submitted, or are lost as told."""

    def __init__(self, is_lost: Callable[[tuple[Any, ...]], bool] = lambda _: False) -> None:
        self._is_lost = is_lost
        self._results: dict[object, object] = {}
        self.most_at_once = 0
        self.sent: list[tuple[Any, ...]] = []

    def nodes(self) -> tuple[NodeSize, ...]:
        return (NodeSize(cores=1),)

    def submit(
        self,
        function: Callable[..., object],
        *arguments: Any,  # noqa: ANN401
        size: WorkerSize,
        retries: int = 3,
    ) -> Task:
        batch = arguments[-1]
        self.sent.append(batch)
        task = Task(object())
        lost = Lost(reason="the worker died") if self._is_lost(batch) else None
        self._results[task] = lost or function(*arguments)
        self.most_at_once = max(self.most_at_once, len(self._results))
        return task

    def wait(self, tasks: Collection[Task], seconds: float) -> list[Task]:
        return list(tasks)[:1]

    def result(self, task: Task, kind: type[_Result]) -> _Result | Lost:
        found = self._results.pop(task)
        assert isinstance(found, kind | Lost)
        return found

    def cancel(self, tasks: Collection[Task]) -> None:
        assert not tasks


def run_on(cluster: HereAndNow, options: IndexerOptions) -> list[IndexEvent]:
    """Index with it, and what was told."""
    events: list[IndexEvent] = []
    encoders = EncoderSlot(options, events.append)
    encoders.start()
    encoders.wait()
    thumbnails = ThumbnailCache(options.library / THUMBNAILS_NAME, 10**9)
    workshop = ClusterWorkshop(cluster, options)  # type: ignore[arg-type]
    with Library.open_writer(options.library) as library:
        run = IndexRun(
            library, options, encoders, thumbnails, Control(), events.append, workshop=workshop
        )
        run.run()
    return events


@pytest.fixture
def options(tmp_path: Path) -> IndexerOptions:
    for number in range(40):
        paint(tmp_path / "photos" / f"{number:02}.png", "red", (40 + number, 40))
    return IndexerOptions(
        library=tmp_path / "library", folders=(tmp_path / "photos",), encoder="pocket"
    )


def count_read(options: IndexerOptions) -> int:
    with Library.open_reader(options.library) as library:
        photos = library.photos.page(PhotoFilter(), offset=0, limit=1_000)
        return sum(photo.content_id is not None for photo in photos)


def test_a_batch_that_its_workers_die_of_is_sent_again_photo_by_photo(
    options: IndexerOptions,
) -> None:
    cluster = HereAndNow(lambda batch: any("07" in photo.path.name for photo in batch))
    events = run_on(cluster, options)
    [failed] = [event for event in events if isinstance(event, PhotoFailed)]
    assert failed.path.endswith("07.png")
    assert failed.reason == "the worker died"
    assert count_read(options) == 39


def test_a_photo_that_workers_died_of_is_tried_again_later(options: IndexerOptions) -> None:
    run_on(HereAndNow(lambda _: True), options)
    with Library.open_reader(options.library) as library:
        failures = library.failures.page(offset=0, limit=100)
    assert len(failures) == 40
    assert all(failure.retry_after is not None for failure in failures)


def test_no_more_tasks_are_on_their_way_than_keep_the_workers_busy(
    options: IndexerOptions,
) -> None:
    cluster = HereAndNow()
    run_on(cluster, options)
    assert cluster.most_at_once == 2
    assert sum(len(batch) for batch in cluster.sent) == 40


def test_a_cluster_embeds_the_moments_of_moving_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    folder.mkdir()
    animation(folder / "a.gif", ["red", "green", "blue"])
    run_on(
        HereAndNow(),
        IndexerOptions(library=tmp_path / "library", folders=(folder,), encoder="pocket"),
    )
    with Library.open_reader(tmp_path / "library") as library:
        [encoder_id] = library.vectors.encoder_ids()
        [photo] = library.photos.page(PhotoFilter(), offset=0, limit=9)
        assert (photo.second, photo.duration_seconds) == (0.0, 3.0)
        assert library.frames.since(-1, encoder_id).seconds.tolist() == [1.0]


def test_a_file_that_only_a_node_cannot_read_is_a_failure_that_names_the_node(
    options: IndexerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unmounted(path: Path) -> str:
        if path.name == "07.png":
            raise FileNotFoundError(2, "No such file or directory")
        return hash_file(path)

    monkeypatch.setattr("indexer.photos.reader.hash_file", unmounted)
    monkeypatch.setattr("indexer.cluster.work.socket.gethostname", lambda: "far-away")
    events = run_on(HereAndNow(), options)
    [failed] = [event for event in events if isinstance(event, PhotoFailed)]
    assert failed.reason == (
        "node far-away cannot read it (No such file or directory): all nodes must share its folder"
    )
    assert count_read(options) == 39


def test_a_file_that_has_gone_everywhere_is_no_failure(
    options: IndexerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(path: Path) -> str:
        if path.name == "07.png":
            path.unlink(missing_ok=True)
        return hash_file(path)

    monkeypatch.setattr("indexer.photos.reader.hash_file", gone)
    events = run_on(HereAndNow(), options)
    assert not [event for event in events if isinstance(event, PhotoFailed)]
    assert count_read(options) == 39


def test_captions_whose_worker_died_are_asked_for_again_and_the_deadly_one_fails(
    options: IndexerOptions,
) -> None:
    def is_lost(batch: tuple[Any, ...]) -> bool:
        return any(hasattr(one, "unanswered") and one.photo.path.name == "07.png" for one in batch)

    server = ModelServer()
    with server.served():
        captioned = IndexerOptions(
            library=options.library,
            folders=options.folders,
            encoder="pocket",
            captioner=RoleSettings(urls=(server.url,), concurrency=2),
        )
        events = run_on(HereAndNow(is_lost), captioned)
    [failed] = [event for event in events if isinstance(event, CaptionFailed)]
    assert failed.path.endswith("07.png")
    with Library.open_reader(options.library) as library:
        assert [count.captions for count in library.captions.count_by_origin()] == [39]


# -- what a worker refuses ---------------------------------------------------------------------


def order(**other: str) -> ReadOrder:
    fields = {"program": program_version(), "encoder": "pocket", "encoder_id": "other", **other}
    return ReadOrder(models_folder=None, cores=1, **fields)


def test_a_worker_with_another_encoder_refuses_and_says_which() -> None:
    with pytest.raises(ClusterUnusable, match=r"has the encoder pocket/.*, not other"):
        read_photos(order(), ())


def test_a_worker_with_another_version_of_the_program_refuses() -> None:
    with pytest.raises(ClusterUnusable, match=r"has imagescope-tui .*, not 99\.0") as refusal:
        read_photos(order(program="99.0"), ())
    assert refusal.value.hint == "pip install imagescope-tui==99.0 on every node"


def test_a_worker_without_the_weights_says_so_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indexer.cluster.work.socket.gethostname", lambda: "far-away")
    with pytest.raises(ClusterUnusable, match="node far-away: "):
        read_photos(order(encoder="open_clip:local-dir:/nowhere"), ())


# -- no cluster --------------------------------------------------------------------------------


def test_without_ray_the_error_says_what_to_install(
    options: IndexerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterUnusable, match="Ray is not installed") as refusal:
        index_on_cluster(options, "auto", lambda _: None)
    assert refusal.value.hint == "pip install 'imagescope-tui[cluster]'"


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "nonsense"])
def test_an_address_where_nobody_listens_is_told_at_once(
    options: IndexerOptions, address: str
) -> None:
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    started = time.monotonic()
    with pytest.raises(ClusterUnusable, match=f"no Ray cluster answers at {address}") as refusal:
        index_on_cluster(options, address, lambda _: None)
    assert "ray start --head" in refusal.value.hint
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("name", ["LocalRayletDiedError", "RpcError"])
def test_a_cluster_that_goes_is_no_fault_of_the_photos(name: str) -> None:
    exceptions = pytest.importorskip("ray.exceptions")
    cluster = RayCluster(_stub_of_ray(exceptions, getattr(exceptions, name)("gone")))
    with pytest.raises(ClusterUnusable, match="does not answer any more") as caught:
        cluster.result(Task(object()), ReadReply)
    assert "repeat the command" in caught.value.hint


def test_a_worker_that_died_of_its_call_is_a_lost_call() -> None:
    exceptions = pytest.importorskip("ray.exceptions")
    cluster = RayCluster(_stub_of_ray(exceptions, exceptions.WorkerCrashedError()))
    assert isinstance(cluster.result(Task(object()), ReadReply), Lost)


def _stub_of_ray(exceptions: ModuleType, error: Exception) -> ModuleType:
    def get(task: Task) -> object:
        raise error

    ray = ModuleType("ray")
    vars(ray).update(get=get, exceptions=exceptions)
    return ray


# -- sizes -------------------------------------------------------------------------------------

_NODES = st.lists(
    st.builds(
        NodeSize,
        cores=st.integers(0, 128).map(float),
        gpus=st.integers(0, 8).map(float),
    ),
    max_size=5,
)


@given(nodes=_NODES, is_large=st.booleans())
def test_where_a_node_has_a_core_there_is_a_worker(nodes: list[NodeSize], is_large: bool) -> None:
    size = size_of_readers(nodes, is_large=is_large)
    assert bool(size.fit_into(nodes)) == any(node.cores for node in nodes)


def test_a_learned_encoder_takes_shares_of_gpus_and_the_cores_beside_them() -> None:
    nodes = [NodeSize(cores=32, gpus=4), NodeSize(cores=64)]
    size = size_of_readers(nodes, is_large=True)
    assert size == WorkerSize(cores=4, gpus=GPU_SHARE)
    assert size.fit_into(nodes) == 8


def test_a_small_encoder_takes_one_core_and_no_gpu() -> None:
    nodes = [NodeSize(cores=32, gpus=4), NodeSize(cores=64)]
    size = size_of_readers(nodes, is_large=False)
    assert size == WorkerSize(cores=1)
    assert size.fit_into(nodes) == 96


def test_the_cluster_is_among_what_the_child_is_told(tmp_path: Path) -> None:
    options = IndexerOptions(library=tmp_path, cluster="ray://head:10001")
    assert options_from_json(options_to_json(options)) == options
