"""The gradient view and the library view, against PyTorch and against each other."""

import doctest

import numpy as np
import pytest
from hypothesis import given

from lib import ops
from lib.nets import views
from tests.ops.operator_cases import cases, torch_layer, torch_plain


def assert_same(result, expected):
    assert isinstance(result, np.ndarray)
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("view", [views.layer_by_gradient, views.layer_by_library])
def test_layer_views(view, axes):
    @given(cases(transposed=True, axes=(axes,), batches=(None, 0, 1, 2, 3)))
    def run(case):
        case.bias = None
        assert_same(view(case.x, case.weight, **case.options), torch_layer(True, case))

    run()


@pytest.mark.parametrize("view", [views.by_gradient, views.by_library])
def test_plain_views(view):
    @given(cases(transposed=True, plain=True))
    def run(case):
        assert_same(view(case.x, case.weight, **case.options), torch_plain(True, case))

    run()


def test_the_gradient_view_is_autograd_of_the_forward_convolution(monkeypatch):
    def forbidden(*args, **options):
        raise AssertionError("not the gradient")

    monkeypatch.setattr(views, "_CONV_TRANSPOSE", dict.fromkeys((1, 2, 3), forbidden))
    monkeypatch.setattr("lib.ops.transposed.transpose_convolve", forbidden)
    assert views.by_gradient([2, 3, 0, -1], [1, 2, -1]).tolist() == [2, 7, 4, -4, -2, 1]
    monkeypatch.setattr(views, "_CONV", dict.fromkeys((1, 2, 3), forbidden))
    with pytest.raises(AssertionError, match="not the gradient"):
        views.by_gradient([2, 3, 0, -1], [1, 2, -1])


@pytest.mark.parametrize("view", [views.by_gradient, views.by_library])
def test_data_types(view):
    for dtype in (np.int64, np.float32, np.float64):
        result = view(np.arange(5).astype(dtype), np.array([1, 2, -1]).astype(dtype), stride=2)
        assert result.dtype == dtype
        assert result.tolist() == ops.conv_transpose(np.arange(5), [1, 2, -1], stride=2).tolist()


@pytest.mark.parametrize("view", [views.by_gradient, views.by_library])
def test_refusals_are_those_of_the_operators(view):
    with pytest.raises(ValueError, match=r"output_padding=1 is too large"):
        view(np.ones(4), np.ones(3), output_padding=1)
    with pytest.raises(ValueError, match=r"x\.shape=\(2, 4\) has 2 axes"):
        view(np.ones((2, 4)), np.ones(3))


@pytest.mark.parametrize("view", [views.layer_by_gradient, views.layer_by_library])
def test_layer_refusals_are_those_of_the_operators(view):
    with pytest.raises(ValueError, match=r"groups=2 does not divide the 3 channels"):
        view(np.ones((1, 3, 4)), np.ones((3, 1, 3)), groups=2)


def test_views_in_other_memory_layouts():
    x, kernel = np.arange(12.0).reshape(3, 4).T[::-1], np.arange(4.0).reshape(2, 2)[:, ::-1]
    expected = ops.conv_transpose(x, kernel)
    assert np.array_equal(views.by_gradient(x, kernel), expected)
    assert np.array_equal(views.by_library(x, kernel), expected)


def test_examples_run():
    assert doctest.testmod(views).failed == 0
