"""Writes the files that are shipped, and what they must be like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import torch
import xxhash
from torch import nn

from tests.training.pocket.convolutions import CELLS, FEATURES
from tests.training.pocket.photos import SIDE
from tests.training.pocket.sources import sentence_folder
from tests.training.pocket.space import COLOURS, SPACE_DIM, Regions, Text, WholePicture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.training.pocket.space import PictureSide

VERSION = 1
TOKENS_MAX = 64
_OPSET = 17
_SMALL = 256
"""So few numbers are stored as they are."""


def write_pictures(network: Any, side: PictureSide, folder: Path, work: Path) -> None:  # noqa: ANN401
    """`picture.onnx` and `regions.onnx`, their weights in half precision."""
    pixels = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8)
    _export(
        WholePicture(network, side),
        (pixels,),
        work / "picture.onnx",
        ["pixels"],
        ["vectors", "map"],
    )
    _halve(work / "picture.onnx", folder / "picture.onnx")
    cells = torch.rand(2, CELLS, CELLS, FEATURES + COLOURS)
    _export(Regions(side), (cells,), work / "regions.onnx", ["map"], ["regions"])
    _quantise(work / "regions.onnx", folder / "regions.onnx")


def write_texts(text: Text, folder: Path, work: Path) -> None:
    """`text.onnx`, its large matrices in whole numbers, and `tokenizer.json`."""
    text.model.embeddings.word_embeddings = WholeNumberRows(text.model.embeddings.word_embeddings)
    ids = torch.ones(2, 7, dtype=torch.long)
    _export(text, (ids, ids), work / "text.onnx", ["ids", "mask"], ["vectors"], length=True)
    _quantise(work / "text.onnx", work / "text8.onnx")
    _optimise(work / "text8.onnx", folder / "text.onnx")
    tokenizer = json.loads((sentence_folder() / "tokenizer.json").read_text("utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    written = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(written, "utf-8")


def write_manifest(folder: Path) -> None:
    """`manifest.json`: sizes and hashes of the other files."""
    names = ("picture.onnx", "regions.onnx", "text.onnx", "tokenizer.json")
    contents = {name: (folder / name).read_bytes() for name in names}
    manifest = {
        "version": VERSION,
        "dim": SPACE_DIM,
        "side": SIDE,
        "max_tokens": TOKENS_MAX,
        "files": {
            name: {"bytes": len(content), "xxh3_128": xxhash.xxh3_128_hexdigest(content)}
            for name, content in contents.items()
        },
        "calibration": None,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


class WholeNumberRows(nn.Module):
    """An embedding whose rows are whole numbers from -127 to 127, each row with its own unit."""

    def __init__(self, embedding: Any) -> None:  # noqa: ANN401
        super().__init__()
        rows = embedding.weight.detach()
        unit = rows.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127.0
        self.register_buffer("rows", (rows / unit).round().to(torch.int8))
        self.register_buffer("unit", unit)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows of the numbers."""
        return self.rows[ids].float() * self.unit[ids]


def _export(
    module: nn.Module,
    inputs: tuple[torch.Tensor, ...],
    path: Path,
    names: list[str],
    outputs: list[str],
    *,
    length: bool = False,
) -> None:
    axes: dict[str, dict[int, str]] = {name: {0: "n"} for name in (*names, *outputs)}
    for name in names if length else ():
        axes[name][1] = "length"
    torch.onnx.export(
        module.eval(),
        inputs,
        str(path),
        input_names=names,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )


def _quantise(source: Path, target: Path) -> None:
    """Matrices of products in whole numbers: unsigned, which no processor adds up too far."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(source),
        str(target),
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        weight_type=QuantType.QUInt8,
    )


def _optimise(source: Path, target: Path) -> None:
    """What onnxruntime would do each time the file is opened, in twice the time of a search."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def _halve(source: Path, target: Path) -> None:
    """Store weights in half precision; they are widened again when the file is read."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(source))
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < _SMALL:
            continue
        name = weight.name
        narrow = numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(narrow, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
    onnx.save(model, str(target))
