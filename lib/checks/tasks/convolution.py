"""Checks for the chapter on convolution; the witness is PyTorch's."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._tensors import one_channel

X = np.array([0, 1, 4, 9, 16, 25, 36, 49, 64])
EVEN, RAMP, FOUR = np.array([1, 2, 1]), np.array([1, 2, 3]), np.array([2, 0, -1, 1])
PICTURES = np.random.default_rng(0).normal(size=(4, 3, 32, 32))


def _length(n, k, stride=1, padding=0, dilation=1):
    if n + 2 * padding < dilation * (k - 1) + 1:
        return 0
    return F.conv1d(
        torch.zeros(1, 1, n), torch.zeros(1, 1, k), None, stride, padding, dilation
    ).shape[-1]


def _convolved(x, w, stride=1):
    x, w = one_channel(x), one_channel(w)
    return F.conv1d(x, w, stride=stride)[0, 0]


def _is_network(network):
    if callable(network) and hasattr(network, "layers"):
        return None
    return "a network, such as torch.nn.Sequential(...)"


def _accepts(network):
    if _is_network(network):
        return _is_network(network)
    try:
        network(PICTURES)
    except Exception as error:
        said = " ".join(str(error).split())[:160]
        return f"a network that accepts a picture of shape (3, 32, 32); PyTorch says: {said}"
    return None


def _size(network):
    shape = network(PICTURES).shape[1:]
    return None if shape == (32, 8, 8) else f"shape (32, 8, 8); its output has shape {shape}"


def _parts(network):
    other = set(network.layers) - {"Conv2d", "ReLU", "ZeroPad2d", "ConstantPad2d", "Identity"}
    wanted = 16 * (3 * 9 + 1) + 32 * (16 * 9 + 1)
    if other or network.layers.count("Conv2d") != 2:
        return f"two Conv2d with a ReLU between them; it has {', '.join(network.layers)}"
    if network.parameters != wanted:
        return (
            "the parameters of two layers with 3 × 3 kernels and a bias; it has "
            f"{network.parameters} of them"
        )
    if np.allclose(network(PICTURES) + network(-PICTURES), 2 * network(0 * PICTURES), atol=1e-4):
        return "a ReLU between the two convolutions"
    return None


def _seen(network, axis):
    """The rows (or columns) of the picture that output cell (1, 1) depends on."""
    changed = []
    for cells in np.eye(32):
        change = cells[:, None] if axis == 0 else cells[None]
        changed.append(PICTURES[:1] + 3 * change)
    before, after = network(PICTURES[:1]), network(np.concatenate(changed))
    moved = np.abs(after - before)[:, :, 1, 1].max(axis=1)
    return np.flatnonzero(moved > 1e-4)


def _centres(network):
    for axis, name in enumerate(("rows", "columns")):
        seen = _seen(network, axis)
        if (seen.min(), seen.max()) != (1, 7):
            return (
                f"output cell (1, 1) reads {name} 1 to 7 of the picture, through two kernels "
                f"whose middles stand on 0, 2, 4, …; it reads {seen.min()} to {seen.max()}"
            )
    return None


TASKS = (
    Task(
        "convolution-length",
        "output_length",
        clauses=(
            Clause(
                "one place after the other", [call(10, 4), call(7, 7), call(5, 1)], equals=_length
            ),
            Clause("padding", [call(10, 4, padding=2), call(4, 3, padding=1)], equals=_length),
            Clause(
                "dilation",
                [call(10, 3, dilation=3), call(12, 4, padding=1, dilation=2)],
                equals=_length,
            ),
            Clause(
                "stride",
                [
                    call(10, 4, stride=3),
                    call(11, 4, stride=3),
                    call(12, 4, stride=3),
                    call(11, 3, stride=2, padding=1, dilation=2),
                ],
                equals=_length,
            ),
            Clause(
                "no place at all",
                [call(2, 5), call(6, 4, padding=1, dilation=4), call(3, 4, stride=2)],
                equals=_length,
            ),
        ),
    ),
    Task(
        "convolution-bugs",
        "convolve",
        clauses=(
            Clause(
                "every kernel", [call(X, EVEN), call(X, RAMP), call(X, FOUR)], equals=_convolved
            ),
            Clause(
                "every stride",
                [call(X, EVEN, stride=2), call(X, RAMP, stride=3), call(X, FOUR, stride=4)],
                equals=_convolved,
            ),
        ),
    ),
    Task(
        "convolution-network",
        "network",
        clauses=(
            Clause("the picture goes in", holds=_accepts),
            Clause("the size", holds=_size),
            Clause("its parts", holds=_parts),
            Clause("where the kernels stand", holds=_centres),
        ),
    ),
)
