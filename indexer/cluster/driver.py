"""Indexing with the nodes and GPUs of a Ray cluster: the same library, made by more machines.

One process, the driver, holds the library for writing. It scans, takes what waits from the
library's queue, sends paths to workers, and commits the values that come back, with the same code
as a run on one machine: only the workshop is another one. Files are not sent: every node must see
the photos under the same paths (a shared file system). What a node cannot read comes back as a
failure that names the node, and is tried again later. Model servers must be reachable under their
URLs from every node.

The engine is Ray's own, in the form of plain tasks with retries:

- Nothing is lost. A task whose worker or node dies is run again by Ray on whatever node is left. An
  actor's calls (and so Ray Data's pool of actors) are bound to that actor, and wait until there is
  room for it again, which after the loss of a node may be never. A task that kills its workers each
  time is given up by Ray, and its photos are sent again one by one, so that only the one that kills
  becomes a failure. And the library's queue remembers all that was not committed.
- Results stream: each task is a small batch, committed as soon as it is done.
- Back-pressure: two tasks per worker are on their way, by `ray.wait`, however large the library.
- Nodes that join later get work, for Ray schedules each task anew.

Ray keeps the worker processes of tasks, and these keep their encoder between calls. On GPUs a
worker has a share of one (`cluster_shape`).
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.captions.prompt import caption_prompt
from indexer.cluster.desk import ClusterDesk
from indexer.cluster.line import ClusterLine
from indexer.cluster.ray_tasks import RayCluster, open_cluster
from indexer.cluster.shape import size_of_readers
from indexer.cluster.work import ReadOrder, program_version
from indexer.errors import ClusterUnusable
from indexer.models.encoders import resolve_auto
from indexer.models.settings import Pocket, parse_setting
from indexer.photos.queue import PhotoQueue
from indexer.photos.writer import PhotoWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.events import IndexEvent
    from indexer.models.chat_types import RoleSettings
    from indexer.models.protocols import ImageTextEncoder
    from indexer.options import IndexerOptions
    from storage.library import Library
    from storage.thumbnails import ThumbnailCache


@contextmanager
def cluster_workshop(options: IndexerOptions, address: str) -> Iterator[ClusterWorkshop]:
    """The workers of the cluster at `address`, for as long as a run lasts.

    Address: `auto`, `local`, `HOST:PORT` or `ray://HOST:PORT`, as `ray_tasks.open_cluster` says.

    Raises:
        ClusterUnusable: Ray is missing, or no cluster answers.
    """
    with open_cluster(address, cores=options.workers) as cluster:
        yield ClusterWorkshop(cluster, options)


@dataclass(frozen=True, slots=True)
class ClusterWorkshop:
    """A `Workshop` of several machines."""

    cluster: RayCluster
    options: IndexerOptions

    def open_line(
        self,
        library: Library,
        thumbnails: ThumbnailCache,
        encoder: ImageTextEncoder | None,
        emit: Callable[[IndexEvent], None],
    ) -> ClusterLine:
        """A line whose workers have the encoder of the driver.

        Raises:
            ClusterUnusable: there is no encoder here, or no node with a core to lend.
        """
        if encoder is None:
            raise ClusterUnusable("without an encoder a cluster is of no use", "imagescope doctor")
        models_folder = self.options.models_folder
        setting = self.options.encoder.strip()
        if setting == "auto":
            setting = resolve_auto(models_folder)
        nodes = self.cluster.nodes()
        size = size_of_readers(nodes, is_large=parse_setting(setting) != Pocket())
        if not size.fit_into(nodes):
            raise ClusterUnusable("no node of the cluster lends a core", "`ray status` shows them")
        order = ReadOrder(
            program=program_version(),
            encoder=setting,
            encoder_id=encoder.encoder_id,
            models_folder=models_folder,
            cores=size.cores,
        )
        queue = PhotoQueue(library, encoder.encoder_id, time.time)
        writer = PhotoWriter(library, thumbnails, encoder.encoder_id, emit, time.time)
        return ClusterLine(self.cluster, order, size, encoder=encoder, queue=queue, writer=writer)

    def open_desk(self, settings: RoleSettings, wake: Callable[[], None]) -> ClusterDesk:
        """A desk whose workers ask the servers."""
        return ClusterDesk(self.cluster, settings, caption_prompt(), wake)
