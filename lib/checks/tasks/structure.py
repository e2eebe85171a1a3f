"""Checks for the chapter on the structure of the matrix; the witnesses are PyTorch's."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

SIZES = {"A": 7, "B": 6, "C": 8}
SETTINGS = {"A": (2, 1, 1), "B": (1, 2, 2), "C": (3, 2, 2)}  # they make the exercise's matrices
ONE = np.arange(12).reshape(1, 3, 4) ** 2
THREE = np.random.default_rng(0).integers(-9, 10, (3, 5, 7))


def _matrix(n, stride, padding, dilation):
    """Column by column: what the kernel 1 2 3 makes of each one-hot input."""
    columns = F.conv1d(
        torch.eye(n)[:, None],
        torch.tensor([[[1.0, 2.0, 3.0]]]),
        None,
        int(stride),
        int(padding),
        int(dilation),
    )
    return columns[:, 0].int().T.tolist()


def _three_triples(triples):
    right = shape_of(triples) == (3, 3) and all(
        stride >= 1 and padding >= 0 and dilation >= 1 for stride, padding, dilation in triples
    )
    return None if right else "three times (stride, padding, dilation)"


def _one_setting(place, problem):
    def holds(triples):
        for (name, right), triple in zip(SETTINGS.items(), triples, strict=True):
            if triple[place] != right[place]:
                return problem.format(name)
        return None

    return holds


def _whole(triples):
    for (name, n), triple in zip(SIZES.items(), triples, strict=True):
        try:
            matrix = _matrix(n, *triple)
        except RuntimeError:
            matrix = [[]]
        if matrix != _matrix(n, *SETTINGS[name]):
            return (
                f"settings that give the matrix {name}; yours give {len(matrix)} rows, "
                f"the first {matrix[0]}"
            )
    return None


def _patches(x, k, stride=1):
    return F.unfold(torch.tensor(np.array(x, dtype=float))[None], k, stride=stride)[0]


def _shape(u, x, k, stride=1):
    shape = tuple(_patches(x, k, stride).shape)
    return None if shape_of(u) == shape else f"shape {shape}: taps of all channels × places"


TASKS = (
    Task(
        "structure-settings",
        "settings",
        clauses=(
            Clause("three triples", holds=_three_triples),
            Clause("dilation", holds=_one_setting(2, "another dilation for {}")),
            Clause("stride", holds=_one_setting(0, "another stride for {}")),
            Clause("padding", holds=_whole),
        ),
    ),
    Task(
        "structure-patches",
        "patches",
        clauses=(
            Clause("the shape", [call(ONE, 2), call(THREE, 3)], holds=_shape),
            Clause("one channel", [call(ONE, 2), call(ONE, 3)], equals=_patches),
            Clause("several channels", [call(THREE, 3), call(THREE, 2)], equals=_patches),
            Clause(
                "stride",
                [call(ONE, 2, stride=2), call(THREE, 3, stride=2), call(THREE, 2, stride=3)],
                equals=_patches,
            ),
        ),
    ),
)
