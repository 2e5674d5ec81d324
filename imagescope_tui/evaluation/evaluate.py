"""One benchmark from its files to its report: models, gallery, queries, figures."""

from __future__ import annotations

import shlex
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from imagescope_tui.chat_models import ModelSource
from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.galleries.embedding_gallery import (
    EmbeddingGallery,
    open_embedding_gallery,
)
from imagescope_tui.evaluation.galleries.gallery_locks import preparing, using
from imagescope_tui.evaluation.galleries.library_gallery import LibraryGallery
from imagescope_tui.evaluation.galleries.library_index import index_gallery, make_gallery_folder
from imagescope_tui.evaluation.reports.report import write_report
from imagescope_tui.evaluation.reports.submission import write_submissions
from imagescope_tui.evaluation.runs.card import RunCard
from imagescope_tui.evaluation.runs.folder import (
    CARD_NAME,
    RunFolder,
    expect_free,
    expect_same,
    read_card,
    read_records,
)
from imagescope_tui.evaluation.runs.models import RunModels
from imagescope_tui.evaluation.runs.plan import plan_differences, planned_fields, versions
from imagescope_tui.evaluation.runs.runner import RANKED_AT_ONCE, Hooks, Runner, StepProgress
from imagescope_tui.evaluation.runs.sides import side_records
from imagescope_tui.model_server import ModelServerKeeper
from imagescope_tui.search.engine import SearchEngine
from indexer.models.text_encoder import load_text_encoder
from indexer.trusted_encoder import load_trusted_encoder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from imagescope_tui.config import Settings
    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.evaluation.reports.contents import Report
    from imagescope_tui.evaluation.runs.plan import RunPlan
    from imagescope_tui.evaluation.runs.record import StageRecord
    from imagescope_tui.evaluation.task import BenchmarkQuery
    from indexer.events import IndexEvent
    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from indexer.options import IndexerOptions


class Listener(Protocol):
    """Hears how a run goes."""

    def indexing(self, event: IndexEvent) -> None:
        """The photos are being brought into the gallery."""

    def step(self, progress: StepProgress) -> None:
        """The queries go through a step."""

    def note(self, text: str) -> None:
        """Something that a person should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What a run left."""

    folder: Path
    report: Report
    submissions: tuple[Path, ...] = ()


