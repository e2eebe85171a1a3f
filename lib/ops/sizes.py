"""Every question about sizes: forwards, backwards, and the one that output_padding answers.

On each axis: input n, kernel k, output m, stride s, padding p, dilation d, output padding a.
A dilated kernel reaches over e = d (k - 1) + 1 cells, its *extent*.
Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016).
"""

from ..arguments import MOST, check_output_padding, choice, counted, per_axis, refuse


def conv_output_size(size, kernel_size, *, stride=1, padding=0, dilation=1):
    """Output size of a convolution: m = floor((n + 2p - e) / s) + 1.

    Give ``size`` and ``kernel_size`` as ints for an int, as tuples for a tuple; an int beside
    a tuple counts for every axis. ``stride``, ``padding`` and ``dilation`` are an int or a
    number per axis; ``padding`` may also be "valid" (none) or "same" (m = n; stride 1 only).
    ValueError where the kernel does not fit the padded input.
    Source: Dumoulin & Visin (2016), relationship 6, and dilation in their section 5.1.

    >>> conv_output_size(28, 5)
    24
    >>> conv_output_size((5, 6), 3, stride=2, padding=(1, 0))
    (3, 2)
    >>> conv_output_size(28, 5, padding="same")
    28
    """
    axes, answer = _axes(size, kernel_size)
    n = per_axis("size", size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    s, sides, d = conv_window(k, stride, padding, dilation)
    return answer(conv_sizes("size", size, n, k, s, sides, d))


def conv_transpose_output_size(
    size, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1
):
    """Output size of a transposed convolution: n' = s (m - 1) + e - 2p + a.

    Arguments as in ``conv_output_size``, with ``padding`` in numbers; ``size`` is that of the
    transposed convolution's own input. ValueError where output_padding is not below the stride
    or the dilation, or where padding crops everything away.
    Source: Dumoulin & Visin (2016), relationships 13 and 14.

    >>> conv_transpose_output_size(4, 3, stride=2)
    9
    >>> conv_transpose_output_size((7, 7), 3, stride=2, padding=1, output_padding=1)
    (14, 14)
    """
    axes, answer = _axes(size, kernel_size)
    m = per_axis("size", size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    s, p, d = _window(axes, stride, padding, dilation)
    a = per_axis("output_padding", output_padding, axes, 0)
    return answer(conv_transpose_sizes("size", size, padding, output_padding,
                                       m, k, s, p, a, d))


def conv_input_sizes(output_size, kernel_size, *, stride=1, padding=0, dilation=1):
    """Every input size whose convolution has this output size, as a range (one per axis).

    The floor in m = floor((n + 2p - e) / s) + 1 forgets a remainder, so s consecutive sizes,
    s (m - 1) + e - 2p + r for r = 0 ... s - 1, share one output size; those below 1 are left
    out. Int in, range out; tuples in, a tuple of ranges out; ``padding`` in numbers. ValueError
    where no size is left.
    Source: Dumoulin & Visin (2016), section 4.6.

    >>> conv_input_sizes(4, 3, stride=2)
    range(9, 11)
    >>> [conv_output_size(n, 3, stride=2) for n in (8, 9, 10, 11)]
    [3, 4, 4, 5]
    """
    axes, answer = _axes(output_size, kernel_size)
    m = per_axis("output_size", output_size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    s, p, d = _window(axes, stride, padding, dilation)
    ranges = []
    for axis in range(axes):
        first = s[axis] * (m[axis] - 1) + extent(k[axis], d[axis]) - 2 * p[axis]
        sizes = range(max(first, 1), first + s[axis])
        if not sizes:
            least = conv_output_size(1, k[axis], stride=s[axis], padding=p[axis],
                                     dilation=d[axis])
            refuse("output_size", output_size,
                   f"comes from no input on axis {axis}: padding alone makes {least} or more",
                   f"use an output size of at least {least} there, or a smaller padding")
        ranges.append(sizes)
    return answer(tuple(ranges))


def output_padding_for(size, target, kernel_size, *, stride=1, padding=0, dilation=1):
    """The output_padding with which a transposed convolution takes ``size`` to ``target``.

    a = target - (s (m - 1) + e - 2p), which must be at least 0 and, as in PyTorch, below the
    larger of stride and dilation. Ints in, int out; tuples in, tuple out. ValueError, with the
    targets that would do, where there is no such a.
    Source: Dumoulin & Visin (2016), relationship 14.

    >>> output_padding_for(4, 10, 3, stride=2)
    1
    >>> output_padding_for((7, 7), (13, 14), 3, stride=2, padding=1)
    (0, 1)
    """
    axes, answer = _axes(size, target, kernel_size)
    m = per_axis("size", size, axes, 1)
    wanted = per_axis("target", target, axes, 1, spread_one=False)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    s, p, d = _window(axes, stride, padding, dilation)
    needed = []
    for axis in range(axes):
        least = s[axis] * (m[axis] - 1) + extent(k[axis], d[axis]) - 2 * p[axis]
        most = least + max(s[axis], d[axis]) - 1
        if not least <= wanted[axis] <= most:
            would_do = f"use a target of {max(least, 1)} to {most} there"
            if most < 1:
                would_do = f"no target would do: padding={padding!r} crops everything away"
            refuse("target", target, f"is out of reach on axis {axis}", would_do)
        needed.append(wanted[axis] - least)
    return answer(tuple(needed))


def extent(kernel_size, dilation):
    """Cells from the first to the last tap of a dilated kernel: e = d (k - 1) + 1."""
    return dilation * (kernel_size - 1) + 1


def conv_window(kernel_size, stride, padding, dilation):
    """A convolution's stride, padding and dilation, checked; padding as (before, after) pairs.

    ``kernel_size``: a checked tuple. "same" puts an odd cell of padding after, as PyTorch does.
    """
    axes = len(kernel_size)
    if not isinstance(padding, str):
        s, p, d = _window(axes, stride, padding, dilation)
        return s, [(q, q) for q in p], d
    s, d = per_axis("stride", stride, axes, 1), per_axis("dilation", dilation, axes, 1)
    if choice("padding", padding, ("valid", "same")) == "valid":
        return s, [(0, 0)] * axes, d
    if max(s) > 1:
        refuse("padding", padding, f"does not go with stride={stride!r}",
               "use stride=1, or give the padding in numbers")
    missing = [extent(*axis) - 1 for axis in zip(kernel_size, d)]
    return s, [(m // 2, m - m // 2) for m in missing], d


def conv_sizes(name, value, n, k, s, p, d):
    """The formula of ``conv_output_size`` on checked tuples; p holds (before, after) pairs.

    ``name`` and ``value`` say which argument to blame where the kernel does not fit.
    """
    sizes = []
    for axis in range(len(n)):
        before, after = p[axis]
        padded, e = before + n[axis] + after, extent(k[axis], d[axis])
        if padded < e:
            missing = e - padded
            cells, wanted = (counted(number, "cell", "cells")
                             for number in (padded, n[axis] + missing))
            refuse(name, value,
                   f"is too small on axis {axis}: with padding {cells}, but kernel "
                   f"{k[axis]} with dilation {d[axis]} reaches over {e}",
                   f"use {wanted} or more there, padding "
                   f"{before + (missing + 1) // 2} or more, or a smaller kernel or dilation")
        if padded > MOST:
            refuse(name, value, f"is too large on axis {axis}: with padding {padded} cells",
                   "use a smaller padding or size, 2**63 - 1 cells at most together")
        sizes.append((padded - e) // s[axis] + 1)
    return tuple(sizes)


def conv_transpose_sizes(name, value, padding, output_padding, m, k, s, p, a, d, least=1):
    """The formula of ``conv_transpose_output_size`` on checked tuples.

    ``name`` and ``value`` say which argument to blame where the canvas is too large;
    ``padding`` and ``output_padding`` are as the caller gave them, for the messages.
    """
    check_output_padding(output_padding, a, s, d)
    sizes = []
    for axis in range(len(m)):
        full = s[axis] * (m[axis] - 1) + extent(k[axis], d[axis]) + a[axis]
        if full > MOST:
            refuse(name, value, f"is too large on axis {axis}: the canvas would have {full} cells",
                   "use a smaller size, stride or dilation, for 2**63 - 1 cells at most")
        size = full - 2 * p[axis]
        if size < least:
            most = (full - least) // 2
            remedy = f"use at most {most} there" if most >= 0 else "use a larger kernel"
            refuse("padding", padding, f"leaves an output of size {size} on axis {axis}", remedy)
        sizes.append(size)
    return tuple(sizes)


def _axes(*sizes):
    """How many axes the sizes speak of, and how to give the answer: bare, or as a tuple."""
    for size in sizes:
        if isinstance(size, (tuple, list)):
            # An empty tuple is refused by the check that follows: it asks for one number.
            return max(len(size), 1), tuple
    return 1, lambda numbers: numbers[0]


def _window(axes, stride, padding, dilation):
    """Stride, padding and dilation, a checked number per axis."""
    return (per_axis("stride", stride, axes, 1), per_axis("padding", padding, axes, 0),
            per_axis("dilation", dilation, axes, 1))
