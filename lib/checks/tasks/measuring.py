"""Checks for the chapter on measuring a checkerboard; the witnesses are its definitions."""

from functools import cache

import numpy as np

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of
from lib.data import other_pictures, photograph

MAPS = np.arange(24.0).reshape(2, 3, 2, 2) ** 2
LEVELS = np.array([[[[2.0, 2], [2, 2]], [[5, 5], [5, 5]]]])  # two constants
TAPS, PAIR = np.array([1.0, 2, -1, 4, 0]), np.array([3.0, 1])


def _ripple(y):
    flat = np.reshape(y, (-1, y.shape[2] * y.shape[3]))
    total = np.sum(flat**2)
    return np.sqrt(np.sum(np.var(flat, axis=1)) * flat.shape[1] / total) if total else 0.0


def _same_length(new, kernel, stride):
    return None if shape_of(new) == kernel.shape else f"{len(kernel)} taps"


def _same_sum(new, kernel, stride):
    total = np.sum(new)
    if np.isclose(total, kernel.sum(), atol=1e-6):
        return None
    return f"taps with the sum {kernel.sum():g}, and not {total:g}"


def _equal_sums(new, kernel, stride):
    sums = [np.sum(new[r::stride]) for r in range(stride)]
    if np.allclose(sums, sums[0], atol=1e-6):
        return None
    return f"phases with equal sums; yours are {', '.join(f'{one:.4g}' for one in sums)}"


@cache
def _pictures():
    """{stride: pictures with a faint pattern of that period}, as the notebook makes them."""
    natural = [photograph(128), other_pictures()["mountains"][100:228, 50:178]]
    made = {stride: [] for stride in (2, 3, 4, 5)}
    for stride, pictures in made.items():
        for seed, picture in enumerate(natural):
            tile = np.random.default_rng(10 + seed).standard_normal((stride, stride))
            tile = 0.03 * (tile - tile.mean()) / tile.std()
            pictures.append(picture + np.tile(tile, (64, 64))[:128, :128])
    return made


def _calls(*strides):
    return [call(picture) for stride in strides for picture in _pictures()[stride]]


def _stride(picture):
    return next(
        stride
        for stride, pictures in _pictures().items()
        if any(np.array_equal(picture, one) for one in pictures)
    )


TASKS = (
    Task(
        "measuring-ripple",
        "ripple",
        clauses=(
            Clause(
                "one map",
                [
                    call(MAPS[:1, 1:2]),
                    call(-MAPS[:1, 1:2]),
                    call(np.array([[[[1.0, -1], [-1, 1]]]])),
                ],
                equals=_ripple,
            ),
            Clause("several maps", [call(LEVELS), call(MAPS)], equals=_ripple),
            Clause("nothing but zeros", [call(np.zeros((1, 2, 2, 2)))], equals=_ripple),
        ),
    ),
    Task(
        "measuring-even",
        "evened",
        clauses=(
            Clause(
                "the number of taps",
                [call(TAPS, 2), call(PAIR, 2), call(TAPS, 3)],
                holds=_same_length,
            ),
            Clause(
                "the sum of all taps",
                [call(TAPS, 2), call(TAPS, 3), call(TAPS[:4], 4)],
                holds=_same_sum,
            ),
            Clause(
                "the sums of the phases",
                [
                    call(TAPS, 2),
                    call(PAIR, 2),
                    call(TAPS, 3),
                    call(TAPS[:4], 4),
                    call(TAPS[::-1].copy(), 4),
                ],
                holds=_equal_sums,
            ),
            Clause("the argument", [call(TAPS, 2), call(TAPS, 3)], untouched=True),
        ),
    ),
    Task(
        "measuring-stride",
        "stride_of",
        clauses=(
            Clause("strides 3 and 5", _calls(3, 5), equals=_stride),
            Clause("stride 4", _calls(4), equals=_stride),
            Clause("stride 2", _calls(2), equals=_stride),
        ),
    ),
)
