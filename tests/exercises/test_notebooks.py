"""The exercises' checks accept right answers, refuse the usual mistakes, and wait for the rest."""

import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "exercises"

RIGHT = {
    "output_length": """
def output_length(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1""",
    "convolve": """
def convolve(x, w, stride=1):
    return [x[i : i + len(w)] @ w for i in range(0, len(x) - len(w) + 1, stride)]""",
    "matrix": """
def matrix(w, n, stride=1, padding=0):
    m = (n + 2 * padding - len(w)) // stride + 1
    W = np.zeros((m, n + 2 * padding))
    for i in range(m):
        W[i, stride * i : stride * i + len(w)] = w
    return W[:, padding : padding + n]""",
    "to_row_order": """
def to_row_order(W, input_shape, output_shape):
    i = np.arange(W.shape[1]).reshape(input_shape, order="F").ravel()
    o = np.arange(W.shape[0]).reshape(output_shape, order="F").ravel()
    return W[o][:, i]""",
    "repaired": """
def repaired():
    return dict(in_channels=3, out_channels=16, kernel_size=3, stride=2, padding=1)""",
    "stamps": """
def stamps(y, w, stride=1):
    z = np.zeros(stride * (len(y) - 1) + len(w))
    for i, value in enumerate(y):
        z[stride * i : stride * i + len(w)] += value * w
    return z""",
    "transposed": """
def transposed(y, w, stride=1, padding=0, output_padding=0):
    z = np.zeros(stride * (len(y) - 1) + len(w) + output_padding)
    for i, value in enumerate(y):
        z[stride * i : stride * i + len(w)] += value * w
    return z[padding : len(z) - padding]""",
    "input_gradient": """
def input_gradient(dy, kernel):
    (a, b), (h, v) = dy.shape, kernel.shape
    dx = np.zeros((a + h - 1, b + v - 1))
    for r, c in np.ndindex(a, b):
        dx[r : r + h, c : c + v] += dy[r, c] * kernel
    return dx""",
    "input_lengths": """
def input_lengths(m, k, stride=1, padding=0):
    first = stride * (m - 1) + k - 2 * padding
    return [n for n in range(first, first + stride) if n > 0]""",
    "settings": """
def settings():
    return dict(padding=1, output_padding=1)""",
    "phase_counts": """
def phase_counts(k, stride, dilation=1):
    return [sum(dilation * j % stride == r for j in range(k)) for r in range(stride)]""",
    "ripple": """
def ripple(y):
    deviation = y - y.mean(axis=(2, 3), keepdims=True)
    rms = np.sqrt(np.mean(y**2))
    return np.sqrt(np.mean(deviation**2)) / rms if rms else 0.0""",
    "evened": """
def evened(kernel, stride):
    mean = kernel.sum() / stride
    for r in range(stride):
        taps = kernel[r::stride]
        taps += (mean - taps.sum()) / len(taps)
    return kernel""",
    "stride_of": """
def stride_of(picture):
    scores = {s: ops.checkerboard_score(picture, s) for s in (2, 3, 4, 5)}
    return min(s for s in scores if scores[s] > 0.9 * max(scores.values()))""",
    "decoder": """
def decoder():
    return torch.nn.Sequential(
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(8, 4, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(4, 1, 3, padding=1))""",
    "places": """
def places(n, m, align_corners=False):
    t = np.arange(m)
    u = t * (n - 1) / (m - 1) if align_corners else (t + 0.5) * n / m - 0.5
    return np.clip(u, 0, n - 1)""",
    "six_by_three": """
def six_by_three():
    return [[1, 0, 0], [0.75, 0.25, 0], [0.25, 0.75, 0],
            [0, 0.75, 0.25], [0, 0.25, 0.75], [0, 0, 1]]""",
    "enlarge": """
def enlarge(image, r):
    rows, columns = image.shape
    result = np.zeros((r * rows, r * columns))
    for a, b in np.ndindex(*result.shape):
        u, v = max((a + 0.5) / r - 0.5, 0), max((b + 0.5) / r - 0.5, 0)
        i, j = int(u), int(v)
        f, g = u - i, v - j
        below, beside = min(i + 1, rows - 1), min(j + 1, columns - 1)
        top = (1 - g) * image[i, j] + g * image[i, beside]
        bottom = (1 - g) * image[below, j] + g * image[below, beside]
        result[a, b] = (1 - f) * top + f * bottom
    return result""",
    "kept": """
def kept(image):
    n, m = image.shape
    best = np.zeros((n // 2, m // 2), dtype=int)
    for a, b in np.ndindex(*best.shape):
        i, j = divmod(image[2 * a : 2 * a + 2, 2 * b : 2 * b + 2].argmax(), 2)
        best[a, b] = (2 * a + i) * m + 2 * b + j
    return best""",
    "sub_kernels": """
def sub_kernels(kernel, r):
    k = -(-len(kernel) // r)
    padded = np.pad(kernel, (0, r * k - len(kernel)))
    return padded.reshape(k, r).T[:, ::-1]""",
    "start": """
def start(weight, bias, r):
    return np.repeat(weight, r**2, axis=0), np.repeat(bias, r**2)""",
}

