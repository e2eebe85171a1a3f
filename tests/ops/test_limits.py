"""The same limits as PyTorch: what it refuses is refused, and nothing else."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, event, given
from operator_cases import doubtful_cases, torch_layer

from lib import ops

LAYERS = {
    (False, 1): ops.conv1d, (False, 2): ops.conv2d, (False, 3): ops.conv3d,
    (True, 1): ops.conv_transpose1d, (True, 2): ops.conv_transpose2d,
    (True, 3): ops.conv_transpose3d,
}


def both_accept_or_both_refuse(transposed, case):
    ours = LAYERS[transposed, case.axes]
    try:
        expected = torch_layer(transposed, case)
    except (RuntimeError, TypeError, IndexError):
        event("refused")
        with pytest.raises(ValueError):
            ours(case.x, case.weight, case.bias, **case.options)
        return
    # On an empty input PyTorch skips checks: see test_differences_on_empty_inputs.
    if case.x.size == 0:
        assume(case.x.shape[-case.axes - 1] > 0)
        try:
            ours(case.x, case.weight, case.bias, **case.options)
        except ValueError as refusal:
            assume(not str(refusal).startswith(("dilation=", "output_padding=")))
    event("accepted")
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


def test_differences_on_empty_inputs():
    """The whole list of what differs from PyTorch 2.13, which skips checks on empty inputs.

    An empty batch makes a wrong dilation or output_padding no better, so it is refused as ever.
    Without input channels the sum over them is zero, in each of the C_out channels; PyTorch
    gives no channels at all.
    """
    nothing, weight = np.ones((0, 1, 4)), np.ones((1, 1, 3))
    for options in [{"dilation": 0}, {"output_padding": 1}]:
        name, = options
        layer = ops.conv1d if name == "dilation" else ops.conv_transpose1d
        torch_layer_1d = F.conv1d if name == "dilation" else F.conv_transpose1d
        torch_layer_1d(torch.tensor(nothing), torch.tensor(weight), **options)
        with pytest.raises(ValueError, match=f"^{name}="):
            layer(nothing, weight, **options)

    no_channels = np.ones((2, 0, 4)), np.ones((3, 0, 3)), np.arange(3.0)
    result = ops.conv1d(*no_channels)
    assert np.array_equal(result, np.broadcast_to([[[0], [1], [2]]], (2, 3, 2)))
    assert F.conv1d(*map(torch.tensor, no_channels)).shape == (2, 0, 2)
