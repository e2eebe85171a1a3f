"""Checks for the chapter on learnt layers; the witnesses are PyTorch and linear algebra."""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import numeric

NAMES = ("fixed", "nearest 3", "bilinear 3", "transposed 3", "transposed 4", "shuffle")


def _counts():
    """Parameters and multiplications of both layers, from the layers themselves."""
    old = torch.nn.ConvTranspose2d(16, 4, 3, stride=2, padding=1, output_padding=1)
    new = torch.nn.Conv2d(16, 4, 3, padding=1)
    maps = torch.zeros(1, 16, 10, 10)
    cells = maps[0, 0].numel(), F.interpolate(maps, scale_factor=2)[0, 0].numel()
    learnt = [sum(p.numel() for p in layer.parameters()) for layer in (old, new)]
    return [*learnt, old.weight.numel() * cells[0], new.weight.numel() * cells[1]]


def _four_numbers(numbers):
    return None if getattr(numeric(numbers), "shape", None) == (4,) else "four numbers"


def _entries(first, last, what):
    def holds(numbers):
        right = np.allclose(numbers[first:last], _counts()[first:last])
        return None if right else f"other {what}"

    return holds


def _doubled(name, line, w):
    """A line through a layer with the given weights, on one axis."""
    if name == "fixed":
        return F.interpolate(line, scale_factor=2, mode="linear")
    if name in ("nearest 3", "bilinear 3"):
        mode = "nearest" if name == "nearest 3" else "linear"
        return F.conv1d(F.interpolate(line, scale_factor=2, mode=mode), w[None, None], padding=1)
    if name == "transposed 3":
        return F.conv_transpose1d(line, w[None, None], stride=2, padding=1, output_padding=1)
    if name == "transposed 4":
        return F.conv_transpose1d(line, w[None, None], stride=2, padding=1)
    return F.conv1d(line, w.reshape(2, 1, 3), padding=1).transpose(1, 2).reshape(1, 1, -1)


@cache
def _made(name):
    """What a layer can make of a single 1 on a line: a row for each of its weights.

    On two axes a layer's kernels are all sums of products of these rows, so that one layer
    contains another on two axes if and only if it does on one.
    """
    line = torch.zeros(1, 1, 11)
    line[0, 0, 5] = 1
    count = {"fixed": 1, "transposed 4": 4, "shuffle": 6}.get(name, 3)
    return np.stack([_doubled(name, line, w)[0, 0].numpy() for w in torch.eye(count)])


def _contains(larger, smaller):
    both = np.concatenate([_made(larger), _made(smaller)])
    return np.linalg.matrix_rank(both) == np.linalg.matrix_rank(_made(larger))


def _certain():
    return {(a, b) for a in NAMES for b in NAMES if a != b and _contains(a, b)}


def _pairs_of_names(pairs):
    right = all(
        not isinstance(pair, str)
        and len(pair) == 2
        and set(pair) <= set(NAMES)
        and pair[0] != pair[1]
        for pair in pairs
    )
    return None if right else "pairs of two of the six names"


def _not_too_many(pairs):
    for pair in pairs:
        if tuple(pair) not in _certain():
            return f"without {tuple(pair)}, which is not certain"
    return None


def _not_too_few(pairs):
    missing = len(_certain() - set(map(tuple, pairs)))
    return missing and f"{missing} more pair{'s' * (missing > 1)}"


def _weights(channels, c_in, r, k=3):
    rng = np.random.default_rng(channels + 10 * c_in)
    return rng.normal(size=(channels * r**2, c_in, k, k))


def _same_shape(new, weight, r):
    if getattr(numeric(new), "shape", None) == weight.shape:
        return None
    return f"shape {weight.shape}"


def _equal_sums(new, weight, r):
    for c in range(len(weight) // r**2):
        for channel in range(weight.shape[1]):
            sums = np.asarray(new)[c * r**2 : (c + 1) * r**2, channel].sum(axis=(1, 2))
            if not np.allclose(sums, sums[0], atol=1e-6):
                return (
                    f"equal sums for map {c} and input channel {channel}; they are "
                    f"{', '.join(f'{one:.3g}' for one in sums)}"
                )
    return None


def _nearest(weight, r):
    """The projection on the weights with equal sums, for each map and input channel."""
    k2, nearest = weight.shape[2] * weight.shape[3], weight.copy()
    sums = np.kron(np.eye(r**2), np.ones(k2))
    unequal = sums[1:] - sums[0]
    away = np.eye(r**2 * k2) - np.linalg.pinv(unequal) @ unequal
    for c, channel in np.ndindex(len(weight) // r**2, weight.shape[1]):
        block = nearest[c * r**2 : (c + 1) * r**2, channel]
        block[:] = (away @ block.ravel()).reshape(block.shape)
    return nearest


FEW = [call(_weights(C, c_in, r), r) for C, c_in, r in ((1, 1, 2), (3, 2, 2), (2, 1, 3))]

TASKS = (
    Task(
        "learnt-swap",
        "predicted",
        clauses=(
            Clause("four numbers", holds=_four_numbers),
            Clause("the parameters", holds=_entries(0, 2, "numbers of parameters (one or both)")),
            Clause(
                "the multiplications of the transposed convolution",
                holds=_entries(2, 3, "multiplications of the old layer"),
            ),
            Clause(
                "the multiplications of the new convolution",
                holds=_entries(3, 4, "multiplications of the new layer"),
            ),
        ),
    ),
    Task(
        "learnt-contained",
        "certain",
        clauses=(
            Clause("pairs of names", holds=_pairs_of_names),
            Clause("nothing that is open", holds=_not_too_many),
            Clause("all that is certain", holds=_not_too_few),
        ),
    ),
    Task(
        "learnt-clean",
        "cleaned",
        clauses=(
            Clause("the shape", FEW, holds=_same_shape),
            Clause("equal sums", FEW, holds=_equal_sums),
            Clause("the smallest change", FEW, equals=_nearest),
            Clause("the argument", FEW[:2], untouched=True),
        ),
    ),
)
