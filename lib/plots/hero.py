"""The book's opening picture: W makes a strip of cells shorter, its transpose makes it longer."""

import numpy as np

from lib import ops
from lib.plots import _text as words
from lib.plots._grid import Grid
from lib.plots._sheet import BODY, HEAD, Sheet, text_width
from lib.plots._theme import Picture
from lib.plots.matrices import draw_matrix

KERNEL = np.array([1, 2, 1])
SIGNAL = np.array([0, 1, 3, 2, 0, 1, 2, 1, 0])
STRIDE = 2
CELL = 19


def _strip(sheet, x, y, values, role):
    grid = Grid(sheet, x, y, (len(values), 1), CELL)
    grid.fill(values[:, np.newaxis], role)
    return grid


def _kernel(sheet, x, width):
    """The kernel in its colours, with its name and the stride, centred over the matrix."""
    name = f"kernel, stride {STRIDE}"
    left = x + (width - text_width(name, BODY, True) - 10 - KERNEL.size * CELL) / 2
    sheet.text(left, CELL / 2, name, BODY, "kernel-line", bold=True)
    grid = Grid(sheet, left + text_width(name, BODY, True) + 10, 0, KERNEL.shape, CELL)
    for tap, value in enumerate(KERNEL):
        grid.write((tap,), words.number(value), grid.tap((tap,), tap))


def _arrow(sheet, x, y):
    sheet.arrow((x, y), (x + 22, y))
    return x + 30


def hero():
    """A signal, the convolution matrix, the short result, the transposed matrix, the long result.

    All numbers are computed: y = W x, z = Wᵀ y, for a kernel of three taps with stride 2. Returns
    a Picture, about twice as wide as high. The book shows ``hero().save("book/_static/hero.svg")``.

    >>> hero().alt[:12]
    'A signal x o'
    """
    taps = ops.conv_matrix_taps(KERNEL.size, SIGNAL.size, stride=STRIDE)
    y = ops.conv(SIGNAL, KERNEL, stride=STRIDE)
    z = ops.conv_transpose(y, KERNEL, stride=STRIDE)
    texts = [words.number(v) for v in KERNEL]
    sheet, middle = Sheet(), len(SIGNAL) * CELL / 2
    first = _strip(sheet, 0, 0, SIGNAL, "input")
    sheet.text(CELL / 2, -13, "input x", HEAD, "input-line", "center", bold=True)
    x = _arrow(sheet, first.right + 4, middle)
    grid = draw_matrix(sheet, x, middle - len(y) * CELL / 2, taps, texts, CELL)
    sheet.text(
        x + grid.w / 2,
        grid.y - 13,
        f"W  {words.size(taps.shape)}",
        HEAD,
        "ink",
        "center",
        bold=True,
    )
    _kernel(sheet, x, grid.w)
    sheet.text(
        x + grid.w / 2,
        grid.bottom + 14,
        f"convolution: {len(SIGNAL)} cells to {len(y)}",
        BODY,
        "muted",
        "center",
    )
    x = _arrow(sheet, grid.right + 8, middle)
    short = _strip(sheet, x, middle - len(y) * CELL / 2, y, "output")
    sheet.text(x + CELL / 2, short.y - 13, "output y", HEAD, "output-line", "center", bold=True)
    x = _arrow(sheet, short.right + 8, middle)
    grid = draw_matrix(sheet, x, 0, taps.T, texts, CELL)
    sheet.text(
        x + grid.w / 2, -13, f"Wᵀ  {words.size(taps.T.shape)}", HEAD, "ink", "center", bold=True
    )
    sheet.text(
        x + grid.w / 2,
        grid.bottom + 14,
        f"transposed: {len(y)} cells to {len(z)}",
        BODY,
        "muted",
        "center",
    )
    x = _arrow(sheet, grid.right + 8, middle)
    _strip(sheet, x, 0, z, "output")
    sheet.text(x + CELL / 2, -13, "output z", HEAD, "output-line", "center", bold=True)
    alt = (
        f"A signal x of {len(SIGNAL)} cells, {words.listed(SIGNAL)}, goes through the "
        f"convolution matrix W, {words.size(taps.shape)}, with the taps {words.listed(KERNEL)} "
        f"shifted by {STRIDE} from row to row, and becomes y with {len(y)} cells, "
        f"{words.listed(y)}. The transposed matrix, {words.size(taps.T.shape)}, with the same "
        f"taps in its columns, takes y to z with {len(z)} cells again, {words.listed(z)}."
    )
    return Picture(sheet, alt)
