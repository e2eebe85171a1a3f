"""Direct and transposed side by side, and the transposed convolution as a direct one."""

import numpy as np

from lib import ops
from lib.plots import _text as words
from lib.plots._grid import (
    Grid,
    cell_name,
    cells_of,
    flat,
    kernel_sheet,
    label,
    options_words,
    per_axis,
    touched,
)
from lib.plots._sheet import BODY, HEAD, WIDTH, Sheet, beside, flow, stack, wrap
from lib.plots._stamps import Stamps, key_sheet
from lib.plots._text import number
from lib.plots._theme import Picture
from lib.plots._windows import convolve, draw_input, draw_window, input_and_kernel, window_terms


def _middle_cell(shape):
    return tuple((n - 1) // 2 for n in shape)


def _pair_cell(widths, least_gap=46):
    """Cell size at which two grids stand beside each other, or None where they would be tiny."""
    for cell in (28, 26, 24, 22):
        if sum(widths) * cell + least_gap <= WIDTH:
            return cell
    return None


def direct_and_transposed(x, kernel, *, stride=1):
    """A convolution and the transposed convolution that goes back, the same cell followed.

    First y = conv(x, kernel): the window of one output cell, in the taps' colours. Then that y
    through the transposed convolution to the shape of x: the same cell stamps the same taps on
    the same places. ``x``, ``kernel``: one or two axes, numbers or letters. Returns a Picture.

    >>> "values do not come back" in direct_and_transposed([1, 2, 3, 4], [1, 2, 1]).alt
    True
    """
    x, kernel = input_and_kernel(x, kernel)
    shape = ops.conv_output_size(x.shape, kernel.shape, stride=stride)
    stride, none, one = per_axis(stride, x.ndim, "stride", 1), (0,) * x.ndim, (1,) * x.ndim
    follow = _middle_cell(shape)
    y = convolve(x, kernel, shape, stride, none, one)
    more = ops.output_padding_for(shape, x.shape, kernel.shape, stride=stride)
    stamps = Stamps(y, kernel, stride, output_padding=more)
    size = _pair_cell((max(x.shape[-1], stamps.canvas[-1]), shape[-1]), 60) or (WIDTH - 20) / max(
        x.shape[-1], shape[-1], 17)
    terms = window_terms(x, kernel, follow, stride, none, one)
    parts = [
        kernel_sheet(kernel, 26),
        _direct(x, kernel, y, follow, terms, size),
        _transposed(x, kernel, y, follow, stamps, size),
    ]
    settings = options_words(stride=stride)
    if settings:
        parts[0].text(parts[0].width + 18, parts[0].bounds[3] - 13, settings, BODY, "muted")
    back = stamps.result
    same = all(number(a) == number(b) for a, b in zip(back.flat, x.flat, strict=True))
    name = cell_name("y", follow)
    alt = (
        f"Above, the convolution of x, size {words.size(x.shape)}, with a kernel of size "
        f"{words.size(kernel.shape)}{', ' + settings if settings else ''}, to y of size "
        f"{words.size(shape)}, which reads {words.rows(y)}. {name} gathers "
        f"{' '.join(words.sum_of_products([(v, kernel[t]) for t, _, v in terms]))} = "
        f"{number(y[follow])}. Below, the transposed convolution of y back to size "
        f"{words.size(x.shape)}: {name} stamps the same taps, times {number(y[follow])}, on the "
        f"same places. It reads {words.rows(back)}; the shape comes back"
        f"{' and so do the values' if same else ', the values do not come back'}."
    )
    if any(stamps.more):
        alt += f" It needs {options_words(output_padding=stamps.more)}."
    return Picture(stack(parts, 18).figure(), words.shorten(alt))


def _head(text):
    sheet = Sheet()
    sheet.text(0, 0, text, HEAD, bold=True)
    return sheet


def _two(left, right, fits):
    """Two labelled grids with an arrow between them, side by side or one above the other.

    ``left`` and ``right`` draw at a place of a sheet and return their Grid.
    """
    heights = [draw(Sheet(), 0, 0).h for draw in (left, right)]
    drop = [(max(heights) - h) / 2 if fits else 0.0 for h in heights]
    sheet = Sheet()
    first = left(sheet, 0, drop[0])
    if fits:
        second = right(sheet, max(sheet.bounds[2] + 16, first.right + 44), drop[1])
        middle = second.y + second.h / 2
        sheet.arrow((first.right + 8, middle), (second.x - 8, middle))
    else:
        second = right(sheet, 0, sheet.bounds[3] + 18)
        x = first.x + min(first.w, second.w) - first.cell / 2
        sheet.arrow((x, first.bottom + 4), (x, second.y - 3))
    return sheet


def _direct(x, kernel, y, follow, terms, size):
    def left(sheet, at_x, at_y):
        top = label(sheet, at_x, at_y, "input", x.shape, "input x")
        grid = draw_input(sheet, at_x, top, x, (0,) * x.ndim, size, {at for _, at, _ in terms})
        draw_window(grid, kernel, terms, (1,) * x.ndim)
        return grid

    def right(sheet, at_x, at_y):
        grid = _plain_grid(sheet, at_x, at_y, y, "output", "output y", size)
        grid.outline(follow)
        return grid

    body = _two(left, right, _beside(x, y, size))
    parts = words.sum_of_products([(v, kernel[t]) for t, _, v in terms])
    text = [f"{cell_name('y', follow)} =", *parts, f"= {number(y[follow])}"]
    return stack([_head("convolution: a window gathers"), body, _lines(text)], 7)


def _beside(x, y, size):
    return (x.shape[-1] + y.shape[-1]) * size + 60 <= WIDTH


def _lines(parts, width=WIDTH - 20):
    sheet = Sheet()
    sheet.paragraph(0, 0, wrap(parts, width), BODY)
    return sheet


def _plain_grid(sheet, x, y, values, role, word, size):
    grid = Grid(sheet, x, label(sheet, x, y, role, values.shape, word), values.shape, size)
    for index in cells_of(values.shape):
        grid.role(index, role)
        grid.write(index, number(values[index]))
    return grid


def _transposed(x, kernel, y, follow, stamps, size):
    """y on the left, its stamps' sum on the right, framed where the followed cell stamps."""
    def left(sheet, at_x, at_y):
        grid = _plain_grid(sheet, at_x, at_y, y, "input", "input y", size)
        grid.outline(follow)
        return grid

    def right(sheet, at_x, at_y):
        top = label(sheet, at_x, at_y, "output", stamps.shape, "one stamp in z")
        grid = Grid(sheet, at_x, top, stamps.canvas, size)
        stamps.draw_sum(grid, numbers=False, marks=False)
        stamped = stamps.stamp(follow)
        places = {at for _, at, _ in stamped}
        for tap, at, value in stamped:
            color = grid.tap(at, flat(tap, kernel.shape))
            grid.write(at, number(value), color)
        for at in cells_of(stamps.canvas):
            if at not in places and stamps.output_index(at) is not None:
                grid.write(at, "·", "muted")
        grid.outline(stamped[0][1], kernel.shape)
        return grid

    fits = _beside(x, y, size)
    body = _two(left, right, fits)
    total = Sheet()
    _plain_grid(total, 0, 0, stamps.result, "output", "sum of stamps z", size)
    key = stamps.key(marks=False)
    value = number(y[follow])
    text = [f"{cell_name('y', follow)} = {value}", f"stamps {value} × kernel", "on the cells",
            "it came from"]
    if body.width + total.width + 30 <= WIDTH:
        rows = [beside([body, total], 30), _lines(text)]
    else:
        rows = [body, _lines(text), total]
    more = options_words(output_padding=stamps.more)
    head = "transposed convolution: a cell stamps" + (f" ({more})" if more else "")
    return stack([_head(head), *rows]
                 + ([key] if key else []), 9)


def zero_stuffing_picture(x, kernel, *, stride=2):
    """The transposed convolution as a convolution: stuff with zeros, pad, slide the flipped kernel.

    ``x``, ``kernel``: one or two axes, numbers or letters. One window is followed, and the
    multiplications by zeros that were put in are counted. Returns a Picture.

    >>> "multiplications" in zero_stuffing_picture([1, 2], [1, 2, 1], stride=2).alt
    True
    """
    x, kernel = input_and_kernel(x, kernel)
    stamps = Stamps(x, kernel, stride)
    # The frame holds x, s - 1 zeros between its cells, and a border of k - 1 zeros.
    frame = tuple(n + k - 1 for n, k in zip(stamps.shape, kernel.shape, strict=True))
    values, from_x = np.zeros(frame, dtype=object), np.zeros(frame, dtype=bool)
    between = np.zeros(frame, dtype=bool)
    border = [(k - 1, n - k + 1) for k, n in zip(kernel.shape, frame, strict=True)]
    between[tuple(slice(*ends) for ends in border)] = True
    places = tuple(slice(*ends, s) for ends, s in zip(border, stamps.stride, strict=True))
    values[places], from_x[places] = x, True
    flipped = kernel[(slice(None, None, -1),) * kernel.ndim]
    follow = _telling_cell(stamps, from_x)
    terms = [(tap, at, values[at])
             for tap, at in _window(follow, kernel.shape)]
    count = stamps.result.size * kernel.size
    useful = sum(bool(from_x[at]) for cell in cells_of(stamps.shape)
                 for _, at in _window(cell, kernel.shape))
    size = min(28, WIDTH / frame[-1])
    source = Sheet()
    _plain_grid(source, 0, 0, x, "input", "input", 26)
    head = flow([source, kernel_sheet(kernel, 26), _flipped_sheet(flipped, 26)], gap=(20, 10))
    stuffed = _stuffed(values, from_x, between, terms, flipped, size)
    out = Sheet()
    grid = _plain_grid(out, 0, 0, stamps.result, "output", "output", size)
    grid.outline(follow)
    parts = words.sum_of_products([(v, flipped[t]) for t, _, v in terms])
    text = [f"{cell_name('z', follow)} =", *parts, f"= {number(stamps.result[follow])}"]
    share = round(100 * (1 - useful / count))
    counting = (f"{count} multiplications, {count - useful} of them ({share} %) by a zero "
                "that was put in")
    body = ([beside([stuffed, out], 30)] if stuffed.width + out.width + 30 <= WIDTH
            else [stuffed, out])
    room = max(300, head.width, sum(b.width for b in body))
    note = Sheet()
    note.paragraph(0, 0, wrap(counting.split(), room), BODY, "ink")
    key = key_sheet([("zero", "0 put in between")] * bool((between & ~from_x).any())
                    + [("void", "0 put around")] * bool((~between).any()))
    settings = []
    if stamps.settings:
        settings = [Sheet()]
        settings[0].text(0, 0, stamps.settings, BODY, "muted")
    picture = stack([head, *settings, *body, _lines(text, room), *([key] if key else []), note],
                    14)
    alt = (
        f"An input of size {words.size(x.shape)} is stuffed with zeros and padded to size "
        f"{words.size(frame)}; the flipped kernel ({words.rows(flipped)}) slides over it with "
        f"stride 1 and gives the output of size {words.size(stamps.shape)}: "
        f"{words.rows(stamps.result)}"
        f"{' (' + stamps.settings + ')' if stamps.settings else ''}. "
        f"{' '.join(text)}. Of {counting}."
    ).replace("Of " + counting, f"It takes {counting}")
    return Picture(picture.figure(), words.shorten(alt))


def _window(cell, kernel_shape):
    """touched() for stride 1 and neighbouring taps."""
    ones = (1,) * len(cell)
    return touched(cell, kernel_shape, ones, ones)


def _telling_cell(stamps, from_x):
    """An output cell near the middle whose window sees some of the cells of x, not all."""
    centre = np.array(_middle_cell(stamps.shape))

    def worth(cell):
        seen = sum(bool(from_x[at]) for _, at in _window(cell, stamps.kernel.shape))
        return (0 < seen < from_x.sum(), seen > 0, -np.abs(np.array(cell) - centre).sum(), seen)

    return max(cells_of(stamps.shape), key=worth)


def _flipped_sheet(flipped, cell):
    """The flipped kernel; every tap keeps the colour that it has in the kernel."""
    sheet = Sheet()
    grid = Grid(sheet, 0, label(sheet, 0, 0, "kernel", flipped.shape, "flipped kernel"),
                flipped.shape, cell)
    for tap in cells_of(flipped.shape):
        grid.write(tap, number(flipped[tap]),
                   grid.tap(tap, flipped.size - 1 - flat(tap, flipped.shape)))
    grid.outline((0,) * flipped.ndim, flipped.shape, "kernel-line", 1.3)
    return sheet


def _stuffed(values, from_x, between, terms, flipped, size):
    sheet = Sheet()
    top = label(sheet, 0, 0, "input", values.shape, "stuffed and padded")
    grid = Grid(sheet, 0, top, values.shape, size)
    window = {at: tap for tap, at, _ in terms}
    for at in cells_of(values.shape):
        if at in window:
            tap = flipped.size - 1 - flat(window[at], flipped.shape)
            grid.write(at, number(values[at]), grid.tap(at, tap))
        elif from_x[at]:
            grid.role(at, "input")
            grid.write(at, number(values[at]))
        elif between[at]:
            grid.paint(at, "faint", "rule", 0.8)
            grid.write(at, "0", "muted")
        else:
            grid.void(at)
            grid.write(at, "0", "muted")
    grid.outline(terms[0][1], flipped.shape)
    return sheet
