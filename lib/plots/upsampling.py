"""Upsampling without transposed convolutions: centres, weights, max-unpooling, pixel shuffle."""

import numpy as np
from matplotlib.patches import Rectangle

from lib import ops
from lib.arguments import is_integer, per_axis, plural, refuse
from lib.plots import _text as words
from lib.plots._arguments import numbers_or_letters, real_numbers, whole_up_to
from lib.plots._grid import (
    DASH,
    Grid,
    cells_of,
    fit_size,
    grid_sheet,
    label,
    label_text,
)
from lib.plots._sheet import (
    BODY,
    HEAD,
    SMALL,
    WIDTH,
    Sheet,
    beside,
    stack,
    text_sheet,
    text_width,
    wrap,
)
from lib.plots._text import number
from lib.plots._theme import TAPS, Picture, light

_MOST_CELLS = 32  # cells of a strip whose coordinates can still be read


# Centres


def half_pixel_picture(size, output_size, *, align_corners=False):
    """Where the centre of each output cell falls among the input cells.

    Above, the input's cells; below, the output's, each as wide as it is on the input. From each
    output centre a thin line rises to its place u on the input, whose number is written below;
    u counts input centres: 0 is the first. Dashed lines end beyond the outermost centres, where
    interpolation repeats the end cell.

    ``size``, ``output_size``: numbers of cells, 1 to 32. ``align_corners``: False for half-pixel
    centres, u = (t + 1/2) n/n' - 1/2; True for u = t (n - 1)/(n' - 1); None draws both. Returns
    a Picture.

    >>> "u = −0.25, 0.25, 0.75, 1.25, 2 of them beyond" in half_pixel_picture(2, 4).alt
    True
    """
    n = whole_up_to("size", size, _MOST_CELLS)
    m = whole_up_to("output_size", output_size, _MOST_CELLS)
    if align_corners not in (True, False, None):
        refuse("align_corners", align_corners, "is unknown", "use True, False, or None for both")
    conventions = [False, True] if align_corners is None else [bool(align_corners)]
    # Both strips share one scale, so that the two conventions can be compared by eye.
    lines = [_places(n, m, aligned) for aligned in conventions]
    low = min(-0.5, *(u[0] - step / 2 for u, step in lines))
    high = max(n - 0.5, *(u[-1] + step / 2 for u, step in lines))
    narrow = min(1.0, *(step for _, step in lines))
    # 24 points are kept free, since the outermost numbers may be wider than their cells.
    unit = min((WIDTH - 24) / (high - low), max(64.0, 44.0 / narrow))
    sheet, y, sentences = Sheet(), 0.0, []
    for aligned, (places, step) in zip(conventions, lines, strict=True):
        y = _centres(sheet, y, -low * unit, unit, n, places, step, aligned) + 24
        sentences.append(_centres_in_words(n, places, step, aligned))
    alt = f"A strip of {plural(n, 'input cell')} above {plural(m, 'output cell')}. " + " ".join(
        sentences
    )
    return Picture(sheet, alt)


def _places(n, m, aligned):
    """u of every output centre, and the width of an output cell, both in input cells."""
    t = np.arange(m)
    if not aligned:
        return (t + 0.5) * n / m - 0.5, n / m
    if m == 1:
        return np.zeros(1), 1.0
    # One input cell has one centre: every output reads there, and is drawn across the cell.
    return t * (n - 1) / (m - 1), (n - 1) / (m - 1) or 1 / m


def _beyond(n, places):
    return (places < -1e-9) | (places > n - 1 + 1e-9)


def _centres_in_words(n, places, step, aligned):
    beyond = int(_beyond(n, places).sum())
    how = (
        "align_corners=True: the first and the last centres of both strips meet"
        if aligned
        else "Half-pixel centres (align_corners=False): both strips begin and end together"
    )
    return (
        f"{how}; an output cell is {number(step)} input cells wide, and the output centres "
        f"fall at u = {words.listed(places, 16)}"
        f"{f', {beyond} of them beyond the ends' if beyond else ''}."
    )


