"""Checks for the chapter on resize-convolutions; the witness is PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._values import shape_of

X, W = torch.tensor([[[2.0, 1, 3]]]), torch.tensor([[[1.0, 10, 100]]])
TIED = ([4, 6, 5, 3], [1, 3, 2], [7, 7], [2, -1, 0, 1, -2, 0], [0, 0, 1, 1])
RIPPLED = ([1, 2, 3, 4], [1, 2], [0, 1, 0, 0, 0], [3, 1, 2])


def _enlarged(x, r=2):
    return F.interpolate(x, scale_factor=r, mode="nearest")


def _orders():
    return (F.conv1d(_enlarged(X), W, padding=1)[0, 0], _enlarged(F.conv1d(X, W, padding=1))[0, 0])


def _row(number):
    def holds(rows):
        different = np.flatnonzero(~np.isclose(rows[number], _orders()[number]))
        if len(different):
            return f"another number at [{number}, {different[0]}]"
        return None

    return holds


def _tie():
    """Each column: what a single 1 becomes, with one weight 1 and the others 0."""
    one = torch.tensor([[[0.0, 0, 1, 0, 0]]])
    columns = [
        F.conv1d(_enlarged(one, 3), w[None, None], padding=1)[0, 0, 5:10] for w in torch.eye(3)
    ]
    return torch.stack(columns, dim=1)


def _phase_sums(rows):
    rows = np.asarray(rows)
    for r in range(3):
        total = rows[r::3].sum(axis=0)
        if not np.allclose(total, 1):
            return (
                f"rows that together hold each weight once in every phase; phase {r} holds "
                f"them {', '.join(f'{n:g}' for n in total)} times"
            )
    return None


def _one_fewer(weights, taps):
    return None if shape_of(weights) == (len(taps) - 1,) else f"{len(taps) - 1} numbers"


def _same_kernel(weights, taps):
    w = torch.as_tensor(np.array(weights, dtype=float))
    k = len(w)
    impulse = torch.zeros(1, 1, 9, dtype=torch.float64)
    impulse[0, 0, 4] = 1
    made = F.conv1d(_enlarged(impulse), w[None, None], padding=k - 1)[0, 0, 8 : 9 + k]
    if np.allclose(made, taps):
        return None
    return f"weights that make the taps {list(taps)}; these make {made.round(decimals=3).tolist()}"


TASKS = (
    Task(
        "resizing-order",
        "both_orders",
        clauses=(
            Clause("two rows", holds=shaped((2, 6), "two lists of six numbers")),
            Clause("first enlarge", holds=_row(0)),
            Clause("first convolve", holds=_row(1)),
        ),
    ),
    Task(
        "resizing-matrix",
        "tie",
        clauses=(
            Clause("the shape", holds=shaped((5, 3), "five rows with three numbers each")),
            Clause("the sums of the phases", holds=_phase_sums),
            Clause("the taps", equals=_tie, reveal=False),
        ),
    ),
    Task(
        "resizing-weights",
        "weights_of",
        clauses=(
            Clause("the number of weights", [call(taps) for taps in TIED], holds=_one_fewer),
            Clause("the kernel they make", [call(taps) for taps in TIED], holds=_same_kernel),
            Clause(
                "kernels that nothing makes",
                [call(taps) for taps in RIPPLED],
                equals=lambda taps: None,
            ),
        ),
    ),
)
