"""The ripple of a network's tail: what it makes of a feature map that is the same everywhere."""

import copy

import numpy as np
import torch

from lib.arguments import integer, refuse
from lib.ops import layer_ripple


def feature_vectors(features, count, *, seed=0):
    """Draw feature vectors from real activations, at random images and positions.

    ``features``: a tensor (N, C, H, W); result: a tensor (count, C), the same for the same seed.

    >>> feature_vectors(torch.ones(2, 3, 7, 7), 5).shape
    torch.Size([5, 3])
    """
    if features.ndim != 4 or features.numel() == 0:
        refuse(
            "features.shape",
            tuple(features.shape),
            "is not that of feature maps",
            "give (N, C, H, W)",
        )
    count = integer("count", count, 1)
    rng = np.random.default_rng(seed)
    n, y, x = (
        torch.as_tensor(rng.integers(size, size=count), device=features.device)
        for size in (features.shape[0], *features.shape[2:])
    )
    return features[n, :, y, x]


def tail_ripple(tail, vectors, *, size=16):
    """The ripple of a tail's answer to constant feature maps, 0 where all of these stay constant.

    0 says nothing of maps that vary: a tail may leave constants alone and draw a grid on the rest.

    Each vector is spread over ``size`` × ``size`` cells and sent through ``tail``. Of each output
    the middle half, which the zeros around the map do not reach, ought to be constant. The result
    is the rms of its deviations from the mean over its rms, pooled over the vectors
    (``lib.ops.layer_ripple``). Computed in float64, on a copy, in evaluation mode.

    ``tail``: a module from (N, C, H, W) to larger maps (N, C', H', W'); ``vectors``: (N, C), drawn
    from real activations (``feature_vectors``). ValueError where the border reaches the middle.

    >>> up = torch.nn.Upsample(scale_factor=2)
    >>> tail_ripple(up, torch.ones(3, 8))
    0.0
    """
    size = integer("size", size, 4)
    if vectors.ndim != 2 or vectors.numel() == 0:
        refuse("vectors.shape", tuple(vectors.shape), "is not that of vectors", "give (N, C)")
    tail = copy.deepcopy(tail).double().eval()
    maps = vectors.detach().double()[:, :, None, None].repeat(1, 1, size, size)
    other_border = maps[:8].clone()  # a few tell how far the border reaches
    other_border[..., 1:-1, 1:-1] *= -1
    other_border *= -1
    with torch.no_grad():
        # In parts, to save memory.
        answer = torch.cat([_middle(tail(part), size) for part in maps.split(20)])
        answer_to_other = _middle(tail(other_border), size)
    # Rounding is a share of the largest answer, the border's reach a share of each.
    if (answer[:8] - answer_to_other).abs().max() > 1e-10 * answer.abs().max():
        refuse(
            "size",
            size,
            "is so small that the border reaches the middle of the output",
            f"try {2 * size}",
        )
    return layer_ripple(answer.cpu().numpy())


def _middle(output, size):
    """The middle half of the maps, as long as a whole number of strides."""
    if output.ndim != 4 or min(output.shape[2:]) < size:
        refuse(
            "tail",
            type(output).__name__ + str(tuple(output.shape)),
            "is not made of larger maps",
            f"use a module that enlarges {size} × {size} cells",
        )
    lengths = [n // size * (size // 2) for n in output.shape[2:]]
    starts = [(n - length) // 2 for n, length in zip(output.shape[2:], lengths, strict=True)]
    rows, columns = (
        slice(start, start + length) for start, length in zip(starts, lengths, strict=True)
    )
    return output[..., rows, columns]
