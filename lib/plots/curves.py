"""Sizes, signals, training curves and counts."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from lib import ops
from lib.plots import _text as words
from lib.plots._sheet import BODY, HEAD, SMALL, WIDTH, Sheet, text_width
from lib.plots._grid import ROLES, Grid, fit_size
from lib.plots._theme import Picture, light, style
from lib.plots._text import number


def _figure(width, height):
    """A matplotlib figure whose drawing keeps clear of the paper's edge."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.13, h_pad=0.12)
    return figure


def _numbers(values, name):
    try:
        values = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is {values!r}; give numbers") from error
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"{name} holds {words.plural(values.size, 'number')}, or one that is "
                         "not finite; give at least one, all finite")
    return values


def size_staircase(kernel_size, *, stride, padding=0, dilation=1, sizes=range(1, 16)):
    """Output size against input size, and where the transposed convolution comes back to.

    A step of the staircase holds the ``stride`` input sizes that share one output size. The
    ring on each is the size that the transposed convolution gives without output_padding; the
    numbers on the others are the output_padding that reaches them. ``sizes``: the input sizes.
    Returns a Picture.

    >>> size_staircase(3, stride=2, sizes=range(3, 10)).alt[:46]
    'Output size against input size of a convolutio'
    """
    if not all(isinstance(v, int | np.integer) for v in (kernel_size, stride, padding, dilation)):
        raise ValueError("kernel_size, stride, padding and dilation must be whole numbers here; "
                         f"got {kernel_size!r}, {stride!r}, {padding!r}, {dilation!r}")
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    reach = dilation * (kernel_size - 1) + 1
    sizes = [int(n) for n in sizes if n >= 1 and n + 2 * padding >= reach]
    if not sizes:
        raise ValueError(f"sizes holds no input size that a kernel spanning {reach} cells fits; "
                         f"give sizes of at least {max(1, reach - 2 * padding)}")
    out = [ops.conv_output_size(n, kernel_size, **options) for n in sizes]
    with style():
        figure = _figure(6.5, 4.4)
        axes = figure.add_subplot()
        for m in sorted(set(out)):
            group = [n for n, o in zip(sizes, out, strict=True) if o == m]
            axes.plot([min(group) - 0.34, max(group) + 0.34], [m, m], color=light("output"),
                      linewidth=15, solid_capstyle="round", zorder=1)
            back = ops.conv_transpose_output_size(m, kernel_size, **options)
            for n in group:
                axes.plot(n, m, "o", markersize=6.5, color=light("output-line"), zorder=3)
                if n == back:
                    axes.plot(n, m, "o", markersize=13, markerfacecolor="none", zorder=3,
                              markeredgecolor=light("input-line"), markeredgewidth=1.8)
                elif n > back:
                    axes.annotate(f"+{n - back}", (n, m), (0, 9), textcoords="offset points",
                                  ha="center", fontsize=9.5, color=light("ink"))
        axes.set(xlabel="input size n", ylabel="output size m",
                 xlim=(min(sizes) - 0.8, max(sizes) + 0.8), ylim=(min(out) - 0.7, max(out) + 0.8))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
        settings = ", ".join(f"{name} {value}" for name, value in
                             (("kernel", kernel_size), *options.items()))
        axes.set_title(settings)
        ring = axes.plot([], [], "o", markersize=11, markerfacecolor="none", markeredgewidth=1.8,
                         markeredgecolor=light("input-line"))[0]
        dot = axes.plot([], [], "o", markersize=6.5, color=light("output-line"))[0]
        figure.legend([ring, dot], ["the transposed convolution comes back here",
                                    "+a: needs output padding a"],
                      loc="outside lower left", ncols=2, handletextpad=0.3, columnspacing=1.2)
    groups = []
    for m in sorted(set(out)):
        group = [n for n, o in zip(sizes, out, strict=True) if o == m]
        back = ops.conv_transpose_output_size(m, kernel_size, **options)
        groups.append(f"{words.listed(group)} → {m}, back to {back}")
    alt = (f"Output size against input size of a convolution with {settings}: a staircase on "
           f"which up to {words.plural(stride, 'input size')} share an output size. "
           f"{'; '.join(groups)}.")
    return Picture(figure, words.shorten(alt))