def _centres(sheet, y, x, unit, n, places, step, aligned):
    """One convention: two strips and the lines between them; returns the y below.

    `x` is where u = 0 lies on the sheet.
    """
    m, high, gap = len(places), 30, 46
    left = x - unit / 2
    title = "align_corners=True" if aligned else "half-pixel centres (align_corners=False)"
    sheet.text(0, y + 6, title, HEAD, bold=True)
    sheet.text(0, y + 24, f"u = {_formula(n, m, aligned)}", BODY, "muted")
    y += 38
    top = label(sheet, left, y, "input", (n,), "input x")
    for i, name in enumerate(_names("x", n, unit)):
        sheet.rect(left + i * unit, top, unit, high, "input", "input-line", 0.9)
        sheet.disc(x + i * unit, top + high - 8, 2.6, "input-line")
        sheet.text(x + i * unit, top + 10, name, SMALL, "ink", "center")
    below = top + high + gap
    even = len(set(np.round(places, 9))) < m  # one input cell: the places coincide
    middles = left + (np.arange(m) + 0.5) * unit / m if even else x + places * unit
    pitch = step * unit
    ring = min(4.8, 0.3 * pitch)
    for middle, u, out, name in zip(
        middles, places, _beyond(n, places), _names("y", m, pitch), strict=True
    ):
        sheet.rect(middle - pitch / 2, below, pitch, high, "output", "output-line", 1.2)
        sheet.disc(middle, below + 8, 2.6, "output-line")
        sheet.text(middle, below + high - 9, name, SMALL, "ink", "center")
        end = (x + u * unit, top + high - 8)
        sheet.disc(*end, ring, None, "output-line", 1.2)
        sheet.lines(
            [(middle, below + 8), (end[0], end[1] + ring)],
            color="output-line",
            line=1.1,
            dash=(3.0, 2.2) if out else None,
        )
    y = _coordinates(sheet, below + high, middles, places, pitch)
    start = middles[0] - pitch / 2
    sheet.text(
        start,
        y + 10,
        f"{label_text('output y', (m,))}, with u below each cell",
        HEAD,
        "output-line",
        bold=True,
    )
    y += 18
    if _beyond(n, places).any():
        sheet.text(
            start,
            y + 8,
            "dashed: beyond the outermost centres, the end cell is repeated",
            SMALL,
            "muted",
        )
        y += 15
    return y


def _formula(n, m, aligned):
    if not aligned:
        return f"(t + ½) · {n}/{m} − ½"
    return f"t · {n - 1}/{m - 1}" if m > 1 else "0"


def _names(letter, count, room):
    """The cells' names where all have room, else their numbers, else nothing."""
    for names in ([words.sub(letter, i) for i in range(count)], list(map(str, range(count)))):
        if max(text_width(name, SMALL) for name in names) + 3 <= room:
            return names
    return [""] * count


def _coordinates(sheet, y, middles, places, pitch):
    """The u of every output cell, in as many lines as they need side by side."""
    texts = [number(u) for u in places]
    rows = int(np.ceil((max(text_width(t, SMALL) for t in texts) + 5) / pitch))
    for t, (middle, text) in enumerate(zip(middles, texts, strict=True)):
        at = y + 10 + 13 * (t % rows)
        if t % rows:
            sheet.lines([(middle, y + 1), (middle, at - 6)], color="rule", line=0.7)
        sheet.text(middle, at, text, SMALL, "output-line", "center")
    return y + 6 + 13 * min(rows, len(texts))


# Weights


