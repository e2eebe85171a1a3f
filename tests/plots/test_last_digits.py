"""What differs by rounding is drawn and said alike: processors round differently."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lib import plots
from lib.plots import _theme

# Relative errors of the size of rounding, and somewhat larger.
NOISE = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).uniform(-1, 1, 64))


@given(NOISE)
def test_grey_half_way_between_two_levels_is_drawn_alike(noise):
    half = (np.arange(64) + 0.5).reshape(8, 8) / 255
    other = half * (1 + 1e-15 * noise.reshape(8, 8))
    assert plots.pictures([half]).svg == plots.pictures([other]).svg


@given(NOISE)
def test_values_outside_by_less_than_is_seen_are_not_counted(noise):
    inside = np.where(np.arange(64).reshape(8, 8) % 2, 1.0, 0.0)
    alt = plots.pictures([inside + 1e-9 * noise.reshape(8, 8)]).alt
    assert "outside" not in alt
    inside[0, :3] = -0.51 / 255, 1 + 0.51 / 255, -0.49 / 255
    assert "2 of 64 values lie outside" in plots.pictures([inside]).alt


@given(NOISE)
def test_of_equal_extremes_the_first_is_named(noise):
    x = np.arange(9.0)
    wave = np.array([0, 1, 0, -1, 0, 1, 0, -1, 0.0])
    for values in (wave, wave * (1 + 1e-15 * noise[:9])):
        alt = plots.lines(x, [values], labels=["a"], xlabel="x", ylabel="y").alt
        assert "least −1 at 3, most 1 at 1" in alt


def test_a_zero_has_no_sign_in_a_drawing():
    svg = '<path d="M -0 5L 1 -0L -0.5 -0.004z" transform="translate(-0 2)"/>'
    assert _theme._smaller(svg) == (
        '<path d="M 0 5L 1 0L -0.5 -0.004z" transform="translate(0 2)"/>'
    )


def test_names_in_a_drawing_are_numbers_in_order():
    svg = '<clipPath id="p0123456789"/><use id="m0123456789" clip-path="url(#p0123456789)"/>'
    assert _theme._smaller(svg) == '<clipPath id="p0"/><use id="m1" clip-path="url(#p0)"/>'
