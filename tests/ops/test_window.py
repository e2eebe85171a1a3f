"""A window holds one checked entry per axis, and refuses in the words of the caller."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from lib import ops
from lib.arguments import number_of_axes, per_axis, plural
from lib.ops.operands import layer_operands, single_channel_operands
from lib.ops.window import Window


def test_one_entry_per_axis_however_it_was_given():
    for one in (2, (2,), [2, 2], np.int64(2)):
        window = Window.transposed((3, 3), one, one, 1, one)
        assert window.stride == window.padding == window.dilation == (2, 2)
        assert window.output_padding == (1, 1)
        assert window == Window.transposed((3, 3), 2, 2, (1, 1), 2)
    with pytest.raises(FrozenInstanceError):
        window.stride = (1, 1)
    assert len(fields(Window)) == 6


def test_same_puts_an_odd_cell_after():
    window = Window.convolution((2, 3, 4), 1, "same", (1, 1, 3))
    assert window.sides == [(0, 1), (1, 1), (4, 5)]
    assert window.output_size(per_axis("size", (7, 8, 9), 3, 1)) == (7, 8, 9)
    assert Window.convolution((2, 3), (2, 1), "valid", 1).sides == [(0, 0), (0, 0)]


def test_the_sizes_of_a_window():
    window = Window.transposed((3, 2), (2, 3), (1, 0), (1, 0), (1, 2))
    assert window.extent == (3, 3)
    assert window.span((4, 4)) == (9, 12)
    assert window.canvas_size((4, 4)) == (10, 12)
    assert window.transposed_size((4, 4)) == (8, 12)
    assert window.crop((10, 12)) == (slice(1, 9), slice(0, 12))
    assert window.transposed_size((4, 4)) == ops.conv_transpose_output_size(
        (4, 4), (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 0), dilation=(1, 2)
    )


def test_what_is_computed_from_an_argument_is_refused_as_it_was_given():
    numbers = per_axis("stride", [np.int8(3)], 2, 1)
    assert numbers == (3, 3) and all(type(number) is int for number in numbers)
    with pytest.raises(ValueError, match=r"^stride=\[np\.int8\(3\)\] is odd; use an even one\.$"):
        numbers.refuse("is odd", "use an even one")
    with pytest.raises(ValueError, match=r"^padding=\[2\] leaves an output of size 0 on axis 0; "):
        Window.transposed((3,), 1, [2], 0, 1).checked_transposed_size(per_axis("size", 2, 1, 1))


def test_results_have_the_form_of_what_was_given():
    weight = np.ones((4, 3, 2))
    for x, result in (((5, 3, 6), (5, 4, 6)), ((3, 6), (4, 6))):
        operands = layer_operands(np.ones(x), weight, np.arange(4.0), 1)
        assert operands.x.shape == (5 if len(x) == 3 else 1, 3, 6) and operands.size == (6,)
        made = operands.result(np.zeros((len(operands.x), 4, 6)))
        assert made.shape == result and made[..., 0].ravel()[:4].tolist() == [0, 1, 2, 3]
    single = single_channel_operands(np.ones((2, 3)), np.ones((1, 2)))
    assert single.result(single.x).shape == (2, 3) and single.kernel_size == (1, 2)


def test_how_many_axes_and_how_many_cells():
    assert [number_of_axes(*given) for given in [(3, 2), (3, (2, 2)), ([1, 1, 1], 2), ((), 1)]] == [
        1,
        2,
        3,
        1,
    ]
    assert [plural(n, "cell") for n in (0, 1, 2)] == ["0 cells", "1 cell", "2 cells"]
    assert plural(2, "axis", "axes") == "2 axes" and plural(1, "axis", "axes") == "1 axis"


def test_taps_of_a_kernel_with_any_number_of_axes():
    taps = ops.conv_matrix_taps((1, 2, 1, 2), (1, 2, 1, 3))
    assert taps.tolist() == [[0, 1, -1, 2, 3, -1], [-1, 0, 1, -1, 2, 3]]
