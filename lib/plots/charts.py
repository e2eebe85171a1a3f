"""Curves, bars, training curves and the staircase of sizes."""

import numpy as np
from matplotlib.ticker import MaxNLocator, NullFormatter

from lib import ops
from lib.arguments import integer, plural, refuse
from lib.ops.window import extent
from lib.plots import _text as words
from lib.plots._arguments import real_numbers, strings
from lib.plots._axes import CURVES, figure_with_margins
from lib.plots._sheet import BODY, HEAD, WIDTH, Sheet, text_width
from lib.plots._text import number
from lib.plots._theme import Picture, light, style


def size_staircase(kernel_size, *, stride, padding=0, dilation=1, sizes=range(1, 16)):
    """Output size against input size, and where the transposed convolution comes back to.

    A step of the staircase holds the ``stride`` input sizes that share one output size. The
    ring on each is the size that the transposed convolution gives without output_padding; the
    numbers on the others are the output_padding that reaches them. ``sizes``: the input sizes.
    Returns a Picture.

    >>> size_staircase(3, stride=2, sizes=range(3, 10)).alt[:46]
    'Output size against input size of a convolutio'
    """
    kernel_size = integer("kernel_size", kernel_size, 1)
    options = {
        "stride": integer("stride", stride, 1),
        "padding": integer("padding", padding, 0),
        "dilation": integer("dilation", dilation, 1),
    }
    reach = extent(kernel_size, options["dilation"])
    least = max(1, reach - 2 * options["padding"])
    groups = {}  # output size: the input sizes that share it
    for n in sizes:
        if n >= least:
            groups.setdefault(ops.conv_output_size(n, kernel_size, **options), []).append(int(n))
    if not groups:
        refuse(
            "sizes",
            sizes,
            f"holds no input size that a kernel spanning {reach} cells fits",
            f"give sizes of at least {least}",
        )
    back = {m: ops.conv_transpose_output_size(m, kernel_size, **options) for m in groups}
    with style():
        figure = figure_with_margins(6.5, 4.4)
        axes = figure.add_subplot()
        for m, group in sorted(groups.items()):
            axes.plot(
                [min(group) - 0.34, max(group) + 0.34],
                [m, m],
                color=light("output"),
                linewidth=15,
                solid_capstyle="round",
                zorder=1,
            )
            for n in group:
                axes.plot(n, m, "o", markersize=6.5, color=light("output-line"), zorder=3)
                if n == back[m]:
                    axes.plot(
                        n,
                        m,
                        "o",
                        markersize=13,
                        markerfacecolor="none",
                        zorder=3,
                        markeredgecolor=light("input-line"),
                        markeredgewidth=1.8,
                    )
                elif n > back[m]:
                    axes.annotate(
                        f"+{n - back[m]}",
                        (n, m),
                        (0, 9),
                        textcoords="offset points",
                        ha="center",
                        fontsize=9.5,
                        color=light("ink"),
                    )
        drawn = [n for group in groups.values() for n in group]
        axes.set(
            xlabel="input size n",
            ylabel="output size m",
            xlim=(min(drawn) - 0.8, max(drawn) + 0.8),
            ylim=(min(groups) - 0.7, max(groups) + 0.8),
        )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
        settings = ", ".join(
            f"{name} {value}" for name, value in (("kernel", kernel_size), *options.items())
        )
        axes.set_title(settings)
        ring = axes.plot(
            [],
            [],
            "o",
            markersize=11,
            markerfacecolor="none",
            markeredgewidth=1.8,
            markeredgecolor=light("input-line"),
        )[0]
        dot = axes.plot([], [], "o", markersize=6.5, color=light("output-line"))[0]
        figure.legend(
            [ring, dot],
            ["the transposed convolution comes back here", "+a: needs output padding a"],
            loc="outside lower left",
            ncols=2,
            handletextpad=0.3,
            columnspacing=1.2,
        )
    steps = "; ".join(
        f"{words.listed(group)} → {m}, back to {back[m]}" for m, group in sorted(groups.items())
    )
    return Picture(
        figure,
        (
            f"Output size against input size of a convolution with {settings}: a staircase on "
            f"which up to {plural(options['stride'], 'input size')} share an output size. {steps}."
        ),
    )


