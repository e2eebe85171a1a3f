"""Checks for the chapter on uses; witnesses are SciPy's Mann-Whitney and a least-squares solver."""

import numpy as np
from scipy.stats import mannwhitneyu

from lib.checks import Clause, Task, call
from lib.checks._predicates import near
from lib.checks._values import shape_of


def _counts():
    """(right alarms, false alarms, the right share of the alarms, of all pieces, of no alarm)"""
    faulty = np.arange(10_000) % 100 == 0
    alarm = np.zeros(10_000, dtype=bool)
    alarm[np.flatnonzero(faulty)[: 90 * faulty.sum() // 100]] = True
    alarm[np.flatnonzero(~faulty)[: 5 * (~faulty).sum() // 100]] = True
    right, false = np.sum(alarm & faulty), np.sum(alarm & ~faulty)
    return right, false, right / (right + false), np.mean(alarm == faulty), np.mean(~faulty)


def _five_numbers(numbers):
    if shape_of(numbers) != (5,):
        return "five numbers"
    return (
        None
        if all(0 <= share <= 1 for share in numbers[2:])
        else ("shares from 0 to 1 in the last three places")
    )


def _area(normal, other):
    return mannwhitneyu(other, normal).statistic / (len(normal) * len(other))


def _scores(normal, other, seed):
    """Lists of different scores, those of anomalies mostly larger."""
    scores = np.random.default_rng(seed).permutation(normal + other) * 1.0
    scores[normal:] += (normal + other) // 4 + 0.5  # so that no two are equal
    return call(scores[:normal].tolist(), scores[normal:].tolist())


def _turned(normal, other, seed):
    """The same with the two lists exchanged: worse than a coin."""
    return call(*_scores(other, normal, seed).arguments[::-1])


def _enlarging(rows, columns, seed):
    rng = np.random.default_rng(seed)
    return call(rng.random((2 * rows, 2 * columns)).round(2), rng.random((rows, columns)).round(2))


def _block_means(rows, columns):
    """The matrix D of a large picture's block means, both pictures as vectors."""
    pairs = (np.kron(np.eye(n), [[0.5, 0.5]]) for n in (rows, columns))
    return np.kron(*pairs)


def _as_large(new, y, given):
    return None if shape_of(new) == y.shape else f"shape {y.shape}"


def _agrees(new, y, given):
    means = (_block_means(*given.shape) @ np.ravel(new)).reshape(given.shape)
    wrong = np.argwhere(~np.isclose(means, given))
    if not len(wrong):
        return None
    i, j = (int(n) for n in wrong[0])
    return f"a mean of {given[i, j]:.4g} in block [{i}, {j}], not {means[i, j]:.4g}"


def _nearest(y, given):
    D = _block_means(*given.shape)
    return y + np.linalg.lstsq(D, given.ravel() - D @ y.ravel())[0].reshape(y.shape)


PICTURES = [_enlarging(1, 2, 0), _enlarging(2, 3, 1), _enlarging(3, 1, 2)]

TASKS = (
    Task(
        "uses-alarms",
        "detector",
        clauses=(
            Clause("five numbers", holds=_five_numbers),
            Clause("the alarms", holds=near(_counts, [0, 1], 0.5)),
            Clause("the trust in an alarm", holds=near(_counts, [2], 1e-3)),
            Clause("all pieces", holds=near(_counts, [3, 4], 1e-3)),
        ),
    ),
    Task(
        "uses-area",
        "area",
        clauses=(
            Clause(
                "an area that can be counted",
                [call([1.0, 2.0], [3.0]), call([3.0], [1.0]), call([1.0, 2.0, 4.0], [3.0, 5.0])],
                equals=_area,
            ),
            Clause(
                "all pairs", [_scores(7, 5, 0), _turned(4, 9, 1), _scores(20, 30, 2)], equals=_area
            ),
            Clause(
                "equal scores",
                [
                    call([2.0], [2.0]),
                    call([1.0, 2.0, 2.0, 3.0], [2.0, 3.0]),
                    call([0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]),
                ],
                equals=_area,
            ),
        ),
    ),
    Task(
        "uses-correct",
        "correct",
        clauses=(
            Clause("the size", PICTURES, holds=_as_large),
            Clause("the block means", PICTURES, holds=_agrees),
            Clause("the nearest", PICTURES, equals=_nearest, reveal=False),
            Clause("y as it was", PICTURES, untouched=True),
        ),
    ),
)