# Each mistake is made by a small change of the right answer: (task, old, new, what it says).
WRONG = [
    ("output_length", "+ 1", "", "With 10, 4: yours gives 6"),  # off by one
    ("output_length", "// stride", "/ stride", "stride=4"),  # not rounded
    ("output_length", "2 * padding", "padding", "padding=2"),  # one side only
    ("output_length", "dilation * (k - 1) - 1", "k", "dilation=3"),  # dilation forgotten
    ("convolve", "@ w ", "@ w[::-1] ", "[1, 2, 3]"),  # flipped kernel
    ("convolve", ", stride)", ")", "stride=2"),  # stride forgotten
    ("matrix", "= w\n", "= w[::-1]\n", "yours gives"),  # flipped kernel
    ("matrix", "W[:, padding : padding + n]", "W", "yours has shape (5, 7)"),  # not cropped
    ("matrix", "return W", "return W.T", "yours has shape"),  # transposed
    ("to_row_order", "W[o][:, i]", "W", "yours gives"),  # nothing done
    ("to_row_order", "W[o][:, i]", "W[:, i]", "yours gives"),  # one side only
    ("to_row_order", 'input_shape, order="F"', "input_shape", "yours gives"),
    ("repaired", "in_channels=3, out_channels=16", "in_channels=16, out_channels=3", None),
    ("repaired", "padding=1", "padding=0", "Yours gives [16, 15, 15"),
    ("repaired", "stride=2", "stride=1", "Yours gives [16, 32, 32"),
    ("stamps", "+=", "=", "yours gives"),  # overlaps overwritten
    ("stamps", "value * w", "value * w[::-1]", "yours gives"),  # flipped kernel
    ("stamps", "+ len(w))\n", "+ len(w) - 1)\n", None),  # off by one
    ("transposed", "z[padding : len(z) - padding]", "np.pad(z, padding)", "yours has shape (8,)"),
    ("transposed", " + output_padding", "", "output_padding=1"),
    ("transposed", "z[padding : len(z) - padding]", "z[: len(z) - 2 * padding]", "yours gives"),
    ("input_gradient", "* kernel", "* kernel[::-1, ::-1]", "yours gives"),  # flipped twice
    ("input_gradient", "+=", "=", "yours gives"),
    ("input_gradient", "return dx", "return dx.T", "yours"),
    ("input_lengths", "first + stride)", "first + 1)", "stride=2"),  # the shortest only
    ("input_lengths", "- 2 * padding", "", "padding=1"),
    ("input_lengths", " if n > 0", " if n > 1", "yours"),
    ("input_lengths", " if n > 0", "", "1, 2, stride=3"),  # sizes below 1
    ("settings", "output_padding=1", "output_padding=0", "Yours gives [1, 1, 25, 25]"),
    ("settings", "(padding=1", "(padding=0", "Yours gives [1, 1, 34, 34]"),
    ("settings", "(padding=1", "(padding=2", "Yours gives [1, 1, 22, 22]"),
    ("phase_counts", "dilation * j", "j", "dilation=2"),  # dilation forgotten
    ("phase_counts", "range(k)", "range(k - 1)", "yours gives [2, 1, 1]"),  # the last tap
    ("phase_counts", "== r for", "== stride - 1 - r for", "yours gives [1, 2, 2]"),  # reversed
    ("ripple", "y.mean(axis=(2, 3), keepdims=True)", "y.mean()", "yours gives"),
    ("ripple", "np.sqrt(np.mean(y**2))", "y.mean()", "yours gives"),
    ("ripple", "np.sqrt(np.mean(y**2))", "np.abs(y).mean()", "yours gives"),
    ("ripple", " if rms else 0.0", " if rms else np.nan", "it should be 0.0"),
    ("evened", "/ len(taps)", "", "yours gives"),
    ("evened", "(mean - ", "(1 - ", "yours gives [1.0, 1.0]"),  # another sum
    ("evened", "return kernel", "return kernel[:stride]", None),  # another length
    ("stride_of", "return min(", "return max(", "With 1: yours gives 4"),
    ("stride_of", "(2, 3, 4, 5)", "(2, 3)", "yours gives"),
    ("stride_of", "return min(s for s in scores if scores[s] > 0.9 * max(scores.values()))",
     "return max(scores, key=lambda s: ops.checkerboard_score(picture, s))", "yours"),
    ("decoder", "torch.nn.Upsample(scale_factor=2), torch.nn.Conv2d(8, 4, 3, padding=1)",
     "torch.nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1)", "Yours gives [28.0, 28.0, 1.0, 0.6"),
    ("decoder", "3, padding=1), torch.nn.ReLU", "3), torch.nn.ReLU", "ours gives [24.0, 24.0"),
    ("decoder", "torch.nn.Conv2d(4, 1, 3, padding=1)", "torch.nn.Conv2d(4, 1, 1)", "ours"),
    ("places", "(t + 0.5) * n / m - 0.5", "t * n / m", "With 2, 4: yours gives [0.0, 0.5, 1.0, 1"),
    ("places", "np.clip(u, 0, n - 1)", "u", "yours gives [-0.25,"),  # outside
    ("places", "(m - 1) if", "m if", "align_corners=True"),
    ("places", "if align_corners", "if not align_corners", "yours gives [0.0, 0.3333,"),
    ("six_by_three", "[1, 0, 0], [", "[0.75, 0, 0], [", "Yours gives [[0.75, 0"),  # zeros outside
    ("six_by_three", "0.75, 0.25, 0", "0.6, 0.4, 0", "Yours gives"),  # align_corners
    ("six_by_three", "[0, 0, 1]]", "[0, 0.25, 0.75]]", "Yours gives"),  # the end
    ("enlarge", "max((a + 0.5) / r - 0.5, 0)", "(a + 0.5) / r - 0.5", "yours gives"),  # one bug
    ("enlarge", "f, g = u - i, v - j", "g, f = u - i, v - j", "yours gives"),  # the other
    ("enlarge", "(a + 0.5) / r - 0.5", "a / r", "yours gives"),  # corners
    ("kept", "image[2 * a : 2 * a + 2, 2 * b : 2 * b + 2].argmax()",  # the last of a tie
     "3 - image[2 * a : 2 * a + 2, 2 * b : 2 * b + 2][::-1, ::-1].argmax()",
     "yours gives [[5, 7]]"),
    ("kept", "(2 * a + i) * m + 2 * b + j", "2 * i + j", "yours gives [[1, 3]]"),  # in the window
    ("kept", "* m +", "* n +", "yours gives"),  # counted with the wrong width
    ("sub_kernels", "[:, ::-1]", "", "yours gives"),  # not flipped
    ("sub_kernels", "reshape(k, r).T", "reshape(r, k)", "yours gives"),  # not interleaved
    ("sub_kernels", "(0, r * k - len(kernel))", "(r * k - len(kernel), 0)", "[1, 2, 3, 4, 5], 2"),
    ("start", "np.repeat(weight, r**2, axis=0)", "np.tile(weight, (r**2, 1, 1, 1))", "With 3, 2"),
    ("start", "np.repeat(bias, r**2)", "np.tile(bias, r**2)", "With 3, 2"),
    ("start", "r**2, axis=0", "r, axis=0", None),  # too few channels
]