def weights_picture(matrix, *, row_label="output", column_label="input"):
    """A small real matrix as a shaded grid with its numbers.

    The larger an entry's size, the stronger its ground; negative entries also have a dashed
    frame, and zeros are a dot. Each row's sum stands at its right.

    ``matrix``: two axes, small enough for its numbers. ``row_label``, ``column_label``: what a
    row and a column are. Returns a Picture.

    >>> from lib import ops
    >>> weights_picture(ops.interpolation_matrix(2, 3)).alt[-48:]
    'Rows: 1, 0; 0.5, 0.5; 0, 1. Every row sums to 1.'
    """
    matrix = real_numbers("matrix", matrix, (2,))
    rows, columns = matrix.shape
    texts = [[number(v) if v else "·" for v in row] for row in matrix]
    sums = [number(round(total, 9)) for total in matrix.sum(axis=1)]
    widest = max(text_width(t, SMALL) for row in texts for t in row)
    before = text_width(str(rows - 1), SMALL) + 8
    after = max(text_width(t, SMALL) for t in [*sums, "row sum"]) + 10
    cell = min(max(30.0, widest + 9), (WIDTH - before - after) / columns)
    if fit_size("−0.125", cell - 2, SMALL, 1) < 6 or rows > 64:
        refuse(
            "matrix.shape",
            matrix.shape,
            "is too large to write the numbers",
            "give at most 64 rows and 15 columns, for example a part of it",
        )
    high = min(cell, 26.0)
    sheet, y = Sheet(), 0.0
    sheet.text(0, y + 6, f"rows: {row_label} · columns: {column_label}", BODY, "muted")
    y += 30
    for j in range(columns):
        sheet.text(before + (j + 0.5) * cell, y - 8, str(j), SMALL, "input-line", "center")
    sheet.text(before + columns * cell + 8, y - 8, "row sum", SMALL, "muted")
    most = np.abs(matrix).max() or 1.0
    shades = []
    for i, j in cells_of(matrix.shape):
        value, x0, y0 = matrix[i, j], before + j * cell, y + i * high
        sheet.rect(x0, y0, cell, high, None, "rule", 0.8, layer=2.5)
        if value:
            shades.append(
                (x0, y0, "output" if value > 0 else "input", 0.12 + 0.88 * abs(value) / most)
            )
        if value < 0:
            sheet.rect(x0 + 2, y0 + 2, cell - 4, high - 4, None, "input-line", 1.2, DASH, 3)
        sheet.text(
            x0 + cell / 2,
            y0 + high / 2,
            texts[i][j],
            fit_size(texts[i][j], cell - 3, SMALL, 6),
            "ink" if value else "muted",
            "center",
            bold=abs(value) == most and cell > widest + 12,
        )
    for i in range(rows):
        sheet.text(before - 6, y + (i + 0.5) * high, str(i), SMALL, "output-line", "right")
        sheet.text(before + columns * cell + 8, y + (i + 0.5) * high, sums[i], SMALL, "muted")
    sheet.rect(before, y, columns * cell, rows * high, None, "ink", 1.2, layer=3)
    if (matrix < 0).any():
        sheet.text(before, y + rows * high + 12, "dashed frame: negative", SMALL, "muted")
    figure = sheet.figure()
    _shade(figure, shades, cell, high)
    same = len(set(sums)) == 1
    alt = (
        f"A matrix of {plural(rows, 'row')} "
        f"({row_label}) and {plural(columns, 'column')} ({column_label}), stronger "
        f"ground for larger entries, {int((matrix < 0).sum()) or 'none'} negative. "
        f"Rows: {words.rows(matrix)}. ".replace("…. ", "… ")
        + (f"Every row sums to {sums[0]}." if same else f"Row sums: {', '.join(sums)}.")
    )
    return Picture(figure, alt)


def _shade(figure, boxes, width, height):
    """Grounds in part of a token's strength: between paper and token, so text stays readable."""
    axes = figure.axes[0]
    for x, y, token, strength in boxes:
        axes.add_patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=light(token),
                edgecolor="none",
                alpha=round(float(strength), 3),
                zorder=1,
            )
        )


# Pooling


