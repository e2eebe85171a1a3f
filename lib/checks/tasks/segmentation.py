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
    return call(rng.normal(size=(count, 5, height, width)).round(2),
                rng.integers(0, 5, size=(count, height, width)))


def _undecided(count, height, width):
    return call(np.zeros((count, 5, height, width)),
                np.arange(count * height * width).reshape(count, height, width) % 5)


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
        "segmentation-marks", "marks",
        clauses=(
            Clause("four entries", holds=_four_entries,
                   hint="The three IoUs stand in brackets of their own."),
            Clause("the right pixels", holds=_like(0, np.mean(TRUE == SAID)),
                   hint="Which pixels are wrong? There are two kinds of them."),
            Clause("the three IoUs",
                   holds=_like(1, [_ious(SAID, TRUE, 3)[c] for c in range(3)]),
                   hint="Count hits, misses and false alarms of each class. A pixel with a wrong "
                        "class enters two of the IoUs."),
            Clause("where", holds=_like(2, _ious(SAID > 0, TRUE > 0, 2)[1]),
                   hint="Two classes now: ink and background. Only that of ink is asked for."),
            Clause("what", holds=_like(3, np.mean((TRUE == SAID)[(TRUE > 0) & (SAID > 0)])),
                   hint="Look at the pixels that are ink and are said to be ink. How many have "
                        "the right class?"),
        ),
        hints=("Draw a table: true classes down, classes that were said across.",
               "Its entries add up to 64, and the diagonal holds the right pixels.",
               "The union of a class is its row and its column, with the entry in both counted "
               "once."),
    ),
    Task(
        "segmentation-loss", "pixel_loss",
        clauses=(
            Clause("a single pixel", [_scene(1, 1, 1, 0), _scene(3, 1, 1, 1)], equals=_loss,
                   hint="wrong_loss is right here: compare yours with it, step by step."),
            Clause("the mean over all pixels", [_undecided(1, 2, 3), _undecided(4, 3, 2)],
                   equals=_loss,
                   hint="All scores are 0 here, so each class has the probability 1/5. Should the "
                        "loss depend on the number of pixels?"),
            Clause("each pixel with its scores", [_scene(1, 2, 3, 2), _scene(2, 5, 4, 3),
                                                  _scene(5, 5, 5, 4)], equals=_loss,
                   hint="Which numbers stand side by side in a row of rows: those of one pixel, "
                        "or those of neighbours?"),
        ),
        hints=("Try a scene of two pixels, with the scores 0 to 9.",
               "reshape does not know what an axis means. It reads the numbers in their order in "
               "memory.",
               "np.moveaxis(a, source, destination) brings an axis to another place."),
    ),
    Task(
        "segmentation-iou", "mean_iou",
        clauses=(
            Clause("one scene", [_maps(2, 1, 3, 4, seed=0), _maps(3, 1, 5, 4, seed=1)],
                   equals=_mean_iou,
                   hint="Hits over hits, misses and false alarms, for each class; then the mean "
                        "over the classes."),
            Clause("all scenes together", [_maps(3, 4, 2, 3, seed=2), _maps(4, 6, 4, 3, seed=3)],
                   equals=_mean_iou,
                   hint="Are the pixels of all scenes in the same count, before anything is "
                        "divided?"),
            Clause("a class that is missed, or made up",
                   [call(NOTHING, FIRST, 2), call(FIRST, NOTHING, 2), call(FIRST, SECOND, 3)],
                   equals=_mean_iou,
                   hint="A class that occurs in one of the two only has a union, and no hit."),
            Clause("a class that does not occur",
                   [call(FIRST, FIRST, 4), call(NOTHING, NOTHING, 3),
                    _maps(5, 2, 3, 4, seed=4, only=(0, 2, 3))], equals=_mean_iou,
                   hint="Its union is empty. Over how many classes is the mean, then?"),
        ),
        hints=("Begin with one class: two arrays of True and False.",
               "| is the union of two such arrays, & the part in both.",
               "Collect the IoUs in a list, and skip a class whose union is empty."),
    ),
)
