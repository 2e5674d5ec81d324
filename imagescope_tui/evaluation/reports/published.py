"""Figures the publications print, in percent, each with where it was read.

Only what was read off a table, a figure or a page is here. Measures are named as reports name
them; `MEASURE GROUP` is the figure of a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.task import DatasetName

PublishedName: TypeAlias = "DatasetName | Literal['fashioniq-average']"

_SCOPE_CIR = "ImageScope paper, composed retrieval table (read off the figure)"
_SCOPE_TIR = "ImageScope paper, text retrieval table (read off the figure)"
_XR_FIGURE = "XR paper, parameter studies (read off the figure)"
_XR_LARGE = "OSCAR paper, tables 2-3 (secondary)"
_INQUIRE = "INQUIRE web leader-board"
_CHATIR = "ChatIR abstract (secondary)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What one system is reported to reach on one data set."""

    dataset: PublishedName
    system: str
    encoder: str
    figures: Mapping[str, float]
    """Percent by measure."""
    source: str
    split: str | None
    """The split it was measured on; None where the source does not say."""


def published_for(dataset: PublishedName) -> tuple[Published, ...]:
    """What is published for a data set, in the order it is told; empty where nothing is."""
    return tuple(item for item in _everything() if item.dataset == dataset)


def remarks_on(dataset: PublishedName) -> tuple[str, ...]:
    """What the publications leave open about their figures for a data set; often nothing."""
    starred = any(item.system == _STARRED for item in published_for(dataset))
    return (*((_STAR_REMARK,) if starred else ()), *_REMARKS.get(dataset, ()))


_STAR_REMARK = (
    "The publication does not explain its rows with a star; they fit other CLIP weights than the"
    " LAION-2B ones of its main rows."
)
_REMARKS: dict[PublishedName, tuple[str, ...]] = {
    "circo": ("XR's mAP@50 with ViT-B/32 was read in a review of the paper (secondary).",),
    "inquire-rerank": (
        "The leader-board calls its figure AP@50, the public script computes it over all 100"
        " photos of a query, which would be AP@100.",
    ),
    "visdial": (
        "ChatIR's figures count round 0; ImageScope's own figures for this data set could"
        " not be read, and are left out.",
    ),
    "cirr": ("The test server seems to divide by 4,150 for 4,148 queries.",),
    "cirr-subset": ("The test server seems to divide by 4,150 for 4,148 queries.",),
}


@cache
def _everything() -> tuple[Published, ...]:
    return (*_composed(), *_garments(), *_texts(), *_dialogues(), *_experts())


def _composed() -> list[Published]:
    """The composed-retrieval table, a block of columns per data set; None where it has a dash."""
    columns: tuple[tuple[PublishedName, str, tuple[str, ...]], ...] = (
        ("circo", "test", ("mAP@5", "mAP@10", "mAP@25", "mAP@50")),
        ("cirr", "test1", ("R@1", "R@5", "R@10", "R@50")),
        ("cirr-subset", "test1", ("R@1", "R@2", "R@3")),
        ("fashioniq-average", "val", ("R@10", "R@50")),
    )
    found: list[Published] = []
    for system, encoder, source, line in _COMPOSED_LINES:
        blocks = [part.split() for part in line.split("|")]
        for (dataset, split, measures), values in zip(columns, blocks, strict=True):
            figures = {
                measure: float(value)
                for measure, value in zip(measures, values, strict=True)
                if value != "-"
            }
            if figures:
                found.append(
                    Published(
                        dataset=dataset,
                        system=system,
                        encoder=encoder,
                        figures=figures,
                        source=source,
                        split=split,
                    )
                )
    return found