def signals(rows, *, labels, mode="cells", roles=None, digits=3):
    """One-dimensional signals under each other, cell t of one above cell t of the next.

    ``rows``: a list of signals; a signal may start further right when given as (offset, values).
    ``labels``: a name for each. ``mode``: "cells" (numbers in strips) or "stems" (a stem plot).
    ``roles``: "input", "kernel" or "output" for each (default: first input, then output). Returns
    a Picture.

    >>> signals([[0, 0, 1, 0], [1, 2, 3, 0]], labels=["x", "z"]).alt
    'Signals aligned under each other. x: 0, 0, 1, 0. z: 1, 2, 3, 0.'
    """
    offsets, series = [], []
    for row in rows:
        shifted = isinstance(row, tuple) and len(row) == 2 and np.ndim(row[1]) == 1
        offsets.append(int(row[0]) if shifted else 0)
        series.append(words.plain(row[1] if shifted else row, "rows", 1))
    if not series or len(labels) != len(series):
        raise ValueError(f"labels has {len(labels)} entries; give {len(series)}, one per signal "
                         "(and at least one signal)")
    if min(offsets) < 0:
        raise ValueError(f"rows has the offset {min(offsets)}; give 0 or more")
    if roles is None:
        roles = ["input"] + ["output"] * (len(series) - 1)
    if len(roles) != len(series) or any(role not in ROLES for role in roles):
        raise ValueError(f"roles is {roles!r}; give one of {', '.join(ROLES)} for each signal")
    text = " ".join(f"{name}: {', '.join(number(v, digits) for v in values[:24])}"
                    f"{', …' if len(values) > 24 else ''}."
                    for name, values in zip(labels, series, strict=True))
    alt = words.shorten(f"Signals aligned under each other. {text}")
    if mode == "cells":
        return Picture(_strips(series, offsets, labels, roles, digits).figure(), alt)
    if mode == "stems":
        return Picture(_stems(series, offsets, labels, roles), alt)
    raise ValueError(f"mode is {mode!r}; use 'cells' or 'stems'")


def _strips(series, offsets, labels, roles, digits):
    sheet = Sheet()
    longest = max(o + len(s) for o, s in zip(offsets, series, strict=True))
    names = max(text_width(name, BODY, True) for name in labels)
    above = names > 0.35 * WIDTH  # long names stand above their strip
    room = WIDTH if above else WIDTH - names - 12
    widest = max(text_width(number(v, digits), BODY) for values in series for v in values)
    cell = min(max(30, widest + 8), room / longest)
    y = 0.0
    for i in range(longest):
        if cell >= 14 or i % 5 == 0:
            sheet.text((i + 0.5) * cell, y + 5, str(i), min(SMALL, 0.5 * cell + 2), "muted",
                       "center")
    y += 15
    for values, offset, name, role in zip(series, offsets, labels, roles, strict=True):
        if above:
            sheet.text(0, y + 8, name, BODY, ROLES[role][1], bold=True)
            y += 19
        else:
            sheet.text(-10, y + cell / 2, name, BODY, ROLES[role][1], "right", bold=True)
        grid = Grid(sheet, offset * cell, y, (len(values),), cell)
        texts = [number(v, digits) for v in values]
        size = min(fit_size(t, 0.9 * cell, min(BODY, 0.62 * cell), 1) for t in texts)
        for i, text in enumerate(texts):
            grid.role((i,), role)
            if size >= 5.5:
                grid.write((i,), text, size=max(size, 6.5))
        y += cell + 9
    return sheet


def _stems(series, offsets, labels, roles):
    with style():
        figure = _figure(6.5, 0.6 + 1.25 * len(series))
        all_axes = figure.subplots(len(series), sharex=True, squeeze=False)[:, 0]
        for axes, values, offset, name, role in zip(all_axes, series, offsets, labels, roles,
                                                    strict=True):
            color = light(ROLES[role][1])
            marker = {"input": "o", "kernel": "^", "output": "s"}[role]
            t = np.arange(len(values)) + offset
            values = _numbers(values, "rows")
            axes.vlines(t, 0, values, color=color, linewidth=2)
            axes.plot(t, values, marker, color=color, markersize=5.5, linestyle="none")
            axes.axhline(0, color=light("muted"), linewidth=0.8)
            axes.set_title(name, color=color, fontsize=10.5)
            axes.margins(y=0.2)
            axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
        all_axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        all_axes[-1].set_xlabel("cell")
    return figure


