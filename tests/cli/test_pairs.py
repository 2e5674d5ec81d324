"""A photo and what lies beside it, as commands tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope


def test_a_pair_and_its_sidecar_are_one_photo_in_every_command(
    imagescope: Imagescope, tmp_path: Path
) -> None:
    still = paint(tmp_path / "pairs" / "IMG_1.jpg", "red")
    raw = still.with_suffix(".CR2")
    raw.write_bytes(b"nothing that could be read")
    still.with_suffix(".xmp").write_text(
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4">'
        '<title xmlns="http://purl.org/dc/elements/1.1/">Harbour</title></r:Description></r:RDF>'
    )
    done = imagescope("index", still.parent)
    assert done.status == 0, done.err
    assert "1 new" in done.err
    status = imagescope("status", "--json").json
    assert (status["photos"], status["embedded"], status["failed"]) == (1, 1, 0)
    assert status["companions"] == 1
    [hit] = imagescope("search", "harbour type:raw rating:4", "--format", "json").json["results"]
    assert (hit["path"], hit["companions"]) == (str(still), [str(raw)])
    assert hit["parts"]["words"] is not None
    listed = imagescope("search", "harbour", "type:raw", "rating:4").out
    assert f"{still} + {raw.name}\n" in listed


def test_a_sidecar_that_comes_or_goes_is_told(imagescope: Imagescope, tmp_path: Path) -> None:
    still = paint(tmp_path / "pairs" / "IMG_1.jpg", "red")
    imagescope("index", still.parent)
    still.with_suffix(".xmp").write_text("<x/>")
    assert "1 photo, 1 sidecar" in imagescope("index").err
    assert "1 photo, nothing new" in imagescope("index").err
    still.with_suffix(".xmp").unlink()
    assert "1 photo, 1 sidecar" in imagescope("index").err