_B32, _L14 = "ViT-B/32", "ViT-L/14"
_STARRED = "ImageScope*"
_COMPOSED_LINES: tuple[tuple[str, str, str, str], ...] = (
    ("iSEARLE", _B32, _SCOPE_CIR,
     "10.58 11.24 12.51 13.26 | 25.23 55.69 68.05 90.82 | - - - | 24.40 44.80"),
    ("iSEARLE-OTI", _B32, _SCOPE_CIR,
     "10.31 10.94 12.27 13.01 | 26.19 55.18 68.05 90.65 | - - - | 25.06 44.79"),
    ("CIReVL", _B32, _SCOPE_CIR,
     "14.94 15.42 17.00 17.82 | 23.94 52.51 66.00 86.95 | 60.17 80.05 90.19 | 28.29 49.35"),
    ("LDRE", _B32, _SCOPE_CIR,
     "17.96 18.32 20.21 21.11 | 25.69 55.13 69.04 89.90 | 60.53 80.65 90.70 | 24.81 45.63"),
    (_STARRED, _B32, _SCOPE_CIR,
     "22.36 22.19 23.03 23.83 | 34.36 60.58 71.40 88.41 | 74.63 87.93 93.83 | 22.42 38.03"),
    ("ImageScope", _B32, _SCOPE_CIR,
     "25.26 25.82 27.15 28.11 | 38.43 66.27 76.96 91.83 | 75.93 89.21 94.63 | 31.42 50.80"),
    ("XR", _B32, _XR_FIGURE,
     "27.51 28.33 30.28 30.95 | 43.06 73.86 83.15 - | 77.54 90.27 95.21 | 36.66 57.10"),
    ("CIReVL", _L14, _SCOPE_CIR,
     "18.57 19.01 20.89 21.80 | 24.55 52.31 64.92 86.34 | 59.54 79.88 89.69 | 28.55 48.57"),
    ("LDRE", _L14, _SCOPE_CIR,
     "23.35 24.03 26.44 27.50 | 26.53 55.57 67.54 88.50 | 60.43 80.31 89.90 | 28.51 50.54"),
    ("HyCIR", _L14, _SCOPE_CIR,
     "18.91 19.67 21.58 22.49 | 25.08 53.49 67.03 89.85 | 53.83 75.06 87.18 | - -"),
    ("FTI4CIR", _L14, _SCOPE_CIR,
     "15.05 16.32 18.06 19.05 | 25.90 55.61 67.66 89.66 | 55.21 75.88 87.98 | 29.42 50.88"),
    (_STARRED, _L14, _SCOPE_CIR,
     "25.39 25.82 27.07 27.98 | 34.99 61.35 71.49 88.84 | 74.94 88.24 94.00 | 25.54 41.22"),
    ("ImageScope", _L14, _SCOPE_CIR,
     "28.36 29.23 30.81 31.88 | 39.37 67.54 78.05 92.94 | 76.36 89.40 95.21 | 31.36 50.78"),
    ("XR", _L14, _XR_LARGE,
     "31.38 32.88 35.46 36.50 | 43.13 73.59 83.09 94.05 | - - - | 37.18 57.30"),
)  # fmt: skip


def _garments() -> list[Published]:
    """XR by category; ImageScope prints the average alone."""
    rows: tuple[tuple[DatasetName, str, str, float, float], ...] = (
        ("fashioniq-dress", _B32, _XR_FIGURE, 30.94, 52.06),
        ("fashioniq-shirt", _B32, _XR_FIGURE, 36.06, 54.66),
        ("fashioniq-toptee", _B32, _XR_FIGURE, 42.99, 64.56),
        ("fashioniq-dress", _L14, _XR_LARGE, 28.71, 52.50),
        ("fashioniq-shirt", _L14, _XR_LARGE, 38.91, 56.82),
        ("fashioniq-toptee", _L14, _XR_LARGE, 43.91, 62.57),
    )
    return [
        Published(
            dataset=dataset,
            system="XR",
            encoder=encoder,
            figures={"R@10": at_10, "R@50": at_50},
            source=source,
            split="val",
        )
        for dataset, encoder, source, at_10, at_50 in rows
    ]


def _texts() -> list[Published]:
    """The text-retrieval table: Flickr30K and MSCOCO."""
    datasets: tuple[DatasetName, ...] = ("flickr30k", "mscoco")
    return [
        Published(
            dataset=dataset,
            system=system,
            encoder=encoder,
            figures=_named(("R@1", "R@5", "R@10"), block.split()),
            source=_SCOPE_TIR,
            split="test",
        )
        for system, encoder, line in _TEXT_LINES
        for dataset, block in zip(datasets, line.split("|"), strict=True)
    ]


_TEXT_LINES: tuple[tuple[str, str, str], ...] = (
    ("CLIP*", _B32, "61.60 85.60 91.20 | 32.10 56.70 67.60"),
    (_STARRED, _B32, "76.08 89.74 92.67 | 46.37 66.75 73.87"),
    ("CLIP*", _L14, "68.70 90.60 95.20 | 34.60 59.40 69.80"),
    (_STARRED, _L14, "77.18 92.06 94.82 | 49.46 70.55 77.67"),
    ("CLIP", _B32, "66.56 88.16 93.02 | 39.45 65.51 75.65"),
    ("ImageScope", _B32, "78.84 92.66 95.64 | 51.23 73.32 80.79"),
    ("CLIP", _L14, "75.72 92.96 96.00 | 46.46 71.10 79.78"),
    ("ImageScope", _L14, "81.10 94.02 96.82 | 53.73 75.96 83.50"),
)


def _dialogues() -> list[Published]:
    """ChatIR counts hits from round 0; ImageScope's own figures could not be read."""
    return [
        Published(
            dataset="visdial",
            system="ChatIR, people's answers",
            encoder="its own",
            figures={"Hits@10 round 0": 64.0, "Hits@10 round 5": 75.0},
            source=_CHATIR,
            split=None,
        ),
        Published(
            dataset="visdial",
            system="ChatIR, its own questions (more than)",
            encoder="its own",
            figures={"Hits@10 round 5": 78.0},
            source=_CHATIR,
            split=None,
        ),
    ]


