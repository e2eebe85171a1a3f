"""How evenly a transposed convolution covers its output."""

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from lib import ops
from lib.arguments import per_axis, plural, refuse
from lib.ops.window import extent
from lib.plots import _text as words
from lib.plots._grid import DASH, fit_size, options_words
from lib.plots._sheet import BODY, HEAD, SMALL, WIDTH, Sheet, box_path, text_width, wrap
from lib.plots._theme import Picture, light

MOST_CELLS = 2500  # drawn in one picture
MOST_LONG = 120  # cells on one axis
FEW = 22  # cells on an axis up to which the counts are written


def _share(count, most):
    """How much of the colour a cell gets, from 0 to 1.

    Up to half of the largest count a cell stays pale enough for the ink of the text; above, it is
    full enough for text in the colour of the page. So a step of contrast lies between the two.
    """
    part = count / most if most else 0.0
    return round(0.9 * part if part <= 0.5 else 0.72 + 0.28 * part, 3)


def _ink(count, most):
    """The token of a number on its shade."""
    return "ink" if _share(count, most) <= 0.45 else "paper"


class _ShadedSheet(Sheet):
    """A sheet whose cells are shaded by count: the more, the further from the page's colour."""

    def __init__(self):
        super().__init__()
        self._boxes = {}  # share: the boxes that it fills

    def shade(self, x, y, w, h, count, most):
        share = _share(count, most)
        if share:
            self._boxes.setdefault(share, []).append(box_path(x, y, w, h))

    def figure(self, width=0):
        """As of a Sheet, with the shades under all lines and text."""
        figure = super().figure(width)
        for share, boxes in sorted(self._boxes.items()):
            path = Path.make_compound_path(*(Path(v, c) for v, c in boxes))
            figure.axes[0].add_patch(
                PathPatch(
                    path,
                    facecolor=light("output-line"),
                    edgecolor="none",
                    linewidth=0,
                    alpha=share,
                    clip_on=False,
                    zorder=0.5,
                )
            )
        return figure

    def heading(self, head, color, settings):
        self.text(0, 6, head, HEAD, color, bold=True)
        self.text(text_width(head, HEAD, True) + 10, 6, settings, BODY, "muted")

    def notes(self, y, notes, width=WIDTH):
        """Sentences below a drawing, each on lines of its own."""
        self.paragraph(
            0, y, [line for note in notes for line in wrap(note.split(), width)], BODY, "muted"
        )


def coverage_picture(
    size, kernel_size=None, *, stride=1, padding=0, output_padding=0, dilation=1, layers=None
):
    """How many stamps of the kernel touch each output cell of a transposed convolution.

    One axis: the stamps as bars above the output, whose cells are shaded by count; a bracket
    tells the interior, where the counts repeat with the stride, from the edges. Two axes: the
    output shaded by count between the counts of its rows and of its columns, whose products they
    are. Three axes: slice by slice.
    ``layers``: instead of a kernel, a list of dicts as in ``ops.stacked_overlap``: the paths
    through several layers, on one axis. Other arguments as in ``ops.overlap_count``.
    Returns a Picture. ValueError as there, and for outputs too large to draw.

    >>> coverage_picture(4, 3, stride=2).alt[-70:]
    'In the interior, cells 1 to 7, the counts 1, 2 repeat with the stride.'
    """
    options = {
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "dilation": dilation,
    }
    if layers is not None:
        plain = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
        for name, value in {**options, "kernel_size": kernel_size}.items():
            if value != plain.get(name):
                refuse(name, value, "is given beside layers", "put it into the dict of its layer")
        return _several_layers(size, layers)
    if kernel_size is None:
        refuse("kernel_size", None, "is missing", "give the size of a kernel, or layers")
    counts = ops.overlap_count(size, kernel_size, **options)
    _drawable(counts.shape)
    axes = counts.ndim
    options = {name: per_axis(name, value, axes, 0) for name, value in options.items()}
    size = per_axis("size", size, axes, 1)
    kernel = per_axis("kernel_size", kernel_size, axes, 1)
    each = [
        dict(zip(("size", "kernel_size", *options), values, strict=True))
        for values in zip(size, kernel, *options.values(), strict=True)
    ]
    draw = {1: _line, 2: _plane, 3: _solid}[axes]
    return draw(counts, each, _settings(kernel, **options))


