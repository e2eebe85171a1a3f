"""One call or more of every public figure, as the chapters use them."""

import numpy as np

from lib import ops, plots

IMAGE = np.array([[3, 1, 0, 2], [1, 2, 1, 0], [0, 1, 3, 1], [2, 0, 1, 1]])
KERNEL = np.array([[1, 0, -1], [2, 1, 0], [0, 1, 2]])
TAPS_F = [["f₁"], ["f₂"], ["f₃"]]
POOLED = [[1, 2, 4, 1], [3, 4, 2, 3], [1, 4, 1, 2], [2, 3, 4, 3]]
SEEDS = {
    "transposed, k = 3": [0.012, 0.0125, 0.0118],
    "nearest + conv": [0.0121, 0.0119, 0.0124],
    "pixel shuffle": [0.0132, 0.0128, 0.0135],
}

BOARD = np.indices((24, 24)).sum(axis=0) % 2

EXAMPLES = {
    "conv_steps 1-D": lambda: plots.conv_steps([1, 4, -1, 0, 2, -2, 1, 3, 3, 1], [1, 2, 0, -1]),
    "conv_steps 2-D": lambda: plots.conv_steps(IMAGE, KERNEL),
    "conv_steps stride, padding": lambda: plots.conv_steps(IMAGE, KERNEL, stride=2, padding=1),
    "conv_steps dilation": lambda: plots.conv_steps(
        np.arange(25).reshape(5, 5), [[1, 2], [3, 4]], dilation=2, steps=3
    ),
    "conv_steps letters": lambda: plots.conv_steps(list("abcd"), list("xyz"), padding=1),
    "conv_steps per axis": lambda: plots.conv_steps(
        IMAGE, [[1, 2, 3]], stride=(2, 1), padding=(0, 1)
    ),
    "conv_steps many": lambda: plots.conv_steps(np.arange(16), [0.5, 0.25]),
    "stamp_steps 1-D": lambda: plots.stamp_steps([2, 3, 0, -1], [1, 2, -1]),
    "stamp_steps stride": lambda: plots.stamp_steps([2, 3, 0, -1], [1, 2, -1], stride=2),
    "stamp_steps letters": lambda: plots.stamp_steps(list("ab"), list("xyz"), stride=2),
    "stamp_steps 2-D": lambda: plots.stamp_steps([[1, 2], [3, 4]], [[5, 5], [5, 5]]),
    "stamp_steps all": lambda: plots.stamp_steps(
        [[1, 2], [3, 4]], [[1, 2, 1], [2, 4, 2], [1, 2, 1]], stride=2, padding=1, output_padding=1
    ),
    "stamp_steps dilation": lambda: plots.stamp_steps([1, 2], [1, 2, 3], dilation=2, padding=1),
    "parameters_picture 1-D": lambda: plots.parameters_picture([1, 2, 1]),
    "parameters_picture 2-D": lambda: plots.parameters_picture(KERNEL),
    "matrix_picture product": lambda: plots.matrix_picture(
        [[1, 2], [2, 1]], (3, 3), x=np.arange(1, 10).reshape(3, 3)
    ),
    "matrix_picture source": lambda: plots.matrix_picture(
        TAPS_F, (4, 3), order="column", output_order="row", first=1
    ),
    "matrix_picture transposed": lambda: plots.matrix_picture(
        TAPS_F, (4, 3), first=1, transposed=True
    ),
    "matrix_picture letters": lambda: plots.matrix_picture(
        list("xyz"), 4, padding=1, x=list("abcd")
    ),
    "matrix_picture large": lambda: plots.matrix_picture(KERNEL, (6, 6), padding=1),
    "matrix_gallery 1-D": lambda: plots.matrix_gallery(
        [
            dict(kernel=["a", "b", "c"], size=7, **setting)
            for setting in ({}, {"stride": 2}, {"padding": 1}, {"dilation": 2})
        ]
    ),
    "matrix_gallery 2-D": lambda: plots.matrix_gallery(
        [
            dict(kernel=[["a", "b"], ["c", "d"]], size=(4, 4), title="plain"),
            dict(
                kernel=[["a", "b"], ["c", "d"]],
                size=(4, 3),
                stride=(2, 1),
                padding=(0, 1),
                title="mixed",
            ),
        ]
    ),
    "layer_matrix_picture": lambda: plots.layer_matrix_picture((2, 3, 3), 6),
    "layer_matrix_picture groups": lambda: plots.layer_matrix_picture(
        (4, 1, 2, 2), (3, 3), groups=2
    ),
    "direct_and_transposed 1-D": lambda: plots.direct_and_transposed(
        [1, 4, -1, 0, 2, -2], [1, 2, -1]
    ),
    "direct_and_transposed 2-D": lambda: plots.direct_and_transposed(IMAGE, KERNEL, stride=2),
    "direct_and_transposed letters": lambda: plots.direct_and_transposed(list("abcde"), list("xy")),
    "zero_stuffing_picture 1-D": lambda: plots.zero_stuffing_picture(
        [2, 3, 0, -1], [1, 2, -1], stride=2
    ),
    "zero_stuffing_picture 2-D": lambda: plots.zero_stuffing_picture(
        [[1, 2], [3, 4]], KERNEL, stride=2
    ),
    "size_staircase": lambda: plots.size_staircase(4, stride=3, sizes=range(4, 20)),
    "signals cells": lambda: plots.signals([[0, 0, 1, 0], [1, 2, 3]], labels=["x", "z"]),
    "signals stems": lambda: plots.signals(
        [[0.5, -1, 1], [1, 2, 3.25]], labels=["x", "y"], mode="stems"
    ),
    "loss_and_kernel": lambda: plots.loss_and_kernel(
        [1, 0.1, 0.01], [[0, 0, 0], [0.9, 2, 1]], [1, 2, 1]
    ),
    "loss_and_kernel 2-D": lambda: plots.loss_and_kernel(
        [1, 0.5], [np.zeros((2, 2)), np.eye(2)], np.eye(2)
    ),
    "operation_counts": lambda: plots.operation_counts({"stamps": 36, "zero-stuffing": 144}),
    "bars": lambda: plots.bars([1.5, -2], ["up", "down"], title="difference"),
    "hero": lambda: plots.hero(),
    "coverage_picture 1-D": lambda: plots.coverage_picture(4, 3, stride=2),
    "coverage_picture padding": lambda: plots.coverage_picture(
        6, 4, stride=2, padding=1, output_padding=1
    ),
    "coverage_picture dilation": lambda: plots.coverage_picture(5, 3, stride=2, dilation=3),
    "coverage_picture long": lambda: plots.coverage_picture(40, 3, stride=2),
    "coverage_picture 2-D": lambda: plots.coverage_picture((4, 4), 3, stride=2),
    "coverage_picture per axis": lambda: plots.coverage_picture(
        (5, 7), (4, 3), stride=2, padding=(1, 0)
    ),
    "coverage_picture large": lambda: plots.coverage_picture((16, 16), 3, stride=2),
    "coverage_picture 3-D": lambda: plots.coverage_picture((3, 3, 3), 3, stride=2),
    "coverage_picture layers": lambda: plots.coverage_picture(
        4, layers=[dict(kernel_size=3, stride=2)] * 3
    ),
    "spectrum_picture": lambda: plots.spectrum_picture(
        [1 + 0.1 * BOARD, np.cos(np.arange(24) / 3) + np.zeros((5, 24, 1))],
        2,
        labels=["board", "waves"],
    ),
    "pictures": lambda: plots.pictures(
        [BOARD, BOARD[:12, :12], 2 * BOARD[:4, :4]], titles=["24 × 24", "half", "k = 3"]
    ),
    "pictures rows": lambda: plots.pictures(
        [[BOARD, None], [BOARD / 2, BOARD / 3]],
        titles=["one", "two"],
        row_labels=["input", "reconstruction"],
    ),
    "pictures signed": lambda: plots.pictures(BOARD - 0.5, range=(-1, 1)),
    "half_pixel_picture": lambda: plots.half_pixel_picture(2, 4),
    "half_pixel_picture both": lambda: plots.half_pixel_picture(4, 8, align_corners=None),
    "half_pixel_picture down": lambda: plots.half_pixel_picture(5, 3, align_corners=None),
    "half_pixel_picture many": lambda: plots.half_pixel_picture(16, 28),
    "half_pixel_picture one": lambda: plots.half_pixel_picture(1, 4, align_corners=None),
    "weights_picture linear": lambda: plots.weights_picture(ops.interpolation_matrix(4, 8)),
    "weights_picture cubic": lambda: plots.weights_picture(
        ops.interpolation_matrix(8, 16, mode="cubic")
    ),
    "weights_picture kernel": lambda: plots.weights_picture(
        ops.bilinear_kernel(3), row_label="kernel row", column_label="kernel column"
    ),
    "pooling_picture": lambda: plots.pooling_picture(POOLED, 2),
    "pooling_picture values": lambda: plots.pooling_picture(POOLED, 2, values=[[1, 2], [3, 4]]),
    "pooling_picture overlap": lambda: plots.pooling_picture(
        [[7, 0, 1, 7, 0], [8, 7, 8, 3, 1], [4, 8, 3, 8, 3], [7, 2, 4, 2, 2], [8, 7, 1, 8, 8]],
        3,
        stride=2,
    ),
    "pooling_picture 1-D": lambda: plots.pooling_picture([1, 3, 2, 2, 5, 5, 0], 2),
    "shuffle_picture": lambda: plots.shuffle_picture(4, 2),
    "shuffle_picture r = 3": lambda: plots.shuffle_picture(9, 3),
    "shuffle_picture two": lambda: plots.shuffle_picture(np.arange(24).reshape(8, 1, 3), 2),
    "lines": lambda: plots.lines(
        range(1, 7),
        [[1, 2, 3, 4, 5, 5], [6, 5, 2, 1, 0, 2]],
        labels=["even", "odd"],
        xlabel="kernel size k",
        ylabel="ripple",
    ),
    "lines six": lambda: plots.lines(
        np.linspace(0, 0.5, 129),
        [0.001 + (1 + i / 10) * np.exp(-np.linspace(0, 5, 129)) for i in range(6)],
        labels=[f"upsampler number {i}" for i in range(6)],
        xlabel="frequency",
        ylabel="gain",
        log=True,
        marks={0.25: "a quarter", 0.5: "a half"},
    ),
    "lines one": lambda: plots.lines(
        [1, 2.5, 3], [[3, 1, 2]], labels=[""], xlabel="size", ylabel="score", marks=[2]
    ),
    "seeds_picture": lambda: plots.seeds_picture(
        list(SEEDS),
        panels=[
            ("reconstruction error", SEEDS, {"unit": "mean squared", "better": "lower"}),
            ("ripple", {**SEEDS, "nearest + conv": [0] * 3}, {"log": True, "better": "lower"}),
            ("multiplications", {name: [1_200_000] for name in SEEDS}),
        ],
    ),
    "seeds_picture small": lambda: plots.seeds_picture(
        ["a", "b", "c"],
        panels=[("score", {"a": [1, 2, 3], "b": [0.1, 0.4]}, {"better": "higher", "log": True})],
    ),
    "reach_picture": lambda: plots.reach_picture(
        [1, 4, 9, 20, 24, 28], steps=["k = 4", "k = 3, s = 2", "k = 4, s = 2", "k = 5", "k = 5"]
    ),
    "plane_picture": lambda: plots.plane_picture(
        np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 10, box=((-1, -1), (1, 1))
    ),
}
