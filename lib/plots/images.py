"""Pictures made of pixels: every pixel a hard square, all on one range of values."""

import re
from base64 import b64decode, b64encode
from io import BytesIO

import numpy as np
from PIL import Image

from lib.arguments import integer, plural, refuse
from lib.plots import _text as words
from lib.plots._arguments import real_numbers, strings
from lib.plots._grid import fit_size
from lib.plots._sheet import BODY, HEAD, MARGIN, SMALL, WIDTH, Sheet, text_width, wrap
from lib.plots._text import number
from lib.plots._theme import Picture, style

PX = 0.75  # points in a screen pixel
GAP = 12 * PX
SIDE = 240  # screen pixels: no picture is enlarged beyond that unless asked

# Blue, white, orange. Orange ends lighter than blue, so that strong values differ in grey too.
_SIGNED = np.array(
    [
        (0x0B, 0x3C, 0x7D),
        (0x6F, 0xA3, 0xD8),
        (0xFF, 0xFF, 0xFF),
        (0xF7, 0xB4, 0x6A),
        (0xDF, 0x79, 0x12),
    ],
    float,
)


def pictures(images, *, titles=None, row_labels=None, columns=None, range=(0, 1), scale=None):
    """Pictures in a grid, pixel by pixel, all on one range of values.

    ``images``: one (H, W) array, a list of them (sizes may differ), or a list of rows of them,
    where None leaves a place empty. A list is broken into rows of ``columns``; left out, as many
    stand beside each other as fit.
    ``titles``: one per picture, or, above a list of rows, one per column. ``row_labels``: one per
    row, written at its left. ``range``: the values drawn black and white; values outside are
    drawn as the nearest end. A range (-a, a) draws signed values, blue below 0, white at 0 and
    orange above, with a scale bar.
    ``scale``: screen pixels on a side for each pixel, a whole number, the same for all; left out,
    each picture is enlarged until it is about as large as the others.
    Returns a Picture. ValueError where they do not fit a page.

    >>> import numpy as np
    >>> pictures([np.eye(3), 1 - np.eye(3)], titles=["eye", "rest"]).alt[:45]
    '2 grey pictures, each 3 × 3 pixels, beside ea'
    """
    table, nested = _table(images)
    low, high = _range(range)
    signed = low < 0
    if titles is not None:
        titles = strings("titles", titles, max(map(len, table)), "column" if nested else "picture")
    if not nested:
        table = _broken(table[0], columns, scale)
    elif columns is not None:
        refuse("columns", columns, "cannot hold where images is a list of rows", "leave it out")
    if row_labels is not None:
        row_labels = strings("row_labels", row_labels, len(table), "row")
    width = max(len(row) for row in table)
    room = WIDTH - _label_width(row_labels)
    scales = _scales(table, width, room, scale)

    sheet, placed = Sheet(), []
    # With the sheet's margin this makes whole screen pixels, so that pixels fall on pixels.
    corner = MARGIN - _up(MARGIN + PX)
    sheet.lines([(corner, corner), (corner, corner)])
    left = _up(_label_width(row_labels))
    sides = [side * PX for side in _widths(table, width, scales)]
    above = _title_lines(titles, table, nested, sides)
    y = 0.0
    for r, row in enumerate(table):
        lines = max(len(above.get((r, c), ())) for c, _ in enumerate(row))
        y = _up(y + lines * 1.3 * HEAD + (3 if lines else 0))
        tall = max(
            (
                image.shape[0] * scales[r, c] * PX
                for c, image in enumerate(row)
                if image is not None
            ),
            default=24 * PX,
        )
        if row_labels:
            size = wrap(row_labels[r].split(), 0.25 * WIDTH)
            sheet.paragraph(0, y + tall / 2 - len(size) * 0.725 * BODY, size, BODY)
        x = left
        for c, image in enumerate(row):
            for i, line in enumerate(reversed(above.get((r, c), ()))):
                sheet.text(
                    x,
                    y - 3 - (i + 0.5) * 1.3 * HEAD,
                    line,
                    fit_size(line, sides[c] + GAP - 3, BODY, bold=True),
                    bold=True,
                )
            if image is not None:
                w, h = image.shape[1] * scales[r, c] * PX, image.shape[0] * scales[r, c] * PX
                sheet.rect(x - PX / 2, y - PX / 2, w + PX, h + PX, None, "muted", PX, layer=3)
                placed.append((x, y, w, h, _colours(image, low, high)))
            x += sides[c] + GAP
        y += tall + GAP
    if signed:
        y = _up(y + 2)
        placed.append(_scale_bar(sheet, left, y, low, high))
    figure = sheet.figure()
    _paste(figure, placed)
    picture = Picture(figure, _alt(table, nested, titles, row_labels, low, high))
    picture.svg = _fewer_bytes(picture.svg)
    return picture


