"""How many placements touch each cell, against a transposed convolution of ones."""

import numpy as np
import pytest
import torch
from hypothesis import given
from operator_cases import TORCH, cases

from lib import ops


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
