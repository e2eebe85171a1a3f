"""Bed of nails, max-pooling that remembers where, and the unpooling that puts back there.

The limits are PyTorch's, but for max-unpooling, where PyTorch leaves most things unchecked and
takes only int64 indices of floating-point values. Here the kernel size and the stride are 1 or
more, with a number per axis, the padding is 0 or more, the output has at least one cell, and
indices of any integer type and values of any number type are taken.
"""

from math import prod

import numpy as np

from ..arguments import MAX_INT64, PerAxis, array, per_axis, plural, refuse
from .operands import batch_input, layer_input, refuse_empty_axis, single_channel
from .views import spread
from .window import Window

_MAX_INT32 = 2**31 - 1  # PyTorch counts the numbers of a pooling window with 32 bits


def bed_of_nails(x, stride):
    """Follow each value by s - 1 zeros: size n becomes s n on every axis.

    ``zero_stuff`` leaves out the zeros after the last value (size s (n - 1) + 1), since it
    puts zeros *between* neighbours; here every value is the first cell of its own s x s block.

    ``x``: a single channel with 1, 2 or 3 axes; ``stride``: an int, or a number per axis. Result:
    (*s n), of the same data type. ValueError for an empty axis.

    >>> bed_of_nails([[1, 2], [3, 4]], 2)
    array([[1, 0, 2, 0],
           [0, 0, 0, 0],
           [3, 0, 4, 0],
           [0, 0, 0, 0]])
    """
    x = single_channel("x", x)
    stride = per_axis("stride", stride, x.ndim, 1)
    return spread(x, stride, [s * n for n, s in zip(x.shape, stride, strict=True)])


def layer_bed_of_nails(x, stride):
    """``bed_of_nails`` for every channel of ``x``, (N, C, *n), by itself; result (N, C, *s n).

    >>> import numpy as np
    >>> layer_bed_of_nails(np.ones((8, 3, 5, 6)), (2, 3)).shape
    (8, 3, 10, 18)
    """
    x = batch_input(x)
    refuse_empty_axis("x", x, may_be_empty=(0,))
    stride = PerAxis((1, 1, *per_axis("stride", stride, x.ndim - 2, 1)), "stride", stride)
    return spread(x, stride, [s * n for n, s in zip(x.shape, stride, strict=True)])


