"""The figures: valid, the same every time, readable in both themes, and true in words."""

import doctest
import hashlib
import importlib
import io
import pkgutil
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_svg import RendererSVG

from lib import ops, plots
from lib.plots import _text, _theme
from lib.plots.matrices import _with_skipped
from tests.plots.plot_examples import EXAMPLES, IMAGE, KERNEL

NAMES = list(EXAMPLES)


@pytest.fixture(scope="module")
def pictures():
    return {name: draw() for name, draw in EXAMPLES.items()}


def digest(pictures):
    text = "".join(pictures[name].svg for name in NAMES)
    return hashlib.sha256(text.encode()).hexdigest()


# What every picture is


def test_every_public_function_has_an_example():
    used = {name.split()[0] for name in NAMES}
    assert used == set(plots.__all__) - {"Picture"}


@pytest.mark.parametrize("name", NAMES)
def test_picture(name, pictures):
    picture = pictures[name]
    root = ElementTree.fromstring(picture.svg)
    assert root.tag.endswith("svg") and root.get("aria-label") == picture.alt
    assert 40 <= len(picture.alt) <= 600 and "\n" not in picture.alt
    assert picture.alt[0].isupper() or picture.alt[0].isdigit()
    assert len(picture.svg) < 150_000
    width, height = picture.figure.get_size_inches()
    assert width <= 7.06, "wider than a page column"
    # Every colour is a token: no fixed value is left outside the table of themes.
    drawing = picture.svg.replace(_theme._STYLE, "")
    assert not re.search(r"#[0-9a-f]{6}\b", drawing)
    assert set(re.findall(r"var\(--([\w-]+)\)", picture.svg)) <= set(_theme.TOKENS)
    assert "<text" not in drawing


@pytest.mark.parametrize("name", NAMES)
def test_all_text_lies_inside(name, pictures):
    figure = pictures[name].figure
    # The SVG writer's own measure of text: others round it to whole pixels.
    renderer = RendererSVG(*figure.bbox.size, io.StringIO(), image_dpi=72)
    page = figure.bbox
    with _theme.style():
        for text in figure.findobj(matplotlib.text.Text):
            if text.get_visible() and text.get_text() and not _off_axis(text, figure):
                box = text.get_window_extent(renderer)
                assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1, text.get_text()
                assert page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1, text.get_text()


