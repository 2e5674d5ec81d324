"""What `doctor` says of model servers: whether they answer, and what a local one stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.config import load_settings, server_folder
from imagescope_tui.model_health import examine_models
from indexer.models.gpu import Gpu
from indexer.models.vllm_launch import launch_order
from indexer.models.vllm_models import local_model
from indexer.models.vllm_plans import plan_on_cpu
from indexer.models.vllm_server import VllmServer
from tests.models.stand_in_vllm import stand_in

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.finding import Finding

CARD = Gpu(index=0, name="a card", total_gib=12, free_gib=11.5, capability=8.6)


def findings(gpus: tuple[Gpu, ...] = (), **environ: str) -> dict[str, Finding]:
    settings = load_settings({}, environ=environ)
    return {found.subject: found for found in examine_models(settings, gpus=lambda: gpus)}


def test_a_machine_without_anything_gets_a_remedy_for_each(tmp_path: Path) -> None:
    found = findings(IMAGESCOPE_LMM_VLLM=str(tmp_path / "nowhere"))
    assert set(found) == {"model server", "vllm", "gpu"}
    for finding in found.values():
        assert (finding.verdict, bool(finding.remedy)) == ("note", True)


def test_a_gpu_is_told_which_model_to_pull(tmp_path: Path) -> None:
    vllm = stand_in(tmp_path)
    found = findings((CARD,), IMAGESCOPE_LMM_VLLM=str(vllm.program))
    assert found["vllm"].verdict == "ok"
    assert "a card, 11.5 of 12.0 GiB free" in found["gpu"].told
    assert "imagescope models pull qwen3-vl-4b-fp8" in found["gpu"].remedy


def test_a_running_server_is_all_that_is_told(tmp_path: Path) -> None:
    vllm = stand_in(tmp_path)
    model = local_model(str(vllm.model), None)
    server = VllmServer(launch_order(vllm.program, model, plan_on_cpu(), folder=server_folder()))
    running = server.start(lambda _: None)
    try:
        [(subject, finding)] = findings().items()
        assert (subject, finding.verdict) == ("model server", "ok")
        assert running.url in finding.told
    finally:
        server.stop()


def test_a_configured_server_that_does_not_answer_is_bad_once_for_all_its_roles() -> None:
    found = findings(
        IMAGESCOPE_LMM_URL="http://127.0.0.1:9/v1",
        IMAGESCOPE_REASONER_URL="http://127.0.0.1:10/v1",
    )
    assert set(found) == {"captioner, verifier, evaluator", "reasoner"}
    assert {finding.verdict for finding in found.values()} == {"bad"}
