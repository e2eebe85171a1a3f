"""Checks for the chapter on inverses: definitions, and PyTorch's convolutions."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._tensors import one_channel
from lib.checks._predicates import shaped
from lib.checks._values import shape_of

RNG = np.random.default_rng(0)
CLAIMED = np.array([[1, 2], [2, 1]])  # the kernel of the page with the claim
TWINS = [call(np.arange(1, 10).reshape(3, 3) * 1.0, CLAIMED),
         call(RNG.normal(size=(4, 3)), np.array([[1, 2], [-3, 4]])),
         call(np.zeros((2, 5)), np.array([[0.5, 0.0], [1.0, 2.0]]))]


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
    columns = F.conv1d(torch.eye(n, dtype=torch.float64)[:, None],
                       torch.tensor([[kernel]], dtype=torch.float64), **settings)
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
        "inverse-energy", "kernels",
        clauses=(
            Clause("three pairs", holds=shaped((3, 2), "three pairs of numbers"),
                   hint="Two taps for each of A, B and C."),
            Clause("the sum", holds=_sums,
                   hint="Each input cell is stamped once. What is the sum of one stamp?"),
            Clause("the squares", holds=_energies,
                   hint="With two taps and stride 2 no stamps overlap. What is the sum of squares "
                        "of one stamp?"),
            Clause("one without the other", holds=_only_one,
                   hint="A and B are to show that the two are different things: one kernel that "
                        "has one property only, and one that has the other."),
        ),
        hints=("Let the taps be u and v. Write the sum, and the sum of squares, of y u and y v.",
               "Each property is one equation for u and v: a line, and a circle.",
               "C lies on the line and on the circle."),
    ),
    Task(
        "inverse-test", "brings_back",
        clauses=(
            Clause("an inverse", [call(np.linalg.inv(BLUR), BLUR),
                                  call(np.linalg.pinv(TALL), TALL), call(LEFT, TALL)],
                   equals=_brings_back,
                   hint="There may be more outputs than inputs, and rounding. First W acts, then "
                        "B: which product of matrices is that, and what should it be?"),
            Clause("no inverse", [call(BLUR.T, BLUR), call(TALL.T, TALL),
                                  call(np.zeros((3, 3)), BLUR)], equals=_brings_back,
                   hint="B has to have the right size, and the right numbers as well."),
            Clause("fewer outputs than inputs", [call(PAIRS.T, PAIRS),
                                                 call(np.linalg.pinv(PAIRS), PAIRS),
                                                 call(DROPPED.T, DROPPED)], equals=_brings_back,
                   hint="What was thrown away cannot come back, though the outputs may. Test every "
                        "x, not those that W and B made."),
        ),
        hints=("To bring every x back: B (W x) = x for all x.",
               "It is enough to look at one product of the two matrices. In which order?",
               "np.eye(n) is the identity, and np.allclose compares with a tolerance."),
    ),
    Task(
        "inverse-twin", "twin",
        clauses=(
            Clause("the shape", TWINS,
                   holds=lambda y, x, kernel: None if shape_of(y) == x.shape else (
                       f"shape {x.shape}, as x"),
                   hint="A flattened picture has to be reshaped at the end."),
            Clause("another picture", TWINS, holds=_another,
                   hint="Does your way still give another picture if x is zero everywhere? What "
                        "may be added to a picture, and how often?"),
            Clause("the same convolution", TWINS, holds=_same_output,
                   hint="Convolution is linear: what has to be the convolution of the difference "
                        "between the two pictures?"),
        ),
        hints=("Look for a picture that the kernel turns into zeros, and add it to x.",
               "W has fewer rows than columns, so there are vectors v, not zero, with W v = 0.",
               "In np.linalg.svd(W), the last rows of the third result are such vectors. Their "
               "largest entry may be small: any multiple will do as well.",
               "Without a matrix: choose the first row and column of a 2-D picture v at will; the "
               "kernel then says what the other cells must be, one by one, if its last tap is "
               "not zero."),
    ),
)
