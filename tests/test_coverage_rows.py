"""What the course's five teaching sources teach, row by row, with the numbers they print.

One test (or more) for each row, named by the row's id: ``pytest -k S2_9`` answers whether S2.9 is
covered.
``test_row_is_taught`` checks that an executed cell of the book asserts the row, too.

S1 lecture "Transposed Convolutions / Autoencoders" (Leuphana) · S2 lecture notes "Transposed
convolutions" (Fleuret's course) · S3 Machine Learning Notebook · S4 MachineCurve · S5 CS 7643.
"""

from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lib import data, ops
from lib.nets import comparison
from lib.nets import views as torch_views
from lib.nets.autoencoder import CODES, ConvAutoencoder
from lib.nets.classifier import frechet_distance
from lib.nets.pca import PCA
from lib.nets.reference import load_autoencoder, load_classifier, load_pca, load_results
from lib.nets.ripple import tail_ripple

BOOK = Path(__file__).parents[1] / "book"

MATRICES = ["S1.1", "S1.2", "S2.3a", "S3.1", "S1.4", "S4.1", "S4.4", "S5.1", "S5.8a"]
TRANSPOSED = [
    "S1.3",
    "S1.5",
    "S2.1",
    "S2.2",
    "S2.3b",
    "S2.6",
    "S2.7",
    "S3.6",
    "S4.5",
    "S4.2",
    "S4.5b",
    "S4.3",
    "S4.6",
    "S4.7",
    "S5.2",
    "S5.3",
    "S5.4",
    "S5.7",
    "S5.8b",
    "S5.9",
]
ARITHMETIC = ["S1.6", "S1.7", "S2.8", "S2.9", "S2.10", "S2.13a"]
ARTIFACTS = ["S1.8", "S2.11", "S5.5"]
UPSAMPLING = ["S1.9", "S2.12", "S2.13b", "S3.2", "S3.3", "S3.4", "S3.5"]
AUTOENCODERS = ["S1.10", "S1.11", "S1.12", "S1.13", "S1.14", "S1.15", "S1.16", "S4.8", "S5.6"]


def t(array):
    """A float64 tensor of shape (1, 1, *array.shape), as PyTorch's layers want it."""
    return torch.as_tensor(np.asarray(array, dtype=float))[None, None]


def equal(left, right):
    np.testing.assert_array_equal(np.asarray(left), np.asarray(right))


@pytest.fixture(scope="module")
def cells_by_row():
    """{row id: [source of each tagged code cell]} over all the book's notebooks."""
    found = {}
    for path in sorted(BOOK.rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                for tag in cell.metadata.get("tags", []):
                    found.setdefault(tag, []).append((cell.source, cell.execution_count))
    return found


@pytest.mark.parametrize(
    "row", [*MATRICES, *TRANSPOSED, *ARITHMETIC, *ARTIFACTS, *UPSAMPLING, *AUTOENCODERS]
)
def test_row_is_taught(row, cells_by_row):
    cells = cells_by_row.get(row, [])
    assert any("assert" in source and count for source, count in cells), (
        f"no executed code cell tagged {row!r} asserts anything"
    )


# ---------------------------------------------------------------- convolution as a matrix


def test_S1_1_parameters_of_a_dense_layer_and_of_a_transposed_convolution():
    small, large = (32, 4, 4), (32, 9, 9)
    dense = torch.nn.Linear(np.prod(small), np.prod(large))
    layer = torch.nn.ConvTranspose2d(32, 32, 3, stride=2)
    assert layer(torch.zeros(1, *small)).shape[1:] == large

    def count(module):
        return sum(p.numel() for p in module.parameters())

    assert count(dense) == 512 * 2592 + 2592
    assert count(layer) == 32 * 32 * 9 + 32


def test_S1_2_matrix_of_a_3x1_kernel_on_a_4x3_input_in_three_orders():
    f = np.array([[1], [2], [3]])
    x = np.arange(12).reshape(4, 3)
    y = ops.conv(x, f)
    starts = {  # 1-based column of f1 in each row
        ("row", "row"): [1, 2, 3, 4, 5, 6],
        ("column", "column"): [1, 2, 5, 6, 9, 10],
        ("column", "row"): [1, 5, 9, 2, 6, 10],  # the lecture's mixed order
    }
    for (order, output_order), first in starts.items():
        W = ops.conv_matrix(f, x.shape, order=order, output_order=output_order)
        assert W.shape == (6, 12)
        equal(W.argmax(axis=1) - (2 if order == "column" else 6) + 1, first)
        equal(W @ ops.vec(x, order), ops.vec(y, output_order))


def test_S2_3a_a_convolution_is_a_series_of_inner_products():
    x, w = np.array([1, 4, -1, 0, 2, -2, 1, 3, 3, 1]), np.array([1, 2, 0, -1])
    y = ops.conv(x, w)
    equal(y, [9, 0, 1, 3, -5, -3, 6])
    equal(y, [x[i : i + 4] @ w for i in range(7)])
    equal(y, F.conv1d(t(x), t(w))[0, 0])
    assert len(y) == len(x) - len(w) + 1


def test_S3_1_output_size_and_depth():
    assert ops.conv_output_size(5, 3) == 1 + (5 - 3 + 0) // 1 == 3
    x, filters = np.ones((3, 5, 5)), np.ones((1, 3, 3, 3))
    assert ops.conv2d(x, filters).shape == (1, 3, 3)  # channels first: (3, 3, 1) in the source
    assert F.conv2d(torch.ones(3, 5, 5), torch.ones(1, 3, 3, 3)).shape == (1, 3, 3)


def test_S1_4_S4_1_a_3x3_kernel_visits_four_places_of_a_4x4_image():
    rng = np.random.default_rng(0)
    x, w = rng.integers(-3, 4, (4, 4)), rng.integers(-3, 4, (3, 3))
    y = ops.conv(x, w)
    equal(y, [[(x[r : r + 3, c : c + 3] * w).sum() for c in (0, 1)] for r in (0, 1)])
    equal(y, F.conv2d(t(x), t(w))[0, 0])


def test_S4_4_matrix_of_a_2x2_kernel_on_a_3x3_image():
    w, x = np.array([[1, 2], [2, 1]]), np.arange(1, 10).reshape(3, 3)
    W = ops.conv_matrix(w, (3, 3))
    assert W.shape == (4, 9)
    equal(W[0], [1, 2, 0, 2, 1, 0, 0, 0, 0])
    equal((W @ x.reshape(9)).reshape(2, 2), F.conv2d(t(x), t(w))[0, 0])


def test_S5_1_sizes_of_a_padded_3x3_convolution():
    assert ops.conv_output_size((4, 4), (3, 3), stride=1, padding=1) == (4, 4)
    assert ops.conv_output_size((4, 4), (3, 3), stride=2, padding=1) == (2, 2)
    assert F.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3), stride=2, padding=1).shape[
        2:
    ] == (2, 2)