def tasks():
    """{name: (set-up cells, check cell)} over both notebooks."""
    found = {}
    for path in sorted(FOLDER.glob("*.ipynb")):
        before, name = [], None
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            if "# your code" in cell.source:
                name = re.match(r"def (\w+)", cell.source)[1]
            elif name and "checks.compare(" in cell.source:
                found[name] = (list(before), cell.source)
                before.append(cell.source.split("checks.compare(")[0])
                name = None
            else:
                before.append(cell.source)
    return found


TASKS = tasks()


def feedback(name, answer, capsys):
    before, check = TASKS[name]
    space = {}
    for source in [*before, "import numpy as np\n" + answer]:
        exec(source, space)
    capsys.readouterr()
    exec(check, space)
    return capsys.readouterr().out


def test_every_task_has_a_right_answer_here():
    assert set(TASKS) == set(RIGHT)
    assert {name for name, *_ in WRONG} == set(RIGHT)


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_pass(name, capsys):
    assert feedback(name, RIGHT[name], capsys).startswith("Correct")


@pytest.mark.parametrize("name", RIGHT)
def test_an_untouched_task_is_not_attempted(name, capsys):
    stub = f"def {name}(*arguments, **options):\n    pass"
    assert feedback(name, stub, capsys) == "Not attempted yet (or a return is missing).\n"


@pytest.mark.parametrize("name, old, new, says", WRONG)
def test_wrong_answers_are_told_what_differs(name, old, new, says, capsys):
    wrong = RIGHT[name].replace(old, new)
    assert wrong != RIGHT[name]
    if says is None:  # the mistake stops in the learner's own line
        with pytest.raises((RuntimeError, ValueError)):
            feedback(name, wrong, capsys)
        return
    said = feedback(name, wrong, capsys)
    assert said.startswith("Not yet") and says in said


def test_stored_outputs_say_not_attempted():
    for path in sorted(FOLDER.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        said = [
            output.text
            for cell in cells
            for output in cell.get("outputs", [])
            if output.output_type == "stream" and "attempted" in output.text
        ]
        answers = sum("# your code" in cell.source for cell in cells if cell.cell_type == "code")
        assert said == ["Not attempted yet (or a return is missing).\n"] * answers
        assert answers in (5, 6)
