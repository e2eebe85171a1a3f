"""One notebook, two editions: what the learner's has, and what it must not have."""

import json
import shutil
import subprocess

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course import editions

SOURCES = editions.sources()
HEADING = "## Task 1 · Sum (5 min, 2 points)\n\nAdd."
ANSWER = "def total(x):\n    ### BEGIN SOLUTION\n    return sum(x)\n    ### END SOLUTION"


def notebook(*cells):
    made = [
        new_markdown_cell(c) if c.startswith("#") and "BEGIN" not in c else new_code_cell(c)
        for c in cells
    ]
    for number, cell in enumerate(made):
        cell.id = f"c{number}"
    return new_notebook(cells=made)


RIGHT = notebook("# Title", "x = 1", HEADING, ANSWER, 'check("sum-total")')


def test_a_task_is_what_its_text_says():
    (task,) = editions.tasks(RIGHT)
    assert (task.name, task.title, task.minutes, task.points) == ("sum-total", "Sum", 5, 2)
    assert (task.answer, task.check) == (3, 4)


def test_nbgraders_metadata_follow_from_the_text():
    cells = editions.annotated(RIGHT).cells
    shared = {"schema_version": 3, "task": False, "cell_type": "code"}
    assert [cell.metadata.get("nbgrader") for cell in cells] == [
        None,
        {"grade": False, "grade_id": "c1", "locked": True, "solution": False, **shared},
        None,
        {
            "grade": False,
            "grade_id": "sum-total-answer",
            "locked": False,
            "solution": True,
            **shared,
        },
        {
            "grade": True,
            "grade_id": "sum-total",
            "locked": True,
            "solution": False,
            "points": 2,
            **shared,
        },
    ]


def test_the_learner_gets_a_stub():
    cells = editions.learners_edition(RIGHT).cells
    assert cells[3].source == "def total(x):\n    ...  # your code"
    assert [c.source for c in cells[:3]] == [c.source for c in RIGHT.cells[:3]]
    assert "BEGIN" in RIGHT.cells[3].source, "the instructor's stays as it was"


@pytest.mark.parametrize(
    "cells, says",
    [
        ([HEADING, ANSWER], "^the last task has no check"),
        (
            [HEADING, ANSWER, HEADING.replace("1", "2"), 'check("a-b")'],
            "^cell 3: task 1 has no check before this",
        ),
        ([HEADING, 'check("a-b")'], "^cell 2: this check has no answer before it"),
        ([ANSWER, 'check("a-b")'], "^cell 1: a solution needs a task's heading"),
        ([HEADING, ANSWER, ANSWER, 'check("a-b")'], "^cell 3: a solution needs a task's heading"),
        (
            [HEADING.replace("Task 1", "Task 2"), ANSWER, 'check("a-b")'],
            "^task 'a-b' has the number 2; use 1",
        ),
        (
            [HEADING.replace(", 2 points", ""), ANSWER, 'check("a-b")'],
            "^cell 1: '## Task 1 · Sum .5 min.' is not the heading of a task",
        ),
        ([HEADING, ANSWER.replace("    ### END SOLUTION", ""), 'check("a-b")'], "no ### END"),
        ([HEADING, ANSWER.replace("### BEGIN SOLUTION", ""), 'check("a-b")'], "does not pair"),
        ([HEADING, ANSWER.replace("return sum(x)", "### BEGIN SOLUTION"), 'check("a-b")'], "pair"),
    ],
)
def test_another_form_is_refused(cells, says):
    with pytest.raises(ValueError, match=says):
        editions.tasks(notebook(*cells))


@pytest.fixture
def course(tmp_path):
    """A repository with one exercise, in both editions: (its root, source, learner's notebook)."""
    source = tmp_path / "instructor/source/one/sum.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(RIGHT, source)
    return tmp_path, source, tmp_path / "exercises/one/sum.ipynb"


def commit(root):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "All"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def another(source):
    """Give the instructor's notebook another text."""
    source.write_text(source.read_text().replace("Add.", "Add them."))


def test_drift_is_found_and_mended(course):
    root, source, learner = course
    assert editions.drifted(root) == [learner, source]
    assert editions.write_learners(root) == [learner, source]
    assert editions.drifted(root) == []
    text = learner.read_text()
    another(source)
    assert editions.write_learners(root) == [learner]
    assert learner.read_text() == text.replace("Add.", "Add them.")
    source.unlink()
    assert editions.write_learners(root) == [learner]
    assert not learner.exists()


