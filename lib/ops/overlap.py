"""How many kernel placements touch each output cell of a transposed convolution.

``overlap_count``: every cell, edges included. ``overlap_phases``: the interior, where the counts
repeat with the stride. ``stacked_overlap``: several layers, one after another.
"""

from functools import reduce

import numpy as np

from ..arguments import number_of_axes, per_axis, refuse
from .matrices import conv_transpose_sources
from .transposed import conv_transpose
from .window import Window


def overlap_count(size, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Count, for each output cell, the stamps that touch it.

    On one axis: count_t = number of pairs (i, j) with s i + d j - p = t. Over several axes the
    counts multiply: the pattern is the outer product of the patterns of the axes.

    ``size`` is that of the transposed convolution's input. Arguments as in
    ``conv_transpose_output_size``; the result is an int array of the output's shape (one axis
    where ``size`` and ``kernel_size`` are ints). ValueError as there.
    Source: Odena, Dumoulin & Olah, "Deconvolution and checkerboard artifacts" (2016).

    >>> overlap_count(4, 3, stride=2)
    array([1, 1, 2, 1, 2, 1, 2, 1, 1])
    >>> overlap_count((2, 2), 3, stride=2)
    array([[1, 1, 2, 1, 1],
           [1, 1, 2, 1, 1],
           [2, 2, 4, 2, 2],
           [1, 1, 2, 1, 1],
           [1, 1, 2, 1, 1]])
    """
    axes = number_of_axes(size, kernel_size)
    m = per_axis("size", size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    w = Window.transposed(k, stride, padding, output_padding, dilation)
    n = w.checked_transposed_size(m)
    counts = [
        (conv_transpose_sources(*axis) >= 0).sum(axis=1)
        for axis in zip(m, n, k, w.stride, w.padding, w.dilation, strict=True)
    ]
    return reduce(np.multiply.outer, counts)


def overlap_phases(kernel_size, *, stride=1, dilation=1):
    """Count the stamps that touch an interior output cell, for each phase of the stride.

    Far from the edges the count of cell t depends on its phase r = (t + p) mod s alone. On one
    axis: count_r = number of taps j with d j = r (mod s). Without dilation that is
    ceil((k - r) / s): the same for every phase exactly where k is a multiple of s. Over several
    axes the counts multiply.

    ``kernel_size``, ``stride``, ``dilation``: an int, or a number per axis. Result: an int array
    of shape (*s), one axis where all three are ints. ValueError for numbers below 1.
    Source: Odena, Dumoulin & Olah (2016), there in pictures.

    >>> overlap_phases(3, stride=2)
    array([2, 1])
    >>> overlap_phases(4, stride=2)
    array([2, 2])
    >>> overlap_phases((3, 3), stride=2)
    array([[4, 2],
           [2, 1]])
    """
    axes = number_of_axes(kernel_size, stride, dilation)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    s = per_axis("stride", stride, axes, 1)
    d = per_axis("dilation", dilation, axes, 1)
    counts = [
        np.bincount(np.arange(k_) * d_ % s_, minlength=s_)
        for k_, s_, d_ in zip(k, s, d, strict=True)
    ]
    return reduce(np.multiply.outer, counts)


def stacked_overlap(size, layers):
    """Count, for each output cell of several layers, the paths that lead to it from the input.

    The first layer's counts are those of ``overlap_count``. A further layer adds up, in each of
    its cells, the counts of the cells that stamp it: a transposed convolution of the counts with
    a kernel of ones.

    ``size``: that of the first layer's input, an int or a number per axis. ``layers``: a list of
    dicts, each with ``kernel_size`` and, where they are wanted, ``stride``, ``padding``,
    ``output_padding`` and ``dilation``. Result: an int array of the last output's shape.
    ValueError as in ``overlap_count``.

    >>> stacked_overlap(3, [{"kernel_size": 3, "stride": 2}])
    array([1, 1, 2, 1, 2, 1, 1])
    >>> stacked_overlap(2, [{"kernel_size": 3, "stride": 2}, {"kernel_size": 3, "stride": 2}])
    array([1, 1, 2, 1, 3, 2, 3, 1, 2, 1, 1])
    """
    if not isinstance(layers, (list, tuple)) or not layers:
        refuse(
            "layers",
            layers,
            "is not a list of layers",
            'give at least one, such as {"kernel_size": 3, "stride": 2}',
        )
    for layer in layers:
        if not isinstance(layer, dict) or "kernel_size" not in layer:
            refuse(
                "layers",
                layers,
                "holds a layer without kernel_size",
                'describe every layer by a dict such as {"kernel_size": 3, "stride": 2}',
            )
    counts = overlap_count(size, **layers[0])
    for layer in layers[1:]:
        options = {name: value for name, value in layer.items() if name != "kernel_size"}
        k = per_axis("kernel_size", layer["kernel_size"], counts.ndim, 1)
        counts = conv_transpose(counts, np.ones(k, int), **options)
    return counts