def test_S5_8a_padding_as_a_4x6_matrix():
    xyz, abcd = np.array([2, 3, 5]), np.array([7, 11, 13, 17])
    (x, y, z), (a, b, c, d) = xyz, abcd
    W = ops.conv_matrix(xyz, 6)
    equal(W, [[x, y, z, 0, 0, 0], [0, x, y, z, 0, 0], [0, 0, x, y, z, 0], [0, 0, 0, x, y, z]])
    product = W @ np.array([0, *abcd, 0])
    equal(product, [a * y + b * z, a * x + b * y + c * z, b * x + c * y + d * z, c * x + d * y])
    equal(ops.conv_matrix(xyz, 4, padding=1), W[:, 1:-1])
    equal(product, F.conv1d(t(abcd), t(xyz), padding=1)[0, 0])


# ---------------------------------------------------------------- the transposed convolution


def test_S1_3_the_transposed_matrix_takes_6_numbers_to_12():
    f = np.array([[1], [2], [3]])
    W = ops.conv_matrix(f, (4, 3))
    back = ops.conv_transpose_matrix(f, (2, 3))
    assert back.shape == (12, 6)
    equal(back, W.T)
    y = np.arange(1, 7).reshape(2, 3)
    equal((back @ y.reshape(6)).reshape(4, 3), F.conv_transpose2d(t(y), t(f))[0, 0])


def test_S1_5_every_input_cell_stamps_a_weighted_kernel():
    rng = np.random.default_rng(0)
    y, w = rng.integers(-3, 4, (2, 3)), rng.integers(-3, 4, (3, 2))
    canvas = np.zeros((4, 4), dtype=int)
    for r, c in np.ndindex(y.shape):
        canvas[r : r + 3, c : c + 2] += y[r, c] * w
    equal(ops.by_stamps(y, w), canvas)
    equal(canvas, F.conv_transpose2d(t(y), t(w))[0, 0])


def test_S2_1_optimising_an_input_and_the_operator_are_two_ways_up():
    w, y = torch.tensor([[[1.0, 2.0, -1.0]]], dtype=torch.float64), t([2, 3, 0, -1])[0]
    x = torch.zeros(1, 6, dtype=torch.float64, requires_grad=True)
    (0.5 * (F.conv1d(x, w) - y).square().sum()).backward()
    # The first gradient step from zero *is* the transposed convolution.
    equal(-x.grad[0], ops.conv_transpose(np.array([2, 3, 0, -1]), np.array([1, 2, -1])))
    optimiser = torch.optim.LBFGS([x], max_iter=100, tolerance_grad=1e-14, tolerance_change=0)

    def closure():
        optimiser.zero_grad()
        loss = 0.5 * (F.conv1d(x, w) - y).square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    assert torch.allclose(F.conv1d(x, w), y, atol=1e-9)


