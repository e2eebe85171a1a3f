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
    columns = F.conv1d(torch.eye(n)[:, None], torch.tensor([[[1.0, 2.0, 3.0]]]), None,
                       int(stride), int(padding), int(dilation))
    return columns[:, 0].int().T.tolist()


def _three_triples(triples):
    right = shape_of(triples) == (3, 3) and all(
        stride >= 1 and padding >= 0 and dilation >= 1 for stride, padding, dilation in triples)
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
            return (f"settings that give the matrix {name}; yours give {len(matrix)} rows, "
                    f"the first {matrix[0]}")
    return None


def _patches(x, k, stride=1):
    return F.unfold(torch.tensor(np.array(x, dtype=float))[None], k, stride=stride)[0]


def _shape(u, x, k, stride=1):
    shape = tuple(_patches(x, k, stride).shape)
    return None if shape_of(u) == shape else f"shape {shape}: taps of all channels × places"


TASKS = (
    Task(
        "structure-settings", "settings",
        clauses=(
            Clause("three triples", holds=_three_triples,
                   hint="A list of three triples of whole numbers, in the order of the task."),
            Clause("dilation", holds=_one_setting(2, "another dilation for {}"),
                   hint="Look at a row that has all three taps. How many columns is it from one "
                        "tap to the next?"),
            Clause("stride", holds=_one_setting(0, "another stride for {}"),
                   hint="Follow one tap from row to row. By how many columns does it move?"),
            Clause("padding", holds=_whole,
                   hint="In which column would the first tap of the first row stand, if columns "
                        "went on to the left?"),
        ),
        hints=("Find a complete row first, one with 1, 2 and 3.",
               "The distance of taps within a row and the distance of a tap from one row to the "
               "next belong to different settings.",
               "Padding cuts columns off: continue the pattern of the first row to the left of "
               "the matrix."),
    ),
    Task(
        "structure-patches", "patches",
        clauses=(
            Clause("the shape", [call(ONE, 2), call(THREE, 3)], holds=_shape,
                   hint="One column holds all the numbers that one output needs, from every "
                        "channel. There is one column for each place."),
            Clause("one channel", [call(ONE, 2), call(ONE, 3)], equals=_patches,
                   hint="The order of the taps in a column has to be that of "
                        "weight.reshape(C_out, -1)."),
            Clause("several channels", [call(THREE, 3), call(THREE, 2)], equals=_patches,
                   hint="In which order does weight.reshape(C_out, -1) list channels and taps: "
                        "which index runs fastest?"),
            Clause("stride", [call(ONE, 2, stride=2), call(THREE, 3, stride=2),
                              call(THREE, 2, stride=3)], equals=_patches,
                   hint="The stride leaves out places. The cells within a patch stay together."),
        ),
        hints=("Begin with one channel: the first column is the patch in the upper left corner, "
               "flattened.",
               "With several channels, the flattened patches of the channels stand below each "
               "other in one column.",
               "np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2)) has the axes "
               "channel, row and column of the place, row and column of the tap. Which of them "
               "belong to the rows of the result?"),
    ),
)
