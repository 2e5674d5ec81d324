#!/usr/bin/env bash
# One expects: pathspec's GitIgnoreSpec, which says that it does as git does, leaves out what git
# leaves out by the same lines; and that a line which git takes is no error.
# What happens: `[!0-9]` also matches a slash, so `/trip[!0-9]*`, meant for `trip-old`, leaves out
# all that lies in `trip/`; classes as `[[:digit:]]` match nothing; a folder's real name as
# `[2024-06-01] Holiday/` raises re.error, which is no ValueError, and `!` alone makes the whole
# file an error. git leaves `trip/` alone, knows the classes, and takes both lines.
# Why it matters to photo search: sound photos are lost from search by a line that is right, private
# ones come in because another line of the file was odd, or indexing ends.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pathspec==1.1.1
git init --quiet "$folder/repository"
cd "$folder/repository"
"$folder/env/bin/python" - <<'PYTHON'
import subprocess
from importlib.metadata import version
from pathlib import Path

from pathspec import GitIgnoreSpec


def by_git(line: str, path: str) -> bool:
    Path(".gitignore").write_text(f"{line}\n")
    asked = ["git", "check-ignore", "--no-index", "--quiet", path]
    return subprocess.run(asked, check=False).returncode == 0


def by_pathspec(line: str, path: str) -> object:
    try:
        return GitIgnoreSpec.from_lines([line]).match_file(path)
    except Exception as error:
        return type(error).__name__


git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
print(f"pathspec {version('pathspec')}, {git.strip()}")
for line, path, expected in (
    ("/trip[!0-9]*", "trip/a.jpg", (False, True)),
    ("IMG_[[:digit:]]*.jpg", "IMG_12.jpg", (True, False)),
    ("[2024-06-01] Holiday/", "[2024-06-01] Holiday/a.jpg", (False, "PatternError")),
    ("!", "a.jpg", (False, "GitIgnorePatternError")),
):
    found = by_git(line, path), by_pathspec(line, path)
    print(f"  {line} on {path}: git {found[0]}, pathspec {found[1]}")
    is_error = isinstance(expected[1], str) and isinstance(found[1], str)
    assert found == expected or (is_error and found[0] == expected[0]), "this has changed"
PYTHON
