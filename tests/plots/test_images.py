"""Pictures of pixels: each pixel is drawn as it is, whole and hard, on one range of values."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lib import plots
from lib.plots.images import _SIGNED, PX, _colours

RNG = np.random.default_rng(0)


def pasted(picture):
    """[(pixels, (x, y) of the corner, (width, height) of a pixel)], in screen pixels."""
    found = []
    for tag in re.findall(r"<image[^>]*>", picture.svg):
        with Image.open(BytesIO(b64decode(re.search('base64,([^"]*)', tag).group(1)))) as image:
            pixels = np.asarray(image)
        a, b, c, d, x, y = map(float, re.search(r"matrix\(([^)]*)\)", tag).group(1).split())
        assert b == c == 0
        width, height = (
            float(re.search(f' {name}="([^"]*)"', tag).group(1)) for name in ("width", "height")
        )
        found.append(
            (
                pixels,
                np.array([x, y]) / PX,
                np.array([a * width / pixels.shape[1], d * height / pixels.shape[0]]) / PX,
            )
        )
    return found


def test_pixels_are_the_values():
    values = RNG.random((5, 7))
    ((pixels, _, _),) = pasted(plots.pictures(values))
    assert pixels.shape == (5, 7)
    np.testing.assert_array_equal(pixels, np.round(255 * values))


def test_one_range_for_all_and_the_rest_clipped():
    picture = plots.pictures([np.array([[0.0, 4.0]]), np.array([[2.0, 1.0]])], range=(1, 3))
    first, second = (pixels for pixels, _, _ in pasted(picture))
    assert first.tolist() == [[0, 255]] and second.tolist() == [[128, 0]]
    assert "Black is 1, white 3; 2 of 4 values lie outside" in picture.alt
    assert "lie outside" not in plots.pictures(np.eye(3)).alt


def test_signed_values_have_white_at_zero():
    picture = plots.pictures(np.array([[-1.0, 0.0, 1.0]]), range=(-1, 1))
    pixels, _, _ = pasted(picture)[0]
    assert pixels.tolist() == [[_SIGNED[0].tolist(), [255, 255, 255], _SIGNED[-1].tolist()]]
    assert len(pasted(picture)) == 2, "picture and scale bar"
    assert "Blue is −1, white 0, orange 1" in picture.alt


def test_signed_map_in_grey():
    """From 0 outwards it only gets darker, and the ends differ in grey."""
    grey = _colours(np.linspace(-1, 1, 101)[np.newaxis], -1, 1)[0] @ [0.299, 0.587, 0.114]
    assert (np.diff(grey[:51]) > 0).all() and (np.diff(grey[50:]) < 0).all()
    assert grey[-1] - grey[0] > 60


@pytest.mark.parametrize("shape", [(3, 3), (8, 5), (28, 28), (100, 130), (256, 256)])
@pytest.mark.parametrize("count", [1, 2])
def test_pixels_are_whole_on_the_screen(shape, count):
    picture = plots.pictures([RNG.random(shape)] * count, titles=["a title"] * count)
    for pixels, corner, side in pasted(picture):
        assert pixels.shape == shape
        np.testing.assert_allclose(side, np.round(side), atol=0.02)
        assert side[0] == pytest.approx(side[1], abs=0.02) and round(side[0]) >= 1
        np.testing.assert_allclose(corner, np.round(corner), atol=0.02)
    assert picture.svg.count("image-rendering:pixelated") == count


def test_scale_is_the_pixels_side():
    for _, _, side in pasted(plots.pictures([np.eye(4), np.eye(9)], scale=5)):
        np.testing.assert_allclose(side, 5, atol=0.02)


def test_small_and_large_pictures_become_equally_large():
    found = pasted(plots.pictures([np.eye(4), np.eye(8), np.eye(16)]))
    assert len({round(pixels.shape[0] * side[0]) for pixels, _, side in found}) == 1


def test_columns():
    images = [np.full((4, 4), i / 7) for i in range(7)]
    for columns, wanted in ((4, [4, 3]), (3, [3, 3, 1]), (1, [1] * 7), (7, [7])):
        corners = [corner for _, corner, _ in pasted(plots.pictures(images, columns=columns))]
        heights = [round(y) for _, y in corners]
        assert [heights.count(y) for y in sorted(set(heights))] == wanted
        order = [(round(y), round(x)) for x, y in corners]
        assert order == sorted(order), "reading order"


def test_rows_with_a_gap():
    picture = plots.pictures(
        [[np.eye(4), None], [np.eye(4), np.eye(4)]],
        titles=["left", "right"],
        row_labels=["above", "below"],
    )
    assert len(pasted(picture)) == 3
    assert "Columns: left, right. Rows: above, below." in picture.alt


def test_arrays_count_as_lists():
    stack = RNG.random((2, 3, 4, 4))
    assert plots.pictures(stack).svg == plots.pictures([list(row) for row in stack]).svg
    assert plots.pictures(stack[0]).svg == plots.pictures(list(stack[0])).svg
    assert plots.pictures(stack[0, 0]).svg == plots.pictures([stack[0, 0]]).svg


def test_alt_tells_the_values():
    alt = plots.pictures([np.eye(2), np.zeros((2, 2))], titles=["eye", "none"]).alt
    assert "eye: 0 to 1, mean 0.5; none: 0 to 0, mean 0." in alt


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: plots.pictures([]), "images="),
        (lambda: plots.pictures([None]), "images="),
        (lambda: plots.pictures(np.ones(4)), "images"),
        (lambda: plots.pictures(np.ones((1, 1, 1, 2, 2))), "images.shape"),
        (lambda: plots.pictures([np.ones((0, 4))]), "images"),
        (lambda: plots.pictures([[[1, np.nan]]]), "images=.*nan.* finite"),
        (lambda: plots.pictures([np.array([["a"]])]), "images"),
        (lambda: plots.pictures([np.eye(2), [np.eye(2)]]), "images.*mixes"),
        (lambda: plots.pictures(np.eye(2), range=(1, 0)), "range="),
        (lambda: plots.pictures(np.eye(2), range=(-1, 2)), "range=.*-a, a"),
        (lambda: plots.pictures(np.eye(2), range=3), "range=3"),
        (lambda: plots.pictures([np.eye(2)] * 2, titles=["a"]), "titles="),
        (lambda: plots.pictures([[np.eye(2)]], row_labels=["a", "b"]), "row_labels="),
        (lambda: plots.pictures([[np.eye(2)]], columns=1), "columns=1"),
        (lambda: plots.pictures([np.eye(2)] * 4, columns=0), "columns=0"),
        (lambda: plots.pictures(np.eye(2), scale=1.5), "scale=1.5"),
        (lambda: plots.pictures(np.eye(2), scale=0), "scale=0"),
        (lambda: plots.pictures([np.eye(400)] * 2, columns=2), "columns=2 .* fewer in a row"),
        (lambda: plots.pictures(np.eye(100), scale=7), "smaller scale"),
    ],
)
def test_refusals_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
