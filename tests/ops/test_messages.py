"""Every refusal names the argument, gives its value and says what would do."""

import re

import numpy as np
import pytest

from lib import ops

ONES = np.ones
X, W = ONES((1, 4, 6)), ONES((4, 4, 3))

# call, the argument with its value, a part of the problem, a part of the remedy
REFUSALS = [
    # One number, or one for each axis.
    (lambda: ops.conv1d(X, W, groups=1.0), "groups=1.0", "is not a whole number", "use an int"),
    (lambda: ops.conv1d(X, W, groups=True), "groups=True", "is not a whole number", "use an int"),
    (lambda: ops.conv1d(X, W, groups=0), "groups=0", "is too small", "use 1 or more"),
    (lambda: ops.conv1d(X, W, stride=0), "stride=0", "is too small", "use 1 or more"),
    (lambda: ops.conv1d(X, W, stride=1.5), "stride=1.5", "whole numbers", "use an int."),
    (lambda: ops.conv1d(X, W, stride=True), "stride=True", "whole numbers", "use an int."),
    (lambda: ops.conv1d(X, W, stride=None), "stride=None", "whole numbers", "use an int."),
    (
        lambda: ops.conv(ONES((3, 3)), ONES((2, 2)), stride=(1, 2.0)),
        "stride=(1, 2.0)",
        "whole numbers",
        "use an int, or a tuple of 2 ints",
    ),
    (
        lambda: ops.conv(ONES((3, 3)), ONES((2, 2)), stride=(1, 2, 3)),
        "stride=(1, 2, 3)",
        "has length 3 where there are 2 axes",
        "give one number for all axes, or 2",
    ),
    (
        lambda: ops.conv(ONES(3), ONES(2), stride=[1, 2]),
        "stride=[1, 2]",
        "has length 2 where there is one axis",
        "give one number",
    ),
    (lambda: ops.conv(ONES(3), ONES(2), padding=-1), "padding=-1", "is too small", "use 0 or more"),
    (lambda: ops.conv(ONES(3), ONES(2), dilation=0), "dilation=0", "is too small", "use 1 or more"),
    (
        lambda: ops.conv_transpose(ONES((3, 3)), ONES((2, 2)), padding=(0, -2)),
        "padding=(0, -2)",
        "is too small",
        "use 0 or more on every axis",
    ),
    (
        lambda: ops.conv_transpose(ONES(3), ONES(2), output_padding=-1),
        "output_padding=-1",
        "is too small",
        "use 0 or more",
    ),
    (lambda: ops.zero_stuff(ONES(3), 0), "stride=0", "is too small", "use 1 or more"),
    (
        lambda: ops.conv1d(X, W, groups=2**63),
        "groups=9223372036854775808",
        "is too large",
        "use at most 2**63 - 1",
    ),
    (
        lambda: ops.conv2d(X[..., None], W[..., None], padding=2**63),
        "padding=9223372036854775808",
        "is too large",
        "use at most 2**63 - 1",
    ),
    (
        lambda: ops.conv_matrix(ONES(2), 3, stride=[2**63]),
        "stride=[9223372036854775808]",
        "is too large",
        "use at most 2**63 - 1",
    ),
    # Words.
    (
        lambda: ops.conv(ONES(3), ONES(2), padding="Same"),
        "padding='Same'",
        "is unknown",
        "use 'valid' or 'same'",
    ),
    (
        lambda: ops.conv(ONES(3), ONES(2), padding="same", stride=2),
        "padding='same'",
        "does not go with stride=2",
        "use stride=1",
    ),
    (
        lambda: ops.conv_transpose(ONES(3), ONES(2), padding="same"),
        "padding='same'",
        "whole numbers",
        "use an int",
    ),
    (
        lambda: ops.conv_matrix(ONES(2), 3, order="C"),
        "order='C'",
        "is unknown",
        "use 'row' or 'column'",
    ),
    (
        lambda: ops.conv_matrix(ONES(2), 3, output_order="F"),
        "output_order='F'",
        "is unknown",
        "use 'row' or 'column'",
    ),
    (
        lambda: ops.conv_output_size((3, 3), 2, padding="same", stride=(1, 2)),
        "padding='same'",
        "does not go with stride=(1, 2)",
        "use stride=1",
    ),
    (
        lambda: ops.conv_matrix(ONES(2), 3, padding="Same"),
        "padding='Same'",
        "is unknown",
        "use 'valid' or 'same'",
    ),
    # Plain arrays.
    (
        lambda: ops.conv([None, 1, 2], ONES(1)),
        "x.dtype='object'",
        "does not hold numbers",
        "x.astype(float)",
    ),
    (
        lambda: ops.conv([[1, 2], [3]], ONES((1, 1))),
        "x=[[1, 2], [3]]",
        "does not make an array",
        "give every row as many entries",
    ),
    (lambda: ops.conv(["a"], ONES(1)), "x.dtype='<U1'", "does not hold numbers", "x.astype(float)"),
    (lambda: ops.conv([True], ONES(1)), "x.dtype='bool'", "does not hold numbers", "astype(float)"),
    (
        lambda: ops.conv(ONES((2, 3)), ONES(2)),
        "x.shape=(2, 3)",
        "has 2 axes where the kernel has 1",
        "give x 1 axis too, or, for batches and channels",
    ),
    (
        lambda: ops.conv(ONES(0), ONES(1), padding=1),
        "x.shape=(0,)",
        "has an empty axis",
        "at least one cell",
    ),
    (lambda: ops.conv(ONES(3), ONES(())), "kernel.shape=()", "has 0 axes", "use 1, 2 or 3 axes"),
    (
        lambda: ops.conv_matrix(ONES((1, 1, 1, 1)), 3),
        "kernel.shape=(1, 1, 1, 1)",
        "has 4 axes",
        "use 1, 2 or 3 axes",
    ),
    (
        lambda: ops.conv_matrix(ONES((2, 0)), 3),
        "kernel.shape=(2, 0)",
        "has an empty axis",
        "at least one tap",
    ),
    (
        lambda: ops.zero_stuff(3.0, 2),
        "x.shape=()",
        "has nothing to put zeros between",
        "give one axis or more",
    ),
    (
        lambda: ops.zero_stuff(ONES((2, 0)), 2),
        "x.shape=(2, 0)",
        "has nothing to put zeros between",
        "at least one cell",
    ),
    # Layers.
    (
        lambda: ops.conv1d(X, ONES((4, 3))),
        "weight.shape=(4, 3)",
        "has 2 axes",
        "use 3, in the order (C_out, C_in/groups, *K)",
    ),
    (
        lambda: ops.conv_transpose1d(X, ONES((4, 3))),
        "weight.shape=(4, 3)",
        "has 2 axes",
        "use 3, in the order (C_in, C_out/groups, *K)",
    ),
    (
        lambda: ops.conv_layer_matrix(ONES((4, 3)), 5),
        "weight.shape=(4, 3)",
        "has 2 axes",
        "use 3, 4 or 5, in the order",
    ),
    (
        lambda: ops.conv1d(X, ONES((4, 4, 0))),
        "weight.shape=(4, 4, 0)",
        "has an empty kernel",
        "at least one tap",
    ),
    (
        lambda: ops.conv1d(X, ONES((0, 4, 3))),
        "weight.shape=(0, 4, 3)",
        "has no channels",
        "use one channel or more",
    ),
    (
        lambda: ops.conv_transpose1d(X, ONES((4, 0, 3))),
        "weight.shape=(4, 0, 3)",
        "has no channels",
        "use one channel or more",
    ),
    (
        lambda: ops.conv1d(X, W, groups=3),
        "groups=3",
        "does not divide the 4 channels",
        "use a divisor of 4",
    ),
    (
        lambda: ops.conv_transpose1d(X, W, groups=8),
        "groups=8",
        "does not divide the 4 channels",
        "use a divisor of 4",
    ),
    (
        lambda: ops.conv1d(ONES(6), W),
        "x.shape=(6,)",
        "has 1 axis",
        "use 3 with a batch, (N, C, *L), or 2 without, (C, *L)",
    ),
    (
        lambda: ops.conv1d(ONES((1, 3, 6)), W),
        "x.shape=(1, 3, 6)",
        "has 3 channels",
        "use 4, as weight.shape=(4, 4, 3) and groups=1 ask",
    ),
    (lambda: ops.conv1d(X, W, groups=2), "x.shape=(1, 4, 6)", "has 4 channels", "use 8, as"),
    (
        lambda: ops.conv_transpose1d(ONES((1, 3, 6)), W),
        "x.shape=(1, 3, 6)",
        "has 3 channels",
        "use 4, as",
    ),
    (
        lambda: ops.conv1d(ONES((1, 4, 0)), W, padding=3),
        "x.shape=(1, 4, 0)",
        "has an empty spatial axis",
        "at least one cell",
    ),
    (
        lambda: ops.conv1d(X, W, ONES(3)),
        "bias.shape=(3,)",
        "does not suit 4 output channels",
        "use shape (4,)",
    ),
    (
        lambda: ops.conv_transpose1d(X, W, ONES(4), groups=2),
        "bias.shape=(4,)",
        "does not suit 8 output channels",
        "use shape (8,)",
    ),
    # Sizes that do not work out.
    (
        lambda: ops.conv1d(ONES((1, 4, 2)), W, dilation=2, padding=1),
        "x.shape=(1, 4, 2)",
        "is too small on axis 0: with padding 4 cells, but kernel 3 with dilation 2 reaches over 5",
        "use 3 cells or more there, padding 2 or more, or a smaller kernel or dilation",
    ),
    (
        lambda: ops.conv(ONES(3), ONES(4)),
        "x.shape=(3,)",
        "is too small on axis 0",
        "use 4 cells or more there",
    ),
    (
        lambda: ops.conv2d(ONES((2, 3, 3)), ONES((1, 2, 4, 3))),
        "x.shape=(2, 3, 3)",
        "is too small on axis 0",
        "use 4 cells or more there",
    ),
    (
        lambda: ops.conv2d(ONES((1, 2, 3, 3)), ONES((1, 2, 3, 4))),
        "x.shape=(1, 2, 3, 3)",
        "is too small on axis 1",
        "use 4 cells or more there",
    ),
    (lambda: ops.conv(ONES(1), ONES(2)), "x.shape=(1,)", "with padding 1 cell, but", "use 2 cells"),
    (
        lambda: ops.conv_transpose(ONES((2, 2)), ONES((3, 3)), padding=(2, 2)),
        "padding=(2, 2)",
        "leaves an output of size 0 on axis 0",
        "use at most 1 there",
    ),
    (
        lambda: ops.conv_transpose(ONES(2), ONES(3), output_padding=[1]),
        "output_padding=[1]",
        "is too large on axis 0",
        "use at most 0 there",
    ),
    (
        lambda: ops.conv_transpose_matrix(ONES(3), 2, padding=[2]),
        "padding=[2]",
        "leaves an output of size 0",
        "use at most 1 there",
    ),
    (
        lambda: ops.overlap_count((2, 2), 3, padding=(2, 2)),
        "padding=(2, 2)",
        "leaves an output of size 0",
        "use at most 1 there",
    ),
    (
        lambda: ops.unvec(ONES(2), 1),
        "v.shape=(2,)",
        "does not fill shape=1",
        "use a vector of 1 entry",
    ),
    # Sizes beyond what NumPy can count.
    (
        lambda: ops.conv(ONES(3), ONES(2), padding=2**62),
        "x.shape=(3,)",
        "is too large on axis 0",
        "use a smaller padding",
    ),
    (
        lambda: ops.conv_output_size(2**63 - 1, 2, padding="same"),
        "size=9223372036854775807",
        "is too large on axis 0",
        "use a smaller padding or size",
    ),
    (
        lambda: ops.conv_transpose(ONES(3), ONES(2), stride=2**62),
        "x.shape=(3,)",
        "the canvas would have",
        "use a smaller size, stride or dilation",
    ),
    (
        lambda: ops.conv_transpose1d(X[0], W, stride=2**62),
        "x.shape=(4, 6)",
        "the canvas would have",
        "use a smaller size, stride or dilation",
    ),
    (
        lambda: ops.conv_transpose_matrix(ONES(2), [3], stride=2**62),
        "size=[3]",
        "the canvas would have",
        "use a smaller size, stride or dilation",
    ),
    (
        lambda: ops.zero_stuff(ONES(3), 2**62),
        "stride=4611686018427387904",
        "is too large for x.shape=(3,)",
        "use a smaller stride",
    ),
    (
        lambda: ops.conv_matrix(ONES((1, 1)), 2**40, stride=2**40),
        "size=1099511627776",
        "has 1208925819614629174706176 cells",
        "use a size of 2**63 - 1 cells at most",
    ),
    (
        lambda: ops.conv_output_size((5, 3), (3, 4)),
        "size=(5, 3)",
        "is too small on axis 1",
        "use 4 cells or more there, padding 1 or more",
    ),
    (lambda: ops.conv_matrix(ONES(4), 3), "size=3", "is too small on axis 0", "use 4 cells"),
    (lambda: ops.conv_layer_matrix(ONES((1, 1, 4)), 3), "size=3", "is too small", "use 4 cells"),
    (
        lambda: ops.conv_transpose(ONES(2), ONES(3), padding=2),
        "padding=2",
        "leaves an output of size 0 on axis 0",
        "use at most 1 there",
    ),
    (
        lambda: ops.conv_transpose_output_size((2, 3), 3, padding=(0, 4)),
        "padding=(0, 4)",
        "leaves an output of size -3 on axis 1",
        "use at most 2 there",
    ),
    (
        lambda: ops.conv_transpose1d(ONES((0, 4, 0)), ONES((4, 1, 1)), stride=2),
        "padding=0",
        "leaves an output of size -1",
        "use a larger kernel",
    ),
    (
        lambda: ops.conv_transpose(ONES(2), ONES(3), output_padding=2, stride=2),
        "output_padding=2",
        "is too large on axis 0: it must be smaller than the stride (2) or the dilation (1)",
        "use at most 1 there",
    ),
    (
        lambda: ops.conv_transpose_matrix(
            ONES((2, 2)), 3, output_padding=(1, 2), stride=(2, 1), dilation=(1, 2)
        ),
        "output_padding=(1, 2)",
        "is too large on axis 1",
        "use at most 1 there",
    ),
    (
        lambda: ops.conv_input_sizes(2, 1, padding=2),
        "output_size=2",
        "comes from no input on axis 0",
        "use an output size of at least 5 there",
    ),
    (
        lambda: ops.output_padding_for(4, 8, 3, stride=2),
        "target=8",
        "is out of reach on axis 0",
        "use a target of 9 to 10 there",
    ),
    (
        lambda: ops.output_padding_for((4, 4), (9, 13), 3, stride=2, dilation=3),
        "target=(9, 13)",
        "is out of reach on axis 0",
        "use a target of 13 to 15 there",
    ),
    (
        lambda: ops.output_padding_for(1, 1, 3, padding=5),
        "target=1",
        "is out of reach on axis 0",
        "no target would do: padding=5 crops everything away",
    ),
]


