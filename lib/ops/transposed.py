"""Transposed convolution: of a single channel, for reading, and as PyTorch's layers.

All functions but the last take arguments in the caller's form; ``transpose_convolve`` is the
operator.
"""

from math import prod

import numpy as np

from .operands import layer_operands, single_channel_operands


def conv_transpose(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Transposed convolution of a single-channel array with 1, 2 or 3 axes.

    Every input cell x_i stamps the kernel, times x_i, onto a canvas, s cells further for each
    step of i; where stamps meet they add up (a scatter-add); padding then crops p cells from
    every side:

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
    return _conv_transpose(
        single_channel_operands(x, kernel), stride, padding, output_padding, dilation
    )


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
    return _conv_transpose(
        layer_operands(x, weight, bias, groups, axes=1, transposed=True),
        stride,
        padding,
        output_padding,
        dilation,
    )


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
    return _conv_transpose(
        layer_operands(x, weight, bias, groups, axes=2, transposed=True),
        stride,
        padding,
        output_padding,
        dilation,
    )


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
    return _conv_transpose(
        layer_operands(x, weight, bias, groups, axes=3, transposed=True),
        stride,
        padding,
        output_padding,
        dilation,
    )


def _conv_transpose(operands, stride, padding, output_padding, dilation):
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    return operands.result(transpose_convolve(operands.x, operands.weight, window, operands.groups))


def transpose_convolve(x, weight, window, groups):
    """Transposed convolution of checked arrays: for each tap, a product and one strided add.

    Tap j sends its share of every input cell i, the product of the cell's channels with the
    tap's matrix, to s i + d j on the canvas: one slice for all cells i together. With the
    channels last, a cell's channels lie side by side in memory and the products are fast.
    ``x``: (N, C_in, *m), ``weight``: (C_in, C_out/groups, *k).
    """
    batch, channels, *cells = x.shape
    ins, outs, *taps = channels // groups, *weight.shape[1:]
    dtype, canvas_size = np.result_type(x, weight), window.canvas_size(cells)
    if x.size == 0:
        return np.zeros((batch, outs * groups, *window.transposed_size(cells)), dtype)

    # Groups first, channels last: (groups, N * cells, C_in/groups) for x ...
    vectors = x.reshape(batch, groups, ins, prod(cells)).transpose(1, 0, 3, 2)
    vectors = np.ascontiguousarray(vectors).reshape(groups, batch * prod(cells), ins)
    # ... (*k, groups, C_in/groups, C_out/groups) for the weight, (groups, N, ..., C_out/groups)
    # for the canvas, which has the size of the output before it is cropped.
    matrices = np.moveaxis(weight.reshape(groups, ins, outs, *taps), (0, 1, 2), (-3, -2, -1))
    matrices = np.ascontiguousarray(matrices)
    canvas = np.zeros((groups, batch, *canvas_size, outs), dtype)

    every = slice(None)
    for tap in np.ndindex(*taps):
        shares = vectors @ matrices[tap]
        places = [
            slice(d * j, d * j + s * (m - 1) + 1, s)
            for j, m, s, d in zip(tap, cells, window.stride, window.dilation, strict=True)
        ]
        canvas[(every, every, *places)] += shares.reshape(groups, batch, *cells, outs)

    z = canvas[(every, every, *window.crop(canvas_size))]
    return np.moveaxis(z, (1, -1), (0, 2)).reshape(batch, groups * outs, *z.shape[2:-1])
