"""The published figures, as far as they can be checked against each other."""

from __future__ import annotations

from typing import get_args

import pytest

from imagescope_tui.evaluation.reports.published import Published, PublishedName, published_for
from imagescope_tui.evaluation.task import DatasetName

NAMES: tuple[PublishedName, ...] = (*get_args(DatasetName), "fashioniq-average")


def row(dataset: PublishedName, system: str, encoder: str) -> Published:
    (found,) = (
        item for item in published_for(dataset) if item.system == system and item.encoder == encoder
    )
    return found


@pytest.mark.parametrize("dataset", [name for name in NAMES if name != "captions"])
def test_every_published_figure_is_a_percent_with_a_source(dataset: PublishedName) -> None:
    found = published_for(dataset)
    assert found
    for item in found:
        assert item.figures
        assert item.source
        assert all(0 <= value <= 100 for value in item.figures.values())


def test_ones_own_photos_have_nothing_published() -> None:
    assert published_for("captions") == ()


@pytest.mark.parametrize("dataset", NAMES)
def test_published_recall_and_map_grow_with_k(dataset: PublishedName) -> None:
    for item in published_for(dataset):
        recalls = [value for name, value in item.figures.items() if name.startswith("R@")]
        assert recalls == sorted(recalls), item


@pytest.mark.parametrize("encoder", ["ViT-B/32", "ViT-L/14"])
@pytest.mark.parametrize(("measure", "slack"), [("R@10", 0.011), ("R@50", 0.011)])
def test_xrs_fashioniq_average_is_that_of_its_categories(
    encoder: str, measure: str, slack: float
) -> None:
    names: tuple[PublishedName, ...] = ("fashioniq-dress", "fashioniq-shirt", "fashioniq-toptee")
    mean = sum(row(name, "XR", encoder).figures[measure] for name in names) / 3
    average = row("fashioniq-average", "XR", encoder).figures[measure]
    assert mean == pytest.approx(average, abs=slack)


def test_text_retrieval_averages_are_the_printed_ones() -> None:
    for encoder, printed in (("ViT-B/32", 65.04), ("ViT-L/14", 67.42)):
        first = row("flickr30k", "ImageScope", encoder).figures["R@1"]
        second = row("mscoco", "ImageScope", encoder).figures["R@1"]
        assert (first + second) / 2 == pytest.approx(printed, abs=0.006)


def test_values_that_could_not_be_read_are_left_out() -> None:
    assert "R@50" not in row("cirr", "XR", "ViT-B/32").figures
    assert not [
        item
        for item in published_for("cirr-subset")
        if item.system == "XR" and item.encoder == "ViT-L/14"
    ]
