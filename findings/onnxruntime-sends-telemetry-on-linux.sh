#!/usr/bin/env bash
# One expects: onnxruntime on Linux runs networks and talks to nobody; for years its telemetry was a
# matter of the builds for Windows.
# What happens: the wheel of 1.32.0 for Linux holds Microsoft's 1DS client, switched on. Importing the
# package writes a session id into the folder for temporary files; the first session makes a lasting id
# of the machine and a database of events in the cache folder, and threads look up
# mobile.events.data.microsoft.com (seen with strace -f -e trace=connect,sendto on a machine without
# network). ORT_DISABLE_TELEMETRY=1, set before the import, is respected: nothing is written, and no
# socket is opened.
# Why it matters to photo search: a program that promises to stay on the machine breaks its promise by
# loading a small encoder, and a guard in Python sees none of it, for the sockets are opened in C++.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$folder/run.py" <<'PYTHON'
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", sides[:1], sides[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
session.run(None, {"x": np.zeros(1, np.float32)})
home = Path.home()
written = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
print(" ".join(written) or "nothing")
PYTHON
# In a network of its own where that is allowed: whatever is tried, nothing leaves this machine.
alone=()
unshare --net true 2>/dev/null && alone=(unshare --net)
written() {
    mkdir "$folder/$1"
    env -u XDG_CACHE_HOME HOME="$folder/$1" TMPDIR="$folder/$1" "${@:2}" \
        "${alone[@]}" "$folder/env/bin/python" "$folder/run.py"
}
by_default=$(written default env -u ORT_DISABLE_TELEMETRY)
switched_off=$(written off env ORT_DISABLE_TELEMETRY=1)
echo "written by default:                   $by_default"
echo "written with ORT_DISABLE_TELEMETRY=1: $switched_off"
[[ $by_default == *deviceid* && $by_default == *.ses* ]] || { echo "the telemetry is gone"; exit 1; }
[[ $switched_off == nothing ]] || { echo "it can no longer be switched off"; exit 1; }
