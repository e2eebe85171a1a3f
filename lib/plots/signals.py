"""Signals under each other, cell above cell."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from lib.arguments import one_of, refuse
from lib.plots._arguments import numbers_or_letters, real_numbers, strings
from lib.plots._axes import figure_with_margins
from lib.plots._grid import ROLES, Grid, fit_size
from lib.plots._sheet import BODY, SMALL, WIDTH, Sheet, text_width
from lib.plots._text import number
from lib.plots._theme import Picture, light, style

MARKERS = {"input": "o", "kernel": "^", "output": "s"}


def signals(rows, *, labels, mode="cells", roles=None):
    """One-dimensional signals under each other, cell t of one above cell t of the next.

    ``rows``: a list of signals, of numbers or letters; a stem plot takes numbers.
    ``labels``: a name for each. ``mode``: "cells" (numbers in strips) or "stems" (a stem plot).
    ``roles``: "input", "kernel" or "output" for each (default: first input, then output). Returns
    a Picture.

    >>> signals([[0, 0, 1, 0], [1, 2, 3, 0]], labels=["x", "z"]).alt
    'Signals aligned under each other. x: 0, 0, 1, 0. z: 1, 2, 3, 0.'
    """
    series = [numbers_or_letters("rows", row, (1,)) for row in rows]
    if not series:
        refuse("rows", rows, "is empty", "give at least one signal")
    labels = strings("labels", labels, len(series), "signal")
    one_of("mode", mode, ("cells", "stems"))
    if roles is None:
        roles = ["input"] + ["output"] * (len(series) - 1)
    if len(roles) != len(series) or any(role not in MARKERS for role in roles):
        refuse(
            "roles",
            roles,
            "does not give each signal a role",
            f"give one of {', '.join(MARKERS)} for each",
        )
    text = " ".join(
        f"{name}: {', '.join(map(number, values[:24]))}{', …' if len(values) > 24 else ''}."
        for name, values in zip(labels, series, strict=True)
    )
    draw = _strips if mode == "cells" else _stems
    return Picture(draw(series, labels, roles), f"Signals aligned under each other. {text}")


def _strips(series, labels, roles):
    sheet = Sheet()
    longest = max(map(len, series))
    names = max(text_width(name, BODY, True) for name in labels)
    above = names > 0.35 * WIDTH  # long names stand above their strip
    room = WIDTH if above else WIDTH - names - 12
    widest = max(text_width(number(v), BODY) for values in series for v in values)
    cell = min(max(30, widest + 8), room / longest)
    y = 0.0
    for i in range(longest):
        if cell >= 14 or i % 5 == 0:
            sheet.text(
                (i + 0.5) * cell, y + 5, str(i), min(SMALL, 0.5 * cell + 2), "muted", "center"
            )
    y += 15
    for values, name, role in zip(series, labels, roles, strict=True):
        if above:
            sheet.text(0, y + 8, name, BODY, ROLES[role][1], bold=True)
            y += 19
        else:
            sheet.text(-10, y + cell / 2, name, BODY, ROLES[role][1], "right", bold=True)
        grid = Grid(sheet, 0, y, (len(values),), cell)
        texts = [number(v) for v in values]
        size = min(fit_size(t, 0.9 * cell, min(BODY, 0.62 * cell), 1) for t in texts)
        for i, text in enumerate(texts):
            grid.role((i,), role)
            if size >= 5.5:
                grid.write((i,), text, size=max(size, 6.5))
        y += cell + 9
    return sheet


def _stems(series, labels, roles):
    with style():
        figure = figure_with_margins(6.5, 0.6 + 1.25 * len(series))
        all_axes = figure.subplots(len(series), sharex=True, squeeze=False)[:, 0]
        for axes, values, name, role in zip(all_axes, series, labels, roles, strict=True):
            color = light(ROLES[role][1])
            t = np.arange(len(values))
            values = real_numbers("rows", values)
            axes.vlines(t, 0, values, color=color, linewidth=2)
            axes.plot(t, values, MARKERS[role], color=color, markersize=5.5, linestyle="none")
            axes.axhline(0, color=light("muted"), linewidth=0.8)
            axes.set_title(name, color=color, fontsize=10.5)
            axes.margins(y=0.2)
            axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
        all_axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        all_axes[-1].set_xlabel("cell")
    return figure
