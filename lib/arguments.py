"""What the operators accept: every check of an argument, in one place.

The limits are PyTorch's. Each refusal is a ``ValueError`` that names the argument, gives its
value and says what would do.
"""

from operator import index

import numpy as np

# The largest number that PyTorch takes, and the largest size that NumPy can count to.
MOST = 2**63 - 1


def refuse(name, value, problem, remedy):
    """Raise ``ValueError("name=value problem; remedy.")``."""
    raise ValueError(f"{name}={value!r} {problem}; {remedy}.")


def counted(number, one, many):
    """A number with its noun, for a message: "1 axis", "2 axes"."""
    return f"{number} {one if number == 1 else many}"


def is_whole(value):
    """True for what Python takes as an index, but not for bool (as PyTorch has it)."""
    try:
        index(value)
    except TypeError:
        return False
    return not isinstance(value, bool)


def whole(name, value, least):
    """One whole number of at least ``least``."""
    if not is_whole(value):
        refuse(name, value, "is not a whole number", f"use an int of {least} or more")
    if value < least:
        refuse(name, value, "is too small", f"use {least} or more")
    if value > MOST:
        refuse(name, value, "is too large", "use at most 2**63 - 1")
    return index(value)


def per_axis(name, value, axes, least, spread_one=True):
    """A number per axis: ``2`` and ``(2,)`` mean ``(2, 2)`` where there are two axes."""
    if is_whole(value) and not isinstance(value, np.ndarray):
        numbers = (value,) * axes
    elif not isinstance(value, (tuple, list)) or not all(is_whole(v) for v in value):
        wanted = "an int" if axes == 1 else f"an int, or a tuple of {axes} ints"
        refuse(name, value, "is not made of whole numbers", f"use {wanted}")
    elif len(value) == axes:
        numbers = value
    elif len(value) == 1 and spread_one:
        numbers = tuple(value) * axes
    else:
        there = "there is one axis" if axes == 1 else f"there are {axes} axes"
        wanted = "one number" if axes == 1 else f"one number for all axes, or {axes}"
        refuse(name, value, f"has length {len(value)} where {there}", f"give {wanted}")
    if min(numbers) < least:
        refuse(name, value, "is too small", f"use {least} or more on every axis")
    if max(numbers) > MOST:
        refuse(name, value, "is too large", "use at most 2**63 - 1 on every axis")
    return tuple(index(number) for number in numbers)


def choice(name, value, allowed):
    """One of a few words."""
    if not isinstance(value, str) or value not in allowed:
        refuse(name, value, "is unknown", "use " + " or ".join(repr(word) for word in allowed))
    return value


def array(name, value):
    """A NumPy array of numbers; its data type stays as it is."""
    try:
        numbers = np.asarray(value)
    except ValueError:
        refuse(name, value, "does not make an array", "give every row as many entries")
    if numbers.dtype.kind not in "iufc":
        refuse(f"{name}.dtype", str(numbers.dtype), "does not hold numbers",
               f"use an integer or floating-point array, for example {name}.astype(float)")
    return numbers


def plain_pair(x, kernel):
    """Single-channel arrays with one, two or three axes, as many in ``x`` as in ``kernel``."""
    x, kernel = array("x", x), plain_kernel(kernel)
    if x.ndim != kernel.ndim:
        wanted = counted(kernel.ndim, "axis", "axes")
        refuse("x.shape", x.shape,
               f"has {counted(x.ndim, 'axis', 'axes')} where the kernel has {kernel.ndim}",
               f"give x {wanted} too, or, for batches and channels, use the layer form (such as "
               f"conv{kernel.ndim}d)")
    if x.size == 0:
        refuse("x.shape", x.shape, "has an empty axis", "give every axis at least one cell")
    return x, kernel


