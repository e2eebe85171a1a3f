"""Checks for the chapter on interpolation; the witness is PyTorch's ``interpolate``."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
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
    return np.stack([F.interpolate(one_channel(e), size=6, mode="linear")[0, 0]
                     for e in np.eye(3)], 1)


def _rows_sum_to_one(rows):
    sums = np.sum(rows, axis=1)
    wrong = np.flatnonzero(~np.isclose(sums, 1))
    if len(wrong):
        return f"weights with sum 1; those of row {wrong[0]} have {sums[wrong[0]]:g}"
    return None


def _six_rows(rows):
    return None if shape_of(rows) == (6, 3) else "six rows with three numbers each"


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
        len(pair) == 2 and pair[0] in words[0] and pair[1] in words[1] for pair in pairs)
    return None if right else 'three pairs like ("corners", "rounded")'


def _tables(pairs):
    """The tables that the pairs stand for."""
    convention = {"half-pixel": False, "corners": True}
    whole = {"truncated": torch.trunc, "rounded": torch.round}
    return [whole[how](F.interpolate(one_channel(FOUR), size=(4, 4), mode="bilinear",
                                     align_corners=convention[where])[0, 0]).tolist()
            for where, how in pairs]


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
        "interpolation-places", "places",
        clauses=(
            Clause("half-pixel centres", [call(2, 6), call(3, 7), call(8, 3)],
                   equals=lambda n, m: np.clip(_places(n, m).numpy(), 0, n - 1),
                   hint="Cell t of the new line has its centre at t + 1/2 new cells from the left "
                        "edge. How many old cells is that, and which old centre lies there?"),
            Clause("aligned corners", [call(2, 4, align_corners=True),
                                       call(4, 7, align_corners=True)], equals=_places,
                   hint="The first new centre lies on the first old one, the last on the last: "
                        "m - 1 steps for n - 1 cells."),
        ),
        hints=("Draw the edges of the cells, not only their centres.",
               "Half-pixel centres: (t + 1/2) new cells are (t + 1/2) n/m old cells; the old cell "
               "u has its centre at u + 1/2.",
               "np.clip(u, low, high) keeps places inside the line."),
    ),
    Task(
        "interpolation-matrix", "six_by_three",
        clauses=(
            Clause("the shape", holds=_six_rows, hint="One row for each of the six new cells."),
            Clause("each row is an average", holds=_rows_sum_to_one,
                   hint="A constant line stays constant: what do the weights of a row add up to, "
                        "also at the ends?"),
            Clause("the weights", equals=_matrix, reveal=False,
                   hint="Each new cell reads at a place between two old centres, a quarter of a "
                        "cell from one of them; the first and the last lie outside."),
        ),
        hints=("At which places do the six new cells read? “Where is a pixel?” says it.",
               "A place u between the old centres i and i + 1 gives the weight u - i to i + 1 and "
               "the rest to i.",
               "The two places outside are moved to the nearest centre."),
    ),
    Task(
        "interpolation-bugs", "enlarge",
        clauses=(
            Clause("the inside of the picture", [call(WIDE, 3), call(TALL, 2)],
                   holds=lambda y, x, r: _inside(y, _enlarged(x, r).numpy(), r),
                   hint="Which fraction belongs to the rows, and which to the columns?"),
            Clause("the first rows and columns", [call(WIDE, 2), call(TALL, 3)], equals=_enlarged,
                   hint="int(-0.25) is 0, and -0.25 - 0 is negative. What weight does that give?"),
        ),
        hints=("Try a picture of one row: all rows of the result should be equal. Are they?",
               "One bug exchanges two numbers. Which pictures do not notice?",
               "The other bug is at places outside of the centres, on one side only: why not on "
               "the other?"),
    ),
    Task(
        "interpolation-tables", "made_by",
        clauses=(
            Clause("three answers", holds=_three_pairs,
                   hint="Copy the form that the task shows, three times."),
            Clause("the conventions", holds=_conventions,
                   hint="Compute the first row under each convention. Which numbers lie near?"),
            Clause("the whole numbers", holds=_whole_numbers,
                   hint="16.67 becomes 17 in one way and 16 in the other; what becomes of 12.5?"),
        ),
        hints=("Only the first row is needed.",
               "Half-pixel centres give 10, 12.5, 17.5, 20 and aligned corners even steps.",
               "np.trunc and np.round, applied to both, give four tables; three are here."),
    ),
)
