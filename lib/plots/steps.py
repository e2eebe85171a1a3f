"""Step by step: where each number of a convolution and of a transposed convolution comes from."""

import numpy as np

from lib.arguments import is_integer, plural, refuse
from lib.ops.window import extent
from lib.plots import _text as words
from lib.plots._arguments import numbers_or_letters
from lib.plots._grid import (
    Grid,
    cell_name,
    cells_of,
    grid_sheet,
    kernel_sheet,
    label,
    label_text,
    wrap_settings,
)
from lib.plots._sheet import (
    BODY,
    HEAD,
    SMALL,
    WIDTH,
    Sheet,
    beside,
    flow,
    stack,
    text_sheet,
    text_width,
    title_sheet,
    wrap,
)
from lib.plots._stamps import Stamps, key_sheet
from lib.plots._text import number
from lib.plots._theme import Picture
from lib.plots._windows import Windows

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


def _conv_panel(windows, step, layout):
    """One step: the input with the window, the output so far, and the sum below."""
    cell, below = layout
    x, y, cells = windows.x, windows.y, cells_of(windows.shape)
    sheet = Sheet()
    sheet.text(0, 0.6 * BODY, f"step {step + 1}", BODY, "muted", bold=True)
    top = 1.5 * BODY
    ring = "" if not any(windows.padding) else " + ring of 0s" if x.ndim == 2 else " + 0s"
    grid_top = label(sheet, 0, top, "input", x.shape, extra=ring)
    grid = windows.draw(sheet, 0, grid_top, cells[step], cell)
    note = 15 if x.ndim == 1 else 0
    if below:
        out_x, out_top = 0, grid.bottom + note + 6
    else:
        out_x, out_top = grid.right + 34, top
        if x.ndim == 2:
            out_top += max(0.0, (grid.h - len(y) * cell) / 2)
    out = Grid(sheet, out_x, label(sheet, out_x, out_top, "output", y.shape), y.shape, cell)
    # Long sums of letters stand below; the cells then hold names, all of them.
    named = any(text_width(number(value), 8) > 0.88 * cell for value in y.flat)
    for i, index in enumerate(cells):
        if i <= step:
            out.role(index, "output")
            out.write(index, cell_name("y", index) if named else number(y[index]), bold=i == step)
        else:
            out.paint(index, "faint", "rule", 0.8)
    out.outline(cells[step])
    if not below:
        middle = out.y + out.h / 2
        sheet.arrow((grid.right + 7, middle), (out.x - 7, middle))
    text = wrap(windows.equation(cells[step]), max(sheet.width, 205))
    sheet.paragraph(0, max(grid.bottom + note, out.bottom) + 4, text)
    return sheet


def _chosen(steps, count):
    if steps is None:
        return list(range(min(count, MOST_STEPS)))
    chosen = range(steps) if is_integer(steps) else [int(i) for i in steps]
    if not chosen or min(chosen) < 0 or max(chosen) >= count:
        refuse(
            "steps",
            steps,
            "does not choose among the output cells",
            f"give step numbers from 0 to {count - 1}",
        )
    return chosen


def conv_steps(x, kernel, *, stride=1, padding=0, dilation=1, steps=None):
    """A convolution step by step: window, products, sum, and the output so far.

    ``x`` and ``kernel``: one or two axes, numbers or letters. ``steps``: which output cells to
    draw (a count or a list of numbers in row order; default: the first twelve). Returns a
    Picture.

    >>> conv_steps([1, 4, -1, 0], [1, 2], steps=[0]).alt.split(". ")[-1]
    'Step 1: 1·1 + 4·2 = 9.'
    """
    windows = Windows(x, kernel, stride, padding, dilation)
    cells, settings = cells_of(windows.shape), windows.settings
    chosen = _chosen(steps, len(cells))
    layout = _layout(windows.padded, windows.shape, windows.x.ndim)
    panels = [_conv_panel(windows, step, layout) for step in chosen]
    parts = [kernel_sheet(windows.kernel, note=settings), flow(panels)]
    if len(chosen) < len(cells):
        parts.append(
            text_sheet(f"{len(chosen)} of {plural(len(cells), 'step')} shown.", color="muted")
        )
    sentences = [
        f"Convolution of an input of size {words.size(windows.x.shape)} with a kernel of size "
        f"{words.size(windows.kernel.shape)}{', ' + settings if settings else ''}: the output has "
        f"size {words.size(windows.shape)} and reads {words.rows(windows.y)}"
    ]
    sentences += [f"Step {step + 1}: {' '.join(windows.products(cells[step]))}" for step in chosen]
    return Picture(stack(parts), ". ".join(sentences) + ".")


