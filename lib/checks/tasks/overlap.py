"""Checks for the chapter on overlap counts; the witness is PyTorch on ones."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

LONG = 40  # cells of an input that counts as long


def _count(k, stride, dilation=1, padding=0, output_padding=0):
    """The overlap count of a long line: a transposed convolution of ones with ones."""
    ones = torch.ones(1, 1, LONG), torch.ones(1, 1, k)
    count = F.conv_transpose1d(
        *ones, stride=stride, dilation=dilation, padding=padding, output_padding=output_padding
    )
    return count[0, 0].numpy()


def _phases(k, stride, dilation=1):
    middle = LONG // 2 * stride
    return _count(k, stride, dilation)[middle : middle + stride]


def _each_tap_once(counts, k, stride, dilation=1):
    if shape_of(counts) != (stride,):
        return f"{stride} counts, one for each phase"
    total = np.sum(counts)
    return None if total == k else f"counts with the sum {k}, and not {total:g}"


def _rim(k, stride, padding=0, output_padding=0):
    count = _count(k, stride, padding=padding, output_padding=output_padding)
    full = _phases(k, stride)[(np.arange(len(count)) + padding) % stride]
    short, half = np.flatnonzero(count < full), len(count) // 2
    return np.sum(short < half), np.sum(short >= half)


TASKS = (
    Task(
        "overlap-phases",
        "phase_counts",
        clauses=(
            Clause(
                "every tap belongs to one phase",
                [call(7, 3), call(4, 2), call(2, 3), call(3, 4, dilation=2)],
                holds=_each_tap_once,
            ),
            Clause(
                "without dilation", [call(7, 3), call(4, 2), call(2, 3), call(5, 1)], equals=_phases
            ),
            Clause(
                "with dilation",
                [
                    call(4, 2, dilation=2),
                    call(4, 3, dilation=2),
                    call(3, 4, dilation=2),
                    call(7, 4, dilation=6),
                ],
                equals=_phases,
            ),
        ),
    ),
    Task(
        "overlap-rim",
        "rim",
        clauses=(
            Clause(
                "the whole canvas", [call(5, 2), call(7, 3), call(4, 4), call(6, 1)], equals=_rim
            ),
            Clause(
                "with padding",
                [
                    call(4, 2, padding=1),
                    call(7, 3, padding=1),
                    call(9, 2, padding=2),
                    call(5, 2, padding=4),
                ],
                equals=_rim,
            ),
            Clause(
                "with output padding",
                [
                    call(3, 2, padding=1, output_padding=1),
                    call(7, 3, padding=1, output_padding=2),
                    call(6, 4, padding=1, output_padding=3),
                    call(4, 2, padding=3, output_padding=1),
                ],
                equals=_rim,
            ),
        ),
    ),
)
