"""Sub-pixel upsampling: the channels of one place become a block of r x r places.

As in PyTorch, but for arrays without any cell: the result has the shape that the formula says.
"""

import numpy as np

from ..arguments import MAX_INT64, array, integer, plural, refuse


def pixel_shuffle(x, upscale_factor):
    """Lay the channels of each place out as a block, as ``torch.nn.functional.pixel_shuffle``.

    y[c, r h + i, r w + j] = x[c r^2 + i r + j, h, w], for i, j = 0 ... r - 1.

    ``x``: (*, C r^2, H, W), at least three axes; ``upscale_factor``: r, an int of 1 or more.
    Result: (*, C, r H, r W), of the same data type. ValueError where r^2 does not divide the
    channels. Source: Shi et al. (2016).

    >>> import numpy as np
    >>> pixel_shuffle(np.array([[[1]], [[2]], [[3]], [[4]]]), 2)
    array([[[1, 2],
            [3, 4]]])
    >>> pixel_shuffle(np.ones((8, 32, 7, 7)), 2).shape
    (8, 8, 14, 14)
    """
    x, r = _images(x), integer("upscale_factor", upscale_factor, 1)
    *batch, channels, height, width = x.shape
    if channels % r**2:
        refuse(
            "upscale_factor",
            upscale_factor,
            f"does not suit x.shape={x.shape}: its square, {r**2}, does not divide the "
            f"{plural(channels, 'channel')}",
            f"use a multiple of {r**2} channels",
        )
    _check_size("upscale_factor", upscale_factor, r * max(height, width))
    blocks = x.reshape(*batch, channels // r**2, r, r, height, width)
    rows_and_columns = np.moveaxis(blocks, (-4, -3), (-3, -1)).copy()  # (..., C, H, r, W, r)
    return rows_and_columns.reshape(*batch, channels // r**2, r * height, r * width)


def pixel_unshuffle(x, downscale_factor):
    """Undo ``pixel_shuffle``: each block of r x r places becomes r^2 channels of one place.

    y[c r^2 + i r + j, h, w] = x[c, r h + i, r w + j], for i, j = 0 ... r - 1.

    ``x``: (*, C, r H, r W), at least three axes; ``downscale_factor``: r, an int of 1 or more.
    Result: (*, C r^2, H, W), of the same data type. ValueError where r does not divide height
    and width. Source: Shi et al. (2016).

    >>> import numpy as np
    >>> pixel_unshuffle(np.array([[[1, 2], [3, 4]]]), 2)
    array([[[1]],
    <BLANKLINE>
           [[2]],
    <BLANKLINE>
           [[3]],
    <BLANKLINE>
           [[4]]])
    """
    x, r = _images(x), integer("downscale_factor", downscale_factor, 1)
    *batch, channels, height, width = x.shape
    for name, cells in (("height", height), ("width", width)):
        if cells % r:
            refuse(
                "downscale_factor",
                downscale_factor,
                f"does not divide the {name} {cells} of x.shape={x.shape}",
                f"use a divisor of {cells}",
            )
    _check_size("downscale_factor", downscale_factor, channels * r**2)
    blocks = x.reshape(*batch, channels, height // r, r, width // r, r)
    channels_first = np.moveaxis(blocks, (-3, -1), (-4, -3)).copy()  # (..., C, r, r, H, W)
    return channels_first.reshape(*batch, channels * r**2, height // r, width // r)


def icnr(weight, upscale_factor):
    """Initial weight of a convolution before ``pixel_shuffle``: no checkerboard at the start.

    All r^2 channels that make up one block get the same kernel, so that shuffling them gives
    the convolution with ``weight``, enlarged by nearest-neighbour interpolation. (The r^2
    biases of a block must be equal too: ``numpy.repeat(bias, r**2)``.)

    ``weight``: (C, C_in, kH, kW), initialised in any way; ``upscale_factor``: r, an int of 1 or
    more. Result: (C r^2, C_in, kH, kW), of the same data type. ValueError for any other number
    of axes. Source: Aitken et al. (2017).

    >>> import numpy as np
    >>> weight, x = np.arange(9.0).reshape(1, 1, 3, 3), np.eye(4)[np.newaxis]
    >>> icnr(weight, 2).shape
    (4, 1, 3, 3)
    >>> from lib.ops import conv2d, interpolate
    >>> shuffled = pixel_shuffle(conv2d(x, icnr(weight, 2)), 2)
    >>> np.array_equal(shuffled[0], interpolate(conv2d(x, weight)[0], scale_factor=2))
    True
    """
    weight = array("weight", weight, (4,), "use 4, in the order (C, C_in, kH, kW)")
    r = integer("upscale_factor", upscale_factor, 1)
    _check_size("upscale_factor", upscale_factor, len(weight) * r**2)
    return np.repeat(weight, r**2, axis=0)


def _images(x):
    x = array("x", x)
    if x.ndim < 3:
        refuse(
            "x.shape",
            x.shape,
            f"has {plural(x.ndim, 'axis', 'axes')}",
            "use 3 or more, in the order (*, C, H, W)",
        )
    return x


def _check_size(name, factor, cells):
    if cells > MAX_INT64:
        refuse(
            name,
            factor,
            f"makes an axis of {cells} cells",
            "use a smaller factor, for 2**63 - 1 cells at most",
        )
