"""For each task: right answers pass, and each clause catches a wrong one, and says what is wrong."""

import linecache
import re
import tomllib
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from tests.exercises.written_answers import written

from course import editions
from lib import checks
from lib.checks import Answers, chapters, examine, find, tasks_of

SOURCES = editions.sources()
TASKS = [name for chapter in chapters() for name in tasks_of(chapter)]
WRITTEN = written()
WRONG = [answer for answer in WRITTEN if answer.clause]
RIGHT = [answer for answer in WRITTEN if not answer.clause]


@cache
def notebook(chapter):
    (path,) = [path for name, path in SOURCES.items() if name.endswith(f"/{chapter}")]
    return editions.read(path)


@cache
def before(task):
    """What the cells before a task's check define that are nobody's answer."""
    book = notebook(task.partition("-")[0])
    found = {t.name: t for t in editions.tasks(book)}
    own = {index for t in found.values() for index in (t.answer, t.check)}
    space = {}
    for index, cell in enumerate(book.cells[: found[task].check]):
        if cell.cell_type == "code" and index not in own:
            exec(compile(cell.source, f"<cell {index}>", "exec"), space)
    return space


def copied(value):
    """Anew for each answer, which may change it."""
    return value if callable(value) or isinstance(value, ModuleType) else deepcopy(value)


def verdict(task, code):
    """The verdict on an answer, after the cells of the notebook that are nobody's answer."""
    space = {name: copied(value) for name, value in before(task).items()}
    # A kernel keeps the lines of its cells where tracebacks find them.
    linecache.cache["<answer>"] = len(code), None, code.splitlines(keepends=True), "<answer>"
    exec(compile(code, "<answer>", "exec"), space)
    return examine(find(task), Answers(space))


def solution(task):
    book = notebook(task.partition("-")[0])
    return next(book.cells[t.answer].source for t in editions.tasks(book) if t.name == task)


def test_notebooks_and_checks_have_the_same_tasks_in_the_same_order():
    for chapter in chapters():
        assert [t.name for t in editions.tasks(notebook(chapter))] == list(tasks_of(chapter))
    assert {name.partition("/")[2] for name in SOURCES} == set(chapters())


def test_answers_are_of_tasks_that_there_are():
    assert {answer.task for answer in WRITTEN} <= set(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_the_solution_passes(task):
    assert str(verdict(task, solution(task))) == "Correct."


@pytest.mark.parametrize("task", TASKS)
def test_the_stub_is_not_attempted(task):
    assert str(verdict(task, editions.without_solution(solution(task)))) == "Not attempted yet."


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_another_right_answer_passes(answer):
    assert answer.code.strip() != solution(answer.task).strip()
    assert str(verdict(answer.task, answer.code)) == "Correct."


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_is_caught_by_its_clause(answer):
    said = verdict(answer.task, answer.code)
    assert (said.state, said.clause) == ("not yet", answer.clause), str(said)
    assert answer.says in re.sub(r"\n {4,}", " ", str(said))  # long lines are broken


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_proven(task):
    """Another right answer, three wrong ones, and a wrong one for every clause; hints in steps."""
    assert any(answer.task == task for answer in RIGHT)
    wrong = [answer for answer in WRONG if answer.task == task]
    assert len(wrong) >= 3
    assert {clause.name for clause in find(task).clauses} == {answer.clause for answer in wrong}
    assert len(find(task).hints) >= 2
    assert all(clause.hint for clause in find(task).clauses)


@pytest.mark.parametrize("chapter", chapters())
def test_no_hint_is_for_a_task_or_clause_that_is_gone(chapter):
    path = Path(checks.tasks.__file__).with_name(f"{chapter}.toml")
    written_down = tomllib.loads(path.read_text(encoding="utf-8"))
    asked = {name: [clause.name for clause in task.clauses]
             for name, task in tasks_of(chapter).items()}
    assert {name: list(words["clauses"]) for name, words in written_down.items()} == asked
