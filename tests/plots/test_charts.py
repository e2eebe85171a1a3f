"""Curves and seeds: what is said and drawn is what was given."""

import numpy as np
import pytest

from lib import plots
from lib.plots import _axes, seeds

# Curves


def test_lines_say_ends_and_extremes():
    alt = plots.lines(
        [3, 1, 2], [[2, 3, 1]], labels=["a"], xlabel="size", ylabel="score", marks={2: "here"}
    ).alt
    assert alt == (
        "Curves of score against size, from 1 to 3: a: from 3 to 2, least 1 at 2. Marked: 2 (here)."
    )


def test_lines_are_named_at_their_ends_or_in_a_legend():
    def draw(second, name="b"):
        return plots.lines(
            [0, 1], [[0, 1], [0, second]], labels=["a", name], xlabel="x", ylabel="y"
        ).figure

    assert not draw(2).legends and len(draw(2).axes[0].texts) == 2
    for figure in (draw(1.01), draw(2, "a name too long to stand beside the end of its curve")):
        assert figure.legends and not figure.axes[0].texts


def test_six_curves_differ_without_colour():
    looks = {(str(dash), marker) for _, dash, marker in _axes.CURVES}
    assert len(looks) == len(_axes.CURVES) == 6


# Seeds


def test_seeds_picture_says_mean_and_range():
    alt = plots.seeds_picture(
        ["a", "b"],
        panels=[
            ("error", {"a": [0.014, 0.0148], "b": [0.5]}, {"unit": "mm", "better": "lower"}),
            ("count", {"b": [1_200_000]}),
        ],
    ).alt
    assert alt == (
        "Error (mm, lower is better): a, 0.0144 (0.0140 to 0.0148); b, 0.5. "
        "Count: b, 1,200,000. Ranges in brackets."
    )


@pytest.mark.parametrize(
    "values, said",
    [
        ([1, 2, 3], "2 (1 to 3)"),
        ([4, 5], "4.50 (4.00 to 5.00)"),
        ([0.95312, 0.95318], "0.95315 (0.95312 to 0.95318)"),
        ([12.3, 14.5], "13.4 (12.3 to 14.5)"),
        ([0, 0.03], "0.0150 (0 to 0.0300)"),
        ([-1.5, -1.0], "−1.25 (−1.50 to −1.00)"),
        ([1e6, 2e6], "1,500,000 (1,000,000 to 2,000,000)"),
        ([1e-7, 3e-7], "2e−07 (1e−07 to 3e−07)"),
        ([999.5, 1000.7], "1,000 (1,000 to 1,001)"),
        ([0, 0, 0], "0"),
    ],
)
def test_mean_and_range(values, said):
    assert seeds._mean_and_range(np.array(values, float)) == said


def test_seeds_picture_in_brief_names_best_worst_and_overlap():
    groups = [f"upsampler number {i}" for i in range(6)]
    numbers = {name: [i + 1, i + 2.5] for i, name in enumerate(groups)}
    panels = [
        (f"measure {p}", numbers, {"better": better})
        for p, better in enumerate(["lower", "higher", "lower"])
    ]
    alt = plots.seeds_picture(groups, panels=panels).alt
    first = "upsampler number 0, 1.75 (1.00 to 2.50)"
    last = "upsampler number 5, 6.75 (6.00 to 7.50)"
    assert f"Measure 0 (lower is better): from {first}, to {last}; 1 of 5 others overlap" in alt
    assert f"Measure 1 (higher is better): from {last}, to {first}; 1 of 5 others overlap" in alt


def test_seeds_picture_has_one_dot_a_seed():
    picture = plots.seeds_picture(
        ["a", "b"],
        panels=[("p", {"a": [1, 2, 4], "b": [3]}), ("q", {"a": [0, 0.1]}, {"log": True})],
    )
    x, _ = picture.figure.axes[0].lines[0].get_data()
    assert len(x) == 6
    low, middle, high, other = x[0], x[1], x[2], x[3]
    assert other - low == pytest.approx(2 * (middle - low)) == pytest.approx(2 * (high - other))


# What is refused


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: plots.lines([1], [[1, 2]], labels=["a"], xlabel="", ylabel=""),
            r"series.shape=\[\(2,\)\] .* shape \(1,\)",
        ),
        (
            lambda: plots.lines([1], [], labels=[], xlabel="", ylabel=""),
            r"series=\[\] has 0 curves; give 1 to 6",
        ),
        (
            lambda: plots.lines([1], [[1]], labels=[], xlabel="", ylabel=""),
            r"labels=\[\] does not name 1 curve",
        ),
        (lambda: plots.lines([1], [[0]], labels=["a"], xlabel="", ylabel="", log=True), "log=True"),
        (
            lambda: plots.lines([[1]], [[1]], labels=["a"], xlabel="", ylabel=""),
            "x.shape=.* has 2 axes; give 1",
        ),
        (lambda: plots.seeds_picture([], panels=[]), "groups="),
        (lambda: plots.seeds_picture(["a"], panels=[]), "panels=.* is empty"),
        (lambda: plots.seeds_picture(["a"], panels=[("p",)]), "panels=.* is not a panel"),
        (
            lambda: plots.seeds_picture(["a"], panels=[("p", {"b": [1]})]),
            r"panels\['p'\]=\['b'\] .* give some of",
        ),
        (
            lambda: plots.seeds_picture(["a"], panels=[("p", {"a": []})]),
            r"panels\['p'\]\['a'\].* holds no number",
        ),
        (
            lambda: plots.seeds_picture(["a"], panels=[("p", {"a": [1]}, {"best": 1})]),
            r"panels\['p'\]=.* options",
        ),
        (
            lambda: plots.seeds_picture(["a"], panels=[("p", {"a": [-1]}, {"log": True})]),
            r"panels\['p'\]=-1.0 .* 0 or more",
        ),
        (
            lambda: plots.seeds_picture(["a" * 90], panels=[("p", {"a" * 90: [1]})]),
            "groups=.* give shorter ones",
        ),
    ],
)
def test_refusals_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