def _off_axis(text, figure):
    """Whether this is the label of a tick that lies outside the view and is not drawn."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if text in (tick.label1, tick.label2) and not low <= tick.get_loc() <= high:
                    return True
    return False


def test_bytes_are_the_same_twice(pictures):
    for name in NAMES[::8]:  # a fresh process draws all of them again
        assert pictures[name].svg == EXAMPLES[name]().svg


def test_bytes_are_the_same_in_a_fresh_process_with_other_settings(pictures):
    code = (
        "import sys, hashlib, matplotlib\n"
        "matplotlib.rcParams.update({'font.size': 20, 'lines.linewidth': 7, 'axes.grid': False,"
        " 'svg.fonttype': 'none', 'axes.facecolor': 'red', 'savefig.bbox': 'tight'})\n"
        "from tests.plots.plot_examples import EXAMPLES\n"
        "text = ''.join(draw().svg for draw in EXAMPLES.values())\n"
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'\n"
        "assert 'torch' not in sys.modules, 'torch'\n"
        "assert matplotlib.rcParams['font.size'] == 20, 'settings changed'\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == digest(pictures)


def test_drawing_changes_no_global_setting():
    before = dict(matplotlib.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.size_staircase(3, stride=2)
        plots.conv_steps([1, 2, 3], [1, 1])
    assert dict(matplotlib.rcParams) == before


def test_notebooks_get_svg_and_words(pictures):
    picture = pictures["hero"]
    assert picture._repr_mimebundle_() == {"image/svg+xml": picture.svg, "text/plain": picture.alt}


def test_saved_file_is_the_svg(tmp_path, pictures):
    file = tmp_path / "hero.svg"
    pictures["hero"].save(file)
    assert file.read_text(encoding="utf-8") == pictures["hero"].svg


# Two themes

# Every pair (text, ground) that the figures use; each has contrast 4.5 or more in both themes.
TEXT_ON = [
    *(
        (text, ground)
        for ground in ("paper", "faint", "input", "output", "kernel")
        for text in ("ink", "muted")
        if (text, ground) != ("muted", "output")
    ),
    *(
        (line, ground)
        for line in ("input-line", "output-line", "kernel-line")
        for ground in ("paper", "faint")
    ),
    *(
        (("on-dark" if tap in (2, 4, 6, 8) else "on-light"), f"tap{tap}")
        for tap in range(_theme.TAPS)
    ),
]


def luminance(colour):
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text, ground", TEXT_ON)
def test_text_is_readable(text, ground, theme):
    assert contrast(_theme.TOKENS[text][theme], _theme.TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_taps_stay_apart_in_grey(theme):
    lightness = sorted(
        116 * luminance(_theme.TOKENS[f"tap{i}"][theme]) ** (1 / 3) - 16 for i in range(_theme.TAPS)
    )
    assert min(np.diff(lightness)) >= 5
    first = sorted(
        116 * luminance(_theme.TOKENS[f"tap{i}"][theme]) ** (1 / 3) - 16 for i in range(3)
    )
    assert min(np.diff(first)) >= 18


def test_light_values_are_all_different():
    values = [light for light, _ in _theme.TOKENS.values()]
    assert len(set(values)) == len(values)


# What the words say, against NumPy


def in_words(array):
    return _text.rows(array)


def test_conv_steps_says_the_numbers(pictures):
    alt = pictures["conv_steps 1-D"].alt
    assert "reads 9, 0, 1, 3, −5, −3, 6." in alt
    assert "Step 1: 1·1 + 4·2 − 1·0 + 0·(−1) = 9." in alt
    for name, options in (
        ("conv_steps 2-D", {}),
        ("conv_steps stride, padding", {"stride": 2, "padding": 1}),
    ):
        assert in_words(ops.conv(IMAGE, KERNEL, **options)) in pictures[name].alt
    assert "ay+bz, ax+by+cz, bx+cy+dz, cx+dy" in pictures["conv_steps letters"].alt


def test_steps_add_up(pictures):
    """Every sum of products in the alt text is right."""
    checked = 0
    for name in NAMES:
        for left, right in re.findall(r"Step \d+: ([^=a-z]+) = (−?[\d.]+)\b", pictures[name].alt):
            plain = left.replace("−", "-").replace("·", "*")
            assert eval(plain) == pytest.approx(float(right.rstrip(".").replace("−", "-")))
            checked += 1
    assert checked >= 20


def test_stamp_steps_says_the_numbers(pictures):
    assert "reads 2, 7, 4, −4, −2, 1." in pictures["stamp_steps 1-D"].alt
    assert "reads 2, 4, 1, 6, −3, 0, −1, −2, 1." in pictures["stamp_steps stride"].alt
    assert "reads ax, ay, az+bx, by, bz." in pictures["stamp_steps letters"].alt
    assert "reads 5, 15, 10; 20, 50, 30; 15, 35, 20." in pictures["stamp_steps 2-D"].alt
    alt = pictures["stamp_steps all"].alt
    kernel = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    options = {"stride": 2, "padding": 1, "output_padding": 1}
    assert in_words(ops.conv_transpose(np.array([[1, 2], [3, 4]]), kernel, **options)) in alt
    assert "canvas of size 5 × 5" in alt and "output of size 4 × 4" in alt


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("output_padding", [0, 1])
def test_stamp_steps_agree_with_the_operator(stride, padding, dilation, output_padding):
    x, kernel = np.array([3, -1, 2, 5]), np.array([1, 2, -3])
    options = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "output_padding": output_padding,
    }
    try:
        expected = ops.conv_transpose(x, kernel, **options)
    except ValueError:
        with pytest.raises(ValueError):
            plots.stamp_steps(x, kernel, **options)
        return
    assert _text.listed(expected, 10) in plots.stamp_steps(x, kernel, **options).alt


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_zero_stuffing_agrees_with_the_operator(stride):
    x, kernel = np.array([3, -1, 2, 5]), np.array([1, 2, -3])
    expected = ops.conv_transpose(x, kernel, stride=stride)
    assert _text.listed(expected, 10) in plots.zero_stuffing_picture(x, kernel, stride=stride).alt


def test_zero_stuffing_counts(pictures):
    alt = pictures["zero_stuffing_picture 2-D"].alt
    # 25 output cells of 9 products; the useful ones are the 4 stamps' products.
    assert f"225 multiplications, {225 - 4 * 9} of them" in alt


def test_matrix_picture_says_the_numbers(pictures):
    alt = pictures["matrix_picture product"].alt
    assert "4 rows and 9 columns" in alt and "First row: 1 2 0 2 1 0 0 0 0." in alt
    y = ops.conv(np.arange(1, 10).reshape(3, 3), np.array([[1, 2], [2, 1]]))
    assert f"it gives {_text.listed(y.ravel())}" in alt
    assert "6 rows and 12 columns" in pictures["matrix_picture source"].alt
    assert "First row: f₁ f₂ f₃ 0 0 0 0 0 0 0 0 0." in pictures["matrix_picture source"].alt
    assert "12 rows and 6 columns" in pictures["matrix_picture transposed"].alt
    assert "ay+bz, ax+by+cz, bx+cy+dz, cx+dy" in pictures["matrix_picture letters"].alt


def test_transposed_matrix_product_with_other_orders():
    kernel, y = np.array([[1, 2], [3, 4]]), np.arange(1, 7).reshape(2, 3)
    picture = plots.matrix_picture(
        kernel, (3, 4), transposed=True, order="column", output_order="row", x=y
    )
    assert _text.listed(ops.conv_transpose(y, kernel).ravel(), 16) in picture.alt


def test_matrix_gallery_sizes(pictures):
    assert "plain: 5 × 7; stride 2: 3 × 7; padding 1: 7 × 7; dilation 2: 3 × 7" in (
        pictures["matrix_gallery 1-D"].alt
    )


@pytest.mark.parametrize(
    "options",
    [
        {"stride": 2, "padding": 1, "dilation": 1},
        {"stride": 3, "padding": 0, "dilation": 2},
        {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)},
    ],
)
def test_crossing_out_leaves_the_matrix(options):
    per_axis = {name: tuple(np.broadcast_to(value, 2)) for name, value in options.items()}
    taps, ghost, _, _ = _with_skipped((2, 3), (5, 6), **per_axis)
    rows, columns = ~ghost.all(axis=1), ~ghost.all(axis=0)
    matrix = ops.conv_matrix_taps((2, 3), (5, 6), **options)
    strided = taps[rows][:, columns]
    assert (strided[: len(matrix)] == matrix).all() or strided.shape == matrix.shape
    assert (strided == matrix).all()


def test_layer_matrix_picture_sizes(pictures):
    alt = pictures["layer_matrix_picture"].alt
    shape = ops.conv_layer_matrix(np.ones((2, 3, 3)), 6).shape
    assert f"{shape[0]} × {shape[1]} entries in 6 blocks of 4 × 6" in alt
    filled = np.count_nonzero(ops.conv_layer_matrix(np.ones((2, 3, 3)), 6))
    assert f"18 weights fill {filled} entries" in alt
    filled = np.count_nonzero(ops.conv_layer_matrix(np.ones((4, 1, 2, 2)), (3, 3), groups=2))
    assert f"fill {filled} entries" in pictures["layer_matrix_picture groups"].alt


def test_direct_and_transposed_says_the_numbers(pictures):
    y = ops.conv(IMAGE, KERNEL, stride=2)
    back = ops.conv_transpose(y, KERNEL, stride=2, output_padding=1)
    alt = pictures["direct_and_transposed 2-D"].alt
    assert in_words(y) in alt and in_words(back) in alt
    assert "It needs output padding 1." in alt
    same = plots.direct_and_transposed([1, 2, 3], [1]).alt
    assert "and so do the values" in same


def test_staircase_says_where_it_comes_back(pictures):
    assert "4, 5, 6 → 1, back to 4; 7, 8, 9 → 2, back to 7" in pictures["size_staircase"].alt


def test_curves_say_the_numbers(pictures):
    assert "x: 0, 0, 1, 0. z: 1, 2, 3." in pictures["signals cells"].alt
    assert "falls from 1 to 0.01" in pictures["loss_and_kernel"].alt
    assert "Target: 1, 2, 1." in pictures["loss_and_kernel"].alt
    assert "zero-stuffing: 144, 4 times the least" in pictures["operation_counts"].alt
    assert "down: −2" in pictures["bars"].alt
    assert "5, 7, 4, 4" in pictures["hero"].alt


# What is refused


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: plots.conv_steps([1, 2, 3], [[1]]), "kernel.shape=.* has 2 axes and x has 1"),
        (
            lambda: plots.conv_steps(np.ones((2, 2, 2)), np.ones((1, 1, 1))),
            "x.shape=.* has 3 axes; give 1 or 2",
        ),
        (lambda: plots.conv_steps([], [1]), "x.shape=.* is empty"),
        (lambda: plots.conv_steps([1, 2], [1, 2, 3]), "kernel"),
        (lambda: plots.conv_steps([1, 2, 3], [1, 2], stride=0), "stride"),
        (lambda: plots.conv_steps([1, 2, 3], [1, 2], steps=[2]), r"steps=\[2\] .* from 0 to 1"),
        (lambda: plots.conv_steps([1, None], [1]), "x=None"),
        (lambda: plots.stamp_steps([1, 2], [1, 2], output_padding=3), "output_padding"),
        (lambda: plots.stamp_steps([1], [1, 2], padding=1), "padding"),
        (lambda: plots.matrix_picture([1, 2], 4, order="diagonal"), "order"),
        (lambda: plots.matrix_picture([1, 2], (4, 4)), "size=.* has length 2"),
        (lambda: plots.matrix_picture([1, 2], 4, x=[1, 2]), "x.shape=.* has 2 entries; give 4"),
        (lambda: plots.matrix_picture([1, 2], 400), "size=400 gives a matrix .* at most 20000"),
        (lambda: plots.matrix_gallery([]), r"settings=\[\] is empty"),
        (lambda: plots.matrix_gallery([dict(size=3)]), "settings=.* give 'size' and"),
        (lambda: plots.matrix_gallery([dict(size=3, kernel=[1], pad=1)]), "unknown key 'pad'"),
        (lambda: plots.layer_matrix_picture((2, 2), 5), "weight_shape"),
        (lambda: plots.layer_matrix_picture((3, 1, 2), 5, groups=2), "groups=2"),
        (lambda: plots.size_staircase(9, stride=2, sizes=range(1, 5)), "sizes=.* at least 9"),
        (lambda: plots.size_staircase((3, 3), stride=2), "kernel_size"),
        (lambda: plots.signals([[1]], labels=[]), r"labels=\[\] does not name 1 signal"),
        (
            lambda: plots.signals([[1]], labels=["x"], mode="dots"),
            "mode='dots' .* 'cells' or 'stems'",
        ),
        (
            lambda: plots.signals([[1]], labels=["x"], roles=["in"]),
            "roles=.* input, kernel, output",
        ),
        (lambda: plots.signals([["a"]], labels=["x"], mode="stems"), "rows=.* real numbers"),
        (lambda: plots.loss_and_kernel([1], [[1]], [1]), r"kernels.shape=\[\(1,\)\] .* give two"),
        (
            lambda: plots.loss_and_kernel([1], [[1], [1, 2]], [1]),
            r"kernels.shape=\[\(1,\), \(2,\)\]",
        ),
        (lambda: plots.loss_and_kernel([float("nan")], [[1], [1]], [1]), "losses=nan"),
        (lambda: plots.operation_counts({}), "counts=.* is empty"),
        (lambda: plots.operation_counts({"a": -1}), "counts=-1.0"),
        (lambda: plots.bars([1], ["a", "b"]), "labels=.* does not name 1 value"),
        (lambda: plots.bars(["x"], ["a"]), "values="),
    ],
)
def test_refusals_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(plots.__path__)])
def test_docstring_examples(module):
    found = doctest.testmod(importlib.import_module(f"lib.plots.{module}"))
    assert found.failed == 0
