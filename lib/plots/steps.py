"""Step by step: where each number of a convolution and of a transposed convolution comes from."""

import numpy as np

from lib import ops
from lib.plots import _text as words
from lib.plots._sheet import BODY, HEAD, SMALL, WIDTH, Sheet, beside, flow, stack, text_width, wrap
from lib.plots._grid import (
    DASH,
    Grid,
    cell_name,
    cells_of,
    extent,
    flat,
    grid_sheet,
    inside,
    kernel_sheet,
    label,
    label_text,
    options_words,
    per_axis,
    touched,
)
from lib.plots._theme import Picture
from lib.plots._text import number, plural

MOST_STEPS = 12  # panels drawn when the caller does not choose


def _pair(x, kernel):
    x, kernel = words.plain(x, "x"), words.plain(kernel, "kernel")
    if x.ndim != kernel.ndim:
        raise ValueError(
            f"kernel has {kernel.ndim} axes and x has {x.ndim}; give both the same number of axes"
        )
    return x, kernel


def _output_shape(x, kernel, **options):
    shape = ops.conv_output_size(x.shape, kernel.shape, **options)
    return (shape,) if np.isscalar(shape) else tuple(shape)


def _window_terms(x, kernel, cell, stride, padding, dilation):
    """[(tap, padded cell, value)] for the window of output cell `cell`."""
    terms = []
    for tap, at in touched(cell, kernel.shape, stride, dilation):
        index = inside(at, padding, x.shape)
        terms.append((tap, at, 0 if index is None else x[index]))
    return terms


def _convolve(x, kernel, shape, stride, padding, dilation):
    """The convolution of numbers or letters, as the figures write it."""
    y = np.empty(shape, dtype=object)
    for cell in cells_of(shape):
        terms = _window_terms(x, kernel, cell, stride, padding, dilation)
        y[cell] = words.total([words.product(value, kernel[tap]) for tap, _, value in terms])
    return y


def draw_input(sheet, x, y, array, padding, cell, role="input"):
    """A grid with its ring of padding zeros as dashed cells; returns the padded grid."""
    grid = Grid(sheet, x, y, tuple(n + 2 * p for n, p in zip(array.shape, padding, strict=True)),
                cell)
    for at in cells_of(tuple(n + 2 * p for n, p in zip(array.shape, padding, strict=True))):
        index = inside(at, padding, array.shape)
        if index is None:
            grid.void(at)
        else:
            grid.role(at, role)
    return grid


def write_values(grid, array, padding, skip=()):
    """Values of an array in its padded grid, zeros in the ring, nothing in the cells `skip`."""
    shape = tuple(n + 2 * p for n, p in zip(array.shape, padding, strict=True))
    for at in cells_of(shape):
        if at in skip:
            continue
        index = inside(at, padding, array.shape)
        if index is None:
            grid.write(at, "0", "muted")
        else:
            grid.write(at, number(array[index]))


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


def _layout(padded, out, ndim):
    """(cell, output below the input?): the roomiest way to keep panels inside the page."""
    half = (WIDTH - 22) / 2 - 3
    name = text_width(label_text("output", out), HEAD, True)
    ways = [(half, True, 22), (WIDTH, False, 24), (WIDTH, True, 10)]
    if ndim == 2 or padded[-1] + out[-1] < 7:
        ways.insert(0, (half, False, 25))
    for width, below, least in ways:
        for cell in (31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 20, 18, 16, 14, 12, 10):
            across = padded[-1] * cell
            if not below:
                across += 34 + max(name, out[-1] * cell)
            if cell >= least and across <= width:
                return min(cell, 28 if ndim == 1 else 31), below
    return WIDTH / padded[-1], True


