"""Checks for the chapter on what a code holds; witnesses are definitions and the stored network."""

from functools import cache

import numpy as np
import torch
from scipy.spatial.distance import cdist

from lib import data
from lib.checks import Clause, Task
from lib.checks._predicates import near
from lib.checks._values import shape_of
from lib.nets.reference import load_autoencoder

DRAWN, IN_CODES = {"A": 0, "C": 2, "E": 4, "G": 6}, {"B": 1, "D": 3, "F": 5}
MAPS = (  # h, and what undoes it
    (lambda z: 3 * z - 1, lambda z: (z + 1) / 3),
    (np.square, np.sqrt),
    (np.reciprocal, np.reciprocal),
    (np.log, np.exp),
)
ENDS = np.array([2.0, 8.0])


def _seven_words(words):
    right = len(words) == 7 and set(words) <= {"same", "free"}
    return None if right else 'seven words, each "same" or "free"'


def _all_are(word, places):
    def holds(words):
        wrong = sum(words[place] != word for place in places.values())
        if not wrong:
            return None
        return f"{wrong} other {'words' if wrong > 1 else 'word'} among {', '.join(places)}"

    return holds


def _middles():
    return [2 * undo(h(ENDS / 2).mean()) for h, undo in MAPS]


def _between(middles):
    if shape_of(middles) != (4,):
        return "four numbers"
    outside = [n for n, picture in enumerate(middles) if not ENDS[0] < picture < ENDS[1]]
    if outside:
        return f"a picture between 2 and 8 at [{outside[0]}]: each h is monotonic"
    return None


@cache
def _neighbours():
    """How many digits of class a have a nearest neighbour of class b, with two numbers."""
    digits = data.mnist()
    with torch.no_grad():
        x = torch.tensor(digits.test_images[:, None] / 255).float()
        codes = load_autoencoder(2).encoder(x).double().numpy()
    apart = cdist(codes, codes)
    np.fill_diagonal(apart, np.inf)
    labels = digits.test_labels.astype(int)
    counts = np.bincount(10 * labels + labels[apart.argmin(axis=1)], minlength=100)
    return counts.reshape(10, 10)


def _three_classes(classes):
    right = shape_of(classes) == (3,) and set(classes) <= set(range(10))
    return None if right else "three whole numbers from 0 to 9"


def _own_region(classes):
    own = np.diag(_neighbours())
    found = own[int(classes[0])]
    if found >= own.max() - 10:
        return None
    return f"another class first: {found} of this one have a neighbour of their own"


def _shared_region(classes):
    a, b = (int(c) for c in classes[1:])
    if a == b:
        return "two different classes"
    shared = np.triu(_neighbours() + _neighbours().T, 1)
    found = shared[min(a, b), max(a, b)]
    if found >= shared.max() / 2:
        return None
    return f"another pair: {found} of these 200 have a neighbour of the other class"


TASKS = (
    Task(
        "codes-free",
        "may_change",
        clauses=(
            Clause("seven words", holds=_seven_words),
            Clause("what is drawn", holds=_all_are("same", DRAWN)),
            Clause("what lies between the two halves", holds=_all_are("free", IN_CODES)),
        ),
    ),
    Task(
        "codes-middles",
        "middles",
        clauses=(
            Clause("between the ends", holds=_between),
            Clause("a straight change", holds=near(_middles, [0], 0.01)),
            Clause("bent changes", holds=near(_middles, [1, 2, 3], 0.01)),
        ),
    ),
    Task(
        "codes-plane",
        "three_classes",
        clauses=(
            Clause("three classes", holds=_three_classes),
            Clause("a region of its own", holds=_own_region),
            Clause("a shared region", holds=_shared_region),
        ),
    ),
)
