"""A convolution taken apart: the window of each output cell, and how it is drawn."""

import numpy as np

from lib import ops
from lib.arguments import per_axis, plural, refuse
from lib.ops.window import extent
from lib.plots import _text as words
from lib.plots._arguments import numbers_or_letters
from lib.plots._grid import (
    DASH,
    Grid,
    cell_name,
    cells_of,
    flat,
    inside,
    options_words,
    touched,
)
from lib.plots._sheet import SMALL
from lib.plots._text import number


def input_and_kernel(x, kernel):
    """Both as arrays of numbers or letters, with as many axes."""
    x, kernel = numbers_or_letters("x", x), numbers_or_letters("kernel", kernel)
    if x.ndim != kernel.ndim:
        refuse(
            "kernel.shape",
            kernel.shape,
            f"has {plural(kernel.ndim, 'axis', 'axes')} and x has {x.ndim}",
            "give both as many",
        )
    return x, kernel


class Windows:
    """A convolution of numbers or letters taken apart: the padded input, each window, the output.

    ``y``: the output, of shape ``shape``; ``padded``: the shape of x with its ring of zeros;
    ``settings``: the settings in words.
    """

    def __init__(self, x, kernel, stride=1, padding=0, dilation=1):
        self.x, self.kernel = x, kernel = input_and_kernel(x, kernel)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        self.shape = ops.conv_output_size(x.shape, kernel.shape, **options)
        self.stride = per_axis("stride", stride, x.ndim, 1)
        self.padding = per_axis("padding", padding, x.ndim, 0)
        self.dilation = per_axis("dilation", dilation, x.ndim, 1)
        self.padded = tuple(n + 2 * p for n, p in zip(x.shape, self.padding, strict=True))
        self.settings = options_words(**options)
        self.y = np.empty(self.shape, dtype=object)
        for cell in cells_of(self.shape):
            self.y[cell] = words.total(
                [words.product(value, kernel[tap]) for tap, _, value in self.terms(cell)]
            )

    def terms(self, cell):
        """[(tap, padded cell, value)] for the window of output cell `cell`."""
        terms = []
        for tap, at in touched(cell, self.kernel.shape, self.stride, self.dilation):
            index = inside(at, self.padding, self.x.shape)
            terms.append((tap, at, 0 if index is None else self.x[index]))
        return terms

    def products(self, cell):
        """The products of a window and their sum as text, one string a term: "1·1", "+ 4·2"."""
        pairs = [(value, self.kernel[tap]) for tap, _, value in self.terms(cell)]
        return [*words.sum_of_products(pairs), f"= {number(self.y[cell])}"]

    def equation(self, cell):
        """The window's sum, from "y₀ =" on, one string a term."""
        return [f"{cell_name('y', cell)} =", *self.products(cell)]

    def draw(self, sheet, x, y, cell, size):
        """The input with its padding as dashed cells, and the window of output cell `cell`."""
        grid = Grid(sheet, x, y, self.padded, size)
        window = {at for _, at, _ in self.terms(cell)}
        for at in cells_of(self.padded):
            index = inside(at, self.padding, self.x.shape)
            if index is None:
                grid.void(at)
            else:
                grid.role(at, "input")
            if at not in window:
                text, color = ("0", "muted") if index is None else (number(self.x[index]), "ink")
                grid.write(at, text, color)
        self._draw_window(grid, cell)
        return grid

    def _draw_window(self, grid, cell):
        """Cells in their taps' colours, with the value and the tap's weight.

        The weight stands in the cell's corner (two axes) or below the cell (one axis).
        """
        terms, kernel = self.terms(cell), self.kernel
        spread = max(self.dilation) > 1
        for tap, at, value in terms:
            color = grid.tap(at, flat(tap, kernel.shape))
            if kernel.ndim == 2 and grid.cell >= 24:
                grid.write(at, number(value), color, dx=-0.14, dy=-0.16)
                grid.write(at, f"×{number(kernel[tap])}", color, size=8, dx=0.17, dy=0.27)
            else:
                grid.write(at, number(value), color)
            if spread:
                grid.outline(at, line=1.8)
        if spread:
            reach = tuple(map(extent, kernel.shape, self.dilation))
            grid.outline(terms[0][1], reach, "ink", 0.9, DASH)
        else:
            grid.outline(terms[0][1], kernel.shape)
        if kernel.ndim == 1:
            for tap, at, _ in terms:
                x, _ = grid.middle(at)
                grid.sheet.text(
                    x, grid.bottom + 8, f"×{number(kernel[tap])}", SMALL, "kernel-line", "center"
                )
