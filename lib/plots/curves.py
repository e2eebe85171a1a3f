"""Sizes, signals, training curves and counts."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lib import ops
from lib.plots import _words as words
from lib.plots._canvas import BODY, HEAD, SMALL, WIDTH, Sheet, text_width
from lib.plots._grid import ROLES, Grid, fit_size
from lib.plots._look import Picture, light, style
from lib.plots._words import number


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
