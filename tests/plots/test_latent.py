"""The figures of codes: what they say is what they were given, and they fit the page."""

import numpy as np
import pytest

from lib import plots


def test_plane_picture_says_the_middle_of_each_class():
    points, labels = [[0, 0], [2, 4], [1, 2], [-1, 5]], [7, 7, 7, 2]
    alt = plots.plane_picture(points, labels).alt
    assert "2 at (−1, 5); 7 at (1, 2)" in alt and alt.startswith("4 points")


@pytest.mark.parametrize("stretch", [(1, 1), (1, 100), (100, 1), (1e-6, 1e-6), (1e6, 1e3)])
def test_plane_picture_fits_the_page(stretch):
    points = np.random.default_rng(0).normal(size=(30, 2)) * stretch
    picture = plots.plane_picture(points, np.arange(30) % 10)
    assert picture.figure.get_size_inches()[0] <= 7.06


def test_plane_picture_draws_every_label_once():
    svg = plots.plane_picture(np.random.default_rng(0).normal(size=(30, 2)), [8] * 30).svg
    assert svg.count("<use") >= 30


@pytest.mark.parametrize(
    "points, labels, says",
    [
        ([[1, 2, 3]], [1], r"points.shape=\(1, 3\) .* give \(N, 2\)"),
        ([[1, np.nan]], [1], "points=nan is not finite"),
        ([[1, 2]], [1, 2], "labels=.* give a digit"),
        ([[1, 2]], [10], "give a digit"),
    ],
)
def test_plane_picture_refuses(points, labels, says):
    with pytest.raises(ValueError, match=says):
        plots.plane_picture(points, labels)


@pytest.mark.parametrize("sizes", [[1, 2], [1, 4, 9, 20, 24, 28], [100, 200], [3] * 8])
def test_reach_picture_fits_the_page(sizes):
    picture = plots.reach_picture(sizes, steps=["k = 4, s = 2"] * (len(sizes) - 1))
    assert picture.figure.get_size_inches()[0] <= 7.06


@pytest.mark.parametrize(
    "sizes, steps, says",
    [
        ([1], [], "give 2 to 8"),
        ([1, 0], ["k"], "whole numbers"),
        ([1, 2.5], ["k"], "whole numbers"),
        ([1, 2], [], r"steps=\[\] does not name 1 layer; give 1 string"),
        ([400, 400], ["k"], "is too much for a page"),
    ],
)
def test_reach_picture_refuses(sizes, steps, says):
    with pytest.raises(ValueError, match=says):
        plots.reach_picture(sizes, steps=steps)