class Evaluation:
    """Runs a plan with the models of the settings."""

    def __init__(
        self,
        plan: RunPlan,
        settings: Settings,
        indexer: IndexerOptions,
        listener: Listener,
    ) -> None:
        """`indexer`: how the gallery is indexed; its library is the plan's gallery."""
        self._plan = plan
        self._settings = settings
        self._indexer = indexer
        self._listener = listener

    async def run(self) -> Evaluated:
        """Do what is left to do; a run that is finished is only reported again.

        Raises:
            RunUnusable: the run's folder is taken, holds another run, or cannot be written.
            ModelError: a model is missing, or its server does not answer.
            DatasetIncomplete: none of the photos can be used.
            SubmissionInvalid: the rankings do not make a submission.
            EvaluationError, StorageError: the gallery cannot be made.
        """
        if not self._is_finished():
            await self._run()
        return finish(self._plan.out)

    def _is_finished(self) -> bool:
        """Whether there is nothing left to do in the run's folder.

        Raises:
            RunUnusable: the folder is taken, or holds another run.
        """
        plan = self._plan
        if not plan.is_resumed:
            expect_free(plan.out)
            return False
        if not (plan.out / CARD_NAME).exists():
            return False
        card = read_card(plan.out)
        expect_same(plan.out, plan_differences(plan, card))
        return len(read_records(plan.out)) == card.queries

    async def _run(self) -> None:
        source = ModelSource(self._settings.chat)
        keeper = ModelServerKeeper(self._settings, on_progress=self._listener.note)
        models = RunModels(source, keeper.start)
        try:
            await models.prepare(self._plan.roles)
            ids = await models.ids(self._plan.roles)
            for note in self._plan.benchmark.notes:
                self._listener.note(f"note: {note}")
            async with self._gallery(source) as gallery:
                await self._run_queries(gallery, models, source, ids)
        finally:
            await source.close()
            await keeper.stop()

    async def _run_queries(
        self, gallery: Gallery, models: RunModels, source: ModelSource, ids: dict[str, str]
    ) -> None:
        plan = self._plan
        card = self._card(gallery, ids)
        begin = RunFolder.resume if (plan.out / CARD_NAME).exists() else RunFolder.begin
        folder = begin(plan.out, card)
        # The gallery is its owner's to close.
        engine = SearchEngine(
            gallery.pictures, gallery.words, models=source.current, sight=gallery.sight
        )

        async def sides(query: BenchmarkQuery) -> dict[str, StageRecord]:
            return await side_records(gallery, query.text, query.targets)

        hooks = Hooks(
            prepare=models.prepare,
            are_there=models.are_there,
            on_progress=self._listener.step,
            sides=sides if self._has_sides and card.photos_captioned else None,
        )
        runner = Runner(
            plan.queries,
            gallery,
            engine,
            folder,
            hooks,
            options=plan.options,
            stages=plan.stages,
            at_once=plan.at_once,
            ranked_at_once=RANKED_AT_ONCE if plan.ranks_vectors else 1,
        )
        try:
            if isinstance(gallery, LibraryGallery) and self._reads_ahead:
                done = folder.done()
                left = [query for n, query in enumerate(plan.queries) if n not in done]
                texts = [query.text.strip() for query in left if query.reference is None]
                await gallery.pictures.read_ahead(texts)
            await runner.run()
        finally:
            folder.close()

    @property
    def _has_sides(self) -> bool:
        return self._plan.benchmark.name == "captions"

    @property
    def _reads_ahead(self) -> bool:
        """Whether the queries' own texts are what is asked of the encoders."""
        return self._has_sides or not self._plan.options.is_reasoned

    def _card(self, gallery: Gallery, ids: dict[str, str]) -> RunCard:
        plan = self._plan
        card = RunCard(
            **planned_fields(plan),
            encoder_id=gallery.encoder_id,
            models=ids,
            gallery_size=len(gallery),
            notes=plan.benchmark.notes,
            versions=versions(),
        )
        if isinstance(gallery, LibraryGallery):
            counts = gallery.counts
            unread = f"captions without a word that their encoder knows: {counts.captions_unread:,}"
            ahead = "texts were encoded many at once before, which the seconds leave out"
            return replace(
                card,
                caption_encoder_id=gallery.caption_encoder_id,
                captions_source=gallery.captions_source,
                photos_missing=counts.missing,
                photos_captioned=counts.captioned,
                notes=(
                    *card.notes,
                    *([unread] if counts.captions_unread else []),
                    *([ahead] if self._reads_ahead else []),
                ),
            )
        notes = gallery.notes if isinstance(gallery, EmbeddingGallery) else ()
        return replace(card, notes=(*card.notes, *notes))

    # -- the gallery -------------------------------------------------------------------------

    @asynccontextmanager
    async def _gallery(self, source: ModelSource) -> AsyncIterator[Gallery]:
        plan = self._plan
        if plan.ranks_vectors:
            with closing(self._embedding_gallery()) as vectors:
                yield vectors
            return
        make_gallery_folder(plan.gallery)
        # In use before it is given up to others who prepare it: nothing is changed in between.
        with ExitStack() as used:
            async with preparing(plan.gallery, self._listener.note):
                gallery = await self._prepared(source)
                used.callback(gallery.close)
                used.enter_context(using(plan.gallery))
            yield gallery

    async def _prepared(self, source: ModelSource) -> LibraryGallery:
        plan = self._plan
        captioner = source.settings_of("captioner") if plan.needs_captions else None
        options = replace(
            self._indexer,
            library=plan.gallery,
            captioner=captioner,
            caption_weight=plan.caption_weight,
        )
        await index_gallery(plan.benchmark, options, self._listener.indexing)
        gallery = await LibraryGallery.open(
            plan.benchmark,
            plan.gallery,
            self._encoders,
            caption_weight=plan.caption_weight,
            excludes_reference=plan.excludes_reference,
        )
        try:
            self._expect_photos(gallery)
        except DatasetIncomplete:
            gallery.close()
            raise
        return gallery

    def _expect_photos(self, gallery: LibraryGallery) -> None:
        """Figures over fewer photos than the data set has are only for those who asked for them.

        Raises:
            DatasetIncomplete: photos are missing or cannot be read, and that was not allowed.
        """
        if not (missing := gallery.missing):
            return
        plan = self._plan
        total = len(missing) + len(gallery)
        told = f"{len(missing):,} of {total:,} photos missing or unreadable, such as {missing[0]}"
        if not plan.allows_missing:
            raise DatasetIncomplete(
                told,
                f"see imagescope status --failures --library {shlex.quote(str(plan.gallery))};"
                " --allow-missing runs without them",
            )
        self._listener.note(f"{told}: they are never found")

    def _encoders(self) -> tuple[ImageTextEncoder, TextEncoder | None]:
        settings = self._settings
        captions = load_text_encoder(settings.caption_encoder, threads=settings.threads)
        return self._encoder(self._plan.gallery), captions

    def _encoder(self, library: Path) -> ImageTextEncoder:
        settings = self._settings
        return load_trusted_encoder(
            settings.encoder,
            models_folder=settings.models_folder,
            threads=settings.threads,
            library=library,
        )

    def _embedding_gallery(self) -> Gallery:
        plan = self._plan
        return open_embedding_gallery(
            plan.benchmark.folder,
            encoder=self._encoder(plan.gallery),
            known={name for query in plan.queries for name in query.targets},
        )


def finish(folder: Path) -> Evaluated:
    """Write the figures of a run, and the files for its test server.

    Raises:
        RunUnusable: the folder cannot be read or written.
        SubmissionInvalid: the rankings do not make a submission.
    """
    report = write_report(folder)
    submissions = write_submissions(folder, read_card(folder), read_records(folder))
    return Evaluated(folder=folder, report=report, submissions=submissions)