def _table(images):
    """The pictures as a list of rows, and whether they came as one."""
    if isinstance(images, np.ndarray):
        if images.ndim == 2:
            images = [images]
        elif images.ndim not in (3, 4):
            refuse(
                "images.shape",
                images.shape,
                f"has {plural(images.ndim, 'axis', 'axes')}",
                "use (H, W), or a list of such arrays",
            )
    images = list(images)
    if not images:
        refuse("images", images, "is empty", "give at least one (H, W) array")
    nested = any(_is_row(entry) for entry in images)
    if nested and not all(_is_row(entry) for entry in images):
        refuse(
            "images",
            type(images).__name__,
            "mixes rows and pictures",
            "give a list of pictures, or a list of rows of pictures",
        )
    rows = [[_picture(image) for image in row] for row in (images if nested else [images])]
    if all(image is None for row in rows for image in row):
        refuse("images", images, "holds no picture", "give at least one (H, W) array")
    return rows, nested


def _is_row(entry):
    """Whether an entry is a row of pictures: a list of arrays, or an array (C, H, W)."""
    if isinstance(entry, np.ndarray) or hasattr(entry, "__array__"):
        return np.ndim(entry) == 3
    return isinstance(entry, list | tuple) and any(
        one is None or np.ndim(one) >= 2 for one in entry
    )


def _picture(image):
    if image is None:
        return None
    return real_numbers("images", image, (2,))


def _range(ends):
    try:
        low, high = (float(end) for end in ends)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high) or (low < 0 and low != -high):
        refuse(
            "range",
            ends,
            "is not a range of values",
            "use two numbers, the lower first, or (-a, a) for signed values",
        )
    return low, high


