"""The matrix times vec(x) is the operator, in every order, dense and sparse."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from lib import ops
from tests.ops.operator_cases import cases, torch_layer, torch_plain

ORDERS = st.sampled_from(["row", "column"])
OUTPUT_ORDERS = st.sampled_from([None, "row", "column"])


def assert_sound(matrix, dense):
    """A canonical CSR matrix: sorted, without duplicates, and equal to the dense one."""
    assert isinstance(matrix, csr_array)
    assert matrix.shape == dense.shape
    assert matrix.dtype == dense.dtype
    fresh = csr_array((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
    assert fresh.has_canonical_format
    assert np.array_equal(matrix.toarray(), dense)


@given(cases(transposed=False, plain=True), ORDERS, OUTPUT_ORDERS)
def test_plain_convolution(case, order, output_order):
    options = {**case.options, "order": order, "output_order": output_order}
    matrix = ops.conv_matrix(case.weight, case.x.shape, **options)
    expected = torch_plain(False, case)
    assert matrix.shape == (expected.size, case.x.size)
    np.testing.assert_allclose(
        matrix @ ops.vec(case.x, order),
        ops.vec(expected, output_order or order),
        rtol=1e-12,
        atol=1e-12,
    )
    assert_sound(ops.conv_matrix(case.weight, case.x.shape, sparse=True, **options), matrix)


@given(cases(transposed=True, plain=True), ORDERS, OUTPUT_ORDERS)
def test_plain_transposed_convolution(case, order, output_order):
    options = {**case.options, "order": order, "output_order": output_order}
    matrix = ops.conv_transpose_matrix(case.weight, case.x.shape, **options)
    expected = torch_plain(True, case)
    assert matrix.shape == (expected.size, case.x.size)
    np.testing.assert_allclose(
        matrix @ ops.vec(case.x, order),
        ops.vec(expected, output_order or order),
        rtol=1e-12,
        atol=1e-12,
    )
    assert_sound(
        ops.conv_transpose_matrix(case.weight, case.x.shape, sparse=True, **options), matrix
    )


@given(cases(transposed=False, batches=(None,)))
def test_convolution_layer(case):
    case.bias = None
    size = case.x.shape[1:]
    matrix = ops.conv_layer_matrix(case.weight, size, **case.options)
    expected = torch_layer(False, case)
    np.testing.assert_allclose(
        (matrix @ case.x.reshape(-1)).reshape(expected.shape), expected, rtol=1e-12, atol=1e-12
    )
    assert_sound(ops.conv_layer_matrix(case.weight, size, sparse=True, **case.options), matrix)


@given(cases(transposed=True, batches=(None,)))
def test_transposed_convolution_layer(case):
    case.bias = None
    size = case.x.shape[1:]
    matrix = ops.conv_transpose_layer_matrix(case.weight, size, **case.options)
    expected = torch_layer(True, case)
    np.testing.assert_allclose(
        (matrix @ case.x.reshape(-1)).reshape(expected.shape), expected, rtol=1e-12, atol=1e-12
    )
    assert_sound(
        ops.conv_transpose_layer_matrix(case.weight, size, sparse=True, **case.options), matrix
    )


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel_size, dilation", [((3, 3), 1), ((2, 4), (2, 1)), ((1, 2), 3)])
def test_padding_in_words(padding, kernel_size, dilation):
    options = {"padding": padding, "dilation": dilation}
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 5, 6)), rng.standard_normal((3, 2, *kernel_size))
    kernel, size = weight[0, 0], x.shape[1:]
    y, layer = ops.conv(x[0], kernel, **options), ops.conv2d(x, weight, **options)
    assert ops.conv_output_size(size, kernel_size, **options) == y.shape

    matrix = ops.conv_matrix(kernel, size, **options)
    np.testing.assert_allclose(matrix @ ops.vec(x[0]), ops.vec(y), atol=1e-12)
    taps = ops.conv_matrix_taps(kernel_size, size, **options)
    assert np.array_equal(np.append(ops.vec(kernel), 0.0)[taps], matrix)
    np.testing.assert_allclose(
        ops.conv_layer_matrix(weight, size, **options) @ ops.vec(x), ops.vec(layer), atol=1e-12
    )


@given(cases(transposed=False, plain=True), ORDERS, OUTPUT_ORDERS)
def test_the_transposed_matrix_is_the_transpose(case, order, output_order):
    forward = ops.conv_matrix(
        case.weight, case.x.shape, order=order, output_order=output_order, **case.options
    )
    output = ops.conv(case.x, case.weight, **case.options)
    a = ops.output_padding_for(output.shape, case.x.shape, case.weight.shape, **case.options)
    backward = ops.conv_transpose_matrix(
        case.weight,
        output.shape,
        output_padding=a,
        order=output_order or order,
        output_order=order,
        **case.options,
    )
    assert np.array_equal(backward, forward.T)


@given(cases(transposed=False, plain=True), ORDERS, OUTPUT_ORDERS)
def test_taps_say_what_the_matrix_holds(case, order, output_order):
    options = {**case.options, "order": order, "output_order": output_order}
    taps = ops.conv_matrix_taps(case.weight.shape, case.x.shape, **options)
    matrix = ops.conv_matrix(case.weight, case.x.shape, **options)
    assert taps.dtype.kind == "i" and taps.shape == matrix.shape
    # The last entry stands for "no tap": index -1 finds it.
    values = np.append(case.weight.reshape(-1), 0.0)
    assert np.array_equal(values[taps], matrix)
    ones = ops.conv_matrix(np.ones(case.weight.shape), case.x.shape, **options)
    assert np.array_equal(taps >= 0, ones == 1)


def test_zero_taps_keep_their_place():
    """A weight of zero is a value, not structure: the sparse matrix stores it."""
    assert ops.conv_matrix(np.array([1, 0, 2]), 4, sparse=True).nnz == 6
    assert ops.conv_matrix_taps(3, 4).tolist() == [[0, 1, 2, -1], [-1, 0, 1, 2]]


def test_mixed_orders_of_a_lecture():
    """A 3x1 kernel on a 4x3 input, input by columns: rows start at columns 1, 5, 9, 2, 6, 10."""
    kernel = np.array([[1], [2], [3]])
    mixed = ops.conv_matrix(kernel, (4, 3), order="column", output_order="row")
    assert mixed.shape == (6, 12)
    assert (np.argmax(mixed == 1, axis=1) + 1).tolist() == [1, 5, 9, 2, 6, 10]
    column = ops.conv_matrix(kernel, (4, 3), order="column")
    assert (np.argmax(column == 1, axis=1) + 1).tolist() == [1, 2, 5, 6, 9, 10]


def test_sizes_given_as_one_number():
    kernel = np.ones((2, 2), int)
    assert np.array_equal(ops.conv_matrix(kernel, 3), ops.conv_matrix(kernel, (3, 3)))
    assert np.array_equal(ops.conv_matrix_taps(2, (3, 3)), ops.conv_matrix_taps((2, 2), 3))
    weight = np.ones((1, 1, 2, 2), int)
    assert np.array_equal(ops.conv_layer_matrix(weight, 3), ops.conv_matrix(kernel, 3))
    assert np.array_equal(
        ops.conv_transpose_layer_matrix(weight, 3), ops.conv_transpose_matrix(kernel, 3)
    )


def test_integers_stay_integers():
    for matrix in (
        ops.conv_matrix([1, 2], 4),
        ops.conv_transpose_matrix([1, 2], 4),
        ops.conv_layer_matrix(np.ones((2, 1, 2), int), 4),
        ops.conv_matrix([1, 2], 4, sparse=True),
    ):
        assert matrix.dtype.kind == "i"
    assert ops.conv_matrix(np.ones(2, np.float32), 4, sparse=True).dtype == np.float32


# The autoencoder's layers: channels in, channels out, kernel, stride, input size (code size 8).
ENCODER = [
    (1, 32, 5, 1, 28),
    (32, 32, 5, 1, 24),
    (32, 32, 4, 2, 20),
    (32, 32, 3, 2, 9),
    (32, 8, 4, 1, 4),
]


@pytest.mark.parametrize("ins, outs, k, s, n", ENCODER)
def test_the_autoencoders_layers_fit_in_memory(ins, outs, k, s, n):
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((outs, ins, k, k))
    x = rng.standard_normal((ins, n, n))
    y = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight), stride=s).numpy()
    matrix = ops.conv_layer_matrix(weight, n, stride=s, sparse=True)
    np.testing.assert_allclose(matrix @ x.reshape(-1), y.reshape(-1), rtol=1e-9, atol=1e-9)
    # Unreached cells: 9 -> 4 -> 9 brings the size back, as every layer of this network does.
    transposed = ops.conv_transpose_layer_matrix(weight, y.shape[1:], stride=s, sparse=True)
    assert (transposed != matrix.T).nnz == 0


def test_one_large_channel():
    x = np.random.default_rng(0).standard_normal((256, 256))
    kernel = np.arange(25.0).reshape(5, 5)
    matrix = ops.conv_matrix(kernel, x.shape, padding=2, sparse=True)
    assert matrix.shape == (256**2, 256**2)
    np.testing.assert_allclose(
        matrix @ x.reshape(-1), ops.conv(x, kernel, padding=2).reshape(-1), atol=1e-10
    )


def test_matrices_run_no_operator(monkeypatch):
    """They come from index arithmetic, so that comparing them with the operators proves both."""

    def forbidden(*args, **options):
        raise AssertionError("a matrix ran an operator")

    monkeypatch.setattr("lib.ops.convolution.convolve", forbidden)
    monkeypatch.setattr("lib.ops.transposed.transpose_convolve", forbidden)
    for sparse in (False, True):
        ops.conv_matrix(np.ones((2, 2)), 4, sparse=sparse)
        ops.conv_transpose_matrix(np.ones((2, 2)), 4, sparse=sparse)
        ops.conv_layer_matrix(np.ones((2, 2, 2)), 4, sparse=sparse)
        ops.conv_transpose_layer_matrix(np.ones((2, 2, 2)), 4, sparse=sparse)
    ops.conv_matrix_taps(2, 4)
