"""Convolution: of a single channel, for reading, and as PyTorch's layers for everything else.

All functions but the last take arguments in the caller's form; ``convolve`` is the operator.
"""

from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .operands import layer_operands, single_channel_operands


def conv(x, kernel, *, stride=1, padding=0, dilation=1):
    """Convolve a single-channel array with one kernel; both have 1, 2 or 3 axes.

    y_i = sum_j kernel_j x_{s i + d j - p}, on every axis, with x = 0 outside its borders.
    This is what PyTorch calls convolution: the kernel is *not* flipped (cross-correlation).

    ``x``: (*n), ``kernel``: (*k); result: (*m) with m = floor((n + 2p - e) / s) + 1.
    ``stride``, ``padding``, ``dilation``: an int, or a number per axis; ``padding`` may also be
    "valid" (none) or "same" (the output has x's size; stride 1 only). Integers stay integers.
    ValueError for what PyTorch refuses. Source: Dumoulin & Visin (2016), chapter 2.

    >>> import numpy as np
    >>> conv(np.array([1, 4, -1, 0, 2, -2, 1, 3, 3, 1]), np.array([1, 2, 0, -1]))
    array([ 9,  0,  1,  3, -5, -3,  6])
    """
    return _conv(single_channel_operands(x, kernel), stride, padding, dilation)


def conv1d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolution layer in one dimension, as ``torch.nn.functional.conv1d``.

    y[n, o, i] = bias[o] + sum_{c, j} weight[o, c, j] x[n, c, s i + d j - p].

    ``x``: (N, C_in, n) or (C_in, n); ``weight``: (C_out, C_in/groups, k); ``bias``: (C_out,).
    Result: (N, C_out, m) or (C_out, m). Options as in ``conv``; ``groups`` cuts the channels
    into that many independent layers. ValueError for what PyTorch refuses.
    Source: Dumoulin & Visin (2016), chapter 2.

    >>> import numpy as np
    >>> conv1d(np.ones((2, 3, 8)), np.ones((4, 3, 5)), stride=2).shape
    (2, 4, 2)
    """
    return _conv(layer_operands(x, weight, bias, groups, axes=1), stride, padding, dilation)


def conv2d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolution layer in two dimensions, as ``torch.nn.functional.conv2d``.

    The formula and the errors of ``conv1d``, with an index per axis.
    ``x``: (N, C_in, *n) or (C_in, *n); ``weight``: (C_out, C_in/groups, *k); ``bias``: (C_out,).
    Result: (N, C_out, *m) or (C_out, *m). Source: Dumoulin & Visin (2016), chapter 2.

    >>> import numpy as np
    >>> conv2d(np.ones((1, 1, 28, 28)), np.ones((32, 1, 5, 5))).shape
    (1, 32, 24, 24)
    """
    return _conv(layer_operands(x, weight, bias, groups, axes=2), stride, padding, dilation)


def conv3d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolution layer in three dimensions, as ``torch.nn.functional.conv3d``.

    The formula and the errors of ``conv1d``, with an index per axis.
    ``x``: (N, C_in, *n) or (C_in, *n); ``weight``: (C_out, C_in/groups, *k); ``bias``: (C_out,).
    Result: (N, C_out, *m) or (C_out, *m). Source: Dumoulin & Visin (2016), chapter 2.

    >>> import numpy as np
    >>> conv3d(np.ones((2, 5, 5, 5)), np.ones((4, 2, 3, 3, 3)), padding=(1, 0, 0)).shape
    (4, 5, 3, 3)
    """
    return _conv(layer_operands(x, weight, bias, groups, axes=3), stride, padding, dilation)


def _conv(operands, stride, padding, dilation):
    window = operands.window(stride, padding, dilation)
    return operands.result(convolve(operands.x, operands.weight, window, operands.groups))


def convolve(x, weight, window, groups):
    """Convolution of checked arrays: gather every window, then one matrix product.

    ``x``: (N, C_in, *n), ``weight``: (C_out, C_in/groups, *k). Without input channels (C_in = 0)
    the sum over them is empty: the result is zero in all C_out channels, on purpose, where
    PyTorch gives a result without channels.
    """
    axes = len(window.stride)
    if any(map(any, window.sides)):
        x = np.pad(x, [(0, 0), (0, 0), *window.sides])
    windows = sliding_window_view(x, window.extent, axis=tuple(range(2, 2 + axes)))
    every = [slice(None, None, step) for step in (*window.stride, *window.dilation)]
    windows = windows[(..., *every)]  # (N, C_in, *m, *k)
    size = windows.shape[2 : 2 + axes]

    taps_first = (0, 1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes))
    rows, places = weight[0].size, prod(size)
    columns = windows.transpose(taps_first).reshape(len(x), groups, rows, places)
    kernels = weight.reshape(groups, len(weight) // groups, rows)
    return (kernels @ columns).reshape(len(x), len(weight), *size)
