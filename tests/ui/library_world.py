"""A real library on disk with drawn photos, and an indexer that is no process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.ui.settings import UiSettings
from imagescope_tui.wiring import engine_beside_indexer
from indexer.answers import ChanceLine, NearestAnswer, NearPhoto, WhereAnswer, WordPlace
from indexer.events import EncoderReady, IndexerStarted, IndexUpToDate
from indexer.options import IndexerOptions
from storage.library import Library
from storage.records import Facts, FileState
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.ui.scenes import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.indexer_client import IndexerClient
    from imagescope_tui.ui.settings import Engine, ImageMode
    from indexer.events import IndexEvent
    from indexer.models.chat_types import RoleSettings
    from indexer.questions import PictureQuestion
    from storage.records import ContentId, PhotoId, RootId

FOLDERS = ("2020/walchensee", "2020/garden", "2019/winter", "2019/città")


@dataclass
class World:
    """What the tests know of the library they made."""

    folder: Path
    root: Path
    words: dict[int, frozenset[str]] = field(default_factory=dict)
    """True words by photo id."""
    seconds: dict[int, float] = field(default_factory=dict)
    """Of photos that move, the moment that is found, by photo id."""

    def settings(self, client: StandInIndexer, *, images: ImageMode = "blocks") -> UiSettings:
        def make_client(
            options: IndexerOptions, on_event: Callable[[IndexEvent], None]
        ) -> IndexerClient:
            client.options, client.on_event = options, on_event
            return cast("IndexerClient", client)

        def make_engine(indexer: IndexerClient) -> Engine:
            return engine_beside_indexer(indexer, self.folder)

        return UiSettings(
            library=self.folder,
            indexer_options=IndexerOptions(library=self.folder),
            make_engine=make_engine,
            make_client=make_client,
            images=images,
        )


@dataclass
class StandInIndexer:
    """Stands where the child process does, and tells the truth about drawn pictures."""

    world: World
    options: IndexerOptions | None = None
    on_event: Callable[[IndexEvent], None] = lambda event: None
    asked: list[str] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """Searches wait here while it is not set."""
    is_broken: bool = False
    tells_where: bool = True
    """Whether its encoder can tell the parts of a photo apart."""
    refuses: str = ""
    """Why it obeys no order; empty where it does."""
    chances: ChanceLine | None = None
    """What is told of nearness, by an encoder that can tell."""
    ended: asyncio.Future[int] | None = None
    """Set its result to end the child that is none."""
    starts: int = 0
    first_events: tuple[IndexEvent, ...] = (
        IndexerStarted(indexing=True),
        EncoderReady(encoder_id="open_clip/test", seconds=0.1),
        IndexUpToDate(photos=1, failed=0, seconds=0.1),
    )

    async def start(self) -> None:
        self.starts += 1
        self.asked.append("start")
        for event in self.first_events:
            self.on_event(event)

    async def wait(self) -> int:
        self.ended = asyncio.get_running_loop().create_future()
        return await self.ended

    async def stop(self) -> None:
        self.asked.append("stop")

    async def pause(self) -> None:
        self.asked.append("pause")

    async def resume(self) -> None:
        self.asked.append("resume")

    async def rescan(self, *, retry: bool = False) -> None:
        self.asked.append(f"rescan {retry}")

    async def look_again(self, folder: Path) -> None:
        self._obey(f"look_again {folder}")

    async def remove_folder(self, folder: Path) -> None:
        self._obey(f"remove_folder {folder}")

    async def retry(
        self, photo_ids: Sequence[PhotoId] = (), *, reasons: Sequence[str] = ()
    ) -> None:
        self._obey(f"retry {list(photo_ids)} {list(reasons)}")

    def _obey(self, order: str) -> None:
        if self.refuses:
            raise PicturesUnavailable(self.refuses, "do it there")
        self.asked.append(order)

    async def caption_with(self, settings: RoleSettings | None) -> None:
        self.asked.append(f"caption_with {settings}")

    async def add_folder(self, folder: Path) -> None:
        self.folders.append(folder)

    async def prepare_preview(self, photo_id: PhotoId, second: float | None = None) -> bool:
        self.asked.append(f"preview {photo_id}" + ("" if second is None else f" at {second}"))
        return False

    async def prepare_thumbnail(self, photo_id: PhotoId, second: float | None = None) -> bool:
        self.asked.append(f"thumbnail {photo_id}" + ("" if second is None else f" at {second}"))
        return False

    async def where(
        self, photo_id: PhotoId, words: Sequence[str], second: float | None = None
    ) -> WhereAnswer:
        """Words that are true of the photo are seen at its lower left, others nowhere."""
        self.asked.append(f"where {photo_id} {', '.join(words)}")
        if self.gate is not None:
            await self.gate.wait()
        if self.is_broken:
            raise PicturesUnavailable("the encoder is not there")
        if not self.tells_where:
            return WhereAnswer()
        true = self.world.words.get(photo_id, frozenset())
        return WhereAnswer(
            words=tuple(_place_of(word, is_seen=set(word.split()) <= true) for word in words)
        )

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        return ()

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        text = " ".join(question.texts)
        self.asked.append(f"nearest {text}")
        if self.gate is not None:
            await self.gate.wait()
        if self.is_broken:
            raise PicturesUnavailable("the encoder is not there")
        wanted = set(text.split())
        with Library.open_reader(self.world.folder) as library:
            photos = library.photos.page(question.photo_filter, offset=0, limit=10_000)
            for picture in question.pictures:
                like = library.photos.at(picture)
                wanted |= self.world.words.get(like.id, frozenset()) if like else set()
        known = wanted & frozenset().union(*self.world.words.values())
        found = [
            NearPhoto(
                photo_id=photo.id,
                content_id=photo.content_id,
                score=share,
                picture=share,
                second=self.world.seconds.get(photo.id),
            )
            for photo in photos
            if photo.content_id is not None
            and photo.full_path not in (question.without, *question.pictures)
            and (share := len(wanted & self.world.words.get(photo.id, frozenset())) / 8) > 0
        ]
        found.sort(key=lambda near: (-near.score, near.photo_id))
        return NearestAnswer(
            encoder_id="open_clip/test",
            photos=tuple(found[: question.limit]),
            mean=0.05,
            deviation=0.05,
            has_meaning=bool(known),
            chances=self.chances,
        )


def _place_of(word: str, *, is_seen: bool) -> WordPlace:
    light = tuple(
        tuple(float(is_seen and row >= 4 and column <= 2) for column in range(7))
        for row in range(7)
    )
    return WordPlace(
        word=word,
        score=0.41 if is_seen else 0.03,
        place="lower left" if is_seen else None,
        light=light,
    )


def build_world(folder: Path, count: int = 40, draw: Callable[[int], Scene] = scene) -> World:
    """A library of drawn photos, one a week, newest first in the timeline."""
    world = World(folder=folder / "library", root=Path("/home/ada/Photos"))
    with Library.open_writer(world.folder) as library:
        with library.atomic():
            root = library.roots.add(world.root)
            library.settings.put("encoder_id", "open_clip/test")
        for number in range(count):
            add_photo(world, library, root.id, number, drawn=draw(number))
    return world


def add_photo(
    world: World,
    library: Library,
    root_id: RootId,
    number: int,
    *,
    name: str = "",
    folder: str | None = None,
    facts: Facts | None = None,
    drawn: Scene | None = None,
    has_picture: bool = True,
    content_hash: str = "",
) -> PhotoId:
    """One more photo, read as the indexer would have."""
    drawn = drawn or scene(number)
    where = FOLDERS[number % len(FOLDERS)] if folder is None else folder
    state = FileState(
        name=name or f"IMG_{2000 + number}.JPG",
        size_bytes=3_400_000 + number * 37_123,
        mtime_ns=1_595_000_000_000_000_000 - number * 10**9,
        ctime_ns=1,
        inode=number + 1,
    )
    key = content_hash or f"{number:032x}"
    with library.atomic():
        (photo_id,) = library.files.add(root_id, where, [state])
        pending = library.contents.unread(now=0, limit=1)[0]
        content_id = library.contents.put(key, facts or facts_of(number, drawn))
        library.contents.assign(pending, content_id)
        library.words.refresh([photo_id])
    if has_picture:
        ThumbnailCache(world.folder / "thumbnails", 10**9).write(key, THUMBNAIL_SIDE, drawn.jpeg)
    world.words[photo_id] = drawn.words
    return photo_id


def facts_of(number: int, drawn: Scene) -> Facts:
    """Believable facts: one photo a week back from July 2020."""
    month, day = divmod(number * 7, 28)
    year, month = divmod(2020 * 12 + 6 - month, 12)
    width, height = drawn.image.size
    return Facts(
        width=width * 12,
        height=height * 12,
        format="JPEG",
        taken_at=f"{year:04}-{month + 1:02}-{28 - day:02}T16:{number % 60:02}:00",
        camera="Fujifilm X-T3",
        lens="XF 35 mm f/2 R WR",
        focal_length_mm=35,
        aperture=2.0 + number % 5,
        exposure_seconds=1 / 250,
        iso=400,
        latitude=47.6,
        longitude=11.3,
        altitude_m=802.0,
    )


def without_indexing(client: StandInIndexer) -> StandInIndexer:
    """The same indexer, which has told nothing yet."""
    return replace(client, first_events=())
