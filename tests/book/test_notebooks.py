"""The form of every notebook: executed, normalised, compared, captioned, in small steps."""

import re
import statistics
from collections import Counter

import nbformat
import pytest

from course import notebooks
from course.dependencies import ROOT

ALL = notebooks.all_notebooks()
BOOK = [path for path in ALL if path.is_relative_to(ROOT / "book")]
# With these, a cell runs under nbval but its outputs are not compared.
UNCOMPARED_TAGS = {"nbval-skip", "nbval-ignore-output", "skip-execution"}
UNCOMPARED_COMMENT = re.compile(r"^#\s*(NBVAL_SKIP|NBVAL_IGNORE_OUTPUT)", re.MULTILINE)


def name(path):
    return path.relative_to(ROOT).as_posix()


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=name)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def is_compared(cell):
    """Whether nbval compares text that this cell has stored."""
    if tags(cell) & UNCOMPARED_TAGS or UNCOMPARED_COMMENT.search(cell.source):
        return False
    outputs = cell.outputs
    return any("text" in output or "text/plain" in output.get("data", {}) for output in outputs)


def images(path):
    """(cell, output) of each picture that a notebook shows."""
    for cell in code_cells(path):
        for output in cell.outputs:
            if any(mime.startswith("image/") for mime in output.get("data", {})):
                yield cell, output


def test_the_book_has_notebooks():
    assert BOOK


@each(ALL)
def test_is_executed_and_normalised(path):
    assert notebooks.problems(path) == [], "run: make notebooks"


@each(BOOK)
def test_stored_outputs_are_compared(path):
    assert any(is_compared(cell) for cell in code_cells(path)), "cleared, or every output skipped"


def test_most_stored_outputs_of_the_book_are_compared(record_property):
    with_output = [cell for path in BOOK for cell in code_cells(path) if cell.outputs]
    compared = sum(is_compared(cell) for cell in with_output)
    record_property("compared_cells", compared)
    print(f"nbval compares {compared} of {len(with_output)} cells with outputs")
    assert compared >= 0.6 * len(with_output)
    assert compared >= len(BOOK)


@each(ALL)
def test_stores_no_addresses_paths_or_warnings(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            assert not re.search(r" at 0x[0-9a-f]{6,}", text), cell.source
            assert output.get("name") != "stderr", cell.source


@each(ALL)
def test_a_cell_that_may_fail_does(path):
    for cell in code_cells(path):
        raised = any(output.output_type == "error" for output in cell.outputs)
        assert raised == ("raises-exception" in tags(cell)), cell.source


@each(BOOK)
def test_figures_have_name_caption_and_alt_text(path):
    shown_by = Counter(cell.id for cell, _ in images(path))
    for cell, output in images(path):
        where = f"the figure of:\n{cell.source}"
        shown = cell.metadata.get("mystnb", {})
        figure = shown.get("figure", {})
        assert figure.get("caption", "").strip(), f"no caption: {where}"
        assert figure.get("name", "").startswith("fig-"), f"no name fig-...: {where}"
        alt = shown.get("image", {}).get("alt", "")
        assert len(alt) >= 40, f"alt text {alt!r} is too short: {where}"
        assert alt == " ".join(output.data["text/plain"].split()), f"run: make notebooks; {where}"
        assert shown_by[cell.id] == 1, f"two pictures: {where}"


def test_names_of_figures_are_unique():
    names = Counter(
        cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        for path in BOOK
        for cell, _ in images(path)
    )
    assert [figure for figure, count in names.items() if count > 1] == []


@each(BOOK)
def test_cells_are_small_steps(path):
    lines = [cell.source.split("\n") for cell in code_cells(path)]
    lengths = sorted(sum(bool(line.strip()) for line in cell) for cell in lines)
    if lengths:
        assert statistics.median(lengths) <= 5, f"lines of each cell: {lengths}"
        assert sum(length <= 20 for length in lengths) >= 0.9 * len(lengths), lengths