@pytest.mark.parametrize("stride, padding", [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_S2_2_the_backward_pass_is_the_transposed_matrix(stride, padding):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=11), rng.normal(size=4)
    tensor = t(x).requires_grad_()
    y = F.conv1d(tensor, t(w), stride=stride, padding=padding)
    gradient = rng.normal(size=y.shape[-1])
    y.backward(t(gradient))
    W = ops.conv_matrix(w, 11, stride=stride, padding=padding)
    np.testing.assert_allclose(W.T @ gradient, tensor.grad[0, 0], atol=1e-12)
    if (stride, padding) == (1, 0):  # then it is np.convolve: the signal-processing convolution
        np.testing.assert_allclose(np.convolve(gradient, w), tensor.grad[0, 0], atol=1e-12)


def test_S2_3b_a_weighted_sum_of_translated_kernels():
    y, w = np.array([2, 3, 0, -1]), np.array([1, 2, -1])
    z = ops.conv_transpose(y, w)
    equal(z, [2, 7, 4, -4, -2, 1])
    assert len(z) == len(y) + len(w) - 1
    M = ops.conv_transpose_matrix(w, 4)
    assert M.shape == (6, 4)
    equal(M @ y, z)
    equal(z, F.conv_transpose1d(t(y), t(w))[0, 0])


def test_S2_6_the_transposed_convolution_does_not_flip_the_kernel():
    x, k = np.array([0, 0, 1, 0, 0, 0, 0]), np.array([1, 2, 3])
    equal(ops.conv(x, k), [3, 2, 1, 0, 0])
    equal(ops.conv_transpose(x, k), [0, 0, 1, 2, 3, 0, 0, 0, 0])
    equal(F.conv1d(t(x), t(k))[0, 0], [3, 2, 1, 0, 0])
    equal(F.conv_transpose1d(t(x), t(k))[0, 0], [0, 0, 1, 2, 3, 0, 0, 0, 0])


def test_S2_7_the_module_with_its_weight_set_by_hand():
    layer = torch.nn.ConvTranspose1d(1, 1, kernel_size=3)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[1.0, 2.0, 1.0]]]))
        layer.bias.zero_()
        out = layer(torch.tensor([[[1.0, 0, 0, 0, -1]]]))[0, 0]
    equal(out, [1, 2, 1, 0, -1, -2, -1])
    equal(ops.conv_transpose(np.array([1, 0, 0, 0, -1]), np.array([1, 2, 1])), out)


def test_S3_6_four_partial_outputs_and_their_sum():
    x, w = np.array([[1, 2], [3, 4]]), np.full((2, 2), 5)
    z = ops.conv_transpose(x, w)
    equal(z, [[5, 15, 10], [20, 50, 30], [15, 35, 20]])
    partial = [
        ops.conv_transpose(np.where(np.arange(4).reshape(2, 2) == i, x, 0), w) for i in range(4)
    ]
    equal(sum(partial), z)
    assert z.shape == (1 * (2 - 1) - 0 + 2,) * 2
    equal(z, F.conv_transpose2d(t(x), t(w))[0, 0])


def test_S4_5_a_2x2_input_through_the_9x4_matrix():
    w, y = np.array([[1, 2], [2, 1]]), np.array([[1, 2], [3, 4]])
    M = ops.conv_transpose_matrix(w, (2, 2))
    assert M.shape == (9, 4)
    equal(M, ops.conv_matrix(w, (3, 3)).T)
    equal((M @ y.reshape(4)).reshape(3, 3), F.conv_transpose2d(t(y), t(w))[0, 0])


def test_S4_2_S4_5b_it_neither_reconstructs_nor_preserves_energy():
    rng = np.random.default_rng(0)
    w, x = np.array([[1, 2], [2, 1]]), rng.integers(1, 9, (3, 3))
    W = ops.conv_matrix(w, x.shape)
    back = ops.conv_transpose(ops.conv(x, w), w)
    assert back.shape == x.shape  # the shape comes back,
    assert not np.array_equal(back, x)  # the values do not:
    assert not np.array_equal(W.T @ W, np.eye(9))
    assert np.linalg.matrix_rank(W) == 4 < 9  # and no matrix could bring them all back.
    y = rng.integers(1, 9, (2, 2))
    assert ops.conv_transpose(y, w).sum() == y.sum() * w.sum()
    assert (ops.conv_transpose(y, w) ** 2).sum() != (y**2).sum()


