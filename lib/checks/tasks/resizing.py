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
    return (F.conv1d(_enlarged(X), W, padding=1)[0, 0],
            _enlarged(F.conv1d(X, W, padding=1))[0, 0])


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
    columns = [F.conv1d(_enlarged(one, 3), w[None, None], padding=1)[0, 0, 5:10]
               for w in torch.eye(3)]
    return torch.stack(columns, dim=1)


def _phase_sums(rows):
    rows = np.asarray(rows)
    for r in range(3):
        total = rows[r::3].sum(axis=0)
        if not np.allclose(total, 1):
            return (f"rows that together hold each weight once in every phase; phase {r} holds "
                    f"them {', '.join(f'{n:g}' for n in total)} times")
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
        "resizing-order", "both_orders",
        clauses=(
            Clause("two rows", holds=shaped((2, 6), "two lists of six numbers"),
                   hint="Both ways give 2 · 3 numbers."),
            Clause("first enlarge", holds=_row(0),
                   hint="Write down the six enlarged numbers, with a zero at each end, and lay "
                        "the three taps over them in their order."),
            Clause("first convolve", holds=_row(1),
                   hint="The convolution of three numbers with padding 1 gives three. What does "
                        "nearest neighbour do with them?"),
        ),
        hints=("Nearest neighbour × 2 of 2, 1, 3 is 2, 2, 1, 1, 3, 3.",
               "A convolution does not flip: its tap 0 reads the neighbour on the left.",
               "With taps 1, 10 and 100, the digits of a result are the numbers that it read."),
    ),
    Task(
        "resizing-matrix", "tie",
        clauses=(
            Clause("the shape", holds=shaped((5, 3), "five rows with three numbers each"),
                   hint="Five taps, one row for each; three weights, one column for each."),
            Clause("the sums of the phases", holds=_phase_sums,
                   hint="The ripple is 0 for any weights. Which rows belong to one phase for "
                        "stride 3, and what does this say of their sum?"),
            Clause("the taps", equals=_tie, reveal=False,
                   hint="Let x be a single 1: after nearest neighbour it is a block of three. "
                        "Which weight meets the block first, from the left?"),
        ),
        hints=("One input cell becomes 1, 1, 1. Convolve this, and write each result in w0, w1, "
               "w2.",
               "The output cell to the left of the block reads the block with its right tap.",
               "The kernel is (1, 1, 1) * flip(w); the chapter has the matrix for (1, 1)."),
    ),
    Task(
        "resizing-weights", "weights_of",
        clauses=(
            Clause("the number of weights", [call(taps) for taps in TIED], holds=_one_fewer,
                   hint="The taps are all sums of two neighbouring weights, but for the first and "
                        "the last. These kernels do come from weights."),
            Clause("the kernel they make", [call(taps) for taps in TIED], holds=_same_kernel,
                   hint="The first tap is a single weight. Is it the first or the last one?"),
            Clause("kernels that nothing makes", [call(taps) for taps in RIPPLED],
                   equals=lambda taps: None,
                   hint="Which sums of taps have to be equal? Is this also enough?"),
        ),
        hints=("Write down the taps for two weights, then for three.",
               "Begin at one end: a tap that is a single weight gives it to you. What does the "
               "next tap give?",
               "One more tap than weights: after the last weight, one equation is left over."),
    ),
)
