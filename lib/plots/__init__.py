"""The book's figures: one look, light and dark in one SVG, alternative text with every figure.

Every function takes plain arrays and ``lib.ops``'s options and returns a ``Picture``.
"""

from lib.plots._theme import Picture
from lib.plots.charts import (
    bars,
    lines,
    loss_and_kernel,
    operation_counts,
    size_staircase,
)
from lib.plots.coverage import coverage_picture
from lib.plots.hero import hero
from lib.plots.images import pictures
from lib.plots.latent import plane_picture, reach_picture
from lib.plots.matrices import layer_matrix_picture, matrix_gallery, matrix_picture
from lib.plots.seeds import seeds_picture
from lib.plots.signals import signals
from lib.plots.spectrum import spectrum_picture
from lib.plots.steps import conv_steps, parameters_picture, stamp_steps
from lib.plots.transposed import direct_and_transposed, zero_stuffing_picture
from lib.plots.upsampling import (
    half_pixel_picture,
    pooling_picture,
    shuffle_picture,
    weights_picture,
)

__all__ = [
    "bars", "conv_steps", "coverage_picture", "direct_and_transposed", "half_pixel_picture",
    "hero", "layer_matrix_picture", "lines", "loss_and_kernel", "matrix_gallery",
    "matrix_picture", "operation_counts", "parameters_picture", "Picture", "pictures",
    "plane_picture", "pooling_picture", "reach_picture", "seeds_picture", "shuffle_picture",
    "signals", "size_staircase", "spectrum_picture", "stamp_steps", "weights_picture",
    "zero_stuffing_picture",
]
