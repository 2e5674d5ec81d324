"""Shows the models photos of a folder, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.models.protocols import ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.photo_sight import PictureMaker
    from imagescope_tui.search.sight import SeenPhoto
    from storage.records import PhotoId


class FolderSight:
    """Has photos decoded from their files, each time anew; knows no captions."""

    def __init__(
        self, folder: Path, path_of: Callable[[PhotoId], Path], maker: PictureMaker, hint: str
    ) -> None:
        """`hint` says what to do where the folder is not there at all."""
        self._folder = folder
        self._path_of = path_of
        self._maker = maker
        self._hint = hint

    async def of_photo(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> SeenPhoto | None:
        """A photo; None where its file is missing or cannot be read.

        Raises:
            ModelUnusable: none of the photos is there, so that no stage that looks can run.
        """
        if not self._folder.is_dir():
            raise ModelUnusable(f"the photos are not there: no folder {self._folder}", self._hint)
        return await self.of_file(self._path_of(photo_id), side)

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """Any picture; None where it is missing or cannot be read."""
        return await self._maker.of_file(path, side)

    async def caption_of(self, path: Path) -> str:
        """Nothing."""
        return ""

    async def caption_of_photo(self, photo_id: PhotoId) -> str:
        """Nothing."""
        return ""

    def close(self) -> None:
        """End the processes that were started."""
        self._maker.close()
