"""vec and unvec."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import ops


@given(st.lists(st.integers(0, 4), min_size=0, max_size=4), st.sampled_from(["row", "column"]))
def test_unvec_undoes_vec(shape, order):
    x = np.arange(int(np.prod(shape))).reshape(shape)
    assert ops.vec(x, order).shape == (x.size,)
    assert np.array_equal(ops.unvec(ops.vec(x, order), tuple(shape), order), x)


def test_orders():
    x = np.array([[1, 2, 3], [4, 5, 6]])
    assert ops.vec(x).tolist() == [1, 2, 3, 4, 5, 6]
    assert ops.vec(x, "column").tolist() == ops.vec(x.T).tolist() == [1, 4, 2, 5, 3, 6]
    assert ops.unvec(np.arange(6), (2, 3), "column").tolist() == [[0, 2, 4], [1, 3, 5]]
    assert ops.unvec(np.arange(3), 3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("order", ["C", "F", "rows", None, 0])
def test_unknown_orders(order):
    for call in (lambda: ops.vec(np.ones(3), order), lambda: ops.unvec(np.ones(3), 3, order)):
        with pytest.raises(ValueError, match=f"order={order!r} is unknown; use 'row' or 'column'"):
            call()


def test_vectors_that_do_not_fit():
    with pytest.raises(
        ValueError,
        match=r"v\.shape=\(5,\) does not fill shape=\(2, 3\); use a "
        "vector of 6 entries",
    ):
        ops.unvec(np.ones(5), (2, 3))
    with pytest.raises(ValueError, match=r"v\.shape=\(2, 3\)"):
        ops.unvec(np.ones((2, 3)), (2, 3))
    with pytest.raises(ValueError, match=r"shape=\(2, -1\) is too small; use 0 or more"):
        ops.unvec(np.ones(6), (2, -1))