def loss_and_kernel(losses, kernels, target):
    """A training curve above the kernel before and after it, and the target.

    ``losses``: one number per training step (drawn on a logarithmic axis where all are
    positive); ``kernels``: the two kernels, before and after, each in the shape of ``target``
    (one or two axes). Returns a Picture.

    >>> picture = loss_and_kernel([1, 0.1, 0.01], [[0, 0], [1, 1.9]], [1, 2])
    >>> "falls from 1 to 0.01" in picture.alt
    True
    """
    losses = real_numbers("losses", losses, (1,))
    target = real_numbers("target", target, (1, 2))
    kernels = [real_numbers("kernels", kernel, (target.ndim,)) for kernel in kernels]
    if len(kernels) != 2 or any(kernel.shape != target.shape for kernel in kernels):
        refuse(
            "kernels.shape",
            [kernel.shape for kernel in kernels],
            "is not target's, twice",
            f"give two kernels, before and after, of shape {target.shape}",
        )
    with style():
        figure = figure_with_margins(6.5, 5.4)
        top, bottom = figure.subplots(2, height_ratios=(1, 1.05))
        top.plot(np.arange(len(losses)), losses, color=light("input-line"), linewidth=2)
        if (losses > 0).all():
            top.set_yscale("log")
        top.set(xlabel="training step", title="loss")
        top.xaxis.set_major_locator(MaxNLocator(integer=True))
        places = np.arange(target.size)
        looks = [
            ("before", "faint", "muted", "//"),
            ("after", "output", "output-line", ""),
            ("target", "kernel", "kernel-line", ".."),
        ]
        width = 0.82 / 3
        for i, ((name, fill, edge, hatch), values) in enumerate(
            zip(looks, [*kernels, target], strict=True)
        ):
            bottom.bar(
                places + (i - 1) * width,
                values.ravel(),
                0.92 * width,
                label=name,
                facecolor=light(fill),
                edgecolor=light(edge),
                hatch=hatch,
                linewidth=1.2,
            )
        bottom.axhline(0, color=light("ink"), linewidth=0.9)
        bottom.set_title("kernel")
        bottom.set_xticks(
            places,
            [
                words.sub("w", i)
                if target.ndim == 1
                else words.sub("w", "".join(map(str, divmod(i, target.shape[1]))))
                for i in places
            ],
        )
        bottom.grid(axis="x", visible=False)
        bottom.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3)
    alt = (
        f"Training curve: the loss falls from {number(losses[0])} to "
        f"{number(losses[-1])} in {plural(len(losses), 'recorded step')}. "
    )
    if losses[-1] >= losses[0]:
        alt = alt.replace("falls", "goes")
    alt += " ".join(
        f"{name}: {', '.join(map(number, values.flat))}."
        for name, values in zip(
            ("Kernel before", "Kernel after", "Target"), [*kernels, target], strict=True
        )
    )
    return Picture(figure, alt)


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
        refuse("counts", counts, "is empty", "give at least one {name: count}")
    values = real_numbers("counts", list(counts.values()), (1,))
    least = values.min()
    if least < 0:
        refuse("counts", float(least), "is negative", "give counts of 0 or more")
    notes = [f"{v:,.0f}" if v == round(v) else number(v) for v in values]
    ratios = [f", {_times(v / least)} times the least" if v > least > 0 else "" for v in values]
    return _bars(values, list(counts), notes, title, ratios)


def bars(values, labels, *, title="", digits=3):
    """A labelled bar chart with the numbers written; values may be negative.

    ``values``: one number per label. Returns a Picture.

    >>> bars([1, 2], ["convolution", "transposed convolution"], title="cells").alt
    'Horizontal bars of cells. convolution: 1; transposed convolution: 2.'
    """
    values = real_numbers("values", values, (1,))
    labels = strings("labels", labels, len(values), "value")
    return _bars(values, labels, [number(v, digits) for v in values], title, [""] * len(values))


def _bars(values, names, notes, title, more):
    """Horizontal bars, each under its name, so that long names need no room at the side.

    ``notes``: what stands at each bar's end; ``more``: what the alt text adds to it.
    """
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
    texts = [f"{name}: {note}{rest}" for name, note, rest in zip(names, notes, more, strict=True)]
    return Picture(sheet, f"Horizontal bars of {title or 'values'}. {'; '.join(texts)}.")


