"""The pictures that matplotlib brings along."""

import numpy as np
import pytest

from lib.data import other_pictures, photograph, pictures


@pytest.mark.parametrize("size", [512, 256, 128, 64, 32, 1])
def test_photograph_is_square_and_from_0_to_1(size):
    picture = photograph(size)
    assert picture.shape == (size, size)
    assert picture.dtype == np.float64
    assert 0 <= picture.min() <= picture.max() <= 1


def test_photograph_is_whole_by_default():
    np.testing.assert_array_equal(photograph(), photograph(512))


def test_smaller_photographs_are_means_over_squares():
    whole, small = photograph(), photograph(128)
    assert small[3, 100] == pytest.approx(whole[12:16, 400:404].mean(), abs=1e-12)
    assert small.mean() == pytest.approx(whole.mean(), abs=1e-12)


@pytest.mark.parametrize("size", [64, 512])
def test_equal_greys_are_equal_numbers(size):
    # Sums of whole numbers, divided once: what is equal stays so on every processor.
    whole = 255_000 * (512 // size) ** 2
    photo = photograph(size)
    assert (np.rint(photo * whole) / whole == photo).all()


def test_photograph_shows_the_portrait():
    """Dark jacket, bright face, mid-grey background; JPEG decoders differ a little."""
    picture = photograph(64)
    jacket, face, background = picture[52:56, 12:16], picture[26:28, 32:34], picture[5:9, 55:60]
    assert jacket.mean() < 0.15 < background.mean() < face.mean()
    assert face.mean() > 0.6


@pytest.mark.parametrize("size", [0, -1, 3, 100, 513, 1024, 2.0, "64", True])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ValueError, match=f"size={size!r}"):
        photograph(size)


def test_other_pictures():
    found = other_pictures()
    shapes = {name: picture.shape for name, picture in found.items()}
    assert shapes == {"mountains": (344, 403), "coast": (91, 120), "head": (256, 256)}
    for picture in found.values():
        assert picture.dtype == np.float64
        assert (picture.min(), picture.max()) == (0, 1)


def test_missing_matplotlib_is_named(monkeypatch):
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install matplotlib"):
        photograph()
