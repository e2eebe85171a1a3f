"""Checks for the chapter on learnt kernels; the witness of the gradient is autograd."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped

KERNELS = {  # as the exercise prints them
    "A": [0.19, 0.26, 0.26, 0.19],
    "B": [-0.03, 0.60, 1.08, 0.55],
    "C": [0.26, 0.88, 0.88, 0.26],
    "D": [-5.24, -1.43, -1.52, -5.02],
}
WORDS = {"plain", "noise", "shifted", "fast"}
RNG = np.random.default_rng(0)


def _signs(kernel):
    """What tells the four apart: a wave turned round, one side heavier, all taps small."""
    if sum(kernel) < 0:
        return "fast"
    if abs(kernel[0] - kernel[3]) > 0.1 * sum(kernel):
        return "shifted"
    return "plain" if sum(kernel) > 2 else "noise"


def _found(word):
    def holds(words):
        for name, given in zip(KERNELS, words, strict=True):
            if given == word and _signs(KERNELS[name]) != word:
                return f"{word!r} for another kernel than {name}"
        return None

    return holds


def _autograd(y, w, x):
    kernel = torch.tensor(np.array(w, dtype=float)[None, None], requires_grad=True)
    z = F.conv_transpose1d(torch.as_tensor(y)[None, None], kernel, stride=2, padding=1)
    (z[0, 0] - torch.as_tensor(x)).square().mean().backward()
    return kernel.grad[0, 0].numpy()


def _direction(gradient, y, w, x):
    given, right = np.asarray(gradient, dtype=float), _autograd(y, w, x)
    cosine = given @ right / (np.linalg.norm(given) * np.linalg.norm(right) or 1)
    if cosine > 1 - 1e-6:
        return None
    if cosine < -1 + 1e-6:
        return "the direction in which the loss rises; this is the opposite direction"
    degrees = round(float(np.degrees(np.arccos(cosine))))
    return f"the direction in which the loss rises; this is at an angle of {degrees}° to it"


def _given(m):
    return call(
        RNG.integers(-3, 4, m) * 1.0,
        np.array([0.5, 1.0, -1.0, 2.0]),
        RNG.integers(-3, 4, 2 * m) * 1.0,
    )


GIVEN = [_given(3), _given(5), _given(12)]

TASKS = (
    Task(
        "learning-kernels",
        "taught_by",
        clauses=(
            Clause(
                "four words",
                holds=lambda words: (
                    None
                    if (len(words) == 4 and set(words) == WORDS)
                    else "each of the four words once, one for each kernel"
                ),
            ),
            Clause("the fast waves", holds=_found("fast")),
            Clause("the shifted blur", holds=_found("shifted")),
            Clause("the noise", holds=_found("noise")),
        ),
    ),
    Task(
        "learning-gradient",
        "kernel_gradient",
        clauses=(
            Clause("four numbers", GIVEN, holds=shaped((4,), "four numbers, one for each tap")),
            Clause("the direction", GIVEN, holds=_direction),
            Clause("the size", GIVEN, equals=_autograd),
        ),
    ),
)