def pooling_picture(x, kernel_size, *, stride=None, values=None):
    """Max-pooling that remembers where, and the unpooling that puts values back there.

    x with its windows outlined and each cell's number in its corner; the maximum that a window
    keeps is filled, others as large are ringed. Then the pooled y, the cell numbers that it
    remembers, and the unpooled z: zeros but for the remembered cells.

    ``x``: one or two axes; ``kernel_size``, ``stride`` (default: the kernel's size): a number or
    one per axis. ``values``: what is put back, in the shape of y (default: y itself). Returns
    a Picture.

    >>> "Pooled: 3, 2, kept from cells 1, 2." in pooling_picture([1, 3, 2, 2], 2).alt
    True
    """
    x = real_numbers("x", x, (1, 2))
    kernel = per_axis("kernel_size", kernel_size, x.ndim, 1)
    stride = kernel if stride is None else per_axis("stride", stride, x.ndim, 1)
    pooled, indices = ops.max_pool(x, kernel, stride=stride)
    back = pooled if values is None else real_numbers("values", values, (x.ndim,))
    if back.shape != pooled.shape:
        refuse("values.shape", back.shape, "is not the pooled shape", f"give {pooled.shape}")
    result = ops.max_unpool(back, indices, kernel, stride=stride, output_size=x.shape)
    kept = {tuple(map(int, np.unravel_index(i, x.shape))) for i in indices.flat}
    windows = [
        tuple(s * i for s, i in zip(stride, at, strict=True)) for at in cells_of(pooled.shape)
    ]
    ties, tied = set(), 0
    for start, largest in zip(windows, pooled.flat, strict=True):
        equal = [
            at
            for offset in cells_of(kernel)
            for at in [tuple(np.add(start, offset))]
            if x[at] == largest
        ]
        tied += len(equal) > 1
        ties |= set(equal) - kept
    small = [(pooled, "output", "pooled y"), (indices, "index", "indices")]
    if values is not None:
        small.append((back, "input", "values v"))
    small = [
        grid_sheet(part, role, word, min(30.0, WIDTH / part.shape[-1]))
        for part, role, word in small
    ]
    # The largest cells at which x, y and z stand in one row, if any; where windows overlap, large
    # ones, since each cell then holds more lines.
    overlap = any(s < k for s, k in zip(stride, kernel, strict=True))
    for cell in (40.0,) if overlap else (36.0, 34.0, 32.0, 30.0):
        cell = min(cell, WIDTH / x.shape[-1])
        first = _source(x, kernel, stride, windows, kept, ties, cell)
        last = _unpooled(result, kept, cell)
        if x.ndim == 1 or 2 * first.width + max(s.width for s in small) + 76 <= WIDTH:
            break
    picture = _pooling_page(first, small, last, x.ndim)
    text = ["filled:", "the maximum", "that is kept;", "corner:", "the cell's", "number"]
    if ties:
        text[3:3] = ["ringed:", "as large,", "not kept;"]
    key = text_sheet(wrap(text, WIDTH), SMALL, "muted")
    how = f"windows of {words.size(kernel)}, stride {words.size(_one(stride))}"
    alt = (
        f"Max-pooling with {how}. Input: {words.rows(x)}. Pooled: {words.rows(pooled)}, kept "
        f"from cells {words.rows(indices)}. "
        + (f"Put back: {words.rows(back)}. " if values is not None else "")
        + f"Unpooled: {words.rows(result)}."
    )
    if tied:
        count = "one window" if tied == 1 else f"{tied} windows"
        alt += f" In {count} other cells tie with it."
    return Picture(stack([picture, key]), alt)


def _one(sizes):
    """One number where all axes have the same."""
    return sizes[:1] if len(set(sizes)) == 1 else sizes


