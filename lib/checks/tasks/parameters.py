"""Checks for the chapter on a layer's parameters; the witnesses are PyTorch's layers."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

NO_DATA = {"device": "meta"}  # shapes are all that is asked of these layers
LAYERS = {
    "A": torch.nn.ConvTranspose2d(8, 12, kernel_size=3, stride=2, **NO_DATA),
    "B": torch.nn.Conv2d(12, 8, kernel_size=3, stride=2, **NO_DATA),
    "C": torch.nn.ConvTranspose1d(6, 4, kernel_size=5, groups=2, bias=False, **NO_DATA),
    "D": torch.nn.ConvTranspose3d(8, 12, kernel_size=(1, 3, 3), groups=4, dilation=2, **NO_DATA),
}
RNG = np.random.default_rng(0)


def _given(channels_in, channels_out, groups=1, batch=1, bias=0):
    """An input, a weight and a bias."""
    return (
        RNG.integers(-3, 4, (batch, channels_in, 3)) * 1.0,
        RNG.integers(-3, 4, (channels_in, channels_out // groups, 2)) * 1.0,
        bias * np.arange(1.0, channels_out + 1),
    )


def _four_pairs(labels):
    right = len(labels) == 4 and all(
        np.iterable(pair) and len(pair) == 2 and np.ndim(pair[0]) == 1 and np.ndim(pair[1]) == 0
        for pair in labels
    )
    return None if right else "four pairs like ((16, 8, 5), 648)"


def _shapes(labels):
    for (name, layer), (shape, _) in zip(LAYERS.items(), labels, strict=True):
        if tuple(shape) != tuple(layer.weight.shape):
            return f"another shape for {name}"
    return None


def _counts(labels):
    for (name, layer), (_, count) in zip(LAYERS.items(), labels, strict=True):
        if count != sum(p.numel() for p in layer.parameters()):
            return f"another number of parameters for {name}"
    return None


def _layer(y, weight, bias, stride=1, groups=1):
    y, weight, bias = (torch.as_tensor(a) for a in (y, weight, bias))
    return F.conv_transpose1d(y, weight, bias, stride, 0, 0, groups)


def _shape(z, *given, **options):
    right = tuple(_layer(*given, **options).shape)
    return None if shape_of(z) == right else f"shape {right}"


TASKS = (
    Task(
        "parameters-labels",
        "labels",
        clauses=(
            Clause("four pairs", holds=_four_pairs),
            Clause("the shapes", holds=_shapes),
            Clause("the numbers", holds=_counts),
        ),
    ),
    Task(
        "parameters-layer",
        "layer",
        clauses=(
            Clause(
                "the shape",
                [call(*_given(2, 3)), call(*_given(4, 6, 2, batch=3), stride=2, groups=2)],
                holds=_shape,
            ),
            Clause("channels", [call(*_given(2, 2)), call(*_given(2, 3), stride=3)], equals=_layer),
            Clause(
                "the bias",
                [call(*_given(2, 3, bias=10)), call(*_given(1, 2, bias=1), stride=4)],
                equals=_layer,
            ),
            Clause(
                "the batch",
                [call(*_given(1, 2, batch=2)), call(*_given(3, 2, batch=4))],
                equals=_layer,
            ),
            Clause(
                "groups",
                [
                    call(*_given(2, 4, 2), groups=2),
                    call(*_given(6, 4, 2, batch=2, bias=1), stride=2, groups=2),
                    call(*_given(3, 3, 3), groups=3),
                ],
                equals=_layer,
            ),
        ),
    ),
)