@pytest.mark.parametrize("call, argument, problem, remedy", REFUSALS)
def test_message(call, argument, problem, remedy):
    with pytest.raises(ValueError) as refusal:
        call()
    message = str(refusal.value)
    assert message.startswith(argument + " ")
    before, after = message.split("; ", 1)
    assert problem in before
    assert remedy in after
    assert message.endswith(".") and "\n" not in message


@pytest.mark.parametrize("view", [ops.by_matrix, ops.by_stamps, ops.by_zero_stuffing])
def test_the_views_refuse_what_the_operator_refuses(view):
    for x, kernel, options in [
        (ONES((2, 3)), ONES(2), {}),
        (ONES(0), ONES(2), {}),
        (ONES(2), ONES(3), {"padding": 2}),
        (ONES((2, 2)), ONES((3, 3)), {"padding": (2, 2)}),
        (ONES(2), ONES(3), {"stride": 2**63 - 1}),
        (ONES(2), ONES(3), {"output_padding": 1}),
        (ONES(2), ONES(3), {"stride": 0}),
        (ONES(2), ONES(3), {"dilation": 1.5}),
    ]:
        with pytest.raises(ValueError) as expected:
            ops.conv_transpose(x, kernel, **options)
        with pytest.raises(ValueError, match=f"^{re.escape(str(expected.value))}$"):
            view(x, kernel, **options)


