"""Where the data sets are had and how large they are; the pictures are not ours to give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.evaluation.task import DatasetName

_COCO_UNLABELED: Final = (
    "pictures: http://images.cocodataset.org/zips/unlabeled2017.zip, about 19 GB (123,403 files)"
)
_CIRR: Final = (
    "annotations: branch cirr_dataset of https://github.com/Cuberick-Orion/CIRR, about 10 MB; "
    "pictures: dev and test1 of NLVR2, by the form at https://lil.nlp.cornell.edu/nlvr/, "
    "several GB"
)
_FASHIONIQ: Final = (
    "annotations: https://github.com/XiaoxiaoGuo/fashion-iq, about 10 MB; pictures: by that "
    "repository's lists of addresses, or with the annotations at "
    "https://huggingface.co/datasets/Plachta/FashionIQ, several GB"
)
WHERE: Final[Mapping[DatasetName, str]] = {
    "circo": (
        "annotations: https://github.com/miccunifi/CIRCO, below 1 MB; "
        f"{_COCO_UNLABELED}; list of the gallery: "
        "http://images.cocodataset.org/annotations/image_info_unlabeled2017.zip, about 5 MB"
    ),
    "cirr": _CIRR,
    "cirr-subset": _CIRR,
    "fashioniq-dress": _FASHIONIQ,
    "fashioniq-shirt": _FASHIONIQ,
    "fashioniq-toptee": _FASHIONIQ,
    "flickr30k": (
        "https://huggingface.co/datasets/nlphuji/flickr_1k_test_image_text_retrieval: "
        "test_1k_flickr.csv and images_flickr_1k_test.zip, about 140 MB, after the form at "
        "https://shannon.cs.illinois.edu/DenotationGraph/"
    ),
    "mscoco": (
        "https://huggingface.co/datasets/nlphuji/mscoco_2014_5k_test_image_text_retrieval: "
        "test_5k_mscoco_2014.csv and images_mscoco_2014_5k_test.zip, about 800 MB"
    ),
    "visdial": (
        "VisDial_v1.0_queries_val.json and Search_Space_val_50k.json: "
        f"https://github.com/levymsn/ChatIR, about 3 MB; {_COCO_UNLABELED}"
    ),
    "inquire-rerank": (
        "https://huggingface.co/datasets/evendrow/INQUIRE-Rerank: parquet files with the "
        "pictures, about 0.4 GB for val and 1.5 GB for test"
    ),
    "inquire-fullrank": (
        "queries, annotations and embeddings (about 4 to 8 GB for a model): "
        "https://github.com/inquire-benchmark/INQUIRE; pictures, for two stages only: "
        "https://ml-inat-competition-datasets.s3.amazonaws.com/2024/train.tar.gz, about 441 GB"
    ),
    "captions": (
        "your own folder: captions.csv with the columns `image_id` or `file` and `caption`, the "
        "pictures in images/, and machine_captions.csv if there are stored captions"
    ),
}
