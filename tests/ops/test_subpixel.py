"""Pixel shuffle and unshuffle against PyTorch's, and what ICNR promises."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from lib import ops

ONES = np.ones
REFUSED_BY_TORCH = (RuntimeError, TypeError, ValueError)
BOTH = [(ops.pixel_shuffle, F.pixel_shuffle), (ops.pixel_unshuffle, F.pixel_unshuffle)]


def assert_same(result, expected):
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    assert np.array_equal(result, expected)


@given(
    st.lists(st.integers(0, 3), max_size=3),
    st.integers(0, 3),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(1, 4),
    st.sampled_from(["f8", "f4", "f2", "i8", "i4", "u1", "c8"]),
)
def test_shuffle_and_unshuffle(batch, channels, height, width, r, dtype):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 99, (*batch, channels * r**2, height, width)).astype(dtype)
    y = ops.pixel_shuffle(x, r)
    assert_same(y, F.pixel_shuffle(torch.tensor(x), r).numpy())
    assert_same(ops.pixel_unshuffle(y, r), x)
    if x.size:  # see test_differences_from_pytorch
        assert_same(ops.pixel_unshuffle(y, r), F.pixel_unshuffle(torch.tensor(y), r).numpy())


def test_the_formula():
    x, r = np.arange(2 * 9 * 2 * 4).reshape(18, 2, 4), 3
    y = ops.pixel_shuffle(x, r)
    for c, h, w, i, j in np.ndindex(2, 2, 4, r, r):
        assert y[c, r * h + i, r * w + j] == x[c * r**2 + i * r + j, h, w]


def test_results_are_arrays_of_their_own():
    for shape in [(4, 1, 1), (4, 2, 2), (1, 1, 1)]:
        for operator, factor in [(ops.pixel_shuffle, 1), (ops.pixel_unshuffle, 1)]:
            x = np.zeros(shape)
            operator(x, factor)[:] = 7
            assert not x.any()
    x = np.zeros((4, 1, 1))
    ops.pixel_shuffle(x, 2)[:] = 7
    assert not x.any()
    weight = np.zeros((2, 1, 3, 3))
    ops.icnr(weight, 1)[:] = 7
    assert not weight.any()


def test_memory_layout_does_not_matter():
    x = np.random.default_rng(0).standard_normal((6, 4, 8, 3)).T
    for operator in (ops.pixel_shuffle, ops.pixel_unshuffle):
        assert_same(operator(x, 2), operator(np.ascontiguousarray(x), 2))


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 4),
    st.sampled_from([np.float64, np.float32]),
)
def test_icnr_starts_as_nearest_interpolation(outs, ins, height, width, r, dtype):
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((outs, ins, height, width)).astype(dtype)
    bias, x = rng.standard_normal(outs), rng.standard_normal((2, ins, 5, 6))
    start = ops.icnr(weight, r)
    assert start.dtype == dtype
    assert start.shape == (outs * r**2, ins, height, width)
    shuffled = F.pixel_shuffle(
        F.conv2d(*map(torch.tensor, (x, start.astype(float), np.repeat(bias, r**2)))), r
    )
    small = F.conv2d(*map(torch.tensor, (x, weight.astype(float), bias)))
    np.testing.assert_allclose(shuffled, F.interpolate(small, scale_factor=r), atol=1e-12)


def test_a_random_start_is_no_interpolation():
    rng = np.random.default_rng(0)
    weight, x = rng.standard_normal((4, 1, 3, 3)), np.ones((1, 5, 5))
    assert np.ptp(ops.pixel_shuffle(ops.conv2d(x, weight), 2)) > 1
    assert np.ptp(ops.pixel_shuffle(ops.conv2d(x, ops.icnr(weight[:1], 2)), 2)) < 1e-12


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("ours, theirs", BOTH)
def test_odd_arguments(ours, theirs):
    for shape in [
        (),
        (4,),
        (4, 4),
        (4, 4, 4),
        (3, 4, 4),
        (4, 3, 4),
        (4, 4, 3),
        (2, 4, 4, 4),
        (2, 2, 8, 4, 4),
    ]:
        for factor in [
            0,
            -1,
            1,
            2,
            4,
            5,
            True,
            2.0,
            None,
            "2",
            (2,),
            [2],
            np.int64(2),
            np.uint8(2),
            np.bool_(True),
            np.float64(2),
            2**31,
            2**32,
            2**63,
        ]:
            x = np.arange(np.prod(shape)).reshape(shape)
            try:
                expected = theirs(torch.tensor(x), factor).numpy()
            except REFUSED_BY_TORCH:
                with pytest.raises(ValueError):
                    ours(x, factor)
                continue
            assert_same(ours(x, factor), expected)


def test_differences_from_pytorch():
    """The whole list: PyTorch unshuffles nothing to nothing of the old height and width."""
    nothing = np.zeros((0, 6, 4))
    assert F.pixel_unshuffle(torch.tensor(nothing), 2).shape == (0, 6, 4)
    assert ops.pixel_unshuffle(nothing, 2).shape == (0, 3, 2)


# ---------------------------------------------------------------- messages

# call, the argument with its value, a part of the problem, a part of the remedy
REFUSALS = [
    (
        lambda: ops.pixel_shuffle(ONES((4, 4)), 2),
        "x.shape=(4, 4)",
        "has 2 axes",
        "use 3 or more, in the order (*, C, H, W)",
    ),
    (
        lambda: ops.pixel_shuffle([[["a"]]], 2),
        "x.dtype='<U1'",
        "does not hold numbers",
        "x.astype(float)",
    ),
    (
        lambda: ops.pixel_shuffle(ONES((4, 2, 2)), 2.0),
        "upscale_factor=2.0",
        "is not a whole number",
        "use an int of 1 or more",
    ),
    (
        lambda: ops.pixel_shuffle(ONES((4, 2, 2)), 0),
        "upscale_factor=0",
        "is too small",
        "use 1 or more",
    ),
    (
        lambda: ops.pixel_shuffle(ONES((6, 2, 2)), 2),
        "upscale_factor=2",
        "does not suit x.shape=(6, 2, 2): its square, 4, does not divide the 6 channels",
        "use a multiple of 4 channels",
    ),
    (
        lambda: ops.pixel_shuffle(ONES((0, 2, 2)), 2**63 - 1),
        "upscale_factor=9223372036854775807",
        "makes an axis of 18446744073709551614 cells",
        "use a smaller factor",
    ),
    (lambda: ops.pixel_unshuffle(ONES(4), 2), "x.shape=(4,)", "has 1 axis", "use 3 or more"),
    (
        lambda: ops.pixel_unshuffle(ONES((1, 2, 2)), True),
        "downscale_factor=True",
        "is not a whole number",
        "use an int of 1 or more",
    ),
    (
        lambda: ops.pixel_unshuffle(ONES((1, 9, 6)), 2),
        "downscale_factor=2",
        "does not divide the height 9 of x.shape=(1, 9, 6)",
        "use a divisor of 9",
    ),
    (
        lambda: ops.pixel_unshuffle(ONES((1, 6, 9)), 6),
        "downscale_factor=6",
        "does not divide the width 9 of x.shape=(1, 6, 9)",
        "use a divisor of 9",
    ),
    (
        lambda: ops.pixel_unshuffle(ONES((1, 0, 0)), 2**40),
        "downscale_factor=1099511627776",
        "makes an axis of 1208925819614629174706176 cells",
        "use a smaller factor",
    ),
    (
        lambda: ops.icnr(ONES((4, 2, 3)), 2),
        "weight.shape=(4, 2, 3)",
        "has 3 axes",
        "use 4, in the order (C, C_in, kH, kW)",
    ),
    (
        lambda: ops.icnr(ONES((4, 2, 3, 3)), -1),
        "upscale_factor=-1",
        "is too small",
        "use 1 or more",
    ),
    (
        lambda: ops.icnr(ONES((4, 2, 3, 3)), 1.5),
        "upscale_factor=1.5",
        "is not a whole number",
        "use an int of 1 or more",
    ),
    (
        lambda: ops.icnr(ONES((4, 2, 3, 3)), 2**40),
        "upscale_factor=1099511627776",
        "makes an axis of 4835703278458516698824704 cells",
        "use a smaller factor",
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