def max_pool(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest value under each window, and where it was; one channel, 1, 2 or 3 axes.

    values_i = max over j of x_{s i + d j - p}, where only cells of x count: padding never wins.
    indices_i = the place of that value in x, counted in row order over the whole array, as
    ``x.reshape(-1)`` has it. Of equal values the first in row order is kept. NaN counts as
    largest, and of several NaN the last is kept. (All this is PyTorch's choice.)

    ``x``: (*n), ``kernel_size``: k, an int or a number per axis, as all options. ``stride``:
    None means k, windows side by side. ``padding``: at most k / 2. Result: two arrays of shape
    (*m), m = floor((n + 2p - e) / s) + 1. With ``ceil_mode`` the floor is a ceiling, so that no
    cell at the end is left out; but the last window must start inside the input or the padding
    before it. The values keep the data type. ValueError for what PyTorch refuses.

    A window without any cell of x (a dilated one may straddle a small x) has the value minus
    infinity, or the type's least integer, and an index that may lie outside x, as in PyTorch.

    >>> values, indices = max_pool([[1, 2, 4, 1], [3, 4, 2, 3], [1, 4, 1, 2], [2, 3, 4, 3]], 2)
    >>> values
    array([[4, 4],
           [4, 4]])
    >>> indices
    array([[ 5,  2],
           [ 9, 14]])
    """
    x = single_channel("x", x)
    return _max_pool(x, x.ndim, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool1d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Max-pooling layer in one dimension, with its indices.

    As ``torch.nn.functional.max_pool1d(..., return_indices=True)``. ``x``: (N, C, n) or (C, n);
    result: values and indices, each (N, C, m) or (C, m). Everything else as in ``max_pool``,
    for each channel by itself; the indices count within their channel.

    >>> import numpy as np
    >>> [y.shape for y in max_pool1d(np.ones((2, 3, 9)), 3, stride=2)]
    [(2, 3, 4), (2, 3, 4)]
    """
    return _max_pool(_pool_input(x, 1), 1, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Max-pooling layer in two dimensions, with its indices.

    As ``max_pool1d``, with ``x``: (N, C, *n) or (C, *n), results (N, C, *m) or (C, *m).

    >>> import numpy as np
    >>> [y.shape for y in max_pool2d(np.ones((2, 3, 9, 8)), 2)]
    [(2, 3, 4, 4), (2, 3, 4, 4)]
    """
    return _max_pool(_pool_input(x, 2), 2, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Max-pooling layer in three dimensions, with its indices.

    As ``max_pool1d``, with ``x``: (N, C, *n) or (C, *n), results (N, C, *m) or (C, *m).

    >>> import numpy as np
    >>> [y.shape for y in max_pool3d(np.ones((3, 9, 8, 8)), 2, ceil_mode=True)]
    [(3, 5, 4, 4), (3, 5, 4, 4)]
    """
    return _max_pool(_pool_input(x, 3), 3, kernel_size, stride, padding, dilation, ceil_mode)


def max_unpool(x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Put each value back where ``max_pool`` found it, on a canvas of zeros.

    z[indices_i] = x_i, with z counted in row order; all other cells are zero. Where windows
    overlapped, several indices may name one cell: then the last value in row order stays. (What
    ``max_pool`` gave has equal values there; other values make the order matter, and PyTorch
    promises none.)

    ``x``, ``indices``: (*m); ``kernel_size``, ``stride``, ``padding``: those of the pooling.
    Result: (*n) with n = s (m - 1) + k - 2p, or ``output_size``, a number per axis that differs
    from that by less than s. ValueError for an index outside the result and for any other
    size. The data type is that of ``x``.

    >>> max_unpool([[1, 2], [3, 4]], [[5, 2], [9, 14]], 2)
    array([[0, 0, 2, 0],
           [0, 1, 0, 0],
           [0, 3, 0, 0],
           [0, 0, 4, 0]])
    """
    x = single_channel("x", x)
    return _max_unpool(x, indices, x.ndim, kernel_size, stride, padding, output_size)


def max_unpool1d(x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Max-unpooling layer in one dimension, as ``torch.nn.functional.max_unpool1d``.

    ``x``, ``indices``: (N, C, m) or (C, m); result: (N, C, n) or (C, n). ``output_size`` may
    also be a whole shape, (N, C, n). Everything else as in ``max_unpool``, for each channel by
    itself.

    >>> import numpy as np
    >>> max_unpool1d([[3.0, 5.0]], [[1, 2]], 2)
    array([[0., 3., 5., 0.]])
    """
    return _max_unpool(
        _unpool_input(x, 1), indices, 1, kernel_size, stride, padding, output_size, whole_shape=True
    )


def max_unpool2d(x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Max-unpooling layer in two dimensions, as ``torch.nn.functional.max_unpool2d``.

    As ``max_unpool1d``, with ``x``: (N, C, *m) or (C, *m); result (N, C, *n) or (C, *n).

    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> max_unpool2d(*max_pool2d(x, 2), 2)[0, 0, 3]
    array([ 0., 13.,  0., 15.])
    """
    return _max_unpool(
        _unpool_input(x, 2), indices, 2, kernel_size, stride, padding, output_size, whole_shape=True
    )


def max_unpool3d(x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Max-unpooling layer in three dimensions, as ``torch.nn.functional.max_unpool3d``.

    As ``max_unpool1d``, with ``x``: (N, C, *m) or (C, *m); result (N, C, *n) or (C, *n).

    >>> import numpy as np
    >>> max_unpool3d(*max_pool3d(np.ones((2, 3, 4, 6, 8)), 2), 2).shape
    (2, 3, 4, 6, 8)
    """
    return _max_unpool(
        _unpool_input(x, 3), indices, 3, kernel_size, stride, padding, output_size, whole_shape=True
    )


def _max_pool(x, axes, kernel_size, stride, padding, dilation, ceil_mode):
    if x.dtype.kind == "c":
        refuse("x.dtype", str(x.dtype), "has no order", "use real numbers")
    k = _window_numbers("kernel_size", kernel_size, axes, 1)
    s = k if _left_out(stride) else _window_numbers("stride", stride, axes, 1)
    p = _window_numbers("padding", padding, axes, 0)
    d = _window_numbers("dilation", dilation, axes, 1)
    if not isinstance(ceil_mode, bool):
        refuse("ceil_mode", ceil_mode, "is neither True nor False", "use one of them")
    n = PerAxis(x.shape[-axes:], "x.shape", x.shape)
    window = Window(k, s, p, d)
    return largest_in_windows(x, window, _pooled_size(n, window, ceil_mode))


def largest_in_windows(x, window, m):
    """Compare, tap by tap, all m windows at once with their best so far: values and indices."""
    k, s, p, d = window.kernel_size, window.stride, window.padding, window.dilation
    axes, n = len(k), x.shape[-len(k) :]
    least = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
    values = np.full((*x.shape[:-axes], *m), least, x.dtype)
    winner = np.zeros(values.shape, np.int32)  # counted from 1; 0 as long as no cell is larger
    for number, tap in enumerate(np.ndindex(*k), 1):
        here, there = zip(*map(_inside, tap, n, m, s, p, d), strict=True)
        cells = x[(..., *there)]
        best, last = values[(..., *here)], winner[(..., *here)]  # views, written into below
        # The taps come in row order: of equal values the first stays, of several NaN (the only
        # cells that differ from themselves) the last.
        better = (cells > best) | (cells != cells)
        np.maximum(best, cells, out=best)  # NaN stays NaN
        np.maximum(last, better * np.int32(number), out=last)

    steps = [prod(n[axis + 1 :]) for axis in range(axes)]  # from one cell of x to the next
    starts = [si * np.arange(mi) - pi for si, mi, pi in zip(s, m, p, strict=True)]
    offsets = [di * np.arange(ki) for di, ki in zip(d, k, strict=True)]
    indices = _places(starts, steps) + _places(offsets, steps).ravel()[winner - 1]
    if not winner.all():  # the first cell of the window that does not lie before the input
        starts = [
            start + di * np.maximum(0, -(start // di)) for start, di in zip(starts, d, strict=True)
        ]
        indices = np.where(winner, indices, _places(starts, steps))
    return values, indices


def _places(each, steps):
    """Places in row order, from the places on each axis."""
    return sum(np.ix_(*[numbers * step for numbers, step in zip(each, steps, strict=True)]))


def _inside(j, n, m, s, p, d):
    """For tap j on one axis: the outputs whose tap falls into the input, and the cells there."""
    offset = d * j - p
    first = max(0, -(offset // s))  # the least i with s i + offset >= 0
    count = max(0, min(m, (n - 1 - offset) // s + 1) - first)  # as long as s i + offset < n
    cell = s * first + offset
    return slice(first, first + count), slice(cell, cell + s * count, s)


def _pooled_size(size, window, ceil_mode):
    """m on each axis, after PyTorch's two limits: on the padding and on the size."""
    sizes = []
    for axis, (n, k, s, p, d, e) in enumerate(
        zip(
            size,
            window.kernel_size,
            window.stride,
            window.padding,
            window.dilation,
            window.extent,
            strict=True,
        )
    ):
        if p > k // 2:
            window.padding.refuse(
                f"is too large on axis {axis}: it must be at most half of the kernel ({k})",
                f"use at most {k // 2} there",
            )
        steps = n + 2 * p - e
        m = (steps + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (m - 1) * s >= n + p:
            m -= 1  # the last window would start in the padding after the input
        if m < 1:
            size.refuse(
                f"is too small on axis {axis}: with padding {plural(n + 2 * p, 'cell')}, but "
                f"kernel {k} with dilation {d} reaches over {e}",
                f"use {plural(e - 2 * p, 'cell')} or more there, or a smaller kernel or dilation",
            )
        sizes.append(m)
    return tuple(sizes)


def _max_unpool(x, indices, axes, kernel_size, stride, padding, output_size, whole_shape=False):
    """Check everything, then write all values at once."""
    indices = array("indices", indices)
    if indices.dtype.kind not in "iu":
        refuse(
            "indices.dtype",
            str(indices.dtype),
            "does not hold whole numbers",
            "use the indices that max-pooling gave",
        )
    if indices.shape != x.shape:
        refuse(
            "indices.shape",
            indices.shape,
            f"is not x.shape={x.shape}",
            "give an index for every value",
        )
    k = per_axis("kernel_size", kernel_size, axes, 1, spread_one=False)
    s = k if stride is None else per_axis("stride", stride, axes, 1, spread_one=False)
    p = per_axis("padding", padding, axes, 0, spread_one=False)
    n = _unpooled_size(x, Window(k, s, p, (1,) * axes), output_size, whole_shape)

    cells, maps = prod(n), prod(x.shape[:-axes])
    wrong = indices[(indices < 0) | (indices >= cells)]
    if wrong.size:
        refuse(
            "indices",
            int(wrong[0]),
            f"is not a place in an output of size {n}, which has {plural(cells, 'cell')}",
            f"use 0 to {cells - 1}, or give output_size",
        )
    # One long array, map after map. NumPy writes in order: of values for one cell the last stays.
    canvas = np.zeros(maps * cells, x.dtype)
    starts = cells * np.arange(maps).reshape(*x.shape[:-axes], *(1,) * axes)
    canvas[(starts + indices.astype(np.int64)).ravel()] = x.ravel()
    return canvas.reshape(*x.shape[:-axes], *n)


def _unpooled_size(x, window, output_size, whole_shape):
    axes = len(window.stride)
    m, least = x.shape[-axes:], 1 if x.size else 0
    canvas = window.span(m)
    default = window.cropped_size(canvas)
    if max(default) > MAX_INT64:
        refuse(
            "x.shape",
            x.shape,
            f"would be unpooled to {max(default)} cells",
            "use a smaller kernel or stride, for 2**63 - 1 cells at most",
        )
    if output_size is None:
        return window.checked_cropped_size(canvas, least)
    asked = output_size
    if whole_shape and isinstance(asked, (tuple, list)) and len(asked) == axes + 2:
        asked = asked[2:]
    if not isinstance(asked, (tuple, list)):
        refuse(
            "output_size", output_size, "is not a tuple", f"use a tuple of {plural(axes, 'number')}"
        )
    n = per_axis("output_size", asked, axes, 0, spread_one=False)
    for axis, (size, usual, s) in enumerate(zip(n, default, window.stride, strict=True)):
        low, high = max(usual - s + 1, least), usual + s - 1
        if not low <= size <= high:
            refuse(
                "output_size",
                output_size,
                f"is out of reach on axis {axis}: pooling an input of that size does not give "
                f"{m[axis]}",
                f"use {low} to {high} there" if low <= high else "use a smaller padding",
            )
    return n


def _window_numbers(name, value, axes, least):
    numbers = per_axis(name, value, axes, least)
    if max(numbers) > _MAX_INT32:
        numbers.refuse("is too large", "use at most 2**31 - 1 on every axis")
    return numbers


def _left_out(stride):
    """True for None and, as in PyTorch, for an empty tuple or list."""
    return stride is None or (isinstance(stride, (tuple, list)) and not stride)


def _pool_input(x, axes):
    """Only the batch may be empty."""
    x = layer_input(x, axes)
    refuse_empty_axis("x", x, may_be_empty=(0,) if x.ndim == axes + 2 else ())
    return x


def _unpool_input(x, axes):
    """Only the first axis may be empty, be it the batch or the channels."""
    x = layer_input(x, axes)
    refuse_empty_axis("x", x, may_be_empty=(0,))
    return x
