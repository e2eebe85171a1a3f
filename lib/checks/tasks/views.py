"""Checks for the chapter on five views; the witness is PyTorch's transposed convolution."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of

RNG = np.random.default_rng(0)
ONE, SQUARE = RNG.integers(1, 10, (1, 1, 2, 3)), RNG.integers(1, 10, (1, 1, 3, 3))
MANY, EQUAL = RNG.integers(1, 10, (2, 3, 2, 3)), RNG.integers(1, 10, (2, 2, 3, 3))


def _matrix(m, k, stride, padding, dilation):
    """[t, i]: 1 + the tap with which input cell i goes to output cell t, 0 for none."""
    taps = torch.arange(1.0, k + 1)[None, None]
    one_hots = torch.eye(m)[:, None]
    return F.conv_transpose1d(one_hots, taps, None, stride, padding, 0, 1, dilation)[:, 0].T


def _meeting(pairs, t, m, k, stride=1, padding=0, dilation=1):
    row = _matrix(m, k, stride, padding, dilation)[t].int().tolist()
    right = {(i, tap - 1) for i, tap in enumerate(row) if tap}
    given = [tuple(int(number) for number in pair) for pair in pairs]
    if any(len(pair) != 2 for pair in given):
        return "pairs of two numbers"
    if len(set(given)) != len(given):
        return "each pair once"
    for pair in given:
        if pair not in right:
            return f"no {pair}: these two do not meet in cell {t}"
    missing = len(right - set(given))
    return f"{missing} more, {len(right)} in all" if missing else None


def _shape(v, weight):
    c_in, c_out, *taps = weight.shape
    right = shape_of(v) == (c_out, c_in, *taps)
    return None if right else f"shape {(c_out, c_in, *taps)}: (output channels, input channels, …)"


def _same_operator(v, weight):
    """Stuff a picture with zeros and convolve it; compare with the transposed convolution."""
    x = torch.as_tensor(np.random.default_rng(1).integers(1, 9, (1, weight.shape[0], 3, 3)) * 1.0)
    right = F.conv_transpose2d(x, torch.as_tensor(weight * 1.0), stride=2)[0]
    stuffed = torch.zeros(*x.shape[:2], 5, 5, dtype=x.dtype)
    stuffed[:, :, ::2, ::2] = x
    padding = [size - 1 for size in weight.shape[2:]]
    made = F.conv2d(stuffed, torch.as_tensor(np.array(v) * 1.0), padding=padding)[0]
    wrong = np.argwhere(~np.isclose(made, right))
    if not len(wrong):
        return None
    c, row, column = wrong[0].tolist()
    return (
        f"the transposed convolution with stride 2; cell ({row}, {column}) of output channel "
        f"{c} is {made[c, row, column]:g} and not {right[c, row, column]:g}"
    )


TASKS = (
    Task(
        "views-meeting",
        "meeting",
        clauses=(
            Clause("stride 1", [call(3, 6, 3), call(0, 4, 3), call(5, 4, 3)], holds=_meeting),
            Clause(
                "stride",
                [call(4, 4, 3, stride=2), call(3, 4, 3, stride=2), call(2, 4, 2, stride=3)],
                holds=_meeting,
            ),
            Clause(
                "padding",
                [
                    call(3, 4, 3, stride=2, padding=1),
                    call(0, 5, 4, padding=2),
                    call(4, 4, 5, stride=2, padding=2),
                ],
                holds=_meeting,
            ),
            Clause(
                "dilation",
                [
                    call(4, 6, 3, dilation=2),
                    call(5, 3, 3, stride=2, dilation=2),
                    call(5, 4, 3, stride=2, padding=1, dilation=3),
                ],
                holds=_meeting,
            ),
        ),
    ),
    Task(
        "views-weight",
        "conv_weight",
        clauses=(
            Clause("the shape", [call(MANY), call(ONE)], holds=_shape),
            Clause("the kernel", [call(ONE), call(SQUARE)], holds=_same_operator),
            Clause("channels", [call(EQUAL), call(MANY)], holds=_same_operator),
            Clause("an array of its own", [call(EQUAL), call(MANY)], fresh=True),
        ),
    ),
)