def _rows_of_stamps(stamps, cell, named=True):
    """One-dimensional stamps like a long addition: a row each, the sum under a line.

    ``named``: number the output cells above, and name the rows at their left.
    """
    sheet, y = Sheet(), 0.0
    cells = cells_of(stamps.canvas)
    if named:
        sheet.text(-9, y + 7, "output index", SMALL, "muted", "right")
        for (t,) in cells:
            out = stamps.output_index((t,))
            if out is not None:
                sheet.text((t + 0.5) * cell, y + 7, str(out[0]), SMALL, "muted", "center")
        y += 17
    for index in cells_of(stamps.x.shape):
        grid = Grid(sheet, 0, y, stamps.canvas, cell)
        stamp = stamps.draw_stamp(grid, index)
        for at in cells:
            if at not in stamp:
                sheet.disc(*grid.middle(at), 1.0, "rule")
        if named:
            sheet.text(
                -9, y + cell / 2, f"{number(stamps.x[index])} × kernel", BODY, "input-line", "right"
            )
        y += cell + 4
    sheet.lines([(-9 if named else 0, y), (len(cells) * cell, y)], color="ink", line=1.2)
    y += 5
    stamps.draw_sum(Grid(sheet, 0, y, stamps.canvas, cell))
    if named:
        sheet.text(
            -9,
            y + cell / 2,
            label_text("output", stamps.shape),
            HEAD,
            "output-line",
            "right",
            bold=True,
        )
    return sheet


def _stamp_panel(stamps, index, cell):
    sheet = Sheet()
    value = number(stamps.x[index])
    sheet.text(
        0, 0.6 * BODY, f"{cell_name('x', index)} = {value}: {value} × kernel", BODY, "input-line"
    )
    grid = Grid(sheet, 0, 1.6 * BODY, stamps.canvas, cell)
    stamp = stamps.draw_stamp(grid, index)
    for at in cells_of(stamps.canvas):
        if at not in stamp:
            grid.paint(at, "faint", "rule", 0.7, layer=0)
    if max(stamps.dilation) == 1:
        grid.outline(stamp[0], stamps.kernel.shape)
    return sheet


def _sum_panel(stamps, cell):
    sheet = Sheet()
    sheet.text(
        0, 0.6 * BODY, f"sum: output {words.size(stamps.shape)}", HEAD, "output-line", bold=True
    )
    stamps.draw_sum(Grid(sheet, 0, 1.6 * BODY, stamps.canvas, cell))
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
    return text


