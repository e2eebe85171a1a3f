"""Grids of cells and the geometry of windows and stamps, shared by the figures."""

from itertools import product as every

import numpy as np

from lib.plots._sheet import BODY, HEAD, Sheet, text_width, wrap
from lib.plots._text import number, size, sub
from lib.plots._theme import tap_token, text_token

# role: (fill, edge, line width). The output's edge is heavier: it reads in grey print too.
ROLES = {
    "input": ("input", "input-line", 0.9),
    "kernel": ("kernel", "kernel-line", 0.9),
    "output": ("output", "output-line", 1.4),
    "index": ("faint", "kernel-line", 0.9),
}
DASH = (2.0, 1.6)


def cells_of(shape):
    """Every index of an array of this shape, row by row."""
    return list(every(*(range(n) for n in shape)))


def touched(cell, kernel_shape, stride, dilation):
    """(tap, canvas cell) for each tap of the kernel placed at `cell` of the smaller grid."""
    return [
        (tap, tuple(s * i + d * j for s, i, d, j in zip(stride, cell, dilation, tap, strict=True)))
        for tap in cells_of(kernel_shape)
    ]


def inside(cell, low, shape):
    """`cell` of a padded canvas as an index of the array it frames, or None in the frame."""
    index = tuple(t - p for t, p in zip(cell, low, strict=True))
    return index if all(0 <= i < n for i, n in zip(index, shape, strict=True)) else None


def flat(tap, kernel_shape):
    """Number of a tap in row order: what decides its colour."""
    return int(np.ravel_multi_index(tap, kernel_shape))


def cell_name(letter, index):
    """ "y₃" in one dimension, "y[0, 1]" in two."""
    return sub(letter, index[0]) if len(index) == 1 else f"{letter}[{', '.join(map(str, index))}]"


def fit_size(text, room, most=BODY, least=6.5, bold=False):
    """The font size at which `text` fits in `room` points."""
    width = text_width(text, most, bold)
    return most if width <= room else max(least, most * room / width)


class Grid:
    """Where a grid of square cells lies on a sheet; one-axis arrays are one row."""

    def __init__(self, sheet, x, y, shape, cell):
        self.sheet, self.x, self.y, self.cell = sheet, x, y, cell
        self.shape = (1, *shape) if len(shape) == 1 else tuple(shape)
        self.w, self.h = self.shape[1] * cell, self.shape[0] * cell
        self.right, self.bottom = x + self.w, y + self.h

    def corner(self, index):
        row, column = (0, *index) if len(index) == 1 else index
        return self.x + column * self.cell, self.y + row * self.cell

    def middle(self, index):
        x, y = self.corner(index)
        return x + self.cell / 2, y + self.cell / 2

    def paint(self, index, fill, edge, line, layer=1):
        self.sheet.rect(*self.corner(index), self.cell, self.cell, fill, edge, line, None, layer)

    def role(self, index, role):
        """Paint one cell as "input", "kernel" or "output"."""
        fill, edge, line = ROLES[role]
        self.paint(index, fill, edge, line)

    def fill(self, values, role):
        """Paint all cells in one role and write their values."""
        for index in cells_of(values.shape):
            self.role(index, role)
            self.write(index, number(values[index]))

    def tap(self, index, tap):
        """Paint one cell in the colour of tap number `tap`; returns the colour of its text."""
        token = tap_token(tap)
        self.paint(index, token, "muted", 0.7, layer=1.5)
        return text_token(token)

    def void(self, index):
        """Draw a cell of padding: no ground, dashed edge, clear of its neighbours' dashes."""
        x, y = self.corner(index)
        side = self.cell - 2.4
        self.sheet.rect(x + 1.2, y + 1.2, side, side, None, "muted", 0.7, DASH, 0)

    def write(self, index, text, color="ink", size=BODY, dx=0.0, dy=0.0, bold=False):
        """Write in a cell, smaller where the text is long."""
        x, y = self.middle(index)
        most = min(size, 0.62 * self.cell)
        self.sheet.text(
            x + dx * self.cell,
            y + dy * self.cell,
            text,
            fit_size(text, 0.88 * self.cell, most, bold=bold),
            color,
            "center",
            bold,
        )

    def outline(self, index, shape=None, color="ink", line=2.0, dash=None):
        """A strong frame around `shape` cells (one cell if left out) from `index` on."""
        x, y = self.corner(index)
        rows, columns = (1, 1) if shape is None else (1, *shape) if len(shape) == 1 else shape
        self.sheet.rect(x, y, columns * self.cell, rows * self.cell, None, color, line, dash, 3)

    def hatch(self, index):
        self.sheet.hatch(*self.corner(index), self.cell, self.cell, step=4.5)


def label_text(word, shape, extra=""):
    """What a grid is and its size: "input 4 × 4", "output, length 7"."""
    between = ", length " if len(shape) == 1 else " "
    return f"{word}{between}{size(shape)}{extra}"


def label(sheet, x, y, role, shape, word=None, extra=""):
    """Write what a grid is and its size, above it: "input 4 × 4"; returns the y below."""
    text = label_text(word or role, shape, extra)
    sheet.text(x, y + 0.6 * HEAD, text, HEAD, ROLES[role][1], bold=True)
    return y + 1.55 * HEAD


def draw_values(sheet, x, y, values, role, word=None, cell=28):
    """A labelled grid of values; returns it."""
    grid = Grid(sheet, x, label(sheet, x, y, role, values.shape, word), values.shape, cell)
    grid.fill(values, role)
    return grid


def grid_sheet(values, role, word=None, cell=28):
    """A labelled grid of values on a sheet of its own."""
    sheet = Sheet()
    draw_values(sheet, 0, 0, values, role, word, cell)
    return sheet


def kernel_sheet(kernel, cell=26, word="kernel", note="", flipped=False):
    """The kernel, labelled, each tap in its colour, which it keeps when flipped; a note beside."""
    sheet = Sheet()
    grid = Grid(sheet, 0, label(sheet, 0, 0, "kernel", kernel.shape, word), kernel.shape, cell)
    for at in cells_of(kernel.shape):
        tap = flat(at, kernel.shape)
        color = grid.tap(at, kernel.size - 1 - tap if flipped else tap)
        grid.write(at, number(kernel[at]), color)
    grid.outline((0,) * kernel.ndim, kernel.shape, "kernel-line", 1.3)
    if note:
        sheet.text(sheet.width + 18, sheet.bounds[3] - 13, note, BODY, "muted")
    return sheet


def one_or_each(values):
    """A setting in words: one number where all axes have the same."""
    return "×".join(map(str, values[:1] if len(set(values)) == 1 else values))


def options_words(**options):
    """Settings that differ from their plain value, in words: "stride 2, padding 1"."""
    plain = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, "groups": 1}
    words = []
    for name, values in options.items():
        values = (values,) if np.isscalar(values) else tuple(values)
        if any(v != plain[name] for v in values):
            words.append(f"{name.replace('_', ' ')} {one_or_each(values)}")
    return ", ".join(words)


def wrap_settings(settings, width):
    """The words of `options_words` in lines, broken at the commas."""
    return wrap(settings.replace(", ", ",|").split("|"), width) if settings else []