def _conv_panel(x, kernel, y, step, cells, stride, padding, dilation, layout):
    cell, below = layout
    current = cells[step]
    terms = _window_terms(x, kernel, current, stride, padding, dilation)
    sheet = Sheet()
    sheet.text(0, 0.6 * BODY, f"step {step + 1}", BODY, "muted", bold=True)
    top = 1.5 * BODY
    ring = "" if not any(padding) else " + ring of 0s" if x.ndim == 2 else " + 0s"
    grid_top = label(sheet, 0, top, "input", x.shape, extra=ring)
    grid = draw_input(sheet, 0, grid_top, x, padding, cell)
    write_values(grid, x, padding, skip={at for _, at, _ in terms})
    draw_window(grid, kernel, terms, dilation)
    note = 15 if x.ndim == 1 else 0
    if below:
        out_x, out_top = 0, grid.bottom + note + 6
    else:
        out_x, out_top = grid.right + 34, top
        if x.ndim == 2:
            rows = Grid(sheet, 0, 0, y.shape, cell).h
            out_top += max(0.0, (grid.h - rows) / 2)
    out = Grid(sheet, out_x, label(sheet, out_x, out_top, "output", y.shape), y.shape, cell)
    # Long sums of letters stand below; the cells then hold names, all of them.
    named = any(text_width(number(value), 8) > 0.88 * cell for value in y.flat)
    for i, index in enumerate(cells):
        if i <= step:
            out.role(index, "output")
            out.write(index, cell_name("y", index) if named else number(y[index]), bold=i == step)
        else:
            out.paint(index, "faint", "rule", 0.8)
    out.outline(current)
    if not below:
        middle = out.y + out.h / 2
        sheet.arrow((grid.right + 7, middle), (out.x - 7, middle))
    parts = words.sum_of_products([(value, kernel[tap]) for tap, _, value in terms])
    parts = [f"{cell_name('y', current)} =", *parts, f"= {number(y[current])}"]
    room = max(sheet.width, min(WIDTH, 205))
    sheet.paragraph(0, max(grid.bottom + note, out.bottom) + 4, wrap(parts, room), BODY)
    return sheet


def _chosen(steps, count):
    if steps is None:
        return list(range(min(count, MOST_STEPS)))
    chosen = list(range(steps)) if np.isscalar(steps) else [int(i) for i in steps]
    if not chosen or min(chosen) < 0 or max(chosen) >= count:
        raise ValueError(f"steps is {steps!r}; give step numbers from 0 to {count - 1}")
    return chosen


def conv_steps(x, kernel, *, stride=1, padding=0, dilation=1, steps=None):
    """A convolution step by step: window, products, sum, and the output so far.

    ``x`` and ``kernel``: one or two axes, numbers or letters. ``steps``: which output cells to
    draw (a count or a list of numbers in row order; default: the first twelve). Returns a
    Picture.

    >>> conv_steps([1, 4, -1, 0], [1, 2], steps=[0]).alt.split(". ")[-1]
    'Step 1: 1·1 + 4·2 = 9.'
    """
    x, kernel = _pair(x, kernel)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    shape = _output_shape(x, kernel, **options)
    stride = per_axis(stride, x.ndim, "stride", 1)
    padding = per_axis(padding, x.ndim, "padding", 0)
    dilation = per_axis(dilation, x.ndim, "dilation", 1)
    y = _convolve(x, kernel, shape, stride, padding, dilation)
    cells = cells_of(shape)
    chosen = _chosen(steps, len(cells))
    padded = tuple(n + 2 * p for n, p in zip(x.shape, padding, strict=True))
    layout = _layout(padded, shape, x.ndim)
    panels = [_conv_panel(x, kernel, y, step, cells, stride, padding, dilation, layout)
              for step in chosen]
    settings = options_words(**options)
    head = kernel_sheet(kernel, 26)
    if settings:
        head.text(head.width + 18, head.bounds[3] - 13, settings, BODY, "muted")
    parts = [head, flow(panels)]
    if len(chosen) < len(cells):
        rest = Sheet()
        rest.text(0, 0, f"{len(chosen)} of {plural(len(cells), 'step')} shown.", BODY, "muted")
        parts.append(rest)
    sentences = [
        f"Convolution of an input of size {words.size(x.shape)} with a kernel of size "
        f"{words.size(kernel.shape)}{', ' + settings if settings else ''}: the output has size "
        f"{words.size(shape)} and reads {words.rows(y)}"
    ]
    for step in chosen:
        terms = _window_terms(x, kernel, cells[step], stride, padding, dilation)
        parts_ = words.sum_of_products([(value, kernel[tap]) for tap, _, value in terms])
        sentences.append(f"Step {step + 1}: {' '.join(parts_)} = {number(y[cells[step]])}")
    return Picture(stack(parts).figure(), words.shorten(". ".join(sentences) + "."))


