"""Views of one operator: three of the five ways to write the transposed convolution.

Each is written as its idea says it, for reading, and is slower than ``conv_transpose``. The
other two views, the gradient and the library, need PyTorch and live in ``lib.nets.views``.
"""

import numpy as np

from .. import arguments
from .convolution import convolve
from .matrices import conv_transpose_layer_matrix, conv_transpose_matrix
from .sizes import conv_transpose_sizes, extent
from .transposed import check_transposed_layer
from .vectors import unvec, vec


def by_matrix(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The matrix view: vec(z) = W^T vec(x), with the transpose of the convolution matrix W.

    Arguments, shapes and errors as in ``conv_transpose``.
    Source: Dumoulin & Visin (2016), section 4.2.

    >>> by_matrix([2, 3, 0, -1], [1, 2, -1])
    array([ 2,  7,  4, -4, -2,  1])
    """
    x, kernel, _, _, _, _, size = check_plain(x, kernel, stride, padding, output_padding,
                                              dilation)
    matrix = conv_transpose_matrix(kernel, x.shape, stride=stride, padding=padding,
                                   output_padding=output_padding, dilation=dilation)
    return unvec(matrix @ vec(x), size)


def by_stamps(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The stamp view: z = sum_i x_i (kernel moved by s i), cropped by the padding.

    Arguments, shapes and errors as in ``conv_transpose``.
    Source: Dumoulin & Visin (2016), chapter 4.

    >>> by_stamps([2, 3, 0, -1], [1, 2, -1], stride=2)
    array([ 2,  4,  1,  6, -3,  0, -1, -2,  1])
    """
    x, kernel, s, p, _, d, size = check_plain(x, kernel, stride, padding, output_padding,
                                              dilation)
    canvas = np.zeros(_canvas_size(p, size), np.result_type(x, kernel))
    for cell in np.ndindex(*x.shape):
        canvas[_place(cell, kernel.shape, s, d)] += x[cell] * kernel
    return canvas[_crop(p, size)]


def by_zero_stuffing(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The zero-stuffing view: an ordinary convolution of the stuffed input, kernel flipped.

    Put s - 1 zeros between neighbours, pad by e - 1 - p (and by a more at the end), convolve
    with the flipped kernel at stride 1. A negative padding crops.
    Arguments, shapes and errors as in ``conv_transpose``.
    Source: Dumoulin & Visin (2016), section 4.5.

    >>> by_zero_stuffing([2, 3, 0, -1], [1, 2, -1], stride=2)
    array([ 2,  4,  1,  6, -3,  0, -1, -2,  1])
    """
    x, kernel, s, p, a, d, _ = check_plain(x, kernel, stride, padding, output_padding, dilation)
    stuffed = _pad_or_crop(zero_stuff(x, s), _stuffing_sides(kernel.shape, p, a, d))
    stride_1, no_padding = (1,) * x.ndim, [(0, 0)] * x.ndim
    return convolve(stuffed[np.newaxis, np.newaxis], flip(kernel)[np.newaxis, np.newaxis],
                    stride_1, no_padding, d, groups=1)[0, 0]


def layer_by_matrix(
    x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The matrix view of a layer: one sparse matrix for all channels, times each vec(x).

    ``x``: (N, C_in, *m) or (C_in, *m); ``weight``: (C_in, C_out/groups, *k), whose number of
    axes says the dimension. Result, options and errors as in ``conv_transpose2d``.

    >>> import numpy as np
    >>> layer_by_matrix(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    x, batched, weight, *_, size = check_transposed_layer(
        x, weight, None, stride, padding, output_padding, groups, dilation)
    z = np.zeros((len(x), weight.shape[1] * groups, *size), np.result_type(x, weight))
    if x.size:
        matrix = conv_transpose_layer_matrix(
            weight, x.shape[2:], stride=stride, padding=padding, output_padding=output_padding,
            dilation=dilation, groups=groups, sparse=True)
        z[:] = (matrix @ x.reshape(len(x), x[0].size).T).T.reshape(z.shape)
    return z if batched else z[0]


def layer_by_stamps(
    x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The stamp view of a layer: each input place stamps its channels' kernels, all at once.

    Arguments, shapes and errors as in ``layer_by_matrix``.

    >>> import numpy as np
    >>> layer_by_stamps(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    x, batched, weight, _, s, p, _, d, groups, size = check_transposed_layer(
        x, weight, None, stride, padding, output_padding, groups, dilation)
    cells, taps = x.shape[2:], weight.shape[2:]
    outs, kernels = weight.shape[1] * groups, np.split(weight, groups)
    if 0 in cells:  # an empty batch of empty inputs: nothing stamps
        return np.zeros((0, outs, *size), np.result_type(x, weight))
    canvas = np.zeros((len(x), outs, *_canvas_size(p, size)), np.result_type(x, weight))
    for cell in np.ndindex(*cells):
        values = np.split(x[(..., *cell)], groups, axis=1)                  # (N, C_in/groups)
        stamps = [np.tensordot(v, k, axes=1) for v, k in zip(values, kernels)]
        canvas[(..., *_place(cell, taps, s, d))] += np.concatenate(stamps, axis=1)
    z = canvas[(..., *_crop(p, size))]
    return z if batched else z[0]


def layer_by_zero_stuffing(
    x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The zero-stuffing view of a layer: flip the kernels *and* swap the two channel axes.

    Arguments, shapes and errors as in ``layer_by_matrix``.

    >>> import numpy as np
    >>> layer_by_zero_stuffing(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    x, batched, weight, _, s, p, a, d, groups, size = check_transposed_layer(
        x, weight, None, stride, padding, output_padding, groups, dilation)
    axes, outs = weight.ndim - 2, weight.shape[1] * groups
    if not x.size:
        return np.zeros((0, outs, *size), np.result_type(x, weight))
    around = [(0, 0), (0, 0), *_stuffing_sides(weight.shape[2:], p, a, d)]
    stuffed = _pad_or_crop(zero_stuff(x, (1, 1, *s)), around)
    # (C_in, C_out/groups, *k) becomes (C_out, C_in/groups, *k), group by group.
    flipped = np.flip(weight, axis=tuple(range(2, 2 + axes)))
    swapped = np.concatenate([part.swapaxes(0, 1) for part in np.split(flipped, groups)])
    z = convolve(stuffed, swapped, (1,) * axes, [(0, 0)] * axes, d, groups)
    return z if batched else z[0]


def zero_stuff(x, stride):
    """Put s - 1 zeros between neighbours: size n becomes s (n - 1) + 1 on every axis.

    ``stride``: an int, or a number per axis of ``x``. ValueError for an empty axis.

    >>> zero_stuff([1, 2, 3], 2)
    array([1, 0, 2, 0, 3])
    >>> zero_stuff([[1, 2], [3, 4]], (1, 3))
    array([[1, 0, 0, 2],
           [3, 0, 0, 4]])
    """
    x = arguments.array("x", x)
    if x.size == 0 or x.ndim == 0:
        arguments.refuse("x.shape", x.shape, "has nothing to put zeros between",
                         "give one axis or more, each with at least one cell")
    steps = arguments.per_axis("stride", stride, x.ndim, 1)
    size = [s * (n - 1) + 1 for n, s in zip(x.shape, steps)]
    if max(size) > arguments.MOST:
        arguments.refuse("stride", stride, f"is too large for x.shape={x.shape}",
                         "use a smaller stride, for 2**63 - 1 cells at most on every axis")
    stuffed = np.zeros(size, x.dtype)
    stuffed[tuple(slice(None, None, s) for s in steps)] = x
    return stuffed


def flip(kernel):
    """The kernel reversed along every axis: the last tap first.

    >>> flip([[1, 2], [3, 4]])
    array([[4, 3],
           [2, 1]])
    """
    return np.flip(arguments.array("kernel", kernel))


def check_plain(x, kernel, stride, padding, output_padding, dilation):
    """Check all arguments of a plain transposed convolution; give them back in one form.

    Returns x, kernel, a tuple each of stride, padding, output_padding and dilation, and the
    output's size (*n').
    """
    x, kernel = arguments.plain_pair(x, kernel)
    s = arguments.per_axis("stride", stride, x.ndim, 1)
    p = arguments.per_axis("padding", padding, x.ndim, 0)
    a = arguments.per_axis("output_padding", output_padding, x.ndim, 0)
    d = arguments.per_axis("dilation", dilation, x.ndim, 1)
    size = conv_transpose_sizes("x.shape", x.shape, padding, output_padding, x.shape,
                                kernel.shape, s, p, a, d)
    return x, kernel, s, p, a, d, size


def _canvas_size(padding, size):
    """The output before padding crops it: n' + 2p = s (m - 1) + e + a on each axis."""
    return [p + n + p for p, n in zip(padding, size)]


def _place(cell, taps, stride, dilation):
    """Where on the canvas an input cell's stamp goes: every d-th cell from s i."""
    return tuple(slice(s * i, s * i + extent(k, d), d)
                 for i, k, s, d in zip(cell, taps, stride, dilation))


def _crop(padding, size):
    """The part of the canvas that padding leaves."""
    return tuple(slice(p, p + n) for p, n in zip(padding, size))


def _stuffing_sides(taps, padding, output_padding, dilation):
    """What the stuffed input is padded by: e - 1 - p before, and a more after."""
    before = [extent(k, d) - 1 - p for k, p, d in zip(taps, padding, dilation)]
    return [(b, b + a) for b, a in zip(before, output_padding)]


def _pad_or_crop(x, sides):
    """Add zeros at each end of each axis; a negative number takes cells away."""
    x = np.pad(x, [(max(before, 0), max(after, 0)) for before, after in sides])
    return x[tuple(slice(max(-before, 0), n - max(-after, 0))
                   for n, (before, after) in zip(x.shape, sides))]
