"""How a process that decodes is started: with its parent's import path, and one thread."""

from __future__ import annotations

import json
import sys
from pathlib import Path

# The parent's import path is handed over, so that parent and worker run the same code wherever
# that is; one thread for OpenBLAS and LibRaw, for each takes address space, which is limited.
_BOOTSTRAP = (
    "import importlib, json, os, sys; sys.path[:] = json.loads(sys.argv[1]);"
    " [os.putenv(name, '1') for name in ('OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS')];"
    " importlib.import_module(sys.argv[2]).main(sys.argv[3])"
)


def guarded_command(module: str, argument: str) -> list[str]:
    """The command that calls `main(argument)` of a module of ours."""
    path = json.dumps([str(Path(entry).absolute()) for entry in sys.path])
    return [sys.executable, "-P", "-c", _BOOTSTRAP, path, module, argument]
