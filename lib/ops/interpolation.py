"""Interpolation: upsampling with weights that are fixed, not learnt.

On each axis every output reads a few inputs near one place. The places and weights are those of
``torch.nn.functional.interpolate``, on contiguous CPU tensors, without its ``antialias`` and
its mode "area". Integers and complex numbers are taken too, where PyTorch takes only uint8 (and
rounds its results); a tuple of sizes may hold anything that Python takes as an index.
"""

from functools import reduce
from numbers import Real

import numpy as np

from ..arguments import integer, is_integer, one_of, per_axis, plural, refuse, refuse_length
from .operands import batch_input, single_channel

_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
_ONE_AXIS = {
    "nearest": "nearest",
    "nearest-exact": "nearest-exact",
    "linear": "linear",
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
}
_A = -0.75  # the free number of Keys' cubic, as PyTorch chooses it


def interpolation_matrix(
    size, output_size, *, mode="linear", align_corners=None, scale_factor=None
):
    """The matrix M of an interpolation along one axis: y = M x, with x of length n.

    Row t holds the weights with which output t reads the input. It reads around the place

        u_t = r (t + 1/2) - 1/2          half-pixel centres: with r = n / n'
        u_t = t (n - 1) / (n' - 1)       align_corners: the first and last centres meet

    "nearest" reads x at floor(r t), whatever the centres; "nearest-exact" at floor(u_t + 1/2),
    the nearest centre; "linear" the two neighbours of u_t, each with 1 - its distance; "cubic"
    the four nearest with Keys' cubic, a = -0.75. Beyond the ends the end cell counts again.
    (With PyTorch's a, unlike with -0.5, even a straight line comes back slightly wavy.)

    ``size``: n, ``output_size``: n'; result: (n', n) in float64, each row of sum 1.
    ``align_corners``: True or False (also None), for "linear" and "cubic" only.
    ``scale_factor``: if given, r = 1 / scale_factor and not n / n': the two differ where
    scale_factor n is not whole. ValueError for sizes below 1 and unknown modes. The values are
    PyTorch's for one axis of float64. Source: Keys (1981) for the cubic.

    >>> interpolation_matrix(2, 4)
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    >>> interpolation_matrix(2, 3, align_corners=True)
    array([[1. , 0. ],
           [0.5, 0.5],
           [0. , 1. ]])
    """
    n, m = integer("size", size, 1), integer("output_size", output_size, 1)
    mode = one_of("mode", mode, ("nearest", "nearest-exact", "linear", "cubic"))
    _check_align_corners(align_corners, mode)
    scale = None if scale_factor is None else _scales(scale_factor, 1)[0]
    indices, weights = _reads(n, m, scale, mode, align_corners, np.float64)
    matrix = np.zeros((m, n))
    for index, weight in zip(indices, weights, strict=True):
        matrix[np.arange(m), index] += weight
    return matrix


