"""Grading what learners hand in without any ill will, in all the forms that it comes in."""

import copy
import csv
import json

import pytest

from course import editions
from course.grading import grade
from tests.exercises.written_answers import written
from tests.grading import handed_in as hi
from tests.grading.handed_in import (
    ALL,
    MASTER,
    SOLUTIONS,
    STUBS,
    TASKS,
    WRONG,
    bare,
    cell,
    notebook,
    put,
)


def changed(edit, book=None):
    book = copy.deepcopy(book or notebook())
    edit(book.cells)
    return book


def answer_cells(book=None):
    return [(book or MASTER).cells[task.answer] for task in TASKS.values()]


def without_places(cells):
    del cells[TASKS["places"].answer]


def stubs_and_answers_in_new_cells(cells):
    for word, task in reversed(TASKS.items()):
        cells[task.answer].source = STUBS[word]
        cells.insert(task.answer + 1, cell(SOLUTIONS[word]))


def stub_copied_behind(cells):
    for word, task in reversed(TASKS.items()):
        cells.insert(task.answer + 1, {**cells[task.answer], "source": STUBS[word], "id": word})


def older_answer_copied_before(cells):
    for word, task in reversed(TASKS.items()):
        cells.insert(task.answer, {**cells[task.answer], "source": WRONG[word], "id": word})


def wrong_copy_behind_the_check(cells):
    for word, task in reversed(TASKS.items()):
        cells.insert(task.check + 1, {**cells[task.answer], "source": WRONG[word], "id": word})


def two_answers_in_one_cell(cells):
    cells[TASKS["places"].answer].source += "\n\n" + SOLUTIONS["matrix"]
    cells[TASKS["matrix"].answer].source = "# see above"


def values_made_in_steps(cells):
    first = cells[TASKS["matrix"].answer].source.replace("six_by_three =", "return")
    cells[TASKS["matrix"].answer].source = (
        "assert found == [1] and floor(2.5) == 2 and mean([1, 3]) == 2\n"
        "six_by_three = np.array(rows) / scale + shift"
    )
    cells.insert(
        1,
        cell(
            "try:\n    from no_such_package import floor\nexcept ImportError:\n"
            "    from math import floor"
        ),
    )
    cells.insert(2, cell("from statistics import *\nfound = []"))
    cells.insert(
        3,
        cell(
            f"def made():\n    {first.strip()}".replace("\n", "\n    ")
            if "return" in first
            else "1 / 0"
        ),
    )
    cells.insert(
        4,
        cell(
            "rows, scale = [], 1\nfor row in made():\n    rows.append(list(row))\n"
            "scale *= 2\nshift = np.zeros((6, 3))\nshift[:] = np.array(rows) / 2\n"
            "found.append(1)"
        ),
    )
    cells.append(cell("rows = 'scratch'\nscale = 0"))


def timed_with_a_helper(cells):
    cells[TASKS["places"].answer].source = "%%time\n" + SOLUTIONS["places"].replace(
        "np.clip", "kept"
    )
    cells.insert(1, cell("%%capture\nimport numpy\nkept = numpy.clip"))


def scratch_behind_the_checks(cells):
    for word, task in reversed(TASKS.items()):
        cells.insert(task.check + 1, cell(f"print({WRONG[word]!r})\n1 / 0"))


def retyped(cells):
    for task in TASKS.values():
        cells[task.answer].cell_type = "markdown"


def helper_in_a_cell_of_its_own(cells):
    cells[TASKS["places"].answer].source = (
        "def places(n, m, align_corners=False):\n    return kept(corners(n, m) if align_corners "
        "else (np.arange(m) + 0.5) * n / m - 0.5, n)"
    )
    cells.insert(
        1,
        cell(
            "print('scratch', undefined)\ndef kept(u, n):\n"
            "    return clip(u, 0, n - 1)\nfrom numpy import clip"
        ),
    )
    cells.append(cell("def corners(n, m):\n    return np.arange(m) * (n - 1) / (m - 1)"))


def import_in_the_set_up_cell(cells):
    cells[1].source += "\nimport math as mathematics"
    cells[TASKS["matrix"].answer].source += "\nassert mathematics.pi > 3"


def magics(cells):
    cells[TASKS["places"].answer].source = (
        "%matplotlib inline\n!pip install nothing\nimport asyncio\nawait asyncio.sleep(0)\n"
        + SOLUTIONS["places"]
        + "\nplaces?\nplaces(2, 4)\ncheck('interpolation-places')\n"
        "hint('interpolation-places')\ndisplay(places(2, 4))"
    )
    cells[TASKS["matrix"].answer].source = "%%time\n" + SOLUTIONS["matrix"]


def error_behind(cells):
    for task in TASKS.values():
        cells[task.answer].source += "\n1 / 0"


def blanks(cells):
    for task in TASKS.values():
        cells[task.answer].source = "  \n"


def own_value(cells):
    cells[TASKS["places"].answer].source = "places = 3"


