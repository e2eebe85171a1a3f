"""The convolution and every view of the transposed convolution, against PyTorch's forward."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from lib import ops
from tests.ops.operator_cases import TORCH, cases, torch_layer, torch_plain

PLAIN_VIEWS = [ops.conv_transpose, ops.by_matrix, ops.by_stamps, ops.by_zero_stuffing]
LAYER_VIEWS = [ops.layer_by_matrix, ops.layer_by_stamps, ops.layer_by_zero_stuffing]
CONV_LAYERS = {1: ops.conv1d, 2: ops.conv2d, 3: ops.conv3d}
TRANSPOSED_LAYERS = {1: ops.conv_transpose1d, 2: ops.conv_transpose2d, 3: ops.conv_transpose3d}


def assert_same(result, expected):
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


def without_bias(case):
    case.bias = None
    return case


# Each dimension gets its own run, so that each gets its full number of examples.
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_convolution_layers(axes):
    @given(cases(transposed=False, axes=(axes,)))
    def run(case):
        result = CONV_LAYERS[axes](case.x, case.weight, case.bias, **case.options)
        assert_same(result, torch_layer(False, case))

    run()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_transposed_convolution_layers(axes):
    @given(cases(transposed=True, axes=(axes,), batches=(None, 0, 1, 2, 3)))
    def run(case):
        result = TRANSPOSED_LAYERS[axes](case.x, case.weight, case.bias, **case.options)
        assert_same(result, torch_layer(True, case))

    run()


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("view", LAYER_VIEWS)
def test_layer_views(view, axes):
    @given(cases(transposed=True, axes=(axes,), batches=(None, 0, 1, 2, 3)))
    def run(case):
        expected = torch_layer(True, without_bias(case))
        assert_same(view(case.x, case.weight, **case.options), expected)

    run()


@given(cases(transposed=False, plain=True))
def test_plain_convolution(case):
    assert_same(ops.conv(case.x, case.weight, **case.options), torch_plain(False, case))


@pytest.mark.parametrize("view", PLAIN_VIEWS)
def test_plain_views(view):
    @given(cases(transposed=True, plain=True))
    def run(case):
        assert_same(view(case.x, case.weight, **case.options), torch_plain(True, case))

    run()


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("taps", [(1, 2), (3, 4), (5, 3)])
@pytest.mark.parametrize("dilation", [1, (2, 1), (1, 3)])
def test_padding_in_words(padding, taps, dilation):
    rng = np.random.default_rng(1)
    x, weight = rng.standard_normal((2, 3, 9, 10)), rng.standard_normal((4, 3, *taps))
    expected = F.conv2d(torch.tensor(x), torch.tensor(weight), padding=padding, dilation=dilation)
    result = ops.conv2d(x, weight, padding=padding, dilation=dilation)
    assert_same(result, expected.numpy())
    if padding == "same":
        assert result.shape[2:] == x.shape[2:]


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("transposed", [False, True])
def test_integers_stay_exact(transposed, axes):
    rng = np.random.default_rng(2)
    x = rng.integers(-9, 9, (2, 4) + (5,) * axes) * 2**40 + 1
    weight = rng.integers(-9, 9, (4, 2) + (3,) * axes) * 2**8 + 1
    groups = 1 if transposed else 2
    layer = (TRANSPOSED_LAYERS if transposed else CONV_LAYERS)[axes]
    result = layer(x, weight, stride=2, padding=1, groups=groups)
    expected = TORCH[transposed, axes](
        torch.tensor(x), torch.tensor(weight), stride=2, padding=1, groups=groups
    )
    assert result.dtype == np.int64
    assert np.array_equal(result, expected.numpy())


@pytest.mark.parametrize("view", [ops.conv, *PLAIN_VIEWS])
def test_plain_views_keep_the_data_type(view):
    for dtype in (np.int64, np.int32, np.float32, np.float64):
        x, kernel = np.arange(6).astype(dtype), np.array([1, 2, -1]).astype(dtype)
        result = view(x, kernel, stride=2)
        assert result.dtype == dtype
        assert np.array_equal(result, view(x.astype(float), kernel.astype(float), stride=2))


@pytest.mark.parametrize("view", LAYER_VIEWS)
def test_layer_views_keep_the_data_type(view):
    rng = np.random.default_rng(5)
    x, weight = rng.integers(-5, 5, (2, 3, 4, 4)), rng.integers(-5, 5, (3, 2, 3, 3))
    expected = ops.conv_transpose2d(x, weight, stride=2)
    for dtype in (np.int64, np.float32, np.float64):
        result = view(x.astype(dtype), weight.astype(dtype), stride=2)
        assert result.dtype == dtype
        assert np.array_equal(result, expected)


def test_float32_layers_stay_float32():
    x, weight = np.ones((2, 3, 5), np.float32), np.ones((4, 3, 2), np.float32)
    bias = np.ones(4, np.float32)
    assert ops.conv1d(x, weight, bias).dtype == np.float32
    assert ops.conv_transpose1d(x, weight.swapaxes(0, 1), bias).dtype == np.float32


def test_a_bias_promotes_like_any_numpy_sum():
    x, weight = np.ones((1, 1, 5), int), np.ones((1, 1, 2), int)
    assert ops.conv1d(x, weight, np.array([0.5])).tolist() == [[[2.5] * 4]]
    assert ops.conv_transpose1d(x, weight, np.array([0.5])).tolist() == [
        [[1.5, 2.5, 2.5, 2.5, 2.5, 1.5]]
    ]


def test_inputs_are_left_alone():
    rng = np.random.default_rng(3)
    x, weight, bias = (rng.standard_normal(s) for s in [(2, 4, 6), (4, 2, 3), (4,)])
    before = [a.copy() for a in (x, weight, bias)]
    for array in (x, weight, bias):
        array.flags.writeable = False
    ops.conv1d(x, weight, bias, groups=2, padding=1)
    ops.conv_transpose1d(x, weight, bias, groups=2, padding=1)
    for view in LAYER_VIEWS:
        view(x, weight, groups=2, padding=1)
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, weight, bias), strict=True))


def test_results_are_arrays_of_their_own():
    """A caller who writes into a result changes no input."""
    x, kernel = np.arange(4.0), np.ones(1)
    for view in [ops.conv, *PLAIN_VIEWS]:
        view(x, kernel)[:] = 7
    assert x.tolist() == [0, 1, 2, 3]


def test_memory_layout_does_not_matter():
    rng = np.random.default_rng(4)
    x, weight = rng.standard_normal((2, 3, 5, 6)), rng.standard_normal((3, 2, 2, 3))
    turned = np.asfortranarray(x)[:, :, ::-1, ::-1], np.asfortranarray(weight)
    straight = x[:, :, ::-1, ::-1].copy(), weight
    for layer in [ops.conv_transpose2d, *LAYER_VIEWS]:
        np.testing.assert_allclose(layer(*turned, stride=2), layer(*straight, stride=2), rtol=1e-12)


@pytest.mark.parametrize("view", [ops.by_matrix, ops.by_stamps, ops.by_zero_stuffing, *LAYER_VIEWS])
def test_each_view_is_computed_its_own_way(view, monkeypatch):
    """No view calls the fast form, so that their agreement says something."""

    def forbidden(*args, **options):
        raise AssertionError("a view used the fast form")

    monkeypatch.setattr("lib.ops.transposed.transpose_convolve", forbidden)
    if view in LAYER_VIEWS:
        assert view(np.ones((1, 2, 4)), np.ones((2, 3, 3)), stride=2).shape == (1, 3, 9)
    else:
        assert view(np.ones(4), np.ones(3), stride=2).tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 1]
    with pytest.raises(AssertionError):
        ops.conv_transpose(np.ones(4), np.ones(3))


def test_zero_stuff_and_flip():
    x = np.arange(1, 7).reshape(2, 3)
    assert ops.zero_stuff(x, (2, 1)).tolist() == [[1, 2, 3], [0, 0, 0], [4, 5, 6]]
    assert ops.zero_stuff(x, 1).tolist() == x.tolist()
    assert ops.zero_stuff(np.ones((3, 3, 3)), 3).shape == (7, 7, 7)
    assert ops.flip(x).tolist() == [[6, 5, 4], [3, 2, 1]]
    assert ops.flip(np.arange(24).reshape(2, 3, 4)).reshape(-1).tolist() == list(range(23, -1, -1))


@given(cases(transposed=False, batches=(None, 1, 2)))
def test_the_transposed_convolution_is_the_adjoint(case):
    """<A x, y> = <x, A^T y>: same weight, same settings, x's size brought back by name."""
    convolve, stretch = CONV_LAYERS[case.axes], TRANSPOSED_LAYERS[case.axes]
    y = np.random.default_rng(0).standard_normal(
        convolve(case.x, case.weight, **case.options).shape
    )
    window = {name: value for name, value in case.options.items() if name != "groups"}
    a = ops.output_padding_for(
        y.shape[-case.axes :], case.x.shape[-case.axes :], case.weight.shape[2:], **window
    )
    error = ops.adjoint_error(
        lambda x: convolve(x, case.weight, **case.options),
        lambda y: stretch(y, case.weight, output_padding=a, **case.options),
        case.x,
        y,
    )
    assert error < 1e-13
