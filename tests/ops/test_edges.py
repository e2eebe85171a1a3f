"""The last value that is taken, and the first that is not; and what happens at small sizes."""

import re
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lib import arguments, ops
from lib.ops import matrices, views

ONES = np.ones
LARGEST = 2**63 - 1


# ---------------------------------------------------------------------------- the largest sizes


@pytest.mark.parametrize(
    "taken, refused",
    [
        (
            lambda: arguments.integer("n", LARGEST, 1),
            lambda: arguments.integer("n", LARGEST + 1, 1),
        ),
        (
            lambda: arguments.per_axis("n", LARGEST, 2, 1),
            lambda: arguments.per_axis("n", LARGEST + 1, 2, 1),
        ),
        (
            lambda: ops.conv_output_size(LARGEST, 1),
            lambda: ops.conv_output_size(LARGEST - 1, 1, padding=1),
        ),
        (
            lambda: ops.conv_output_size(LARGEST - 2, 1, padding=1),
            lambda: ops.conv_output_size(LARGEST + 1, 1),
        ),
        (
            lambda: ops.conv_transpose_output_size(2**62, 1, stride=2),
            lambda: ops.conv_transpose_output_size(2**62, 2, stride=2),
        ),
        (lambda: None, lambda: ops.interpolate([1], scale_factor=2.0**63)),
        (lambda: None, lambda: ops.interpolate([1, 2], scale_factor=2.0**62)),
        (
            lambda: matrices._check_cells(arguments.per_axis("size", (LARGEST, 1), 2, 1)),
            lambda: matrices._check_cells(arguments.per_axis("size", (2**62, 2), 2, 1)),
        ),
        (
            lambda: ops.max_pool(ONES(3), 2, stride=2**31 - 1),
            lambda: ops.max_pool(ONES(3), 2, stride=2**31),
        ),
    ],
)
def test_the_largest_number(taken, refused):
    taken()
    with pytest.raises(ValueError, match="is too large|has 9223372036854775808 cells"):
        refused()


