"""How many kernel placements touch each output cell of a transposed convolution."""

from functools import reduce

import numpy as np

from ._arguments import per_axis
from .matrices import conv_transpose_sources
from .sizes import conv_transpose_sizes


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
    axes = next((max(len(given), 1) for given in (size, kernel_size)
                 if isinstance(given, (tuple, list))), 1)
    m = per_axis("size", size, axes, 1, spread_one=False)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    s = per_axis("stride", stride, axes, 1)
    p = per_axis("padding", padding, axes, 0)
    a = per_axis("output_padding", output_padding, axes, 0)
    d = per_axis("dilation", dilation, axes, 1)
    n = conv_transpose_sizes("size", size, padding, output_padding, m, k, s, p, a, d)
    counts = [(conv_transpose_sources(*axis) >= 0).sum(axis=1)
              for axis in zip(m, n, k, s, p, d)]
    return reduce(np.multiply.outer, counts)
