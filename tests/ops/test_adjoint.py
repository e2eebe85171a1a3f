"""The adjoint test itself."""

import numpy as np
import pytest

from lib import ops


def test_a_true_pair_leaves_rounding_only():
    rng = np.random.default_rng(0)
    x, y, kernel = rng.standard_normal(20), rng.standard_normal(18), rng.standard_normal(3)
    error = ops.adjoint_error(
        lambda x: ops.conv(x, kernel), lambda y: ops.conv_transpose(y, kernel), x, y
    )
    assert isinstance(error, float)
    assert error < 1e-15


def test_a_flipped_kernel_is_found_out():
    rng = np.random.default_rng(0)
    x, y, kernel = rng.standard_normal(20), rng.standard_normal(18), rng.standard_normal(3)
    error = ops.adjoint_error(
        lambda x: ops.conv(x, kernel), lambda y: ops.conv_transpose(y, ops.flip(kernel)), x, y
    )
    assert error > 1e-3


def test_zero_is_its_own_adjoint_without_dividing_by_zero():
    assert ops.adjoint_error(np.zeros_like, np.zeros_like, np.ones(3), np.ones(3)) == 0.0


def test_the_measure():
    # <Ax, y> = 2 and <x, By> = 3, so |2 - 3| / (2 + 3).
    assert ops.adjoint_error(lambda x: 2 * x, lambda y: 3 * y, np.ones(1), np.ones(1)) == 0.2


def test_shapes_that_do_not_suit():
    with pytest.raises(ValueError, match=r"y\.shape=\(2,\) is not .* use a y of shape \(3,\)"):
        ops.adjoint_error(lambda x: x, lambda y: y, np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match=r"x\.shape=\(3,\) .* use an adjoint that gives back"):
        ops.adjoint_error(lambda x: x, lambda y: y[:2], np.ones(3), np.ones(3))