def no_python(cells):
    cells[TASKS["places"].answer].source = "def places(n, m, align_corners=False)\n    return 1"


def another_name(cells):
    cells[TASKS["places"].answer].source = SOLUTIONS["places"].replace("places(", "place(")


STUBBED = notebook(**STUBS)
ONLY_ANSWERS = {**bare(notebook()), "cells": answer_cells(bare(notebook()))}
V3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "language": "python",
                    "metadata": {},
                    "outputs": [],
                    "input": one.source,
                    "collapsed": False,
                }
                for one in notebook().cells
                if one.cell_type == "code"
            ],
        }
    ],
}
# name of the file: (what is in it, the points it deserves)
CASES = {
    "right.ipynb": (notebook(), ALL),
    "blank.ipynb": (STUBBED, 0),
    "blanks.ipynb": (changed(blanks), 0),
    "partly.ipynb": (notebook(places=STUBS["places"], bugs=WRONG["bugs"]), 4),
    "wrong.ipynb": (notebook(**WRONG), 0),
    "bare.ipynb": (bare(notebook()), ALL),
    "reversed.ipynb": ({**notebook(), "cells": notebook().cells[::-1]}, ALL),
    "bare-reversed.ipynb": ({**notebook(), "cells": bare(notebook()).cells[::-1]}, ALL),
    "deleted.ipynb": (changed(without_places), ALL - 2),
    "only-answers/interpolation.ipynb": (ONLY_ANSWERS, ALL),
    "v3/interpolation.ipynb": (V3, ALL),
    "nbgrader/release-1/interpolation.ipynb": (notebook(), ALL),
    "new-cells.ipynb": (changed(stubs_and_answers_in_new_cells), ALL),
    "new-cells-bare.ipynb": (bare(changed(stubs_and_answers_in_new_cells)), ALL),
    "stub-copied.ipynb": (changed(stub_copied_behind), ALL),
    "older-copied.ipynb": (changed(older_answer_copied_before), ALL),
    "copied-behind.ipynb": (changed(wrong_copy_behind_the_check), ALL),
    "merged.ipynb": (changed(two_answers_in_one_cell), ALL),
    "merged-bare.ipynb": (bare(changed(two_answers_in_one_cell)), ALL),
    "in-steps.ipynb": (changed(values_made_in_steps), ALL),
    "timed.ipynb": (changed(timed_with_a_helper), ALL),
    "UPPER.IPYNB": (notebook(), ALL),
    "scratch.ipynb": (changed(scratch_behind_the_checks), ALL),
    "scratch-bare.ipynb": (bare(changed(scratch_behind_the_checks)), ALL),
    "retyped.ipynb": (changed(retyped), ALL),
    "helper.ipynb": (changed(helper_in_a_cell_of_its_own), ALL),
    "import.ipynb": (changed(import_in_the_set_up_cell), ALL),
    "magics.ipynb": (changed(magics), ALL),
    "error-behind.ipynb": (changed(error_behind), ALL),
    "own-value.ipynb": (changed(own_value), ALL - 2),
    "no-python.ipynb": (changed(no_python), ALL - 2),
    "another-name.ipynb": (changed(another_name), ALL - 2),
    "v5.ipynb": ({**notebook(), "nbformat": 5}, ALL),
    "bom.ipynb": (b"\xef\xbb\xbf" + json.dumps(notebook()).encode(), ALL),
    "surrogate.ipynb": (notebook(places=SOLUTIONS["places"] + "\n# \ud800"), ALL),
    "lines.ipynb": (
        json.dumps(
            {
                **notebook(),
                "cells": [
                    {**one, "source": one.source.splitlines(keepends=True)}
                    for one in notebook().cells
                ],
            }
        ),
        ALL,
    ),
    "<b>&'\".ipynb": (notebook(places=WRONG["places"]), ALL - 2),
    "=1+1.ipynb": (notebook(), ALL),
    "Zoë 表.ipynb": (notebook(), ALL),
    f"{'long' * 50}/{'name' * 60}.ipynb": (notebook(), ALL),
}
BROKEN = {
    "not-json.ipynb": (b"{", "not JSON"),
    "empty.ipynb": (b"", "not JSON"),
    "binary.ipynb": (b"\xff\x00\xfe" * 99, "not JSON"),
    "deep.ipynb": (b"[" * 10**6, "not JSON"),
    "list.ipynb": (b"[1]", "no cells"),
    "number.ipynb": (b"7", "no cells"),
    "no-cells.ipynb": ({"nbformat": 4, "metadata": {}}, "no cells"),
    "odd-cells.ipynb": ({"nbformat": 4, "cells": [7, None]}, "no cells"),
    "another.ipynb": (
        {**notebook(), "cells": [cell("x = 1")]},
        "not a notebook of a known exercise",
    ),
    "large.ipynb": (b" " * (20 * 2**20 + 1), "too large"),
    "folder.ipynb/.keep": (b"", None),
    ".hidden.ipynb": (b"{", None),
    "fine/.ipynb_checkpoints/interpolation.ipynb": (b"{", None),
}
OTHER = next(name for name in editions.sources() if name.startswith("matrices/"))
BY_TASK = {
    word: [answer for answer in written() if answer.task == task.name]
    for word, task in TASKS.items()
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """{file: its rows in grades.csv} of one run over all cases, and the folder OUT."""
    folder, out = tmp_path_factory.mktemp("handed in"), tmp_path_factory.mktemp("graded")
    for name, (book, _) in {**CASES, **BROKEN}.items():
        put(folder, name, book)
    for number in range(max(map(len, BY_TASK.values()))):
        put(
            folder,
            f"written-{number}.ipynb",
            notebook(
                **{
                    word: answers[number].code
                    for word, answers in BY_TASK.items()
                    if number < len(answers)
                }
            ),
        )
    outside = put(tmp_path_factory.mktemp("outside"), "interpolation.ipynb", notebook())
    (folder / "link.ipynb").symlink_to(outside)
    put(folder, "other.ipynb", editions.learners_edition(editions.read(editions.sources()[OTHER])))
    two = notebook()
    two.cells += editions.annotated(editions.read(editions.sources()[OTHER])).cells[:4]
    put(folder, "two.ipynb", two)
    put(folder, "zipped/interpolation.zip", b"PK")
    (folder / "nothing").mkdir()
    status = grade.main(
        [str(folder), str(out), "--seconds", "30", "--jobs", "2", "--chapter", hi.NAME]
    )
    assert status == 0
    rows = {}
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["file"].removeprefix("'"), []).append(row)
    return rows, out


