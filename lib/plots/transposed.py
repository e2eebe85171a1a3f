"""Direct and transposed side by side, and the transposed convolution as a direct one."""

import numpy as np

from lib import ops
from lib.plots import _text as words
from lib.plots._grid import (
    Grid,
    cell_name,
    cells_of,
    draw_values,
    flat,
    grid_sheet,
    kernel_sheet,
    label,
    options_words,
    touched,
)
from lib.plots._sheet import HEAD, WIDTH, Sheet, beside, flow, stack, text_sheet, wrap
from lib.plots._stamps import Stamps, key_sheet
from lib.plots._text import number
from lib.plots._theme import Picture
from lib.plots._windows import Windows


def _middle_cell(shape):
    return tuple((n - 1) // 2 for n in shape)


def _fits(widths, cell, gap):
    return sum(widths) * cell + gap <= WIDTH


def direct_and_transposed(x, kernel, *, stride=1):
    """A convolution and the transposed convolution that goes back, the same cell followed.

    First y = conv(x, kernel): the window of one output cell, in the taps' colours. Then that y
    through the transposed convolution to the shape of x: the same cell stamps the same taps on
    the same places. ``x``, ``kernel``: one or two axes, numbers or letters. Returns a Picture.

    >>> "values do not come back" in direct_and_transposed([1, 2, 3, 4], [1, 2, 1]).alt
    True
    """
    windows = Windows(x, kernel, stride)
    x, kernel, y, settings = windows.x, windows.kernel, windows.y, windows.settings
    follow = _middle_cell(y.shape)
    stamps = Stamps(
        y,
        kernel,
        stride,
        output_padding=ops.output_padding_for(y.shape, x.shape, kernel.shape, stride=stride),
    )
    # The largest cells at which two grids stand beside each other, if any.
    wide = max(x.shape[-1], stamps.canvas[-1])
    size = next(
        (c for c in (28, 26, 24, 22) if _fits((wide, y.shape[-1]), c, 60)),
        (WIDTH - 20) / max(x.shape[-1], y.shape[-1], 17),
    )
    side_by_side = _fits((x.shape[-1], y.shape[-1]), size, 60)
    parts = [
        kernel_sheet(kernel, note=settings),
        _direct(windows, follow, size, side_by_side),
        _transposed(y, follow, stamps, size, side_by_side),
    ]
    back = stamps.result
    same = all(number(a) == number(b) for a, b in zip(back.flat, x.flat, strict=True))
    name = cell_name("y", follow)
    alt = (
        f"Above, the convolution of x, size {words.size(x.shape)}, with a kernel of size "
        f"{words.size(kernel.shape)}{', ' + settings if settings else ''}, to y of size "
        f"{words.size(y.shape)}, which reads {words.rows(y)}. {name} gathers "
        f"{' '.join(windows.products(follow))}. Below, the transposed convolution of y back to "
        f"size {words.size(x.shape)}: {name} stamps the same taps, times {number(y[follow])}, on "
        f"the same places. It reads {words.rows(back)}; the shape comes back"
        f"{' and so do the values' if same else ', the values do not come back'}."
    )
    if any(stamps.more):
        alt += f" It needs {options_words(output_padding=stamps.more)}."
    return Picture(stack(parts, 18), alt)


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


def _direct(windows, follow, size, side_by_side):
    """x on the left with the window of the followed cell, y on the right."""

    def left(sheet, at_x, at_y):
        top = label(sheet, at_x, at_y, "input", windows.x.shape, "input x")
        return windows.draw(sheet, at_x, top, follow, size)

    def right(sheet, at_x, at_y):
        grid = draw_values(sheet, at_x, at_y, windows.y, "output", "output y", size)
        grid.outline(follow)
        return grid

    head = text_sheet("convolution: a window gathers", HEAD, bold=True)
    text = text_sheet(wrap(windows.equation(follow), WIDTH - 20))
    return stack([head, _two(left, right, side_by_side), text], 7)


def _transposed(y, follow, stamps, size, side_by_side):
    """y on the left, its stamps' sum on the right, framed where the followed cell stamps."""

    def left(sheet, at_x, at_y):
        grid = draw_values(sheet, at_x, at_y, y, "input", "input y", size)
        grid.outline(follow)
        return grid

    def right(sheet, at_x, at_y):
        top = label(sheet, at_x, at_y, "output", stamps.shape, "one stamp in z")
        grid = Grid(sheet, at_x, top, stamps.canvas, size)
        stamps.draw_sum(grid, numbers=False, marks=False)
        stamp = stamps.draw_stamp(grid, follow)
        for at in cells_of(stamps.canvas):
            if at not in stamp and stamps.output_index(at) is not None:
                grid.write(at, "·", "muted")
        grid.outline(stamp[0], stamps.kernel.shape)
        return grid

    body = _two(left, right, side_by_side)
    total = grid_sheet(stamps.result, "output", "sum of stamps z", size)
    value = number(y[follow])
    text = text_sheet(
        wrap(
            [
                f"{cell_name('y', follow)} = {value}",
                f"stamps {value} × kernel",
                "on the cells",
                "it came from",
            ],
            WIDTH - 20,
        )
    )
    if body.width + total.width + 30 <= WIDTH:
        rows = [beside([body, total], 30), text]
    else:
        rows = [body, text, total]
    more = options_words(output_padding=stamps.more)
    head = "transposed convolution: a cell stamps" + (f" ({more})" if more else "")
    return stack([text_sheet(head, HEAD, bold=True), *rows, stamps.key(marks=False)], 9)


def zero_stuffing_picture(x, kernel, *, stride=2):
    """The transposed convolution as a convolution: stuff with zeros, pad, slide the flipped kernel.

    ``x``, ``kernel``: one or two axes, numbers or letters. One window is followed, and the
    multiplications by zeros that were put in are counted. Returns a Picture.

    >>> "multiplications" in zero_stuffing_picture([1, 2], [1, 2, 1], stride=2).alt
    True
    """
    stamps = Stamps(x, kernel, stride)
    x, kernel, result, settings = stamps.x, stamps.kernel, stamps.result, stamps.settings
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
    window = _window(follow, kernel.shape)
    count = result.size * kernel.size
    useful = sum(
        bool(from_x[at]) for cell in cells_of(stamps.shape) for _, at in _window(cell, kernel.shape)
    )
    size = min(28, WIDTH / frame[-1])
    head = flow(
        [
            grid_sheet(x, "input", "input", 26),
            kernel_sheet(kernel),
            kernel_sheet(flipped, word="flipped kernel", flipped=True),
        ],
        gap=(20, 10),
    )
    stuffed = _stuffed(values, from_x, between, window, kernel.shape, size)
    out = Sheet()
    draw_values(out, 0, 0, result, "output", "output", size).outline(follow)
    text = [
        f"{cell_name('z', follow)} =",
        *words.sum_of_products([(values[at], flipped[tap]) for tap, at in window]),
        f"= {number(result[follow])}",
    ]
    share = round(100 * (1 - useful / count))
    counting = (
        f"{count} multiplications, {count - useful} of them ({share} %) by a zero that was put in"
    )
    body = (
        [beside([stuffed, out], 30)] if stuffed.width + out.width + 30 <= WIDTH else [stuffed, out]
    )
    room = max(300, head.width, sum(b.width for b in body))
    key = key_sheet(
        [("zero", "0 put in between")] * bool((between & ~from_x).any())
        + [("void", "0 put around")] * bool((~between).any())
    )
    picture = stack(
        [
            head,
            text_sheet(settings, color="muted") if settings else None,
            *body,
            text_sheet(wrap(text, room)),
            key,
            text_sheet(wrap(counting.split(), room)),
        ]
    )
    return Picture(
        picture,
        (
            f"An input of size {words.size(x.shape)} is stuffed with zeros and padded to size "
            f"{words.size(frame)}; the flipped kernel ({words.rows(flipped)}) slides over it with "
            f"stride 1 and gives the output of size {words.size(result.shape)}: "
            f"{words.rows(result)}{' (' + settings + ')' if settings else ''}. "
            f"{' '.join(text)}. It takes {counting}."
        ),
    )


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


def _stuffed(values, from_x, between, window, kernel_shape, size):
    sheet = Sheet()
    top = label(sheet, 0, 0, "input", values.shape, "stuffed and padded")
    grid = Grid(sheet, 0, top, values.shape, size)
    seen = {at: tap for tap, at in window}
    for at in cells_of(values.shape):
        color = "muted"
        if at in seen:
            # The flipped kernel's taps keep the colours that they have in the kernel.
            color = grid.tap(at, int(np.prod(kernel_shape)) - 1 - flat(seen[at], kernel_shape))
        elif from_x[at]:
            grid.role(at, "input")
            color = "ink"
        elif between[at]:
            grid.paint(at, "faint", "rule", 0.8)
        else:
            grid.void(at)
        grid.write(at, number(values[at]), color)
    grid.outline(window[0][1], kernel_shape)
    return sheet
