"""Checks for the chapter on segmentation; witnesses are PyTorch's loss and a confusion matrix."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

TRUE = np.repeat([1, 2, 0], [6, 4, 54])  # the scene of the exercise, pixel by pixel
SAID = np.repeat([1, 0], [12, 52])


def _confusion(answer, truth, classes):
    """[t, a]: how many pixels of class t are said to be of class a."""
    pairs = np.ravel(truth).astype(int) * classes + np.ravel(answer).astype(int)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def _ious(answer, truth, classes):
    """{class: IoU} of the classes that occur."""
    table = _confusion(answer, truth, classes)
    either = table.sum(axis=0) + table.sum(axis=1) - np.diag(table)
    return {c: table[c, c] / either[c] for c in range(classes) if either[c]}


def _mean_iou(answer, truth, classes):
    return np.mean(list(_ious(answer, truth, classes).values()))


def _four_entries(marks):
    right = len(marks) == 4 and [shape_of(mark) for mark in marks] == [(), (3,), (), ()]
    return None if right else "[right, [iou, iou, iou], where, what]"


def _like(place, right):
    def holds(marks):
        near = np.isclose(marks[place], right, atol=1e-3)
        if near.all():
            return None
        inner = f"[{int(np.argmin(near))}]" if np.ndim(right) else ""
        return f"another number at [{place}]{inner}"

    return holds


def _scene(count, height, width, seed):
    """Scores and true classes."""
    rng = np.random.default_rng(seed)
    return call(
        rng.normal(size=(count, 5, height, width)).round(2),
        rng.integers(0, 5, size=(count, height, width)),
    )


def _undecided(count, height, width):
    return call(
        np.zeros((count, 5, height, width)),
        np.arange(count * height * width).reshape(count, height, width) % 5,
    )


def _loss(scores, target):
    return F.cross_entropy(torch.tensor(scores), torch.tensor(target)).item()


def _maps(classes, *shape, seed, only=None):
    """An answer that is mostly right, and the truth."""
    rng = np.random.default_rng(seed)
    kinds = np.arange(classes) if only is None else np.array(only)
    truth = kinds[rng.integers(0, len(kinds), size=shape)]
    truth.flat[: len(kinds)] = kinds  # so that all of them occur
    answer = np.where(rng.random(shape) < 0.7, truth, kinds[rng.integers(0, len(kinds), shape)])
    return call(answer, truth, classes)


FIRST = np.array([[[0, 0, 0, 1], [0, 0, 0, 1]]])  # one scene of two rows
SECOND = np.array([[[0, 0, 0, 2], [0, 0, 0, 0]]])
NOTHING = np.zeros_like(FIRST)

TASKS = (
    Task(
        "segmentation-marks",
        "marks",
        clauses=(
            Clause("four entries", holds=_four_entries),
            Clause("the right pixels", holds=_like(0, np.mean(TRUE == SAID))),
            Clause("the three IoUs", holds=_like(1, [_ious(SAID, TRUE, 3)[c] for c in range(3)])),
            Clause("where", holds=_like(2, _ious(SAID > 0, TRUE > 0, 2)[1])),
            Clause("what", holds=_like(3, np.mean((TRUE == SAID)[(TRUE > 0) & (SAID > 0)]))),
        ),
    ),
    Task(
        "segmentation-loss",
        "pixel_loss",
        clauses=(
            Clause("a single pixel", [_scene(1, 1, 1, 0), _scene(3, 1, 1, 1)], equals=_loss),
            Clause(
                "the mean over all pixels", [_undecided(1, 2, 3), _undecided(4, 3, 2)], equals=_loss
            ),
            Clause(
                "each pixel with its scores",
                [_scene(1, 2, 3, 2), _scene(2, 5, 4, 3), _scene(5, 5, 5, 4)],
                equals=_loss,
            ),
        ),
    ),
    Task(
        "segmentation-iou",
        "mean_iou",
        clauses=(
            Clause(
                "one scene",
                [_maps(2, 1, 3, 4, seed=0), _maps(3, 1, 5, 4, seed=1)],
                equals=_mean_iou,
            ),
            Clause(
                "all scenes together",
                [_maps(3, 4, 2, 3, seed=2), _maps(4, 6, 4, 3, seed=3)],
                equals=_mean_iou,
            ),
            Clause(
                "a class that is missed, or made up",
                [call(NOTHING, FIRST, 2), call(FIRST, NOTHING, 2), call(FIRST, SECOND, 3)],
                equals=_mean_iou,
            ),
            Clause(
                "a class that does not occur",
                [
                    call(FIRST, FIRST, 4),
                    call(NOTHING, NOTHING, 3),
                    _maps(5, 2, 3, 4, seed=4, only=(0, 2, 3)),
                ],
                equals=_mean_iou,
            ),
        ),
    ),
)
