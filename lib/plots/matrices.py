"""Convolution matrices, each entry in the colour of the kernel tap it holds."""

import numpy as np

from lib import ops
from lib.arguments import per_axis, plural, refuse
from lib.plots import _text as words
from lib.plots._arguments import numbers_or_letters
from lib.plots._grid import (
    ROLES,
    Grid,
    cells_of,
    fit_size,
    grid_sheet,
    kernel_sheet,
    options_words,
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
)
from lib.plots._text import number, sub
from lib.plots._theme import Picture, tap_token, text_token

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_CELLS = 20_000
VEC = {"row": "C", "column": "F"}  # NumPy's names for the orders of vec


def _labels(letter, shape, order, first):
    """A name for each cell, counted in row order, in the order of vec."""
    names = [sub(letter, i + first) for i in range(int(np.prod(shape)))]
    return list(np.array(names, dtype=object).reshape(shape).ravel(VEC[order]))


def _block(shape, order):
    """How many entries of vec belong to one row (or column) of the picture."""
    return shape[-1 if order == "row" else 0] if len(shape) == 2 else int(np.prod(shape))


def _lettered(kernel_shape):
    count = int(np.prod(kernel_shape))
    names = LETTERS[:count] if count <= 26 else [str(i) for i in range(count)]
    return np.array(list(names), dtype=object).reshape(kernel_shape)


def draw_matrix(sheet, x, y, taps, texts, cell, blocks=None, left_out=None):
    """The matrix itself: coloured entries with texts, dots elsewhere; returns its Grid.

    ``taps``: int array, -1 for structural zeros; ``texts``: what each tap shows, by number;
    ``blocks``: (rows, columns) of a block; ``left_out``: mask of entries that a stride skips or
    padding cuts.
    """
    grid = Grid(sheet, x, y, taps.shape, cell)
    sheet.rect(x, y, grid.w, grid.h, "faint", None, layer=0)
    _dots(grid)
    written = cell >= 11 and all(fit_size(t, 0.88 * cell, 0.62 * cell, 1) >= 7 for t in texts)
    for index in cells_of(taps.shape):
        tap = taps[index]
        if left_out is not None and left_out[index]:
            if tap >= 0:
                left, top = grid.corner(index)
                inset = 0.14 * cell
                sheet.rect(
                    left + inset,
                    top + inset,
                    cell - 2 * inset,
                    cell - 2 * inset,
                    None,
                    "muted",
                    0.7,
                    (1.4, 1.4),
                    1,
                )
            continue
        if tap < 0:
            continue
        token = tap_token(tap)
        grid.paint(index, token, "paper", min(0.8, 0.05 * cell))
        if written:
            grid.write(index, texts[tap], text_token(token))
    if left_out is not None:
        _cross_out(grid, left_out)
    if blocks:
        rows, columns = blocks
        sheet.rules(
            x,
            y,
            grid.w,
            grid.h,
            np.arange(columns, taps.shape[1], columns) * cell,
            np.arange(rows, taps.shape[0], rows) * cell,
            color="ink",
        )
    sheet.rect(x, y, grid.w, grid.h, None, "ink", 1.2, layer=3)
    return grid


def _dots(grid):
    """A dot in every cell, as one dashed line a row: the tapped cells are painted over it."""
    dot = min(1.8, 0.14 * grid.cell)
    start = grid.x + (grid.cell - dot) / 2
    for row in range(grid.shape[0]):
        y = grid.y + (row + 0.5) * grid.cell
        grid.sheet.lines(
            [(start, y), (grid.right, y)],
            line=dot,
            color="muted" if grid.cell >= 16 else "rule",
            dash=(dot, grid.cell - dot),
            layer=0.5,
        )


def _cross_out(grid, left_out):
    """A line through every row that the stride skips, hatching on columns that padding cuts."""
    for column in np.flatnonzero(left_out.all(axis=0)):
        left = grid.x + column * grid.cell
        grid.sheet.rect(left, grid.y, grid.cell, grid.h, "paper", None, layer=0.7)
        grid.sheet.hatch(left, grid.y, grid.cell, grid.h, "muted", 6, 0.5)
    for row in np.flatnonzero(left_out.all(axis=1)):
        top = grid.y + row * grid.cell
        grid.sheet.rect(grid.x, top, grid.w, grid.cell, "paper", None, layer=0.7)
        middle = top + grid.cell / 2
        grid.sheet.lines([(grid.x - 4, middle), (grid.right + 4, middle)], color="muted", line=0.8)


