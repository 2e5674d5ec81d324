"""How an open_clip model is prepared, run and identified."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from indexer.models import open_clip_encoder
from indexer.models.encoders import load_encoder
from indexer.models.open_clip_device import Device, Precision, cpu_has_bf16
from indexer.models.open_clip_encoder import OpenClipEncoder, read_preprocessing
from indexer.models.protocols import ModelUnusable, Picture
from tests.models.clip_folders import CONFIG, WEIGHTS, checkpoint_in
from tests.world.pictures import decoded, squashed
from tests.world.scenes import draw, scene_of
from tests.world.tiny_clip import ARCHITECTURE, PREPROCESSING, register_architecture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import torch

    from indexer.models.protocols import FloatMatrix

pytestmark = [pytest.mark.clip, pytest.mark.timeout(300)]

NAMES = ["red circle", "blue square", "green star", "yellow triangle", "purple circle"]


def load(setting: str, threads: int = 0) -> OpenClipEncoder:
    encoder = load_encoder(setting, threads=threads)
    assert isinstance(encoder, OpenClipEncoder)
    return encoder


@pytest.fixture(scope="module")
def encoder(tiny_clip: Path) -> OpenClipEncoder:
    return load(f"open_clip:local-dir:{tiny_clip}")


@pytest.fixture
def pictures(encoder: OpenClipEncoder) -> list[Picture]:
    return [squashed(draw(scene_of(name)), encoder.picture_input) for name in NAMES]


def test_vectors_are_unit_rows_in_single_precision(
    encoder: OpenClipEncoder, pictures: Sequence[Picture]
) -> None:
    for vectors in (encoder.encode_pictures(pictures), encoder.encode_texts(NAMES)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(NAMES), encoder.dim)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_a_batch_gives_what_each_picture_gives_alone(
    encoder: OpenClipEncoder, pictures: Sequence[Picture]
) -> None:
    together = encoder.encode_pictures(pictures)
    alone = np.concatenate([encoder.encode_pictures([picture]) for picture in pictures])
    assert together == pytest.approx(alone, abs=1e-5)


def test_nothing_asked_is_nothing_answered(encoder: OpenClipEncoder) -> None:
    assert encoder.encode_pictures([]).shape == (0, encoder.dim)
    assert encoder.encode_texts([]).shape == (0, encoder.dim)


def test_a_blank_text_is_a_zero_row(encoder: OpenClipEncoder) -> None:
    blank, said = encoder.encode_texts(["  ", "a red circle"])
    assert not blank.any()
    assert said.any()


def test_a_text_beyond_the_context_is_cut_at_its_end(encoder: OpenClipEncoder) -> None:
    long = "a red circle " * 40
    cut, longer = encoder.encode_texts([long, long + "and a blue square"])
    assert cut == pytest.approx(longer)


def preprocessing_config(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - as open_clip has it
    return {
        "size": 32,
        "mean": (0.48, 0.45, 0.4),
        "std": (0.27, 0.26, 0.28),
        "interpolation": "bicubic",
        "fill_color": 90,
        **options,
    }


def ours_and_theirs(
    encoder: OpenClipEncoder, image: Image.Image, path: Path, config: dict[str, Any]
) -> tuple[FloatMatrix, FloatMatrix]:
    """What the model sees of a photo, by way of our decoder and by open_clip's own transform."""
    from open_clip.transform import PreprocessCfg, image_transform_v2

    image.save(path)
    ours = OpenClipEncoder(
        model=encoder._model,
        tokenizer=encoder._tokenizer,
        preprocessing=read_preprocessing(config),
        device=Device(name="cpu", precision="fp32"),
        encoder_id="",
        dim=encoder.dim,
    )
    seen = ours.normalised([decoded(path, ours.picture_input)])[0]
    return seen.numpy(), image_transform_v2(PreprocessCfg(**config), is_train=False)(image).numpy()


