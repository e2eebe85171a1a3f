"""CONTRIBUTING's recipes are complete: each is followed in a copy, and what it adds works there.

The copy has, so that this is quick, two chapters of the book and no exercises. What an addition
changes has to be named in its recipe, and the commands of a recipe are run as they stand there.
"""

import csv
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from course import editions, notebooks
from course.dependencies import ROOT
from tests.book.test_repository import files

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")

PATH = re.compile(r"`([\w./-]+\.(?:py|ipynb|toml|yml))`")
COMMAND = re.compile(r"`((?:make|\.venv/bin/python) [^`]+)`")
NAMES = re.compile(r"(?<![A-Z])(PART|CHAPTER|FIGURE|OPERATOR|IDEA)(?![A-Z])")
BUILT = {"_build", "__pycache__", ".pytest_cache", ".hypothesis", ".ruff_cache"}

MODEL, AFTER = "subpixel", "resizing"  # the chapter to copy, and the one that follows the new one
CHAPTERS = {f"book/upsampling/{name}.ipynb" for name in (MODEL, AFTER)}
LEFT_OUT = re.compile(
    r"(book|exercises|instructor/source)/(?!index).*\.(ipynb|md)"
    r"|lib/checks/tasks/(?!__init__).*|tests/exercises/answers/.*"
)


