"""A convolution taken apart: the window of each output cell, and how it is drawn."""

import numpy as np

from lib import ops
from lib.plots import _text as words
from lib.plots._grid import DASH, Grid, cells_of, extent, flat, inside, touched
from lib.plots._sheet import SMALL
from lib.plots._text import number


def input_and_kernel(x, kernel):
    x, kernel = words.plain(x, "x"), words.plain(kernel, "kernel")
    if x.ndim != kernel.ndim:
        raise ValueError(
            f"kernel has {kernel.ndim} axes and x has {x.ndim}; give both the same number of axes"
        )
    return x, kernel


def conv_shape(x, kernel, **options):
    shape = ops.conv_output_size(x.shape, kernel.shape, **options)
    return (shape,) if np.isscalar(shape) else tuple(shape)


def padded_shape(shape, padding):
    """An input's shape with its ring of padding zeros."""
    return tuple(n + 2 * p for n, p in zip(shape, padding, strict=True))


def window_terms(x, kernel, cell, stride, padding, dilation):
    """[(tap, padded cell, value)] for the window of output cell `cell`."""
    terms = []
    for tap, at in touched(cell, kernel.shape, stride, dilation):
        index = inside(at, padding, x.shape)
        terms.append((tap, at, 0 if index is None else x[index]))
    return terms


def convolve(x, kernel, shape, stride, padding, dilation):
    """The convolution of numbers or letters, as the figures write it."""
    y = np.empty(shape, dtype=object)
    for cell in cells_of(shape):
        terms = window_terms(x, kernel, cell, stride, padding, dilation)
        y[cell] = words.total([words.product(value, kernel[tap]) for tap, _, value in terms])
    return y


def draw_input(sheet, x, y, array, padding, cell, skip=()):
    """A grid with its ring of padding zeros as dashed cells; nothing is written in `skip`."""
    shape = padded_shape(array.shape, padding)
    grid = Grid(sheet, x, y, shape, cell)
    for at in cells_of(shape):
        index = inside(at, padding, array.shape)
        if index is None:
            grid.void(at)
        else:
            grid.role(at, "input")
        if at not in skip:
            grid.write(at, *(("0", "muted") if index is None else (number(array[index]),)))
    return grid


def draw_window(grid, kernel, terms, dilation, notes=True):
    """The window: cells in their taps' colours, value and (2-D, in the corner) tap weight."""
    spread = max(dilation) > 1
    corner = notes and kernel.ndim == 2 and grid.cell >= 24
    for tap, at, value in terms:
        color = grid.tap(at, flat(tap, kernel.shape))
        if corner:
            grid.write(at, number(value), color, dx=-0.14, dy=-0.16)
            grid.write(at, f"×{number(kernel[tap])}", color, size=8, dx=0.17, dy=0.27)
        else:
            grid.write(at, number(value), color)
        if spread:
            grid.outline(at, line=1.8)
    if spread:
        grid.outline(terms[0][1], extent(kernel.shape, dilation), "ink", 0.9, DASH)
    else:
        grid.outline(terms[0][1], kernel.shape)
    if notes and kernel.ndim == 1:
        for tap, at, _ in terms:
            x, _ = grid.middle(at)
            grid.sheet.text(x, grid.bottom + 8, f"×{number(kernel[tap])}", SMALL, "kernel-line",
                            "center")
