"""Bed of nails, max-pooling and max-unpooling against PyTorch's."""

import re
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from lib import ops

ONES = np.ones
POOL = {1: ops.max_pool1d, 2: ops.max_pool2d, 3: ops.max_pool3d}
UNPOOL = {1: ops.max_unpool1d, 2: ops.max_unpool2d, 3: ops.max_unpool3d}
TORCH_POOL = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
TORCH_UNPOOL = {1: F.max_unpool1d, 2: F.max_unpool2d, 3: F.max_unpool3d}
REFUSED_BY_TORCH = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)
MOST_CELLS = {1: 12, 2: 8, 3: 5}


def torch_pool(axes, x, **options):
    pooled = TORCH_POOL[axes](torch.tensor(x), return_indices=True, **options)
    return tuple(part.numpy() for part in pooled)


def torch_unpool(axes, x, indices, *args, **options):
    return TORCH_UNPOOL[axes](torch.tensor(x), torch.tensor(indices), *args, **options).numpy()


def assert_same(result, expected):
    """Pooling only chooses and moves: everything is exactly equal, NaN too."""
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    assert np.array_equal(result, expected, equal_nan=expected.dtype.kind == "f")


@st.composite
def poolings(draw, axes, batches=(None, 0, 1, 2)):
    """An input with many ties, some NaN and infinities, and any options that PyTorch takes."""

    def numbers(least, most):
        each = [draw(st.integers(least, most)) for _ in range(axes)]
        return each[0] if len(set(each)) == 1 and draw(st.booleans()) else tuple(each)

    def spread(value):
        return value if isinstance(value, tuple) else (value,) * axes

    options = {
        "kernel_size": numbers(1, 4),
        "dilation": numbers(1, 3),
        "ceil_mode": draw(st.booleans()),
    }
    kernel = spread(options["kernel_size"])
    options["padding"] = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    if draw(st.booleans()):
        options["stride"] = numbers(1, 4)
    cells = []
    for k, d, p in zip(kernel, spread(options["dilation"]), options["padding"], strict=True):
        least = max(1, d * (k - 1) + 1 - 2 * p)
        cells.append(draw(st.integers(least, max(least, MOST_CELLS[axes]))))
    batch = draw(st.sampled_from(batches))
    shape = (*([] if batch is None else [batch]), draw(st.integers(1, 3)), *cells)

    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from(["f8", "f4", "f2", "i8", "i4", "u1"]))
    x = rng.integers(0, draw(st.integers(1, 9)), shape).astype(dtype)
    if dtype[0] == "f" and draw(st.booleans()):
        odd = rng.choice([np.nan, np.inf, -np.inf, -1.0], shape)
        x = np.where(rng.random(shape) < 0.4, odd, x).astype(dtype)
    return x, options


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_pooling_layers(axes):
    @given(poolings(axes))
    def run(pooling):
        x, options = pooling
        for result, expected in zip(
            POOL[axes](x, **options), torch_pool(axes, x, **options), strict=True
        ):
            assert_same(result, expected)

    run()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_plain_pooling(axes):
    @given(poolings(axes, batches=(None,)))
    def run(pooling):
        x, options = pooling
        expected = torch_pool(axes, x[:1], **options)
        for result, channel in zip(ops.max_pool(x[0], **options), expected, strict=True):
            assert_same(result, channel[0])

    run()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_unpooling_what_was_pooled(axes):
    """With any output size that PyTorch takes; overlapping windows name one cell twice."""

    @given(poolings(axes), st.data())
    def run(pooling, data):
        x, options = pooling
        options["dilation"] = 1
        x = x.astype(np.float64) if x.dtype.kind in "iu" else x
        values, indices = POOL[axes](x, **options)
        window = {
            "kernel_size": options["kernel_size"],
            "stride": options.get("stride"),
            "padding": options["padding"],
            "output_size": x.shape[-axes:],
        }
        if data.draw(st.booleans()):
            window["output_size"] = tuple(
                n + data.draw(st.integers(-1, 2)) for n in x.shape[-axes:]
            )
        try:
            expected = torch_unpool(axes, values, indices, **window)
        except REFUSED_BY_TORCH:
            with pytest.raises(ValueError):
                UNPOOL[axes](values, indices, **window)
            return
        if 0 in expected.shape[1:]:  # an empty batch
            return
        assert_same(UNPOOL[axes](values, indices, **window), expected)
        if len(x) and x.ndim == axes + 2:
            assert_same(ops.max_unpool(values[0, 0], indices[0, 0], **window), expected[0, 0])

    run()


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_unpooling_to_any_places(axes, kernel, stride, seed):
    """Of different values for one cell the last in row order stays, here and in PyTorch."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, 3, *rng.integers(1, 5, axes)))
    size = [stride * (m - 1) + kernel for m in x.shape[2:]]
    indices = rng.integers(0, np.prod(size), x.shape)
    expected = torch_unpool(axes, x, indices, kernel, stride=stride)
    assert_same(UNPOOL[axes](x, indices, kernel, stride=stride), expected)
    assert_same(ops.max_unpool(x[1, 2], indices[1, 2], kernel, stride=stride), expected[1, 2])


def test_many_values_for_one_cell():
    x = np.random.default_rng(0).standard_normal(100_000)
    z = ops.max_unpool(x, np.full(x.shape, 7), 1)
    assert z[7] == x[-1] and np.count_nonzero(z) == 1


def test_ties_nan_and_infinities():
    nan, inf = np.nan, np.inf
    for cells, place in [
        ([1, 3, 3], 1),
        ([nan, 3, nan], 2),
        ([3, nan, 4], 1),
        ([-inf] * 3, 0),
        ([-inf, -1, inf], 2),
    ]:
        values, indices = ops.max_pool(np.array(cells, float), 3)
        assert indices.tolist() == [place]
        assert np.array_equal(values, [cells[place]], equal_nan=True)
        expected = torch_pool(1, np.array(cells, float)[np.newaxis], kernel_size=3)
        assert_same(indices, expected[1][0])


def test_padding_never_wins():
    x = np.full((3, 3), -5)
    values, indices = ops.max_pool(x, 2, padding=1)
    assert values.tolist() == [[-5, -5], [-5, -5]]
    assert indices.tolist() == [[0, 1], [3, 4]]
    least = np.full(3, np.iinfo(np.int8).min, np.int8)
    assert ops.max_pool(least, 2, padding=1)[1].tolist() == [0, 1]


def test_a_window_without_any_cell():
    """A dilated window may straddle a small input; PyTorch's index then lies outside."""
    for dtype, least in [(float, -np.inf), (np.int32, np.iinfo(np.int32).min)]:
        x = ONES((1, 1), dtype)
        options = {"kernel_size": 2, "padding": 1, "dilation": 2}
        values, indices = ops.max_pool1d(x, **options)
        expected = torch_pool(1, x, **options)
        assert_same(values, expected[0])
        assert_same(indices, expected[1])
        assert (values[0, 0], indices[0, 0]) == (least, 1)