def _drawable(shape):
    if max(shape) > MOST_LONG or np.prod(shape) > MOST_CELLS:
        refuse(
            "size",
            words.size(shape),
            "is an output too large to draw",
            f"use at most {MOST_LONG} cells on an axis and {MOST_CELLS} in all",
        )


def _settings(kernel, **options):
    size = kernel[0] if len(set(kernel)) == 1 else words.size(kernel)
    return ", ".join(filter(None, [f"kernel {size}", options_words(**options)]))


def _interior(counts, axis):
    """First and last cell of the interior of one axis, or None where all cells are at an edge.

    There a cell is touched as often as its phase can be.
    """
    phases = ops.overlap_phases(
        axis["kernel_size"], stride=axis["stride"], dilation=axis["dilation"]
    )
    full = counts == phases[(np.arange(len(counts)) + axis["padding"]) % len(phases)]
    best = (0, 0)
    start = 0
    for t in range(len(full) + 1):
        if t == len(full) or not full[t]:
            best = max(best, (start, t), key=lambda run: run[1] - run[0])
            start = t + 1
    # Less than one stride of cells shows no repetition.
    return (best[0], best[1] - 1) if best[1] - best[0] >= axis["stride"] else None


def _turn(counts, inner, stride):
    """One stride of the interior's counts, and whether all are equal."""
    turn = counts[inner[0] : inner[0] + stride]
    return turn, bool((turn == turn[0]).all())


def _grid(sheet, x, y, counts, cell, write, high=None, most=None):
    """Cells shaded by count from (x, y) on; numbers where ``write``, else runs in one piece."""
    counts = np.atleast_2d(counts)
    high = cell if high is None else high
    most = counts.max() if most is None else most
    rows, columns = counts.shape
    fits = write and min(cell, high) >= 8
    for r in range(rows):
        c = 0
        while c < columns:
            run = c + 1
            while not fits and run < columns and counts[r, run] == counts[r, c]:
                run += 1
            sheet.shade(x + c * cell, y + r * high, (run - c) * cell, high, counts[r, c], most)
            if fits:
                text = str(counts[r, c])
                sheet.text(
                    x + (c + 0.5) * cell,
                    y + (r + 0.5) * high,
                    text,
                    fit_size(text, 0.9 * cell, min(BODY, 0.62 * cell + 1)),
                    _ink(counts[r, c], most),
                    "center",
                )
            c = run
    if cell >= 7:
        sheet.rules(
            x,
            y,
            columns * cell,
            rows * high,
            np.arange(1, columns) * cell,
            np.arange(1, rows) * high,
            color="paper",
            layer=1,
        )
    sheet.rect(x, y, columns * cell, rows * high, None, "output-line", 1.2, layer=3)


def _legend(sheet, y, counts):
    """Swatches of the counts that occur, at most seven of them; returns the y below."""
    text, most = "touched by", counts.max()
    shown = np.unique(counts)
    if len(shown) > 7:
        shown = shown[np.unique(np.linspace(0, len(shown) - 1, 7).round().astype(int))]
    sheet.text(0, y + 8, text, SMALL, "muted")
    x = text_width(text, SMALL) + 8
    for count in shown:
        sheet.shade(x, y + 1, 14, 14, count, most)
        sheet.rect(x, y + 1, 14, 14, None, "output-line", 0.8)
        sheet.text(x + 19, y + 8, str(count), SMALL)
        x += 31 + text_width(str(count), SMALL)
    return y + 20