def loss_and_kernel(losses, kernels, target, *, labels=("before", "after"), digits=3):
    """A training curve above the kernel before and after it, and the target.

    ``losses``: one number per training step (drawn on a logarithmic axis where all are
    positive); ``kernels``: one kernel per label, each in the shape of ``target`` (one or two
    axes). Returns a Picture.

    >>> picture = loss_and_kernel([1, 0.1, 0.01], [[0, 0], [1, 1.9]], [1, 2])
    >>> "falls from 1 to 0.01" in picture.alt
    True
    """
    losses, target = _numbers(losses, "losses").ravel(), _numbers(target, "target")
    kernels = [_numbers(kernel, "kernels") for kernel in kernels]
    if len(labels) != len(kernels):
        raise ValueError(f"labels has {len(labels)} entries; give {len(kernels)}, one per kernel")
    if any(kernel.shape != target.shape for kernel in kernels) or target.ndim not in (1, 2):
        raise ValueError(f"kernels has shapes {[k.shape for k in kernels]}; give the shape of "
                         f"target, {target.shape}, with one or two axes")
    with style():
        figure = _figure(6.5, 5.4)
        top, bottom = figure.subplots(2, height_ratios=(1, 1.05))
        top.plot(np.arange(len(losses)), losses, color=light("input-line"), linewidth=2)
        if (losses > 0).all():
            top.set_yscale("log")
        top.set(xlabel="training step", title="loss")
        top.xaxis.set_major_locator(MaxNLocator(integer=True))
        places = np.arange(target.size)
        names = [*labels, "target"]
        series = [*kernels, target]
        width = 0.82 / len(series)
        fills = [("faint", "muted", "//"), ("output", "output-line", ""), ("kernel", "kernel-line",
                                                                         "..")]
        fills = fills[:1] + [fills[1]] * (len(series) - 2) + fills[2:]
        for i, (name, values) in enumerate(zip(names, series, strict=True)):
            fill, edge, hatch = fills[i]
            bottom.bar(places + (i - (len(series) - 1) / 2) * width, values.ravel(), 0.92 * width,
                       label=name, facecolor=light(fill), edgecolor=light(edge), hatch=hatch,
                       linewidth=1.2)
        bottom.axhline(0, color=light("ink"), linewidth=0.9)
        bottom.set_title("kernel")
        bottom.set_xticks(places, [words.sub("w", i) if target.ndim == 1 else
                                   words.sub("w", "".join(map(str, divmod(i, target.shape[1]))))
                                   for i in places])
        bottom.grid(axis="x", visible=False)
        bottom.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=len(series))
    alt = (f"Training curve: the loss falls from {number(losses[0], digits)} to "
           f"{number(losses[-1], digits)} in {words.plural(len(losses), 'recorded step')}. ")
    if losses[-1] >= losses[0]:
        alt = alt.replace("falls", "goes")
    alt += " ".join(f"Kernel {name}: {', '.join(number(v, digits) for v in values.flat)}."
                    for name, values in zip(labels, kernels, strict=True))
    alt += f" Target: {', '.join(number(v, digits) for v in target.flat)}."
    return Picture(figure, words.shorten(alt))


def _times(ratio):
    """A ratio as one says it: 144, 4.3, 4."""
    return number(round(ratio) if ratio >= 10 else round(ratio, 1))


def operation_counts(counts, *, title="multiplications"):
    """Bars of multiplication counts with the numbers written.

    ``counts``: {name: count}. Returns a Picture.

    >>> operation_counts({"stamps": 36, "zero-stuffing": 144}).alt
    'Horizontal bars of multiplications. stamps: 36; zero-stuffing: 144, 4 times the least.'
    """
    if not counts:
        raise ValueError("counts is empty; give at least one {name: count}")
    values = _numbers(list(counts.values()), "counts")
    if (values < 0).any():
        raise ValueError(f"counts has {number(values.min())}; give counts of 0 or more")
    least = values.min()
    notes = [f"{v:,.0f}" if v == round(v) else number(v) for v in values]
    said = [note + (f", {_times(v / least)} times the least" if v > least > 0 else "")
            for note, v in zip(notes, values, strict=True)]
    alt = f"Horizontal bars of {title}. " + "; ".join(f"{n}: {s}" for n, s in
                                           zip(counts, said, strict=True)) + "."
    return Picture(_bars(list(counts), values, notes, title).figure(), words.shorten(alt))


