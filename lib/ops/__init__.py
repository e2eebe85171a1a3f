"""The operators in NumPy, as the mathematics writes them.

Short names (``conv``, ``conv_transpose``, the views) take single-channel arrays; layer
functions (``conv2d``, ``layer_by_stamps``, ...) take PyTorch's shapes. Nothing here needs more
than NumPy, but for ``sparse=True`` and ``layer_by_matrix``: these load SciPy when called.

Data types follow NumPy: integers stay exact integers, float32 stays float32, and mixed inputs
are promoted. All other limits are PyTorch's.
"""

from .adjoint import adjoint_error
from .convolution import conv, conv1d, conv2d, conv3d
from .checkerboard import (
    checkerboard_score,
    layer_checkerboard_score,
    layer_ripple,
    ripple,
    window_power,
)
from .interpolation import (
    bilinear_kernel,
    bilinear_weight,
    interpolate,
    interpolation_matrix,
    layer_interpolate,
)
from .matrices import (
    conv_layer_matrix,
    conv_matrix,
    conv_matrix_taps,
    conv_transpose_layer_matrix,
    conv_transpose_matrix,
)
from .overlap import overlap_count, overlap_phases, stacked_overlap
from .pooling import (
    bed_of_nails,
    layer_bed_of_nails,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from .sizes import (
    conv_input_sizes,
    conv_output_size,
    conv_transpose_output_size,
    output_padding_for,
)
from .subpixel import icnr, pixel_shuffle, pixel_unshuffle
from .transposed import conv_transpose, conv_transpose1d, conv_transpose2d, conv_transpose3d
from .vectors import unvec, vec
from .views import (
    by_matrix,
    by_stamps,
    by_zero_stuffing,
    flip,
    layer_by_matrix,
    layer_by_stamps,
    layer_by_zero_stuffing,
    zero_stuff,
)

__all__ = [
    "adjoint_error",
    "bed_of_nails",
    "bilinear_kernel",
    "bilinear_weight",
    "by_matrix",
    "by_stamps",
    "by_zero_stuffing",
    "checkerboard_score",
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_input_sizes",
    "conv_layer_matrix",
    "conv_matrix",
    "conv_matrix_taps",
    "conv_output_size",
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_transpose_layer_matrix",
    "conv_transpose_matrix",
    "conv_transpose_output_size",
    "flip",
    "icnr",
    "interpolate",
    "interpolation_matrix",
    "layer_bed_of_nails",
    "layer_by_matrix",
    "layer_by_stamps",
    "layer_by_zero_stuffing",
    "layer_checkerboard_score",
    "layer_interpolate",
    "layer_ripple",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "output_padding_for",
    "overlap_count",
    "overlap_phases",
    "pixel_shuffle",
    "pixel_unshuffle",
    "ripple",
    "stacked_overlap",
    "unvec",
    "vec",
    "window_power",
    "zero_stuff",
]