class _Stamps:
    """A transposed convolution taken apart: the canvas, each stamp, the crop."""

    def __init__(self, x, kernel, stride, padding, output_padding, dilation):
        ops.conv_transpose_output_size(
            x.shape, kernel.shape, stride=stride, padding=padding,
            output_padding=output_padding, dilation=dilation)
        self.x, self.kernel = x, kernel
        self.stride = per_axis(stride, x.ndim, "stride", 1)
        self.padding = per_axis(padding, x.ndim, "padding", 0)
        self.more = per_axis(output_padding, x.ndim, "output_padding", 0)
        self.dilation = per_axis(dilation, x.ndim, "dilation", 1)
        reach = extent(kernel.shape, self.dilation)
        stamped = tuple(s * (m - 1) + e
                        for s, m, e in zip(self.stride, x.shape, reach, strict=True))
        self.shape = tuple(t + a - 2 * p for t, a, p
                           in zip(stamped, self.more, self.padding, strict=True))
        self.canvas = tuple(max(t, p + n) for t, p, n
                            in zip(stamped, self.padding, self.shape, strict=True))
        self.products = {at: [] for at in cells_of(self.canvas)}
        for cell in cells_of(x.shape):
            for _, at, value in self.stamp(cell):
                self.products[at].append(value)
        self.sum = np.empty(self.canvas, dtype=object)
        for at in self.products:
            self.sum[at] = words.total(self.products[at])
        self.result = self.sum[tuple(slice(p, p + n) for p, n
                                     in zip(self.padding, self.shape, strict=True))]
        self.settings = options_words(stride=self.stride, padding=self.padding,
                                      output_padding=self.more, dilation=self.dilation)

    def stamp(self, cell):
        """[(tap, canvas cell, product)] of one input cell."""
        return [(tap, at, words.product(self.x[cell], self.kernel[tap]))
                for tap, at in touched(cell, self.kernel.shape, self.stride, self.dilation)]

    def output_index(self, at):
        """The output cell at a place of the canvas, or None where padding crops."""
        return inside(at, self.padding, self.shape)

    def is_extra(self, at):
        """Whether this output cell is there because of output_padding."""
        index = self.output_index(at)
        return index is not None and any(
            i >= n - a for i, n, a in zip(index, self.shape, self.more, strict=True))

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
                grid.sheet.rect(x + 2.6, y + 2.6, grid.cell - 5.2, grid.cell - 5.2, None,
                                "output-line", 1.1, (1.6, 1.6), 3)
            if numbers:
                grid.write(at, number(self.sum[at]))
            if marks and len(self.products[at]) > 1:
                x, y = grid.corner(at)
                c = 0.3 * grid.cell
                grid.sheet.polygon([(x + grid.cell - c, y), (x + grid.cell, y),
                                    (x + grid.cell, y + c)], "output-line", layer=3)

    def key(self, width=WIDTH, marks=True):
        """What the marks in the sum mean, only those that occur."""
        items = []
        if marks and self.overlaps():
            items.append(("corner", "stamps overlap"))
        if any(self.output_index(at) is None for at in self.products):
            items.append(("hatch", f"cropped by padding {_short(self.padding)}"))
        if marks and any(self.more):
            items.append(("dash", f"there by output padding {_short(self.more)}"))
        return key_sheet(items, width)


def _short(values):
    return str(values[0]) if len(set(values)) == 1 else "×".join(map(str, values))


def key_sheet(items, width=WIDTH):
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
    if sum(p.width + 18 for p in panels) - 18 <= width:
        return beside(panels, 18)
    return flow(panels, width, gap=(18, 5))


