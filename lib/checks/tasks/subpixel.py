"""Checks for the chapter on pixel shuffle; the witness is PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._values import shape_of

MAPS = np.arange(16).reshape(8, 1, 2)
FIVE, SIX = np.array([1, 2, 3, 4, 5]), np.array([1, 10, 2, 20, 3, 30])
SIGNAL = np.array([1.0, 0, 2, -1, 3])


def _tensor(array):
    return torch.as_tensor(np.array(array, dtype=float))


def _shuffled():
    return F.pixel_shuffle(_tensor(MAPS), 2)


def _blocks(maps):
    """Both rows of a block come from one place: even numbers from the left one, odd ones not."""
    for c, one in enumerate(maps):
        for w in range(2):
            block = np.asarray(one)[:, 2 * w : 2 * w + 2]
            if (block % 2 != w).any():
                return (
                    f"map {c}, columns {2 * w} and {2 * w + 1}: numbers of the channels' "
                    f"{('left', 'right')[w]} cells only"
                )
    return None


def _convolution(channels, k=3):
    rng = np.random.default_rng(channels)
    return rng.integers(-4, 5, (channels, 2, k, k)), rng.integers(-4, 5, channels)


def _starts(r, *channels):
    return [call(*_convolution(C), r) for C in channels]


def _pair(result, weight, bias, r):
    wanted = (len(weight) * r**2, *weight.shape[1:]), (len(bias) * r**2,)
    right = len(result) == 2 and (shape_of(result[0]), shape_of(result[1])) == wanted
    return None if right else f"a pair with the shapes {wanted[0]} and {wanted[1]}"


def _compare(result, weight, bias, r, maps):
    ours = F.pixel_shuffle(F.conv2d(maps, *map(_tensor, result)), r)
    theirs = F.interpolate(F.conv2d(maps, _tensor(weight), _tensor(bias)), scale_factor=r)
    different = (ours - theirs).abs().amax(dim=(0, 2, 3)) > 1e-6
    if not different.any():
        return None
    c = int(different.nonzero()[0])
    return (
        f"after the shuffle, map {c} begins with the block "
        f"{theirs[0, c, :r, :r].round(decimals=3).tolist()}, and not "
        f"{ours[0, c, :r, :r].round(decimals=3).tolist()}"
    )


def _weights(result, weight, bias, r):
    maps = torch.arange(18.0, dtype=torch.float64).reshape(1, 2, 3, 3)
    return _compare((result[0], np.zeros(len(bias) * r**2)), weight, 0 * bias, r, maps)


def _biases(result, weight, bias, r):
    return _compare(result, weight, bias, r, torch.zeros(1, 2, 3, 3, dtype=torch.float64))


def _rows(rows, kernel, r):
    wanted = r, -(-len(kernel) // r)
    return None if shape_of(rows) == wanted else f"shape {wanted}"


def _members(rows, kernel, r):
    for number, row in enumerate(rows):
        taps = [int(tap) for tap in kernel[number::r]]
        if sorted(taps + [0] * (len(row) - len(taps))) != sorted(np.round(row, 6).tolist()):
            return f"row {number}: other taps of the kernel (or zeros) than these"
    return None


def _same_output(rows, kernel, r):
    weight = _tensor(rows)[:, None]
    channels = F.conv1d(_tensor(SIGNAL)[None], weight, padding=weight.shape[-1] - 1)
    ours = channels.T.reshape(-1)[: r * (len(SIGNAL) - 1) + len(kernel)]
    theirs = F.conv_transpose1d(_tensor(SIGNAL)[None], _tensor(kernel)[None, None], stride=r)[0]
    if torch.allclose(ours, theirs):
        return None
    t = int((ours - theirs).abs().gt(1e-6).nonzero()[0])
    return (
        f"for the input {SIGNAL.astype(int).tolist()} the output {theirs[t]:g} at [{t}], "
        f"and not {ours[t]:g}"
    )


TASKS = (
    Task(
        "subpixel-layout",
        "shuffled",
        clauses=(
            Clause("the shape", holds=shaped((2, 2, 4), "two maps with two rows of four numbers")),
            Clause("one block for each place", holds=_blocks),
            Clause("the order of the channels", equals=_shuffled, reveal=False),
        ),
    ),
    Task(
        "subpixel-start",
        "start",
        clauses=(
            Clause("the shapes", _starts(2, 1, 3), holds=_pair),
            Clause("one output channel", _starts(2, 1) + _starts(3, 1), holds=_weights),
            Clause("several output channels", _starts(2, 3) + _starts(3, 2), holds=_weights),
            Clause("the bias", _starts(2, 1, 3) + _starts(3, 2), holds=_biases),
        ),
    ),
    Task(
        "subpixel-kernels",
        "sub_kernels",
        clauses=(
            Clause("the shape", [call(SIX, 2), call(SIX, 3), call(FIVE, 2)], holds=_rows),
            Clause(
                "the taps of each row", [call(SIX, 2), call(SIX, 3), call(FIVE, 3)], holds=_members
            ),
            Clause(
                "the order in a row",
                [call(SIX, 2), call(SIX, 3), call(FIVE, 2), call(FIVE, 1), call(SIX, 4)],
                holds=_same_output,
            ),
        ),
    ),
)
