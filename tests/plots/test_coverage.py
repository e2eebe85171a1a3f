"""Coverage and spectra: the counts and peaks that are drawn are those of ``lib.ops``."""

import re

import numpy as np
import pytest

from lib import ops, plots
from lib.plots import _theme
from lib.plots.coverage import _ink, _interior, _share

RNG = np.random.default_rng(0)


def texts(picture):
    return [text.get_text() for text in picture.figure.axes[0].texts]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("kernel_size", [1, 3, 4])
def test_the_line_says_the_counts(stride, padding, dilation, kernel_size):
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    counts = ops.overlap_count(6, kernel_size, **options)
    alt = plots.coverage_picture(6, kernel_size, **options).alt
    said = re.search(r"touched ([\d, …]+) times", alt).group(1)
    assert said.split(", ")[:20] == [str(c) for c in counts][:20]


@pytest.mark.parametrize("kernel_size", range(1, 7))
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("dilation", [1, 2])
def test_the_interior_holds_all_cells_that_no_edge_can_reach(
    kernel_size, stride, padding, dilation
):
    size, reach = 12, dilation * (kernel_size - 1) + 1
    axis = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    if stride * (size - 1) + reach <= 2 * padding:
        return
    counts = ops.overlap_count(size, **axis)
    first, last = _interior(counts, axis)
    assert first <= max(0, reach - 1 - padding)
    assert last >= min(len(counts) - 1, stride * (size - 1) - padding)
    inner = counts[first : last + 1]
    assert (inner[stride:] == inner[:-stride]).all()
    # Either of the next cells breaks the pattern, where there is one.
    for cell, same in ((first - 1, first - 1 + stride), (last + 1, last + 1 - stride)):
        if 0 <= cell < len(counts):
            assert counts[cell] < counts[same]


def test_too_few_stamps_have_no_interior():
    assert "No cell is far enough" in plots.coverage_picture(2, 5).alt
    assert "no interior: every cell is near an edge" in texts(plots.coverage_picture(2, 5))


def test_even_and_uneven_interiors_are_told_apart():
    assert "every count is 2" in plots.coverage_picture(6, 4, stride=2).alt
    assert "every count is 4" in plots.coverage_picture((4, 4), 4, stride=2).alt
    assert "the counts 1, 2 repeat" in plots.coverage_picture(6, 3, stride=2).alt
    assert "1, 2; 2, 4: a checkerboard" in plots.coverage_picture((4, 4), 3, stride=2).alt
    assert ": stripes." in plots.coverage_picture((6, 6), (4, 3), stride=2).alt


def test_every_count_is_written_where_there_is_room():
    counts = ops.overlap_count((4, 5), 3, stride=2)
    written = sorted(t for t in texts(plots.coverage_picture((4, 5), 3, stride=2)) if t.isdigit())
    rows, columns = ops.overlap_count(4, 3, stride=2), ops.overlap_count(5, 3, stride=2)
    assert written == sorted(map(str, [*counts.flat, *rows, *columns]))


def test_layers_say_the_paths():
    layers = [dict(kernel_size=3, stride=2)] * 2
    written = [t for t in texts(plots.coverage_picture(4, layers=layers)) if t.isdigit()]
    wanted = [1] * 4 + [*ops.stacked_overlap(4, layers[:1]), *ops.stacked_overlap(4, layers)]
    assert written == [str(count) for count in wanted]
    alt = plots.coverage_picture(4, layers=[dict(kernel_size=4, stride=2, padding=1)] * 2).alt
    assert "Layer 2 (kernel 4, stride 2, padding 1), 16 cells: 4 everywhere in the middle" in alt


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("most", [1, 2, 3, 4, 9, 25, 100])
def test_counts_are_readable_on_their_shades(most, theme):
    def channels(token):
        colour = _theme.TOKENS[token][theme]
        return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])

    def luminance(rgb):
        v = rgb / 255
        return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4) @ [
            0.2126,
            0.7152,
            0.0722,
        ]

    shares = [_share(count, most) for count in range(most + 1)]
    assert shares[0] == 0 and shares[-1] == 1 and (np.diff(shares) > 0).all()
    for count, share in enumerate(shares):
        ground = (1 - share) * channels("paper") + share * channels("output-line")
        pair = sorted(map(luminance, (ground, channels(_ink(count, most)))))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_spectrum_finds_a_planted_pattern(stride):
    size = 24 * stride
    pattern = np.indices((size, size)).sum(axis=0) % stride == 0
    smooth = np.outer(np.hanning(size), np.hanning(size))
    plain, planted = smooth + 1, smooth + 1 + 0.2 * pattern
    alt = plots.spectrum_picture([plain, planted], stride, labels=["plain", "planted"]).alt
    before, after = alt.split("plain: ")[1].split("planted: ")
    assert "no peak" in before and "a peak" not in before
    assert "times its surroundings" in after or "a lone peak" in after
    assert "no peak" not in after
    for name, picture in (("plain", plain), ("planted", planted)):
        score = ops.checkerboard_score(picture, stride)
        said = re.search(rf"{name}: score ([\de.−]*\d)", alt).group(1).replace("−", "-")
        assert float(said) == pytest.approx(score, rel=0.01, abs=1e-5)