def plain_kernel(kernel):
    """A single-channel kernel with one, two or three axes, none of them empty."""
    kernel = array("kernel", kernel)
    if kernel.ndim not in (1, 2, 3):
        refuse("kernel.shape", kernel.shape, f"has {kernel.ndim} axes", "use 1, 2 or 3 axes")
    if kernel.size == 0:
        refuse("kernel.shape", kernel.shape, "has an empty axis",
               "give every axis at least one tap")
    return kernel


def layer_weight(weight, groups, axes=None, transposed=False):
    """The weight of a layer and its groups.

    Convolution: ``(C_out, C_in/groups, *K)``; transposed: ``(C_in, C_out/groups, *K)``.
    ``axes`` is the number of spatial axes; left out, the weight's own number of axes says it.
    """
    weight, groups = array("weight", weight), whole("groups", groups, 1)
    layout = "(C_in, C_out/groups, *K)" if transposed else "(C_out, C_in/groups, *K)"
    if weight.ndim - 2 not in ((1, 2, 3) if axes is None else (axes,)):
        wanted = "3, 4 or 5" if axes is None else axes + 2
        refuse("weight.shape", weight.shape, f"has {counted(weight.ndim, 'axis', 'axes')}",
               f"use {wanted}, in the order {layout}")
    if 0 in weight.shape[2:]:
        refuse("weight.shape", weight.shape, "has an empty kernel",
               "give every kernel axis at least one tap")
    if weight.shape[0] < 1 or (transposed and weight.shape[1] < 1):
        refuse("weight.shape", weight.shape, "has no channels",
               f"use one channel or more in {layout}")
    if weight.shape[0] % groups:
        channels = counted(weight.shape[0], "channel", "channels")
        refuse("groups", groups, f"does not divide the {channels} of weight.shape[0] in {layout}",
               f"use a divisor of {weight.shape[0]}")
    return weight, groups


def layer_input(x, weight, groups, transposed=False):
    """The input of a layer as ``(N, C_in, *L)``, and whether it came with a batch axis."""
    x, axes = array("x", x), weight.ndim - 2
    if x.ndim not in (axes + 1, axes + 2):
        refuse("x.shape", x.shape, f"has {counted(x.ndim, 'axis', 'axes')}",
               f"use {axes + 2} with a batch, (N, C, *L), or {axes + 1} without, (C, *L)")
    batched = x.ndim == axes + 2
    channels = weight.shape[0] if transposed else weight.shape[1] * groups
    if x.shape[-axes - 1] != channels:
        refuse("x.shape", x.shape,
               f"has {counted(x.shape[-axes - 1], 'channel', 'channels')}",
               f"use {channels}, as weight.shape={weight.shape} and groups={groups} ask")
    # PyTorch lets a spatial axis be empty only where there is nothing to compute anyway.
    empty_anyway = channels == 0 or (batched and x.shape[0] == 0)
    if 0 in x.shape[-axes:] and not empty_anyway:
        refuse("x.shape", x.shape, "has an empty spatial axis",
               "give every spatial axis at least one cell")
    return (x if batched else x[np.newaxis]), batched


def layer_bias(bias, channels):
    """One number per output channel, or None."""
    bias = bias if bias is None else array("bias", bias)
    if bias is not None and bias.shape != (channels,):
        wanted = counted(channels, "output channel", "output channels")
        refuse("bias.shape", bias.shape, f"does not suit {wanted}",
               f"use shape ({channels},)")
    return bias


def check_output_padding(given, output_padding, stride, dilation):
    """PyTorch's rule, on each axis: output_padding < max(stride, dilation).

    ``given`` is the output_padding as the caller gave it, for the message.
    """
    for axis, (a, s, d) in enumerate(zip(output_padding, stride, dilation)):
        if a >= max(s, d):
            refuse("output_padding", given,
                   f"is too large on axis {axis}: it must be smaller than the stride ({s}) or "
                   f"the dilation ({d})", f"use at most {max(s, d) - 1} there")