def _source(x, kernel, stride, windows, kept, ties, cell):
    sheet = Sheet()
    grid = Grid(sheet, 0, label(sheet, 0, 0, "input", x.shape, "input x"), x.shape, cell)
    overlap = any(s < k for s, k in zip(stride, kernel, strict=True))
    aside = 0.1 if overlap else 0.0  # room for the cell's number inside the windows' lines
    for flat, at in enumerate(cells_of(x.shape)):
        grid.role(at, "input")
        if at in kept:
            grid.paint(at, "output", "output-line", 1.4, layer=1.5)
        if at in ties:
            sheet.disc(
                *np.add(grid.middle(at), aside * cell),
                (0.33 - aside / 2) * cell,
                None,
                "output-line",
                1.4,
                layer=2,
            )
        grid.write(at, number(x[at]), bold=at in kept, dx=aside, dy=aside)
        if cell >= 28:
            corner = np.add(grid.corner(at), (6, 10.5) if overlap else (3.5, 7))
            sheet.text(*corner, str(flat), 7, "ink" if at in kept else "muted")
    height, width = (1, *kernel)[-2:]
    for start in windows:
        # Windows that share cells: alternate in dash and inset, so that each can be followed.
        odd = sum(p // s for p, s in zip(start, stride, strict=True)) % 2
        inset = (1.6 + 3.0 * odd) if overlap else 0.0
        x0, y0 = grid.corner(start)
        sheet.rect(
            x0 + inset,
            y0 + inset,
            width * cell - 2 * inset,
            height * cell - 2 * inset,
            None,
            "ink",
            1.6 if overlap else 2.0,
            (4.0, 2.4) if overlap and odd else None,
            3,
        )
    return sheet


def _unpooled(result, kept, cell):
    sheet = Sheet()
    top = label(sheet, 0, 0, "output", result.shape, "unpooled z")
    grid = Grid(sheet, 0, top, result.shape, cell)
    for at in cells_of(result.shape):
        if at in kept:
            grid.paint(at, "output", "output-line", 1.4, layer=1.5)  # over its neighbours' edges
            grid.write(at, number(result[at]), bold=True)
        else:
            grid.paint(at, "faint", "rule", 0.8)
            grid.write(at, "0", "muted")
    return sheet


def _pooling_page(first, small, last, axes):
    """x, then what is made of it, then z: in one row where they fit, else under each other."""
    if axes == 1:
        return stack([first, *small, last], 12)
    middle = stack(small, 14)
    if first.width + middle.width + last.width + 76 <= WIDTH:
        return beside([first, _arrow(), middle, _arrow(), last], 7)
    if first.width + middle.width + 38 <= WIDTH:
        return stack([beside([first, _arrow(), middle], 7), last], 16)
    middle = beside(small, 24, "top")
    return stack([first, middle if middle.width <= WIDTH else stack(small, 14), last], 16)


def _arrow():
    sheet = Sheet()
    sheet.arrow((0, 0), (24, 0))
    return sheet


# Pixel shuffle


def shuffle_picture(channels, upscale_factor):
    """Pixel shuffle: r² small maps, each in its colour, interleaved to one that is r times as wide.

    The maps stand where their cells go in every r × r block: cell (h, w) of map i·r + j comes to
    (r h + i, r w + j).

    ``channels``: the maps, an array (C r², H, W) of numbers or letters, or their number C r²
    alone (then each is 2 × 2, of letters). ``upscale_factor``: r, 1 to 3. Returns a Picture.

    >>> "one map of 4 × 4: a₀, b₀, a₁, b₁; c₀, d₀, c₁, d₁;" in shuffle_picture(4, 2).alt
    True
    """
    r = whole_up_to("upscale_factor", upscale_factor, int(TAPS**0.5))
    maps = _maps(channels, r)
    # Shuffling the entries' numbers shuffles letters as well.
    order = ops.pixel_shuffle(np.arange(maps.size).reshape(maps.shape), r)
    shuffled = maps.ravel()[order]
    size = maps.shape[1:]
    cell = min(28.0, (WIDTH - 12 * (r - 1) - 52) / (2 * r * size[1]))
    rows = []
    for c in range(len(shuffled)):
        left = _maps_sheet(maps[c * r * r : (c + 1) * r * r], c * r * r, r, cell)
        name = f"output map {c}," if len(shuffled) > 1 else "output map"
        rows.append(beside([left, _arrow(), _interleaved(shuffled[c], name, r, cell)], 14))
    count = "one map" if len(shuffled) == 1 else f"{len(shuffled)} maps"
    alt = (
        f"Pixel shuffle with r = {r}: {plural(len(maps), 'map')} of {words.size(size)}, "
        f"each in its colour, are interleaved to {count} of {words.size(shuffled.shape[1:])}: "
        f"{' | '.join(map(words.rows, shuffled))}."
    )
    return Picture(stack(rows, 20), alt)


def _maps(channels, r):
    if is_integer(channels):
        letters = "abcdefghijklmnopqrstuvwxyz"
        channels = [
            [[words.sub(a, 2 * h + w) for w in range(2)] for h in range(2)]
            for a in letters[: whole_up_to("channels", channels, len(letters))]
        ]
    maps = numbers_or_letters("channels", channels, (3,))
    if len(maps) % (r * r):
        refuse(
            "channels.shape",
            maps.shape,
            f"holds {plural(len(maps), 'map')}",
            f"give a multiple of upscale_factor² = {r * r}",
        )
    return maps


def _maps_sheet(maps, first, r, cell):
    """r² maps in r rows: the place of a map is the place of its cells in a block."""
    sheet = Sheet()
    down, across = maps.shape[1] * cell + 26, max(maps.shape[2] * cell, 40) + 12
    for tap, values in enumerate(maps):
        x, y = (tap % r) * across, (tap // r) * down
        sheet.text(x, y + 6, f"map {first + tap}", SMALL, "muted")
        grid = Grid(sheet, x, y + 15, values.shape, cell)
        for at in cells_of(values.shape):
            grid.write(at, number(values[at]), grid.tap(at, tap))
    return sheet


def _interleaved(values, name, r, cell):
    sheet = Sheet()
    grid = Grid(sheet, 0, label(sheet, 0, 0, "output", values.shape, name), values.shape, cell)
    for h, w in cells_of(values.shape):
        grid.write((h, w), number(values[h, w]), grid.tap((h, w), (h % r) * r + w % r))
    for h, w in cells_of((values.shape[0] // r, values.shape[1] // r)):
        grid.outline((r * h, r * w), (r, r), line=1.6)
    return sheet