def lines(x, series, *, labels, xlabel, ylabel, log=False, marks=None):
    """Up to six curves over the same x, told apart by dash, marker and colour.

    Their names stand at their right ends where there is room, else in a legend. ``x``: one
    number per point; ``series``: a list of curves, each as long as x; ``labels``: a name for each;
    ``log``: a logarithmic y axis, for values above 0. ``marks``: x values at which a dashed
    vertical line is drawn, or {x: text} to write beside it. Returns a Picture.

    >>> lines([1, 2, 4], [[3, 1, 2]], labels=["k = 3"], xlabel="size", ylabel="ripple").alt
    'Curves of ripple against size, from 1 to 4: k = 3: from 3 to 2, least 1 at 2.'
    """
    x, series = real_numbers("x", x, (1,)), list(series)
    if not 1 <= len(series) <= len(CURVES):
        refuse(
            "series",
            series,
            f"has {plural(len(series), 'curve')}",
            f"give 1 to {len(CURVES)}, so that they can be told apart",
        )
    series = [real_numbers("series", values, (1,)) for values in series]
    if any(values.shape != x.shape for values in series):
        refuse(
            "series.shape",
            [values.shape for values in series],
            "is not x's for each curve",
            f"give every curve the shape {x.shape}",
        )
    labels = strings("labels", labels, len(series), "curve")
    if log and min(values.min() for values in series) <= 0:
        refuse(
            "log", log, "cannot hold for values of 0 or less", "give values above 0 or log=False"
        )
    marks = marks if isinstance(marks, dict) else dict.fromkeys([] if marks is None else marks, "")
    places = real_numbers("marks", list(marks)) if marks else np.empty(0)
    order = np.argsort(x, kind="stable")
    x, series = x[order], [values[order] for values in series]
    with style():
        figure = figure_with_margins(6.6, 4.2)
        axes = figure.add_subplot()
        every = max(1, int(np.ceil(len(x) / 12)))
        drawn = []
        for i, (values, name) in enumerate(zip(series, labels, strict=True)):
            token, dash, marker = CURVES[i]
            drawn += axes.plot(
                x,
                values,
                color=light(token),
                linestyle=dash,
                linewidth=2,
                marker=marker,
                markersize=6,
                markevery=every,
                label=name,
                zorder=3 + i,
            )
        if log:
            axes.set_yscale("log")
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.margins(x=0.03, y=0.08)
        if (x == np.round(x)).all():
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for place, text in zip(places, marks.values(), strict=True):
            axes.axvline(
                place, color=light("muted"), linewidth=1.1, linestyle=(0, (4, 3)), zorder=1.5
            )
            axes.annotate(
                str(text),
                (place, 1),
                (0, 4),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                fontsize=9.5,
                color=light("ink"),
            )
        _name_curves(figure, axes, drawn, x, series, labels)
    # What rounding leaves of a zero is not worth reading out.
    least = 1e-12 * max(np.abs(values).max() for values in series)
    texts = [
        f"{name}: {_curve_in_words(x, np.where(np.abs(values) < least, 0, values))}".removeprefix(
            ": "
        )
        for name, values in zip(labels, series, strict=True)
    ]
    alt = (
        f"Curves of {ylabel} against {xlabel}{', logarithmic' if log else ''}, from "
        f"{number(x[0])} to {number(x[-1])}: {'; '.join(texts)}."
    )
    if len(places):
        alt += (
            " Marked: "
            + ", ".join(
                number(p) + (f" ({t})" if t else "")
                for p, t in zip(places, marks.values(), strict=True)
            )
            + "."
        )
    return Picture(figure, alt)


def _curve_in_words(x, values):
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
        for values, name in zip(series, labels, strict=True):
            axes.annotate(
                name,
                (x[-1], values[-1]),
                (9, 0),
                textcoords="offset points",
                va="center",
                color=light("ink"),
                fontsize=10,
                annotation_clip=False,
            )
        return
    column = max(text_width(name, 10) for name in labels) + 68  # name, line, and gaps
    figure.legend(
        handles=drawn,
        loc="outside lower center",
        handlelength=3.4,
        ncols=int(np.clip(WIDTH // column, 1, 3)),
    )