@pytest.mark.parametrize("stride, padding", [(1, 0), (2, 0), (2, 1), (3, 1)])
def test_S4_3_S4_6_the_two_implementations_agree_and_one_wastes_work(stride, padding):
    rng = np.random.default_rng(0)
    y, w = rng.normal(size=(4, 4)), rng.normal(size=(3, 3))
    stuffed = ops.by_zero_stuffing(y, w, stride=stride, padding=padding)
    swapped = torch_views.by_gradient(y, w, stride=stride, padding=padding)
    np.testing.assert_allclose(stuffed, swapped, atol=1e-12)
    sliding = stuffed.size * w.size  # one product for each output cell and tap
    stamping = y.size * w.size  # one for each input cell and tap
    assert sliding > stamping or (stride == 1 and padding == 1)


def test_S4_7_a_learnt_kernel_converges_to_the_least_squares_one():
    rng = np.random.default_rng(0)
    full = np.cumsum(rng.normal(size=(64, 1, 32)), axis=-1)
    small = ops.conv1d(full, np.array([[[0.25, 0.5, 0.25]]]), stride=2, padding=1)
    layer = torch.nn.ConvTranspose1d(1, 1, 4, stride=2, padding=1, bias=False).double()
    source, target = torch.as_tensor(small), torch.as_tensor(full)
    optimiser = torch.optim.LBFGS(
        layer.parameters(), max_iter=200, tolerance_grad=1e-14, tolerance_change=0
    )

    def closure():
        optimiser.zero_grad()
        loss = (layer(source) - target).square().mean()
        loss.backward()
        return loss

    first = closure().item()
    optimiser.step(closure)
    columns = np.stack(
        [
            ops.conv_transpose1d(small, np.eye(4)[j].reshape(1, 1, 4), stride=2, padding=1).ravel()
            for j in range(4)
        ],
        axis=1,
    )
    best, *_ = np.linalg.lstsq(columns, full.ravel())
    np.testing.assert_allclose(layer.weight.detach().ravel(), best, atol=1e-6)
    assert closure().item() < first


def test_S5_2_stride_2_padding_1_takes_2x2_to_4x4():
    x, w = np.array([[1, 2], [3, 4]]), np.arange(1, 10).reshape(3, 3)
    options = dict(stride=2, padding=1, output_padding=1)
    z = ops.conv_transpose(x, w, **options)
    assert z.shape == (4, 4)
    equal(z, F.conv_transpose2d(t(x), t(w), **options)[0, 0])
    # Stamps overlap and are summed: the cell between all four inputs holds four products.
    assert z[1, 1] == 1 * w[2, 2] + 2 * w[2, 0] + 3 * w[0, 2] + 4 * w[0, 0]


def test_S5_3_the_fractional_stride_of_the_name_is_the_zero_stuffing():
    stuffed = ops.zero_stuff(np.array([1, 2, 3]), 2)
    equal(stuffed, [1, 0, 2, 0, 3])  # one step of the kernel is half a step of the input


def test_S5_4_symbolic_stride_2():
    a, b, (x, y, z) = 101, 10007, (2, 3, 5)
    full = ops.conv_transpose(np.array([a, b]), np.array([x, y, z]), stride=2)
    equal(full, [a * x, a * y, a * z + b * x, b * y, b * z])
    equal(
        ops.conv_transpose(np.array([a, b]), np.array([x, y, z]), stride=2, padding=1), full[1:-1]
    )
    cropped = ops.conv_transpose(
        np.array([a, b]), np.array([x, y, z]), stride=2, padding=1, output_padding=1
    )
    equal(cropped, full[1:])  # cropped at one end only: exactly twice the input's length


def test_S5_7_deconvolution_is_the_inverse_and_not_the_transpose():
    rng = np.random.default_rng(0)
    x = rng.normal(size=16)
    W = ops.conv_matrix(np.array([0.25, 0.5, 0.25]), 16, padding=1)
    y = W @ x
    np.testing.assert_allclose(np.linalg.solve(W, y), x, atol=1e-10)
    assert np.abs(W.T @ y - x).max() > 0.1


def test_S5_8b_stride_1_is_a_convolution_with_the_reversed_kernel():
    (a, b, c, d), (x, y, z) = (101, 1009, 10007, 100003), (2, 3, 5)
    product = ops.conv_matrix(np.array([x, y, z]), 6).T @ np.array([a, b, c, d])
    expected = [
        a * x,
        a * y + b * x,
        a * z + b * y + c * x,
        b * z + c * y + d * x,
        c * z + d * y,
        d * z,
    ]
    equal(product, expected)
    equal(product, ops.conv(np.array([a, b, c, d]), np.array([z, y, x]), padding=2))


