"""The arrays that an operator takes, checked and brought into one form."""

from dataclasses import dataclass

import numpy as np

from ..arguments import PerAxis, array, integer, plural, refuse
from .window import Window


@dataclass(frozen=True)
class Operands:
    """The arrays of a convolution or a transposed one, in the form of a layer with a batch.

    ``x``: (N, C_in, *n); ``weight``: as its layer has it; ``bias``: (C_out,) or None.
    ``given_shape``: the shape of the caller's x, which may lack the axes of batch and channels.
    """

    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    groups: int
    given_shape: tuple

    @property
    def size(self):
        """The size of x without batch and channels."""
        return PerAxis(self.x.shape[2:], "x.shape", self.given_shape)

    @property
    def kernel_size(self):
        return self.weight.shape[2:]

    @property
    def dtype(self):
        """The data type of the result, as NumPy promotes it."""
        return np.result_type(self.x, self.weight)

    def window(self, stride, padding, dilation):
        """The checked window of a convolution that fits into x."""
        window = Window.convolution(self.kernel_size, stride, padding, dilation)
        window.output_size(self.size)
        return window

    def transposed_window(self, stride, padding, output_padding, dilation):
        """The checked window of a transposed convolution that leaves something of its canvas."""
        window = Window.transposed(self.kernel_size, stride, padding, output_padding, dilation)
        window.checked_transposed_size(self.size, least=1 if len(self.x) else 0)
        return window

    def result(self, y):
        """Add the bias, and take off the axes that the caller's x does not have."""
        if self.bias is not None:
            y = y + self.bias.reshape(len(self.bias), *(1,) * len(self.size))
        return y[(0,) * (self.x.ndim - len(self.given_shape))]


def single_channel_operands(x, kernel):
    """One channel and one kernel, with one, two or three axes, as many in one as in the other."""
    x, kernel = array("x", x), single_channel("kernel", kernel, entry="tap")
    if x.ndim != kernel.ndim:
        wanted = plural(kernel.ndim, "axis", "axes")
        refuse(
            "x.shape",
            x.shape,
            f"has {plural(x.ndim, 'axis', 'axes')} where the kernel has {kernel.ndim}",
            f"give x {wanted} too, or, for batches and channels, use the layer form (such as "
            f"conv{kernel.ndim}d)",
        )
    refuse_empty_axis("x", x)
    return Operands(x[np.newaxis, np.newaxis], kernel[np.newaxis, np.newaxis], None, 1, x.shape)


def layer_operands(x, weight, bias, groups, axes=None, transposed=False):
    """The arrays of a layer; without ``axes``, the weight says how many spatial axes there are."""
    weight, groups = layer_weight(weight, groups, axes, transposed)
    axes = weight.ndim - 2
    ins, outs = weight.shape[1] * groups, weight.shape[0]
    if transposed:
        ins, outs = outs, ins
    x = layer_input(x, axes)
    channels = x.shape[-axes - 1]
    if channels != ins:
        refuse(
            "x.shape",
            x.shape,
            f"has {plural(channels, 'channel')}",
            f"use {ins}, as weight.shape={weight.shape} and groups={groups} ask",
        )
    batched = x.ndim == axes + 2
    # PyTorch lets a spatial axis be empty only where there is nothing to compute anyway.
    empty_anyway = ins == 0 or (batched and x.shape[0] == 0)
    if 0 in x.shape[-axes:] and not empty_anyway:
        refuse(
            "x.shape",
            x.shape,
            "has an empty spatial axis",
            "give every spatial axis at least one cell",
        )
    if bias is not None:
        bias = array("bias", bias)
        if bias.shape != (outs,):
            refuse(
                "bias.shape",
                bias.shape,
                f"does not suit {plural(outs, 'output channel')}",
                f"use shape ({outs},)",
            )
    return Operands(x if batched else x[np.newaxis], weight, bias, groups, x.shape)


def layer_weight(weight, groups, axes=None, transposed=False):
    """The weight of a layer and its groups.

    Convolution: ``(C_out, C_in/groups, *K)``; transposed: ``(C_in, C_out/groups, *K)``.
    """
    layout = "(C_in, C_out/groups, *K)" if transposed else "(C_out, C_in/groups, *K)"
    wanted = "3, 4 or 5" if axes is None else axes + 2
    weight = array(
        "weight",
        weight,
        (3, 4, 5) if axes is None else (axes + 2,),
        f"use {wanted}, in the order {layout}",
    )
    groups = integer("groups", groups, 1)
    if 0 in weight.shape[2:]:
        refuse(
            "weight.shape",
            weight.shape,
            "has an empty kernel",
            "give every kernel axis at least one tap",
        )
    if weight.shape[0] < 1 or (transposed and weight.shape[1] < 1):
        refuse(
            "weight.shape", weight.shape, "has no channels", f"use one channel or more in {layout}"
        )
    if weight.shape[0] % groups:
        refuse(
            "groups",
            groups,
            f"does not divide the {plural(weight.shape[0], 'channel')} of "
            f"weight.shape[0] in {layout}",
            f"use a divisor of {weight.shape[0]}",
        )
    return weight, groups


def layer_input(x, axes):
    """An input with channels, and with or without a batch."""
    return array(
        "x",
        x,
        (axes + 1, axes + 2),
        f"use {axes + 2} with a batch, (N, C, *L), or {axes + 1} without, (C, *L)",
    )


def batch_input(x):
    """An input with channels and a batch, and one, two or three spatial axes."""
    return array("x", x, (3, 4, 5), "use 3, 4 or 5, in the order (N, C, *L)")


def single_channel(name, value, layer_form="the layer form", entry="cell"):
    """An array with one, two or three axes, none of them empty."""
    value = array(
        name, value, (1, 2, 3), f"use 1, 2 or 3 axes, or {layer_form} for batches and channels"
    )
    refuse_empty_axis(name, value, entry=entry)
    return value


def refuse_empty_axis(name, value, may_be_empty=(), entry="cell"):
    """Refuse an array without cells, but for the axes that may be empty."""
    for axis, cells in enumerate(value.shape):
        if not cells and axis not in may_be_empty:
            refuse(
                f"{name}.shape",
                value.shape,
                f"has an empty axis {axis}",
                f"give it at least one {entry}",
            )