def test_spectrum_sees_what_the_score_sees():
    """The rows that are summed hold every harmonic: a pure checkerboard has no others."""
    board = np.indices((24, 24)).sum(axis=0) % 2 * 2.0 - 1
    assert "a lone peak at 1/2" in plots.spectrum_picture(board, 2).alt
    # Brightness and cells beyond a multiple of the stride change nothing.
    picture = RNG.random((3, 25, 25))
    assert (
        plots.spectrum_picture(picture, 2).alt
        == plots.spectrum_picture(8 * picture[:, :24, :24], 2).alt
    )


def test_spectrum_of_nothing():
    assert "score 0, no peak" in plots.spectrum_picture(np.zeros((24, 24)), 2).alt
    assert "score 0, no peak" in plots.spectrum_picture(np.ones((2, 1, 24, 24)), 2).alt


LAYER = dict(kernel_size=3, stride=2)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: plots.coverage_picture(4), "kernel_size=None"),
        (lambda: plots.coverage_picture(0, 3), "size=0"),
        (lambda: plots.coverage_picture(4, 3, stride=0), "stride=0"),
        (lambda: plots.coverage_picture(4, 3, output_padding=1), "output_padding=1"),
        (lambda: plots.coverage_picture(1, 2, padding=1), "size"),
        (lambda: plots.coverage_picture(100, 3, stride=2), "size='201' is an output too large"),
        (lambda: plots.coverage_picture((60, 60), 3), "size='62 × 62' is .* at most"),
        (lambda: plots.coverage_picture(4, 3, layers=[LAYER]), "kernel_size=3 .* beside layers"),
        (lambda: plots.coverage_picture(4, stride=2, layers=[LAYER]), "stride=2 .* beside layers"),
        (lambda: plots.coverage_picture(4, layers=[]), r"layers=\[\]"),
        (lambda: plots.coverage_picture(4, layers=[dict(stride=2)]), "kernel_size"),
        (
            lambda: plots.coverage_picture(4, layers=[dict(kernel_size=3, pad=1)]),
            "unknown key 'pad'",
        ),
        (lambda: plots.coverage_picture((2, 2, 2), layers=[LAYER]), "layers.* has 3 axes; use one"),
        (lambda: plots.spectrum_picture(np.ones(24), 2), "pictures.shape"),
        (lambda: plots.spectrum_picture(np.ones((24, 24)), 1), "stride=1"),
        (lambda: plots.spectrum_picture(np.ones((24, 24)), (2, 1)), "stride="),
        (lambda: plots.spectrum_picture(np.ones((8, 8)), 2), "pictures.shape"),
        (lambda: plots.spectrum_picture(np.full((24, 24), np.nan), 2), "pictures"),
        (lambda: plots.spectrum_picture([np.ones((24, 24))] * 7, 2), "at most 6"),
        (lambda: plots.spectrum_picture([np.ones((24, 24))] * 2, 2, labels=["a"]), "labels"),
        (lambda: plots.spectrum_picture([], 2), "pictures"),
    ],
)
def test_refusals_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