def _edge_labels(sheet, grid, row_labels, column_labels, blocks, colors):
    """Names beside the rows and above the columns, fewer where they would collide."""
    size = min(SMALL, max(7.5, 0.42 * grid.cell))
    widest = max(text_width(c, size) for c in column_labels)
    step = (
        1
        if widest + 4 < grid.cell
        else _stride_of_labels(widest / grid.cell, blocks[1], len(column_labels))
    )
    for i in range(0, len(column_labels), step):
        sheet.text(
            grid.x + (i + 0.5) * grid.cell,
            grid.y - 0.8 * size,
            column_labels[i],
            size,
            colors[1],
            "center",
        )
    step = (
        1
        if grid.cell >= 1.1 * size
        else _stride_of_labels(1.1 * size / grid.cell, blocks[0], len(row_labels))
    )
    for i in range(0, len(row_labels), step):
        sheet.text(
            grid.x - 6, grid.y + (i + 0.5) * grid.cell, row_labels[i], size, colors[0], "right"
        )


def _stride_of_labels(needed, block, count):
    for step in (2, 5, block, 2 * block, 10, 20, 50, 4 * block):
        if step >= needed + 0.2 and step < count:
            return step
    return count


def matrix_picture(
    kernel,
    size,
    *,
    stride=1,
    padding=0,
    order="row",
    output_order=None,
    transposed=False,
    x=None,
    first=0,
):
    """The convolution matrix W, or its transpose, coloured by kernel tap.

    ``kernel``: one or two axes, numbers or letters; ``size``: the size of the convolution's
    input. ``order`` and ``output_order``: how vec stacks input and output, "row" or "column".
    ``transposed``: draw W transposed, whose result has size ``size``. ``x``: what the matrix is
    multiplied by, drawn with the product, and in two dimensions also as grids before and after.
    Labels count from ``first``. Returns a Picture.

    >>> matrix_picture([[1, 2], [2, 1]], (3, 3)).alt[:47]
    'The convolution matrix W, 4 rows and 9 columns,'
    """
    kernel = numbers_or_letters("kernel", kernel)
    output_order = order if output_order is None else output_order
    options = {"stride": stride, "padding": padding}
    big = per_axis("size", size, kernel.ndim, 1)
    small = ops.conv_output_size(big, kernel.shape, **options)
    # Orders belong to the drawn matrix: W transposed takes y in `order` to z in `output_order`.
    orders = (output_order, order) if transposed else (order, output_order)
    taps = ops.conv_matrix_taps(
        kernel.shape, big, **options, order=orders[0], output_order=orders[1]
    )
    taps = taps.T if transposed else taps
    source, result = (small, big) if transposed else (big, small)
    letters = ("y", "z") if transposed else ("x", "y")
    columns = _labels(letters[0], source, order, first)
    rows = _labels(letters[1], result, output_order, first)
    if taps.size > MOST_CELLS:
        refuse(
            "size",
            size,
            f"gives a matrix of {words.size(taps.shape)} entries",
            f"draw at most {MOST_CELLS}",
        )
    vector = product = None
    if x is not None:
        x = numbers_or_letters("x", x)
        if x.size != taps.shape[1]:
            refuse(
                "x.shape",
                x.shape,
                f"has {plural(x.size, 'entry', 'entries')}",
                f"give {taps.shape[1]}, an array of shape {source}",
            )
        x = x.reshape(source)
        vector, flat = x.ravel(VEC[order]), kernel.ravel()
        product = [
            words.total(
                [words.product(vector[j], flat[tap]) for j, tap in enumerate(row) if tap >= 0]
            )
            for row in taps
        ]
    blocks = (_block(result, output_order), _block(source, order))
    body = _matrix_body(taps, kernel, rows, columns, blocks, vector, product, transposed)
    settings = options_words(**options)
    legend = [
        kernel_sheet(kernel),
        text_sheet(
            [*wrap_settings(settings, 190), "entry = tap value, dot = always 0"], SMALL, "muted"
        ),
    ]
    if x is not None and kernel.ndim == 2:  # the pictures that the two columns flatten
        pictured = np.array(product, dtype=object).reshape(result, order=VEC[output_order])
        before, after = grid_sheet(x, "input", cell=24), grid_sheet(pictured, "output", cell=24)
        legend = stack([beside([before, legend[0], after], 30, "top"), legend[1]], 8)
    else:
        legend = beside(legend, 20)
    return Picture(
        stack([legend, body], 16),
        _matrix_alt(taps, kernel, big, order, output_order, transposed, settings, product),
    )