def _line(counts, each, settings):
    """One axis: the stamps as bars, the output below them."""
    (axis,) = each
    m, k, s, p, d = (
        axis[name] for name in ("size", "kernel_size", "stride", "padding", "dilation")
    )
    reach = extent(k, d)
    long = max(s * (m - 1) + reach, p + len(counts))
    _drawable((long,))
    cell = min(28.0, WIDTH / long)
    sheet = _ShadedSheet()
    sheet.heading(plural(m, "stamp"), "kernel-line", settings)
    # Bars far enough apart share a line.
    bricks = min(m, reach // s + 1)
    top, bar, step = 20.0, 14.0, 17.0
    for i in range(m):
        y, x = top + (i % bricks) * step, s * i * cell
        for j in range(k if d > 1 else 1):
            sheet.rect(
                x + d * j * cell + 1,
                y,
                (1 if d > 1 else k) * cell - 2,
                bar,
                "kernel",
                "kernel-line",
                1.0,
            )
        if d > 1:
            sheet.lines(
                [(x + 1, y + bar / 2), (x + reach * cell - 1, y + bar / 2)],
                color="kernel-line",
                layer=0,
            )
        room = (k if d == 1 else 1) * cell - 4
        if text_width(str(i), SMALL) <= room:
            sheet.text(
                x + (k if d == 1 else 1) * cell / 2, y + bar / 2, str(i), SMALL, "ink", "center"
            )
    y = top + bricks * step + 4
    left = p * cell
    high = max(cell, 18.0)
    sheet.rules(
        left,
        top - 3,
        0,
        y - top + 3,
        np.arange(len(counts) + 1) * cell,
        color="rule",
        line=0.5,
        layer=0,
    )
    void = [c for c in range(long) if not p <= c < p + len(counts)]
    for c in void:
        sheet.rect(c * cell + 1, y + 1, cell - 2, high - 2, None, "muted", 0.7, DASH, 0)
    _grid(sheet, left, y, counts, cell, True, high)
    y += high
    size = max(6.5, min(SMALL, 0.5 * cell + 3))
    for t in range(0, len(counts), 1 if cell >= 15 else 5):
        sheet.text(left + (t + 0.5) * cell, y + 8, str(t), size, "muted", "center")
    y = _brackets(sheet, left, y + 19, counts, axis, cell)
    if cell < 8:
        y = _legend(sheet, y + 4, counts)
    meaning = (
        "the numbers count the stamps that touch a cell"
        if cell >= 8
        else "shaded by how many stamps touch a cell"
    )
    notes = [f"output, length {len(counts)}: {meaning}"]
    if void:
        notes.append("dashed: cut off by the padding")
    sheet.notes(y + 2, notes)
    alt = (
        f"{plural(m, 'stamp')} of a kernel ({settings}) drawn as bars above an output of "
        f"{plural(len(counts), 'cell')}, which are touched "
        f"{words.listed(counts, 20)} times. {_inside(counts, axis)}"
    )
    return Picture(sheet, alt)


def _inside(counts, axis):
    """A sentence on the interior of one axis."""
    inner = _interior(counts, axis)
    if inner is None:
        return "No cell is far enough from the edges for the counts to repeat."
    turn, even = _turn(counts, inner, axis["stride"])
    where = f"In the interior, cells {inner[0]} to {inner[1]}, "
    if even:
        return f"{where}every count is {turn[0]}."
    return f"{where}the counts {words.listed(turn)} repeat with the stride."


def _brackets(sheet, left, y, counts, axis, cell):
    """Brackets under the interior and the edges; returns the y below."""
    inner, last = _interior(counts, axis), len(counts) - 1
    if inner is None:
        spans = [(0, last, "no interior: every cell is near an edge")]
    else:
        turn, even = _turn(counts, inner, axis["stride"])
        text = (
            f"interior: {turn[0]} everywhere"
            if even
            else (f"interior: {words.listed(turn, 8)} in turn")
        )
        spans = [(0, inner[0] - 1, "edge"), (*inner, text), (inner[1] + 1, last, "edge")]
    for first, end, text in spans:
        if end < first:
            continue
        x0, x1 = left + first * cell + 2, left + (end + 1) * cell - 2
        sheet.lines(
            [(x0, y - 4), (x0, y), (x1, y), (x1, y - 4)],
            color="ink" if text != "edge" else "muted",
            line=1.2,
        )
        width = text_width(text, BODY)
        if text != "edge":
            sheet.text(max((x0 + x1) / 2, width / 2), y + 10, text, BODY, "ink", "center")
        elif (
            width <= x1 - x0
            and inner
            and (inner[1] - inner[0] + 1) * cell >= text_width(spans[1][2], BODY)
        ):
            sheet.text((x0 + x1) / 2, y + 10, text, BODY, "muted", "center")
    return y + 20


def _profiles(each):
    """The counts along each axis."""
    return [ops.overlap_count(**axis) for axis in each]


def _plane(counts, each, settings):
    """Two axes: the counts, between those of the rows and those of the columns."""
    rows, columns = _profiles(each)
    write = max(counts.shape) <= FEW
    gap = 9.0
    cell = min(26.0, (WIDTH - gap) / (counts.shape[1] + 1), 520 / counts.shape[0])
    side = max(cell, 12.0) if write else max(cell, 9.0)
    if side + gap + counts.shape[1] * cell > WIDTH:
        cell = (WIDTH - gap - side) / counts.shape[1]
    sheet = _ShadedSheet()
    sheet.heading(f"output {words.size(counts.shape)}", "output-line", settings)
    x, y = side + gap, 22.0 + side + gap
    _grid(sheet, x, 22.0, columns, cell, write, side)
    _grid(sheet, 0, y, rows[:, np.newaxis], side, write, cell)
    _grid(sheet, x, y, counts, cell, write)
    inner = [_interior(profile, axis) for profile, axis in zip((rows, columns), each, strict=True)]
    notes = [
        "above and at the left: the counts of the columns and of the rows; each cell is a "
        "product of two of them"
    ]
    bottom = y + counts.shape[0] * cell
    if None not in inner:
        (top, low), (left, right) = inner
        sheet.rect(
            x + left * cell,
            y + top * cell,
            (right - left + 1) * cell,
            (low - top + 1) * cell,
            None,
            "ink",
            2.0,
            (5, 2.5),
            4,
        )
        notes.append("dashed frame: the interior, where the counts repeat with the stride")
    if not write:
        bottom = _legend(sheet, bottom + 8, counts)
    sheet.notes(bottom + 6, notes, max(sheet.width, 300))
    alt = (
        f"An output of {words.size(counts.shape)} cells ({settings}) shaded by how many "
        f"stamps touch each, {counts.min()} to {counts.max()}: the products of the counts "
        f"of the rows ({words.listed(rows)}) and of the columns ({words.listed(columns)}). "
    )
    if None in inner:
        alt += "No cell is far enough from the edges for the counts to repeat."
    else:
        (top, _), (left, _) = inner
        block = counts[top : top + each[0]["stride"], left : left + each[1]["stride"]]
        if (block == block[0, 0]).all():
            alt += f"In the interior every count is {block[0, 0]}."
        else:
            stripes = (block == block[:1]).all() or (block == block[:, :1]).all()
            alt += (
                f"The interior repeats {words.rows(block)}: "
                f"{'stripes' if stripes else 'a checkerboard'}."
            )
    return Picture(sheet, alt)


def _solid(counts, each, settings):
    """Three axes: one slice after another."""
    profiles = _profiles(each)
    depth = profiles[0]
    slices, rows, columns = counts.shape
    gap = 8.0
    across = next(
        (n for n in range(slices, 0, -1) if (WIDTH - (n - 1) * gap) / (n * columns) >= 6), 1
    )
    across = -(-slices // -(-slices // across))
    cell = min(16.0, (WIDTH - (across - 1) * gap) / (across * columns))
    sheet = _ShadedSheet()
    sheet.heading(f"output {words.size(counts.shape)}", "output-line", settings)
    y = 22.0
    for z in range(slices):
        x = (z % across) * (max(columns * cell, 34) + gap)
        sheet.text(x, y + 6, f"slice {z}" if z % across == 0 else str(z), SMALL)
        _grid(sheet, x, y + 15, counts[z], cell, cell >= 13, most=counts.max())
        if z % across == across - 1 or z == slices - 1:
            y += 15 + rows * cell + 10
    y = _legend(sheet, y, counts)
    sheet.notes(
        y + 2,
        [
            "each slice is the pattern of two axes, times the slice's own count: "
            + words.listed(depth, 20)
        ],
    )
    alt = (
        f"An output of {words.size(counts.shape)} cells ({settings}), slice by slice, shaded "
        f"by how many stamps touch each, {counts.min()} to {counts.max()}. Each slice is "
        f"the same pattern times the slice's count: {words.listed(depth, 20)}. "
        + " ".join(
            f"Axis {i}: {_inside(profile, axis).replace('In the', 'in the', 1)}"
            for i, (profile, axis) in enumerate(zip(profiles, each, strict=True))
        )
    )
    return Picture(sheet, alt)


def _several_layers(size, layers):
    """One row of cells for each layer; a cell stands over the middle of what it stamps."""
    known = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    for layer in layers if isinstance(layers, list | tuple) else ():
        for name in layer if isinstance(layer, dict) else ():
            if name not in known:
                refuse("layers", layers, f"has the unknown key {name!r}", "use " + ", ".join(known))
    last = ops.stacked_overlap(size, layers)
    if last.ndim != 1:
        refuse("layers", layers, f"has {last.ndim} axes", "use one axis, or a single kernel")
    rows = [ops.stacked_overlap(size, layers[: i + 1]) for i in range(len(layers))]
    for counts in rows:
        _drawable(counts.shape)
    layers = [
        {
            name: per_axis(name, layer.get(name, plain), 1, 0)[0]
            for name, plain in zip(known, (1, 1, 0, 0, 1), strict=True)
        }
        for layer in layers
    ]
    size = per_axis("size", size, 1, 1)[0]
    names, sentences, period = [f"input, length {size}"], [], 1
    for i, (layer, counts) in enumerate(zip(layers, rows, strict=True)):
        settings = _settings((layer["kernel_size"],), **{name: layer[name] for name in known[1:]})
        names.append(f"layer {i + 1}: {settings}, length {len(counts)}")
        # The cells at the middle, as many as the product of the strides.
        period *= layer["stride"]
        start = max(0, (len(counts) - period) // 2)
        middle = counts[start : start + period]
        text = f"Layer {i + 1} ({settings}), {len(counts)} cells: {middle.min()}"
        if middle.min() == middle.max():
            text += " everywhere in the middle"
        else:
            text += f" to {middle.max()} in the middle"
            if middle.size <= 16:
                text += f", which reads {words.rows(middle)}"
        sentences.append(text + ".")
    sheet = _ShadedSheet()
    _draw_layers(sheet, layers, [np.ones(size, int), *rows], names)
    return Picture(
        sheet,
        (
            f"How many paths lead from an input of {size} cells to each cell of "
            f"{plural(len(layers), 'transposed convolution')} one after another, shaded by count. "
            f"{' '.join(sentences)}"
        ),
    )


def _draw_layers(sheet, layers, rows, names):
    """The rows, from the input on, each under its name."""
    # Cell i of a row is drawn wide[row] cells of the last row wide, about place[row] + wide i.
    wide, place = [1.0], [0.0]
    for layer in reversed(layers):
        k, s, p, d = (layer[name] for name in ("kernel_size", "stride", "padding", "dilation"))
        place.insert(0, place[0] + wide[0] * (d * (k - 1) / 2 - p))
        wide.insert(0, wide[0] * s)
    left = min(at - w / 2 for at, w in zip(place, wide, strict=True))
    right = max(at + w * (len(row) - 0.5) for at, w, row in zip(place, wide, rows, strict=True))
    unit = min(26.0, WIDTH / (right - left))
    y = 0.0
    for name, row, at, w in zip(names, rows, place, wide, strict=True):
        x, cell, is_input = (at - w / 2 - left) * unit, w * unit, row is rows[0]
        sheet.text(0, y + 6, name, BODY, "input-line" if is_input else "output-line", bold=True)
        if is_input:
            sheet.rect(x, y + 17, len(row) * cell, 21, "input", "input-line", 0.9)
            sheet.rules(
                x, y + 17, 0, 21, np.arange(1, len(row)) * cell, color="input-line", layer=1.5
            )
            for i in range(len(row)):
                sheet.text(x + (i + 0.5) * cell, y + 27.5, "1", BODY, ha="center")
        else:
            room = text_width(str(row.max()), 7) / 0.9
            _grid(sheet, x, y + 17, row, cell, cell >= room, 21)
        y += 51
    sheet.notes(
        y - 4,
        [
            "each number counts the paths from the input to the cell; each row is "
            "shaded up to its own largest"
        ],
    )
