"""A photo into the clipboard: its path, and when asked again the picture itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from imagescope_tui.ui import opening
from imagescope_tui.ui.opening import Failed
from imagescope_tui.ui.picture_clipboard import CopiedPicture, as_png, kitty_packets, own_bytes
from storage.thumbnails import PREVIEW_SIDE, THUMBNAIL_SIDE, ThumbnailCache

if TYPE_CHECKING:
    from pathlib import Path

    from textual.driver import Driver

    from imagescope_tui.ui.app import ImagescopeApp
    from storage.records import Photo


async def copy_path(app: ImagescopeApp, path: Path) -> None:
    """By the terminal, and on the desktop by a helper too."""
    text = opening.pasteable(path)
    # OSC 52 travels through ssh and tmux; some terminals on the desktop do not know it.
    app.copy_to_clipboard(text.decode("utf-8", "replace"))
    if not app.settings.over_ssh:
        await asyncio.to_thread(opening.copy_with_helper, text)


async def copy_picture(app: ImagescopeApp, photo: Photo) -> Failed | str:
    """By Kitty's protocol where the terminal speaks it, else by the desktop's helper.

    Returns:
        What can be said now, or why it cannot be done; empty where the terminal will say it.
    """
    own = await asyncio.to_thread(own_bytes, photo.full_path)
    if app.answers.takes_pictures and app._driver is not None:
        picture = own or await _preview(app, photo)
        if picture is None:
            return Failed("its picture cannot be had now")
        await asyncio.to_thread(_write, app._driver, picture)
        return ""
    if app.settings.over_ssh:
        return Failed("this terminal’s clipboard takes text alone")
    # Not every program takes a JPEG; and a photo is decoded by workers alone.
    picture = own if own and own.mime == "image/png" else await _preview(app, photo)
    return await asyncio.to_thread(_by_helper, picture)


async def _preview(app: ImagescopeApp, photo: Photo) -> CopiedPicture | None:
    """The largest picture that there is, or can be made."""
    if photo.content_hash is None:
        return None
    settings = app.settings
    cache = ThumbnailCache(
        settings.library / "thumbnails", settings.indexer_options.thumbnail_cache_bytes
    )
    for side in (PREVIEW_SIDE, THUMBNAIL_SIDE):
        jpeg = await asyncio.to_thread(cache.read, photo.content_hash, side)
        if jpeg is None and await app.session.prepare_picture(photo.id, side):
            jpeg = await asyncio.to_thread(cache.read, photo.content_hash, side)
        if jpeg is not None:
            return CopiedPicture("image/jpeg", jpeg)
    return None


def _write(driver: Driver, picture: CopiedPicture) -> None:
    # In a thread: the queue to the terminal is short, and waits where it is full.
    for packet in kitty_packets(picture):
        driver.write(packet)


def _by_helper(picture: CopiedPicture | None) -> Failed | str:
    try:
        png = as_png(picture) if picture is not None else None
    except OSError:
        png = None
    if png is None:
        return Failed("its picture cannot be had now")
    if opening.copy_with_helper(png.data, mime=png.mime):
        return "The picture is copied."
    return Failed("the clipboard takes no pictures here: neither wl-copy nor xclip does it")