def test_ceil_mode_leaves_out_no_cell_and_starts_no_window_outside():
    x = np.arange(5.0)
    assert ops.max_pool(x, 2)[0].tolist() == [1, 3]
    assert ops.max_pool(x, 2, ceil_mode=True)[0].tolist() == [1, 3, 4]
    # The ceiling alone would allow a third window, that starts in the padding after x.
    assert ops.max_pool(np.arange(3.0), 2, padding=1, ceil_mode=True)[0].tolist() == [0, 2]


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_all_small_poolings(ceil_mode):
    for n, k, s, p, d in product(range(1, 6), range(1, 5), (1, 2, 3), range(3), (1, 2, 3)):
        x = np.random.default_rng(n).integers(0, 3, (1, n)).astype(float)
        options = {
            "kernel_size": k,
            "stride": s,
            "padding": p,
            "dilation": d,
            "ceil_mode": ceil_mode,
        }
        pool_both_or_refuse_both(1, x, **options)


def test_inputs_are_left_alone():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 4))
    before = x.copy()
    x.flags.writeable = False
    values, indices = ops.max_pool2d(x, 1)
    values[:], indices[:] = 7, 0
    ops.max_unpool2d(x, np.zeros(x.shape, int), 2)
    ops.layer_bed_of_nails(x, 1)[:] = 7
    assert np.array_equal(x, before)