@pytest.mark.parametrize(
    "old, new",
    [("...  # your code", "return sum(x)"), ("x = 1", "x = 2"), ("Add.", "Add. Done on Monday.")],
)
def test_what_a_learner_wrote_is_never_replaced(course, old, new):
    root, source, learner = course
    editions.write_learners(root)
    commit(root)
    answered = learner.read_text().replace(old, new)
    learner.write_text(answered)
    another(source)
    before = source.read_text()
    with pytest.raises(ValueError, match="sum.ipynb would be overwritten, which may hold answers"):
        editions.write_learners(root)
    assert (learner.read_text(), source.read_text()) == (answered, before)
    commit(root)  # kept in git, it is the learner's all the same
    with pytest.raises(ValueError, match="may hold answers"):
        editions.write_learners(root)
    source.unlink()
    assert editions.write_learners(root) == []
    assert learner.read_text() == answered
    learner.unlink()


def test_a_learners_own_notebook_stays(course):
    root, _, learner = course
    editions.write_learners(root)
    own = learner.with_name("mine.ipynb")
    nbformat.write(RIGHT, own)
    assert editions.drifted(root) == [] and editions.write_learners(root) == []
    assert own.exists()


def test_a_link_stays_a_link(course):
    root, _, learner = course
    editions.write_learners(root)
    real = root / "real.ipynb"
    learner.rename(real)
    learner.symlink_to(real)
    text = real.read_text()
    another(course[1])
    with pytest.raises(ValueError, match="may hold answers"):
        editions.write_learners(root)
    assert learner.is_symlink() and real.read_text() == text


def test_in_a_fresh_clone_gits_history_tells_what_was_generated(course):
    root, source, learner = course
    editions.write_learners(root)
    commit(root)
    shutil.rmtree(root / "_build")
    another(source)
    commit(root)
    book = editions.read(learner)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="run")]  # as a run leaves it
    nbformat.write(book, learner)
    assert editions.write_learners(root) == [learner]
    assert editions.drifted(root) == []
    shutil.rmtree(root / "_build")
    shutil.rmtree(root / ".git")
    source.write_text(source.read_text().replace("x = 1", "x = 3"))
    with pytest.raises(ValueError, match="may hold answers"):  # nothing says that it has none
        editions.write_learners(root)


def test_a_notebook_that_is_saved_in_the_meantime_stays_so(course, monkeypatch):
    root, source, learner = course
    editions.write_learners(root)
    another(source)
    works, saved = editions._digest, learner.read_text().replace("...  # your code", "mine")

    def then_saved(notebook):
        answer = works(notebook)
        learner.write_text(saved)
        return answer

    monkeypatch.setattr(editions, "_digest", then_saved)
    with pytest.raises(ValueError, match="was saved while this ran"):
        editions.write_learners(root)
    assert learner.read_text() == saved


def test_the_repositorys_editions_have_not_drifted():
    drifted = [str(path.relative_to(editions.ROOT)) for path in editions.drifted()]
    assert not drifted, f"run: make notebooks (it makes {drifted} anew)"


def test_every_chapter_has_an_exercise_notebook():
    book = editions.ROOT / "book"
    pages = [path.relative_to(book) for path in book.rglob("*.ipynb")]
    chapters = {
        page.with_suffix("").as_posix()
        for page in pages
        if not any(part.startswith(".") for part in page.parts)
    }
    assert chapters == set(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_no_solution_in_the_learners_edition(name):
    source = editions.read(SOURCES[name])
    text = editions.learner_path(SOURCES[name]).read_text(encoding="utf-8")
    answers = [task.answer for task in editions.tasks(source)]
    # A line of the solution may stand in code that the task gives, as in one with a bug.
    given = "\n".join(
        editions.without_solution(cell.source) if index in answers else cell.source
        for index, cell in enumerate(source.cells)
    )
    for answer in answers:
        for line in map(str.strip, source.cells[answer].source.splitlines()):
            if len(line) > 8 and line not in given:
                assert json.dumps(line)[1:-1] not in text, line


@pytest.mark.parametrize("name", SOURCES)
def test_stored_outputs_are_those_of_the_edition(name):
    source = editions.read(SOURCES[name])
    learner = editions.read(editions.learner_path(SOURCES[name]))
    for edition, says in ((source, "Correct.\n"), (learner, "Not attempted yet.\n")):
        for task in editions.tasks(source):
            assert [o.get("text") for o in edition.cells[task.check].outputs] == [says], task.name


def test_the_tasks_are_many_and_timed():
    tasks = [task for path in SOURCES.values() for task in editions.tasks(editions.read(path))]
    assert len(tasks) >= 25
    assert len({task.name for task in tasks}) == len(tasks)
    assert all(0 < task.minutes <= 45 and 0 < task.points <= 5 for task in tasks)
