#!/usr/bin/env bash
# One expects: the vector of a text depends on the text. With weights stored as whole numbers
# (onnxruntime's quantize_dynamic, the usual way to make a sentence encoder small), vectors are a
# little less exact, but the same text gives the same vector.
# What happens: the activations are brought to 8 bits with one scale for the whole batch, found
# anew at each run. Another row with larger numbers makes the scale coarser for all rows, so a row
# read beside others gets another vector than the same row alone. In 32 bits it does not.
# Why it matters to photo search: captions are embedded in batches and queries one by one, so equal
# words get unequal vectors; two libraries with the same captions differ by the order of indexing;
# and a vector that was stored can never be checked by computing it again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import logging

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

logging.disable(logging.WARNING)
onnxruntime.set_default_logger_severity(3)
random = np.random.default_rng(0)
weight = random.normal(size=(64, 32)).astype(np.float32)
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["y"])],
    "one-layer",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32])],
    [numpy_helper.from_array(weight, "w")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.save(model, "full.onnx")
quantize_dynamic("full.onnx", "int8.onnx")


def cosine_alone_and_beside(path: str) -> float:
    """Of one row's output alone and beside a row with numbers eight times as large."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    row = np.random.default_rng(1).normal(size=(1, 64)).astype(np.float32)
    other = 8 * np.random.default_rng(2).normal(size=(1, 64)).astype(np.float32)
    alone = session.run(None, {"x": row})[0][0]
    beside = session.run(None, {"x": np.concatenate([row, other])})[0][0]
    return float(alone @ beside / np.linalg.norm(alone) / np.linalg.norm(beside))


full, small = cosine_alone_and_beside("full.onnx"), cosine_alone_and_beside("int8.onnx")
print(f"onnxruntime {onnxruntime.__version__}: the same row alone and beside another:")
print(f"  32 bits: cosine {full:.6f}   8 bits (dynamic): cosine {small:.6f}")
assert full > 0.999999, "32 bits changed"
assert small < 0.9999, "8 bits no longer depend on the batch"
PYTHON
