"""Convolution: on plain arrays for reading, and as PyTorch's layers for everything else."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import arguments
from .sizes import conv_sizes, conv_window, extent


def conv(x, kernel, *, stride=1, padding=0, dilation=1):
    """Convolve one plain, single-channel array with one kernel; both have 1, 2 or 3 axes.

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
    x, kernel = arguments.plain_pair(x, kernel)
    y = _conv_layer(x.ndim, x[np.newaxis], kernel[np.newaxis, np.newaxis], None,
                    stride, padding, dilation, 1, shape=x.shape)
    return y[0]


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
    return _conv_layer(1, x, weight, bias, stride, padding, dilation, groups)


def conv2d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolution layer in two dimensions, as ``torch.nn.functional.conv2d``.

    The formula and the errors of ``conv1d``, with an index per axis.
    ``x``: (N, C_in, *n) or (C_in, *n); ``weight``: (C_out, C_in/groups, *k); ``bias``: (C_out,).
    Result: (N, C_out, *m) or (C_out, *m). Source: Dumoulin & Visin (2016), chapter 2.

    >>> import numpy as np
    >>> conv2d(np.ones((1, 1, 28, 28)), np.ones((32, 1, 5, 5))).shape
    (1, 32, 24, 24)
    """
    return _conv_layer(2, x, weight, bias, stride, padding, dilation, groups)


def conv3d(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Convolution layer in three dimensions, as ``torch.nn.functional.conv3d``.

    The formula and the errors of ``conv1d``, with an index per axis.
    ``x``: (N, C_in, *n) or (C_in, *n); ``weight``: (C_out, C_in/groups, *k); ``bias``: (C_out,).
    Result: (N, C_out, *m) or (C_out, *m). Source: Dumoulin & Visin (2016), chapter 2.

    >>> import numpy as np
    >>> conv3d(np.ones((2, 5, 5, 5)), np.ones((4, 2, 3, 3, 3)), padding=(1, 0, 0)).shape
    (4, 5, 3, 3)
    """
    return _conv_layer(3, x, weight, bias, stride, padding, dilation, groups)


def _conv_layer(axes, x, weight, bias, stride, padding, dilation, groups, shape=None):
    """Check everything, convolve, add the bias, give back the batch axis only if it came.

    ``shape``: the shape that the caller gave x, for the messages; left out, it is x's own.
    """
    weight, groups = arguments.layer_weight(weight, groups, axes)
    x, batched = arguments.layer_input(x, weight, groups)
    if shape is None:
        shape = x.shape if batched else x.shape[1:]
    bias = arguments.layer_bias(bias, len(weight))
    stride, sides, dilation = conv_window(weight.shape[2:], stride, padding, dilation)
    conv_sizes("x.shape", shape, x.shape[2:], weight.shape[2:], stride, sides, dilation)
    y = convolve(x, weight, stride, sides, dilation, groups)
    if bias is not None:
        y = y + bias.reshape(len(bias), *(1,) * axes)
    return y if batched else y[0]


def convolve(x, weight, stride, sides, dilation, groups):
    """Convolution of checked arrays: gather every window, then one matrix product.

    ``x``: (N, C_in, *n), ``weight``: (C_out, C_in/groups, *k), ``sides``: (before, after) pairs.
    Without input channels (C_in = 0) the sum over them is empty: the result is zero in all
    C_out channels, on purpose, where PyTorch gives a result without channels.
    """
    axes = weight.ndim - 2
    kernel_size = weight.shape[2:]
    if any(map(any, sides)):
        x = np.pad(x, [(0, 0), (0, 0), *sides])
    reach = [extent(k, d) for k, d in zip(kernel_size, dilation)]
    windows = sliding_window_view(x, reach, axis=tuple(range(2, 2 + axes)))
    every = [slice(None, None, step) for step in (*stride, *dilation)]
    windows = windows[(..., *every)]                                    # (N, C_in, *m, *k)
    size = windows.shape[2:2 + axes]

    taps_first = (0, 1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes))
    rows, places = weight[0].size, int(np.prod(size))
    columns = windows.transpose(taps_first).reshape(len(x), groups, rows, places)
    kernels = weight.reshape(groups, len(weight) // groups, rows)
    return (kernels @ columns).reshape(len(x), len(weight), *size)
