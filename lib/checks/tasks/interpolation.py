"""Checks for the chapter on interpolation; the witness is PyTorch's ``interpolate``."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._tensors import one_channel
from lib.checks._values import shape_of

FOUR = np.array([[10, 20], [30, 40]])
TABLES = (  # as the exercise prints them
    [[10, 13, 16, 20], [16, 20, 23, 26], [23, 26, 30, 33], [30, 33, 36, 40]],
    [[10, 12, 17, 20], [15, 17, 22, 25], [25, 27, 32, 35], [30, 32, 37, 40]],
    [[10, 13, 17, 20], [17, 20, 23, 27], [23, 27, 30, 33], [30, 33, 37, 40]],
)
WIDE, TALL = np.array([[0, 4, 8], [16, 4, 0]]), np.array([[1, 2], [5, 0], [3, 3]])


def _places(n, m, align_corners=False):
    """On a ramp 0, 1, 2, ... the interpolated value is the place."""
    ramp = one_channel(np.arange(n))
    return F.interpolate(ramp, size=m, mode="linear", align_corners=align_corners)[0, 0]


def _matrix():
    """Each column is the response to a single 1."""
    return np.stack(
        [F.interpolate(one_channel(e), size=6, mode="linear")[0, 0] for e in np.eye(3)], 1
    )


def _rows_sum_to_one(rows):
    sums = np.sum(rows, axis=1)
    wrong = np.flatnonzero(~np.isclose(sums, 1))
    if len(wrong):
        return f"weights with sum 1; those of row {wrong[0]} have {sums[wrong[0]]:g}"
    return None


def _enlarged(image, r):
    return F.interpolate(one_channel(image), scale_factor=r, mode="bilinear")[0, 0]


def _inside(enlarged, right, r):
    """Compare where no place lies outside of the old centres."""
    if shape_of(enlarged) != right.shape:
        return f"shape {right.shape}"
    cut = slice(r // 2, -(r // 2)), slice(r // 2, -(r // 2))
    if np.allclose(np.asarray(enlarged)[cut], right[cut]):
        return None
    return f"{right[cut].round(3).tolist()} there"


def _three_pairs(pairs):
    words = [{"half-pixel", "corners"}, {"truncated", "rounded"}]
    right = len(pairs) == 3 and all(
        len(pair) == 2 and pair[0] in words[0] and pair[1] in words[1] for pair in pairs
    )
    return None if right else 'three pairs like ("corners", "rounded")'


def _tables(pairs):
    """The tables that the pairs stand for."""
    convention = {"half-pixel": False, "corners": True}
    whole = {"truncated": torch.trunc, "rounded": torch.round}
    return [
        whole[how](
            F.interpolate(
                one_channel(FOUR), size=(4, 4), mode="bilinear", align_corners=convention[where]
            )[0, 0]
        ).tolist()
        for where, how in pairs
    ]


def _conventions(pairs):
    for name, table, (where, _) in zip("ABC", TABLES, pairs, strict=True):
        if table not in _tables([(where, "truncated"), (where, "rounded")]):
            return f"table {name}: the other convention"
    return None


def _whole_numbers(pairs):
    for name, table, made in zip("ABC", TABLES, _tables(pairs), strict=True):
        if table != made:
            return f"table {name}: whole numbers made in the other way"
    return None


TASKS = (
    Task(
        "interpolation-places",
        "places",
        clauses=(
            Clause(
                "half-pixel centres",
                [call(2, 6), call(3, 7), call(8, 3)],
                equals=lambda n, m: np.clip(_places(n, m).numpy(), 0, n - 1),
            ),
            Clause(
                "aligned corners",
                [call(2, 4, align_corners=True), call(4, 7, align_corners=True)],
                equals=_places,
            ),
        ),
    ),
    Task(
        "interpolation-matrix",
        "six_by_three",
        clauses=(
            Clause("the shape", holds=shaped((6, 3), "six rows with three numbers each")),
            Clause("each row is an average", holds=_rows_sum_to_one),
            Clause("the weights", equals=_matrix, reveal=False),
        ),
    ),
    Task(
        "interpolation-bugs",
        "enlarge",
        clauses=(
            Clause(
                "the inside of the picture",
                [call(WIDE, 3), call(TALL, 2)],
                holds=lambda y, x, r: _inside(y, _enlarged(x, r).numpy(), r),
            ),
            Clause("the first rows and columns", [call(WIDE, 2), call(TALL, 3)], equals=_enlarged),
        ),
    ),
    Task(
        "interpolation-tables",
        "made_by",
        clauses=(
            Clause("three answers", holds=_three_pairs),
            Clause("the conventions", holds=_conventions),
            Clause("the whole numbers", holds=_whole_numbers),
        ),
    ),
)