def test_S5_9_stride_2_is_a_6x2_matrix_and_no_normal_convolution():
    (a, b), (x, y, z) = (101, 1009), (2, 3, 5)
    X = ops.conv_matrix(np.array([x, y, z]), 6, stride=2)
    assert X.T.shape == (6, 2)
    equal(X.T @ np.array([a, b]), [a * x, a * y, a * z + b * x, b * y, b * z, 0])
    equal(np.diff(X.T.argmax(axis=0)), [2])  # the columns are two steps apart: not a Toeplitz band


# ---------------------------------------------------------------- its arithmetic


def test_S1_6_dilation_stride_and_padding_act_on_the_output():
    one, w = np.array([1]), np.array([1, 2, 3])
    equal(ops.conv_transpose(one, w, dilation=2), [1, 0, 2, 0, 3])  # taps spaced out
    equal(
        ops.conv_transpose(np.array([1, 1]), w, stride=4), [1, 2, 3, 0, 1, 2, 3]
    )  # stamps spaced out
    x = np.arange(1, 10).reshape(3, 3)
    full = ops.conv_transpose(x, np.ones((3, 3), dtype=int))
    equal(ops.conv_transpose(x, np.ones((3, 3), dtype=int), padding=1), full[1:-1, 1:-1])


def test_S1_7_the_round_trip_keeps_the_shape_up_to_rounding():
    kept = []
    for n in range(3, 13):
        m = ops.conv_output_size(n, 3, stride=2)
        kept.append(ops.conv_transpose_output_size(m, 3, stride=2) == n)
    equal(kept, [n % 2 == 1 for n in range(3, 13)])


def test_S2_8_padding_crops_the_output_map():
    y, w = np.array([2, 3, 0, -1]), np.array([1, 2, -1])
    for p in (1, 2):
        equal(ops.conv_transpose(y, w, padding=p), ops.conv_transpose(y, w)[p:-p])
        equal(ops.conv_transpose(y, w, padding=p), F.conv_transpose1d(t(y), t(w), padding=p)[0, 0])


def test_S2_9_stride_2():
    y, w = np.array([2, 3, 0, -1]), np.array([1, 2, -1])
    z = ops.conv_transpose(y, w, stride=2)
    equal(z, [2, 4, 1, 6, -3, 0, -1, -2, 1])
    assert len(z) == 2 * (len(y) - 1) + len(w)
    equal(z, F.conv_transpose1d(t(y), t(w), stride=2)[0, 0])


def test_S2_10_sizes_come_back_only_if_the_stride_divides():
    for s in range(1, 6):
        for k in range(1, 8):
            for n in range(k, 40):
                m = ops.conv_output_size(n, k, stride=s)
                back = ops.conv_transpose_output_size(m, k, stride=s)
                assert (back == n) == ((n - k) % s == 0)
                assert n in ops.conv_input_sizes(m, k, stride=s)


def test_S2_13a_output_padding_makes_the_size_double():
    layer = torch.nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)
    for n in range(1, 20):
        assert layer(torch.zeros(1, 1, n, n)).shape[2:] == (2 * n, 2 * n)
        assert ops.conv_transpose_output_size(n, 3, stride=2, padding=1) == 2 * n - 1
        assert ops.output_padding_for(n, 2 * n, 3, stride=2, padding=1) == 1


# ---------------------------------------------------------------- artifacts


def test_S1_8_untrained_transposed_decoders_draw_checkerboards_and_trained_ones_ripple():
    for run in comparison.load_results()["runs"]:
        ripples = [run[when]["ripple"] for when in ("before", "after")]
        if run["kind"] in ("nearest", "bilinear"):
            assert max(ripples) < 1e-9
        elif run["kind"].startswith("transposed"):
            assert min(ripples) > 0.02


def test_S2_11_how_many_4x4_kernels_at_stride_3_cover_each_pixel():
    row = [1, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 1]
    count = ops.overlap_count((4, 4), 4, stride=3)
    equal(count, np.outer(row, row))
    equal(count, F.conv_transpose2d(t(np.ones((4, 4))), t(np.ones((4, 4))), stride=3)[0, 0])
    equal(np.unique(count), [1, 2, 4])
    equal(ops.overlap_phases(4, stride=3), [2, 1, 1])


def test_S5_5_in_two_and_three_dimensions_the_pattern_is_the_outer_product():
    row = ops.overlap_count(4, 3, stride=2)
    equal(ops.overlap_count((4, 4), 3, stride=2), np.einsum("i,j->ij", row, row))
    equal(ops.overlap_count((4, 4, 4), 3, stride=2), np.einsum("i,j,k->ijk", row, row, row))
    ones = torch.ones(1, 1, 4, 4, 4)
    equal(
        ops.overlap_count((4, 4, 4), 3, stride=2),
        F.conv_transpose3d(ones, torch.ones(1, 1, 3, 3, 3), stride=2)[0, 0],
    )


