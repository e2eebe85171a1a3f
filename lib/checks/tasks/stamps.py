"""Checks for the chapter on stamps; the witness is PyTorch's transposed convolution."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._tensors import one_channel
from lib.checks._values import shape_of

HAND = np.array([1, 2, -1]), np.array([3, 1, 2])
STRIDES = (1, 2, 4)
Y, W = np.array([2.0, 3.0, 0.0, -1.0]), np.array([1.0, 2.0, -0.5])
ONE, FOUR = np.array([0.0, 1.0, 0.0]), np.array([1.0, 2.0, 3.0, 4.0])


def _transposed(y, w, stride=1):
    y, w = one_channel(y), one_channel(w)
    return F.conv_transpose1d(y, w, stride=stride)[0, 0].numpy()


BY_HAND = [_transposed(*HAND, stride=s) for s in STRIDES]


def _lengths(lists):
    if len(lists) != 3:
        return "three lists of numbers"
    for stride, numbers, right in zip(STRIDES, lists, BY_HAND, strict=True):
        if np.ndim(numbers) != 1 or len(numbers) != len(right):
            return f"another number of cells for stride {stride}"
    return None


def _list(place):
    def holds(lists):
        wrong = np.flatnonzero(~np.isclose(np.array(lists[place], float), BY_HAND[place]))
        return f"another number in cell {wrong[0]} of that list" if len(wrong) else None

    return holds


def _tall(taps):
    """12 by 6: what the layer makes of each one-hot picture of 2 by 3 cells, row by row."""
    kernel = torch.tensor(taps, dtype=torch.float64).reshape(1, 1, 3, 1)
    pictures = torch.eye(6, dtype=torch.float64).reshape(6, 1, 2, 3)
    return F.conv_transpose2d(pictures, kernel).reshape(6, 12).T.numpy()


WHOLE = [_tall(taps) for taps in ((1, 2, 3), (4, -1, 4))]
PRINTED = [call(np.delete(WHOLE[i], lost, axis=1)) for i, lost in [(0, 3), (1, 1), (1, 5), (0, 0)]]


def _whole(printed):
    """The one of the two matrices that all the printed columns are from."""
    return next(
        matrix
        for matrix in WHOLE
        if all(any(np.array_equal(c, d) for d in matrix.T) for c in printed.T)
    )


def _lost_column(matrix, printed):
    for column in _whole(printed).T:
        if not any(np.allclose(column, c) for c in np.transpose(matrix)):
            start = np.flatnonzero(column)[0]
            return f"also a stamp that begins in row {start}; there is none like it"
    return None


def _in_place(matrix, printed):
    wrong = np.flatnonzero(~np.isclose(matrix, _whole(printed)).all(axis=0))
    return f"another column in place {wrong[0]}, counted from 0" if len(wrong) else None


TASKS = (
    Task(
        "stamps-by-hand",
        "outputs",
        clauses=(
            Clause("the lengths", holds=_lengths),
            Clause("stride 1", holds=_list(0)),
            Clause("stride 2", holds=_list(1)),
            Clause("stride 4", holds=_list(2)),
        ),
    ),
    Task(
        "stamps-bugs",
        "stamps",
        clauses=(
            Clause(
                "the length",
                [call(Y, W), call(Y, W, stride=2), call(Y, W, stride=5)],
                holds=lambda z, y, w, stride=1: (
                    None
                    if shape_of(z) == _transposed(y, w, stride).shape
                    else f"{len(_transposed(y, w, stride))} cells"
                ),
            ),
            Clause("one stamp", [call(ONE[1:2], W), call(ONE, W, stride=3)], equals=_transposed),
            Clause(
                "stamps that meet",
                [call(Y, W), call(Y, W, stride=2), call(Y, FOUR, stride=3)],
                equals=_transposed,
            ),
        ),
    ),
    Task(
        "stamps-column",
        "completed",
        clauses=(
            Clause("the shape", PRINTED, holds=shaped((12, 6), "shape (12, 6)")),
            Clause("the lost column", PRINTED, holds=_lost_column),
            Clause("its place", PRINTED, holds=_in_place),
        ),
    ),
)
