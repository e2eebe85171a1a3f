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


TALL = {(taps, given, listed): _tall_matrix(taps, given, listed)
        for taps in ((1, 2, 3), (-2, 5, 5)) for given in WORDS for listed in WORDS}


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


MATRICES = [call(TALL[key]) for key in [((1, 2, 3), "column", "row"), ((1, 2, 3), "row", "row"),
                                        ((-2, 5, 5), "column", "column"),
                                        ((-2, 5, 5), "row", "column")]]

TASKS = (
    Task(
        "matrix-fill", "by_hand",
        clauses=(
            Clause("the shape", holds=lambda rows: None if shape_of(rows) == RIGHT.shape else (
                "one row for each output, one number for each of the five cells"),
                   hint="How many places has the kernel on 5 + 2 cells, two cells apart?"),
            Clause("where the taps stand", holds=lambda rows: next(
                (f"zeros in other places in row {i}" for i in range(3)
                 if not np.array_equal(np.equal(rows[i], 0), RIGHT[i] == 0)), None),
                   hint="With padding 1 the first place begins outside, one cell before cell 0. "
                        "Where do the other places begin?"),
            Clause("the taps", equals=lambda: RIGHT, reveal=False,
                   hint="A row is the kernel, moved. In which order do its taps lie on the cells, "
                        "and which of them meets a zero of the padding?"),
        ),
        hints=("Write the row of the padded input first: seven cells, three places.",
               "Tap j of output i stands in column 2i + j - 1, if there is such a column.",
               "The first row has lost its first tap. Which row has lost its last one?"),
    ),
    Task(
        "matrix-lecture", "orders",
        clauses=(
            Clause("two words", MATRICES, holds=_two_words,
                   hint="The function returns a pair of words, each one of the two in the task."),
            Clause("the input", MATRICES, holds=_of_input,
                   hint="f1, f2 and f3 lie below each other in the picture. How far apart are "
                        "such cells when the rows follow one another, and when the columns do?"),
            Clause("the outputs", MATRICES, holds=_of_outputs,
                   hint="From one row of the matrix to the next the kernel moves to the next "
                        "output. Does it move down the picture or along it?"),
        ),
        hints=("Number the cells of a 4 by 3 picture in both orders, on paper.",
               "Row 0 alone gives the input's order. Rows 0 and 1 together give the outputs'.",
               "Moving f1 down by one cell and moving it along by one cell are different numbers "
               "of columns, and which is which depends on the input's order.",
               "np.flatnonzero(row) gives the columns in which a row is not zero."),
    ),
    Task(
        "matrix-orders", "to_row_order",
        clauses=(
            Clause("the shape", [call(NUMBERS[:6], (4, 3), (2, 3))],
                   holds=lambda y, W, *_: None if shape_of(y) == W.shape else (
                       f"shape {W.shape}: as many outputs and inputs as before"),
                   hint="Another order moves rows and columns of the matrix; it drops none."),
            Clause("the input", [call(NUMBERS[:3, :6], (2, 3), (1, 3)),
                                 call(NUMBERS[:2, :12], (4, 3), (2, 1))], equals=_by_rows,
                   hint="One column of W belongs to one input cell. At which place does that cell "
                        "stand in the other order?"),
            Clause("the outputs", [call(NUMBERS[:6, :4], (1, 4), (2, 3)),
                                   call(NUMBERS[:6], (4, 3), (2, 3)),
                                   call(NUMBERS, (3, 4), (4, 3))], equals=_by_rows,
                   hint="One row of W belongs to one output cell. Rows have to move, too, and "
                        "the outputs have a shape of their own."),
        ),
        hints=("Number the cells of a 2 by 3 picture in both orders. Which number of the one order "
               "is at which number of the other?",
               "np.arange(6).reshape(2, 3, order=\"F\") shows the numbers of column order at "
               "their places in the picture.",
               "W[rows][:, columns] picks rows and columns in the order of two lists. A list and "
               "its inverse are different unless the picture is square."),
    ),
)
