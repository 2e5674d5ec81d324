"""What an open_clip model says of each part of a picture, where its picture side is a transformer.

In the last step one query draws on all parts together: the class token in the last block of CLIP's
own transformers, a learned query in the pool of others (SigLIP, PE). Here it is given one part at a
time, and what comes out is what the model would say of the picture if it saw that part last.

Of six ways tried once on one small, barely trained transformer this told best whether a word is
there at all, and pointed at it better than every part attending to itself (MaskCLIP; Zhou, Loy and
Dai, ECCV 2022) and than the last block as it is; the bare values of that block pointed a little
better still, and told far worse. It has not been tried on real weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch

_BLOCKS_MIN: Final = 2


def region_features(visual: Any, values: torch.Tensor) -> torch.Tensor | None:  # noqa: ANN401
    """The features of one picture's parts, shape (rows, columns, dim); None where it has none.

    `visual` is open_clip's picture side, which has no types; `values` the normalised pixels, shape
    (1, 3, height, width).
    """
    from open_clip.timm_model import TimmModel
    from open_clip.transformer import VisionTransformer

    if isinstance(visual, VisionTransformer):
        return _by_last_block(visual, values)
    if isinstance(visual, TimmModel):
        return _by_pool(visual, values)
    return None


def _by_last_block(visual: Any, values: torch.Tensor) -> torch.Tensor | None:  # noqa: ANN401
    import torch

    blocks = visual.transformer.resblocks
    has_query = visual.attn_pool is None and visual.pool_type == "tok"
    if not has_query or len(blocks) < _BLOCKS_MIN or not visual.transformer.batch_first:
        return None
    before = visual.forward_intermediates(
        values,
        indices=[len(blocks) - 2],
        intermediates_only=True,
        output_fmt="NLC",
        output_extra_tokens=True,
    )
    parts = before["image_intermediates"][0][0]
    query = before["image_intermediates_prefix"][0][0].expand_as(parts)
    pairs = torch.stack([query, parts], dim=1)
    # The query looks at the part, not at itself.
    mask = parts.new_tensor([[float("-inf"), 0.0], [0.0, 0.0]])
    answers = blocks[-1](pairs, attn_mask=mask)[:, 0]
    features: torch.Tensor = visual.ln_post(answers) @ visual.proj
    return features.unflatten(0, visual.grid_size)


def _by_pool(visual: Any, values: torch.Tensor) -> torch.Tensor | None:  # noqa: ANN401
    from timm.layers.attention_pool import AttentionPoolLatent

    trunk = visual.trunk
    pool = getattr(trunk, "attn_pool", None)
    if not isinstance(pool, AttentionPoolLatent) or pool.pos_embed is not None:
        return None
    parts = trunk.forward_features(values)[:, trunk.num_prefix_tokens :].transpose(0, 1)
    pooled = trunk.head(trunk.head_drop(trunk.fc_norm(pool(parts))))
    features: torch.Tensor = visual.head(pooled)
    return features.unflatten(0, trunk.patch_embed.grid_size)
