"""Weights of pocket's form that know next to nothing: small networks, written in a moment.

A picture's vector is its mean colour, a text's the mean of the colours that it names.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xxhash
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SIDE: Final = 224
MAX_TOKENS: Final = 16
DIM: Final = 3
_COLOURS: Final = {
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "a": (1, 1, 1),
    "yellow": (1, 1, 0),
    "purple": (1, 0, 1),
    "sky": (0, 0.7, 1),
}
_SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "!")
_OPSET: Final = 17


def write_weights(folder: Path) -> Path:
    """The folder, with all files that the encoder needs."""
    folder.mkdir(parents=True)
    contents = {
        "picture.onnx": _picture(),
        "regions.onnx": _regions(),
        "text.onnx": _text(),
        "tokenizer.json": _tokenizer(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    write_manifest(folder, {"version": 1, "dim": DIM, "side": SIDE, "max_tokens": MAX_TOKENS})
    return folder


def write_manifest(folder: Path, fields: Mapping[str, object]) -> None:
    """A manifest that fits the files as they are."""
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "xxh3_128": xxhash.xxh3_128_hexdigest(path.read_bytes()),
        }
        for path in sorted(folder.iterdir())
        if path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps({**fields, "files": files}))


def _picture() -> bytes:
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node(
            "AveragePool", ["planes"], ["cells"], kernel_shape=[32, 32], strides=[32, 32]
        ),
        helper.make_node("Transpose", ["cells"], ["map"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["map"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("LpNormalization", ["mean"], ["vectors"], axis=-1, p=2),
    ]
    given = _value("pixels", ["n", SIDE, SIDE, 3], TensorProto.UINT8)
    return _model(nodes, [given], {"vectors": ["n", DIM], "map": ["n", 7, 7, DIM]})


def _regions() -> bytes:
    node = helper.make_node("LpNormalization", ["map"], ["regions"], axis=-1, p=2)
    given = _value("map", ["n", 7, 7, DIM], TensorProto.FLOAT)
    return _model([node], [given], {"regions": ["n", 7, 7, DIM]})


def _text() -> bytes:
    table = np.array([(0, 0, 0)] * len(_SPECIAL) + list(_COLOURS.values()), dtype=np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["words"]),
        helper.make_node("Cast", ["mask"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float", "last"], ["weights"]),
        helper.make_node("Mul", ["words", "weights"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "second"], ["sum"], keepdims=0),
        helper.make_node("LpNormalization", ["sum"], ["vectors"], axis=-1, p=2),
    ]
    given = [_value(name, ["n", "length"], TensorProto.INT64) for name in ("ids", "mask")]
    fixed = {"table": table, "last": np.array([-1]), "second": np.array([1])}
    return _model(nodes, given, {"vectors": ["n", DIM]}, fixed)


def _tokenizer() -> bytes:
    words = (*_SPECIAL, *_COLOURS)
    vocabulary = {word: place for place, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_padding(length=99)
    written: str = tokenizer.to_str()
    return written.encode()


def _value(name: str, shape: Sequence[str | int], kind: int) -> Any:  # noqa: ANN401
    return helper.make_tensor_value_info(name, kind, shape)


def _model(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Mapping[str, Sequence[str | int]],
    fixed: Mapping[str, np.ndarray[Any, Any]] | None = None,
) -> bytes:
    graph = helper.make_graph(
        nodes,
        "stand-in",
        inputs,
        [_value(name, shape, TensorProto.FLOAT) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in (fixed or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = 8
    content: bytes = model.SerializeToString()
    return content