# ---------------------------------------------------------------- upsampling without it


def test_S1_9_nearest_neighbour_and_then_an_ordinary_convolution():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(3, 4)), rng.normal(size=(3, 3))
    resized = ops.conv(ops.interpolate(x, scale_factor=2, mode="nearest"), w, padding=1)
    equal(resized.shape, (6, 8))
    # The same as one transposed convolution whose taps are tied: a box times the kernel, reversed.
    tied = ops.conv_transpose(np.ones((2, 2)), ops.flip(w))
    np.testing.assert_allclose(
        ops.conv_transpose(x, tied, stride=2, padding=1), resized, atol=1e-13
    )


def test_S2_12_interpolation_by_3():
    x = np.array([[1.0, 2], [3, 4]])
    nearest = ops.interpolate(x, scale_factor=3, mode="nearest")
    equal(nearest, np.kron(x, np.ones((3, 3))))
    bilinear = ops.interpolate(x, scale_factor=3, mode="bilinear")
    np.testing.assert_allclose(bilinear[0], [1, 1, 4 / 3, 5 / 3, 2, 2], atol=1e-14)
    np.testing.assert_allclose(bilinear[:, 0], [1, 1, 5 / 3, 7 / 3, 3, 3], atol=1e-14)
    for found, mode in ((nearest, "nearest"), (bilinear, "bilinear")):
        expected = F.interpolate(t(x), scale_factor=3, mode=mode)[0, 0]
        np.testing.assert_allclose(found, expected, atol=1e-14)


def test_S2_13b_a_transposed_convolution_replaced_by_bilinear_and_a_convolution():
    transposed = torch.nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1)
    replacement = torch.nn.Sequential(
        torch.nn.Upsample(scale_factor=2, mode="bilinear"), torch.nn.Conv2d(4, 2, 3, padding=1)
    )
    for n in range(1, 12):
        x = torch.randn(1, 4, n, n)
        assert transposed(x).shape == replacement(x).shape == (1, 2, 2 * n, 2 * n)
    count = [sum(p.numel() for p in layer.parameters()) for layer in (transposed, replacement)]
    assert count == [74, 74]
    x = torch.rand(5, 4)
    assert tail_ripple(replacement, x) < 1e-12 < 0.05 < tail_ripple(transposed, x)


def test_S3_2_each_element_is_duplicated():
    x = np.array([[1, 2], [3, 4]])
    equal(
        ops.interpolate(x, scale_factor=2, mode="nearest"),
        [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]],
    )


def test_S3_3_bilinear_by_2_printed_truncated_and_described_otherwise():
    x = np.array([[10.0, 20], [30, 40]])
    half_pixel = ops.interpolate(x, scale_factor=2, mode="bilinear")
    equal(half_pixel[:2], [[10, 12.5, 17.5, 20], [15, 17.5, 22.5, 25]])
    printed = [[10, 12, 17, 20], [15, 17, 22, 25], [25, 27, 32, 35], [30, 32, 37, 40]]
    equal(np.trunc(half_pixel), printed)
    corners = ops.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
    np.testing.assert_allclose(corners[0], [10, 40 / 3, 50 / 3, 20], atol=1e-13)
    for found, align in ((half_pixel, False), (corners, True)):
        expected = F.interpolate(t(x), scale_factor=2, mode="bilinear", align_corners=align)
        np.testing.assert_allclose(found, expected[0, 0], atol=1e-13)


def test_S3_4_bed_of_nails():
    found = ops.bed_of_nails(np.array([[1, 2], [3, 4]]), 2)
    equal(found, [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]])
    equal(
        found,
        ops.conv_transpose(np.array([[1, 2], [3, 4]]), np.array([[1]]), stride=2, output_padding=1),
    )


def test_S3_5_max_pooling_that_remembers_and_unpooling():
    x = np.array([[1, 2, 4, 1], [3, 4, 2, 3], [1, 4, 1, 2], [2, 3, 4, 3]])
    values, places = ops.max_pool(x, 2)
    equal(values, [[4, 4], [4, 4]])
    equal(places, [[5, 2], [9, 14]])
    unpooled = ops.max_unpool(np.array([[1, 2], [3, 4]]), places, 2)
    equal(unpooled, [[0, 0, 2, 0], [0, 1, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0]])
    expected, where = F.max_pool2d(t(x), 2, return_indices=True)
    equal(places, where[0, 0])
    equal(unpooled, F.max_unpool2d(t([[1, 2], [3, 4]]), where, 2)[0, 0])
    # The tie: where all are equal the first in row order is kept.
    equal(ops.max_pool(np.ones((4, 4)), 2)[1], [[0, 2], [8, 10]])


