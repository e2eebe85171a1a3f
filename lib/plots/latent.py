"""An autoencoder's codes: how far one value reaches, and where the pictures lie in the plane."""

import numpy as np

from lib.arguments import is_integer, plural, refuse
from lib.plots._arguments import real_numbers, strings
from lib.plots._sheet import BODY, SMALL, WIDTH, Sheet, text_width
from lib.plots._text import number
from lib.plots._theme import Picture

_PLANE = 400.0  # points on a side
_TOKENS = ("input-line", "output-line", "kernel-line", "ink", "muted")


def reach_picture(sizes, *, steps):
    """Squares to one scale: how many cells on a side one value reaches, layer after layer.

    ``sizes``: cells on a side, whole numbers, 2 to 8 of them; ``steps``: a short text for the
    layer between each two. Returns a Picture.

    >>> reach_picture([1, 4, 9], steps=["k = 4", "k = 3, s = 2"]).alt
    'Squares of cells: 1 × 1; after k = 4: 4 × 4; after k = 3, s = 2: 9 × 9.'
    """
    sizes = list(sizes)
    if not 2 <= len(sizes) <= 8 or any(not is_integer(size) or size < 1 for size in sizes):
        refuse("sizes", sizes, "are not sizes to draw", "give 2 to 8 whole numbers of 1 or more")
    steps = strings("steps", steps, len(sizes) - 1, "layer")
    parts = [step.split(", ") for step in steps]
    gaps = [max(26.0, 10 + max(text_width(part, SMALL) for part in lines)) for lines in parts]
    room = WIDTH - sum(gaps) - 40  # the outer sizes may be wider than their squares
    unit = min(12.0, room / sum(sizes))
    if unit < 1:
        refuse(
            "sizes",
            sizes,
            "is too much for a page",
            f"give sizes that add up to {int(room)} at most",
        )
    sheet, x = Sheet(), 0.0
    middle = unit * max(sizes) / 2
    for i, size in enumerate(sizes):
        side = unit * size
        sheet.rect(x, middle - side / 2, side, side, "input", "input-line", 0.9)
        if unit >= 3:
            inner = np.arange(1, size) * unit
            sheet.rules(
                x,
                middle - side / 2,
                side,
                side,
                inner,
                inner,
                color="input-line",
                line=0.3,
                layer=2,
            )
        sheet.text(x + side / 2, 2 * middle + 12, f"{size} × {size}", SMALL, "ink", "center")
        x += side
        if i < len(steps):
            sheet.arrow((x + 5, middle), (x + gaps[i] - 5, middle))
            for line, part in enumerate(reversed(parts[i])):
                sheet.text(x + gaps[i] / 2, middle - 10 - 13 * line, part, SMALL, "muted", "center")
            x += gaps[i]
    squares = [f"{size} × {size}" for size in sizes]
    alt = (
        f"Squares of cells: {squares[0]}"
        + "".join(f"; after {step}: {text}" for step, text in zip(steps, squares[1:], strict=True))
        + "."
    )
    return Picture(sheet, alt)


def plane_picture(points, labels, *, box=None):
    """Points of a plane, each drawn as its label, with the scale at the edges.

    ``points``: (N, 2), the first coordinate to the right, the second upwards; ``labels``: (N,),
    digits. ``box``: ((left, bottom), (right, top)) draws a dashed rectangle. Returns a Picture.

    >>> plane_picture([[0, 0], [2, 1]], [3, 7]).alt
    '2 points in a plane, drawn as their digits. Middles of the classes: 3 at (0, 0); 7 at (2, 1).'
    """
    points, labels = real_numbers("points", points, (2,)), np.asarray(labels)
    if points.shape[1] != 2:
        refuse("points.shape", points.shape, "is not that of points in a plane", "give (N, 2)")
    if labels.shape != points.shape[:1] or not np.isin(labels, range(10)).all():
        refuse(
            "labels",
            labels,
            "does not name each point",
            f"give a digit, 0 to 9, for each of {plural(len(points), 'point')}",
        )
    low, high = points.min(axis=0), points.max(axis=0)
    if box is not None:
        low, high = np.minimum(low, box[0]), np.maximum(high, box[1])
    pad = 0.03 * max(*(high - low), 1e-9)
    low, high = low - pad, high + pad
    unit = _PLANE / max(high - low)
    wide, tall = (high - low) * unit

    def place(point):
        return (point[0] - low[0]) * unit, tall - (point[1] - low[1]) * unit

    sheet = Sheet()
    sheet.rect(0, 0, wide, tall, "faint", "rule")
    for axis in (0, 1):
        for tick in _ticks(low[axis], high[axis]):
            x, y = place([tick, tick])
            if axis == 0:
                sheet.lines([(x, tall), (x, tall + 4)])
                sheet.text(x, tall + 12, number(tick), SMALL, "muted", "center")
            else:
                sheet.lines([(-4, y), (0, y)])
                sheet.text(-7, y, number(tick), SMALL, "muted", "right")
    for point, label in zip(points, labels, strict=True):
        sheet.text(*place(point), str(int(label)), 8, _TOKENS[int(label) % 5], "center")
    if box is not None:
        (x0, y0), (x1, y1) = place(box[0]), place(box[1])
        sheet.rect(x0, y1, x1 - x0, y0 - y1, None, "ink", 1.2, (4, 3), layer=4)
    sheet.text(wide / 2, tall + 30, "first code value", BODY, "ink", "center")
    sheet.text(0, -12, "second code value", BODY, "ink")
    middles = [
        f"{digit} at ({', '.join(number(c) for c in np.median(points[labels == digit], 0))})"
        for digit in np.unique(labels)
    ]
    alt = (
        f"{plural(len(points), 'point')} in a plane, drawn as their digits. Middles of "
        f"the classes: {'; '.join(middles)}."
    )
    return Picture(sheet, alt)


def _ticks(low, high):
    """Round numbers between the two, about six."""
    raw = (high - low) / 6
    step = 10.0 ** np.floor(np.log10(raw))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step >= raw)
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