class Recipe:
    """The recipe of CONTRIBUTING for one kind of thing, with its names filled in.

    files: the paths that it names; commands: those that it gives and that have not run yet.
    """

    def __init__(self, text, kind, **names):
        [section] = re.findall(rf"^## Add an? {kind}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
        self.lines = re.findall(r"^\d\. .*", section, re.M)
        filled = NAMES.sub(lambda name: names[name[0]], "\n".join(self.lines))
        self.files, self.commands = set(PATH.findall(filled)), COMMAND.findall(filled)

    def run(self, root, start):
        """Run the next command, which has to begin so; returns what it prints."""
        assert self.commands and self.commands[0].startswith(start), f"no {start} in {self.lines}"
        return run(root, self.commands.pop(0))


def run(root, command):
    """Run a command in the copy, with its modules and this environment; returns what it prints.

    Of tests this is the list of those that ran; one that fails, or that is skipped, is an error.
    """
    words, python = shlex.split(command), [sys.executable, "-P"]
    if words[0] == "make":  # the environment is there already, and has no place of its own
        words = [f"{word} -n 0 -v" if word.startswith("PYTEST=") else word for word in words]
        words += ["-o", "env", f"RUN={shlex.join(python)}"]
    else:
        words[:1] = python
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "PYTEST"))
    }
    result = subprocess.run(
        words, cwd=root, capture_output=True, text=True, env={**variables, "PYTHONPATH": str(root)}
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
    assert not re.search(r"=.* \d+ skipped.*=$", result.stdout, re.M), result.stdout
    return result.stdout


def state(root):
    """{path: checksum} of all files that are no product of a run."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha1(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not BUILT & {*path.relative_to(root).parts}
    }


class Copy:
    """A small copy of the repository, to which things are added by recipe."""

    def __init__(self, root):
        self.root = root

    def follow(self, kind, add, **names):
        """Add something as its recipe says; returns what each step gave.

        add: writes the files and runs the commands, given the copy's root and the recipe.
        """
        text = (self.root / "CONTRIBUTING.md").read_text(encoding="utf-8")
        recipe, before = Recipe(text, kind, **names), state(self.root)
        given = add(self.root, recipe)
        changed = {path for path, now in state(self.root).items() if before.get(path) != now}
        assert changed <= recipe.files, "the recipe does not name these"
        assert recipe.files - state(self.root).keys() == set(), "the recipe names these in vain"
        assert recipe.commands == [], "the recipe names these in vain"
        return given


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    root = tmp_path_factory.mktemp("copy")
    for path in filter(os.path.isfile, files()):
        name = path.relative_to(ROOT).as_posix()
        if name in CHAPTERS or not LEFT_OUT.fullmatch(name):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / name)
    toc = {
        "format": "jb-book",
        "root": "book/index",
        "parts": [
            {
                "caption": "Part I",
                "numbered": True,
                "chapters": [{"file": f"book/upsampling/{name}"} for name in (MODEL, AFTER)],
            }
        ],
    }
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    # What refers to the chapters that are left out becomes text, as on a course site.
    config["sphinx"]["extra_extensions"].append("course.sphinx.omitted_pages")
    config["sphinx"]["config"]["whole_book"] = str(ROOT)
    for name, data in (("_toc.yml", toc), ("_config.yml", config)):
        (root / name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    modules = run(root, ".venv/bin/python -c 'import course, lib; print(course, lib)'")
    assert modules.count(str(root)) == 2, "another copy would be tested"
    return Copy(root)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def insert(path, line, after):
    """Put a line after another one, which has to be there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(f"\n{after}\n") == 1
    write(path, text.replace(f"\n{after}\n", f"\n{after}\n{line}\n"))


def model(path):
    """The text of a file about the chapter that is copied, with the new chapter's name in it."""
    text = (ROOT / path).read_text(encoding="utf-8").replace(MODEL, "wavelets")
    return re.sub(r"\b(eq|fig)-sub-", r"\1-wavelets-", text)


def chapters(root):
    """The copy's table of contents, and the list of chapters in it."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return toc, toc["parts"][0]["chapters"]


# ---- A chapter, and its exercises ------------------------------------------------------------

SUBJECT = {"PART": "upsampling", "CHAPTER": "wavelets"}
PAGE = "upsampling/wavelets"


def add_chapter(root, recipe):
    notebook = nbformat.reads(model(f"book/upsampling/{MODEL}.ipynb"), as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n# ", "\n# Wavelets: ", 1)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    write(root / f"book/{PAGE}.ipynb", nbformat.writes(notebook))
    toc, listed = chapters(root)
    listed.insert(1, {"file": f"book/{PAGE}"})
    write(root / "_toc.yml", yaml.safe_dump(toc, sort_keys=False))
    return [recipe.run(root, start) for start in ("make notebooks", "make book", "make test")]


@pytest.fixture(scope="module")
def chapter(copy):
    return copy.follow("chapter", add_chapter, **SUBJECT)


def test_a_chapter(copy, chapter):
    path = copy.root / f"book/{PAGE}.ipynb"
    assert notebooks.problems(path) == []
    assert any(cell.get("outputs") for cell in editions.read(path).cells)
    html = copy.root / "_build/html/book/upsampling"
    pages = [
        BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for name in (MODEL, "wavelets", AFTER)
    ]
    titles = [page.article.h1.get_text() for page in pages]
    assert [title[:2] for title in titles] == ["1.", "2.", "3."], titles
    assert "Wavelets: " in titles[1]
    assert "Exercise 2.1" in pages[1].article.get_text()
    for test in (
        f"test_is_executed_and_normalised[book/{PAGE}.ipynb]",
        "test_no_number_is_typed",
        "test_labels_say_where_they_lead",
        f"book/{PAGE}.ipynb::Cell 0",
    ):
        assert test in chapter[-1]


def add_exercise(root, recipe):
    for path in (
        "instructor/source/upsampling/{}.ipynb",
        "lib/checks/tasks/{}.py",
        "lib/checks/tasks/{}.toml",
        "tests/exercises/answers/{}.py",
    ):
        write(root / path.format("wavelets"), model(path.format(MODEL)))
    toc, listed = chapters(root)
    listed[1]["sections"] = [{"file": f"exercises/{PAGE}"}]
    write(root / "_toc.yml", yaml.safe_dump(toc, sort_keys=False))
    made = recipe.run(root, "make notebooks")
    tested = recipe.run(root, "make test")
    source = editions.read(root / f"instructor/source/{PAGE}.ipynb")
    answered = editions.read(root / f"exercises/{PAGE}.ipynb")
    write(root / "_build/handed-in/ben/wavelets.ipynb", nbformat.writes(answered))
    for task in editions.tasks(source):
        answered.cells[task.answer].source = re.sub(
            " *### .*\n?", "", source.cells[task.answer].source
        )
    write(root / "_build/handed-in/anna/wavelets.ipynb", nbformat.writes(answered))
    return made, tested, recipe.run(root, ".venv/bin/python -m instructor.grade")


@pytest.fixture(scope="module")
def exercise(copy, chapter):
    return copy.follow("exercise", add_exercise, **SUBJECT)


def test_an_exercise(copy, exercise):
    learners = editions.read(copy.root / f"exercises/{PAGE}.ipynb")
    assert any("# your code" in cell.source for cell in learners.cells)
    for test in (
        "test_the_solution_passes[wavelets-layout]",
        "test_a_task_is_proven[wavelets-start]",
        f"test_exercises_stand_below_their_chapter[{PAGE}]",
        f"test_stored_outputs_are_those_of_the_edition[{PAGE}]",
    ):
        assert test in exercise[1]
    with open(copy.root / "_build/grades/grades.csv", encoding="utf-8", newline="") as file:
        points = {(row["learner"], row["task"]): row["points"] for row in csv.DictReader(file)}
    assert points == {
        ("anna", "wavelets-layout"): "1",
        ("ben", "wavelets-layout"): "0",
        ("anna", "wavelets-start"): "2",
        ("ben", "wavelets-start"): "0",
        ("anna", "wavelets-kernels"): "3",
        ("ben", "wavelets-kernels"): "0",
    }


# ---- A figure --------------------------------------------------------------------------------

FIGURE = '''"""Numbers as dots on a line."""

from lib.plots._arguments import real_numbers
from lib.plots._axes import figure_with_margins
from lib.plots._text import listed
from lib.plots._theme import Picture, light, style


def dots_picture(values):
    """Numbers as dots on a line: ``values`` is a list of them. Returns a Picture.

    >>> dots_picture([1, 3]).alt
    'Dots on a line, one for each of these numbers: 1, 3.'
    """
    values = real_numbers("values", values, (1,))
    with style():
        figure = figure_with_margins(6.5, 1.2)
        axes = figure.add_subplot()
        axes.plot(values, [0] * len(values), "o", color=light("input-line"))
        axes.set(yticks=[])
    return Picture(figure, f"Dots on a line, one for each of these numbers: {listed(values)}.")
'''
FIGURE_TEST = '''"""Dots: what is said is what was given."""

from lib import plots


def test_dots_picture_says_the_numbers():
    assert "these numbers: 2, 0.5." in plots.dots_picture([2, 0.5]).alt
'''


def add_figure(root, recipe):
    write(root / "lib/plots/dots.py", FIGURE)
    insert(
        root / "lib/plots/__init__.py",
        "from lib.plots.dots import dots_picture",
        after="from lib.plots.coverage import coverage_picture",
    )
    insert(
        root / "tests/plots/plot_examples.py",
        '    "dots_picture": lambda: plots.dots_picture([1, 2, 4]),',
        after="EXAMPLES = {",
    )
    write(root / "tests/plots/test_dots.py", FIGURE_TEST)
    return recipe.run(root, "make test")


def test_a_figure(copy):
    tested = copy.follow("figure", add_figure, FIGURE="dots_picture", IDEA="dots")
    for test in (
        "test_picture[dots_picture]",
        "test_all_text_lies_inside[dots_picture]",
        "test_every_public_function_has_an_example",
        "test_docstring_examples[dots]",
        "test_dots_picture_says_the_numbers",
    ):
        assert test in tested


# ---- An operator -----------------------------------------------------------------------------

OPERATOR = '''"""Averages of windows that lie side by side."""

import numpy as np

from ..arguments import array, integer, refuse


def average_pool(x, kernel_size):
    """Averages of ``kernel_size`` cells each, as ``torch.nn.functional.avg_pool1d``.

    ``x``: (N,); ``kernel_size``: k, an int from 1 to N. Result: (N // k,). ValueError for others.

    >>> average_pool([1, 3, 5, 7, 9], 2)
    array([2., 6.])
    """
    x = array("x", x, (1,), "use one axis")
    k = integer("kernel_size", kernel_size, 1)
    if k > len(x):
        refuse("kernel_size", k, f"is larger than x.shape={x.shape}", f"use {len(x)} at most")
    return np.mean(x[: len(x) // k * k].reshape(-1, k), axis=1)
'''
OPERATOR_TEST = '''"""Averages against PyTorch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from lib import ops


@given(st.integers(1, 12), st.integers(1, 12))
def test_average_pool(size, k):
    x = np.random.default_rng(0).standard_normal(size)
    if k > size:
        with pytest.raises(ValueError, match=f"^kernel_size={k} is larger than x.shape"):
            ops.average_pool(x, k)
        return
    expected = F.avg_pool1d(torch.tensor(x)[None], k)[0]
    np.testing.assert_allclose(ops.average_pool(x, k), expected, atol=1e-12)
'''


def add_operator(root, recipe):
    write(root / "lib/ops/averages.py", OPERATOR)
    insert(
        root / "lib/ops/__init__.py",
        "from .averages import average_pool",
        after="from .adjoint import adjoint_error",
    )
    write(root / "tests/ops/test_averages.py", OPERATOR_TEST)
    return recipe.run(root, "make test")


def test_an_operator(copy):
    tested = copy.follow("operator", add_operator, OPERATOR="average_pool", IDEA="averages")
    for test in (
        "test_average_pool",
        "test_every_public_function_has_an_example[average_pool]",
        "test_examples_run[lib.ops.averages]",
        "test_exports",
    ):
        assert test in tested


@pytest.mark.parametrize("kind", ["chapter", "exercise", "figure", "operator"])
def test_a_recipe_has_five_lines(kind):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = dict.fromkeys(["PART", "CHAPTER", "FIGURE", "OPERATOR", "IDEA"], "name")
    assert [line[0] for line in Recipe(text, kind, **names).lines] == list("12345")