def _rows_of_stamps(stamps, cell, names=True, index=True):
    """One-dimensional stamps like a long addition: a row each, the sum under a line."""
    sheet = Sheet()
    left = 0.0
    y = 0.0
    if index:
        head = Grid(sheet, left, y, stamps.canvas, cell)
        sheet.text(left - 9, y + 7, "output index", SMALL, "muted", "right")
        for at in cells_of(stamps.canvas):
            out = stamps.output_index(at)
            x, _ = head.middle(at)
            if out is not None:
                sheet.text(x, y + 7, str(out[0]), SMALL, "muted", "center")
        y += 17
    pitch = cell + 4
    for cell_index in cells_of(stamps.x.shape):
        grid = Grid(sheet, left, y, stamps.canvas, cell)
        filled = {at: (tap, value) for tap, at, value in stamps.stamp(cell_index)}
        for at in cells_of(stamps.canvas):
            if at in filled:
                tap, value = filled[at]
                color = grid.tap(at, flat(tap, stamps.kernel.shape))
                grid.write(at, number(value), color)
            else:
                x, middle = grid.middle(at)
                sheet.disc(x, middle, 1.0, "rule")
        if names:
            sheet.text(left - 9, y + cell / 2, f"{number(stamps.x[cell_index])} × kernel", BODY,
                       "input-line", "right")
        y += pitch
    sheet.lines([(left - (9 if names else 0), y), (left + stamps.canvas[0] * cell, y)],
                color="ink", line=1.2)
    y += 5
    grid = Grid(sheet, left, y, stamps.canvas, cell)
    stamps.draw_sum(grid)
    if names:
        sheet.text(left - 9, y + cell / 2, label_text("output", stamps.shape), HEAD,
                   "output-line", "right", bold=True)
    return sheet


def _stamp_panel(stamps, index, cell):
    sheet = Sheet()
    value = number(stamps.x[index])
    sheet.text(0, 0.6 * BODY, f"x[{index[0]}, {index[1]}] = {value}: {value} × kernel", BODY,
               "input-line")
    grid = Grid(sheet, 0, 1.6 * BODY, stamps.canvas, cell)
    filled = {at: (tap, product) for tap, at, product in stamps.stamp(index)}
    for at in cells_of(stamps.canvas):
        if at in filled:
            tap, product = filled[at]
            color = grid.tap(at, flat(tap, stamps.kernel.shape))
            grid.write(at, number(product), color)
        else:
            grid.paint(at, "faint", "rule", 0.7, layer=0)
    if max(stamps.dilation) == 1:
        grid.outline(stamps.stamp(index)[0][1], stamps.kernel.shape)
    return sheet


def _sum_panel(stamps, cell, numbers=True, name="sum: output"):
    sheet = Sheet()
    sheet.text(0, 0.6 * BODY, f"{name} {words.size(stamps.shape)}", HEAD, "output-line",
               bold=True)
    stamps.draw_sum(Grid(sheet, 0, 1.6 * BODY, stamps.canvas, cell), numbers)
    return sheet


def _stamps_alt(stamps):
    text = (
        f"Transposed convolution of an input of size {words.size(stamps.x.shape)} with a kernel "
        f"of size {words.size(stamps.kernel.shape)}"
        f"{', ' + stamps.settings if stamps.settings else ''}: each input cell stamps the kernel, "
        f"times its value, on a canvas of size {words.size(stamps.canvas)}. "
    )
    if stamps.canvas != stamps.shape:
        text += f"Padding crops it to the output of size {words.size(stamps.shape)}. "
    text += f"The output, the sum of the stamps, reads {words.rows(stamps.result)}. "
    text += f"Stamps overlap in {plural(stamps.overlaps(), 'canvas cell')}. "
    for index in cells_of(stamps.x.shape)[:16]:
        values = np.asarray([v for _, _, v in stamps.stamp(index)], dtype=object)
        values = values.reshape(stamps.kernel.shape)
        text += f"{cell_name('x', index)} = {number(stamps.x[index])}: {words.rows(values)}. "
    return words.shorten(text.strip())


