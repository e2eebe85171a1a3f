"""A transposed convolution taken apart: its stamps, their sum, and the key of its marks."""

import numpy as np

from lib import ops
from lib.arguments import per_axis
from lib.plots import _text as words
from lib.plots._grid import (
    Grid,
    cells_of,
    flat,
    inside,
    one_or_each,
    options_words,
    touched,
)
from lib.plots._sheet import SMALL, WIDTH, Sheet, beside, flow
from lib.plots._text import number
from lib.plots._windows import input_and_kernel


class Stamps:
    """A transposed convolution taken apart: the canvas, each stamp, the crop."""

    def __init__(self, x, kernel, stride=1, padding=0, output_padding=0, dilation=1):
        self.x, self.kernel = x, kernel = input_and_kernel(x, kernel)
        self.shape = ops.conv_transpose_output_size(
            x.shape,
            kernel.shape,
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            dilation=dilation,
        )
        self.stride = per_axis("stride", stride, x.ndim, 1)
        self.padding = per_axis("padding", padding, x.ndim, 0)
        self.more = per_axis("output_padding", output_padding, x.ndim, 0)
        self.dilation = per_axis("dilation", dilation, x.ndim, 1)
        stamped = ops.conv_transpose_output_size(
            x.shape, kernel.shape, stride=stride, dilation=dilation
        )
        self.canvas = tuple(
            max(t, p + n) for t, p, n in zip(stamped, self.padding, self.shape, strict=True)
        )
        self.products = {at: [] for at in cells_of(self.canvas)}
        for cell in cells_of(x.shape):
            for _, at, value in self.stamp(cell):
                self.products[at].append(value)
        self.sum = np.empty(self.canvas, dtype=object)
        for at in self.products:
            self.sum[at] = words.total(self.products[at])
        self.result = self.sum[
            tuple(slice(p, p + n) for p, n in zip(self.padding, self.shape, strict=True))
        ]
        self.settings = options_words(
            stride=self.stride,
            padding=self.padding,
            output_padding=self.more,
            dilation=self.dilation,
        )

    def stamp(self, cell):
        """[(tap, canvas cell, product)] of one input cell."""
        return [
            (tap, at, words.product(self.x[cell], self.kernel[tap]))
            for tap, at in touched(cell, self.kernel.shape, self.stride, self.dilation)
        ]

    def draw_stamp(self, grid, cell):
        """The stamp of one input cell in its taps' colours; returns the cells that it touches."""
        stamp = self.stamp(cell)
        for tap, at, value in stamp:
            grid.write(at, number(value), grid.tap(at, flat(tap, self.kernel.shape)))
        return [at for _, at, _ in stamp]

    def output_index(self, at):
        """The output cell at a place of the canvas, or None where padding crops."""
        return inside(at, self.padding, self.shape)

    def is_extra(self, at):
        """Whether this output cell is there because of output_padding."""
        index = self.output_index(at)
        return index is not None and any(
            i >= n - a for i, n, a in zip(index, self.shape, self.more, strict=True)
        )

    def overlaps(self):
        return sum(len(p) > 1 for p in self.products.values())

    def draw_sum(self, grid, numbers=True, marks=True):
        """The sum on its canvas: overlaps framed, cropped cells hatched, extra cells dashed."""
        for at in cells_of(self.canvas):
            if self.output_index(at) is None:
                grid.void(at)
                grid.hatch(at)
                continue
            grid.role(at, "output")
            if self.is_extra(at) and marks:
                x, y = grid.corner(at)
                grid.sheet.rect(
                    x + 2.6,
                    y + 2.6,
                    grid.cell - 5.2,
                    grid.cell - 5.2,
                    None,
                    "output-line",
                    1.1,
                    (1.6, 1.6),
                    3,
                )
            if numbers:
                grid.write(at, number(self.sum[at]))
            if marks and len(self.products[at]) > 1:
                x, y = grid.corner(at)
                c = 0.3 * grid.cell
                grid.sheet.polygon(
                    [(x + grid.cell - c, y), (x + grid.cell, y), (x + grid.cell, y + c)],
                    "output-line",
                    layer=3,
                )

    def key(self, marks=True):
        """What the marks in the sum mean, only those that occur."""
        items = []
        if marks and self.overlaps():
            items.append(("corner", "stamps overlap"))
        if any(self.output_index(at) is None for at in self.products):
            items.append(("hatch", f"cropped by padding {one_or_each(self.padding)}"))
        if marks and any(self.more):
            items.append(("dash", f"there by output padding {one_or_each(self.more)}"))
        return key_sheet(items)


def key_sheet(items):
    """A key of marks with their words, in as many lines as needed; None without items."""
    panels = []
    for mark, text in items:
        sheet = Sheet()
        grid = Grid(sheet, 0, 0, (1, 1), 15)
        if mark == "hatch":
            grid.void((0, 0))
            grid.hatch((0, 0))
        elif mark == "void":
            grid.void((0, 0))
        elif mark == "frame":
            sheet.rect(1, 1, 13, 13, None, "input-line", 1.8)
        elif mark == "zero":
            grid.paint((0, 0), "faint", "rule", 0.8)
        else:
            grid.role((0, 0), "output")
            if mark == "dash":
                sheet.rect(2.4, 2.4, 10.2, 10.2, None, "output-line", 1.1, (1.6, 1.6), 3)
            if mark == "corner":
                sheet.polygon([(8, 0), (15, 0), (15, 7)], "output-line", layer=3)
        sheet.text(21, 7.5, text, SMALL, "ink")
        panels.append(sheet)
    if not panels:
        return None
    if sum(p.width + 18 for p in panels) - 18 <= WIDTH:
        return beside(panels, 18)
    return flow(panels, gap=(18, 5))