@pytest.mark.parametrize(
    "call",
    [
        lambda: ops.layer_bed_of_nails(ONES((1, 1, 1)), LARGEST),
        lambda: ops.zero_stuff(ONES(2), LARGEST - 1),
        lambda: ops.max_unpool1d(ONES((1, 1, 2)), np.zeros((1, 1, 2), int), 1, stride=LARGEST - 1),
        lambda: ops.interpolate([1], scale_factor=2.0**63 - 1024),
        lambda: ops.pixel_shuffle(ONES((0, 1, 1)), LARGEST),
        lambda: ops.icnr(ONES((LARGEST // 3037000499**2, 0, 1, 1)), 3037000499),
    ],
)
def test_a_size_that_can_be_counted_is_refused_by_the_memory_alone(call):
    with pytest.raises((ValueError, MemoryError)) as error:
        call()
    assert not re.match(r"[\w.]+=", str(error.value)), error


def test_indices_of_sparse_matrices_are_as_short_as_they_can_be():
    largest = np.iinfo(np.int32).max
    for shape, entries in [((largest, 1), 1), ((1, largest), 1), ((1, 1), largest)]:
        assert matrices._index_type(shape, entries) is np.int32
        longer = tuple(n + 1 for n in shape)
        assert matrices._index_type(longer, entries + 1) is np.int64
        assert matrices._index_type(longer, entries) is (np.int32 if entries > 1 else np.int64)
    made = ops.conv_matrix([1, 2], 4, sparse=True)
    assert made.indices.dtype == made.indptr.dtype == np.int32 and made.has_sorted_indices


def test_tables_of_sources():
    """Output i meets tap j at input s i + d j - p; backwards, output t at (t + p - d j) / s."""
    assert matrices.conv_sources(4, 3, 3, 2, 1, 1).tolist() == [[-1, 0, 1], [1, 2, 3], [3, -1, -1]]
    assert matrices.conv_transpose_sources(2, 4, 2, 2, 0, 1).tolist() == [
        [0, -1],
        [-1, 0],
        [1, -1],
        [-1, 1],
    ]


@pytest.mark.parametrize("matrix", [ops.conv_matrix, ops.conv_transpose_matrix])
def test_a_matrix_needs_a_size_for_each_axis(matrix):
    with pytest.raises(ValueError, match=r"size=\(3,\) has length 1 where there are 2 axes"):
        matrix(ONES((2, 2)), (3,))
    assert np.array_equal(matrix(ONES((2, 2)), 3), matrix(ONES((2, 2)), (3, 3)))


# ------------------------------------------------------------------------ the smallest sizes


@pytest.mark.parametrize(
    "axes, batch, empty",
    [
        (axes, batch, empty)
        for axes in (1, 2, 3)
        for batch in ((), (1,), (2,))
        for empty in range(axes)
    ],
)
def test_an_empty_axis_is_refused_wherever_it_is(axes, batch, empty):
    cells = [2] * axes
    cells[empty] = 0
    conv = (ops.conv1d, ops.conv2d, ops.conv3d)[axes - 1]
    transposed = (ops.conv_transpose1d, ops.conv_transpose2d, ops.conv_transpose3d)[axes - 1]
    for channels in (1, 2):
        for layer in (conv, transposed):
            with pytest.raises(ValueError, match="has an empty spatial axis"):
                layer(ONES((*batch, channels, *cells)), ONES((channels, channels, *[1] * axes)))
    # Without channels, or without a batch, there is nothing to compute.
    size = [n + 2 for n in cells]
    nothing = conv(ONES((*batch, 0, *cells)), ONES((3, 0, *[1] * axes)), padding=1)
    assert nothing.shape == (*batch, 3, *size)
    nothing = conv(ONES((0, 1, *cells)), ONES((1, 1, *[1] * axes)), padding=1)
    assert nothing.shape == (0, 1, *size)


@pytest.mark.parametrize(
    "layer",
    [ops.conv_transpose1d, ops.layer_by_matrix, ops.layer_by_stamps, ops.layer_by_zero_stuffing],
)
def test_layers_of_an_empty_batch_of_nothing(layer):
    for shape in ((0, 2, 0), (0, 2, 4)):
        made = layer(ONES(shape, np.float32), ONES((2, 3, 5), np.float32))
        assert made.shape == (0, 3, shape[2] + 4) and made.dtype == np.float32


def test_the_matrix_of_a_layer_is_sparse(monkeypatch):
    from scipy.sparse import issparse

    made, build = [], views.conv_transpose_layer_matrix
    monkeypatch.setattr(
        views,
        "conv_transpose_layer_matrix",
        lambda *given, **more: made.append(build(*given, **more)) or made[0],
    )
    assert ops.layer_by_matrix(ONES((1, 2, 4)), ONES((2, 3, 5))).shape == (1, 3, 8)
    assert issparse(made[0])


def test_groups_that_do_not_divide_the_channels():
    for layer, channels in ((ops.conv1d, 4), (ops.conv_transpose1d, 4)):
        with pytest.raises(
            ValueError, match="groups=3 does not divide the 4 channels of .*; use a divisor of 4"
        ):
            layer(ONES((1, 4, 5)), ONES((channels, 2, 3)), groups=3)
    with pytest.raises(ValueError, match="groups=2 does not divide the 1 channel of"):
        ops.conv1d(ONES((1, 4, 5)), ONES((1, 2, 3)), groups=2)


def test_what_is_a_whole_number():
    assert all(arguments.is_integer(n) is True for n in (0, -3, np.int8(1), np.array(4)))
    assert all(arguments.is_integer(n) is False for n in (True, 1.0, "1", None, np.ones(2)))


# --------------------------------------------------------------------------- defaults and spread


def test_output_padding_for_by_itself():
    assert ops.output_padding_for(4, 6, 3) == 0 and ops.overlap_phases(3).tolist() == [3]
    assert ops.output_padding_for(4, 9, 3, stride=2) == 0
    assert ops.output_padding_for(4, 8, 3, dilation=2) == 0
    for call in (
        ops.conv_output_size,
        ops.conv_transpose_output_size,
        ops.overlap_count,
        ops.conv_input_sizes,
    ):
        plain, spelt = call(5, 3), call(5, 3, stride=1, padding=0, dilation=1)
        assert np.array_equal(plain, spelt) if isinstance(plain, np.ndarray) else plain == spelt


@pytest.mark.parametrize("option", ["kernel_size", "stride", "padding", "output_size"])
def test_unpooling_takes_a_number_for_each_axis_or_one_for_all_that_is_no_tuple(option):
    x, places = ONES((2, 2)), np.array([[0, 2], [8, 10]])
    options = {"kernel_size": 2, "stride": 2, option: (2,) if option != "padding" else (0,)}
    with pytest.raises(ValueError, match=rf"{option}=\(\d,\) has length 1 where there are 2 axes"):
        ops.max_unpool(x, places, **options)


def test_plain_unpooling_knows_no_batch():
    x, places = ONES(2), np.array([0, 3])
    assert ops.max_unpool(x, places, 2, output_size=(4,)).tolist() == [1, 0, 0, 1]
    with pytest.raises(ValueError, match=r"output_size=\(1, 1, 4\) has length 3"):
        ops.max_unpool(x, places, 2, output_size=(1, 1, 4))


# ------------------------------------------------------------------ the advice in messages is true


@pytest.mark.parametrize(
    "n, kernel, stride, padding",
    [(m, k, s, p) for m, k, s, p in product((1, 2, 3), (1, 2, 3), (1, 2), range(1, 7))],
)
def test_the_largest_padding_that_is_advised_would_do_and_no_larger(n, kernel, stride, padding):
    def largest(call):
        try:
            return call(padding) is None
        except ValueError as error:
            return int(re.search(r"use at most (-?\d+) there|$", str(error))[1] or -1)

    full = stride * (n - 1) + kernel
    for call in (
        lambda p: ops.conv_transpose_output_size(n, kernel, stride=stride, padding=p),
        lambda p: ops.max_unpool(ONES(n), np.zeros(n, int), kernel, stride=stride, padding=p),
    ):
        if full - 2 * padding >= 1:
            call(padding)
            continue
        advised = largest(call)
        assert advised == (full - 1) // 2
        call(advised)


@pytest.mark.parametrize(
    "n, kernel, dilation, padding",
    [
        (n, k, d, p)
        for n, k, d, p in product((1, 2, 3), (3, 4, 5, 6), (1, 2), (0, 1))
        if n + 2 * p < d * (k - 1) + 1
    ],
)
def test_the_size_and_the_padding_that_a_convolution_needs(n, kernel, dilation, padding):
    with pytest.raises(ValueError) as error:
        ops.conv(ONES(n), ONES(kernel), padding=padding, dilation=dilation)
    wanted, pads = re.search(
        r"use (\d+) cells? or more there, padding (\d+) or", str(error.value)
    ).groups()
    for size, more in ((int(wanted), padding), (n, int(pads))):
        assert ops.conv(ONES(size), ONES(kernel), padding=more, dilation=dilation).size
    for size, more in ((int(wanted) - 1, padding), (n, int(pads) - 1)):
        with pytest.raises(ValueError, match="is too small"):
            ops.conv(ONES(size), ONES(kernel), padding=more, dilation=dilation)


@pytest.mark.parametrize("kernel", range(1, 9))
def test_the_padding_of_pooling_that_is_advised_would_do(kernel):
    with pytest.raises(ValueError, match=f"use at most {kernel // 2} there"):
        ops.max_pool(ONES(9), kernel, padding=kernel // 2 + 1)
    assert ops.max_pool(ONES(9), kernel, padding=kernel // 2)[0].size


def test_transposed_layers_speak_of_their_own_layout():
    for call in (ops.layer_by_matrix, ops.conv_transpose1d):
        with pytest.raises(ValueError, match=r"has no channels; .* \(C_in, C_out/groups, \*K\)"):
            call(ONES((1, 2, 4)), ONES((2, 0, 3)))
    with pytest.raises(ValueError, match=r"has no channels; .* \(C_in, C_out/groups, \*K\)"):
        ops.conv_transpose_layer_matrix(ONES((2, 0, 3)), 4)
    assert ops.conv_layer_matrix(ONES((2, 0, 3)), 4).shape == (4, 0)


def test_the_one_size_that_unpooling_can_have():
    assert ops.max_unpool(ONES(2), np.array([0, 1]), 1, output_size=(2,)).tolist() == [1, 1]
    with pytest.raises(ValueError, match="use 2 to 2 there"):
        ops.max_unpool(ONES(2), np.array([0, 1]), 1, output_size=(5,))


def test_an_empty_batch_may_be_unpooled_to_nothing():
    nothing, places = ONES((0, 1, 1)), np.zeros((0, 1, 1), int)
    assert ops.max_unpool1d(nothing, places, 2, padding=1).shape == (0, 1, 0)
    assert ops.max_unpool1d(nothing, places, 2, padding=1, output_size=(0,)).shape == (0, 1, 0)
    with pytest.raises(ValueError, match="size -2 on axis 0; use at most 1 there"):
        ops.max_unpool1d(nothing, places, 2, padding=2)
    with pytest.raises(ValueError, match="size 0 on axis 0; use at most 0 there"):
        ops.max_unpool1d(ONES((1, 1, 1)), np.zeros((1, 1, 1), int), 2, padding=1)
    with pytest.raises(ValueError, match="use 0 to 1 there"):
        ops.max_unpool1d(nothing, places, 2, padding=1, output_size=(2,))


# ----------------------------------------------------------------------------- interpolation


def test_a_scale_factor_may_stand_in_a_tuple():
    assert np.array_equal(
        ops.interpolation_matrix(3, 5, scale_factor=(1.7,)),
        ops.interpolation_matrix(3, 5, scale_factor=1.7),
    )
    with pytest.raises(ValueError, match="use a number above 0[.]$"):
        ops.interpolate([1, 2], scale_factor="2")
    with pytest.raises(ValueError, match="use a number above 0, or 2 of them[.]$"):
        ops.interpolate([[1, 2]], scale_factor="2")


@pytest.mark.parametrize("width, read", [(46, 0), (47, 1)])
def test_small_pictures_go_through_float32(width, read):
    """At output 41 of 2 cells on 82, r t is 1; float32 makes less of it. 82 + 46 = 128 is small."""
    x = np.arange(2.0).reshape(2, 1)
    result = ops.interpolate(x, size=(82, width))
    assert result[41, 0] == read
    expected = F.interpolate(torch.tensor(x)[None, None], size=(82, width)).numpy()[0, 0]
    assert np.array_equal(result, expected)


def test_no_output_reads_beyond_the_last_cell():
    """2^24 outputs of one cell: the last stands so near to the end that float32 makes 1 of it."""
    x = np.array([7], np.uint8)
    assert ops.interpolate(x, size=2**24, mode="nearest-exact")[-1] == 7


@pytest.mark.parametrize(
    "shape, size, mode", [((2**24 + 4,), 2, "linear"), ((1, 2**26 + 6), (1, 2), "bicubic")]
)
def test_the_last_of_very_many_cells_is_read_by_the_last_output(shape, size, mode):
    """float32 rounds the last place, n - 1, to n or more. (Zeros take no memory until written.)"""
    x = np.zeros(shape, np.float32)
    x[..., -1] = 1
    result = ops.interpolate(x, size=size, mode=mode, align_corners=True)
    assert result.ravel().tolist() == [0, 1]


# --------------------------------------------------------------------------------- instruments


def score(picture, strides):
    """The score as its docstring has it, with a DFT that is written out."""
    n = picture.shape
    window = np.ones(())
    for size in n:
        t = np.arange(size)
        window = np.multiply.outer(
            window, np.sin(np.pi * t / size) ** 2 if size > 1 else np.ones(1)
        )
    centred = (picture - (window * picture).sum() / window.sum()) * window

    def power(bins):
        waves = [
            np.exp(-2j * np.pi * b * np.arange(size) / size)
            for b, size in zip(bins, n, strict=True)
        ]
        value = centred
        for wave in reversed(waves):
            value = value @ wave
        return abs(value) ** 2 / window.sum() ** 2

    total = 0
    for harmonic in product(*map(range, strides)):
        if any(harmonic):
            line = [h * size // s for h, s, size in zip(harmonic, strides, n, strict=True)]
            around = max(
                np.mean(
                    [
                        power([*line[:a], line[a] + step, *line[a + 1 :]])
                        for step in (-4, -3, -2, 2, 3, 4)
                    ]
                )
                for a, h in enumerate(harmonic)
                if h
            )
            total += max(power(line) - around, 0)
    return np.sqrt(total / np.mean(picture**2))


@pytest.mark.parametrize(
    "shape, strides",
    [
        ((24,), (2,)),
        ((24,), (3,)),
        ((12, 18), (2, 3)),
        ((12, 18), (1, 3)),
        ((1, 24), (1, 4)),
        ((24, 1), (2, 1)),
        ((12, 2), (2, 1)),
        ((12, 12, 12), (2, 1, 2)),
    ],
)
def test_the_score_is_the_one_of_its_formula(shape, strides):
    picture = 5 + np.random.default_rng(0).standard_normal(shape)
    assert ops.checkerboard_score(picture, strides) == pytest.approx(score(picture, strides))
    assert ops.checkerboard_score(100 + picture, strides) == pytest.approx(
        score(100 + picture, strides)
    )


def test_cells_beyond_a_multiple_of_the_stride_are_left_out():
    picture = np.random.default_rng(0).random((20, 25))
    assert ops.checkerboard_score(picture, 3) == ops.checkerboard_score(picture[:18, :24], 3)


def test_black_pictures_and_constant_ones():
    for zero in (np.zeros(12), np.zeros((12, 12), int)):
        for measured in (ops.checkerboard_score(zero, 2), ops.ripple(zero)):
            assert measured == 0.0 and type(measured) is float
    power = ops.window_power(np.full((1, 1, 12), 3.0))
    assert np.allclose(power, 0)
