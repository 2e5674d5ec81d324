"""What an open_clip model says of each part of a picture, where its picture side is a transformer.

The last step, in which all parts are drawn together, is done with each part alone: what comes out
is in the space of the texts, and speaks of that part more than the whole does. For CLIP's own
transformers this is MaskCLIP's way (Zhou, Loy and Dai, ECCV 2022): the last block with every part
attending to itself. Models that end in a pool with a learned query (SigLIP, PE) have the pool look
at one part at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


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
    blocks = visual.transformer.resblocks
    if visual.attn_pool is not None or len(blocks) < 2 or not visual.transformer.batch_first:
        return None
    before_last = visual.forward_intermediates(
        values, indices=[len(blocks) - 2], intermediates_only=True, output_fmt="NLC"
    )
    parts = before_last["image_intermediates"][0].transpose(0, 1)
    features: torch.Tensor = visual.ln_post(blocks[-1](parts)[:, 0]) @ visual.proj
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
