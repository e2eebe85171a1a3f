"""The two views of the transposed convolution that need PyTorch: the gradient, the library.

They take and give NumPy arrays and have the same signatures as the views in ``lib.ops``, whose
checks, and so whose errors, they share.
"""

import numpy as np
import torch
import torch.nn.functional as F

from lib.ops.transposed import check_transposed_layer
from lib.ops.views import check_plain

_CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_CONV_TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def by_gradient(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The gradient view: what back-propagation sends through a convolution.

    z = d <x, conv(u, kernel)> / d u, for any u of z's size: automatic differentiation of the
    *forward* convolution, with x as the gradient that arrives at its output.
    Plain arrays; arguments, shapes and errors as in ``lib.ops.conv_transpose``.

    >>> by_gradient([2, 3, 0, -1], [1, 2, -1])
    array([ 2,  7,  4, -4, -2,  1])
    """
    return _plain(layer_by_gradient, x, kernel, stride, padding, output_padding, dilation)


def by_library(x, kernel, *, stride=1, padding=0, output_padding=0, dilation=1):
    """The library view: PyTorch's own transposed convolution.

    Plain arrays; arguments, shapes and errors as in ``lib.ops.conv_transpose``.

    >>> by_library([2, 3, 0, -1], [1, 2, -1])
    array([ 2,  7,  4, -4, -2,  1])
    """
    return _plain(layer_by_library, x, kernel, stride, padding, output_padding, dilation)


def layer_by_gradient(
    x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The gradient view of a layer.

    ``x``: (N, C_in, *m) or (C_in, *m); ``weight``: (C_in, C_out/groups, *k), which the forward
    convolution reads as its own (C_out, C_in/groups, *k). Result, options and errors as in
    ``lib.ops.conv_transpose2d``; integers are exact up to 2^53.

    >>> layer_by_gradient(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    x, batched, weight, _, s, p, _, d, groups, size = check_transposed_layer(
        x, weight, None, stride, padding, output_padding, groups, dilation)
    dtype = np.result_type(x, weight)
    # Autograd differentiates with respect to real numbers only.
    real = dtype if dtype.kind in "fc" else np.dtype(float)
    arriving, kernel = _tensor(x, real), _tensor(weight, real)

    u = torch.zeros((len(x), weight.shape[1] * groups, *size), dtype=kernel.dtype,
                    requires_grad=True)
    v = _CONV[weight.ndim - 2](u, kernel, stride=s, padding=p, dilation=d, groups=groups)
    # Where output_padding reaches the stride, u has room for windows beyond those of x.
    v = v[(..., *(slice(m) for m in x.shape[2:]))]
    (z,) = torch.autograd.grad(v, u, grad_outputs=arriving)
    z = z.numpy().astype(dtype)
    return z if batched else z[0]


def layer_by_library(
    x, weight, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The library view of a layer. Arguments, shapes and errors as in ``layer_by_gradient``.

    >>> layer_by_library(np.ones((2, 3, 4)), np.ones((3, 5, 3)), stride=2).shape
    (2, 5, 9)
    """
    x, batched, weight, _, s, p, a, d, groups, _ = check_transposed_layer(
        x, weight, None, stride, padding, output_padding, groups, dilation)
    dtype = np.result_type(x, weight)
    z = _CONV_TRANSPOSE[weight.ndim - 2](
        _tensor(x, dtype), _tensor(weight, dtype), stride=s, padding=p, output_padding=a,
        groups=groups, dilation=d).numpy()
    return z if batched else z[0]


def _plain(layer, x, kernel, stride, padding, output_padding, dilation):
    """A layer with one channel in and one out, on arrays without channels."""
    x, kernel, s, p, a, d, _ = check_plain(x, kernel, stride, padding, output_padding, dilation)
    return layer(x[np.newaxis], kernel[np.newaxis, np.newaxis], stride=s, padding=p,
                 output_padding=a, dilation=d)[0]


def _tensor(array, dtype):
    """A tensor of this type; its copy of the memory is its own, whatever the array's layout."""
    return torch.tensor(np.ascontiguousarray(array, dtype))