def _matrix_body(taps, kernel, rows, columns, blocks, vector, product, transposed):
    """The matrix with its labels, and the vector and the product beside it where there is one."""
    extra = 0.0
    if vector is not None:
        extra = 112 + max(text_width(number(v), BODY) for v in product)
    left = max(text_width(r, SMALL) for r in rows) + 12
    cell = min(28, (WIDTH - left - extra) / taps.shape[1])
    sheet = Sheet()
    grid = draw_matrix(sheet, 0, 0, taps, [number(v) for v in kernel.flat], cell, blocks)
    _edge_labels(sheet, grid, rows, columns, blocks, ("output-line", "input-line"))
    head = f"{'Wᵀ' if transposed else 'W'}  {words.size(taps.shape)}"
    sheet.text(0, -34, head, HEAD, bold=True)
    # Beside a vector taller than the matrix, the line above belongs to the vector's title.
    tall = vector is not None and max(len(vector), len(product)) > taps.shape[0] + 1
    _axis_words(sheet, grid, head, below=tall)
    if vector is None:
        return sheet
    names = ("vec(y)", "vec(z)") if transposed else ("vec(x)", "vec(y)")
    y0 = grid.y + grid.h / 2
    at = grid.right + 14
    sheet.text(at, y0, "·", 16, ha="center", bold=True)
    at = _put_column(sheet, vector, "input", cell, names[0], at + 14, y0)
    sheet.text(at + 14, y0, "=", 14, ha="center")
    _put_column(sheet, product, "output", cell, names[1], at + 28, y0)
    return sheet


def _put_column(sheet, values, role, cell, title, x, middle):
    """A vector as a column of cells with a title above; returns the x at its right."""
    column, texts = Sheet(), [number(v) for v in values]
    size = min(BODY, 0.62 * cell)
    wide = max(cell, *(text_width(text, size) + 6 for text in texts))
    for i, text in enumerate(texts):
        column.rect(0, i * cell, wide, cell, *ROLES[role])
        if cell >= 11:
            column.text(wide / 2, (i + 0.5) * cell, text, size, ha="center")
    column.text(wide / 2, -10, title, SMALL, ROLES[role][1], "center", bold=True)
    sheet.place(column, x, middle - len(values) * cell / 2 + column.bounds[1])
    return x + column.width


def _axis_words(sheet, grid, head, below):
    """What columns and rows stand for: beside the title where there is room, else below."""
    start = text_width(head, HEAD, True) + 16
    column_word = "columns: input cells"
    row_word = "rows: output cells"
    room = max(grid.w, WIDTH * 0.6)
    if not below and start + text_width(column_word + row_word, SMALL) + 20 <= room:
        sheet.text(start, -34, column_word, SMALL, "input-line")
        sheet.text(start + text_width(column_word, SMALL) + 14, -34, row_word, SMALL, "output-line")
    else:
        sheet.text(0, grid.bottom + 12, column_word, SMALL, "input-line")
        sheet.text(0, grid.bottom + 25, row_word, SMALL, "output-line")


def _matrix_alt(taps, kernel, big, order, output_order, transposed, settings, product):
    flat = list(kernel.flat)
    held = int((taps >= 0).sum())
    name = "transposed convolution matrix Wᵀ" if transposed else "convolution matrix W"
    text = (
        f"The {name}, {plural(taps.shape[0], 'row')} and "
        f"{plural(taps.shape[1], 'column')}, of a kernel of size "
        f"{words.size(kernel.shape)} (taps {words.listed(kernel.flat)}) and "
        f"{'a result' if transposed else 'an input'} of size {words.size(big)}"
        f"{', ' + settings if settings else ''}. "
    )
    if len(big) == 2:
        text += f"Input stacked by {order}s, output by {output_order}s. "
    text += (
        f"{held} of {taps.size} entries hold a tap, each in its tap's colour; the others are "
        "always 0. "
    )
    first = ["0" if tap < 0 else number(flat[tap]) for tap in taps[0]]
    text += f"First row: {' '.join(first[:24])}{' …' if len(first) > 24 else ''}. "
    if product is not None:
        text += f"Times the vector drawn beside it, it gives {words.listed(product, 16)}. "
    return text


