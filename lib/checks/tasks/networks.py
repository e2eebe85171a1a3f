"""Checks for the chapter on grids in networks; the witnesses are a spectrum and PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

STRIDES = (2, 4, 8)
LAYERS = (  # (kernel size, stride, padding) of each convolution, first to last
    [(3, 2, 1)],
    [(5, 2, 2)],
    [(2, 3, 0)],
    [(3, 2, 1), (3, 2, 1)],
)


def _strides(repeats):
    """Where a pattern of period 2, each of its cells repeated, has a line in its spectrum."""
    n, cells = 32, np.repeat([[1.0, 4], [2, -9]], repeats, 0).repeat(repeats, 1)
    pattern = np.tile(cells, (n, n))
    power = np.abs(np.fft.fft2(pattern[:n, :n])) ** 2
    return {
        s
        for s in STRIDES
        if any(power[i * n // s, j * n // s] > 1e-6 for i, j in np.ndindex(s, s) if i or j)
    }


def _three_lists(lists):
    right = len(lists) == 3 and all(
        not isinstance(one, (int, float)) and set(one) <= set(STRIDES) for one in lists
    )
    return None if right else "three lists, each with some of the strides 2, 4 and 8"


def _case(number):
    def holds(lists):
        right = set(lists[number]) == _strides(2**number)
        return None if right else f"case {'ABC'[number]}: other strides"

    return holds


def _gradient(layers):
    """One period of the gradient of the sum, from the middle of a line."""
    x = torch.zeros(1, 1, 240, requires_grad=True)
    y, period = x, 1
    for k, stride, padding in layers:
        y = F.conv1d(y, torch.ones(1, 1, k), stride=stride, padding=padding)
        period *= stride
    y.sum().backward()
    return x.grad[0, 0, 120 : 120 + period].numpy()


def _periods(rows):
    lengths = [len(_gradient(layers)) for layers in LAYERS]
    right = [shape_of(row) for row in rows] == [(n,) for n in lengths]
    return None if right else "lists of 2, 2, 3 and 4 numbers"


def _cases(first, last):
    def holds(rows):
        for name, row, layers in list(zip("ABCD", rows, LAYERS, strict=True))[first:last]:
            if not np.allclose(row, _gradient(layers)):
                more = (
                    "in another order"
                    if np.allclose(np.sort(row), np.sort(_gradient(layers)))
                    else "with other numbers"
                )
                return f"case {name}: a period {more}"
        return None

    return holds


def _shapes(network):
    for n, side in ((2, 7), (1, 9)):
        try:
            shape = network(np.zeros((n, 8, side, side))).shape
        except RuntimeError as error:
            return f"a network for maps of shape {n, 8, side, side} ({str(error).split('.')[0]})"
        if shape != (n, 1, 4 * side, 4 * side):
            return (
                f"shape {(n, 1, 4 * side, 4 * side)} from shape {(n, 8, side, side)}, "
                f"and not {tuple(shape)}"
            )
    return None


def _enough(network):
    if network.parameters >= 300:
        return None
    return f"at least 300 parameters, and not {network.parameters}"


def _ripple(network, seed=None):
    vectors = np.random.default_rng(0).normal(size=(60, 8, 1, 1))
    y = network(np.broadcast_to(vectors, (60, 8, 16, 16)), seed)[..., 24:-24, 24:-24].astype(float)
    deviation = y - y.mean(axis=(2, 3), keepdims=True)
    return np.sqrt(np.mean(deviation**2) / (np.mean(y**2) or 1))


def _no_ripple(network):
    ripple = _ripple(network)
    return None if ripple < 1e-4 else f"ripple 0, and not {ripple:.2f}"


def _for_any_weights(network):
    ripple = max(_ripple(network, seed) for seed in range(3))
    return None if ripple < 1e-4 else f"ripple 0 with other weights too, and not {ripple:.2f}"


TASKS = (
    Task(
        "networks-scores",
        "above_zero",
        clauses=(
            Clause("three lists", holds=_three_lists),
            Clause("the last upsampler alone", holds=_case(0)),
            Clause("the one in the middle", holds=_case(1)),
            Clause("the first alone", holds=_case(2)),
        ),
    ),
    Task(
        "networks-gradient",
        "gradients",
        clauses=(
            Clause("the periods", holds=_periods),
            Clause("one convolution", holds=_cases(0, 3)),
            Clause("two convolutions", holds=_cases(3, 4)),
        ),
    ),
    Task(
        "networks-wrong",
        "decoder",
        clauses=(
            Clause("the shapes", [call()], holds=_shapes),
            Clause("enough to learn", [call()], holds=_enough),
            Clause("the ripple", [call()], holds=_no_ripple),
            Clause("whatever the weights are", [call()], holds=_for_any_weights),
        ),
    ),
)