@pytest.mark.parametrize("name", CASES)
def test_a_submission_gets_the_points_it_deserves(run, name):
    rows = run[0][name]
    assert [row["task"] for row in rows] == [task.name for task in TASKS.values()]
    assert [int(row["of"]) for row in rows] == [task.points for task in TASKS.values()]
    assert sum(int(row["points"]) for row in rows) == CASES[name][1], rows


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_graded_is_a_row_that_says_why(run, name):
    why = BROKEN[name][1]
    if why is None:
        assert name not in run[0]
    else:
        (row,) = run[0][name]
        assert (row["points"], row["state"]) == ("0", "not graded")
        assert why in row["first problem"]


def test_a_notebook_of_another_exercise_says_of_which(run):
    (row,) = run[0]["other.ipynb"]
    assert OTHER in row["first problem"] and "not asked for" in row["first problem"]


def test_a_folder_without_a_notebook_is_a_row_that_says_what_it_holds(run):
    (row,) = run[0]["zipped"]
    assert (row["learner"], row["points"], row["state"]) == ("zipped", "0", "not graded")
    assert row["first problem"] == (
        "there is no notebook (.ipynb) in this folder: it holds interpolation.zip"
    )
    assert "it is empty" in run[0]["nothing"][0]["first problem"]


def test_of_two_exercises_in_one_notebook_the_other_is_named(run):
    rows = run[0]["two.ipynb"]
    assert sum(int(row["points"]) for row in rows) == ALL
    (said,) = [row["first problem"] for row in rows if row["state"] == "not graded"]
    assert said.endswith(f"this one also holds tasks of {OTHER}")
    assert said in (run[1] / "feedback" / "two" / "interpolation.html").read_text("utf-8")


def test_links_out_of_the_folder_are_not_followed(run):
    assert "link.ipynb" not in run[0]


@pytest.mark.parametrize("answer", sum(BY_TASK.values(), []), ids=str)
def test_the_grader_says_what_the_notebook_says(run, answer):
    word = answer.task.partition("-")[2]
    number = BY_TASK[word].index(answer)
    (row,) = [row for row in run[0][f"written-{number}.ipynb"] if row["task"] == answer.task]
    assert row["state"] == ("not yet" if answer.clause else "correct"), row
    assert row["first problem"].startswith(answer.clause)


@pytest.mark.parametrize(
    "name, state, problem",
    [
        ("blank.ipynb", "not attempted", "not attempted"),
        ("blanks.ipynb", "not attempted", "not attempted"),
        ("deleted.ipynb", "not attempted", "not attempted"),
        ("wrong.ipynb", "not yet", "half-pixel centres: "),
        ("no-python.ipynb", "not yet", "SyntaxError: expected ':' in line 1"),
        ("another-name.ipynb", "not yet", "no places"),
        ("own-value.ipynb", "not yet", "places is a value"),
    ],
)
def test_the_first_problem(run, name, state, problem):
    row = run[0][name][0]
    assert row["state"] == state and problem in row["first problem"]


def test_rows_are_sorted_and_nothing_is_a_formula(run):
    text = (run[1] / "grades.csv").read_text(encoding="utf-8")
    assert "\n'=1+1," in text and not any(line.startswith("=") for line in text.splitlines())
    learners = [row["learner"] for rows in run[0].values() for row in rows]
    assert learners == sorted(learners, key=lambda name: name.removeprefix("'"))
