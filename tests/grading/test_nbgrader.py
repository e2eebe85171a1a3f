"""nbgrader takes the instructor's notebooks unchanged, and grades what learners hand in.

Only where it is installed: pip install -r requirements-instructor.txt
"""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from course import editions
from tests.grading.handed_in import ALL, NAME, SOLUTIONS, STUBS, TASKS, WRONG

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None,
    reason="nbgrader is not installed: pip install -r requirements-instructor.txt",
)

PART, CHAPTER = NAME.split("/")
LEARNERS = {
    "blank": (STUBS, 0),
    "right": (SOLUTIONS, ALL),
    "wrong": (WRONG, 0),
    "partly": ({**SOLUTIONS, "bugs": WRONG["bugs"]}, ALL - 3),
}
SCORES = """
import os, sys
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    for one in book.assignment_submissions("PART"):
        for notebook in one.notebooks:
            print(one.student.id, *(f"{g.name}={g.score:g}/{g.max_score:g}"
                                    for g in notebook.grades))
"""


def nbgrader(course, *arguments):
    """Run one of its commands in the course's folder."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(course / "none")},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of one exercise, with the shipped settings, that was graded."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(editions.ROOT / "instructor" / "nbgrader_config.py", folder)
    (folder / "source" / PART).mkdir(parents=True)
    shutil.copy(editions.sources()[NAME], folder / "source" / PART)
    nbgrader(folder, "generate_assignment", PART)
    for learner, (answers, _) in LEARNERS.items():
        book = editions.read(editions.learner_path(editions.sources()[NAME]))
        for word, task in TASKS.items():
            book.cells[task.answer].source = answers[word]
        path = folder / "submitted" / learner / PART / f"{CHAPTER}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(editions.nbformat.writes(book), "utf-8")
    nbgrader(folder, "autograde", PART)
    return folder


@pytest.fixture(scope="module")
def scores(course):
    """{learner: {task: (score, of)}} as nbgrader's gradebook has them."""
    said = subprocess.run(
        [sys.executable, "-c", SCORES.replace("PART", PART)],
        cwd=course,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = {}
    for line in said.splitlines():
        learner, *grades = line.split()
        found[learner] = {
            task: tuple(map(float, score.split("/")))
            for task, score in (grade.split("=") for grade in grades)
        }
    return found


def test_its_learners_notebook_is_ours(course):
    theirs = editions.read(course / "release" / PART / f"{CHAPTER}.ipynb")
    ours = editions.read(editions.learner_path(editions.sources()[NAME]))
    assert [(c.cell_type, c.source) for c in theirs.cells] == [
        (c.cell_type, c.source) for c in ours.cells
    ]


@pytest.mark.parametrize("learner", LEARNERS)
def test_its_scores_are_those_that_are_deserved(scores, learner):
    grades = scores[learner]
    assert {task: of for task, (_, of) in grades.items()} == {
        task.name: task.points for task in TASKS.values()
    }
    assert sum(score for score, _ in grades.values()) == LEARNERS[learner][1], grades
