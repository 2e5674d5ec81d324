"""The line of photos whose reading is done by a cluster: sends batches, commits what comes back.

What is not committed waits in the library's own queue, so nothing that happens to a worker, a node
or this process can lose a photo.
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.cluster.ray_tasks import RETRIES, Lost, RayCluster, Task
from indexer.cluster.work import ReadReply, read_photos
from indexer.photos.pipeline import Totals
from indexer.photos.reader import Problem, ReadPhoto

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.cluster.shape import WorkerSize
    from indexer.cluster.work import ReadOrder
    from indexer.decoding.failures import DecodeFailure
    from indexer.models.protocols import ImageTextEncoder
    from indexer.photos.queue import PhotoQueue
    from indexer.photos.writer import PhotoWriter
    from storage.contents import PendingPhoto
    from storage.records import RootId

_PHOTOS_PER_CORE_TASK = 16
_PHOTOS_PER_GPU_TASK = 64
_TASKS_PER_WORKER = 2
"""One to work on and one that waits, so that a worker need not wait for us."""
_WAIT_SECONDS = 1.0


class NoPreviews:
    """Pictures for captions are made where they are captioned."""

    def submit_preview(self, path: Path, longest_side: int) -> Future[bytes | DecodeFailure]:
        """A promise that nobody keeps, for nobody waits for it."""
        return Future()

    def close(self) -> None:
        """Nothing is open."""


class ClusterLine:
    """A `PhotoLine`; belongs to the thread that holds the library for writing."""

    def __init__(
        self,
        cluster: RayCluster,
        order: ReadOrder,
        size: WorkerSize,
        *,
        encoder: ImageTextEncoder,
        queue: PhotoQueue,
        writer: PhotoWriter,
    ) -> None:
        self.pool = NoPreviews()
        self.encoder = encoder
        self.totals = Totals()
        self._cluster = cluster
        self._order = order
        self._size = size
        self._queue = queue
        self._writer = writer
        self._sent: dict[Task, tuple[PendingPhoto, ...]] = {}

    def step(self) -> bool:
        """Commit what has come back, or wait a moment for it; False when nothing waits.

        Raises:
            StorageError: the library cannot be written.
            ClusterUnusable: a node cannot do the work.
        """
        self._send()
        if not self._sent:
            return False
        for task in self._cluster.wait(self._sent, _WAIT_SECONDS):
            self._take(task)
        return True

    def start_over(self) -> None:
        """The queue has changed: look at it from the top."""
        self._queue.start_over()

    def take_vanished(self) -> dict[RootId, set[Path]]:
        """Folders where a file that should be there was not; each is given once."""
        vanished, self._writer.vanished = self._writer.vanished, {}
        return vanished

    def close(self) -> None:
        """Give up what is in flight; it waits in the library's queue for the next run."""
        self._cluster.cancel(self._sent)
        self._sent.clear()

    def _send(self) -> None:
        """Back-pressure: no more is on its way than the workers need to be busy."""
        most = _TASKS_PER_WORKER * max(1, self._size.fit_into(self._cluster.nodes()))
        photos = _PHOTOS_PER_GPU_TASK if self._size.gpus else _PHOTOS_PER_CORE_TASK
        while len(self._sent) < most:
            in_flight = {photo.photo_id for batch in self._sent.values() for photo in batch}
            batch = self._queue.take(in_flight, photos)
            if not batch:
                return
            self._submit(tuple(batch), RETRIES)

    def _submit(self, batch: tuple[PendingPhoto, ...], retries: int) -> None:
        task = self._cluster.submit(
            read_photos, self._order, batch, size=self._size, retries=retries
        )
        self._sent[task] = batch

    def _take(self, task: Task) -> None:
        reply = self._cluster.result(task, ReadReply)
        batch = self._sent.pop(task)
        if not isinstance(reply, Lost):
            self._commit([_judged(photo, reply.node) for photo in reply.photos])
        elif len(batch) > 1:
            # One of them may be what workers die of: each alone, it harms nobody but itself.
            for photo in batch:
                self._submit((photo,), 1)
        else:
            problem = Problem(step="decode", reason=reply.reason, is_permanent=False)
            self._commit([ReadPhoto(photo=batch[0], problem=problem)])

    def _commit(self, photos: list[ReadPhoto]) -> None:
        self._writer.write(photos, {})
        totals = self.totals
        totals.done += len(photos)
        totals.hashed += sum(bool(photo.content_hash) for photo in photos)
        totals.decoded += sum(bool(photo.thumbnail) for photo in photos)
        totals.embedded += sum(photo.vector is not None for photo in photos)
        totals.failed = self._writer.failed
        totals.repeated = self._writer.repeated


def _judged(photo: ReadPhoto, node: str) -> ReadPhoto:
    """A file that is here but could not be read there is no file that has gone."""
    problem = photo.problem
    if problem is None or photo.content_hash or not os.access(photo.photo.path, os.R_OK):
        return photo
    reason = f"node {node} cannot read it ({problem.reason}): all nodes must share its folder"
    return replace(photo, problem=replace(problem, reason=reason), has_vanished=False)
