"""How many placements touch each cell, against a transposed convolution of ones."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lib import ops
from tests.ops.operator_cases import TORCH, cases


@given(cases(transposed=True, plain=True))
def test_counts_are_a_transposed_convolution_of_ones(case):
    count = ops.overlap_count(case.x.shape, case.weight.shape, **case.options)
    ones = torch.ones((1, 1, *case.x.shape)), torch.ones((1, 1, *case.weight.shape))
    expected = TORCH[True, case.axes](*ones, **case.options)[0, 0].numpy()
    assert count.dtype.kind == "i"
    assert count.shape == expected.shape
    assert np.array_equal(count, expected)


def test_ints_and_tuples():
    assert ops.overlap_count(4, 3, stride=2).shape == (9,)
    assert ops.overlap_count((4,), 3, stride=2).shape == (9,)
    assert ops.overlap_count((4, 4), 3, stride=(2, 1)).shape == (9, 6)
    assert ops.overlap_count(4, (3, 3), stride=2).shape == (9, 9)


def test_the_pattern_of_several_axes_is_an_outer_product():
    row = ops.overlap_count(5, 4, stride=3)
    assert np.array_equal(ops.overlap_count((5, 5), 4, stride=3), np.outer(row, row))


def test_even_coverage_needs_a_stride_that_divides_the_kernel():
    inner = ops.overlap_count(20, 4, stride=2)[4:-4]
    assert set(inner.tolist()) == {2}
    assert set(ops.overlap_count(20, 3, stride=2)[4:-4].tolist()) == {1, 2}


def test_limits_are_those_of_the_operator():
    with pytest.raises(ValueError, match=r"padding=2 leaves an output of size -1"):
        ops.overlap_count(1, 3, padding=2)
    with pytest.raises(ValueError, match=r"output_padding=1 is too large"):
        ops.overlap_count(4, 3, output_padding=1)


@given(k=st.integers(1, 12), s=st.integers(1, 7), d=st.integers(1, 5), p=st.integers(0, 3))
def test_phases_are_what_the_interior_counts(k, s, d, p):
    extent = d * (k - 1) + 1
    m = 3 * extent + 4  # long enough for an interior of at least two strides
    count = ops.overlap_count(m, k, stride=s, padding=min(p, (extent - 1) // 2), dilation=d)
    p = min(p, (extent - 1) // 2)
    t = np.arange(extent, s * (m - 1) - extent - 2 * p)
    phases = ops.overlap_phases(k, stride=s, dilation=d)
    assert len(t) >= s
    assert np.array_equal(count[t], phases[(t + p) % s])


@given(k=st.integers(1, 12), s=st.integers(1, 7))
def test_without_dilation_the_count_is_a_ceiling(k, s):
    assert ops.overlap_phases(k, stride=s).tolist() == [max(0, -(-(k - r) // s)) for r in range(s)]


@given(k=st.integers(1, 20), s=st.integers(1, 8), d=st.integers(1, 8))
def test_even_exactly_where_the_stride_divides_the_kernel_and_shares_no_factor(k, s, d):
    even = np.ptp(ops.overlap_phases(k, stride=s, dilation=d)) == 0
    if s == 1:
        assert even
    else:
        assert even == (k % s == 0 and np.gcd(d, s) == 1)


def test_phases_of_several_axes_multiply():
    rows = ops.overlap_phases(3, stride=2), ops.overlap_phases(4, stride=3)
    assert np.array_equal(ops.overlap_phases((3, 4), stride=(2, 3)), np.outer(*rows))
    assert ops.overlap_phases(3, stride=(2, 2, 2)).shape == (2, 2, 2)


@given(
    st.lists(
        st.fixed_dictionaries({"kernel_size": st.integers(1, 4), "stride": st.integers(1, 3)}),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 4),
    st.integers(1, 2),
)
def test_stacked_counts_are_layers_of_ones(layers, m, axes):
    count = ops.stacked_overlap((m,) * axes, layers)
    x = torch.ones((1, 1) + (m,) * axes, dtype=torch.float64)
    for layer in layers:
        weight = torch.ones((1, 1) + (layer["kernel_size"],) * axes, dtype=torch.float64)
        x = TORCH[True, axes](x, weight, stride=layer["stride"])
    assert np.array_equal(count, x[0, 0].numpy())
    assert count.dtype.kind == "i"


@pytest.mark.parametrize(
    "layers, message",
    [
        ([], "layers=[] is not a list of layers"),
        ({"kernel_size": 3}, "is not a list of layers"),
        ([{"stride": 2}], "holds a layer without kernel_size"),
        ([{"kernel_size": 3, "padding": 9}], "padding=9 leaves an output"),
    ],
)
def test_stacks_that_are_refused(layers, message):
    with pytest.raises(ValueError) as error:
        ops.stacked_overlap(4, layers)
    assert message in str(error.value)