def _with_skipped(kernel_shape, shape, stride, padding, dilation):
    """The matrix for the padded input at stride 1, the mask of what is not in W itself, and the
    shapes of its output and input."""
    padded = tuple(n + 2 * p for n, p in zip(shape, padding, strict=True))
    taps = ops.conv_matrix_taps(kernel_shape, padded, dilation=dilation)
    full = ops.conv_output_size(padded, kernel_shape, dilation=dilation)
    cut = np.ones(padded, dtype=bool)
    cut[tuple(slice(p, p + n) for p, n in zip(padding, shape, strict=True))] = False
    skipped = np.ones(full, dtype=bool)
    skipped[tuple(slice(None, None, s) for s in stride)] = False
    return taps, skipped.reshape(-1)[:, None] | cut.reshape(-1)[None, :], full, padded


def matrix_gallery(settings):
    """Small matrices for several settings, tap colours the same throughout.

    ``settings``: a list of dicts with ``size`` and ``kernel`` (numbers or letters), and perhaps
    ``title``, ``stride``, ``padding``, ``dilation``. Rows that a stride leaves out are crossed
    out and columns that padding cuts off are hatched, so that each matrix is seen as a part of
    the plain one. Returns a Picture.

    >>> matrix_gallery([dict(size=5, kernel=[1, 2, 1], stride=2, title="stride 2")]).alt[:25]
    '1 convolution matrix with'
    """
    settings = [dict(s) for s in settings]
    if not settings:
        refuse("settings", settings, "is empty", "give at least one dict")
    cases = [_gallery_case(case) for case in settings]
    widest = max(taps.shape[1] for taps, *_ in cases)
    cell = min(20, ((WIDTH - 24) / 2 - 8) / widest)
    panels, sentences, kernels = [], [], {}
    for taps, left_out, kernel, title, shape, blocks in cases:
        kernels.setdefault(tuple(kernel.flat) + kernel.shape, kernel)
        body = Sheet()
        draw_matrix(body, 0, 0, taps, [number(v) for v in kernel.flat], cell, blocks, left_out)
        panels.append(stack([title_sheet(title, f"W  {words.size(shape)}"), body], 7))
        sentences.append(f"{title}: {words.size(shape)}")
    legend = beside([kernel_sheet(kernel, 22) for kernel in kernels.values()], 20)
    masks = [mask for _, mask, *_ in cases if mask is not None]
    alt = (
        f"{plural(len(cases), 'convolution matrix', 'convolution matrices')} with "
        f"entries coloured by kernel tap. {'; '.join(sentences)}."
    )
    if masks:
        alt += (
            " Rows that the stride skips are crossed out, columns that padding cuts off are "
            "hatched."
        )
    return Picture(
        stack(
            [legend, flow(panels, gap=(24, 18), most=2), _left_out_key(masks) if masks else None],
            16,
        ),
        alt,
    )


def _gallery_case(case):
    """(taps, what to cross out, kernel, title, size of W, block) of one dict of settings."""
    known = ("size", "kernel", "title", "stride", "padding", "dilation")
    for name in case:
        if name not in known:
            refuse("settings", case, f"has the unknown key {name!r}", "use " + ", ".join(known))
    if "size" not in case or "kernel" not in case:
        refuse("settings", case, "lacks size or kernel", "give 'size' and 'kernel'")
    kernel = numbers_or_letters("kernel", case["kernel"])
    shape = per_axis("size", case["size"], kernel.ndim, 1)
    options = {
        name: per_axis(name, case.get(name, plain), kernel.ndim, plain)
        for name, plain in (("stride", 1), ("padding", 0), ("dilation", 1))
    }
    out = ops.conv_output_size(shape, kernel.shape, **options)
    size = (int(np.prod(out)), int(np.prod(shape)))
    taps, left_out, full, padded = _with_skipped(kernel.shape, shape, **options)
    blocks = (full[-1], padded[-1]) if kernel.ndim == 2 else None
    title = case.get("title") or options_words(**options) or "plain"
    return taps, left_out if left_out.any() else None, kernel, title, size, blocks


def _left_out_key(masks):
    items = []
    if any(mask.all(axis=1).any() for mask in masks):
        row = Sheet()
        row.rect(0, 0, 15, 15, "faint", "rule", 0.7, layer=0)
        row.lines([(-2, 7.5), (17, 7.5)], color="muted", line=1.0)
        row.text(23, 7.5, "row skipped by the stride", SMALL)
        items.append(row)
    if any(mask.all(axis=0).any() for mask in masks):
        column = Sheet()
        column.rect(0, 0, 15, 15, "faint", "rule", 0.7, layer=0)
        column.hatch(0, 0, 15, 15, "muted", 6, 0.6)
        column.text(23, 7.5, "column of a padding cell, cut off", SMALL)
        items.append(column)
    return flow(items, gap=(18, 6))


