"""Other processors' arithmetic: a sample of it, and whether what hangs on it is found."""

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course import arithmetic, perturbation
from course.dependencies import ROOT


def stored(folder, *cells):
    """A notebook of (source, printed text)."""
    notebook = new_notebook(
        cells=[
            new_code_cell(
                source,
                execution_count=n,
                outputs=[new_output("stream", name="stdout", text=text)] if text else [],
            )
            for n, (source, text) in enumerate(cells, start=1)
        ]
    )
    path = folder / "one.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.mark.parametrize("name", ["artifacts/overlap", "transposed/learning"])
def test_a_chapter_stays_the_same_when_rounding_is_perturbed(name):
    assert arithmetic.differences(ROOT / "book" / f"{name}.ipynb", "perturbed") == []


def test_what_hangs_on_the_last_digit_is_found(tmp_path):
    rng = "import numpy as np, torch\nrng = np.random.default_rng(0)\na = rng.random((9, 9))"
    a = np.random.default_rng(0).random((9, 9))
    path = stored(
        tmp_path,
        (rng, ""),
        ("print((a @ a).tolist())", f"{(a @ a).tolist()}\n"),
        ("print(f'{np.dot(a, a)[0, 0]:.6f}')", f"{(a @ a)[0, 0]:.6f}\n"),
        ("print((torch.tensor(a) @ torch.tensor(a)).tolist())", f"{(a @ a).tolist()}\n"),
        ("print((np.ones((3, 3)) @ np.ones((3, 3)))[0, 0])", "3.0\n"),
    )
    found = arithmetic.differences(path, "perturbed")
    assert [line.split(":")[0] for line in found] == ["code cell 1", "code cell 3"]


def test_a_cell_that_fails_under_it_is_told(tmp_path):
    path = stored(
        tmp_path,
        ("import numpy as np\na = np.random.default_rng(0).random((9, 9))", ""),
        ("assert (np.dot(a, a) == np.dot(a, a)).all()", ""),
    )
    assert "AssertionError" in arithmetic.differences(path, "perturbed")[0]


def test_every_arithmetic_is_passed_to_the_kernel(tmp_path):
    for name, variables in arithmetic.ARITHMETICS.items():
        assert name == "perturbed" or variables
    path = stored(tmp_path, ("import os\nprint(os.environ.get('OPENBLAS_CORETYPE'))", "Haswell\n"))
    assert arithmetic.differences(path, "Haswell") == []
    assert len(arithmetic.differences(path, "Prescott")) == 1


def test_perturbation_changes_the_last_digits_only_and_no_exact_numbers():
    values = np.random.default_rng(0).random(1000)
    other = perturbation.perturbed(values)
    assert (other != values).mean() > 0.3
    assert np.allclose(other, values, rtol=1e-14)
    dot = perturbation._perturbing(np.dot, 0)
    whole, halves = np.arange(9.0), np.arange(9) / 2
    assert dot(whole, halves) == np.dot(whole, halves)
    assert dot(whole, np.zeros(9)) == 0
    assert any(dot(values, other) != np.dot(values, other) for _ in range(9))
    assert perturbation.perturbed(3) == 3 and perturbation.perturbed((1, "a")) == (1, "a")
