"""Step by step: where each number of a convolution and of a transposed convolution comes from."""

import numpy as np

from lib.plots import _text as words
from lib.plots._grid import (
    Grid,
    cell_name,
    cells_of,
    extent,
    flat,
    grid_sheet,
    kernel_sheet,
    label,
    label_text,
    options_words,
    per_axis,
)
from lib.plots._sheet import BODY, HEAD, SMALL, WIDTH, Sheet, beside, flow, stack, text_width, wrap
from lib.plots._stamps import Stamps, key_sheet
from lib.plots._text import number, plural
from lib.plots._theme import Picture
from lib.plots._windows import (
    conv_shape,
    convolve,
    draw_input,
    draw_window,
    input_and_kernel,
    padded_shape,
    window_terms,
)

MOST_STEPS = 12  # panels drawn when the caller does not choose


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
    terms = window_terms(x, kernel, current, stride, padding, dilation)
    sheet = Sheet()
    sheet.text(0, 0.6 * BODY, f"step {step + 1}", BODY, "muted", bold=True)
    top = 1.5 * BODY
    ring = "" if not any(padding) else " + ring of 0s" if x.ndim == 2 else " + 0s"
    grid_top = label(sheet, 0, top, "input", x.shape, extra=ring)
    grid = draw_input(sheet, 0, grid_top, x, padding, cell, skip={at for _, at, _ in terms})
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
    x, kernel = input_and_kernel(x, kernel)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    shape = conv_shape(x, kernel, **options)
    stride = per_axis(stride, x.ndim, "stride", 1)
    padding = per_axis(padding, x.ndim, "padding", 0)
    dilation = per_axis(dilation, x.ndim, "dilation", 1)
    y = convolve(x, kernel, shape, stride, padding, dilation)
    cells = cells_of(shape)
    chosen = _chosen(steps, len(cells))
    layout = _layout(padded_shape(x.shape, padding), shape, x.ndim)
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
        terms = window_terms(x, kernel, cells[step], stride, padding, dilation)
        parts_ = words.sum_of_products([(value, kernel[tap]) for tap, _, value in terms])
        sentences.append(f"Step {step + 1}: {' '.join(parts_)} = {number(y[cells[step]])}")
    return Picture(stack(parts).figure(), words.shorten(". ".join(sentences) + "."))


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
    x, kernel = input_and_kernel(x, kernel)
    stamps = Stamps(x, kernel, stride, padding, output_padding, dilation)
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


def parameters_picture(kernel):
    """What each setting does to the transposed convolution of one small input.

    ``kernel``: one or two axes; the input is all ones, 3 cells or 2 × 2. Panels: plain; then
    stride 2, padding 1 and dilation 2 alone; then output_padding 1 together with the stride,
    without which it is not allowed. Returns a Picture.

    >>> parameters_picture([1, 2, 1]).alt[:27]
    'The transposed convolution '
    """
    kernel = words.plain(kernel, "kernel")
    x = np.ones((3,) if kernel.ndim == 1 else (2, 2), dtype=int)
    cases = [
        ("plain", {}, "neighbouring stamps one cell apart"),
        ("stride 2", {"stride": 2}, "stamps 2 cells apart"),
        ("padding 1", {"padding": 1}, "1 cell cropped on each side"),
        ("dilation 2", {"dilation": 2}, "taps of a stamp 2 cells apart"),
        ("stride 2, output padding 1", {"stride": 2, "output_padding": 1},
         "1 more cell at the end"),
    ]
    made = [(name, Stamps(x, kernel, **options), note) for name, options, note in cases]
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
