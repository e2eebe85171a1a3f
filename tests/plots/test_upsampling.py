"""The figures of upsampling: what they say is what the operators give."""

import numpy as np
import pytest

from lib import ops, plots
from lib.plots import _text, upsampling

# Half-pixel centres


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("m", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("aligned", [False, True])
def test_places_are_where_linear_interpolation_reads(n, m, aligned):
    places, step = upsampling._places(n, m, aligned)
    # Interpolating x_i = i gives the place itself, the end cells repeated beyond the ends.
    read = ops.interpolation_matrix(n, m, align_corners=aligned) @ np.arange(n)
    np.testing.assert_allclose(np.clip(places, 0, n - 1), read, atol=1e-12)
    assert step > 0
    if aligned and m > 1:
        assert places[0] == 0 and places[-1] == pytest.approx(n - 1)
    elif not aligned:  # both strips begin and end together
        assert places[0] - step / 2 == pytest.approx(-0.5)
        assert places[-1] + step / 2 == pytest.approx(n - 0.5)


def test_half_pixel_picture_says_the_places():
    alt = plots.half_pixel_picture(4, 8, align_corners=None).alt
    assert "u = −0.25, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 2 of them beyond the ends" in alt
    assert "u = 0, 0.429, 0.857, 1.29, 1.71, 2.14, 2.57, 3." in alt
    assert "0.5 input cells wide" in alt and "0.429 input cells wide" in alt
    assert "beyond" not in plots.half_pixel_picture(5, 3).alt
    assert "align_corners=False" not in plots.half_pixel_picture(4, 8, align_corners=True).alt


@pytest.mark.parametrize("n, m", [(1, 1), (1, 32), (32, 1), (32, 32), (7, 32), (32, 7)])
@pytest.mark.parametrize("aligned", [False, True, None])
def test_half_pixel_picture_fits_the_page(n, m, aligned):
    picture = plots.half_pixel_picture(n, m, align_corners=aligned)
    assert picture.figure.get_size_inches()[0] <= 7.06 and len(picture.svg) < 200_000


# Weights


def test_weights_picture_says_the_weights():
    matrix = ops.interpolation_matrix(4, 8)
    alt = plots.weights_picture(matrix).alt
    assert _text.rows(matrix) in alt and "none negative" in alt
    assert "Every row sums to 1." in alt and alt.startswith("A matrix of 8 rows")
    cubic = ops.interpolation_matrix(8, 16, mode="cubic")
    assert f"{(cubic < 0).sum()} negative" in plots.weights_picture(cubic).alt
    assert "Row sums: 3, 7." in plots.weights_picture([[1, 2], [3, 4]]).alt


def test_weights_picture_marks_the_sign_without_colour():
    dash = "stroke-dasharray"
    assert dash in plots.weights_picture([[1, -1]]).svg
    assert dash not in plots.weights_picture([[1, 1]]).svg


def test_weights_picture_shades_by_size():
    picture = plots.weights_picture([[0.25, 0.5, 1.0, 0.0, -1.0]])
    strengths = [
        patch.get_alpha()
        for patch in picture.figure.axes[0].patches
        if patch.get_alpha() is not None
    ]
    assert strengths == [0.34, 0.56, 1.0, 1.0]
    assert plots.weights_picture([[0.0]]).alt


# Pooling


def test_pooling_picture_s3_5():
    """S3.5: every window's maximum is 4, and other values are put back at the kept cells."""
    alt = plots.pooling_picture(
        [[1, 2, 4, 1], [3, 4, 2, 3], [1, 4, 1, 2], [2, 3, 4, 3]], 2, values=[[1, 2], [3, 4]]
    ).alt
    assert "Pooled: 4, 4; 4, 4, kept from cells 5, 2; 9, 14." in alt
    assert "Unpooled: 0, 0, 2, 0; 0, 1, 0, 0; 0, 3, 0, 0; 0, 0, 4, 0." in alt
    assert "tie" not in alt


def test_pooling_picture_agrees_with_the_operators():
    rng = np.random.default_rng(3)
    for shape, kernel, stride in (((5, 5), 3, 2), ((4, 6), (2, 3), None), ((9,), 3, 1)):
        x = rng.integers(0, 9, shape).astype(float)
        y, indices = ops.max_pool(x, kernel, stride=stride)
        z = ops.max_unpool(y, indices, kernel, stride=stride, output_size=shape)
        alt = plots.pooling_picture(x, kernel, stride=stride).alt
        for said in (y, indices, z):
            assert _text.rows(said) in alt


def test_pooling_picture_counts_ties():
    assert (
        "In 2 windows other cells tie with it."
        in plots.pooling_picture([1, 3, 2, 2, 5, 5, 0], 2).alt
    )
    one = plots.pooling_picture([[1, 1], [0, 1]], 2)
    assert "In one window other cells tie with it." in one.alt


# Pixel shuffle


@pytest.mark.parametrize("r", [1, 2, 3])
def test_shuffle_picture_agrees_with_the_operator(r):
    maps = np.random.default_rng(r).integers(0, 99, (r * r, 2, 3))
    assert _text.rows(ops.pixel_shuffle(maps, r)[0]) in plots.shuffle_picture(maps, r).alt


def test_shuffle_picture_keeps_the_channels_apart():
    alt = plots.shuffle_picture(np.arange(8).reshape(8, 1, 1), 2).alt
    assert "8 maps of 1 × 1" in alt and "2 maps of 2 × 2: 0, 1; 2, 3 | 4, 5; 6, 7." in alt


# What is refused


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: plots.half_pixel_picture(0, 4), "size=0 is too small"),
        (lambda: plots.half_pixel_picture(4, 33), "output_size=33 .* use at most 32"),
        (
            lambda: plots.half_pixel_picture(4, 8, align_corners="both"),
            "align_corners='both' .* None for both",
        ),
        (lambda: plots.weights_picture([1, 2]), r"matrix.shape=\(2,\) has 1 axis; give 2"),
        (lambda: plots.weights_picture(np.ones((2, 60))), r"matrix.shape=\(2, 60\) is too large"),
        (lambda: plots.weights_picture([[1, float("nan")]]), "matrix=.*nan.* is not finite"),
        (lambda: plots.weights_picture([["a"]]), "matrix=.* real numbers"),
        (
            lambda: plots.pooling_picture(np.ones((2, 2, 2)), 2),
            "x.shape=.* has 3 axes; give 1 or 2",
        ),
        (lambda: plots.pooling_picture([1, 2], 3), r"x.shape=\(2,\) is too small"),
        (lambda: plots.pooling_picture([1, 2], 0), "kernel_size=0"),
        (
            lambda: plots.pooling_picture([1, 2], 2, values=[1, 2]),
            r"values.shape=\(2,\) is not the pooled shape; give \(1,\)",
        ),
        (lambda: plots.shuffle_picture(4, 4), "upscale_factor=4 .* at most 3"),
        (lambda: plots.shuffle_picture(5, 2), "channels.shape=.* holds 5 maps; give a multiple"),
        (lambda: plots.shuffle_picture(27, 3), "channels=27 .* at most 26"),
        (lambda: plots.shuffle_picture([[1, 2]], 1), "channels.shape="),
    ],
)
def test_refusals_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