def interpolate(x, *, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Interpolate a single channel with 1, 2 or 3 axes along each of its axes in turn.

    One matrix an axis (see ``interpolation_matrix``): in two dimensions Y = M_1 X M_2^T.

    ``x``: (*n); result: (*n'). Give either ``size``, n' as an int for all axes or a number per
    axis, or ``scale_factor``, a number above 0, whole or not, for all axes or one per axis:
    then n' = floor(scale_factor n). ``mode``: "nearest", "nearest-exact", "linear" (one axis),
    "bilinear" (two), "trilinear" (three) or "bicubic" (two). ``align_corners``: True or False
    (also None), not with the nearest modes. The nearest modes keep the data type; the others
    keep floating-point types and make float64 of integers. ValueError for what PyTorch refuses.

    >>> interpolate([[1, 2], [3, 4]], scale_factor=2)
    array([[1, 1, 2, 2],
           [1, 1, 2, 2],
           [3, 3, 4, 4],
           [3, 3, 4, 4]])
    >>> interpolate([10, 20], scale_factor=2, mode="linear")
    array([10. , 12.5, 17.5, 20. ])
    """
    x = single_channel("x", x, layer_form="layer_interpolate")
    return _interpolate(x, x.ndim, size, scale_factor, mode, align_corners)


def layer_interpolate(x, *, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Interpolate every channel by itself, as ``torch.nn.functional.interpolate``.

    ``x``: (N, C, *n) with one, two or three spatial axes; result: (N, C, *n'). Options, data
    types and errors as in ``interpolate``, for the spatial axes.

    >>> import numpy as np
    >>> layer_interpolate(np.ones((2, 3, 4, 6)), scale_factor=(2, 1.5)).shape
    (2, 3, 8, 9)
    """
    x = batch_input(x)
    if 0 in x.shape[1:]:
        refuse(
            "x.shape",
            x.shape,
            "has an empty axis",
            "give every axis but the batch at least one cell",
        )
    return _interpolate(x, x.ndim - 2, size, scale_factor, mode, align_corners)


def bilinear_kernel(stride, *, axes=2):
    """The kernel with which a transposed convolution interpolates linearly, times ``stride``.

    On one axis w_j = 1 - |j - (k - 1) / 2| / s with k = 2s - (s mod 2) taps. With stride s and
    padding p = (k - s) / 2, ``conv_transpose(x, kernel, stride=s, padding=p)`` has s n cells
    and equals ``interpolate(x, scale_factor=s, mode=...)`` with half-pixel centres, but for the
    p cells at each end: interpolation repeats the edge there, the transposed convolution finds
    zeros outside and gets darker. Pad x by one repeated cell on each side and crop s
    cells of the result from each: then all of it is equal.

    ``stride``: an int, or a number per axis; ``axes``: 1, 2 or 3. Result: (*k) in float64.
    ValueError for a stride below 1. Source: Long, Shelhamer & Darrell (2015).

    >>> bilinear_kernel(2, axes=1)
    array([0.25, 0.75, 0.75, 0.25])
    >>> from lib.ops import conv_transpose, interpolate
    >>> conv_transpose([8, 16, 24], bilinear_kernel(2, axes=1), stride=2, padding=1)
    array([ 6., 10., 14., 18., 22., 18.])
    >>> interpolate([8, 16, 24], scale_factor=2, mode="linear")
    array([ 8., 10., 14., 18., 22., 24.])
    """
    if not is_integer(axes) or axes not in (1, 2, 3):
        refuse("axes", axes, "is not a number of axes", "use 1, 2 or 3")
    return reduce(np.multiply.outer, [_hat(s) for s in per_axis("stride", stride, axes, 1)])


def bilinear_weight(channels, stride, *, axes=2, groups=1):
    """The weight of a transposed-convolution layer that interpolates each channel by itself.

    Channel c reads channel c with ``bilinear_kernel(stride, axes=axes)`` and no other: all
    other kernels are zero. Stride, padding and edges as there.

    Result: (channels, channels / groups, *k) in float64, for a layer with these ``groups``; with
    ``groups=channels`` none of it is zero. ValueError where groups do not divide the channels.
    Source: Long, Shelhamer & Darrell (2015).

    >>> bilinear_weight(3, 2).shape
    (3, 3, 4, 4)
    >>> bilinear_weight(3, 2, groups=3).shape
    (3, 1, 4, 4)
    """
    kernel = bilinear_kernel(stride, axes=axes)
    channels = integer("channels", channels, 1)
    groups = integer("groups", groups, 1)
    if channels % groups:
        refuse(
            "groups", groups, f"does not divide channels={channels}", f"use a divisor of {channels}"
        )
    per_group = channels // groups
    weight = np.zeros((channels, per_group, *kernel.shape))
    each = np.arange(channels)
    weight[each, each % per_group] = kernel
    return weight


def _hat(stride):
    """1 at the middle, falling to 0 over s cells on both sides."""
    taps = 2 * stride - stride % 2
    return 1 - np.abs(np.arange(taps) - (taps - 1) / 2) / stride


def _interpolate(x, axes, size, scale_factor, mode, align_corners):
    """Check the options, then read along the last ``axes`` axes of x, one after another."""
    mode = _one_axis_mode(mode, axes)
    _check_align_corners(align_corners, mode)
    cells = x.shape[-axes:]
    sizes, scales = _sizes_and_scales(x.shape, cells, axes, size, scale_factor)

    dtype = x.dtype
    if not mode.startswith("nearest") and dtype.kind in "iu":
        dtype = np.dtype(np.float64)
    # PyTorch finds the places in float64 only for float64 numbers, in float32 for all others.
    number = np.result_type(np.finfo(_real(dtype)).dtype, np.float32).type
    if dtype == np.float16:  # computed in float32, rounded once at the end
        x = x.astype(np.float32)
    few = axes == 2 and sum(sizes) <= 128
    for axis in reversed(range(axes)):  # the last axis first: later ones then move whole rows
        indices, weights = _reads(
            cells[axis], sizes[axis], scales[axis], mode, align_corners, number, few
        )
        if mode.startswith("nearest"):
            x = x.take(indices[0], axis - axes)
        else:
            weights = weights.reshape(*weights.shape, *(1,) * (axes - 1 - axis))
            x = sum(
                x.take(index, axis - axes) * weight
                for index, weight in zip(indices, weights, strict=True)
            )
    return np.asarray(x, dtype)


def _real(dtype):
    """The type of the real numbers in an array; float32 for integers."""
    return dtype if dtype.kind in "fc" else np.float32


def _reads(n, m, scale, mode, align_corners, number, few=False):
    """Which cells each of m outputs reads, and how: indices and weights, both (taps, m).

    ``number`` is the type that PyTorch computes places in, ``few`` its case of a small output
    with two axes (see ``_nearest``); weights are of type ``number``.
    """
    if mode.startswith("nearest"):
        indices = _nearest(n, m, scale, mode, number, few)[np.newaxis]
        return indices, np.ones(indices.shape, number)
    if n == m and mode == "linear":  # PyTorch copies, also where the scale factor is not 1
        each = np.arange(m)
        return np.stack([each, each]), np.stack([np.ones(m, number), np.zeros(m, number)])
    places = _places(n, m, scale, align_corners, number)
    if mode == "linear":
        places = np.maximum(places, 0)
    # PyTorch takes the floor of the float32 nearest to the place, also for float64.
    first = np.minimum(_floor_of_float32(places), n - 1)
    beyond = np.clip(places - first.astype(number), 0, 1)
    if mode == "linear":
        return (np.stack([first, np.minimum(first + 1, n - 1)]), np.stack([1 - beyond, beyond]))
    indices = np.clip(first + np.array([[-1], [0], [1], [2]]), 0, n - 1)
    return indices, _keys(beyond)


def _places(n, m, scale, align_corners, number):
    """u_t of ``interpolation_matrix``, computed with PyTorch's steps in ``number``."""
    t = np.arange(m)
    if align_corners:
        return t.astype(number) * (number(n - 1) / number(max(m - 1, 1)))
    # PyTorch multiplies and subtracts in one instruction, which rounds once. So does float32
    # here, by way of float64. (Float64 rounds twice: a difference in the 16th digit.)
    places = np.float64(_step(n, m, scale, number)) * (t + 0.5) - 0.5
    return places.astype(number)


def _step(n, m, scale, number):
    """r: how far apart on the input two neighbouring outputs read."""
    return number(n) / number(m) if scale is None else number(1 / scale)


def _nearest(n, m, scale, mode, number, few):
    """The index that each output reads, exactly PyTorch's.

    r t is often a whole number, and rounding then decides between two cells: from 2 cells to
    82, output 41 stands at r t = 1, but float32(2/82) * 41 rounds to a little less, and floor
    makes 0 of it. So the index depends on the arithmetic, and PyTorch has two. Small outputs
    with two axes (``few``: height + width at most 128) go through float32 and know the factors
    1 and 2; all others go through ``number``, and the product is rounded to float32 before the
    floor. To read the same cells, the same steps are taken here.
    """
    t = np.arange(m)
    if few and mode == "nearest" and m in (n, 2 * n):
        return t // (m // n)
    if few:
        step = _step(n, m, scale, np.float32)
        if mode == "nearest":
            index = t.astype(np.float32) * step
        else:
            index = (t + 0.5) * np.float64(step)
    elif mode == "nearest":
        index = t.astype(number) * _step(n, m, scale, number)
    else:
        places = np.maximum(_places(n, m, scale, False, number), 0)
        index = places.astype(np.float64) + 0.5
    return np.minimum(_floor_of_float32(index), n - 1)


def _floor_of_float32(values):
    return np.floor(values.astype(np.float32)).astype(np.int64)


def _keys(beyond):
    """Keys' cubic for four cells and places that lie so far, 0 to 1, beyond the second of them."""
    a = beyond.dtype.type(_A)

    def near(u):  # at a distance of 0 to 1
        return ((a + 2) * u - (a + 3)) * u * u + 1

    def far(u):  # of 1 to 2
        return ((a * u - 5 * a) * u + 8 * a) * u - 4 * a

    return np.stack([far(1 + beyond), near(beyond), near(1 - beyond), far(2 - beyond)])


def _one_axis_mode(mode, axes):
    """The mode along one axis, where the mode goes with the number of axes."""
    one_of("mode", mode, _ONE_AXIS)
    there = ["nearest", "nearest-exact", _LINEAR[axes]] + ["bicubic"] * (axes == 2)
    if mode not in there:
        refuse(
            "mode",
            mode,
            f"does not go with {plural(axes, 'axis', 'axes')}",
            "use " + " or ".join(repr(word) for word in there),
        )
    return _ONE_AXIS[mode]


def _check_align_corners(align_corners, mode):
    if align_corners is not None and not isinstance(align_corners, bool):
        refuse(
            "align_corners",
            align_corners,
            "is neither True nor False",
            "use one of them, or leave it out",
        )
    if align_corners is not None and mode.startswith("nearest"):
        refuse(
            "align_corners",
            align_corners,
            f"does not go with mode={mode!r}",
            "leave it out, or interpolate linearly or by a cubic",
        )


def _sizes_and_scales(shape, cells, axes, size, scale_factor):
    """The output's size on each axis, and the scale factors, None where sizes were given."""
    if (size is None) == (scale_factor is None):
        problem = "is left out, and so is scale_factor"
        if size is not None:
            problem = f"comes together with scale_factor={scale_factor!r}"
        refuse("size", size, problem, "give one of the two")
    if size is not None:
        if is_integer(size):
            size = int(size)
        return per_axis("size", size, axes, 1, spread_one=False), (None,) * axes
    scales = _scales(scale_factor, axes)
    sizes = []
    for axis, (n, scale) in enumerate(zip(cells, scales, strict=True)):
        if n * scale < 1:
            refuse(
                "scale_factor",
                scale_factor,
                f"leaves an output of size 0 on axis {axis} of x.shape={shape}",
                f"use more than 1/{n} there",
            )
        if n * scale >= 2.0**63:
            refuse(
                "scale_factor",
                scale_factor,
                "is too large",
                "use a smaller number, for 2**63 - 1 cells at most on every axis",
            )
        sizes.append(int(n * scale))
    return sizes, scales


def _scales(scale_factor, axes):
    """A scale factor above 0 for each axis."""
    each = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * axes
    if not all(isinstance(scale, (Real, np.bool_)) for scale in each):
        refuse(
            "scale_factor",
            scale_factor,
            "is not made of numbers",
            "use a number above 0" + f", or {axes} of them" * (axes > 1),
        )
    if len(each) != axes:
        refuse_length("scale_factor", scale_factor, axes, f"give one number, or a tuple of {axes}")
    if not all(0 < scale < np.inf for scale in each):
        refuse(
            "scale_factor",
            scale_factor,
            "is not above 0 and finite",
            "use a number above 0 on every axis",
        )
    return tuple(float(scale) for scale in each)
