"""Transposed convolution: on plain arrays for reading, and as PyTorch's layers."""

from math import prod

import numpy as np

from .. import arguments
from .sizes import conv_transpose_sizes


def conv_transpose(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Transposed convolution of one plain, single-channel array; 1, 2 or 3 axes.

    Every input cell x_i stamps the kernel, times x_i, onto a canvas, s cells further for each
    step of i; where stamps meet they add up; padding then crops p cells from every side:

    z_t = sum of kernel_j x_i over all (i, j) with s i + d j - p = t.

    ``x``: (*m), ``kernel``: (*k); result: (*n') with n' = s (m - 1) + e - 2p + a.
    All options: an int, or a number per axis. ``output_padding`` is the number of cells, a,
    that are added at the end of an axis: it must be smaller than the stride or the dilation.
    Integers stay integers. ValueError for what PyTorch refuses.
    Source: Dumoulin & Visin (2016), chapter 4.

    >>> import numpy as np
    >>> conv_transpose(np.array([2, 3, 0, -1]), np.array([1, 2, -1]))
    array([ 2,  7,  4, -4, -2,  1])
    >>> conv_transpose(np.array([2, 3, 0, -1]), np.array([1, 2, -1]), stride=2)
    array([ 2,  4,  1,  6, -3,  0, -1, -2,  1])
    """
    x, kernel = arguments.plain_pair(x, kernel)
    z = _conv_transpose_layer(x.ndim, x[np.newaxis], kernel[np.newaxis, np.newaxis], None,
                              stride, padding, output_padding, groups=1, dilation=dilation,
                              shape=x.shape)
    return z[0]


def conv_transpose1d(
    x, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Transposed convolution layer in one dimension, as PyTorch's ``conv_transpose1d``.

    z[n, o, t] = bias[o] + sum of weight[c, o, j] x[n, c, i] over all c and all (i, j) with
    s i + d j - p = t.

    ``x``: (N, C_in, m) or (C_in, m); ``weight``: (C_in, C_out/groups, k): the *input's*
    channels come first; ``bias``: (C_out,). Result: (N, C_out, n') or (C_out, n'). Options as
    in ``conv_transpose``; ``groups`` cuts the channels into that many independent layers.
    ValueError for what PyTorch refuses. Source: Dumoulin & Visin (2016), chapter 4.

    >>> import numpy as np
    >>> conv_transpose1d(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    return _conv_transpose_layer(1, x, weight, bias, stride, padding, output_padding, groups,
                                 dilation)


def conv_transpose2d(
    x, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Transposed convolution layer in two dimensions, as PyTorch's ``conv_transpose2d``.

    The formula and the errors of ``conv_transpose1d``, with an index per axis.
    ``x``: (N, C_in, *m) or (C_in, *m); ``weight``: (C_in, C_out/groups, *k); ``bias``:
    (C_out,). Result: (N, C_out, *n') or (C_out, *n'). Source: Dumoulin & Visin (2016),
    chapter 4.

    >>> import numpy as np
    >>> conv_transpose2d(np.ones((1, 32, 4, 4)), np.ones((32, 32, 3, 3)), stride=2).shape
    (1, 32, 9, 9)
    """
    return _conv_transpose_layer(2, x, weight, bias, stride, padding, output_padding, groups,
                                 dilation)


def conv_transpose3d(
    x, weight, bias=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Transposed convolution layer in three dimensions, as PyTorch's ``conv_transpose3d``.

    The formula and the errors of ``conv_transpose1d``, with an index per axis.
    ``x``: (N, C_in, *m) or (C_in, *m); ``weight``: (C_in, C_out/groups, *k); ``bias``:
    (C_out,). Result: (N, C_out, *n') or (C_out, *n'). Source: Dumoulin & Visin (2016),
    chapter 4.

    >>> import numpy as np
    >>> conv_transpose3d(np.ones((2, 3, 3, 3)), np.ones((2, 4, 2, 2, 2)), stride=2).shape
    (4, 6, 6, 6)
    """
    return _conv_transpose_layer(3, x, weight, bias, stride, padding, output_padding, groups,
                                 dilation)


def check_transposed_layer(
    x, weight, bias, stride, padding, output_padding, groups, dilation, axes=None, shape=None
):
    """Check all arguments of a transposed layer; give them back in one form.

    ``shape``: the shape that the caller gave x, for the messages; left out, it is x's own.

    Returns x as (N, C_in, *m), whether it came with a batch axis, weight, bias, a tuple each
    of stride, padding, output_padding and dilation, groups, and the output's size (*n').
    """
    weight, groups = arguments.layer_weight(weight, groups, axes, transposed=True)
    x, batched = arguments.layer_input(x, weight, groups, transposed=True)
    bias = arguments.layer_bias(bias, weight.shape[1] * groups)
    axes = weight.ndim - 2
    s = arguments.per_axis("stride", stride, axes, 1)
    p = arguments.per_axis("padding", padding, axes, 0)
    a = arguments.per_axis("output_padding", output_padding, axes, 0)
    d = arguments.per_axis("dilation", dilation, axes, 1)
    if shape is None:
        shape = x.shape if batched else x.shape[1:]
    size = conv_transpose_sizes("x.shape", shape, padding, output_padding, x.shape[2:],
                                weight.shape[2:], s, p, a, d, least=1 if len(x) else 0)
    return x, batched, weight, bias, s, p, a, d, groups, size


def _conv_transpose_layer(
    axes, x, weight, bias, stride, padding, output_padding, groups, dilation, shape=None
):
    """Check everything, stamp, crop, add the bias, give back the batch axis only if it came."""
    x, batched, weight, bias, stride, padding, _, dilation, groups, size = (
        check_transposed_layer(x, weight, bias, stride, padding, output_padding, groups,
                               dilation, axes, shape))
    z = transpose_convolve(x, weight, size, stride, padding, dilation, groups)
    if bias is not None:
        z = z + bias.reshape(len(bias), *(1,) * axes)
    return z if batched else z[0]


def transpose_convolve(x, weight, size, stride, padding, dilation, groups):
    """Transposed convolution of checked arrays: for each tap, a product and one strided add.

    Tap j sends its share of every input cell i, the product of the cell's channels with the
    tap's matrix, to s i + d j on the canvas: one slice for all cells i together. With the
    channels last, a cell's channels lie side by side in memory and the products are fast.
    ``x``: (N, C_in, *m), ``weight``: (C_in, C_out/groups, *k), ``size``: (*n').
    """
    batch, channels, *cells = x.shape
    ins, outs, *taps = channels // groups, *weight.shape[1:]
    dtype = np.result_type(x, weight)
    if x.size == 0:
        return np.zeros((batch, outs * groups, *size), dtype)

    # Groups first, channels last: (groups, N * cells, C_in/groups) for x ...
    vectors = x.reshape(batch, groups, ins, prod(cells)).transpose(1, 0, 3, 2)
    vectors = np.ascontiguousarray(vectors).reshape(groups, batch * prod(cells), ins)
    # ... (groups, *k, C_in/groups, C_out/groups) for the weight, (groups, N, ..., C_out/groups)
    # for the canvas, which has the size of the output before it is cropped.
    matrices = np.moveaxis(weight.reshape(groups, ins, outs, *taps), (1, 2), (-2, -1))
    full = [p + n + p for p, n in zip(padding, size)]
    canvas = np.zeros((groups, batch, *full, outs), dtype)

    every = slice(None)
    for tap in np.ndindex(*taps):
        shares = vectors @ np.ascontiguousarray(matrices[(every, *tap)])
        places = [slice(d * j, d * j + s * (m - 1) + 1, s)
                  for j, m, s, d in zip(tap, cells, stride, dilation)]
        canvas[(every, every, *places)] += shares.reshape(groups, batch, *cells, outs)

    z = canvas[(every, every, *(slice(p, p + n) for p, n in zip(padding, size)))]
    return np.moveaxis(z, (1, -1), (0, 2)).reshape(batch, groups * outs, *size)
