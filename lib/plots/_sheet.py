"""A sheet to draw on, in points with y downwards, that knows its own bounds.

Sheets are placed in one another, so a figure is composed like a page: make each panel, then put
panels side by side. Equal shapes are merged into one path, which keeps the SVG small.
"""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from lib.plots._theme import light, style

WIDTH = 484  # points inside the margins: what a page column shows without shrinking text
MARGIN = 11
SMALL, BODY, HEAD = 9.5, 10.5, 11.0
_CAP = 0.365  # half the height of a digit, in font sizes: centres text on its line


@lru_cache(maxsize=4096)
def text_width(text, size=BODY, bold=False):
    """Width of `text` in points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return text_to_path.get_text_width_height_descent(text, font, False)[0]


def wrap(words, width, size=BODY):
    """Lines of at most `width` points made of `words`, which are not broken."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


class Sheet:
    """A drawing in points, origin at the upper left, y downwards.

    Layers: 0 grounds, 1 cells, 1.5 cells on cells, 2 hatching, 3 marks, 4 arrows, 5 text. Within
    a layer the order is not kept, since equal shapes are merged.
    """

    def __init__(self):
        self._items = []
        self.bounds = [np.inf, np.inf, -np.inf, -np.inf]

    width = property(lambda self: max(0.0, self.bounds[2] - self.bounds[0]))
    height = property(lambda self: max(0.0, self.bounds[3] - self.bounds[1]))

    def _grow(self, x0, y0, x1, y1):
        b = self.bounds
        self.bounds = [min(b[0], x0), min(b[1], y0), max(b[2], x1), max(b[3], y1)]

    def rect(self, x, y, w, h, fill=None, edge=None, line=0.8, dash=None, layer=1):
        """A rectangle; `fill` and `edge` are tokens."""
        self._items.append(("path", layer, (fill, edge, line, dash), box_path(x, y, w, h)))
        pad = line / 2 if edge else 0
        self._grow(x - pad, y - pad, x + w + pad, y + h + pad)

    def lines(self, *lines, color="muted", line=0.8, dash=None, layer=3):
        """Open polylines, each a list of points."""
        for points in lines:
            points = np.asarray(points, float)
            self._items.append(("path", layer, (None, color, line, dash), (points, None)))
            self._grow(*points.min(0), *points.max(0))

    def rules(self, x, y, w, h, columns=(), rows=(), **look):
        """Lines down a box at the offsets `columns` and across it at `rows`; look as in lines."""
        self.lines(
            *([(x + at, y), (x + at, y + h)] for at in columns),
            *([(x, y + at), (x + w, y + at)] for at in rows),
            **look,
        )

    def polygon(self, points, fill, layer=4):
        """A filled polygon."""
        points = np.asarray(points, float)
        closed = np.vstack([points, points[:1]])
        codes = [Path.MOVETO] + [Path.LINETO] * (len(points) - 1) + [Path.CLOSEPOLY]
        self._items.append(("path", layer, (fill, None, 0, None), (closed, codes)))
        self._grow(*points.min(0), *points.max(0))

    def disc(self, x, y, radius, fill=None, edge=None, line=0.8, layer=3):
        """A filled or open circle."""
        circle = Path.circle((x, y), radius)
        self._items.append(
            ("path", layer, (fill, edge, line, None), (circle.vertices, circle.codes))
        )
        self._grow(x - radius, y - radius, x + radius, y + radius)

    def arrow(self, start, end):
        """A straight arrow from `start` to `end`."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        along = (end - start) / (np.hypot(*(end - start)) or 1)
        across = 0.55 * 5.5 * np.array([-along[1], along[0]])
        neck = end - 5.5 * along
        self.lines([start, neck], line=1.3, layer=4)
        self.polygon([end, neck + across, neck - across], "muted")

    def hatch(self, x, y, w, h, color="muted", step=5.0, line=0.8):
        """Diagonal hatching, cut exactly at the rectangle's edges."""
        lines = []
        for offset in np.arange(step / 2, w + h, step):
            a, b = min(offset, w), min(offset, h)
            lines.append([(x + a, y + offset - a), (x + offset - b, y + b)])
        self.lines(*lines, color=color, line=line, layer=2)

    def text(self, x, y, text, size=BODY, color="ink", ha="left", bold=False):
        """One line of text; `y` is the middle of its digits."""
        if text == "":
            return
        self._items.append(("text", 5, (size, color, ha, bold), (x, y, text)))
        width = text_width(text, size, bold)
        left = x - {"left": 0, "center": width / 2, "right": width}[ha]
        self._grow(left, y - 0.62 * size, left + width, y + 0.62 * size)

    def paragraph(self, x, y, lines, size=BODY, color="ink", bold=False):
        """Lines of text under each other from `y` on; returns the y below them."""
        for i, line in enumerate(lines):
            self.text(x, y + (i + 0.5) * 1.45 * size, line, size, color, bold=bold)
        return y + len(lines) * 1.45 * size

    def place(self, other, x, y):
        """Put the sheet `other` here, its bounds' upper left corner at (x, y)."""
        dx, dy = x - other.bounds[0], y - other.bounds[1]
        for kind, layer, look, what in other._items:
            if kind == "text":
                what = (what[0] + dx, what[1] + dy, what[2])
            else:
                what = (what[0] + (dx, dy), what[1])
            self._items.append((kind, layer, look, what))
        self._grow(x, y, x + other.width, y + other.height)

    def figure(self, width=0):
        """The sheet as a matplotlib figure, at least `width` points wide inside its margins."""
        x0, y0, x1, y1 = self.bounds
        extra = max(0.0, width - (x1 - x0)) / 2
        x0, y0, x1, y1 = x0 - MARGIN - extra, y0 - MARGIN, x1 + MARGIN + extra, y1 + MARGIN
        with style():
            figure = Figure(figsize=((x1 - x0) / 72, (y1 - y0) / 72))
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            axes.set(xlim=(x0, x1), ylim=(y1, y0))
            for layer in sorted({item[1] for item in self._items}):
                self._draw(axes, layer)
        return figure

    def _draw(self, axes, layer):
        merged = {}
        for kind, its_layer, look, what in self._items:
            if its_layer != layer:
                continue
            if kind == "text":
                _write(axes, look, what)
            else:
                merged.setdefault(look, []).append(what)
        for (fill, edge, line, dash), shapes in merged.items():
            path = Path.make_compound_path(*(Path(v, c) for v, c in shapes))
            # A Path without codes is a polyline; make_compound_path keeps them apart.
            axes.add_patch(
                PathPatch(
                    path,
                    facecolor=light(fill),
                    edgecolor=light(edge),
                    linewidth=line if edge else 0,
                    linestyle=(0, dash) if dash else "solid",
                    clip_on=False,
                    zorder=layer,
                    capstyle="butt",
                    joinstyle="miter" if dash is None and fill else "round",
                )
            )


