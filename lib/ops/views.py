"""Views of one operator: three of the five ways to write the transposed convolution.

Each is written as its idea says it, for reading, and is slower than ``conv_transpose``. The
other two views, the gradient and the library, need PyTorch and live in ``lib.nets.views``.
"""

import numpy as np

from ..arguments import MAX_INT64, array, per_axis, refuse
from .convolution import convolve
from .matrices import conv_transpose_layer_matrix, conv_transpose_matrix
from .operands import layer_operands, single_channel_operands
from .vectors import unvec, vec
from .window import Window


def by_matrix(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The matrix view: vec(z) = W^T vec(x), with the transpose of the convolution matrix W.

    Arguments, shapes and errors as in ``conv_transpose``.
    Source: Dumoulin & Visin (2016), section 4.2.

    >>> by_matrix([2, 3, 0, -1], [1, 2, -1])
    array([ 2,  7,  4, -4, -2,  1])
    """
    x, kernel, window = _single_channel(x, kernel, stride, padding, output_padding, dilation)
    matrix = conv_transpose_matrix(
        kernel,
        x.shape,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
    )
    return unvec(matrix @ vec(x), window.transposed_size(x.shape))


def by_stamps(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The stamp view (scatter-add): z = sum_i x_i (kernel moved by s i), cropped by the padding.

    Arguments, shapes and errors as in ``conv_transpose``.
    Source: Dumoulin & Visin (2016), chapter 4.

    >>> by_stamps([2, 3, 0, -1], [1, 2, -1], stride=2)
    array([ 2,  4,  1,  6, -3,  0, -1, -2,  1])
    """
    x, kernel, window = _single_channel(x, kernel, stride, padding, output_padding, dilation)
    canvas = np.zeros(window.canvas_size(x.shape), np.result_type(x, kernel))
    for cell in np.ndindex(*x.shape):
        canvas[_place(cell, window)] += x[cell] * kernel
    return canvas[window.crop(canvas.shape)]


def by_zero_stuffing(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The zero-stuffing view: an ordinary convolution of the stuffed input, kernel flipped.

    Put s - 1 zeros between neighbours, pad by e - 1 - p (and by a more at the end), convolve
    with the flipped kernel at stride 1. A negative padding crops.
    Arguments, shapes and errors as in ``conv_transpose``.
    Source: Dumoulin & Visin (2016), section 4.5.

    >>> by_zero_stuffing([2, 3, 0, -1], [1, 2, -1], stride=2)
    array([ 2,  4,  1,  6, -3,  0, -1, -2,  1])
    """
    x, kernel, window = _single_channel(x, kernel, stride, padding, output_padding, dilation)
    stuffed = _pad_or_crop(zero_stuff(x, window.stride), _stuffing_sides(window))
    return convolve(
        stuffed[np.newaxis, np.newaxis],
        flip(kernel)[np.newaxis, np.newaxis],
        _stride_1(window),
        groups=1,
    )[0, 0]


def layer_by_matrix(x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The matrix view of a layer: one sparse matrix for all channels, times each vec(x).

    ``x``: (N, C_in, *m) or (C_in, *m); ``weight``: (C_in, C_out/groups, *k), whose number of
    axes says the dimension. Result, options and errors as in ``conv_transpose2d``.

    >>> import numpy as np
    >>> layer_by_matrix(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    operands = layer_operands(x, weight, None, groups, transposed=True)
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    x, size = operands.x, window.transposed_size(operands.size)
    z = np.zeros((len(x), operands.weight.shape[1] * groups, *size), operands.dtype)
    if x.size:
        matrix = conv_transpose_layer_matrix(
            weight,
            x.shape[2:],
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            dilation=dilation,
            groups=groups,
            sparse=True,
        )
        z[:] = (matrix @ x.reshape(len(x), x[0].size).T).T.reshape(z.shape)
    return operands.result(z)


def layer_by_stamps(x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The stamp view of a layer: each input place stamps its channels' kernels, all at once.

    Arguments, shapes and errors as in ``layer_by_matrix``.

    >>> import numpy as np
    >>> layer_by_stamps(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    operands = layer_operands(x, weight, None, groups, transposed=True)
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    x, kernels = operands.x, np.split(operands.weight, operands.groups)
    outs = operands.weight.shape[1] * operands.groups
    canvas = np.zeros((len(x), outs, *window.canvas_size(operands.size)), operands.dtype)
    for cell in np.ndindex(*operands.size):
        values = np.split(x[(..., *cell)], operands.groups, axis=1)  # (N, C_in/groups)
        stamps = [np.tensordot(v, k, axes=1) for v, k in zip(values, kernels, strict=True)]
        canvas[(..., *_place(cell, window))] += np.concatenate(stamps, axis=1)
    return operands.result(canvas[(..., *window.crop(canvas.shape[2:]))])


def layer_by_zero_stuffing(
    x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The zero-stuffing view of a layer: flip the kernels *and* swap the two channel axes.

    Arguments, shapes and errors as in ``layer_by_matrix``.

    >>> import numpy as np
    >>> layer_by_zero_stuffing(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    operands = layer_operands(x, weight, None, groups, transposed=True)
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    x, weight, groups = operands.x, operands.weight, operands.groups
    if not x.size:
        size = window.transposed_size(operands.size)
        return np.zeros((0, weight.shape[1] * groups, *size), operands.dtype)
    sides = [(0, 0), (0, 0), *_stuffing_sides(window)]
    stuffed = _pad_or_crop(zero_stuff(x, (1, 1, *window.stride)), sides)
    # (C_in, C_out/groups, *k) becomes (C_out, C_in/groups, *k), group by group.
    flipped = np.flip(weight, axis=tuple(range(2, weight.ndim)))
    swapped = np.concatenate([part.swapaxes(0, 1) for part in np.split(flipped, groups)])
    return operands.result(convolve(stuffed, swapped, _stride_1(window), groups))


def zero_stuff(x, stride):
    """Put s - 1 zeros between neighbours: size n becomes s (n - 1) + 1 on every axis.

    ``stride``: an int, or a number per axis of ``x``. ValueError for an empty axis.

    >>> zero_stuff([1, 2, 3], 2)
    array([1, 0, 2, 0, 3])
    >>> zero_stuff([[1, 2], [3, 4]], (1, 3))
    array([[1, 0, 0, 2],
           [3, 0, 0, 4]])
    """
    x = array("x", x)
    if x.size == 0 or x.ndim == 0:
        refuse(
            "x.shape",
            x.shape,
            "has nothing to put zeros between",
            "give one axis or more, each with at least one cell",
        )
    stride = per_axis("stride", stride, x.ndim, 1)
    return spread(x, stride, [s * (n - 1) + 1 for n, s in zip(x.shape, stride, strict=True)])


def spread(x, stride, size):
    """Zeros of this size, with the cells of x on them so far apart."""
    if max(size) > MAX_INT64:
        stride.refuse(
            f"is too large for x.shape={x.shape}",
            "use a smaller stride, for 2**63 - 1 cells at most on every axis",
        )
    canvas = np.zeros(size, x.dtype)
    canvas[tuple(slice(None, None, s) for s in stride)] = x
    return canvas


def flip(kernel):
    """The kernel reversed along every axis: the last tap first.

    >>> flip([[1, 2], [3, 4]])
    array([[4, 3],
           [2, 1]])
    """
    return np.flip(array("kernel", kernel))


def _single_channel(x, kernel, stride, padding, output_padding, dilation):
    """The checked arrays without batch and channels, and the window."""
    operands = single_channel_operands(x, kernel)
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    return operands.x[0, 0], operands.weight[0, 0], window


def _place(cell, window):
    """Where on the canvas an input cell's stamp goes: every d-th cell from s i."""
    return tuple(
        slice(s * i, s * i + e, d)
        for i, s, e, d in zip(cell, window.stride, window.extent, window.dilation, strict=True)
    )


def _stuffing_sides(window):
    """What the stuffed input is padded by: e - 1 - p before, and a more after."""
    before = [e - 1 - p for e, p in zip(window.extent, window.padding, strict=True)]
    return [(b, b + a) for b, a in zip(before, window.output_padding, strict=True)]


def _stride_1(window):
    """The window of the ordinary convolution: stride 1, and the padding is done."""
    return Window.convolution(window.kernel_size, 1, 0, window.dilation)


def _pad_or_crop(x, sides):
    """Add zeros at each end of each axis; a negative number takes cells away."""
    x = np.pad(x, [(max(before, 0), max(after, 0)) for before, after in sides])
    return x[
        tuple(
            slice(max(-before, 0), n - max(-after, 0))
            for n, (before, after) in zip(x.shape, sides, strict=True)
        )
    ]
