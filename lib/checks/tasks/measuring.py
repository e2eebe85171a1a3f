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
    return next(stride for stride, pictures in _pictures().items()
                if any(np.array_equal(picture, one) for one in pictures))


TASKS = (
    Task(
        "measuring-ripple", "ripple",
        clauses=(
            Clause("one map", [call(MAPS[:1, 1:2]), call(-MAPS[:1, 1:2]),
                               call(np.array([[[[1.0, -1], [-1, 1]]]]))], equals=_ripple,
                   hint="Both parts of the fraction are rms values. What is the rms of numbers "
                        "that are all negative, or whose mean is 0?"),
            Clause("several maps", [call(LEVELS), call(MAPS)], equals=_ripple,
                   hint="Two constant maps, of 2 and of 5: from which mean does each deviate, "
                        "and how far?"),
            Clause("nothing but zeros", [call(np.zeros((1, 2, 2, 2)))], equals=_ripple,
                   hint="0 divided by 0 is not a number. What does the task ask for here?"),
        ),
        hints=("Compute by hand the ripple of one map with the numbers 1, -1, -1, 1.",
               "rms: the square root of the mean of the squares.",
               "y.mean(axis=(2, 3), keepdims=True) has one mean for each map."),
    ),
    Task(
        "measuring-even", "evened",
        clauses=(
            Clause("the number of taps", [call(TAPS, 2), call(PAIR, 2), call(TAPS, 3)],
                   holds=_same_length,
                   hint="The result has as many taps as the argument, zeros included."),
            Clause("the sum of all taps", [call(TAPS, 2), call(TAPS, 3), call(TAPS[:4], 4)],
                   holds=_same_sum,
                   hint="What one tap gains, others have to lose."),
            Clause("the sums of the phases", [call(TAPS, 2), call(PAIR, 2), call(TAPS, 3),
                                              call(TAPS[:4], 4), call(TAPS[::-1].copy(), 4)],
                   holds=_equal_sums,
                   hint="Each phase answers to a constant with the sum of its own taps. Which "
                        "taps belong together?"),
            Clause("the argument", [call(TAPS, 2), call(TAPS, 3)], untouched=True,
                   hint="A slice of an array is a view: who writes into it writes into the "
                        "array."),
        ),
        hints=("Which taps does phase 0 have for stride 2, and which does phase 1?",
               "If all phases have equal sums and the whole sum is S, what is the sum of each?",
               "Phases may have different numbers of taps. Spread what a phase lacks over its own "
               "taps, or give it to one of them."),
    ),
    Task(
        "measuring-stride", "stride_of",
        clauses=(
            Clause("strides 3 and 5", _calls(3, 5), equals=_stride,
                   hint="Compute the scores at 2, 3, 4 and 5. Which of them are large?"),
            Clause("stride 4", _calls(4), equals=_stride,
                   hint="A pattern with period 4 has a part that repeats every two cells. Is the "
                        "score at 2 all of it?"),
            Clause("stride 2", _calls(2), equals=_stride,
                   hint="A pattern with period 2 repeats every four cells too: compare the scores "
                        "at 2 and at 4."),
        ),
        hints=("Print the four scores of pictures that you make with with_pattern.",
               "A score can find every period that has a common factor with its stride. For which "
               "pairs among 2, 3, 4 and 5 does that matter?",
               "If the scores at 2 and at 4 are nearly equal, what does the score at 4 add to that "
               "at 2?"),
    ),
)
