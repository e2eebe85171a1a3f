"""Sizes: against PyTorch, and against brute force over ranges."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given

from lib import ops
from tests.ops.operator_cases import TORCH, cases

WINDOWS = list(product(range(1, 6), range(1, 5), range(4), range(1, 4)))  # kernel, s, p, d


@given(cases(transposed=False, plain=True))
def test_output_size_is_pytorchs(case):
    x, w = (torch.empty(1, 1, *a.shape, device="meta") for a in (case.x, case.weight))
    expected = tuple(TORCH[False, case.axes](x, w, **case.options).shape[2:])
    assert ops.conv_output_size(case.x.shape, case.weight.shape, **case.options) == expected


@given(cases(transposed=True, plain=True))
def test_transposed_output_size_is_pytorchs(case):
    x, w = (torch.empty(1, 1, *a.shape, device="meta") for a in (case.x, case.weight))
    expected = tuple(TORCH[True, case.axes](x, w, **case.options).shape[2:])
    result = ops.conv_transpose_output_size(case.x.shape, case.weight.shape, **case.options)
    assert result == expected


@pytest.mark.parametrize("s", [1, 2, 3, 4])
def test_input_sizes_by_brute_force(s):
    for k, stride, p, d in WINDOWS:
        if stride != s:
            continue
        options = {"stride": s, "padding": p, "dilation": d}
        found = {}
        for n in range(1, 60):
            try:
                found.setdefault(ops.conv_output_size(n, k, **options), []).append(n)
            except ValueError:
                assert n + 2 * p < d * (k - 1) + 1
        for m in range(1, 10):
            if m in found:
                assert list(ops.conv_input_sizes(m, k, **options)) == found[m]
                assert len(found[m]) <= s
            else:
                with pytest.raises(ValueError, match=f"output_size={m} comes from no input"):
                    ops.conv_input_sizes(m, k, **options)


@pytest.mark.parametrize("s", [1, 2, 3, 4])
def test_output_padding_by_brute_force(s):
    for k, stride, p, d in WINDOWS:
        if stride != s:
            continue
        options = {"stride": s, "padding": p, "dilation": d}
        for m in range(1, 5):
            reachable = {}
            for a in range(6):
                try:
                    size = ops.conv_transpose_output_size(m, k, output_padding=a, **options)
                except ValueError:
                    continue
                reachable[size] = a
            for target in range(1, 24):
                if target in reachable:
                    found = ops.output_padding_for(m, target, k, **options)
                    assert found == reachable[target]
                else:
                    remedy = (
                        f"use a target of {min(reachable)} to {max(reachable)} there"
                        if reachable
                        else "no target would do: padding="
                    )
                    with pytest.raises(ValueError, match=f"target={target} .*{remedy}"):
                        ops.output_padding_for(m, target, k, **options)


@given(cases(transposed=False, plain=True))
def test_output_padding_brings_every_input_size_back(case):
    m = ops.conv_output_size(case.x.shape, case.weight.shape, **case.options)
    a = ops.output_padding_for(m, case.x.shape, case.weight.shape, **case.options)
    back = ops.conv_transpose_output_size(m, case.weight.shape, output_padding=a, **case.options)
    assert back == case.x.shape
    sizes = ops.conv_input_sizes(m, case.weight.shape, **case.options)
    assert all(n in range_ for n, range_ in zip(case.x.shape, sizes, strict=True))


def test_the_autoencoders_sizes():
    encoder = [28]
    for k, s in [(5, 1), (5, 1), (4, 2), (3, 2), (4, 1)]:
        encoder.append(ops.conv_output_size(encoder[-1], k, stride=s))
    assert encoder == [28, 24, 20, 9, 4, 1]
    decoder = [1]
    for k, s in [(4, 1), (3, 2), (4, 2), (5, 1), (5, 1)]:
        decoder.append(ops.conv_transpose_output_size(decoder[-1], k, stride=s))
    assert decoder == encoder[::-1]


def test_ints_give_ints_and_tuples_give_tuples():
    assert ops.conv_output_size(7, 3) == 5
    assert ops.conv_output_size(np.int64(7), 3, stride=(1,)) == 5
    assert type(ops.conv_output_size(np.int64(7), np.int32(3))) is int
    assert ops.conv_output_size((7,), 3) == (5,)
    assert ops.conv_output_size([7, 8], (3,), stride=[1, 2]) == (5, 3)
    assert ops.conv_output_size(7, (3, 2)) == (5, 6)
    assert ops.conv_transpose_output_size((7, 7, 7), 3, padding=(0, 1, 2)) == (9, 7, 5)
    assert ops.conv_input_sizes((4, 4), 3, stride=(2, 1)) == (range(9, 11), range(6, 7))
    assert ops.output_padding_for(4, (9, 10), 3, stride=2) == (0, 1)


@pytest.mark.parametrize("size", [0, -3, 2.0, True, "7", None, (), (7, 0), (7.0, 7), np.ones(2)])
def test_sizes_that_are_none(size):
    for call, name in [
        (lambda: ops.conv_output_size(size, 1), "size"),
        (lambda: ops.conv_transpose_output_size(size, 1), "size"),
        (lambda: ops.conv_input_sizes(size, 1), "output_size"),
        (lambda: ops.output_padding_for(3, size, 1), "target"),
        (lambda: ops.overlap_count(size, 1), "size"),
        (lambda: ops.conv_matrix([1], size), "size"),
        (lambda: ops.conv_matrix_taps(1, size), "size"),
    ]:
        with pytest.raises(ValueError, match=f"^{name}="):
            call()


def test_different_numbers_of_axes():
    with pytest.raises(ValueError, match=r"kernel_size=\(3, 3, 3\) has length 3 where there are 2"):
        ops.conv_output_size((7, 7), (3, 3, 3))
    with pytest.raises(ValueError, match=r"stride=\(1, 2\) has length 2 where there is one axis"):
        ops.conv_output_size(7, 3, stride=(1, 2))
    with pytest.raises(ValueError, match=r"target=\(9,\) has length 1 where there are 2 axes"):
        ops.output_padding_for((4, 4), (9,), 3)