def stamp_steps(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """A transposed convolution as a sum of stamps: one weighted kernel for each input cell.

    ``x`` and ``kernel``: one or two axes, numbers or letters. One axis: a row for each stamp,
    like a long addition. Two axes: a panel for each stamp and one for the sum. Cells that padding
    crops are hatched, cells with more than one stamp carry a corner mark. Returns a Picture.

    >>> "az+bx" in stamp_steps(["a", "b"], ["x", "y", "z"], stride=2).alt
    True
    """
    stamps = Stamps(x, kernel, stride, padding, output_padding, dilation)
    x = stamps.x
    head = [grid_sheet(x, "input", cell=26), kernel_sheet(stamps.kernel)]
    if stamps.settings:
        head.append(text_sheet(wrap_settings(stamps.settings, 150), color="muted"))
    head = beside(head, 24) if sum(s.width + 24 for s in head) <= WIDTH + 24 else flow(head)
    if x.ndim == 1:
        longest = max(len(number(v)) for v in stamps.sum.flat)
        # Wide enough for the longest sum of letters, with room for the corner that marks overlap.
        cell = min(max(26, min(48, 8 * longest)), (WIDTH - 92) / stamps.canvas[0])
        body = _rows_of_stamps(stamps, cell)
    else:
        cell = next(
            (c for c in (30, 28, 26, 24, 22) if stamps.canvas[1] * c * 3 + 44 <= WIDTH),
            min(28, (WIDTH - 22) / 2 / stamps.canvas[1]),
        )
        panels = [_stamp_panel(stamps, index, cell) for index in cells_of(x.shape)]
        body = flow([*panels, _sum_panel(stamps, cell)], gap=(20, 16))
    return Picture(stack([head, body, stamps.key()], 15), _stamps_alt(stamps))


def parameters_picture(kernel):
    """What each setting does to the transposed convolution of one small input.

    ``kernel``: one or two axes; the input is all ones, 3 cells or 2 × 2. Panels: plain; then
    stride 2, padding 1 and dilation 2 alone; then output_padding 1 together with the stride,
    without which it is not allowed. Returns a Picture.

    >>> parameters_picture([1, 2, 1]).alt[:27]
    'The transposed convolution '
    """
    kernel = numbers_or_letters("kernel", kernel)
    x = np.ones((3,) if kernel.ndim == 1 else (2, 2), dtype=int)
    cases = [
        ("plain", {}, "neighbouring stamps one cell apart"),
        ("stride 2", {"stride": 2}, "stamps 2 cells apart"),
        ("padding 1", {"padding": 1}, "1 cell cropped on each side"),
        ("dilation 2", {"dilation": 2}, "taps of a stamp 2 cells apart"),
        (
            "stride 2, output padding 1",
            {"stride": 2, "output_padding": 1},
            "1 more cell at the end",
        ),
    ]
    panels, texts = [], []
    every = [Stamps(x, kernel, **options) for _, options, _ in cases]
    cell = min(26, ((WIDTH - 26) / 2) / max(stamps.canvas[-1] for stamps in every))
    for (name, _, note), stamps in zip(cases, every, strict=True):
        if x.ndim == 1:
            body = _rows_of_stamps(stamps, cell, named=False)
        else:
            body = Sheet()
            grid = Grid(body, 0, 0, stamps.canvas, cell)
            stamps.draw_sum(grid)
            reach = tuple(map(extent, kernel.shape, stamps.dilation))
            grid.outline((0, 0), reach, "input-line", 1.8)
        size = text_sheet(label_text("output", stamps.shape), BODY, "output-line", bold=True)
        panels.append(stack([title_sheet(name, note), body, size], 6))
        texts.append(
            f"{name}: {note}, output of size {words.size(stamps.shape)}"
            + (f", reading {words.rows(stamps.result)}" if x.ndim == 1 else "")
        )
    source = beside([grid_sheet(x, "input", cell=24), kernel_sheet(kernel, 24)], 24)
    items = [
        ("corner", "stamps overlap"),
        ("hatch", "cropped by padding"),
        ("dash", "there by output padding"),
    ]
    if x.ndim == 2:
        items.append(("frame", "reach of the first stamp"))
    picture = stack([source, flow(panels, gap=(26, 20), most=2), key_sheet(items)], 16)
    return Picture(
        picture,
        f"The transposed convolution of an input of size {words.size(x.shape)} "
        f"with a kernel of size {words.size(kernel.shape)} under five "
        f"settings. {'; '.join(texts)}.",
    )