def test_memory_layout_does_not_matter():
    x = np.random.default_rng(0).integers(0, 4, (6, 5, 3, 2)).T
    for result, expected in zip(
        ops.max_pool2d(x, 3, stride=1),
        ops.max_pool2d(np.ascontiguousarray(x), 3, stride=1),
        strict=True,
    ):
        assert np.array_equal(result, expected)
    values, indices = ops.max_pool2d(x, 2)
    assert np.array_equal(
        ops.max_unpool2d(np.asfortranarray(values), np.asfortranarray(indices), 2),
        ops.max_unpool2d(values, indices, 2),
    )


# ---------------------------------------------------------------- known values


def test_S3_4_bed_of_nails():
    nails = ops.bed_of_nails([[1, 2], [3, 4]], 2)
    assert nails.tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]


def test_S3_5_pooling_and_unpooling():
    x = np.array([[1, 2, 4, 1], [3, 4, 2, 3], [1, 4, 1, 2], [2, 3, 4, 3]])
    values, indices = ops.max_pool(x, 2)
    assert np.all(values == 4)
    unpooled = ops.max_unpool([[1, 2], [3, 4]], indices, 2)
    assert unpooled.tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0]]


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, (3, 1, 2)])
def test_bed_of_nails_is_a_transposed_convolution(axes, stride):
    """With a kernel that is 1 at its first tap and 0 at the others, as large as the stride."""
    steps = stride[:axes] if isinstance(stride, tuple) else (stride,) * axes
    x = np.random.default_rng(0).integers(-9, 9, (2, 3, 4, 2, 5)[: 2 + axes])
    kernel = np.zeros(steps, int)
    kernel[(0,) * axes] = 1
    expected = ops.conv_transpose(x[0, 0], kernel, stride=steps)
    result = ops.bed_of_nails(x[0, 0], steps)
    assert result.dtype == x.dtype
    assert np.array_equal(result, expected)
    layer = ops.layer_bed_of_nails(x, steps)
    assert np.array_equal(layer[0, 0], expected)
    assert layer.shape == x.shape[:2] + expected.shape and layer.sum() == x.sum()
    # The stuffed array of the zero-stuffing view ends with the last value.
    cut = tuple(slice(n - s + 1) for n, s in zip(result.shape, steps, strict=True))
    assert np.array_equal(result[cut], ops.zero_stuff(x[0, 0], steps))


# ---------------------------------------------------------------- limits

ODD_VALUES = [
    0,
    -1,
    1,
    2,
    3,
    5,
    True,
    1.0,
    None,
    "2",
    (),
    [],
    (1,),
    (2,),
    (2, 1),
    (1, 2, 3),
    (1, 1, 1, 1),
    (0, 1),
    (-1, 1),
    (1.0, 1),
    (True, 1),
    np.array([1, 1]),
    np.bool_(True),
    np.float64(1.0),
    np.int64(2),
    np.uint8(1),
    [2],
    [1, 1],
    {1},
    2**31 - 1,
    2**31,
    2**63,
    (2**63,),
]


def pool_both_or_refuse_both(axes, x, **options):
    try:
        expected = torch_pool(axes, x, **options)
    except REFUSED_BY_TORCH:
        with pytest.raises(ValueError):
            POOL[axes](x, **options)
        return
    for result, part in zip(POOL[axes](x, **options), expected, strict=True):
        assert_same(result, part)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("name", ["kernel_size", "stride", "padding", "dilation", "ceil_mode"])
