"""Checks for the chapter on inverses: definitions, and PyTorch's convolutions."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._tensors import one_channel
from lib.checks._values import shape_of

RNG = np.random.default_rng(0)
CLAIMED = np.array([[1, 2], [2, 1]])  # the kernel of the page with the claim
TWINS = [
    call(np.arange(1, 10).reshape(3, 3) * 1.0, CLAIMED),
    call(RNG.normal(size=(4, 3)), np.array([[1, 2], [-3, 4]])),
    call(np.zeros((2, 5)), np.array([[0.5, 0.0], [1.0, 2.0]])),
]


def _convolved(x, kernel):
    return F.conv2d(one_channel(x), one_channel(kernel))[0, 0].numpy()


def _another(twin, x, kernel):
    difference = np.abs(np.asarray(twin, dtype=float) - x).max()
    if difference > 1 - 1e-9:
        return None
    return f"a difference of at least 1 in some cell; the largest is {difference:.3g}"


def _same_output(twin, x, kernel):
    wanted, made = _convolved(x, kernel), _convolved(twin, kernel)
    wrong = np.argwhere(~np.isclose(made, wanted, rtol=1e-6, atol=1e-6))
    if not len(wrong):
        return None
    r, c = wrong[0].tolist()
    return f"the convolution of x, {wanted[r, c]:.4g} at [{r}, {c}]; its own is {made[r, c]:.4g}"


def _kept(kernel, measure):
    """Whether a measure of the output is that of the input, for many inputs."""
    for y in [*np.eye(3), *np.random.default_rng(1).normal(size=(3, 5))]:
        taps = one_channel(kernel)
        z = F.conv_transpose1d(one_channel(y), taps, stride=2).numpy()
        if not np.isclose(measure(z), measure(y), rtol=1e-3, atol=1e-3):
            return False
    return True


def _squares(cells):
    return (cells**2).sum()


def _sums(kernels):
    for name in "AC":
        if not _kept(kernels["ABC".index(name)], np.sum):
            return f"kernel {name} preserves the sum of every input"
    return None


def _energies(kernels):
    for name in "BC":
        if not _kept(kernels["ABC".index(name)], _squares):
            return f"kernel {name} preserves the sum of squares of every input"
    return None


def _only_one(kernels):
    if _kept(kernels[0], _squares):
        return "kernel A does not preserve the sum of squares"
    return "kernel B does not preserve the sum" if _kept(kernels[1], np.sum) else None


def _matrix(kernel, n, **settings):
    columns = F.conv1d(
        torch.eye(n, dtype=torch.float64)[:, None],
        torch.tensor([[kernel]], dtype=torch.float64),
        **settings,
    )
    return columns[:, 0].numpy().T


def _brings_back(B, W):
    """The definition, with every one-hot input."""
    return bool(all(np.abs(B @ (W @ x) - x).max() < 1e-6 for x in np.eye(W.shape[1])))


BLUR = _matrix([0.25, 0.5, 0.25], 3, padding=1)
TALL = _matrix([1.0, 3.0], 2, padding=1)  # 3 outputs from 2 inputs
LEFT = np.array([[0.0, 1.0, -3.0], [0.0, 0.0, 1.0]])  # an inverse that is not the shortest one
PAIRS = _matrix([0.6, 0.8], 4, stride=2)  # orthonormal rows, 2 outputs from 4 inputs
DROPPED = np.eye(3)[:2]  # 2 outputs from 3 inputs: the last is not looked at

TASKS = (
    Task(
        "inverse-energy",
        "kernels",
        clauses=(
            Clause("three pairs", holds=shaped((3, 2), "three pairs of numbers")),
            Clause("the sum", holds=_sums),
            Clause("the squares", holds=_energies),
            Clause("one without the other", holds=_only_one),
        ),
    ),
    Task(
        "inverse-test",
        "brings_back",
        clauses=(
            Clause(
                "an inverse",
                [
                    call(np.linalg.inv(BLUR), BLUR),
                    call(np.linalg.pinv(TALL), TALL),
                    call(LEFT, TALL),
                ],
                equals=_brings_back,
            ),
            Clause(
                "no inverse",
                [call(BLUR.T, BLUR), call(TALL.T, TALL), call(np.zeros((3, 3)), BLUR)],
                equals=_brings_back,
            ),
            Clause(
                "fewer outputs than inputs",
                [
                    call(PAIRS.T, PAIRS),
                    call(np.linalg.pinv(PAIRS), PAIRS),
                    call(DROPPED.T, DROPPED),
                ],
                equals=_brings_back,
            ),
        ),
    ),
    Task(
        "inverse-twin",
        "twin",
        clauses=(
            Clause(
                "the shape",
                TWINS,
                holds=lambda y, x, kernel: (
                    None if shape_of(y) == x.shape else (f"shape {x.shape}, as x")
                ),
            ),
            Clause("another picture", TWINS, holds=_another),
            Clause("the same convolution", TWINS, holds=_same_output),
        ),
    ),
)
