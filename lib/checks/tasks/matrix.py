"""Checks for the chapter on the convolution matrix: PyTorch is asked for one column at a time."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

WORDS = ("row", "column")
LETTER = {"row": "C", "column": "F"}  # NumPy's names of the two orders
NUMBERS = np.random.default_rng(0).integers(-9, 10, (12, 12))


def _conv1d_matrix(w, n, **settings):
    one_hots = torch.eye(n, dtype=torch.float64)[:, None]
    taps = torch.tensor(w, dtype=torch.float64)[None, None]
    return F.conv1d(one_hots, taps, **settings)[:, 0].numpy().T


RIGHT = _conv1d_matrix([1, -2, 3], 5, stride=2, padding=1)


def _tall_matrix(taps, given, listed):
    """6 by 12: the kernel with three rows and one column on 4 by 3 cells, in two given orders."""
    kernel = torch.tensor(taps, dtype=torch.float64).reshape(1, 1, 3, 1)
    columns = []
    for one_hot in np.eye(12):
        picture = torch.tensor(one_hot.reshape((4, 3), order=LETTER[given]))[None, None]
        result = F.conv2d(picture, kernel)[0, 0].numpy()
        columns.append(result.reshape(-1, order=LETTER[listed]))
    return np.stack(columns, axis=1)


TALL = {
    (taps, given, listed): _tall_matrix(taps, given, listed)
    for taps in ((1, 2, 3), (-2, 5, 5))
    for given in WORDS
    for listed in WORDS
}


def _true_orders(W):
    return next((key[1:] for key, matrix in TALL.items() if np.array_equal(matrix, W)))


def _two_words(pair, W):
    right = isinstance(pair, (list, tuple)) and len(pair) == 2 and set(pair) <= set(WORDS)
    return None if right else 'two words, such as ("row", "column")'


def _of_input(pair, W):
    right = pair[0] == _true_orders(W)[0]
    return None if right else f"another order of the input; f2 of the first output is {_where(W)}"


def _where(W):
    first, second = np.flatnonzero(W[0])[:2].tolist()
    return f"{second - first} column{'s' * (second - first > 1)} to the right of its f1"


def _of_outputs(pair, W):
    starts = [int(np.flatnonzero(row)[0]) + 1 for row in W]
    right = pair[1] == _true_orders(W)[1]
    return None if right else f"another order of the outputs; f1 is in columns {starts}, from 1"


def _by_rows(W, input_shape, output_shape):
    """Column by column of the result: what W does to each picture with a single 1."""
    pictures = np.eye(np.prod(input_shape, dtype=int)).reshape(-1, *input_shape)
    outputs = [(W @ p.reshape(-1, order="F")).reshape(output_shape, order="F") for p in pictures]
    return np.stack([y.reshape(-1) for y in outputs], axis=1)


MATRICES = [
    call(TALL[key])
    for key in [
        ((1, 2, 3), "column", "row"),
        ((1, 2, 3), "row", "row"),
        ((-2, 5, 5), "column", "column"),
        ((-2, 5, 5), "row", "column"),
    ]
]

TASKS = (
    Task(
        "matrix-fill",
        "by_hand",
        clauses=(
            Clause(
                "the shape",
                holds=lambda rows: (
                    None
                    if shape_of(rows) == RIGHT.shape
                    else ("one row for each output, one number for each of the five cells")
                ),
            ),
            Clause(
                "where the taps stand",
                holds=lambda rows: next(
                    (
                        f"zeros in other places in row {i}"
                        for i in range(3)
                        if not np.array_equal(np.equal(rows[i], 0), RIGHT[i] == 0)
                    ),
                    None,
                ),
            ),
            Clause("the taps", equals=lambda: RIGHT, reveal=False),
        ),
    ),
    Task(
        "matrix-lecture",
        "orders",
        clauses=(
            Clause("two words", MATRICES, holds=_two_words),
            Clause("the input", MATRICES, holds=_of_input),
            Clause("the outputs", MATRICES, holds=_of_outputs),
        ),
    ),
    Task(
        "matrix-orders",
        "to_row_order",
        clauses=(
            Clause(
                "the shape",
                [call(NUMBERS[:6], (4, 3), (2, 3))],
                holds=lambda y, W, *_: (
                    None
                    if shape_of(y) == W.shape
                    else (f"shape {W.shape}: as many outputs and inputs as before")
                ),
            ),
            Clause(
                "the input",
                [call(NUMBERS[:3, :6], (2, 3), (1, 3)), call(NUMBERS[:2, :12], (4, 3), (2, 1))],
                equals=_by_rows,
            ),
            Clause(
                "the outputs",
                [
                    call(NUMBERS[:6, :4], (1, 4), (2, 3)),
                    call(NUMBERS[:6], (4, 3), (2, 3)),
                    call(NUMBERS, (3, 4), (4, 3)),
                ],
                equals=_by_rows,
            ),
        ),
    ),
)