def bars(values, labels, *, title="", digits=3):
    """A labelled bar chart with the numbers written; values may be negative.

    ``values``: one number per label. Returns a Picture.

    >>> bars([1, 2], ["convolution", "transposed convolution"], title="cells").alt
    'Horizontal bars of cells. convolution: 1; transposed convolution: 2.'
    """
    values = _numbers(values, "values").ravel()
    if len(labels) != len(values):
        raise ValueError(f"labels has {len(labels)} entries; give {len(values)}, one per value")
    notes = [number(v, digits) for v in values]
    alt = (f"Horizontal bars of {title or 'values'}. "
           + "; ".join(f"{n}: {v}" for n, v in zip(labels, notes, strict=True)) + ".")
    return Picture(_bars(list(labels), values, notes, title).figure(), words.shorten(alt))


def _bars(names, values, notes, title):
    """Horizontal bars, each under its name, so that long names need no room at the side."""
    sheet = Sheet()
    widest = max(text_width(n, BODY, True) for n in notes)
    room = WIDTH - 30 - 2 * widest * (values.min() < 0) - widest
    low, high = min(0.0, values.min()), max(0.0, values.max())
    scale = room / ((high - low) or 1)
    zero = -low * scale + (widest + 8) * (low < 0)
    y = 0.0
    if title:
        sheet.text(0, y + 6, title, HEAD, bold=True)
        y += 24
    for name, value, note in zip(names, values, notes, strict=True):
        sheet.text(0, y + 6, name, BODY)
        y += 16
        left, right = sorted((zero, zero + value * scale))
        sheet.rect(left, y, max(right - left, 0.8), 17, "output", "output-line", 1.2)
        if value < 0:
            sheet.text(left - 6, y + 8.5, note, BODY, bold=True, ha="right")
        else:
            sheet.text(right + 6, y + 8.5, note, BODY, bold=True)
        sheet.lines([(zero, y - 3), (zero, y + 20)], color="ink", line=1.2)
        y += 29
    return sheet


# Six curves: apart by dash and marker in grey print, by colour besides.
CURVES = [
    ("input-line", "solid", "o"),
    ("output-line", (0, (5, 2)), "s"),
    ("kernel-line", (0, (6, 1.5, 1.2, 1.5)), "^"),
    ("ink", (0, (1.2, 1.6)), "D"),
    ("tap4", (0, (9, 3)), "v"),
    ("tap1", (0, (6, 1.5, 1.2, 1.5, 1.2, 1.5)), "P"),
]


def lines(x, series, *, labels, xlabel, ylabel, log=False, marks=None):
    """Up to six curves over the same x, told apart by dash, marker and colour.

    Their names stand at their right ends where there is room, else in a legend. ``x``: one
    number per point; ``series``: a list of curves, each as long as x; ``labels``: a name for each;
    ``log``: a logarithmic y axis, for values above 0. ``marks``: x values at which a dashed
    vertical line is drawn, or {x: text} to write beside it. Returns a Picture.

    >>> lines([1, 2, 4], [[3, 1, 2]], labels=["k = 3"], xlabel="size", ylabel="ripple").alt
    'Curves of ripple against size, from 1 to 4: k = 3: from 3 to 2, least 1 at 2.'
    """
    x = _numbers(x, "x")
    if x.ndim != 1:
        raise ValueError(f"x has {x.ndim} axes; give one number per point")
    series = [_numbers(values, "series") for values in series]
    if not 1 <= len(series) <= len(CURVES):
        raise ValueError(f"series has {words.plural(len(series), 'curve')}; give 1 to "
                         f"{len(CURVES)}, so that they can be told apart")
    if any(values.shape != x.shape for values in series):
        raise ValueError(f"series has shapes {[v.shape for v in series]}; give x's, {x.shape}, "
                         "to each")
    if len(labels) != len(series):
        raise ValueError(f"labels has {len(labels)} entries; give {len(series)}, one per curve")
    if log and min(values.min() for values in series) <= 0:
        raise ValueError("log is True, but series holds values of 0 or less; give values above 0 "
                         "or log=False")
    marks = marks if isinstance(marks, dict) else dict.fromkeys([] if marks is None else marks, "")
    places = _numbers(list(marks), "marks") if marks else np.empty(0)
    order = np.argsort(x, kind="stable")
    x, series = x[order], [values[order] for values in series]
    with style():
        figure = _figure(6.6, 4.2)
        axes = figure.add_subplot()
        every = max(1, int(np.ceil(len(x) / 12)))
        drawn = []
        for i, (values, name) in enumerate(zip(series, labels, strict=True)):
            token, dash, marker = CURVES[i]
            drawn += axes.plot(x, values, color=light(token), linestyle=dash, linewidth=2,
                               marker=marker, markersize=6, markevery=every, label=name,
                               zorder=3 + i)
        if log:
            axes.set_yscale("log")
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.margins(x=0.03, y=0.08)
        if (x == np.round(x)).all():
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for place, text in zip(places, marks.values(), strict=True):
            axes.axvline(place, color=light("muted"), linewidth=1.1, linestyle=(0, (4, 3)),
                         zorder=1.5)
            axes.annotate(str(text), (place, 1), (0, 4), xycoords=("data", "axes fraction"),
                          textcoords="offset points", ha="center", fontsize=9.5,
                          color=light("ink"))
        _name_curves(figure, axes, drawn, x, series, labels)
    # What rounding leaves of a zero is not worth reading out.
    least = 1e-12 * max(np.abs(values).max() for values in series)
    said = [f"{name}: {_say_curve(x, np.where(np.abs(values) < least, 0, values))}"
            .removeprefix(": ")
            for name, values in zip(labels, series, strict=True)]
    alt = (f"Curves of {ylabel} against {xlabel}{', logarithmic' if log else ''}, from "
           f"{number(x[0])} to {number(x[-1])}: {'; '.join(said)}.")
    if len(places):
        alt += " Marked: " + ", ".join(
            number(p) + (f" ({t})" if t else "")
            for p, t in zip(places, marks.values(), strict=True)) + "."
    return Picture(figure, words.shorten(alt))


