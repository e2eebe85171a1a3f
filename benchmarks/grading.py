"""Is what learners hand in graded as it deserves, and how long does one submission take?

    python -m benchmarks.grading [--jobs N] [--nbgrader HOW_MANY]

60 submissions of one exercise, made up: right ones in several forms, usual mistakes, and hostile
ones. They are graded in one run, and each score is compared with the one it deserves. Where
nbgrader is installed, it grades the same ones, except those that would harm this machine there:
it runs them without bounds.
"""

import argparse
import csv
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course import editions
from course.dependencies import ROOT
from tests.exercises.written_answers import written
from tests.grading.handed_in import (
    ALL,
    NAME,
    POINTS,
    SOLUTIONS,
    TASKS,
    bare,
    notebook,
    put,
)
from tests.grading.test_hostile import FINE, LOST, READS, STEAL

PART, CHAPTER = NAME.split("/")
HOSTILE = (
    "loop-in-the-cell",
    "loop-in-the-function",
    "sleep",
    "exit-in-the-cell",
    "exit-in-the-function",
    "kill-in-the-cell",
    "sys-exit",
    "interrupt",
    "recursion",
    "check-redefined",
    "examine-patched",
    "answers-patched",
    "numpy-patched",
    "huge-list",
    "equal-to-all",
    "odd-text",
)
HARMFUL = ("memory-in-the-cell", "memory-bit-by-bit", "fork-bomb", "kills-the-grader")


def made_up():
    """{name: (notebook, the points it deserves)}: 20 right, 16 wrong or partly, 24 hostile."""
    draw = random.Random(0)
    answers = {word: [a for a in written() if a.task == task.name] for word, task in TASKS.items()}
    right = {
        word: [SOLUTIONS[word], *(a.code for a in answers[word] if not a.clause)] for word in TASKS
    }
    wrong = {word: [a.code for a in answers[word] if a.clause] for word in TASKS}
    submissions = {}
    forms = (
        lambda book: book,
        bare,
        lambda book: {**book, "cells": book["cells"][::-1]},
        lambda book: {**bare(book), "cells": bare(book)["cells"][::-1]},
    )
    for number, form in zip(range(20), itertools.cycle(forms)):
        submissions[f"right-{number:02}"] = (
            form(notebook(**{word: f"{draw.choice(right[word])}\n# {number}" for word in TASKS})),
            ALL,
        )
    for number in range(16):
        lost = list(TASKS) if number < 4 else draw.sample(list(TASKS), 1 + number % 3)
        submissions[f"wrong-{number:02}"] = (
            notebook(
                **{
                    word: f"{draw.choice((wrong if word in lost else right)[word])}\n# {number}"
                    for word in TASKS
                }
            ),
            ALL - sum(POINTS[word] for word in lost),
        )
    for name in (*HOSTILE, *HARMFUL):
        submissions[f"hostile-{name}"] = notebook(places=LOST[name][0]), ALL - POINTS["places"]
    for name in ("prints-megabytes", "stderr"):
        submissions[f"hostile-{name}"] = notebook(places=FINE[name]), ALL
    for name in ("open", "cat"):
        submissions[f"hostile-reads-{name}"] = (
            notebook(places=STEAL.format(path=str(editions.sources()[NAME]), read=READS[name])),
            ALL - POINTS["places"],
        )
    return submissions


def ours(submissions, folder, jobs):
    """{name: points} and the seconds that the run took."""
    for name, (book, _) in submissions.items():
        put(folder / "in", f"{name}.ipynb", book)
    start = time.perf_counter()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "instructor.grade",
            str(folder / "in"),
            str(folder / "out"),
            "--jobs",
            str(jobs),
        ],
        cwd=ROOT,
        check=True,
    )
    seconds = time.perf_counter() - start
    points = dict.fromkeys(submissions, 0)
    with open(folder / "out" / "grades.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points[row["learner"]] += int(row["points"])
    return points, seconds


def theirs(submissions, folder):
    """The same of nbgrader."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "none"), "PATH": beside}

    def run(*arguments, **more):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            **more,
        )

    (folder / "source" / PART).mkdir(parents=True)
    shutil.copy(editions.sources()[NAME], folder / "source" / PART)
    shutil.copy(ROOT / "instructor" / "nbgrader_config.py", folder)
    run("-m", "nbgrader", "generate_assignment", PART, check=True)
    for name, (book, _) in submissions.items():
        put(folder, f"submitted/{name}/{PART}/{CHAPTER}.ipynb", book)
    start = time.perf_counter()
    run("-m", "nbgrader", "autograde", PART)  # it fails where one submission did
    seconds = time.perf_counter() - start
    scores = run(
        "-c",
        "from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book:\n"
        f"    for one in book.assignment_submissions({PART!r}):\n"
        "        print(one.student.id, one.score)",
        check=True,
    ).stdout
    points = dict.fromkeys(submissions, 0.0)
    points |= {name: float(score) for name, score in map(str.split, scores.splitlines())}
    return points, seconds


def report(whose, submissions, points, seconds):
    """Print the time, and the scores that are not what they should be; returns their number."""
    print(
        f"{whose}: {len(submissions)} submissions in {seconds:.0f} s, "
        f"{seconds / len(submissions):.2f} s for each"
    )
    odd = {name: of for name, (_, of) in submissions.items() if points[name] != of}
    for name, of in odd.items():
        print(f"  {name}: {points[name]:g} points, and it deserves {of}")
    return len(odd)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--nbgrader", type=int, default=60, help="how many it grades at most")
    options = parser.parse_args()
    submissions = made_up()
    assert len(submissions) == 60
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        wrong = report("\nmake grade", submissions, *ours(submissions, Path(folder), options.jobs))
    same = [name for name in submissions if name.removeprefix("hostile-") not in HARMFUL]
    same = random.Random(1).sample(same, min(len(same), options.nbgrader))
    try:
        import nbgrader  # noqa: F401
    except ImportError:
        print("nbgrader is not installed (requirements-instructor.txt): nothing to compare with")
    else:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            chosen = {name: submissions[name] for name in same}
            report("nbgrader", chosen, *theirs(chosen, Path(folder)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
