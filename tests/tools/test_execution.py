"""Notebooks run when they must, side by side, and a failure says where it is."""

import nbformat
import pytest
from execution import NotebookError, cached, execute, refresh
from nbformat.v4 import new_code_cell, new_notebook

from .conftest import write


def run(repository, **options):
    paths = [repository / "book/one.ipynb", repository / "book/two.ipynb"]
    lines = []
    executed, errors = refresh(paths, root=repository, report=lines.append, **options)
    return [path.stem for path in executed], errors, lines


def test_runs_once_then_only_what_changed(repository):
    executed, errors, lines = run(repository)
    assert sorted(executed) == ["one", "two"] and not errors
    assert lines[0] == "Executing 2 of 2 notebooks"
    assert any("book/two.ipynb" in line and "/2]" in line for line in lines)
    assert run(repository) == ([], {}, [])

    write(repository / "book/two.ipynb", "x = 4", "x", "print('four')")
    assert run(repository)[0] == ["two"]
    shown = cached(repository / "book/two.ipynb", root=repository)
    assert shown.cells[3].outputs[0].text == "four\n"


def test_text_and_captions_change_without_a_run(repository):
    run(repository)
    path = repository / "book/two.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Another title"
    notebook.cells[2].metadata["mystnb"] = {"figure": {"caption": "A caption"}}
    nbformat.write(notebook, path)
    assert run(repository)[0] == []
    shown = cached(path, root=repository)
    assert shown.cells[0].source == "# Another title"
    assert shown.cells[2].metadata.mystnb.figure.caption == "A caption"
    assert shown.cells[2].outputs[0].data["text/plain"] == "3"


def test_a_failing_cell_is_named_and_the_others_are_kept(repository):
    write(repository / "book/two.ipynb", "x = 3", "x / 0")
    executed, errors, lines = run(repository)
    assert executed == ["one"]
    [(path, error)] = errors.items()
    assert path.name == "two.ipynb"
    message = str(error)
    assert "book/two.ipynb: code cell 2 (cell 3 of the notebook): ZeroDivisionError" in message
    assert "    x / 0" in message
    assert any("two.ipynb  FAILED" in line for line in lines)

    write(repository / "book/two.ipynb", "x = 3", "x / 1")
    assert run(repository)[0] == ["two"]


def test_a_cell_that_should_fail_has_to():
    cell = new_code_cell("1 + 1", metadata={"tags": ["raises-exception"]})
    with pytest.raises(NotebookError, match="code cell 1 .* raised nothing"):
        execute(new_notebook(cells=[cell]), __file__)


def test_alt_text_is_the_text_of_the_figure(repository):
    figure = (
        "class Figure:\n"
        "    def _repr_svg_(self): return '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'\n"
        "    def __repr__(self): return 'Nine\\n  cells'\n"
        "Figure()"
    )
    write(repository / "book/two.ipynb", figure)
    run(repository)
    cell = cached(repository / "book/two.ipynb", root=repository).cells[1]
    assert cell.metadata.mystnb.image.alt == "Nine cells"
    assert run(repository)[0] == []
