"""The book's figures: one look, light and dark in one SVG, alternative text with every figure.

Every function takes plain arrays and ``lib.ops``'s options and returns a ``Picture``.
"""

from lib.plots._look import Picture
from lib.plots.curves import bars, loss_and_kernel, operation_counts, signals, size_staircase
from lib.plots.matrices import layer_matrix_picture, matrix_gallery, matrix_picture
from lib.plots.opening import hero
from lib.plots.sides import direct_and_transposed, zero_stuffing_picture
from lib.plots.steps import conv_steps, parameters_picture, stamp_steps

__all__ = [
    "Picture", "bars", "conv_steps", "direct_and_transposed", "hero", "layer_matrix_picture",
    "loss_and_kernel", "matrix_gallery", "matrix_picture", "operation_counts",
    "parameters_picture", "signals", "size_staircase", "stamp_steps", "zero_stuffing_picture",
]