def _experts() -> list[Published]:
    """INQUIRE: over all queries, then Appearance, Behavior, Context, Species where printed."""
    names = ("AP@50", *(f"AP@50 {group}" for group in INQUIRE_GROUPS))
    tables: tuple[tuple[DatasetName, str, Sequence[tuple[str, str, str]]], ...] = (
        ("inquire-fullrank", f"{_INQUIRE}, one stage", _ONE_STAGE),
        ("inquire-fullrank", f"{_INQUIRE}, two stages", _TWO_STAGES),
        ("inquire-rerank", f"{_INQUIRE}, rerank", _RERANK),
    )
    return [
        Published(
            dataset=dataset,
            system=system,
            encoder=encoder,
            figures=_named(names, values.split("/")),
            source=source,
            split=None,
        )
        for dataset, source, lines in tables
        for system, encoder, values in lines
    ]


def _named(measures: Sequence[str], values: Sequence[str]) -> dict[str, float]:
    """The first measures, as many as there are values."""
    return {name: float(value) for name, value in zip(measures, values, strict=False)}


INQUIRE_GROUPS = ("Appearance", "Behavior", "Context", "Species")
_H14 = "ViT-H/14-378 DFN"
_ONE_STAGE: tuple[tuple[str, str, str], ...] = (
    ("retrieval", _H14, "35.6/25.7/38.7/36.5/52.7"),
    ("retrieval", "SigLIP SO400m-384", "34.9/30.5/35.7/36.0/42.6"),
    ("retrieval", "SigLIP L/16-384", "31.6/24.1/33.0/33.8/44.5"),
    ("retrieval", "ViT-L/14 DFN", "24.6/18.4/24.0/26.3/40.9"),
    ("retrieval", "ViT-B/16 DFN", "16.2/12.0/16.8/15.7/28.3"),
    ("retrieval", "ViT-L/14 OpenAI", "15.8/14.9/15.3/14.3/23.6"),
    ("retrieval", "RN50x16", "14.3/10.4/15.8/13.3/23.3"),
    ("retrieval", "ViT-B/16 OpenAI", "11.4/9.8/10.6/11.2/19.0"),
    ("retrieval", "ViT-B/32 OpenAI", "8.2/5.8/7.6/8.9/16.1"),
    ("retrieval", "RN50", "7.6/5.7/7.3/7.9/13.8"),
    ("retrieval", "WildCLIP-t1", "7.5/5.2/8.0/7.0/13.2"),
    ("retrieval", "WildCLIP-lwf", "7.3/6.5/6.8/6.4/13.1"),
    ("retrieval", "BioCLIP", "3.6/2.3/0.5/2.2/21.1"),
)
_TWO_STAGES: tuple[tuple[str, str, str], ...] = (
    ("GPT-4o, top 100", _H14, "47.1/36.6/49.7/51.9/59.4"),
    ("VILA1.5-40B, top 100", _H14, "42.1/32.5/44.7/46.7/52.4"),
    ("GPT-4-Turbo, top 100", _H14, "38.8/29.7/40.0/42.2/54.7"),
    ("PaliGemma-3B-mix-448, top 100", _H14, "37.7/27.2/41.2/41.7/48.6"),
    ("LLaVA-1.6-34B, top 100", _H14, "37.4/28.0/39.0/41.8/50.8"),
)
_RERANK: tuple[tuple[str, str, str], ...] = (
    ("GPT-4o", "-", "62.4/59.7/61.9/70.6/42.4"),
    ("VILA1.5-40B", "-", "54.3/50.4/55.1/61.9/36.0"),
    ("retrieval", "SigLIP SO400m-384", "51.5/51.8/51.7/53.4/38.8"),
    ("GPT-4-Turbo", "-", "48.9/43.7/49.6/56.6/39.7"),
    ("PaliGemma-3B-mix-448", "-", "48.9/44.1/51.6/53.8/35.3"),
    ("LLaVA-1.6-34B", "-", "48.3/43.7/48.7/56.4/34.7"),
    ("retrieval", "SigLIP L/16-384", "47.5/42.8/50.2/52.1/34.7"),
    ("VILA1.5-13B", "-", "46.3/40.2/46.5/56.8/32.7"),
    ("retrieval", _H14, "44.6/38.8/50.1/47.4/28.6"),
    ("InstructBLIP-XXL", "-", "44.3/38.7/45.9/50.7/37.2"),
    ("LLaVA-1.6-7B", "-", "43.1/39.0/42.7/51.5/31.7"),
    ("LLaVA-1.5-13B", "-", "43.0/37.7/45.1/48.9/32.7"),
    ("BLIP-2-XXL", "-", "40.5/32.8/43.4/47.9/32.4"),
    ("retrieval", "ViT-L/14 DFN", "39.1/34.9/40.7/43.3/33.4"),
    ("retrieval", "ViT-L/14 OpenAI", "37.8/35.1/37.9/41.4/37.6"),
    ("retrieval", "RN50x16", "36.2"),
    ("retrieval", "ViT-B/16 DFN", "33.7"),
    ("retrieval", "ViT-B/16 OpenAI", "33.5"),
    ("retrieval", "WildCLIP-t1", "31.6"),
    ("retrieval", "WildCLIP-lwf", "31.5"),
    ("retrieval", "ViT-B/32 OpenAI", "31.3/26.9/30.4/37.3/37.0"),
    ("retrieval", "RN50", "31.2"),
    ("retrieval", "BioCLIP", "28.9/27.4/27.2/30.8/41.1"),
    ("random order", "-", "23.0"),
)