def _broken(images, columns, scale):
    """A list of pictures in rows."""
    count = len(images)
    if columns is None:
        widest = max(image.shape[1] for image in images if image is not None)
        side = widest * (integer("scale", scale, 1) if scale is not None else max(1, 96 // widest))
        fit = max(1, int((WIDTH / PX + GAP / PX) // (side + GAP / PX)))
        columns = -(-count // -(-count // fit))  # rows of equal length
    columns = integer("columns", columns, 1)
    return [images[i : i + columns] for i in range(0, count, columns)]


def _scales(table, width, room, scale):
    """Screen pixels for each pixel, by place: whole numbers that make all about equally wide."""
    across = [
        max((row[c].shape[1] for row in table if c < len(row) and row[c] is not None), default=1)
        for c in range(width)
    ]
    free = room / PX - (width - 1) * GAP / PX
    needed = sum(across) * (1 if scale is None else integer("scale", scale, 1))
    if needed > free:
        refuse(
            "columns",
            width,
            f"pictures beside each other need {needed} screen pixels of {int(free)}",
            "put fewer in a row, give smaller pictures or a smaller scale",
        )
    places = [(r, c) for r, row in enumerate(table) for c, one in enumerate(row) if one is not None]
    if scale is not None:
        return dict.fromkeys(places, int(scale))
    # The largest common side at which every row fits, or one a little smaller at which all
    # become equally large; what is wider than it keeps scale 1.
    longest = {(r, c): max(table[r][c].shape) for r, c in places}
    best, most = None, SIDE
    for side in range(SIDE, 0, -1):
        scales = {at: max(1, int(side // n)) for at, n in longest.items()}
        if best is None and sum(_widths(table, width, scales)) <= free:
            best, most = scales, side
        if best and len({n * scales[at] for at, n in longest.items()}) == 1:
            return scales
        if best and side < 0.8 * most:
            break
    return best or scales


def _widths(table, width, scales):
    """The width of each column in screen pixels; one that holds no picture has 32."""
    return [
        max(
            (
                row[c].shape[1] * scales[r, c]
                for r, row in enumerate(table)
                if c < len(row) and row[c] is not None
            ),
            default=32,
        )
        for c in range(width)
    ]


def _label_width(labels):
    if not labels:
        return 0.0
    return 10 + max(
        text_width(line, BODY) for label in labels for line in wrap(label.split(), 0.25 * WIDTH)
    )


def _title_lines(titles, table, nested, sides):
    """{(row, column): lines of its title}; a title has the width of its column."""
    if titles is None:
        return {}
    if nested:
        above = {(0, c): title for c, title in enumerate(titles)}
    else:
        places = [(r, c) for r, row in enumerate(table) for c in range(len(row))]
        above = dict(zip(places, titles, strict=True))
    return {
        at: wrap(_unbroken(title), sides[at[1]] + GAP - 8, HEAD)
        for at, title in above.items()
        if title and (nested or table[at[0]][at[1]] is not None)
    }


def _unbroken(title):
    """The words of a title; what an "=" or "×" joins stays on one line."""
    for sign in "=×":
        title = title.replace(f" {sign} ", f"\N{NO-BREAK SPACE}{sign}\N{NO-BREAK SPACE}")
    return title.split(" ")


def _up(length):
    """The next whole number of screen pixels, in points."""
    return float(np.ceil(length / PX - 1e-9)) * PX


def _colours(image, low, high):
    """(H, W, 3) bytes."""
    place = (np.clip(image, low, high) - low) / (high - low)
    if low < 0:
        stops = np.linspace(0, 1, len(_SIGNED))
        rgb = np.stack([np.interp(place, stops, channel) for channel in _SIGNED.T], axis=-1)
    else:
        rgb = np.repeat(255 * place[..., np.newaxis], 3, axis=-1)
    # Means of grey levels lie half-way between two: there the last digit must not decide.
    return np.floor(rgb + 0.5 + 1e-6).astype(np.uint8)


def _scale_bar(sheet, x, y, low, high):
    """The signed map from end to end, its ends and 0 written; what to paste."""
    w, h = 96 * PX, 12 * PX
    x = _up(x + text_width(number(low), SMALL) + 6)
    sheet.rect(x - PX / 2, y - PX / 2, w + PX, h + PX, None, "muted", PX, layer=3)
    sheet.text(x - 6, y + h / 2, number(low), SMALL, ha="right")
    sheet.text(x + w + 6, y + h / 2, number(high), SMALL)
    sheet.lines([(x + w / 2, y + h), (x + w / 2, y + h + 4)], color="muted")
    sheet.text(x + w / 2, y + h + 10, "0", SMALL, ha="center")
    return x, y, w, h, _colours(np.linspace(low, high, 97)[np.newaxis], low, high)


def _paste(figure, placed):
    """Put the pixels into the drawing, in its own units, under lines and text."""
    axes = figure.axes[0]
    view = axes.get_xlim(), axes.get_ylim()
    with style():
        for x, y, w, h, rgb in placed:
            axes.imshow(
                rgb,
                extent=(x, x + w, y + h, y),
                interpolation="none",
                aspect="auto",
                zorder=1,
                resample=False,
            )
    axes.set(xlim=view[0], ylim=view[1])


def _fewer_bytes(svg):
    """The same pixels without transparency and, where they are grey, in one channel."""

    def again(match):
        with Image.open(BytesIO(b64decode(match.group()))) as image:
            image = image.convert("RGB")
            red, green, blue = image.split()
            if red.tobytes() == green.tobytes() == blue.tobytes():
                image = red
            buffer = BytesIO()
            image.save(buffer, format="png", optimize=True)
        return b64encode(buffer.getvalue()).decode("ascii")

    return re.sub('(?<=data:image/png;base64,)[^"]+', again, svg)


def _alt(table, nested, titles, row_labels, low, high):
    drawn = [image for row in table for image in row if image is not None]
    shapes = {image.shape for image in drawn}
    kind = "signed" if low < 0 else "grey"
    sizes = (
        f", each {words.size(drawn[0].shape)} pixels"
        if len(drawn) > 1
        else f", {words.size(drawn[0].shape)} pixels"
    )
    if len(shapes) > 1:
        sizes = ", of " + " and ".join(words.size(s) for s in sorted(shapes)[:4]) + " pixels"
    where = ""
    if len(table) > 1:
        where = f", in {len(table)} rows"
    elif len(drawn) > 1:
        where = ", beside each other"
    alt = f"{plural(len(drawn), f'{kind} picture')}{sizes}{where}. "
    # By half a grey level or more: less is not seen, and may be rounding.
    seen = 0.499999 * (high - low) / 255
    outside = sum(int(((image < low - seen) | (image > high + seen)).sum()) for image in drawn)
    total = sum(image.size for image in drawn)
    ends = (
        f"Blue is {number(low)}, white 0, orange {number(high)}"
        if low < 0
        else f"Black is {number(low)}, white {number(high)}"
    )
    alt += ends + (
        f"; {outside:,} of {total:,} values lie outside and are drawn as the nearer end. "
        if outside
        else ". "
    )
    if nested and titles:
        alt += f"Columns: {', '.join(titles)}. "
    if row_labels:
        alt += f"Rows: {', '.join(row_labels)}. "
    names = titles if titles and not nested else None
    if len(drawn) <= 8:
        values = []
        for i, image in enumerate(image for row in table for image in row):
            if image is not None:
                name = (
                    names[i]
                    if names and names[i]
                    else f"picture {i + 1}"
                    if len(drawn) > 1
                    else "values"
                )
                values.append(
                    f"{name}: {number(image.min(), 2)} to {number(image.max(), 2)}, "
                    f"mean {number(image.mean(), 2)}"
                )
        alt += "; ".join(values) + "."
    elif names:
        alt += "In reading order: " + ", ".join(n for n in names if n) + "."
    return alt.strip()