def _say_curve(x, values):
    """Where a curve begins and ends, and its extremes where they lie between."""
    text = f"from {number(values[0])} to {number(values[-1])}"
    ends = values[[0, -1]]
    # Of equal extremes the first: rounding must not choose.
    near = 1e-9 * np.ptp(values)
    for word, best in (("least", values.min()), ("most", values.max())):
        at = np.flatnonzero(np.abs(values - best) <= near)[0]
        if np.abs(ends - best).min() > near:
            text += f", {word} {number(best)} at {number(x[at])}"
    return text


def _name_curves(figure, axes, drawn, x, series, labels):
    """Names at the right ends where these lie apart and the names are short, else a legend."""
    scale = axes.yaxis.get_transform()
    low, high = scale.transform(np.array(axes.get_ylim()))
    ends = (scale.transform(np.array([values[-1] for values in series])) - low) / (high - low)
    height = 72 * 3.3  # about what the labels leave of the figure's 4.2 inches
    gap = np.diff(np.sort(ends)).min(initial=1.0) * height
    if gap >= 14 and max(text_width(name, BODY) for name in labels) <= 0.3 * WIDTH:
        for line, values, name in zip(drawn, series, labels, strict=True):
            axes.annotate(name, (x[-1], values[-1]), (9, 0), textcoords="offset points",
                          va="center", color=light("ink"), fontsize=10, annotation_clip=False)
        return
    column = max(text_width(name, 10) for name in labels) + 68  # name, line, and gaps
    figure.legend(handles=drawn, loc="outside lower center", handlelength=3.4,
                  ncols=int(np.clip(WIDTH // column, 1, 3)))


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
        raise ValueError(f"groups is {groups!r}; give at least one name, each once")
    measures = [_measure(groups, panel) for panel in panels]
    if not measures:
        raise ValueError("panels is empty; give at least one (title, {group: numbers})")
    names = max(text_width(name, BODY) for name in groups) + 10
    notes = max(text_width(note, SMALL) for _, values, options in measures
                for note in [_mean_and_range(v) for v in values.values()])
    if WIDTH - names - notes < 120:
        raise ValueError(f"groups has names up to {names:.0f} points wide; give shorter ones")
    sheet, y, dots = Sheet(), 0.0, []
    for title, values, options in measures:
        y = _seeds_panel(sheet, y, dots, groups, title, values, options, names, notes + 12) + 20
    counts = {len(v) for _, values, _ in measures for v in values.values() if len(v) > 1}
    key = "dot: one seed · bar: mean · line: smallest to largest"
    if len(counts) == 1:
        key += f" of {counts.pop()} seeds"
    sheet.text(0, y, key, SMALL, "muted")
    alt = " ".join(_say_measure(groups, *measure) for measure in measures)
    if len(alt) > 540:
        alt = " ".join(_say_measure(groups, *measure, brief=True) for measure in measures)
    figure = sheet.figure(WIDTH)
    with style():  # as markers, which are drawn once and used often: a much smaller SVG
        figure.axes[0].plot(*zip(*dots, strict=True), "o", markersize=5.8,
                            markerfacecolor=light("output"), markeredgecolor=light("output-line"),
                            markeredgewidth=1.0, zorder=2, scalex=False, scaley=False)
    return Picture(figure, words.shorten(
        f"{alt} Ranges in brackets."))


def _measure(groups, panel):
    """A panel as (title, {group: array}, options), checked."""
    if not isinstance(panel, tuple | list) or len(panel) not in (2, 3):
        raise ValueError(f"panels holds {panel!r}; give (title, {{group: numbers}}) or (title, "
                         "{group: numbers}, options)")
    title, values, options = (*panel, {})[:3]
    options = {"log": False, "unit": "", "better": None} | dict(options)
    if len(options) > 3 or options["better"] not in (None, "lower", "higher"):
        raise ValueError(f"panels has the options {panel[2]!r} for {title!r}; give log, unit and "
                         "better ('lower' or 'higher')")
    strange = [name for name in values if name not in groups]
    if strange or not values:
        raise ValueError(f"panels has the groups {list(values)} for {title!r}; give some of "
                         f"{groups}")
    values = {name: np.atleast_1d(_numbers(v, f"panels, {title!r}, {name!r},"))
              for name, v in values.items()}
    least = min(v.min() for v in values.values())
    if options["log"] and least < 0:
        raise ValueError(f"panels has {number(least)} for {title!r} on a logarithmic axis; give "
                         "values of 0 or more, or leave out log")
    return title, values, options


def _short(value):
    return f"{value:,.0f}" if abs(value) >= 999.5 else number(value)


def _mean_and_range(values):
    """"4.50 (4.00 to 5.00)": as many decimals in all three; alone where all seeds agree."""
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
        texts = [f"{value:.{max(decimals, 0)}f}".replace("-", words.MINUS) if value else "0"
                 for value in three]
    return "{} ({} to {})".format(*texts)


def _heading(title, options):
    notes = [options["unit"]] * bool(options["unit"])
    notes += [f"{options['better']} is better"] * bool(options["better"])
    return f"{title} ({', '.join(notes)})" if notes else title


def _say_measure(groups, title, values, options, brief=False):
    """All means and ranges, or in brief: the best and the worst, and who overlaps the best."""
    head = _heading(title, options)
    there = [name for name in groups if name in values]
    if brief and len(there) > 2:
        there.sort(key=lambda name: values[name].mean(), reverse=options["better"] == "higher")
        best = values[there[0]]
        near = [n for n in there[1:]
                if values[n].min() <= best.max() and values[n].max() >= best.min()]
        tail = f"; {len(near)} of {len(there) - 1} others overlap the first" if near else ""
        there = [there[0], there[-1]]
        first, last = (f"{n}, {_mean_and_range(values[n])}" for n in there)
        text = f"from {first}, to {last}{tail}"
    else:
        text = "; ".join(f"{n}, {_mean_and_range(values[n])}" for n in there)
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
        ticks = [times * 10.0**power for power in range(int(low) - 2, int(high) + 2)
                 for times in ((1, 2, 5) if high - low < 2 else (1,))]
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
        sheet.lines(*([(broken + dx - 2, bottom + 4), (broken + dx + 2, bottom - 4)]
                      for dx in (-2, 2)), color="muted", line=1.0)
    for i, name in enumerate(groups):
        middle = y + (i + 0.5) * row
        sheet.text(left - 10, middle, name, BODY, "ink", "right")
        if name not in values:
            sheet.text(left + width + 12, middle, "not measured", SMALL, "muted")
            continue
        numbers = values[name]
        sheet.lines([(place(numbers.min()), middle), (place(numbers.max()), middle)],
                    color="output-line", line=1.4, layer=1)
        if len(numbers) > 1:
            sheet.rect(place(numbers.mean()) - 1.2, middle - 8, 2.4, 16, "ink", layer=1.5)
        dots += [(place(value), middle) for value in numbers]
        sheet.text(left + width + 12, middle, _mean_and_range(numbers), SMALL)
    return bottom + 18