@pytest.mark.parametrize(
    "view", [ops.layer_by_matrix, ops.layer_by_stamps, ops.layer_by_zero_stuffing]
)
def test_the_layer_views_refuse_what_the_layer_refuses(view):
    for x, weight, options in [
        (X, W, {"groups": 3}),
        (X[0, 0], W, {}),
        (X, W, {"padding": 4}),
        (X, W, {"padding": [4]}),
        (X[0], W, {"stride": 2**62}),
        (X, W, {"output_padding": 1}),
        (X, W, {"stride": 0}),
        (X[:, :3], W, {}),
    ]:
        with pytest.raises(ValueError) as expected:
            ops.conv_transpose1d(x, weight, **options)
        with pytest.raises(ValueError, match=f"^{re.escape(str(expected.value))}$"):
            view(x, weight, **options)


def test_remedies_work():
    """Take the advice of the messages that give a number."""
    assert ops.conv1d(ONES((1, 4, 3)), W, dilation=2, padding=1).shape == (1, 4, 1)
    assert ops.conv1d(ONES((1, 4, 2)), W, dilation=2, padding=2).shape == (1, 4, 2)
    assert ops.conv_transpose(ONES(2), ONES(3), padding=1).shape == (2,)
    assert ops.conv_transpose(ONES(2), ONES(3), output_padding=1, stride=2).shape == (6,)
    assert ops.conv_input_sizes(5, 1, padding=2) == range(1, 2)
    assert [ops.output_padding_for(4, n, 3, stride=2) for n in (9, 10)] == [0, 1]
