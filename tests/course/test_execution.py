"""Notebooks run when they must, side by side, and a failure says where it is."""

import shutil
import sqlite3
import threading

import nbformat
import pytest
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_notebook

from course import execution
from course.execution import CacheError, NotebookError, cached, execute, refresh

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


def no_database(cache):
    (cache / "global.db").unlink()


def empty_database(cache):
    (cache / "global.db").write_bytes(b"")


def cut_database(cache):
    (cache / "global.db").write_bytes((cache / "global.db").read_bytes()[:5000])


def zeros_for_a_database(cache):
    (cache / "global.db").write_bytes(bytes(8192))


def zeros_at_its_end(cache):
    content = (cache / "global.db").read_bytes()
    (cache / "global.db").write_bytes(content[:8192] + bytes(len(content) - 8192))


def folder_for_a_database(cache):
    (cache / "global.db").unlink()
    (cache / "global.db").mkdir()


def other_tables(cache):
    (cache / "global.db").unlink()
    with sqlite3.connect(cache / "global.db") as database:
        database.execute("CREATE TABLE nbcache (pk INTEGER)")
    database.close()


def spoilt_record(cache):
    with sqlite3.connect(cache / "global.db") as database:
        database.execute("UPDATE nbcache SET data = '{\"finger'")
    database.close()


def no_results(cache):
    shutil.rmtree(cache / "executed")


def file_for_results(cache):
    no_results(cache)
    (cache / "executed").touch()


def no_result(cache):
    next(cache.rglob("base.ipynb")).unlink()


def cut_result(cache):
    file = next(cache.rglob("base.ipynb"))
    file.write_text(file.read_text()[:100])


def empty_result(cache):
    next(cache.rglob("base.ipynb")).write_text("")


def other_result(cache):
    # A notebook all right, and not what was stored.
    file = next(cache.rglob("base.ipynb"))
    file.write_text(file.read_text().replace("2", "3"))


def file_for_the_cache(cache):
    shutil.rmtree(cache)
    cache.touch()


def test_a_damaged_cache_is_made_anew_with_one_line(repository, monkeypatch):
    # Notebooks are not run for this: what is stored and found again is the same.
    def pretend(notebook, path, **_):
        notebook = nbformat.from_dict(notebook)
        output = nbformat.v4.new_output("stream", text="2\n")
        notebook.cells[1].outputs = [output]
        return notebook

    monkeypatch.setattr(execution, "execute", pretend)
    monkeypatch.setattr(execution, "warm_up", lambda environment: None)
    path, lines = repository / "book/one.ipynb", []

    def run_again():
        lines.clear()
        executed, errors = refresh([path], root=repository, report=lines.append)
        assert not errors
        assert cached(path, root=repository).cells[1].outputs[0].text == "2\n"
        return executed

    assert run_again() == [path]
    for damage in (
        no_database,
        empty_database,
        cut_database,
        zeros_for_a_database,
        zeros_at_its_end,
        folder_for_a_database,
        other_tables,
        spoilt_record,
        no_results,
        file_for_results,
        no_result,
        cut_result,
        empty_result,
        other_result,
        file_for_the_cache,
    ):
        damage(repository / "_build/.jupyter_cache")
        assert run_again() == [path], damage
        said = [line for line in lines if "cannot be read" in line]
        # Nothing there at all is no damage, but a first run.
        assert len(said) == (damage not in (no_database, file_for_the_cache)), (damage, lines)
        assert run_again() == [] and lines == [], damage


def test_a_busy_or_full_cache_is_not_thrown_away(repository):
    refresh([repository / "book/one.ipynb"], root=repository, report=str)
    database = repository / "_build/.jupyter_cache/global.db"
    before = database.read_bytes()
    for words in ("database is locked", "attempt to write a readonly database", "disk is full"):
        error = RuntimeError("wrapped")
        error.__cause__ = sqlite3.OperationalError(words)
        assert not execution._is_damage(error, database.parent)
        with pytest.raises(CacheError, match=words):
            with execution.one_run_at_a_time(repository / "_build", ".lock", "here"):
                raise error
    assert database.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_one_line(repository):
    (repository / "_build").write_text("in the way")
    with pytest.raises(CacheError, match="_build cannot be written"):
        run(repository)


def test_a_second_run_waits_and_says_so(repository):
    (repository / "_build").mkdir()
    said = threading.Event()
    with FileLock(repository / "_build/.cache.lock"):
        thread = threading.Thread(
            target=refresh,
            args=([],),
            kwargs={"root": repository, "report": lambda line: "waiting" in line and said.set()},
        )
        thread.start()
        assert said.wait(60)
        assert thread.is_alive()
    thread.join(60)
    assert not thread.is_alive()
