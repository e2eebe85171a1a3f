"""The one form in which git keeps notebooks."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from course import notebooks
from course.execution import cached, refresh

from .conftest import write


def test_every_notebook_of_the_repository_is_found():
    found = notebooks.all_notebooks()
    assert found == sorted(found)
    assert not [path for path in found if ".ipynb_checkpoints" in path.parts]


def test_normal_form_is_stable_and_leaves_nothing_volatile(repository):
    path = write(repository / "book/two.ipynb", "1 + 1", "", widgets={"state": 1})
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata = {"collapsed": True, "execution": {"t": 1}, "tags": ["keep"]}
    nbformat.write(notebook, path)
    path.write_text(notebooks.text_of(nbformat.read(path, as_version=4)))
    refresh([path], root=repository, report=str)
    assert notebooks.write_back(path, root=repository)
    assert not notebooks.write_back(path, root=repository)
    assert notebooks.problems(path) == []

    text = path.read_text()
    assert text.endswith("}\n")
    assert notebooks.text_of(nbformat.reads(text, as_version=4)) == text
    notebook = nbformat.reads(text, as_version=4)
    assert notebook.metadata == {
        "kernelspec": notebooks.KERNELSPEC,
        "language_info": {"name": "python"},
    }
    assert len(notebook.cells) == 2, "the empty cell is gone"
    assert notebook.cells[1].metadata == {"tags": ["keep"]}
    assert notebook.cells[1].execution_count == 1
    assert notebook.cells[1].outputs[0].execution_count == 1


def test_a_learners_own_notebooks_are_left_alone(repository):
    (repository / "exercises/part").mkdir(parents=True)
    (repository / "instructor/source/part").mkdir(parents=True)
    course = [
        write(repository / f"{name}/part/one.ipynb", "1 + 1")
        for name in ("exercises", "instructor/source")
    ]
    write(repository / "exercises/part/mine.ipynb", "1 + 1")
    book = [repository / f"book/{name}.ipynb" for name in ("one", "two")]
    assert notebooks.all_notebooks(repository) == [*book, *course]


@pytest.mark.parametrize("edit", [("# two", "# A better title"), ("x = 3", "x = 4")])
def test_what_is_saved_while_it_runs_stays(repository, edit, monkeypatch, capsys):
    path = repository / "book/two.ipynb"
    cached_outputs, saved = notebooks.cached, []

    def save(*arguments, **named):
        if not saved:
            saved.append(path.read_text().replace(*edit))
            path.write_text(saved[0])
        return cached_outputs(*arguments, **named)

    def run(paths, force):
        return refresh(paths, root=repository, report=str, force=force)

    monkeypatch.setattr(notebooks, "cached", lambda p, root: save(p, root=repository))
    monkeypatch.setattr(notebooks, "refresh", run)
    assert notebooks.main([str(path)]) == 1
    assert path.read_text() == saved[0] and edit[1] in saved[0]
    assert "two.ipynb was saved while this ran, and stays as it was" in capsys.readouterr().err
    assert notebooks.main([str(path)]) == 0
    assert edit[1] in path.read_text() and notebooks.problems(path) == []
    assert not list(path.parent.glob(".*.part"))


def test_an_answered_exercise_ends_it_before_anything_is_written(monkeypatch, capsys):
    def refuses():
        raise ValueError("one.ipynb would be overwritten")

    monkeypatch.setattr(notebooks.editions, "write_learners", refuses)
    monkeypatch.setattr(notebooks, "refresh", lambda *_, **__: pytest.fail("something ran"))
    assert notebooks.main([]) == 1
    assert "would be overwritten" in capsys.readouterr().err


def test_a_link_to_a_notebook_stays_a_link(repository):
    real = (repository / "book/two.ipynb").rename(repository / "two.ipynb")
    (repository / "book/two.ipynb").symlink_to(real)
    refresh([repository / "book/two.ipynb"], root=repository, report=str)
    assert notebooks.write_back(repository / "book/two.ipynb", root=repository)
    assert (repository / "book/two.ipynb").is_symlink() and "three" in real.read_text()


def test_what_may_differ_from_run_to_run_does_not_change_the_file(repository):
    path = write(repository / "book/two.ipynb", "import time", "print(time.time())", "print(1)")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].metadata["tags"] = ["nbval-ignore-output"]
    path.write_text(notebooks.text_of(notebook))
    refresh([path], root=repository, report=str)
    assert notebooks.write_back(path, root=repository)
    stored = path.read_text()
    refresh([path], root=repository, report=str, force=True)
    assert notebooks.text_of(cached(path, root=repository)) != stored
    assert not notebooks.write_back(path, root=repository)
    assert path.read_text() == stored

    path.write_text(stored.replace('"1\\n"', '"2\\n"'))  # another output does change it
    assert notebooks.write_back(path, root=repository)
    assert '"1\\n"' in path.read_text()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda nb: nb.cells[1].update(execution_count=None), "execution counts"),
        (lambda nb: nb.cells[1].update(execution_count=2), "execution counts"),
        (lambda nb: nb.metadata.update(widgets={}), "not normalised"),
        (lambda nb: nb.cells[1].metadata.update(scrolled=True), "not normalised"),
        (lambda nb: nb.cells.append(new_code_cell("", execution_count=2)), "normalised"),
    ],
)
def test_check_finds_what_is_wrong(repository, spoil, words, capsys):
    path = write(repository / "book/two.ipynb", "1 + 1")
    path.write_text(notebooks.text_of(nbformat.read(path, as_version=4)))
    refresh([path], root=repository, report=str)
    notebooks.write_back(path, root=repository)
    assert notebooks.main(["--check", str(path)]) == 0
    notebook = nbformat.read(path, as_version=4)
    spoil(notebook)
    nbformat.write(notebook, path)
    assert words in " ".join(notebooks.problems(path))
    assert notebooks.main(["--check", str(path)]) == 1
    assert "make notebooks" in capsys.readouterr().out
