"""Two measures of a checkerboard: one of any picture, one of what a layer makes of a constant.

``checkerboard_score`` asks a picture whether it repeats with the stride; ``ripple`` asks an
output that ought to be constant how far it is from that. The short names take a single-channel
array with one, two or three axes; the ``layer_`` forms take (N, C, *L) and give one number for all.
"""

from functools import reduce
from itertools import product

import numpy as np

from ..arguments import array, per_axis, refuse
from .operands import refuse_empty_axis, single_channel

# Distance in bins from a harmonic: a Hann window spreads a line over its two neighbours, so the
# surroundings begin at the second; with the fourth they end before the next harmonic's own.
SURROUNDINGS = (2, 3, 4)
CELLS_PER_PHASE = 6  # harmonics at least that many bins apart


def ripple(output, *, margin=0):
    """How unequal the cells of an output are that should all be the same, from 0 (equal) to 1.

    The relative rms deviation, rms of (y - mean of y) / rms of y, over the cells that are at
    least ``margin`` from every side. Scaling y changes nothing; y = 0 everywhere counts as equal.

    ``output``: (*L) with 1, 2 or 3 axes; ``margin``: cells, an int or a number per axis. Result:
    a float. ValueError where the margin leaves no cell.

    >>> import numpy as np
    >>> ripple(np.array([5.0, 5.0, 5.0]))
    0.0
    >>> round(ripple(np.array([1.0, 2.0, 1.0, 2.0])), 4)
    0.3162
    """
    output = single_channel("output", output)
    return layer_ripple(output[np.newaxis, np.newaxis], margin=margin)


def layer_ripple(output, *, margin=0):
    """The ripple of several maps: deviations from each map's own mean, pooled over all maps.

    sqrt(mean of (y - map's mean of y)^2 / mean of y^2), both means over all maps and cells.

    ``output``: (N, C, *L), otherwise as ``ripple``.

    >>> import numpy as np
    >>> layer_ripple(np.array([[[1.0, 1.0], [3.0, 3.0]]]))
    0.0
    """
    output, axes = _layer("output", output)
    m = per_axis("margin", margin, axes, 0)
    inside = tuple(slice(one, size - one) for one, size in zip(m, output.shape[2:], strict=True))
    y = output[(..., *inside)].astype(np.float64)
    if y.size == 0:
        m.refuse(f"leaves no cell of {output.shape[2:]}", "use a margin below half the size")
    deviation = y - y.mean(axis=_spatial(axes), keepdims=True)
    # By the largest value first: squares of very small or very large numbers leave the range.
    largest = np.abs(y).max()
    return float(_rms(deviation / largest) / _rms(y / largest)) if largest else 0.0


def checkerboard_score(picture, stride):
    """How much of a picture repeats with the stride, as a ratio of rms values: 0 for none.

    A pattern that repeats every s cells holds all its power at the frequencies h/s cycles per
    cell, h = 1 … s-1. Other content spreads smoothly over the frequencies. So, with w a Hann
    window over the picture x,

    P(f) = |DFT of w (x - m)|^2 / (sum of w)^2,  m = sum of w x / sum of w,

    and at each harmonic f = (h_1/s_1, …), not all h zero, only the excess over the surroundings
    counts: B(f) is the mean of P at 2, 3 and 4 bins on both sides, along the axis (of those with
    h not zero) where that is largest;

    score = sqrt(sum of max(P(f) - B(f), 0)) / rms of x.

    Adding a pattern of rms a to a constant c gives a / sqrt(c^2 + a^2), so 1 for nothing but the
    pattern; scaling x changes nothing. The window weighs the middle: a pattern that is strongest
    there can score more, by a factor of up to sqrt(3/2) per axis. A texture whose period has a
    factor in common with s can count as well: the picture cannot tell where it comes from. A
    pattern whose sign changes across the picture, or that covers a small part of it, is missed;
    score the part alone. If the mean absolute values of the phases of a quantity with random
    signs (a gradient) differ, the score of its absolute values shows it.

    ``picture``: (*L) with 1, 2 or 3 axes, at least 6 s cells each (cells beyond a multiple of s
    are left out); ``stride``: an int, or a number per axis, not all 1. Result: a float.
    ValueError where the picture is too small.

    >>> import numpy as np
    >>> stripes = np.tile([1.0, 2.0], 16)
    >>> round(checkerboard_score(stripes, 2), 4)
    0.3162
    >>> round(checkerboard_score(np.arange(32.0), 2), 4)
    0.0
    """
    picture = single_channel("picture", picture)
    return layer_checkerboard_score(picture[np.newaxis, np.newaxis], stride)


