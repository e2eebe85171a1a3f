"""Checks for the chapter on the backward pass; the witness is autograd, or the definition."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._tensors import one_channel
from lib.checks._values import shape_of

ONE = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
CORNER = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
DELTA = np.array([[1.0, 2.0, -1.0], [3.0, 4.0, 0.5]])


def _predicted(stride):
    x = torch.zeros(1, 1, 8, dtype=torch.float64, requires_grad=True)
    F.conv1d(
        x, torch.tensor([[[2.0, 1.0, -2.0]]], dtype=torch.float64), stride=stride
    ).sum().backward()
    return x.grad[0, 0].numpy()


PREDICTED = [_predicted(stride) for stride in (1, 2)]


def _eight(lists):
    right = len(lists) == 2 and all(np.ndim(cells) == 1 and len(cells) == 8 for cells in lists)
    return None if right else "two lists, with one number for each of the 8 input cells"


def _list(place):
    def holds(lists):
        wrong = np.flatnonzero(~np.isclose(lists[place], PREDICTED[place]))
        return f"another number for cell {wrong[0]}" if len(wrong) else None

    return holds


def _autograd(dy, kernel, shape, stride=1):
    x = torch.zeros(1, 1, *shape, dtype=torch.float64, requires_grad=True)
    F.conv2d(x, one_channel(kernel), stride=stride).backward(one_channel(dy))
    return x.grad[0, 0].numpy()


def _shape(dx, dy, kernel, shape, stride=1):
    return None if shape_of(dx) == tuple(shape) else f"shape {tuple(shape)}, that of x"


def _adjoint(x, y, r):
    """The two sides of the identity, for some input z of np.repeat."""
    for z in [*np.eye(len(y) // r), np.arange(len(y) // r) + 2.0]:
        left, right = float(np.repeat(z, r) @ y), float(z @ np.asarray(x, dtype=float))
        if not np.isclose(left, right):
            return f"<Az, y> = <z, result>; for z = {z.tolist()} they are {left:g} and {right:g}"
    return None


Y = np.array([1.0, 2.0, 3.0, 4.0, 5.0, -6.0])

TASKS = (
    Task(
        "gradient-predict",
        "gradients",
        clauses=(
            Clause("eight numbers each", holds=_eight),
            Clause("stride 1", holds=_list(0)),
            Clause("stride 2", holds=_list(1)),
        ),
    ),
    Task(
        "gradient-backward",
        "input_gradient",
        clauses=(
            Clause(
                "the shape",
                [call(DELTA, CORNER, (3, 5)), call(CORNER, DELTA, (5, 7), stride=2)],
                holds=_shape,
            ),
            Clause(
                "one output",
                [call(ONE, CORNER, (3, 5)), call(ONE, CORNER, (4, 7), stride=2)],
                equals=_autograd,
            ),
            Clause(
                "all outputs",
                [call(DELTA, CORNER, (3, 5)), call(CORNER, DELTA, (3, 5))],
                equals=_autograd,
            ),
            Clause(
                "stride",
                [
                    call(DELTA, CORNER, (4, 7), stride=2),
                    call(DELTA, CORNER, (5, 8), stride=2),
                    call(CORNER, DELTA, (6, 9), stride=3),
                ],
                equals=_autograd,
            ),
        ),
    ),
    Task(
        "gradient-repeat",
        "transposed_repeat",
        clauses=(
            Clause(
                "the length",
                [call(Y, 2), call(Y, 3)],
                holds=lambda x, y, r: (
                    None if shape_of(x) == (len(y) // r,) else f"{len(y) // r} numbers"
                ),
            ),
            Clause(
                "the identity", [call(Y, 2), call(Y, 3), call(Y, 1), call(-Y, 6)], holds=_adjoint
            ),
        ),
    ),
)
