"""What nvidia-smi prints, read; and its absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from indexer.models.gpu import Gpu, list_gpus, roomiest_gpu

if TYPE_CHECKING:
    from pathlib import Path


def nvidia_smi(folder: Path, script: str) -> str:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_each_line_is_a_gpu(tmp_path: Path) -> None:
    command = nvidia_smi(
        tmp_path,
        "echo 'NVIDIA GeForce RTX 4090, 24564, 22528, 8.9'; echo 'NVIDIA T4, 15360, 15000, 7.5'",
    )
    first, second = list_gpus(command)
    assert (first.name, first.free_gib, first.capability) == ("NVIDIA GeForce RTX 4090", 22.0, 8.9)
    assert (second.index, second.total_gib) == (1, 15.0)
    assert roomiest_gpu((second, first)) == first


def test_an_old_driver_is_asked_for_less(tmp_path: Path) -> None:
    command = nvidia_smi(
        tmp_path,
        'case "$1" in *compute_cap*) echo not valid; exit 2;; esac; echo "GTX 1080, 8192, 7168"',
    )
    [gpu] = list_gpus(command)
    assert gpu == Gpu(index=0, name="GTX 1080", total_gib=8.0, free_gib=7.0, capability=None)


@pytest.mark.parametrize("script", ["exit 9", "echo", "echo 'GB10, [N/A], [N/A], 12.1'"])
def test_no_figures_are_no_gpu(tmp_path: Path, script: str) -> None:
    assert list_gpus(nvidia_smi(tmp_path, script)) == ()


def test_no_driver_is_no_gpu(tmp_path: Path) -> None:
    assert list_gpus(str(tmp_path / "nvidia-smi")) == ()
    assert roomiest_gpu(()) is None