def test_odd_arguments_of_pooling(axes, name):
    for value in ODD_VALUES:
        for kernel in (1, 2):
            pool_both_or_refuse_both(
                axes, ONES((1, 2) + (4,) * axes), **{"kernel_size": kernel, name: value}
            )


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_odd_shapes(axes):
    for shape in [
        (),
        (4,),
        (0, 4),
        (1, 4),
        (1, 0),
        (4, 4),
        (0, 1, 4),
        (1, 0, 4),
        (1, 1, 0),
        (2, 4, 4),
        (0, 4, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 4),
        (2, 2, 4, 0),
        (1, 2, 4, 4),
        (0, 2, 4, 4, 4),
        (2, 0, 4, 4, 4),
        (2, 2, 0, 4, 4),
        (1, 1, 1, 4, 4, 4),
    ]:
        pool_both_or_refuse_both(axes, ONES(shape), kernel_size=2)
        unpool_both_or_refuse_both(axes, ONES(shape), np.zeros(shape, int), kernel_size=2)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_types_that_have_no_order(axes):
    for dtype in (np.complex64, bool):
        pool_both_or_refuse_both(axes, ONES((1, 2) + (4,) * axes, dtype), kernel_size=2)


def unpool_both_or_refuse_both(axes, x, indices, **options):
    try:
        expected = torch_unpool(axes, x, indices, **options)
    except REFUSED_BY_TORCH:
        with pytest.raises(ValueError):
            UNPOOL[axes](x, indices, **options)
        return
    if x.size and not expected.size:  # see test_differences_from_pytorch
        with pytest.raises(ValueError, match="leaves an output of size 0|is out of reach"):
            UNPOOL[axes](x, indices, **options)
        return
    assert_same(UNPOOL[axes](x, indices, **options), expected)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_output_sizes_of_unpooling(axes):
    x, indices = ONES((2, 3) + (2,) * axes), np.zeros((2, 3) + (2,) * axes, int)
    for size in [
        *ODD_VALUES,
        (3,) * axes,
        [5] * axes,
        (2,) * axes,
        (6,) * axes,
        (4.0,) * axes,
        (5,) * (axes + 1),
        (2, 3) + (5,) * axes,
        (9, 9) + (4,) * axes,
        [2, 3] + [6] * axes,
        (3,) * (axes + 3),
    ]:
        if isinstance(size, tuple) and any(isinstance(n, bool) for n in size):
            continue
        unpool_both_or_refuse_both(axes, x, indices, kernel_size=2, output_size=size)


@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(0, 9)
)
def test_sizes_of_unpooling(m, kernel, stride, padding, size):
    x, indices = ONES((1, 1, m)), np.zeros((1, 1, m), int)
    options = {"kernel_size": kernel, "stride": stride, "padding": padding}
    unpool_both_or_refuse_both(1, x, indices, **options)
    unpool_both_or_refuse_both(1, x, indices, **options, output_size=(size,))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_indices_that_do_not_suit(axes):
    x = ONES((1, 2) + (2,) * axes)
    for value in [-1, 0, 4**axes - 1, 4**axes, -(2**60), 2**60]:
        unpool_both_or_refuse_both(axes, x, np.full(x.shape, value), kernel_size=2)
    for indices in [
        np.zeros(x.shape),
        np.zeros(x.shape, bool),
        np.zeros(x.shape[1:], int),
        np.zeros((1,) + x.shape, int),
        np.zeros(x.size, int),
    ]:
        unpool_both_or_refuse_both(axes, x, indices, kernel_size=2)


def test_differences_from_pytorch():
    """The whole list: what PyTorch 2.13 does not check in unpooling, and types it does not take."""
    x, indices = ONES((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), int)
    for options in [
        {"kernel_size": 2, "stride": 0},
        {"kernel_size": 2, "padding": -1},
        {"kernel_size": 0, "stride": 3},
        {"kernel_size": True},
        {"kernel_size": 2, "padding": 2},  # nothing is left of the values
        {"kernel_size": 2, "stride": (2, 2, 2)},
        {"kernel_size": 2, "stride": (True, 2)},
    ]:
        torch_unpool(2, x, indices, **options)
        with pytest.raises(ValueError):
            ops.max_unpool2d(x, indices, **options)
    for values, places in [
        (x, indices.astype(np.int32)),
        (x.astype(np.int64), indices),
        (x.astype(np.complex64), indices),
    ]:
        with pytest.raises(REFUSED_BY_TORCH):
            torch_unpool(2, values, places, kernel_size=2)
        result = ops.max_unpool2d(values, places, 2)
        assert result.dtype == values.dtype
        assert result.reshape(-1).tolist() == [1] + [0] * 15


