"""Interpolation against PyTorch's, its matrices, and the transposed convolution that equals it."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from lib import ops

ONES = np.ones
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
MOST_CELLS = {1: 120, 2: 40, 3: 7}
# Relative to the largest input: the weights, like the data, are of this precision.
TOLERANCE = {"float64": 1e-12, "float32": 1e-5, "float16": 4e-3}


def modes(axes):
    return ["nearest", "nearest-exact", LINEAR[axes]] + ["bicubic"] * (axes == 2)


def torch_interpolate(x, **options):
    return F.interpolate(torch.tensor(x), **options).numpy()


def assert_same(result, expected, largest=1.0):
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    tolerance = TOLERANCE[result.dtype.name] * max(1.0, largest)
    np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance)


@st.composite
def settings(draw, axes, mode):
    """A shape without batch and channels, and the options for one interpolation of it."""
    cells = tuple(draw(st.integers(1, MOST_CELLS[axes])) for _ in range(axes))
    options = {"mode": mode}
    if draw(st.booleans()):
        sizes = st.integers(1, 3 * MOST_CELLS[axes])
        options["size"] = draw(st.one_of(sizes, st.tuples(*[sizes] * axes)))
    else:
        # 1.04 and 2.02 often keep or double the size: PyTorch has cases of its own for these.
        scales = st.one_of(
            st.sampled_from([1, 2, 3, 1.04, 2.02, 1.1, 1.5, 1.7, 2.5, 3.3, 1 / 3]),
            st.floats(0.2, 4),
        )
        # At least one cell must be left.
        options["scale_factor"] = tuple(max(draw(scales), 1 / n + 1e-9) for n in cells)
    if mode not in ("nearest", "nearest-exact"):
        options["align_corners"] = draw(st.sampled_from([True, False, None]))
    return cells, options


@pytest.mark.parametrize("axes, mode", [(a, m) for a in (1, 2, 3) for m in modes(a)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_layers(axes, mode, dtype):
    @given(settings(axes, mode), st.integers(0, 2), st.integers(1, 5), st.integers(0, 2**32 - 1))
    def run(setting, batch, channels, seed):
        cells, options = setting
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((batch, channels, *cells)).astype(dtype)
        result, expected = ops.layer_interpolate(x, **options), torch_interpolate(x, **options)
        assert_same(result, expected, np.abs(x).max(initial=1))
        if mode.startswith("nearest"):
            assert np.array_equal(result, expected)

    run()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_plain_arrays(axes):
    for mode in modes(axes):

        @given(settings(axes, mode))
        def run(setting):
            cells, options = setting
            x = np.random.default_rng(0).standard_normal(cells)
            expected = torch_interpolate(x[np.newaxis, np.newaxis], **options)[0, 0]
            assert_same(ops.interpolate(x, **options), expected, np.abs(x).max())

        run()


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
@pytest.mark.parametrize("axes", [1, 2])
def test_nearest_indices_of_all_small_sizes(axes, mode, dtype):
    """Where r t is a whole number, rounding decides: every pair of sizes up to 24 by 96."""
    for n in range(1, 25):
        x = np.arange(n).astype(dtype).reshape(1, 1, *(1,) * (axes - 1), n)
        for m in range(1, 97):
            size = (1,) * (axes - 1) + (m,)
            result = ops.layer_interpolate(x, size=size, mode=mode)
            assert np.array_equal(result, torch_interpolate(x, size=size, mode=mode)), (n, m)


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nearest_indices_of_larger_sizes(dtype, mode):
    rng = np.random.default_rng(0)
    for trial in range(300):
        n, channels = rng.integers(1, 400, 2), int(rng.integers(1, 6))
        n[trial % 2] = 1  # keeps it small
        m = tuple(int(size) for size in rng.integers(1, 900, 2))
        x = np.arange(n.max() * channels).astype(dtype).reshape(1, channels, *n)
        result = ops.layer_interpolate(x, size=m, mode=mode)
        assert np.array_equal(result, torch_interpolate(x, size=m, mode=mode)), (n, m)


def test_the_arithmetic_decides_between_two_cells():
    """The example in lib/ops/interpolation.py: output 41 stands exactly between two cells."""
    for axes, dtype, read in [(1, np.float64, 1), (1, np.float32, 0), (2, np.float64, 0)]:
        x = np.arange(2).astype(dtype).reshape(1, 1, *(1,) * (axes - 1), 2)
        size = (1,) * (axes - 1) + (82,)
        result = ops.layer_interpolate(x, size=size)
        assert result.reshape(-1)[41] == read
        assert np.array_equal(result, torch_interpolate(x, size=size))


def test_integers():
    """Nearest keeps them, as PyTorch does with uint8; the others compute in float64."""
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 5, 6)).astype(np.uint8)
    for mode in ("nearest", "nearest-exact"):
        for dtype in (np.uint8, np.int16, np.int64):
            result = ops.layer_interpolate(x.astype(dtype), scale_factor=(1.7, 3), mode=mode)
            assert result.dtype == dtype
            assert np.array_equal(result, torch_interpolate(x, scale_factor=(1.7, 3), mode=mode))
    for mode in ("bilinear", "bicubic"):
        for dtype in (np.uint8, np.int64):
            result = ops.layer_interpolate(x.astype(dtype), scale_factor=(1.7, 3), mode=mode)
            expected = torch_interpolate(x.astype(float), scale_factor=(1.7, 3), mode=mode)
            assert_same(result, expected, 255)


def test_complex_numbers_are_two_real_ones():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 4)) + 1j * rng.standard_normal((3, 4))
    for mode in modes(2):
        result = ops.interpolate(x, scale_factor=2.5, mode=mode)
        for part in (np.real, np.imag):
            np.testing.assert_allclose(
                part(result), ops.interpolate(part(x), scale_factor=2.5, mode=mode), atol=1e-14
            )
    assert ops.interpolate(x.astype(np.complex64), size=7, mode="bicubic").dtype == np.complex64


def test_nan_spreads_as_far_as_in_pytorch():
    x = np.arange(30.0).reshape(1, 1, 5, 6)
    x[0, 0, 2, 3] = np.nan
    for mode in modes(2):
        result = ops.layer_interpolate(x, scale_factor=2, mode=mode)
        expected = torch_interpolate(x, scale_factor=2, mode=mode)
        assert np.array_equal(np.isnan(result), np.isnan(expected))
        assert np.isnan(result).any() and not np.isnan(result).all()


def test_inputs_are_left_alone_and_results_are_arrays_of_their_own():
    x = np.arange(6.0).reshape(2, 3)
    for mode in modes(2):
        for size in ((2, 3), (4, 6)):
            x.flags.writeable = False
            result = ops.interpolate(x, size=size, mode=mode)
            x.flags.writeable = True
            result[:] = -1
            assert x.min() == 0


def test_memory_layout_does_not_matter():
    x = np.random.default_rng(0).standard_normal((4, 5, 3, 2)).T
    for mode in modes(2):
        options = {"scale_factor": 1.7, "mode": mode}
        straight = np.ascontiguousarray(x)
        assert np.array_equal(
            ops.layer_interpolate(x, **options), ops.layer_interpolate(straight, **options)
        )


# ---------------------------------------------------------------- matrices


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "linear", "cubic"])
def test_matrices(mode):
    """Push each basis vector through PyTorch: these are the columns."""
    aligned = [None] if mode.startswith("nearest") else [True, False]
    for n in range(1, 9):
        for m in range(1, 24):
            for align in aligned:
                matrix = ops.interpolation_matrix(n, m, mode=mode, align_corners=align)
                assert matrix.dtype == np.float64
                options = {"size": m, "mode": mode, "align_corners": align}
                basis = np.eye(n)[:, np.newaxis]
                if mode == "cubic":
                    basis = basis[..., np.newaxis]
                    options |= {"size": (m, 1), "mode": "bicubic"}
                expected = torch_interpolate(basis, **options).reshape(n, m).T
                np.testing.assert_allclose(matrix, expected, rtol=0, atol=1e-12)
                np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-12)


@given(
    st.integers(1, 30),
    st.floats(0.3, 4),
    st.sampled_from(["nearest", "nearest-exact", "linear", "cubic"]),
)
def test_matrices_by_scale_factor(n, scale, mode):
    scale = max(scale, 1 / n + 1e-9)
    m = int(scale * n)
    matrix = ops.interpolation_matrix(n, m, mode=mode, scale_factor=scale)
    x = np.random.default_rng(0).standard_normal(n)
    if mode == "cubic":
        expected = torch_interpolate(
            x.reshape(1, 1, n, 1), scale_factor=(scale, 1.0), mode="bicubic"
        )
    else:
        expected = torch_interpolate(x.reshape(1, 1, n), scale_factor=scale, mode=mode)
    np.testing.assert_allclose(matrix @ x, expected.reshape(m), rtol=0, atol=1e-12)


@given(settings(2, "bilinear"))
def test_one_matrix_an_axis(setting):
    cells, options = setting
    x = np.random.default_rng(0).standard_normal(cells)
    for mode, one_axis in (("bilinear", "linear"), ("bicubic", "cubic")):
        y = ops.interpolate(x, **options | {"mode": mode})
        scales = options.get("scale_factor", (None, None))
        first, second = (
            ops.interpolation_matrix(
                n, m, mode=one_axis, scale_factor=scale, align_corners=options["align_corners"]
            )
            for n, m, scale in zip(x.shape, y.shape, scales, strict=True)
        )
        np.testing.assert_allclose(first @ x @ second.T, y, rtol=0, atol=1e-12)


def test_the_coordinates_of_the_docstring():
    """The hat of height 1 and width 2 around u_t, read off at the whole numbers."""

    def hats(places, n):
        return np.maximum(0, 1 - np.abs(np.clip(places, 0, n - 1)[:, None] - np.arange(n)))

    n, m = 5, 12
    t = np.arange(m)
    np.testing.assert_allclose(
        ops.interpolation_matrix(n, m), hats(n / m * (t + 0.5) - 0.5, n), atol=1e-12
    )
    np.testing.assert_allclose(
        ops.interpolation_matrix(n, m, align_corners=True),
        hats(t * (n - 1) / (m - 1), n),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        ops.interpolation_matrix(n, m, scale_factor=2.5), hats((t + 0.5) / 2.5 - 0.5, n), atol=1e-12
    )
    exact = np.floor(n / m * (t + 0.5)).astype(int)
    assert np.array_equal(ops.interpolation_matrix(n, m, mode="nearest-exact"), np.eye(n)[exact])
    assert np.array_equal(ops.interpolation_matrix(n, m, mode="nearest"), np.eye(n)[t * n // m])


def test_the_cubic_bends_straight_lines():
    """Only a = -1/2 would keep them; with -3/4 the error at a quarter of a cell is 3/64."""
    line = np.arange(12.0)
    places = (np.arange(24) + 0.5) / 2 - 0.5
    errors = ops.interpolation_matrix(12, 24, mode="cubic") @ line - places
    np.testing.assert_allclose(errors[4:-4], np.tile([-3 / 64, 3 / 64], 8), atol=1e-12)


# ---------------------------------------------------------------- known values


def test_S2_12_three_times_in_two_ways():
    x = np.array([[1, 2], [3, 4]])
    bilinear = ops.interpolate(x, scale_factor=3, mode="bilinear")
    np.testing.assert_allclose(bilinear[0], [1, 1, 4 / 3, 5 / 3, 2, 2], atol=1e-12)
    assert np.array_equal(ops.interpolate(x, scale_factor=3), np.kron(x, np.ones((3, 3))))


def test_S3_3_two_times_with_both_conventions():
    x = np.array([[10, 20], [30, 40]])
    half_pixel = ops.interpolate(x, scale_factor=2, mode="bilinear")
    assert half_pixel.tolist() == [
        [10, 12.5, 17.5, 20],
        [15, 17.5, 22.5, 25],
        [25, 27.5, 32.5, 35],
        [30, 32.5, 37.5, 40],
    ]
    aligned = ops.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
    thirds = np.arange(4) / 3
    np.testing.assert_allclose(aligned, 10 + 20 * thirds[:, None] + 10 * thirds, atol=1e-12)


# ---------------------------------------------------------------- as a transposed convolution


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("strides", [(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 2, 3)])
def test_the_bilinear_kernel(axes, strides):
    strides = strides[:axes]
    x = np.random.default_rng(0).standard_normal((5, 4, 6)[:axes])
    kernel = ops.bilinear_kernel(strides, axes=axes)
    assert kernel.shape == tuple(2 * s - s % 2 for s in strides)
    padding = tuple((k - s) // 2 for k, s in zip(kernel.shape, strides, strict=True))
    assert all(2 * p == k - s for k, s, p in zip(kernel.shape, strides, padding, strict=True))
    z = ops.conv_transpose(x, kernel, stride=strides, padding=padding)
    y = ops.interpolate(x, scale_factor=strides, mode=LINEAR[axes])
    assert z.shape == y.shape
    inside = tuple(slice(p, n - p) for p, n in zip(padding, y.shape, strict=True))
    np.testing.assert_allclose(z[inside], y[inside], atol=1e-12)

    # With the edge repeated once before, and cropped after, all of it is equal.
    repeated = np.pad(x, 1, mode="edge")
    z = ops.conv_transpose(repeated, kernel, stride=strides, padding=padding)
    cropped = z[tuple(slice(s, -s) for s in strides)]
    np.testing.assert_allclose(cropped, y, atol=1e-12)


def test_the_edges_of_a_transposed_convolution_are_darker():
    x = np.ones((4, 4))
    z = ops.conv_transpose(x, ops.bilinear_kernel(2), stride=2, padding=1)
    assert np.all(z[1:-1, 1:-1] == 1) and z[0, 0] == 0.75**2 and z[0, 3] == 0.75


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_bilinear_weight(axes, groups):
    x = np.random.default_rng(0).standard_normal((2, 6) + (4,) * axes)
    weight = ops.bilinear_weight(6, 2, axes=axes, groups=groups)
    assert weight.shape == (6, 6 // groups) + (4,) * axes
    layer = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][axes - 1]
    z = layer(torch.tensor(x), torch.tensor(weight), stride=2, padding=1, groups=groups).numpy()
    y = ops.layer_interpolate(x, scale_factor=2, mode=LINEAR[axes])
    inside = (..., *(slice(1, -1),) * axes)
    np.testing.assert_allclose(z[inside], y[inside], atol=1e-12)


# ---------------------------------------------------------------- limits

ODD_SIZES = [
    0,
    -1,
    3,
    3.0,
    True,
    "4",
    (),
    (4,),
    (4, 4),
    [4, 4],
    (4, 4, 4),
    (4.0, 4),
    (True, 4),
    (0, 4),
    (4, -1),
    np.int64(4),
    np.uint8(4),
    np.array(4),
    np.array([4, 4]),
    None,
    (np.int64(4), 4),
    {4},
    range(4, 6),
    2**63,
    (2**63, 1),
]
ODD_SCALES = [
    0,
    -1,
    2,
    3.0,
    0.1,
    0.34,
    1 / 3,
    True,
    False,
    "2",
    (),
    (2,),
    (2, 2),
    [2, 1.5],
    (2, 2, 2),
    (2, 0),
    (True, 2),
    (None, 2),
    np.int64(2),
    np.float32(1.5),
    np.float64(1.5),
    np.bool_(True),
    np.array(2.0),
    np.array([2.0, 2.0]),
    np.nan,
    np.inf,
    -np.inf,
    1e30,
    2**62,
    2**63,
    (np.float32(2), 2),
    {2},
    1j,
    None,
]
ODD_ALIGNMENTS = [True, False, None, 0, 1, 1.0, "x", np.bool_(True), ()]
ODD_SHAPES = [
    (),
    (3,),
    (2, 3),
    (1, 1, 3),
    (0, 1, 3),
    (1, 0, 3),
    (1, 1, 0),
    (1, 1, 3, 3),
    (0, 2, 3, 3),
    (1, 0, 3, 3),
    (1, 1, 0, 3),
    (1, 1, 3, 0),
    (1, 1, 3, 3, 3),
    (0, 1, 3, 3, 3),
    (1, 1, 3, 3, 0),
    (1, 1, 1, 1, 1, 1),
]
ALL_MODES = [
    "nearest",
    "nearest-exact",
    "linear",
    "bilinear",
    "trilinear",
    "bicubic",
    "cubic",
    "Nearest",
    "",
    None,
    2,
]


def both_accept_or_both_refuse(x, **options):
    try:
        expected = torch_interpolate(x, **options)
    except (RuntimeError, TypeError, ValueError, NotImplementedError):
        with pytest.raises(ValueError):
            ops.layer_interpolate(x, **options)
        return
    assert_same(ops.layer_interpolate(x, **options), expected)


@pytest.mark.parametrize("shape", [(1, 2, 3), (1, 2, 3, 3), (1, 2, 3, 3, 3)])
def test_odd_sizes_and_scales(shape):
    for size in ODD_SIZES:
        both_accept_or_both_refuse(ONES(shape), size=size)
    for scale in ODD_SCALES:
        both_accept_or_both_refuse(ONES(shape), scale_factor=scale)
    both_accept_or_both_refuse(ONES(shape), size=4, scale_factor=2)
    both_accept_or_both_refuse(ONES(shape))


@pytest.mark.parametrize("mode", ALL_MODES)
def test_odd_modes_shapes_and_alignments(mode):
    for shape in ODD_SHAPES:
        both_accept_or_both_refuse(ONES(shape), scale_factor=2, mode=mode)
    for shape in [(1, 1, 3), (1, 1, 3, 3), (1, 1, 3, 3, 3)]:
        for align in ODD_ALIGNMENTS:
            both_accept_or_both_refuse(ONES(shape), scale_factor=2, mode=mode, align_corners=align)


@given(st.integers(1, 40), st.floats(0, 3))
def test_the_size_that_a_scale_factor_makes(n, scale):
    both_accept_or_both_refuse(ONES((1, 1, n)), scale_factor=scale)


def test_differences_from_pytorch():
    """The whole list, besides what the module leaves out: mode "area" and ``antialias``."""
    # Numbers that PyTorch's kernels were not written for.
    for dtype in (np.int64, np.complex128):
        with pytest.raises(NotImplementedError):
            torch_interpolate(ONES((1, 1, 3), dtype), size=4)
        assert ops.layer_interpolate(ONES((1, 1, 3), dtype), size=4).dtype == dtype
    # PyTorch rounds interpolated uint8 to uint8.
    x = np.array([[[[0, 1]]]], np.uint8)
    assert torch_interpolate(x, size=(1, 4), mode="bilinear").dtype == np.uint8
    assert ops.layer_interpolate(x, size=(1, 4), mode="bilinear").tolist() == [
        [[[0, 0.25, 0.75, 1]]]
    ]
    # Arrays without axes count as numbers here inside a tuple too.
    with pytest.raises(TypeError):
        torch_interpolate(ONES((1, 1, 3, 3)), size=(np.array(4), 4))
    assert ops.interpolate(ONES((3, 3)), size=(np.array(4), 4)).shape == (4, 4)


# ---------------------------------------------------------------- messages

# call, the argument with its value, a part of the problem, a part of the remedy
REFUSALS = [
    (lambda: ops.interpolate(3.0, size=2), "x.shape=()", "has 0 axes", "use 1, 2 or 3 axes"),
    (
        lambda: ops.interpolate(ONES((1, 1, 1, 1)), size=2),
        "x.shape=(1, 1, 1, 1)",
        "has 4 axes",
        "layer_interpolate for batches and channels",
    ),
    (
        lambda: ops.interpolate(ONES((3, 0)), size=2),
        "x.shape=(3, 0)",
        "has an empty axis",
        "at least one cell",
    ),
    (
        lambda: ops.interpolate([True], size=2),
        "x.dtype='bool'",
        "does not hold numbers",
        "x.astype(float)",
    ),
    (
        lambda: ops.layer_interpolate(ONES((2, 3)), size=2),
        "x.shape=(2, 3)",
        "has 2 axes",
        "use 3, 4 or 5, in the order (N, C, *L)",
    ),
    (
        lambda: ops.layer_interpolate(ONES((1, 0, 3)), size=2),
        "x.shape=(1, 0, 3)",
        "has an empty axis",
        "give every axis but the batch at least one cell",
    ),
    (
        lambda: ops.interpolate(ONES(3)),
        "size=None",
        "is left out, and so is scale_factor",
        "give one of the two",
    ),
    (
        lambda: ops.interpolate(ONES(3), size=2, scale_factor=3),
        "size=2",
        "comes together with scale_factor=3",
        "give one of the two",
    ),
    (lambda: ops.interpolate(ONES(3), size=0), "size=0", "is too small", "use 1 or more"),
    (
        lambda: ops.interpolate(ONES((3, 3)), size=2.0),
        "size=2.0",
        "is not made of whole numbers",
        "use an int, or a tuple of 2 ints",
    ),
    (
        lambda: ops.interpolate(ONES((3, 3)), size=(2,)),
        "size=(2,)",
        "has length 1 where there are 2 axes",
        "give one number for all axes, or 2",
    ),
    (
        lambda: ops.interpolate(ONES(3), scale_factor="2"),
        "scale_factor='2'",
        "is not made of numbers",
        "use a number above 0",
    ),
    (
        lambda: ops.interpolate(ONES((3, 3)), scale_factor=None, size=None, mode="nearest"),
        "size=None",
        "is left out",
        "give one of the two",
    ),
    (
        lambda: ops.interpolate(ONES((3, 3)), scale_factor=(2, 1j)),
        "scale_factor=(2, 1j)",
        "is not made of numbers",
        "use a number above 0, or 2 of them",
    ),
    (
        lambda: ops.interpolate(ONES((3, 3)), scale_factor=[2]),
        "scale_factor=[2]",
        "has length 1 where there are 2 axes",
        "give one number, or a tuple of 2",
    ),
    (
        lambda: ops.interpolate(ONES(3), scale_factor=(2, 2)),
        "scale_factor=(2, 2)",
        "has length 2 where there is one axis",
        "give one number",
    ),
    (
        lambda: ops.interpolate(ONES(3), scale_factor=-1),
        "scale_factor=-1",
        "is not above 0 and finite",
        "use a number above 0 on every axis",
    ),
    (
        lambda: ops.interpolate(ONES(3), scale_factor=np.nan),
        "scale_factor=nan",
        "is not above 0 and finite",
        "use a number above 0 on every axis",
    ),
    (
        lambda: ops.interpolate(ONES((3, 4)), scale_factor=0.3),
        "scale_factor=0.3",
        "leaves an output of size 0 on axis 0 of x.shape=(3, 4)",
        "use more than 1/3 there",
    ),
    (
        lambda: ops.interpolate(ONES(3), scale_factor=1e30),
        "scale_factor=1e+30",
        "is too large",
        "use a smaller number, for 2**63 - 1 cells at most",
    ),
    (
        lambda: ops.interpolate(ONES(3), size=2, mode="cubic"),
        "mode='cubic'",
        "is unknown",
        "use 'nearest' or 'nearest-exact' or 'linear' or 'bilinear' or 'trilinear' or 'bicubic'",
    ),
    (
        lambda: ops.interpolate(ONES((3, 3)), size=2, mode="linear"),
        "mode='linear'",
        "does not go with 2 axes",
        "use 'nearest' or 'nearest-exact' or 'bilinear' or 'bicubic'",
    ),
    (
        lambda: ops.layer_interpolate(ONES((1, 1, 3)), size=2, mode="bicubic"),
        "mode='bicubic'",
        "does not go with 1 axis",
        "use 'nearest' or 'nearest-exact' or 'linear'",
    ),
    (
        lambda: ops.interpolate(ONES(3), size=2, mode="linear", align_corners=1),
        "align_corners=1",
        "is neither True nor False",
        "use one of them, or leave it out",
    ),
    (
        lambda: ops.interpolate(ONES(3), size=2, align_corners=False),
        "align_corners=False",
        "does not go with mode='nearest'",
        "leave it out",
    ),
    (lambda: ops.interpolation_matrix(0, 3), "size=0", "is too small", "use 1 or more"),
    (
        lambda: ops.interpolation_matrix(3, 1.5),
        "output_size=1.5",
        "is not a whole number",
        "use an int of 1 or more",
    ),
    (
        lambda: ops.interpolation_matrix(3, 4, mode="bilinear"),
        "mode='bilinear'",
        "is unknown",
        "use 'nearest' or 'nearest-exact' or 'linear' or 'cubic'",
    ),
    (
        lambda: ops.interpolation_matrix(3, 4, mode="nearest-exact", align_corners=True),
        "align_corners=True",
        "does not go with mode='nearest-exact'",
        "leave it out",
    ),
    (
        lambda: ops.interpolation_matrix(3, 4, scale_factor=0),
        "scale_factor=0",
        "is not above 0 and finite",
        "use a number above 0",
    ),
    (lambda: ops.bilinear_kernel(0), "stride=0", "is too small", "use 1 or more"),
    (
        lambda: ops.bilinear_kernel((2, 2, 2)),
        "stride=(2, 2, 2)",
        "has length 3 where there are 2 axes",
        "give one number for all axes, or 2",
    ),
    (lambda: ops.bilinear_kernel(2, axes=4), "axes=4", "is not a number of axes", "use 1, 2 or 3"),
    (lambda: ops.bilinear_weight(0, 2), "channels=0", "is too small", "use 1 or more"),
    (
        lambda: ops.bilinear_weight(4, 2, groups=3),
        "groups=3",
        "does not divide channels=4",
        "use a divisor of 4",
    ),
    (lambda: ops.bilinear_weight(4, 2, groups=0), "groups=0", "is too small", "use 1 or more"),
    (
        lambda: ops.bilinear_weight(4, 2, axes=0),
        "axes=0",
        "is not a number of axes",
        "use 1, 2 or 3",
    ),
]


@pytest.mark.parametrize("call, argument, problem, remedy", REFUSALS)
def test_message(call, argument, problem, remedy):
    with pytest.raises(ValueError, match=f"^{re.escape(argument)} ") as refusal:
        call()
    before, after = str(refusal.value).split("; ", 1)
    assert problem in before
    assert remedy in after
    assert after.endswith(".") and "\n" not in after


def test_remedies_work():
    for n in range(1, 60):
        assert ops.interpolate(ONES(n), scale_factor=np.nextafter(1 / n, 2) * 1.0001).shape == (1,)
