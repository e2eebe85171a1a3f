"""Checks for the chapter on unpooling; the witness is PyTorch's ``max_unpool2d``."""

import numpy as np
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._tensors import one_channel
from lib.checks._values import shape_of

PICTURE = np.array([[1, 7, 0, 2, 3], [4, 2, 9, 5, 1], [6, 0, 3, 8, 2], [2, 5, 1, 4, 0]])
WIDE = np.array([[1, 5, 3, 2, 0, 6], [4, 0, 7, 8, 9, 1]])
TALL = np.array([[2, 1], [3, 0], [8, 9], [7, 5]])
TIED = np.array([[5, 1, 0, 2], [1, 5, 2, 2]])
NEGATIVE = np.array([[-3, -1, -7, -2], [-2, -4, -5, -6]])


def _kept(image):
    return F.max_pool2d(one_channel(image), 2, return_indices=True)[1][0, 0]


def _unpooled():
    values, places = F.max_pool2d(one_channel(PICTURE), 2, return_indices=True)
    return F.max_unpool2d(values, places, 2)[0, 0]


def _the_maxima(rows):
    numbers = np.sort(np.ravel(rows))
    if np.array_equal(numbers, np.sort(np.ravel(_unpooled()))):
        return None
    return "the maximum of each window once, and zeros in the other twelve cells"


def _back(pictures):
    found = []
    for picture in pictures:
        values, places = F.max_pool2d(one_channel(picture), 2, return_indices=True)
        found.append(F.max_unpool2d(values, places, 2, output_size=picture.shape)[0, 0].numpy())
    return found


def _pictures(number, *shape):
    """Pictures without ties and without zeros."""
    rng = np.random.default_rng(number)
    return [1 + rng.permutation(np.prod(shape)).reshape(shape) for _ in range(number)]


TASKS = (
    Task(
        "unpooling-width",
        "unpooled",
        clauses=(
            Clause("the shape", holds=shaped((4, 4), "four rows with four numbers each")),
            Clause("the four values", holds=_the_maxima),
            Clause("their cells", equals=_unpooled, reveal=False),
        ),
    ),
    Task(
        "unpooling-kept",
        "kept",
        clauses=(
            Clause(
                "one index for each window",
                [call(WIDE), call(TALL)],
                holds=lambda places, image: (
                    None
                    if shape_of(places) == (image.shape[0] // 2, image.shape[1] // 2)
                    else f"shape {(image.shape[0] // 2, image.shape[1] // 2)}"
                ),
            ),
            Clause(
                "the index in the whole image",
                [call(WIDE), call(TALL), call(NEGATIVE)],
                equals=_kept,
            ),
            Clause(
                "ties", [call(TIED), call(np.zeros((4, 6))), call(np.ones((2, 2)))], equals=_kept
            ),
        ),
    ),
    Task(
        "unpooling-wrong",
        "pictures_back",
        clauses=(
            Clause(
                "one picture", [call(_pictures(1, 4, 4)), call(_pictures(1, 2, 6))], equals=_back
            ),
            Clause(
                "several pictures",
                [call(_pictures(2, 4, 4)), call(_pictures(3, 2, 4))],
                equals=_back,
            ),
            Clause(
                "odd sizes",
                [call(_pictures(1, 5, 5)), call(_pictures(2, 4, 5)), call(_pictures(1, 3, 4))],
                equals=_back,
            ),
        ),
    ),
)
