"""One call or more of every public figure, as the chapters use them."""

import numpy as np

from lib import plots

IMAGE = np.array([[3, 1, 0, 2], [1, 2, 1, 0], [0, 1, 3, 1], [2, 0, 1, 1]])
KERNEL = np.array([[1, 0, -1], [2, 1, 0], [0, 1, 2]])
TAPS_F = [["f₁"], ["f₂"], ["f₃"]]

EXAMPLES = {
    "conv_steps 1-D": lambda: plots.conv_steps([1, 4, -1, 0, 2, -2, 1, 3, 3, 1], [1, 2, 0, -1]),
    "conv_steps 2-D": lambda: plots.conv_steps(IMAGE, KERNEL),
    "conv_steps stride, padding": lambda: plots.conv_steps(IMAGE, KERNEL, stride=2, padding=1),
    "conv_steps dilation": lambda: plots.conv_steps(
        np.arange(25).reshape(5, 5), [[1, 2], [3, 4]], dilation=2, steps=3),
    "conv_steps letters": lambda: plots.conv_steps(list("abcd"), list("xyz"), padding=1),
    "conv_steps per axis": lambda: plots.conv_steps(
        IMAGE, [[1, 2, 3]], stride=(2, 1), padding=(0, 1)),
    "conv_steps many": lambda: plots.conv_steps(np.arange(16), [0.5, 0.25]),
    "stamp_steps 1-D": lambda: plots.stamp_steps([2, 3, 0, -1], [1, 2, -1]),
    "stamp_steps stride": lambda: plots.stamp_steps([2, 3, 0, -1], [1, 2, -1], stride=2),
    "stamp_steps letters": lambda: plots.stamp_steps(list("ab"), list("xyz"), stride=2),
    "stamp_steps 2-D": lambda: plots.stamp_steps([[1, 2], [3, 4]], [[5, 5], [5, 5]]),
    "stamp_steps all": lambda: plots.stamp_steps(
        [[1, 2], [3, 4]], [[1, 2, 1], [2, 4, 2], [1, 2, 1]], stride=2, padding=1,
        output_padding=1),
    "stamp_steps dilation": lambda: plots.stamp_steps([1, 2], [1, 2, 3], dilation=2, padding=1),
    "parameters_picture 1-D": lambda: plots.parameters_picture([1, 2, 1]),
    "parameters_picture 2-D": lambda: plots.parameters_picture(KERNEL),
    "matrix_picture product": lambda: plots.matrix_picture(
        [[1, 2], [2, 1]], (3, 3), x=np.arange(1, 10).reshape(3, 3)),
    "matrix_picture source": lambda: plots.matrix_picture(
        TAPS_F, (4, 3), order="column", output_order="row", first=1),
    "matrix_picture transposed": lambda: plots.matrix_picture(
        TAPS_F, (4, 3), first=1, transposed=True),
    "matrix_picture letters": lambda: plots.matrix_picture(
        list("xyz"), 4, padding=1, x=list("abcd")),
    "matrix_picture output padding": lambda: plots.matrix_picture(
        list("xyz"), 5, stride=2, transposed=True, output_padding=1, x=list("ab")),
    "matrix_picture large": lambda: plots.matrix_picture(KERNEL, (6, 6), padding=1, show="taps"),
    "matrix_gallery 1-D": lambda: plots.matrix_gallery([
        dict(kernel_size=3, size=7), dict(kernel_size=3, size=7, stride=2),
        dict(kernel_size=3, size=7, padding=1), dict(kernel_size=3, size=7, dilation=2)]),
    "matrix_gallery 2-D": lambda: plots.matrix_gallery([
        dict(kernel_size=(2, 2), size=(4, 4), title="plain"),
        dict(kernel_size=(2, 2), size=(4, 3), stride=(2, 1), padding=(0, 1), title="mixed")]),
    "layer_matrix_picture": lambda: plots.layer_matrix_picture((2, 3, 3), 6),
    "layer_matrix_picture groups": lambda: plots.layer_matrix_picture(
        (4, 1, 2, 2), (3, 3), groups=2),
    "direct_and_transposed 1-D": lambda: plots.direct_and_transposed(
        [1, 4, -1, 0, 2, -2], [1, 2, -1]),
    "direct_and_transposed 2-D": lambda: plots.direct_and_transposed(
        IMAGE, KERNEL, stride=2, padding=1, cell=(1, 1)),
    "direct_and_transposed dilation": lambda: plots.direct_and_transposed(
        list("abcde"), list("xy"), dilation=2),
    "zero_stuffing_picture 1-D": lambda: plots.zero_stuffing_picture(
        [2, 3, 0, -1], [1, 2, -1], stride=2),
    "zero_stuffing_picture 2-D": lambda: plots.zero_stuffing_picture(
        [[1, 2], [3, 4]], KERNEL, stride=2, padding=1, output_padding=1),
    "zero_stuffing_picture cropped": lambda: plots.zero_stuffing_picture(
        [1, 2, 3, 4], [1, 2], stride=2, padding=2),
    "size_staircase": lambda: plots.size_staircase(4, stride=3, sizes=range(4, 20)),
    "signals cells": lambda: plots.signals(
        [[0, 0, 1, 0], (1, [1, 2, 3])], labels=["x", "z"]),
    "signals stems": lambda: plots.signals(
        [[0.5, -1, 1], [1, 2, 3.25]], labels=["x", "y"], mode="stems"),
    "loss_and_kernel": lambda: plots.loss_and_kernel(
        [1, 0.1, 0.01], [[0, 0, 0], [0.9, 2, 1]], [1, 2, 1]),
    "loss_and_kernel 2-D": lambda: plots.loss_and_kernel(
        [1, 0.5], [np.zeros((2, 2)), np.eye(2)], np.eye(2)),
    "operation_counts": lambda: plots.operation_counts({"stamps": 36, "zero-stuffing": 144}),
    "bars": lambda: plots.bars([1.5, -2], ["up", "down"], title="difference"),
    "hero": lambda: plots.hero(),
}