@pytest.mark.parametrize("size", [(53, 37), (40, 33), (64, 64)])
@pytest.mark.parametrize("resize_mode", ["shortest", "squash", "longest"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pixels_reach_the_model_as_open_clip_prepares_them(
    encoder: OpenClipEncoder,
    tmp_path: Path,
    size: tuple[int, int],
    resize_mode: str,
    interpolation: str,
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    config = preprocessing_config(resize_mode=resize_mode, interpolation=interpolation)
    image = Image.fromarray(noise)
    ours, theirs = ours_and_theirs(encoder, image, tmp_path / "photo.png", config)
    if resize_mode == "shortest":
        # Pillow rounds otherwise when it scales a part than when it scales all and cuts; half a
        # pixel off would make 50 grey levels of this noise.
        assert np.abs(ours - theirs).mean() * 255 * 0.27 < 0.5
    else:
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("resize_mode", ["shortest", "squash", "longest"])
def test_a_large_photo_differs_by_less_than_a_grey_level(
    encoder: OpenClipEncoder, tmp_path: Path, resize_mode: str
) -> None:
    config = preprocessing_config(resize_mode=resize_mode, mean=(0,) * 3, std=(1 / 255,) * 3)
    image = draw(scene_of("red star"), side=640).resize((640, 420))
    ours, theirs = ours_and_theirs(encoder, image, tmp_path / "photo.png", config)
    # Large photos are decoded at twice the size that is needed, then scaled.
    assert np.abs(ours - theirs).mean() < 1


@pytest.mark.parametrize(
    ("config", "fit"),
    [
        ({"resize_mode": "shortest", "size": 224}, "crop"),
        ({"resize_mode": "squash", "size": (256, 256)}, "squash"),
        ({"resize_mode": "longest", "size": 384, "fill_color": 128}, "pad"),
    ],
)
def test_the_picture_input_follows_the_models_preprocessing(
    config: dict[str, Any], fit: str
) -> None:
    whole = {"mean": 0.5, "std": (0.5, 0.5, 0.5), "interpolation": "bilinear", **config}
    preprocessing = read_preprocessing(whole)
    side = config["size"] if isinstance(config["size"], int) else config["size"][0]
    wanted = preprocessing.picture_input
    assert (wanted.width, wanted.height, wanted.fit) == (side, side, fit)
    assert (wanted.interpolation, wanted.fill) == ("bilinear", config.get("fill_color", 0))
    assert preprocessing.mean == (0.5, 0.5, 0.5)


def test_the_same_weights_have_one_id_however_they_are_named(
    encoder: OpenClipEncoder, tiny_clip: Path, tmp_path: Path, pictures: Sequence[Picture]
) -> None:
    architecture = register_architecture(tmp_path)
    checkpoint = checkpoint_in(tmp_path, tiny_clip)
    shutil.copy(tiny_clip / CONFIG, tmp_path / CONFIG)
    by_path = load(f"open_clip:{architecture}/{checkpoint}")
    assert by_path.encoder_id == encoder.encoder_id
    assert by_path.encode_pictures(pictures) == pytest.approx(encoder.encode_pictures(pictures))


def test_other_preprocessing_is_another_encoder(
    encoder: OpenClipEncoder, tiny_clip: Path, tmp_path: Path
) -> None:
    shutil.copy(tiny_clip / WEIGHTS, tmp_path / WEIGHTS)
    config = json.loads((tiny_clip / CONFIG).read_text())
    config["preprocess_cfg"]["resize_mode"] = "shortest"
    (tmp_path / CONFIG).write_text(json.dumps(config))
    assert load(f"open_clip:local-dir:{tmp_path}").encoder_id != encoder.encoder_id


def test_other_weights_are_another_encoder(
    encoder: OpenClipEncoder, tiny_clip: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(tiny_clip / WEIGHTS)
    weights["visual.conv1.weight"] *= 1.01
    save_file(weights, tmp_path / WEIGHTS)
    shutil.copy(tiny_clip / CONFIG, tmp_path / CONFIG)
    assert load(f"open_clip:local-dir:{tmp_path}").encoder_id != encoder.encoder_id


def test_half_precision_is_another_encoder_that_says_nearly_the_same(
    tiny_clip: Path, pictures: Sequence[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_precision(precision: Precision) -> OpenClipEncoder:
        # Which one is chosen by itself depends on the processor.
        device = Device(name="cpu", precision=precision)
        monkeypatch.setattr(open_clip_encoder, "choose_device", lambda: device)
        return load(f"open_clip:local-dir:{tiny_clip}")

    whole, half = in_precision("fp32"), in_precision("bf16")
    assert half.encoder_id != whole.encoder_id
    vectors = half.encode_pictures(pictures)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    cosines = (vectors * whole.encode_pictures(pictures)).sum(axis=1)
    assert cosines.min() > 0.99


@pytest.fixture
def _threads_restored() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("_threads_restored")
def test_threads_are_as_many_as_asked_for(tiny_clip: Path) -> None:
    import torch

    load(f"open_clip:local-dir:{tiny_clip}", threads=1)
    assert torch.get_num_threads() == 1


def limit_memory(
    encoder: OpenClipEncoder, monkeypatch: pytest.MonkeyPatch, fitting: int
) -> list[int]:
    """Makes the model fail as a GPU does when more than so many pictures come at once.

    Returns a list that grows by the number of pictures in each call.
    """
    import torch

    encode = encoder._model.encode_image
    tried: list[int] = []

    def limited(values: torch.Tensor) -> torch.Tensor:
        tried.append(len(values))
        if len(values) > fitting:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        features: torch.Tensor = encode(values)
        return features

    monkeypatch.setattr(encoder._model, "encode_image", limited)
    return tried


def test_a_gpu_without_memory_gets_smaller_batches(
    tiny_clip: Path, pictures: Sequence[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = load(f"open_clip:local-dir:{tiny_clip}")
    many = [*pictures] * 4
    expected = encoder.encode_pictures(many)
    tried = limit_memory(encoder, monkeypatch, fitting=3)
    assert encoder.encode_pictures(many) == pytest.approx(expected, abs=1e-5)
    tried.clear()
    encoder.encode_pictures(many)
    assert max(tried) <= 3, "what was too many is not tried again"


def test_a_gpu_without_memory_for_one_picture_is_an_error(
    tiny_clip: Path, pictures: Sequence[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = load(f"open_clip:local-dir:{tiny_clip}")
    limit_memory(encoder, monkeypatch, fitting=0)
    with pytest.raises(ModelUnusable, match="no memory"):
        encoder.encode_pictures(pictures)


@pytest.mark.parametrize(
    ("flags", "has"),
    [
        ("fpu avx512f avx512_bf16 amx_bf16", True),
        ("fpu avx512f avx512_bf16", True),
        ("fpu avx2 avx512f avx512_vnni", False),
    ],
)
def test_bf16_is_taken_only_where_the_processor_multiplies_it(
    tmp_path: Path, flags: str, has: bool
) -> None:
    cpu_info = tmp_path / "cpuinfo"
    cpu_info.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    assert cpu_has_bf16(cpu_info) is has
    assert not cpu_has_bf16(tmp_path / "absent")


def test_the_small_world_is_not_prepared_as_open_clip_would_by_default() -> None:
    from open_clip.transform import PreprocessCfg

    # Else the tests above could not tell the model's preprocessing from the default.
    assert tuple(PREPROCESSING["mean"]) != PreprocessCfg.mean
    assert PREPROCESSING["resize_mode"] != PreprocessCfg.resize_mode
    assert ARCHITECTURE
