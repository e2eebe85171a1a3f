"""What ``check`` and ``hint`` print in a notebook, and what they raise under a grader."""

import sys
import types

import pytest

from lib import checks
from lib.checks import _feedback

TASK = "interpolation-tables"
RIGHT = [("corners", "truncated"), ("half-pixel", "truncated"), ("corners", "rounded")]
WRONG = [("corners", "truncated")] * 3


@pytest.fixture(autouse=True)
def plain_kernel(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(_feedback, "_given", {})


def said(answer, capsys, task=TASK):
    space = {"check": checks.check, **({} if answer is None else {"made_by": answer})}
    exec(f"check({task!r})", space)
    return capsys.readouterr().out


def test_check_reads_the_notebooks_names(capsys):
    assert said(RIGHT, capsys) == "Correct.\n"
    assert said([...], capsys) == "Not attempted yet.\n"
    assert said(None, capsys).startswith("Not attempted yet. There is no made_by")
    out = said(WRONG, capsys)
    assert out.startswith("Not yet: the conventions.")
    assert out.endswith(f'For a hint, run: hint("{TASK}")\n')


def test_hints_come_one_at_a_time_and_the_last_stays(capsys):
    hints = checks.find(TASK).hints
    for n in [*range(len(hints)), len(hints) - 1]:
        checks.hint(TASK)
        assert capsys.readouterr().out == f"Hint {n + 1} of {len(hints)}: {hints[n]}\n"
    checks.hint(TASK, 1)
    assert hints[0] in capsys.readouterr().out


def test_the_last_hint_can_be_asked_for_by_its_number(capsys):
    hints = checks.find(TASK).hints
    checks.hint(TASK, len(hints))
    assert capsys.readouterr().out == f"Hint {len(hints)} of {len(hints)}: {hints[-1]}\n"
    with pytest.raises(ValueError, match=f"use 1 to {len(hints)}"):
        checks.hint(TASK, len(hints) + 1)


@pytest.mark.parametrize("number", [0, 99, -1, "2", 1.5])
def test_a_hint_that_there_is_not(number):
    with pytest.raises(ValueError, match="number=.* is not a hint of this task; use 1 to"):
        checks.hint(TASK, number)


@pytest.mark.parametrize(
    "name, near",
    [("interpolation-table", "interpolation-tables"), ("interpolatoin-tables", "interpolation")],
)
def test_a_task_that_there_is_not(name, near):
    with pytest.raises(ValueError, match=f"task='{name}' .* perhaps '{near}' is meant"):
        checks.check(name)


def test_a_grader_gets_an_exception(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert said(RIGHT, capsys) == "Correct.\n"
    with pytest.raises(checks.NotYet, match="Not yet: the conventions"):
        said(WRONG, capsys)
    with pytest.raises(checks.NotYet, match="Not attempted yet"):
        said([...], capsys)


def test_jupyterlab_gets_a_button_below_the_text(monkeypatch, capsys):
    shown = []
    monkeypatch.setenv("JPY_SESSION_NAME", "/exercises/x.ipynb")
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert "hint(" not in said(WRONG, capsys)
    button, text = shown[0].children
    assert button.description == "Next hint" and not text.value
    button.click()
    assert text.value.startswith("<p role='status'>Hint 1 of 3: ")


def test_there_is_a_button_or_there_is_none(monkeypatch):
    assert _feedback._buttons(TASK) is False
    monkeypatch.setenv("JPY_SESSION_NAME", "/exercises/x.ipynb")
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    assert _feedback._buttons(TASK) is True
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert _feedback._buttons(TASK) is False


def test_without_widgets_the_text_says_how(monkeypatch, capsys):
    monkeypatch.setenv("JPY_SESSION_NAME", "/exercises/x.ipynb")
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert "hint(" in said(WRONG, capsys)


def test_tasks_are_found_by_name():
    assert checks.find(TASK).answer == "made_by"
    assert isinstance(checks, types.ModuleType) and "interpolation" in checks.chapters()
    with pytest.raises(ValueError, match="chapter='none' has no tasks; use one of"):
        checks.tasks_of("none")