def test_S4_2_bilinear_and_bicubic_are_fixed_linear_maps():
    rng = np.random.default_rng(0)
    x = rng.random((5, 6))
    for mode, one_axis in (("bilinear", "linear"), ("bicubic", "cubic")):
        rows = ops.interpolation_matrix(5, 10, mode=one_axis)
        columns = ops.interpolation_matrix(6, 12, mode=one_axis)
        found = ops.interpolate(x, scale_factor=2, mode=mode)
        np.testing.assert_allclose(found, rows @ x @ columns.T, atol=1e-12)
        expected = F.interpolate(t(x), scale_factor=2, mode=mode)[0, 0]
        np.testing.assert_allclose(found, expected, atol=1e-12)
        np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-14)
    assert ops.interpolation_matrix(5, 10, mode="cubic").min() < 0  # and so it can overshoot


# --- autoencoders


def pictures(images):
    """uint8 (N, 28, 28) as PyTorch's layers want them."""
    return torch.tensor(images[:, None]).float() / 255


def test_S1_10_digits_have_few_degrees_of_freedom():
    model = ConvAutoencoder(8)
    code = model.encoder(torch.zeros(3, 1, 28, 28))
    assert code.shape == (3, 8) and model.decoder(code).shape == (3, 1, 28, 28)
    digits = data.mnist().train_images[:2000]
    noise = np.random.default_rng(0).integers(0, 256, digits.shape, dtype=np.uint8)
    kept = [
        PCA(x, 30).variances.sum() / (x.reshape(len(x), -1) / 255).var(axis=0).sum()
        for x in (digits, noise)
    ]
    assert kept[0] > 0.7 and kept[1] < 0.1


def test_S1_11_a_linear_autoencoder_is_pca():
    rng = np.random.default_rng(0)
    x = (
        rng.normal(size=(200, 10))
        * np.linspace(3, 0.3, 10)
        @ np.linalg.qr(rng.normal(size=(10, 10)))[0]
    )
    x -= x.mean(axis=0)
    values, vectors = np.linalg.eigh(x.T @ x / len(x))  # not the decomposition that lib uses
    best, space = values[:-3].sum() / 10, vectors[:, -3:]
    assert PCA(x, 3).error(x) == pytest.approx(best)
    data_, f, g = (
        torch.tensor(x),
        *(
            torch.tensor(0.1 * rng.normal(size=size), requires_grad=True)
            for size in ((10, 3), (3, 10))
        ),
    )
    optimiser = torch.optim.LBFGS(
        [f, g],
        max_iter=2000,
        tolerance_change=1e-14,
        tolerance_grad=1e-10,
        line_search_fn="strong_wolfe",
    )

    def loss():
        optimiser.zero_grad()
        value = F.mse_loss(data_ @ f @ g, data_)
        value.backward()
        return value

    optimiser.step(loss)
    assert loss().item() == pytest.approx(best, rel=1e-6)
    projector = f.detach().numpy() @ g.detach().numpy()
    np.testing.assert_allclose(projector, space @ space.T, atol=1e-3)
    rows = g.detach().numpy() / np.linalg.norm(g.detach().numpy(), axis=1, keepdims=True)
    assert np.abs(rows @ space).max() < 0.99  # no row of the decoder is a component


def test_S1_12_the_sizes_of_the_deep_autoencoder():
    model, sizes = ConvAutoencoder(8), []
    for layer in model.modules():
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.ConvTranspose2d)):
            layer.register_forward_hook(
                lambda _, given, y: sizes.append((given[0].shape[1], y.shape[1], y.shape[2]))
            )
    model(torch.zeros(1, 1, 28, 28))
    assert sizes == [
        (1, 32, 24),
        (32, 32, 20),
        (32, 32, 9),
        (32, 32, 4),
        (32, 8, 1),
        (8, 32, 4),
        (32, 32, 9),
        (32, 32, 20),
        (32, 32, 24),
        (32, 1, 28),
    ]
    kernels = [(5, 1), (5, 1), (4, 2), (3, 2), (4, 1)]
    n = 28
    for (kernel, stride), (_, _, size) in zip(kernels, sizes[:5], strict=True):
        n = ops.conv_output_size(n, kernel, stride=stride)
        assert n == size
    for (kernel, stride), (_, _, size) in zip(kernels[::-1], sizes[5:], strict=True):
        n = ops.conv_transpose_output_size(n, kernel, stride=stride)
        assert n == size


def test_S1_13_how_far_one_code_value_reaches():
    decoder = ConvAutoencoder(1).decoder
    y, reach = torch.zeros(1, 1, 5, 5), []
    y[..., 2, 2] = 1
    for layer in decoder:
        if isinstance(layer, torch.nn.ConvTranspose2d):
            y = F.conv_transpose2d(y, torch.ones_like(layer.weight), stride=layer.stride)
            reach.append(int((y[0, 0].sum(dim=0) > 0).sum()))
    assert reach == [4, 9, 20, 24, 28]


