"""The two views of the transposed convolution that need PyTorch: the gradient, the library.

They take and give NumPy arrays and have the same signatures as the views in ``lib.ops``, whose
checks, and so whose errors, they share.
"""

import numpy as np
import torch
import torch.nn.functional as F

from lib.ops.operands import layer_operands, single_channel_operands

_CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_CONV_TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def by_gradient(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The gradient view: what back-propagation sends through a convolution.

    z = d <x, conv(u, kernel)> / d u, for any u of z's size: automatic differentiation of the
    *forward* convolution, with x as the gradient that arrives at its output.
    A single channel; arguments, shapes and errors as in ``lib.ops.conv_transpose``.

    >>> by_gradient([2, 3, 0, -1], [1, 2, -1])
    array([ 2,  7,  4, -4, -2,  1])
    """
    return _gradient(single_channel_operands(x, kernel), stride, padding, output_padding, dilation)


def by_library(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The library view: PyTorch's own transposed convolution.

    A single channel; arguments, shapes and errors as in ``lib.ops.conv_transpose``.

    >>> by_library([2, 3, 0, -1], [1, 2, -1])
    array([ 2,  7,  4, -4, -2,  1])
    """
    return _library(single_channel_operands(x, kernel), stride, padding, output_padding, dilation)


def layer_by_gradient(x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The gradient view of a layer.

    ``x``: (N, C_in, *m) or (C_in, *m); ``weight``: (C_in, C_out/groups, *k), which the forward
    convolution reads as its own (C_out, C_in/groups, *k). Result, options and errors as in
    ``lib.ops.conv_transpose2d``; integers are exact up to 2^53.

    >>> layer_by_gradient(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    return _gradient(
        layer_operands(x, weight, None, groups, transposed=True),
        stride,
        padding,
        output_padding,
        dilation,
    )


def layer_by_library(x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The library view of a layer. Arguments, shapes and errors as in ``layer_by_gradient``.

    >>> layer_by_library(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    return _library(
        layer_operands(x, weight, None, groups, transposed=True),
        stride,
        padding,
        output_padding,
        dilation,
    )


def _gradient(operands, stride, padding, output_padding, dilation):
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    dtype = operands.dtype
    # Autograd differentiates with respect to real numbers only.
    real = dtype if dtype.kind in "fc" else np.dtype(float)
    arriving, kernel = _tensor(operands.x, real), _tensor(operands.weight, real)

    channels = kernel.shape[1] * operands.groups
    u = torch.zeros(
        (len(arriving), channels, *window.transposed_size(operands.size)),
        dtype=kernel.dtype,
        requires_grad=True,
    )
    v = _CONV[len(operands.size)](
        u,
        kernel,
        stride=window.stride,
        padding=window.padding,
        dilation=window.dilation,
        groups=operands.groups,
    )
    # Where output_padding reaches the stride, u has room for windows beyond those of x.
    v = v[(..., *(slice(m) for m in operands.size))]
    (z,) = torch.autograd.grad(v, u, grad_outputs=arriving)
    return operands.result(z.numpy().astype(dtype))


def _library(operands, stride, padding, output_padding, dilation):
    window = operands.transposed_window(stride, padding, output_padding, dilation)
    z = _CONV_TRANSPOSE[len(operands.size)](
        _tensor(operands.x, operands.dtype),
        _tensor(operands.weight, operands.dtype),
        stride=window.stride,
        padding=window.padding,
        output_padding=window.output_padding,
        groups=operands.groups,
        dilation=window.dilation,
    )
    return operands.result(z.numpy())


def _tensor(array, dtype):
    """A tensor of this type; its copy of the memory is its own, whatever the array's layout."""
    return torch.tensor(np.ascontiguousarray(array, dtype))
