"""Checks for the chapter on the best straight code; the witness is PCA, or a trial of all sizes."""

import numpy as np

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._values import shape_of
from lib.nets.pca import PCA

POINTS = np.array([[4, 1], [2, 3], [-2, -1], [0, -3]])


def _pictures(count, seed):
    """Small pictures, (count, 3, 4) of 0 to 255, whose pixels depend on one another."""
    rng = np.random.default_rng(seed)
    strokes = rng.random((3, 12)) * [[1], [0.6], [0.3]]
    grey = rng.random((count, 3)) @ strokes + 0.1 * rng.random((count, 12))
    return np.uint8(255 * grey / grey.max()).reshape(count, 3, 4)


FITTING, HELD_OUT = _pictures(14, 0), _pictures(9, 1)


def _four_entries(answer):
    right = len(answer) == 4 and shape_of(answer[:3]) == (3,) and shape_of(answer[3]) == (2,)
    return None if right else "[error, error, error, [x, y]]"


def _like_pca(place):
    """Compare one entry of the answer."""

    def holds(answer):
        pca = PCA(POINTS, 2)
        right = (
            np.mean((POINTS - POINTS.mean(axis=0)) ** 2),
            pca.error(POINTS, 1),
            0,
            pca.decode(pca.encode(POINTS[:1])[:, :1])[0],
        )
        return None if np.allclose(answer[place], right[place]) else f"another value at [{place}]"

    return holds


def _error(fitting, held_out, d):
    if not d:
        return np.mean((held_out / 255 - fitting.mean(axis=0) / 255) ** 2)
    return PCA(fitting, d).error(held_out)


def _from_0_to_1(error, *_):
    if np.ndim(error) == 0 and 0 <= float(error) <= 1:
        return None
    return "a number from 0 to 1: no pixel is further from another than black from white"


def _errors(variances, sigma):
    """The expected error for every size from 0 up."""
    v = np.array(variances, dtype=float)
    return [(v[d:].sum() + d * sigma**2) / len(v) for d in range(len(v) + 1)]


def _size(answer, variances, sigma):
    errors = _errors(variances, sigma)
    d = answer[0]
    if d == np.argmin(errors):
        return None
    if d not in range(len(errors)):
        return f"a whole number from 0 to {len(variances)} as d"
    return f"a d with a smaller error than {errors[int(d)]:.4g}, which d = {d} gives"


def _its_error(answer, variances, sigma):
    right = min(_errors(variances, sigma))
    return None if np.isclose(answer[1], right) else f"{right:.4g} as the error"


NOISE = [
    call([9.0, 4, 2, 1], 1.5),
    call([0.5, 0.25, 0.2, 0.1, 0.02], 0.4),
    call([3.0, 2, 1], 2),
    call([3.0, 2, 1], 0.5),
    call([0.6, 0.1], 0.5),
]

TASKS = (
    Task(
        "linear-points",
        "four_points",
        clauses=(
            Clause("four entries", holds=_four_entries),
            Clause("a code of no numbers", holds=_like_pca(0)),
            Clause("a code of one number", holds=_like_pca(1)),
            Clause("a code of two numbers", holds=_like_pca(2)),
            Clause("the point that comes back", holds=_like_pca(3)),
        ),
    ),
    Task(
        "linear-bugs",
        "honest_error",
        clauses=(
            Clause(
                "the scale",
                [call(FITTING, HELD_OUT, 0), call(FITTING, HELD_OUT, 2)],
                holds=_from_0_to_1,
            ),
            Clause(
                "the mean", [call(FITTING, FITTING, 0), call(FITTING, FITTING, 2)], equals=_error
            ),
            Clause(
                "fitted to other pictures",
                [
                    call(FITTING, HELD_OUT, 0),
                    call(FITTING, HELD_OUT, 3),
                    call(HELD_OUT, FITTING, 2),
                ],
                equals=_error,
            ),
        ),
    ),
    Task(
        "linear-pays",
        "best_size",
        clauses=(
            Clause("a pair", NOISE, holds=shaped((2,), "a pair (d, error)")),
            Clause("the size", NOISE, holds=_size),
            Clause("the error", NOISE, holds=_its_error),
        ),
    ),
)