def stamp_steps(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """A transposed convolution as a sum of stamps: one weighted kernel for each input cell.

    ``x`` and ``kernel``: one or two axes, numbers or letters. One axis: a row for each stamp,
    like a long addition. Two axes: a panel for each stamp and one for the sum. Cells that padding
    crops are hatched, cells with more than one stamp carry a corner mark. Returns a Picture.

    >>> "az+bx" in stamp_steps(["a", "b"], ["x", "y", "z"], stride=2).alt
    True
    """
    x, kernel = _pair(x, kernel)
    stamps = _Stamps(x, kernel, stride, padding, output_padding, dilation)
    source = grid_sheet(x, "input", cell=26)[0]
    head = [source, kernel_sheet(kernel, 26)]
    if stamps.settings:
        note = Sheet()
        note.paragraph(0, 0, wrap(stamps.settings.replace(", ", ",|").split("|"), 150), BODY,
                       "muted")
        head.append(note)
    head = beside(head, 24) if sum(s.width + 24 for s in head) <= WIDTH + 24 else flow(head)
    if x.ndim == 1:
        longest = max(len(number(v)) for v in stamps.sum.flat)
        # Wide enough for the longest sum of letters, with room for the corner that marks overlap.
        cell = min(max(26, min(48, 8 * longest)), (WIDTH - 92) / stamps.canvas[0])
        body = _rows_of_stamps(stamps, cell)
    else:
        cell = next((c for c in (30, 28, 26, 24, 22) if stamps.canvas[1] * c * 3 + 44 <= WIDTH),
                    min(28, (WIDTH - 22) / 2 / stamps.canvas[1]))
        panels = [_stamp_panel(stamps, index, cell) for index in cells_of(x.shape)]
        body = flow([*panels, _sum_panel(stamps, cell)], gap=(20, 16))
    key = stamps.key()
    parts = [head, body] + ([key] if key else [])
    return Picture(stack(parts, 15).figure(), _stamps_alt(stamps))


def parameters_picture(kernel, *, x=None, stride=2, padding=1, dilation=2, output_padding=1):
    """What each setting does to the transposed convolution of one small input.

    ``kernel``: one or two axes; ``x``: the input, all ones by default (3 cells, or 2 × 2). Panels:
    plain; then stride, padding and dilation alone; then output_padding together with the stride,
    without which it is not allowed. Returns a Picture.

    >>> parameters_picture([1, 2, 1]).alt[:27]
    'The transposed convolution '
    """
    kernel = words.plain(kernel, "kernel")
    if x is None:
        x = np.ones((3,) if kernel.ndim == 1 else (2, 2), dtype=int)
    x, kernel = _pair(x, kernel)
    base = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    cases = [
        ("plain", {}, "neighbouring stamps one cell apart"),
        (f"stride {stride}", {"stride": stride}, f"stamps {stride} cells apart"),
        (f"padding {padding}", {"padding": padding},
         f"{plural(padding, 'cell')} cropped on each side"),
        (f"dilation {dilation}", {"dilation": dilation}, f"taps of a stamp {dilation} cells apart"),
        (f"stride {stride}, output padding {output_padding}",
         {"stride": stride, "output_padding": output_padding},
         f"{plural(output_padding, 'more cell')} at the end"),
    ]
    made = [(name, _Stamps(x, kernel, **(base | change)), note) for name, change, note in cases]
    widest = max(stamps.canvas[-1] for _, stamps, _ in made)
    cell = min(26, ((WIDTH - 26) / 2) / widest)
    panels = []
    for name, stamps, note in made:
        title = Sheet()
        title.text(0, 0, name, HEAD, bold=True)
        title.text(0, 15, note, SMALL, "muted")
        if x.ndim == 1:
            body = _rows_of_stamps(stamps, cell, names=False, index=False)
        else:
            body = Sheet()
            grid = Grid(body, 0, 0, stamps.canvas, cell)
            stamps.draw_sum(grid)
            grid.outline((0, 0), extent(kernel.shape, stamps.dilation), "input-line", 1.8)
        size = Sheet()
        size.text(0, 0, label_text("output", stamps.shape), BODY, "output-line", bold=True)
        panels.append(stack([title, body, size], 6))
    source = [grid_sheet(x, "input", cell=24)[0], kernel_sheet(kernel, 24)]
    items = [("corner", "stamps overlap"), ("hatch", "cropped by padding"),
             ("dash", "there by output padding")]
    if x.ndim == 2:
        items.append(("frame", "reach of the first stamp"))
    picture = stack([beside(source, 24), flow(panels, gap=(26, 20), most=2), key_sheet(items)], 16)
    sizes = "; ".join(f"{name}: {note}, output of size {words.size(s.shape)}"
                      + (f", reading {words.rows(s.result)}" if x.ndim == 1 else "")
                      for name, s, note in made)
    alt = (f"The transposed convolution of an input of size {words.size(x.shape)} with a kernel of "
           f"size {words.size(kernel.shape)} under five settings. {sizes}.")
    return Picture(picture.figure(), words.shorten(alt))