# ---------------------------------------------------------------- messages

INDICES = np.array([[0, 1], [2, 3]])

# call, the argument with its value, a part of the problem, a part of the remedy
REFUSALS = [
    (lambda: ops.bed_of_nails(3.0, 2), "x.shape=()", "has 0 axes", "use 1, 2 or 3 axes"),
    (
        lambda: ops.bed_of_nails(ONES((2, 0)), 2),
        "x.shape=(2, 0)",
        "has an empty axis 1",
        "give it at least one cell",
    ),
    (lambda: ops.bed_of_nails(ONES(3), 0), "stride=0", "is too small", "use 1 or more"),
    (
        lambda: ops.bed_of_nails(ONES(3), 2**62),
        "stride=4611686018427387904",
        "is too large for x.shape=(3,)",
        "use a smaller stride",
    ),
    (
        lambda: ops.layer_bed_of_nails(ONES((3, 3)), 2),
        "x.shape=(3, 3)",
        "has 2 axes",
        "use 3, 4 or 5, in the order (N, C, *L)",
    ),
    (
        lambda: ops.layer_bed_of_nails(ONES((1, 1, 3)), (2, 2)),
        "stride=(2, 2)",
        "has length 2 where there is one axis",
        "give one number",
    ),
    (
        lambda: ops.layer_bed_of_nails(ONES((1, 0, 3)), 2),
        "x.shape=(1, 0, 3)",
        "has an empty axis 1",
        "give it at least one cell",
    ),
    (
        lambda: ops.max_pool(ONES((1, 1, 4, 4)), 2),
        "x.shape=(1, 1, 4, 4)",
        "has 4 axes",
        "use 1, 2 or 3 axes, or the layer form",
    ),
    (
        lambda: ops.max_pool(ONES((0, 4)), 2),
        "x.shape=(0, 4)",
        "has an empty axis 0",
        "at least one cell",
    ),
    (lambda: ops.max_pool(["a"], 1), "x.dtype='<U1'", "does not hold numbers", "astype(float)"),
    (lambda: ops.max_pool([1j], 1), "x.dtype='complex128'", "has no order", "use real numbers"),
    (
        lambda: ops.max_pool2d(ONES((4, 4)), 2),
        "x.shape=(4, 4)",
        "has 2 axes",
        "use 4 with a batch, (N, C, *L), or 3 without, (C, *L)",
    ),
    (
        lambda: ops.max_pool2d(ONES((0, 4, 4)), 2),
        "x.shape=(0, 4, 4)",
        "has an empty axis 0",
        "at least one cell",
    ),
    (lambda: ops.max_pool(ONES(4), 0), "kernel_size=0", "is too small", "use 1 or more"),
    (
        lambda: ops.max_pool(ONES((4, 4)), 2.0),
        "kernel_size=2.0",
        "whole numbers",
        "use an int, or a tuple of 2 ints",
    ),
    (lambda: ops.max_pool(ONES(4), 2, stride=0), "stride=0", "is too small", "use 1 or more"),
    (
        lambda: ops.max_pool(ONES(4), 2, stride=2**31),
        "stride=2147483648",
        "is too large",
        "use at most 2**31 - 1",
    ),
    (lambda: ops.max_pool(ONES(4), 2, dilation=0), "dilation=0", "is too small", "use 1 or more"),
    (lambda: ops.max_pool(ONES(4), 2, padding=-1), "padding=-1", "is too small", "use 0 or more"),
    (
        lambda: ops.max_pool(ONES((4, 4)), (4, 3), padding=2),
        "padding=2",
        "is too large on axis 1: it must be at most half of the kernel (3)",
        "use at most 1 there",
    ),
    (
        lambda: ops.max_pool(ONES(4), 2, ceil_mode=1),
        "ceil_mode=1",
        "is neither True nor False",
        "use one of them",
    ),
    (
        lambda: ops.max_pool(ONES((9, 3)), 3, dilation=2, padding=(0, 0)),
        "x.shape=(9, 3)",
        "is too small on axis 1: with padding 3 cells, but kernel 3 with dilation 2 reaches over 5",
        "use 5 cells or more there, or a smaller kernel or dilation",
    ),
    (
        lambda: ops.max_pool1d(ONES((2, 1)), 5, padding=1),
        "x.shape=(2, 1)",
        "with padding 3 cells",
        "use 3 cells or more there",
    ),
    (
        lambda: ops.max_unpool(ONES((1, 1, 2, 2)), INDICES, 2),
        "x.shape=(1, 1, 2, 2)",
        "has 4 axes",
        "use 1, 2 or 3 axes",
    ),
    (
        lambda: ops.max_unpool3d(ONES((2, 2)), INDICES, 2),
        "x.shape=(2, 2)",
        "has 2 axes",
        "use 5 with a batch, (N, C, *L), or 4 without, (C, *L)",
    ),
    (
        lambda: ops.max_unpool2d(ONES((1, 0, 2, 2)), INDICES, 2),
        "x.shape=(1, 0, 2, 2)",
        "has an empty axis 1",
        "at least one cell",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES + 0.0, 2),
        "indices.dtype='float64'",
        "does not hold whole numbers",
        "use the indices that max-pooling gave",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 3)), INDICES, 2),
        "indices.shape=(2, 2)",
        "is not x.shape=(2, 3)",
        "give an index for every value",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES - 1, 2),
        "indices=-1",
        "is not a place in an output of size (4, 4), which has 16 cells",
        "use 0 to 15, or give output_size",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES * 6, 2),
        "indices=18",
        "is not a place in an output of size (4, 4)",
        "use 0 to 15",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, (2,)),
        "kernel_size=(2,)",
        "has length 1 where there are 2 axes",
        "give one number for all axes, or 2",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, stride=0),
        "stride=0",
        "is too small",
        "use 1 or more",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, padding=-1),
        "padding=-1",
        "is too small",
        "use 0 or more",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, padding=2),
        "padding=2",
        "leaves an output of size 0 on axis 0",
        "use at most 1 there",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, stride=2**63 - 1),
        "x.shape=(2, 2)",
        "would be unpooled to 9223372036854775809 cells",
        "use a smaller kernel or stride",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, output_size=5),
        "output_size=5",
        "is not a tuple",
        "use a tuple of 2 numbers",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, output_size=(5,)),
        "output_size=(5,)",
        "has length 1 where there are 2 axes",
        "give one number for all axes, or 2",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, output_size=(4, 6)),
        "output_size=(4, 6)",
        "is out of reach on axis 1: pooling an input of that size does not give 2",
        "use 3 to 5 there",
    ),
    (
        lambda: ops.max_unpool(ONES((2, 2)), INDICES, 2, padding=4, output_size=(4, 4)),
        "output_size=(4, 4)",
        "is out of reach on axis 0",
        "use a smaller padding",
    ),
    (
        lambda: ops.max_unpool2d(
            ONES((1, 1, 2, 2)), INDICES[None, None], 2, output_size=(1, 1, 6, 4)
        ),
        "output_size=(1, 1, 6, 4)",
        "is out of reach on axis 0",
        "use 3 to 5 there",
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
    assert ops.max_pool(ONES((9, 5)), 3, dilation=2)[0].shape == (2, 1)
    assert ops.max_pool1d(ONES((2, 3)), 5, padding=1)[0].shape == (2, 1)
    assert ops.max_unpool(ONES((2, 2)), INDICES, 2, padding=1).shape == (2, 2)
    for size in product((3, 4, 5), repeat=2):
        assert ops.max_unpool(ONES((2, 2)), INDICES, 2, output_size=size).shape == size
