"""Every question about sizes: forwards, backwards, and the one that output_padding answers.

On each axis: input n, kernel k, output m, stride s, padding p, dilation d, output padding a.
A dilated kernel reaches over e = d (k - 1) + 1 cells, its *extent*.
Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (2016).
"""

from ..arguments import number_of_axes, per_axis
from .window import Window


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
    axes = number_of_axes(size, kernel_size)
    n = per_axis("size", size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    m = Window.convolution(k, stride, padding, dilation).output_size(n)
    return _bare_for_ints(m, size, kernel_size)


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
    axes = number_of_axes(size, kernel_size)
    m = per_axis("size", size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    window = Window.transposed(k, stride, padding, output_padding, dilation)
    return _bare_for_ints(window.checked_transposed_size(m), size, kernel_size)


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
    axes = number_of_axes(output_size, kernel_size)
    m = per_axis("output_size", output_size, axes, 1)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    window = Window.transposed(k, stride, padding, 0, dilation)
    ranges = []
    for axis, (first, s) in enumerate(zip(window.transposed_size(m), window.stride, strict=True)):
        sizes = range(max(first, 1), first + s)
        if not sizes:
            least = (1 + 2 * window.padding[axis] - window.extent[axis]) // s + 1
            m.refuse(
                f"comes from no input on axis {axis}: padding alone makes {least} or more",
                f"use an output size of at least {least} there, or a smaller padding",
            )
        ranges.append(sizes)
    return _bare_for_ints(tuple(ranges), output_size, kernel_size)


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
    axes = number_of_axes(size, target, kernel_size)
    m = per_axis("size", size, axes, 1)
    wanted = per_axis("target", target, axes, 1, spread_one=False)
    k = per_axis("kernel_size", kernel_size, axes, 1)
    window = Window.transposed(k, stride, padding, 0, dilation)
    needed = []
    for axis, least in enumerate(window.transposed_size(m)):
        most = least + max(window.stride[axis], window.dilation[axis]) - 1
        if not least <= wanted[axis] <= most:
            would_do = f"use a target of {max(least, 1)} to {most} there"
            if most < 1:
                would_do = f"no target would do: padding={padding!r} crops everything away"
            wanted.refuse(f"is out of reach on axis {axis}", would_do)
        needed.append(wanted[axis] - least)
    return _bare_for_ints(tuple(needed), size, target, kernel_size)


def _bare_for_ints(numbers, *given):
    """The numbers as a tuple; where no tuple was given, the only one by itself."""
    return numbers if any(isinstance(one, (tuple, list)) for one in given) else numbers[0]