def layer_matrix_picture(weight_shape, size, *, stride=1, padding=0, groups=1):
    """The block structure of a layer's matrix: a block for each pair of channels.

    ``weight_shape``: (C_out, C_in / groups, *k) with one or two kernel axes; ``size``: the size
    of one input channel. Each block is the convolution matrix of its own kernel weight[o, i];
    with groups, the blocks of other groups are zero. Returns a Picture.

    >>> layer_matrix_picture((2, 2, 3), 5, groups=1).alt[:20]
    'The matrix of a conv'
    """
    if len(weight_shape) not in (3, 4):
        refuse(
            "weight_shape",
            weight_shape,
            "is not the shape of a weight",
            "give (C_out, C_in / groups, k) or (C_out, C_in / groups, k, k)",
        )
    weight_shape = per_axis("weight_shape", weight_shape, len(weight_shape), 1)
    c_out, per_group, *kernel_shape = weight_shape
    if groups < 1 or c_out % groups:
        refuse(
            "groups", groups, "does not divide the output channels", f"give a divisor of {c_out}"
        )
    kernel_shape = tuple(kernel_shape)
    c_in = per_group * groups
    options = {"stride": stride, "padding": padding}
    shape = per_axis("size", size, len(kernel_shape), 1)
    taps = ops.conv_matrix_taps(kernel_shape, shape, **options)
    gap = 5
    cell = min(20, (WIDTH - 46 - gap * (c_in - 1)) / (c_in * taps.shape[1]))
    letters = _lettered(kernel_shape)
    sheet = Sheet()
    for o in range(c_out):
        for i in range(c_in):
            x = i * (taps.shape[1] * cell + gap)
            y = o * (taps.shape[0] * cell + gap)
            linked = o // (c_out // groups) == i // per_group
            _draw_block(sheet, x, y, taps, letters, cell, linked)
            if o == 0:
                sheet.text(
                    x + taps.shape[1] * cell / 2,
                    -10,
                    f"in {i}",
                    BODY,
                    "input-line",
                    "center",
                    bold=True,
                )
            if i == 0:
                sheet.text(
                    -8,
                    y + taps.shape[0] * cell / 2,
                    f"out {o}",
                    BODY,
                    "output-line",
                    "right",
                    bold=True,
                )
    whole = (c_out * taps.shape[0], c_in * taps.shape[1])
    settings = options_words(**options, groups=groups)
    weights = c_out * per_group * letters.size
    filled = c_out * per_group * int((taps >= 0).sum())
    legend = beside(
        [
            kernel_sheet(letters, 24, "each kernel"),
            text_sheet(
                [
                    f"matrix {words.size(whole)}: {plural(c_out, 'row')} of blocks, {c_in} across",
                    f"each block {words.size(taps.shape)}, with its own kernel",
                    f"{weights} weights fill {filled} entries",
                    *([settings] if settings else []),
                ],
                SMALL,
                "muted",
            ),
        ],
        20,
    )
    alt = (
        f"The matrix of a convolution layer with {plural(c_in, 'input channel')} and "
        f"{plural(c_out, 'output channel')}, kernels of size {words.size(kernel_shape)}, "
        f"channels of size {words.size(shape)}{', ' + settings if settings else ''}: "
        f"{words.size(whole)} entries in {c_out * c_in} blocks of {words.size(taps.shape)}. "
        f"Each block is the convolution matrix of its own kernel; the {weights} weights fill "
        f"{filled} entries."
    )
    if groups > 1:
        alt += f" Only the {c_out * per_group} blocks within a group are not zero."
    return Picture(stack([legend, sheet], 20), alt)


def _draw_block(sheet, x, y, taps, letters, cell, linked):
    if linked:
        draw_matrix(sheet, x, y, taps, list(letters.flat), cell)
        return
    w, h = taps.shape[1] * cell, taps.shape[0] * cell
    sheet.rect(x, y, w, h, None, "muted", 0.9, (2.2, 2.0), 0)
    sheet.text(x + w / 2, y + h / 2, "0", HEAD, "muted", "center")
