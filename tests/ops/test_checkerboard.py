"""The two instruments: they fire where they must and are silent where they must be.

The networks' side of this is in tests/nets/test_ripple.py.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import data, ops


def periodic(stride, axes, rng):
    """A tile of that period with mean 0 and rms 1."""
    tile = rng.standard_normal((stride,) * axes)
    return (tile - tile.mean()) / tile.std()


def spread(tile, size):
    """The tile, repeated over an array with ``size`` cells on every axis."""
    times = [-(-size // n) for n in tile.shape]
    return np.tile(tile, times)[tuple(slice(size) for _ in tile.shape)]


# ------------------------------------------------------------------------------- the formulas


@given(
    stride=st.integers(2, 5),
    axes=st.integers(1, 3),
    amount=st.floats(0.001, 3),
    level=st.floats(0.1, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_pattern_on_a_constant_has_the_score_of_its_rms(stride, axes, amount, level, seed):
    tile = periodic(stride, axes, np.random.default_rng(seed))
    picture = level + amount * spread(tile, {1: 12, 2: 8, 3: 6}[axes] * stride)
    expected = amount / np.hypot(level, amount)
    assert ops.checkerboard_score(picture, stride) == pytest.approx(expected, rel=1e-9)
    assert ops.ripple(picture) == pytest.approx(expected, rel=1e-9)


@given(scale=st.floats(1e-200, 1e200), stride=st.integers(2, 4), seed=st.integers(0, 2**32 - 1))
def test_scaling_a_picture_changes_nothing(scale, stride, seed):
    rng = np.random.default_rng(seed)
    picture = rng.random((48, 48))
    for measure in (lambda x: ops.checkerboard_score(x, stride), ops.ripple):
        assert measure(scale * picture) == pytest.approx(measure(picture), rel=1e-6, abs=1e-12)
        assert measure(-picture) == pytest.approx(measure(picture), rel=1e-6, abs=1e-12)


@given(shift=st.integers(0, 5), stride=st.integers(2, 4))
def test_the_score_does_not_depend_on_where_the_pattern_starts(shift, stride):
    rng = np.random.default_rng(stride)
    picture = 1 + spread(periodic(stride, 2, rng), 60)
    moved = np.roll(picture, (shift, 1), axis=(0, 1))
    assert ops.checkerboard_score(moved, stride) == pytest.approx(
        ops.checkerboard_score(picture, stride), rel=1e-9
    )


def test_the_ripple_is_a_coefficient_of_variation_over_rms():
    y = np.array([[1.0, 2.0], [2.0, 4.0]])  # what a 3×3 kernel of ones at stride 2 makes
    assert ops.ripple(y) == pytest.approx(np.sqrt(1.1875 / 6.25))
    assert ops.ripple(np.pad(y, 3, constant_values=9), margin=3) == ops.ripple(y)
    assert ops.ripple(np.zeros((3, 3))) == 0.0


def test_maps_are_pooled_each_about_its_own_mean():
    maps = np.array([[[[1.0, 1], [1, 1]]], [[[2.0, 4], [4, 2]]]])
    assert ops.layer_ripple(maps) == pytest.approx(np.sqrt(0.5 / 5.5))
    rng = np.random.default_rng(0)
    one = rng.random((1, 1, 24, 24))
    for measure in (ops.layer_ripple, lambda x: ops.layer_checkerboard_score(x, 2)):
        assert measure(np.repeat(one, 5, axis=0)) == pytest.approx(measure(one))


def test_the_windowed_power_of_a_wave_is_its_amplitude_squared():
    t = np.arange(48)
    for period in (2, 3, 4, 6):
        wave = 0.7 * np.cos(2 * np.pi * t / period)
        power = ops.window_power(np.tile(wave, (3, 1))[:, np.newaxis])
        amplitude = 0.7 if period == 2 else 0.35
        assert power[48 // period] == pytest.approx(amplitude**2)


# ------------------------------------------------------------------------------ where they fire


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("amount", [0.01, 0.03, 0.1, 0.3])
def test_the_score_reads_a_pattern_planted_in_a_photograph(stride, amount):
    photo = data.photograph(256)
    pattern = spread(periodic(stride, 2, np.random.default_rng(1)), 256)
    expected = amount / np.sqrt(np.mean(photo**2) + amount**2)
    assert ops.checkerboard_score(photo + amount * pattern, stride) == pytest.approx(
        expected, rel=0.15
    )
    multiplied = photo * (1 + amount * pattern)
    assert ops.checkerboard_score(multiplied, stride) > 0.7 * amount


def test_the_score_grows_with_the_pattern():
    photo, pattern = data.photograph(128), spread(periodic(2, 2, np.random.default_rng(2)), 128)
    scores = [
        ops.checkerboard_score(photo + a * pattern, 2) for a in (0, 0.01, 0.02, 0.05, 0.1, 0.5)
    ]
    assert scores == sorted(scores) and scores[0] < 0.01 and scores[-1] > 0.5


@pytest.mark.parametrize("kernel, stride", [(3, 2), (5, 2), (4, 3), (5, 4), (2, 3)])
def test_uneven_overlap_shows_in_a_photograph(kernel, stride):
    photo = data.photograph(64)
    y = ops.conv_transpose(photo, np.ones((kernel, kernel)), stride=stride)
    assert ops.checkerboard_score(y, stride) > 0.15


# ---------------------------------------------------------------------------- where they are silent


def natural():
    yield from ((f"photograph {size}", data.photograph(size)) for size in (256, 128, 64))
    yield from data.other_pictures().items()


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize(
    "name, picture", list(natural()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_natural_pictures_do_not_fire(name, picture, stride):
    assert ops.checkerboard_score(picture, stride) < 0.01


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_digits_do_not_fire_when_they_are_pooled(stride):
    digits = data.mnist().test_images[:, np.newaxis] / 255
    assert ops.layer_checkerboard_score(digits, stride) < 0.01


@pytest.mark.parametrize("kernel, stride", [(2, 2), (4, 2), (6, 2), (3, 3), (6, 3), (4, 4), (8, 4)])
def test_even_overlap_and_its_edge_ramp_do_not_fire(kernel, stride):
    count = ops.overlap_count((20, 20), kernel, stride=stride)
    assert ops.checkerboard_score(count, stride) < 1e-9
    assert ops.ripple(count, margin=kernel) == 0.0


@pytest.mark.parametrize("at", range(20, 29))
@pytest.mark.parametrize("width", [0, 1, 2, 3, 5])
def test_edges_and_ramps_inside_a_picture_do_not_fire(at, width):
    profile = np.interp(np.arange(48), [at, at + width + 1e-9], [0.2, 1.0])
    picture = np.outer(np.ones(48), profile)
    for stride in (2, 3, 4):
        assert ops.checkerboard_score(picture, stride) < 0.01
        assert ops.checkerboard_score(profile, stride) < 0.01


@pytest.mark.parametrize(
    "stride, periods", [(2, (3, 5, 7, 9)), (3, (2, 4, 5, 7, 8)), (4, (3, 5, 6, 7, 9))]
)
def test_texture_at_another_period_does_not_fire(stride, periods):
    for period in periods:
        sine = np.cos(2 * np.pi * np.arange(96) / period)
        texture = 1 + 0.5 * np.add.outer(sine, sine)
        assert ops.checkerboard_score(texture, period) > 0.2
        assert ops.checkerboard_score(texture, stride) < 0.02


def test_a_period_that_divides_the_stride_does_fire():
    # One of the limits that the chapter teaches: a stride-4 layer repeats every 2 cells as well.
    board = 1 + 0.5 * (-1.0) ** np.indices((48, 48)).sum(axis=0)
    assert ops.checkerboard_score(board, 4) == pytest.approx(ops.checkerboard_score(board, 2))
    assert ops.checkerboard_score(board, 3) < 1e-9


def test_a_pattern_that_changes_sign_is_missed():
    # Another limit: modulated by a slow wave, the line moves to its two sides.
    t = np.arange(96)
    slow = np.cos(2 * np.pi * t * 4 / 96)
    picture = 1 + 0.3 * slow * (-1.0) ** t
    assert ops.checkerboard_score(picture, 2) < 0.01
    assert ops.checkerboard_score(np.abs(picture - 1) + 1, 2) < 0.01


# -------------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: ops.checkerboard_score(np.ones((12, 12)), 1),
            "stride=1 has nothing that could repeat; use 2 or more.",
        ),
        (
            lambda: ops.checkerboard_score(np.ones((11, 11)), 2),
            "is too small for stride=2; give each axis at least 6 times its stride.",
        ),
        (lambda: ops.checkerboard_score(np.ones((2, 2, 2, 2)), 2), "use 1, 2 or 3 axes"),
        (lambda: ops.checkerboard_score(np.full((12, 12), np.nan), 2), "leave out inf and nan"),
        (lambda: ops.checkerboard_score(np.ones((12, 12), complex), 2), "use real numbers"),
        (lambda: ops.checkerboard_score([["a"]], 2), "does not hold numbers"),
        (lambda: ops.layer_checkerboard_score(np.ones((12, 12)), 2), r"use (N, C, *L)"),
        (lambda: ops.layer_ripple(np.ones((0, 1, 3))), "has an empty axis"),
        (lambda: ops.ripple(np.ones(4), margin=2), "margin=2 leaves no cell of (4,)"),
        (lambda: ops.ripple(np.ones(4), margin=-1), "margin=-1 is too small"),
        (lambda: ops.ripple(np.ones(4), margin=0.5), "margin=0.5 is not made of whole numbers"),
    ],
)
def test_refusals_say_what_would_do(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
