"""The same limits as PyTorch: what it refuses is refused, and nothing else."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from lib import ops
from tests.ops.operator_cases import ODD_VALUES, Case, doubtful_cases, torch_layer

LAYERS = {
    (False, 1): ops.conv1d,
    (False, 2): ops.conv2d,
    (False, 3): ops.conv3d,
    (True, 1): ops.conv_transpose1d,
    (True, 2): ops.conv_transpose2d,
    (True, 3): ops.conv_transpose3d,
}


def differs_on_empty_input(ours, case):
    """PyTorch skips checks on an empty input: see test_differences_on_empty_inputs."""
    try:
        ours(case.x, case.weight, case.bias, **case.options)
    except ValueError as refusal:
        return str(refusal).startswith(("dilation=", "output_padding="))
    return case.x.shape[-case.axes - 1] == 0


def both_accept_or_both_refuse(transposed, case):
    ours = LAYERS[transposed, case.axes]
    try:
        expected = torch_layer(transposed, case)
    except (RuntimeError, TypeError, IndexError, ValueError):
        with pytest.raises(ValueError):
            ours(case.x, case.weight, case.bias, **case.options)
        return
    if case.x.size == 0 and differs_on_empty_input(ours, case):
        return
    result = ours(case.x, case.weight, case.bias, **case.options)
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@given(doubtful_cases(transposed=False))
def test_convolution_has_pytorchs_limits(case):
    both_accept_or_both_refuse(False, case)


@given(doubtful_cases(transposed=True))
def test_transposed_convolution_has_pytorchs_limits(case):
    both_accept_or_both_refuse(True, case)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("batch", [None, 0, 1])
def test_small_and_empty_sizes(transposed, batch):
    """All of them: where nothing is left, and where there was nothing, the limits are subtle."""
    for n, k, p, s, d in product(range(4), range(4), range(5), (1, 2), (1, 2)):
        shape = (2, n) if batch is None else (batch, 2, n)
        both_accept_or_both_refuse(
            transposed,
            Case(
                1,
                np.ones(shape),
                np.ones((2, 2, k)),
                None,
                {"stride": s, "padding": p, "dilation": d},
            ),
        )


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("transposed", [False, True])
def test_odd_arguments(transposed, axes):
    """Every odd value for every option, and every shape of the bias."""
    x, weight = np.ones((1, 2) + (9,) * axes), np.ones((2, 2) + (2,) * axes)
    names = ["stride", "padding", "dilation", "groups"] + ["output_padding"] * transposed
    for name, value in product(names, ODD_VALUES):
        options = {"dilation": 3, name: value}
        both_accept_or_both_refuse(transposed, Case(axes, x, weight, None, options))
    for shape in [(), (0,), (1,), (2,), (3,), (1, 2), (2, 1), (1, 2, 1)]:
        both_accept_or_both_refuse(transposed, Case(axes, x, weight, np.ones(shape), {}))


def test_output_padding_is_limited_on_each_axis_by_itself():
    x, weight, two = np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), (1, 2)
    for s, d, a in product(product(two, two), product(two, two), product(range(3), range(3))):
        options = {"stride": s, "dilation": d, "output_padding": a}
        both_accept_or_both_refuse(True, Case(2, x, weight, None, options))


def test_differences_on_empty_inputs():
    """The whole list of what differs from PyTorch 2.13, which skips checks on empty inputs.

    An empty batch makes a wrong dilation or output_padding no better, so it is refused as ever.
    Without input channels the sum over them is zero, in each of the C_out channels; PyTorch
    gives no channels at all.
    """
    nothing, weight = np.ones((0, 1, 4)), np.ones((1, 1, 3))
    for options in [{"dilation": 0}, {"output_padding": 1}]:
        (name,) = options
        layer = ops.conv1d if name == "dilation" else ops.conv_transpose1d
        torch_layer_1d = F.conv1d if name == "dilation" else F.conv_transpose1d
        torch_layer_1d(torch.tensor(nothing), torch.tensor(weight), **options)
        with pytest.raises(ValueError, match=f"^{name}="):
            layer(nothing, weight, **options)

    no_channels = np.ones((2, 0, 4)), np.ones((3, 0, 3)), np.arange(3.0)
    result = ops.conv1d(*no_channels)
    assert np.array_equal(result, np.broadcast_to([[[0], [1], [2]]], (2, 3, 2)))
    assert F.conv1d(*map(torch.tensor, no_channels)).shape == (2, 0, 2)