def layer_checkerboard_score(pictures, stride):
    """The checkerboard score of several maps at once: P and rms are averaged over all maps.

    ``pictures``: (N, C, *L), otherwise as ``checkerboard_score``. The more maps, the less chance
    alone can make.

    >>> import numpy as np
    >>> board = np.indices((12, 12)).sum(axis=0) % 2
    >>> round(layer_checkerboard_score(np.stack([[board], [1 - board]]), 2), 4)
    0.7071
    """
    pictures, axes = _layer("pictures", pictures)
    s = per_axis("stride", stride, axes, 1)
    if max(s) == 1:
        s.refuse("has nothing that could repeat", "use 2 or more")
    size = tuple(n - n % one for n, one in zip(pictures.shape[2:], s, strict=True))
    for n, one in zip(size, s, strict=True):
        if one > 1 and n < CELLS_PER_PHASE * one:
            refuse(
                "pictures.shape",
                pictures.shape,
                f"is too small for stride={stride!r}",
                f"give each axis at least {CELLS_PER_PHASE} times its stride",
            )
    x = pictures[(..., *(slice(n) for n in size))].astype(np.float64)
    largest = np.abs(x).max()
    if not largest:
        return 0.0
    x = x / largest
    power = window_power(x)
    excess = 0.0
    for h in product(*(range(one) for one in s)):
        if any(h):
            line = tuple(one * n // step for one, n, step in zip(h, size, s, strict=True))
            around = max(_beside(power, line, axis) for axis in range(axes) if h[axis])
            excess += max(power[line] - around, 0.0)
    return float(np.sqrt(excess) / _rms(x))


def window_power(pictures):
    """Power of maps (N, C, *L) at every frequency of the DFT, through a Hann window: (*L).

    The mean of the maps' P(f), as ``checkerboard_score`` defines it: a wave c exp(2 pi i f t) on
    a bin's frequency f gives |c|^2 there. The mean of each map is taken off first.

    >>> import numpy as np
    >>> wave = np.cos(2 * np.pi * np.arange(16) / 4)
    >>> window_power(wave[np.newaxis, np.newaxis])[4].round(4)
    np.float64(0.25)
    """
    pictures, axes = _layer("pictures", pictures)
    window = reduce(
        np.multiply.outer,
        [
            0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n) if n > 1 else np.ones(1)
            for n in pictures.shape[2:]
        ],
    )
    weight, over = window.sum(), _spatial(axes)
    means = (pictures * window).sum(axis=over, keepdims=True) / weight
    waves = np.fft.fftn((pictures - means) * window, axes=over)
    return (np.abs(waves) ** 2).mean(axis=(0, 1)) / weight**2


def _beside(power, line, axis):
    """The mean power on both sides of a bin, along one axis; frequencies wrap round."""
    n, at = power.shape[axis], line[axis]
    places = [
        (*line[:axis], place % n, *line[axis + 1 :])
        for near in SURROUNDINGS
        for place in (at + near, at - near)
    ]
    return np.mean([power[place] for place in places])


def _layer(name, values):
    """An array (N, C, *L) of real numbers, and its number of spatial axes."""
    values = array(name, values, (3, 4, 5), "use (N, C, *L) with 1, 2 or 3 spatial axes")
    refuse_empty_axis(name, values)
    if values.dtype.kind == "c":
        refuse(f"{name}.dtype", str(values.dtype), "is complex", "use real numbers")
    if not np.isfinite(values).all():
        refuse(f"{name}", values, "holds numbers that are not finite", "leave out inf and nan")
    return values, values.ndim - 2


def _spatial(axes):
    return tuple(range(-axes, 0))


def _rms(values):
    return np.sqrt(np.mean(values**2))