def box_path(x, y, w, h):
    corners = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], float)
    return corners, [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]


def _write(axes, look, what):
    size, color, ha, bold = look
    x, y, text = what
    axes.text(
        x,
        y + _CAP * size,
        text,
        fontsize=size,
        color=light(color),
        ha=ha,
        va="baseline",
        fontweight="bold" if bold else "normal",
        parse_math=False,
        zorder=5,
    )


def flow(panels, gap=(22, 18), most=4):
    """Panels in rows of equal columns, as many beside each other as a page holds."""
    sheet = Sheet()
    panel_width = max(p.width for p in panels)
    columns = int((WIDTH + gap[0]) // (panel_width + gap[0]))
    columns = max(1, min(columns, most, len(panels)))
    if columns == 3 and len(panels) == 4:
        columns = 2  # two and two reads better than three and one
    y = 0.0
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        for i, panel in enumerate(row):
            sheet.place(panel, i * (panel_width + gap[0]), y)
        y += max(p.height for p in row) + gap[1]
    return sheet


def stack(sheets, gap=14):
    """Sheets under each other; None is left out."""
    return flow([sheet for sheet in sheets if sheet is not None], gap=(0, gap), most=1)


def beside(sheets, gap=20, align="middle"):
    """Sheets in one row."""
    out, x = Sheet(), 0.0
    tallest = max(s.height for s in sheets)
    for sheet in sheets:
        y = {"top": 0, "middle": (tallest - sheet.height) / 2}[align]
        out.place(sheet, x, y)
        x += sheet.width + gap
    return out


def text_sheet(lines, size=BODY, color="ink", bold=False):
    """A line of text, or a list of lines under each other."""
    sheet = Sheet()
    sheet.paragraph(0, 0, [lines] if isinstance(lines, str) else lines, size, color, bold=bold)
    return sheet


def title_sheet(title, note):
    """A title in bold, and a note under it."""
    sheet = Sheet()
    sheet.text(0, 0, title, HEAD, bold=True)
    sheet.text(0, 15, note, SMALL, "muted")
    return sheet