REACHED = {2: 0.0360, 4: 0.0255, 8: 0.0131, 16: 0.0065, 32: 0.0029}  # the goals
PCA_ERRORS = {2: 0.0557, 4: 0.0479, 8: 0.0374, 16: 0.0269, 32: 0.0168}


@pytest.mark.parametrize("code", CODES)
def test_S1_14_reconstructions_of_held_out_digits_against_pca(code):
    said, images = load_results()["codes"][str(code)], data.mnist().test_images
    assert said["test_error"] <= REACHED[code]
    assert said["pca_test_error"] == pytest.approx(PCA_ERRORS[code], abs=6e-5)
    with torch.no_grad():
        x = pictures(images)
        error = F.mse_loss(load_autoencoder(code)(x), x).item()
    assert error == pytest.approx(said["held_out_error"], rel=1e-3)
    pca, flat = load_pca(), images.reshape(len(images), -1) / 255 - load_pca().mean
    rebuilt = flat @ pca.components[:code].T @ pca.components[:code]
    assert np.mean((rebuilt - flat) ** 2) == pytest.approx(said["pca_held_out_error"], rel=1e-5)
    assert error < 0.75 * said["pca_held_out_error"]


def test_S1_15_interpolation_between_codes():
    model, x = load_autoencoder(8), pictures(data.mnist().test_images[:12])
    with torch.no_grad():
        one, other = model.encoder(x[:6]), model.encoder(x[6:])
        steps = torch.linspace(0, 1, 12)
        path = torch.stack([model.decoder((1 - a) * one + a * other) for a in steps])
        assert path.shape == (12, 6, 1, 28, 28)
        torch.testing.assert_close(path[0], model(x[:6]))
        torch.testing.assert_close(path[-1], model(x[6:]))
        blend = torch.stack([(1 - a) * path[0] + a * path[-1] for a in steps])
    # A straight line between codes is no straight line between pictures.
    assert ((path - blend) ** 2).mean(dim=(1, 2, 3, 4))[1:-1].min() > 1e-3


@pytest.mark.parametrize("code", [8, 16, 32])
def test_S1_16_samples_of_a_diagonal_gaussian(code):
    rng = np.random.default_rng(0)
    images = data.mnist().train_images
    images = images[rng.permutation(len(images))[:2000]]
    model, features = load_autoencoder(code), load_classifier().features
    with torch.no_grad():
        x = pictures(images)
        codes = model.encoder(x)
        drawn = codes.mean(dim=0) + codes.std(dim=0) * torch.tensor(
            rng.normal(size=(1000, code)), dtype=torch.float32
        )
        seen = {"real": x[:1000], "rebuilt": model(x[:1000]), "drawn": model.decoder(drawn)}
        others = features(x[1000:])
        distance = {name: frechet_distance(others, features(y)) for name, y in seen.items()}
    assert max(distance["real"], distance["rebuilt"]) < 0.4 * distance["drawn"]


def test_S1_17_the_references():
    text = (BOOK / "references.bib").read_text(encoding="utf-8")
    chapters = "".join(path.read_text(encoding="utf-8") for path in BOOK.rglob("*.ipynb"))
    for key in ("bourlard1988auto", "hinton1994autoencoders", "odena2016deconvolution"):
        assert f"{{{key}," in text and f"`{key}`" in chapters, key


def test_S4_8_an_autoencoder_of_one_kind_fails_on_another():
    digits = data.mnist()
    kept = digits.train_images[digits.train_labels != 0]
    flat = digits.test_images.reshape(1000, -1) / 255
    pca = PCA(kept, 16)
    errors = np.mean((pca.decode(pca.encode(digits.test_images)) - flat) ** 2, axis=1)
    zeros = digits.test_labels == 0
    assert np.mean(errors[zeros][:, None] > errors[~zeros]) > 0.7  # the area under the ROC


def test_S5_6_down_and_up_inside_one_network():
    up = {
        "transposed": torch.nn.ConvTranspose2d(4, 4, 4, stride=2, padding=1),
        "resized": torch.nn.Sequential(
            torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(4, 4, 3, padding=1)
        ),
    }
    first, last = torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Conv2d(4, 11, 1)
    for size in (16, 24, 40):  # one network, any size that the strides divide
        x = torch.randn(2, 1, size, size)
        small, places = F.max_pool2d(first(x), 2, return_indices=True)
        assert small.shape == (2, 4, size // 2, size // 2)
        for layer in (*up.values(), lambda y, places=places: F.max_unpool2d(y, places, 2)):
            assert last(layer(small)).shape == (2, 11, size, size)
