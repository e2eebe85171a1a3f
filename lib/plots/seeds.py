"""One number per seed for each of several groups, as dots with their mean and range."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from lib.arguments import refuse
from lib.plots import _text as words
from lib.plots._arguments import real_numbers
from lib.plots._sheet import BODY, HEAD, SMALL, WIDTH, Sheet, text_width
from lib.plots._text import number
from lib.plots._theme import Picture, light, style


def seeds_picture(groups, *, panels):
    """One number per seed for each of several groups, measured in several ways.

    One panel a measure, one row a group: each seed a dot, the mean a bar, a line from the
    smallest to the largest; mean and range are written at the right.

    ``groups``: names, top to bottom; ``panels``: a list of (title, {group: numbers}) or (title,
    {group: numbers}, options), where options may hold "unit" (text), "better" ("lower" or
    "higher") and "log" (True: a logarithmic axis; zeros stand apart at its left). A group that a
    panel leaves out gets an empty row. Returns a Picture.

    >>> seeds_picture(["a", "b"], panels=[("error", {"a": [1, 2, 3], "b": [4, 5]},
    ...                                   {"better": "lower"})]).alt
    'Error (lower is better): a, 2 (1 to 3); b, 4.50 (4.00 to 5.00). Ranges in brackets.'
    """
    groups = list(groups)
    if not groups or len(set(groups)) != len(groups):
        refuse("groups", groups, "is empty or has a name twice", "give at least one, each once")
    measures = [_measure(groups, panel) for panel in panels]
    if not measures:
        refuse("panels", panels, "is empty", "give at least one (title, {group: numbers})")
    names = max(text_width(name, BODY) for name in groups) + 10
    notes = max(
        text_width(note, SMALL)
        for _, values, options in measures
        for note in [_mean_and_range(v) for v in values.values()]
    )
    if WIDTH - names - notes < 120:
        refuse("groups", groups, f"has names up to {names:.0f} points wide", "give shorter ones")
    sheet, y, dots = Sheet(), 0.0, []
    for title, values, options in measures:
        y = _seeds_panel(sheet, y, dots, groups, title, values, options, names, notes + 12) + 20
    counts = {len(v) for _, values, _ in measures for v in values.values() if len(v) > 1}
    key = "dot: one seed · bar: mean · line: smallest to largest"
    if len(counts) == 1:
        key += f" of {counts.pop()} seeds"
    sheet.text(0, y, key, SMALL, "muted")
    alt = " ".join(_measure_in_words(groups, *measure) for measure in measures)
    if len(alt) > 540:
        alt = " ".join(_measure_in_words(groups, *measure, brief=True) for measure in measures)
    figure = sheet.figure(WIDTH)
    with style():  # as markers, which are drawn once and used often: a much smaller SVG
        figure.axes[0].plot(
            *zip(*dots, strict=True),
            "o",
            markersize=5.8,
            markerfacecolor=light("output"),
            markeredgecolor=light("output-line"),
            markeredgewidth=1.0,
            zorder=2,
            scalex=False,
            scaley=False,
        )
    return Picture(figure, f"{alt} Ranges in brackets.")


def _measure(groups, panel):
    """A panel as (title, {group: array}, options), checked."""
    if not isinstance(panel, tuple | list) or len(panel) not in (2, 3):
        refuse(
            "panels",
            panel,
            "is not a panel",
            "give (title, {group: numbers}) or (title, {group: numbers}, options)",
        )
    title, values, options = (*panel, {})[:3]
    options = {"log": False, "unit": "", "better": None} | dict(options)
    if len(options) > 3 or options["better"] not in (None, "lower", "higher"):
        refuse(
            f"panels[{title!r}]",
            panel[2],
            "has unknown options",
            "give log, unit and better ('lower' or 'higher')",
        )
    if not values or any(name not in groups for name in values):
        refuse(f"panels[{title!r}]", list(values), "names other groups", f"give some of {groups}")
    values = {
        name: np.atleast_1d(real_numbers(f"panels[{title!r}][{name!r}]", v))
        for name, v in values.items()
    }
    least = min(v.min() for v in values.values())
    if options["log"] and least < 0:
        refuse(
            f"panels[{title!r}]",
            float(least),
            "has no place on a logarithmic axis",
            "give values of 0 or more, or leave out log",
        )
    return title, values, options


def _short(value):
    return f"{value:,.0f}" if abs(value) >= 999.5 else number(value)


def _mean_and_range(values):
    """ "4.50 (4.00 to 5.00)": as many decimals in all three; alone where all seeds agree."""
    mean, low, high = values.mean(), values.min(), values.max()
    if low == high:
        return _short(low)
    three = [mean, low, high]
    if all(value == round(value) for value in three) or not 1e-4 <= abs(mean) < 1000:
        texts = [_short(value) for value in three]
    else:
        decimals = 2 - int(np.floor(np.log10(abs(mean))))
        # More decimals where the range would not show at three digits, five digits at most.
        while decimals < 4 - np.floor(np.log10(abs(mean))) and high - low < 2 * 10.0**-decimals:
            decimals += 1
        texts = [
            f"{value:.{max(decimals, 0)}f}".replace("-", words.MINUS) if value else "0"
            for value in three
        ]
    return "{} ({} to {})".format(*texts)


def _heading(title, options):
    notes = [options["unit"]] * bool(options["unit"])
    notes += [f"{options['better']} is better"] * bool(options["better"])
    return f"{title} ({', '.join(notes)})" if notes else title


def _measure_in_words(groups, title, values, options, brief=False):
    """All means and ranges, or in brief: the best and the worst, and who overlaps the best."""
    head = _heading(title, options)
    measured = [name for name in groups if name in values]
    texts = {name: f"{name}, {_mean_and_range(values[name])}" for name in measured}
    if brief and len(measured) > 2:
        measured.sort(key=lambda name: values[name].mean(), reverse=options["better"] == "higher")
        first, *others = measured
        best = values[first]
        near = sum(
            values[name].min() <= best.max() and values[name].max() >= best.min() for name in others
        )
        text = f"from {texts[first]}, to {texts[others[-1]]}"
        text += f"; {near} of {len(others)} others overlap the first" if near else ""
    else:
        text = "; ".join(texts.values())
    return f"{head[0].upper()}{head[1:]}: {text}."


def _axis(values, log, left, width):
    """Where a value stands, the ticks as (place, text), and where the axis is broken (or None).

    Zero has no place on a logarithmic axis: it stands apart, left of the break.
    """
    together = np.concatenate(list(values.values()))
    zeros = log and (together == 0).any()
    if log and (together > 0).any():
        shown, scale = together[together > 0], np.log10
        low, high = scale(shown.min()) - 0.08, scale(shown.max()) + 0.08
        # Powers of ten, and where these are few also 2 and 5 times them.
        ticks = [
            times * 10.0**power
            for power in range(int(low) - 2, int(high) + 2)
            for times in ((1, 2, 5) if high - low < 2 else (1,))
        ]
    else:
        scale = np.asarray
        reach = np.ptp(together) or abs(together[0]) or 1.0
        low, high = together.min() - 0.06 * reach, together.max() + 0.06 * reach
        ticks = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    apart = 34 if zeros else 0

    def place(value):
        if zeros and value == 0:
            return left + 8
        return left + apart + (scale(value) - low) / (high - low) * (width - apart)

    marks = [(left + 8, "0")] if zeros else []
    for tick in ticks:
        text = _short(0.0 if abs(tick) < 1e-12 * (high - low) else tick)
        if (not log or tick > 0) and low <= scale(tick) <= high:
            at = place(tick)
            if not marks or at - marks[-1][0] > text_width(text, SMALL) + 12:
                marks.append((at, text))
    return place, marks, left + apart - 10 if zeros else None


def _seeds_panel(sheet, y, dots, groups, title, values, options, names, notes):
    """One measure: heading, a row for each group, an axis; returns the y below.

    The seeds' places are added to `dots`.
    """
    sheet.text(0, y + 6, title, HEAD, bold=True)
    rest = _heading("", options).strip()
    if rest:
        sheet.text(text_width(title, HEAD, True) + 7, y + 6, rest, SMALL, "muted")
    y += 20
    row, left, width = 20, names, WIDTH - names - notes
    place, ticks, broken = _axis(values, options["log"], left, width)
    bottom = y + row * len(groups)
    for at, text in ticks:
        sheet.lines([(at, y), (at, bottom + 3)], color="rule", line=0.6, layer=0)
        sheet.text(at, bottom + 11, text, SMALL, "muted", "center")
    sheet.lines([(left, bottom), (left + width, bottom)], color="muted", line=0.8)
    if broken is not None:
        sheet.lines(
            *([(broken + dx - 2, bottom + 4), (broken + dx + 2, bottom - 4)] for dx in (-2, 2)),
            color="muted",
            line=1.0,
        )
    for i, name in enumerate(groups):
        middle = y + (i + 0.5) * row
        sheet.text(left - 10, middle, name, BODY, "ink", "right")
        if name not in values:
            sheet.text(left + width + 12, middle, "not measured", SMALL, "muted")
            continue
        numbers = values[name]
        sheet.lines(
            [(place(numbers.min()), middle), (place(numbers.max()), middle)],
            color="output-line",
            line=1.4,
            layer=1,
        )
        if len(numbers) > 1:
            sheet.rect(place(numbers.mean()) - 1.2, middle - 8, 2.4, 16, "ink", layer=1.5)
        dots += [(place(value), middle) for value in numbers]
        sheet.text(left + width + 12, middle, _mean_and_range(numbers), SMALL)
    return bottom + 18
