"""The spectrum of pictures, with marks where a checkerboard shows."""

import numpy as np

from lib import ops
from lib.arguments import per_axis, refuse
from lib.plots import _text as words
from lib.plots._arguments import strings
from lib.plots._axes import CURVES, figure_with_margins
from lib.plots._text import number
from lib.plots._theme import Picture, light, style


def spectrum_picture(pictures, stride, *, labels=None):
    """The power of pictures along the horizontal frequency, with marks where a checkerboard is.

    What ``ops.layer_checkerboard_score`` measures: through a Hann window, the mean removed, the
    average over a set of pictures. At each horizontal frequency the power at those vertical
    frequencies is summed that are 0 or a harmonic of the stride, and divided by the mean square
    of the pictures. Dashed marks stand at the horizontal harmonics h/s; each label has the score.

    ``pictures``: one set, an array (H, W), (N, H, W) or (N, C, H, W), or a list of up to six
    sets. ``stride``: an int, or (vertical, horizontal). ``labels``: a name for each set.
    Returns a Picture. ValueError as in ``ops.layer_checkerboard_score``.

    >>> import numpy as np
    >>> "score 0.316" in spectrum_picture(np.tile([1.0, 2.0], (24, 12)), 2).alt
    True
    """
    sets = _sets(pictures)
    steps = per_axis("stride", stride, 2, 1)
    if steps[1] == 1:
        refuse(
            "stride",
            stride,
            "marks no horizontal frequency",
            "use 2 or more along the width, or exchange the axes",
        )
    if labels is None:
        labels = [f"set {i + 1}" for i in range(len(sets))] if len(sets) > 1 else ["pictures"]
    labels = strings("labels", labels, len(sets), "set")
    # Rounded, so that rounding errors are not written out.
    scores = [round(ops.layer_checkerboard_score(one, stride), 5) for one in sets]
    curves = [_along(one, steps) for one in sets]
    # Nothing below a thousand-millionth of the largest is shown: there lie only rounding errors.
    floor = 1e-9 * max(curve[1:].max() for curve in curves) or 1e-12
    with style():
        figure = figure_with_margins(6.5, 3.9 + 0.2 * ((len(sets) + 1) // 2))
        axes = figure.add_subplot()
        for i, (curve, label, score) in enumerate(zip(curves, labels, scores, strict=True)):
            token, dash, marker = CURVES[i]
            # Bin j of W lies at j/W cycles per pixel; those beyond W/2 mirror those before.
            bins = np.arange(1, len(curve) // 2 + 1)
            every = max(1, len(bins) // 10)
            axes.plot(
                bins / len(curve),
                np.maximum(curve[bins], floor),
                color=light(token),
                linewidth=1.8,
                linestyle=dash,
                marker=marker,
                markersize=5,
                markevery=(i * every // len(sets), every),
                label=f"{label}: score {number(score)}",
            )
        marks = np.arange(1, steps[1] // 2 + 1) / steps[1]
        for mark in marks:
            axes.axvline(mark, color=light("ink"), linewidth=1.3, linestyle=(0, (5, 3)), zorder=1)
        low = max(floor, min(curve[1:].min() for curve in curves))
        high = max(floor, *(curve[1:].max() for curve in curves))
        axes.set(
            yscale="log",
            xlim=(0, 0.515),
            ylim=(min(low, high / 1000) / 2, 2 * high),
            xlabel="horizontal frequency (cycles per pixel)",
            ylabel="power / mean square",
        )
        named = [f"{h}/{steps[1]}" for h in range(1, steps[1] // 2 + 1)]
        other = [t for t in (0, 0.1, 0.2, 0.3, 0.4) if min(abs(marks - t)) > 0.035]
        axes.set_xticks([*other, *marks], [*(number(t) for t in other), *named])
        axes.grid(axis="x", visible=False)
        figure.legend(loc="outside lower left", ncols=2, handlelength=3.4, columnspacing=1.5)
    where = " and ".join(named)
    peaks = "; ".join(
        f"{label}: score {number(score)}, {_peaks(curve, steps[1])}"
        for label, score, curve in zip(labels, scores, curves, strict=True)
    )
    alt = (
        f"Power against horizontal frequency from 0 to 1/2 cycles per pixel, dashed marks at "
        f"{where}, {'the harmonics' if len(named) > 1 else 'the harmonic'} of stride "
        f"{words.size(dict.fromkeys(steps))}. {peaks}."
    )
    return Picture(figure, alt)


def _sets(pictures):
    """The sets as arrays (N, C, H, W)."""
    many = isinstance(pictures, list | tuple) and len(pictures) and np.ndim(pictures[0]) >= 2
    sets = [np.asarray(one) for one in (pictures if many else [pictures])]
    if len(sets) > len(CURVES):
        refuse(
            "pictures",
            f"{len(sets)} sets",
            "is more than can be told apart",
            f"give at most {len(CURVES)}",
        )
    out = []
    for one in sets:
        if one.ndim not in (2, 3, 4):
            refuse(
                "pictures.shape",
                one.shape,
                "is the shape of one set",
                "use (H, W), (N, H, W) or (N, C, H, W), or a list of such arrays",
            )
        out.append(one if one.ndim == 4 else one.reshape(-1, 1, *one.shape[-2:]))
    return out


def _along(pictures, steps):
    """Relative power at the W horizontal bins, summed over the vertical harmonics."""
    high, wide = (n - n % s for n, s in zip(pictures.shape[2:], steps, strict=True))
    x = pictures[..., :high, :wide].astype(float)
    square = np.mean(x**2)
    power = ops.window_power(x) / (square or 1.0)
    rows = [h * high // steps[0] for h in range(steps[0])]
    return power[rows].sum(axis=0)


def _peaks(curve, stride):
    """What a curve does at the harmonics, in words."""
    peaks = []
    for h in range(1, stride // 2 + 1):
        line = h * len(curve) // stride
        near = np.array([-4, -3, -2, 2, 3, 4]) + line
        beside = float(curve.take(near, mode="wrap").mean())
        peak = float(curve[line])
        if peak <= 2 * beside or peak < 1e-12:
            peaks.append(f"no peak at {h}/{stride}")
        elif beside < 1e-9 * peak:
            peaks.append(f"a lone peak at {h}/{stride}")
        else:
            ratio = peak / beside
            times = number(round(ratio)) if ratio >= 10 else number(ratio, 2)
            peaks.append(f"a peak at {h}/{stride}, {times} times its surroundings")
    return ", ".join(peaks)
