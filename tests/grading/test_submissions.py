"""What is read out of a submission, one function at a time; nothing runs.

Whole submissions stand in test_ordinary.py.
"""

import ast
import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from course.grading import slicing
from course.grading import submissions as sub
from course.grading.submissions import Cell
from tests.grading.handed_in import MASTER, NAME, SOLUTIONS, STUBS, TASKS, notebook, put

KNOWN = sub.exercises()
EXERCISE = KNOWN[NAME]
PLACES = "interpolation-places"


def cells(*sources, kind="code"):
    return [Cell(kind, source) for source in sources]


def bytes_of(book):
    return json.dumps(book).encode()


# --------------------------------------------------------------------------- files and notebooks


def test_what_is_collected(tmp_path):
    for name in (
        "b.ipynb",
        "a.IPYNB",
        "z/deep/er/one.ipynb",
        "z/two.ipynb",
        ".hidden/x.ipynb",
        "z/.x/y.ipynb",
        "z/notes.txt",
        ".h.ipynb",
    ):
        put(tmp_path / "in", name, "{}")
    (tmp_path / "in" / "folder.ipynb").mkdir()
    put(tmp_path, "outside.ipynb", "{}")
    (tmp_path / "in" / "out.ipynb").symlink_to(tmp_path / "outside.ipynb")
    (tmp_path / "in" / "inner.ipynb").symlink_to(tmp_path / "in" / "b.ipynb")
    found = sub.collect(tmp_path / "in")
    assert [(one.learner, str(one)) for one in found] == [
        ("a", "a.IPYNB"),
        ("b", "b.ipynb"),
        ("inner", "inner.ipynb"),
        ("z", "z/deep/er/one.ipynb"),
        ("z", "z/two.ipynb"),
    ]
    assert found[0] == sub.Submission("a", Path("a.IPYNB")) and len({*found, found[0]}) == 5


def test_folders_without_a_notebook(tmp_path):
    for name in ("a/one.ipynb", "b/one.txt", ".c/x", "d.txt"):
        put(tmp_path, name, "{}")
    (tmp_path / "e").mkdir(), (tmp_path / "f").symlink_to(tmp_path / "e")
    missing = sub.without_notebook(tmp_path, sub.collect(tmp_path))
    assert [(one.learner, str(one)) for one in missing] == [("b", "b"), ("e", "e")]


def test_what_is_made_cannot_be_changed():
    for made, field in ((sub.Submission("a", Path("a")), "learner"), (EXERCISE, "name")):
        with pytest.raises(AttributeError):
            setattr(made, field, "b")


def test_contents(tmp_path):
    file = put(tmp_path, "a.ipynb", b"abc")
    assert sub.content(file) == b"abc"
    with open(file, "wb") as big:
        big.truncate(20 * 2**20)
    assert len(sub.content(file)) == 20 * 2**20
    with open(file, "wb") as big:
        big.truncate(30 * 2**20)
    with pytest.raises(sub.SubmissionError, match="too large: 30 MiB, and at most 20 are graded"):
        sub.content(file)
    with open(file, "wb") as big:
        big.truncate(20 * 2**20 + 1)
    with pytest.raises(sub.SubmissionError, match="too large: 20 MiB"):
        sub.content(file)
    with pytest.raises(sub.SubmissionError, match="cannot be read: No such file"):
        sub.content(tmp_path / "none")
    for name in "gfedcba":
        put(tmp_path / "folder", name, "")
    with pytest.raises(sub.SubmissionError, match="it holds a, b, c, d, e$"):
        sub.content(tmp_path / "folder")


def test_cells_of_a_notebook():
    book = {
        "nbformat": 4,
        "cells": [
            {
                "cell_type": "code",
                "source": ["a\r\n", "b"],
                "metadata": {"nbgrader": {"grade_id": 7}},
            },
            {"cell_type": "markdown", "source": "x\ud800", "metadata": None},
            {"source": "y"},
        ],
    }
    assert sub.notebook(bytes_of(book)) == [
        Cell("code", "a\nb", "7"),
        Cell("markdown", "x?"),
        Cell("None", "y"),
    ]
    assert sub.notebook(b"\xef\xbb\xbf" + bytes_of({"cells": []})) == []
    for data, says in (
        (b"{", "it is not JSON"),
        (b"[" * 10**5, "it is not JSON"),
        (b"[]", "it has no cells"),
        (b'{"cells": [1]}', "it has no cells"),
    ):
        with pytest.raises(sub.SubmissionError, match=says):
            sub.notebook(data)


@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_older_and_newer_notebooks(version):
    book = {"nbformat": version, "nbformat_minor": 0, "metadata": {}}
    if version < 4:
        inside = {
            "cells": [
                {
                    "cell_type": "code",
                    "input": "a = 1",
                    "outputs": [],
                    "language": "python",
                    "metadata": {},
                    "collapsed": False,
                }
            ]
        }
        book["worksheets"] = [{**inside, "metadata": {}}]
    else:
        book["cells"] = [{"cell_type": "code", "source": "a = 1", "metadata": {}}]
    (one,) = sub.notebook(bytes_of(book))
    assert one == Cell("code", "a = 1")


# ----------------------------------------------------------------------------- which exercise


def test_the_instructors_notebook():
    assert EXERCISE.name == NAME and EXERCISE.chapter == NAME.partition("/")[2]
    assert EXERCISE.title == "Exercises: interpolation"
    assert [task.name for task in EXERCISE.tasks] == [task.name for task in TASKS.values()]
    assert EXERCISE.stubs == {TASKS[word].name: stub for word, stub in STUBS.items()}
    assert EXERCISE.answers[PLACES] == "places"
    code = [cell.source for cell in MASTER.cells if cell.cell_type == "code"]
    steps = [step.task.check if step.task else step.source for step in EXERCISE.steps]
    answers = {MASTER.cells[task.answer].source for task in TASKS.values()}
    assert steps == [
        index if index in {t.check for t in TASKS.values()} else cell.source
        for index, cell in enumerate(MASTER.cells)
        if cell.cell_type == "code" and cell.source not in answers
    ]
    assert len(code) == len(steps) + len(TASKS)
    assert sub.exercises() is KNOWN  # read once


def test_the_digest_is_of_all_cells(tmp_path):
    from course import editions

    path = editions.sources()[NAME]
    book = nbformat.read(path, 4)
    seen = {EXERCISE.digest, sub.exercise("another/name", path).digest}
    assert len(seen) == 1
    book.cells[0].source = book.cells[0].source.replace("# ", "# New ")
    nbformat.write(book, tmp_path / "a.ipynb")
    changed = sub.exercise("a/b", tmp_path / "a.ipynb")
    assert changed.digest not in seen and changed.title.startswith("New ")
    for cell in book.cells:
        cell.source = cell.source.replace("# ", "")
    book.cells = book.cells[:1]
    nbformat.write(book, tmp_path / "a.ipynb")
    assert sub.exercise("a/b", tmp_path / "a.ipynb").title == "a/b"


def named(*names, kind="code"):
    return [Cell(kind, "", name) for name in names]


def test_which_exercise_a_notebook_is_of():
    other = next(one for one in KNOWN.values() if one.name != NAME)
    mine, theirs = [t.name for t in EXERCISE.tasks], [t.name for t in other.tasks]
    assert sub.which(named(f"{mine[0]}-answer", mine[1]), "x", KNOWN) == (EXERCISE, [])
    assert sub.which(named(mine[0], theirs[0], theirs[1]), "x", KNOWN) == (other, [EXERCISE])
    assert sub.which(named(*mine[:2], theirs[0]), "x", KNOWN) == (EXERCISE, [other])
    # A grade_id counts before a check, a check before the file's name.
    checks = cells(f'check("{mine[0]}")')
    assert sub.which(checks, other.chapter, KNOWN) == (EXERCISE, [])
    assert sub.which(checks + named(theirs[0]), "x", KNOWN) == (other, [])
    assert sub.which(cells(f"y = check( '{mine[0]}' )\n"), "x", KNOWN) == (EXERCISE, [])
    assert sub.which([], EXERCISE.chapter, KNOWN) == (EXERCISE, [])
    assert sub.which([], NAME.replace("/", "-"), KNOWN) == (EXERCISE, [])
    for book in (
        [],
        named("x"),
        cells('check("x")'),
        cells(f'check("{mine[0]}")', kind="markdown"),
    ):
        with pytest.raises(sub.SubmissionError, match="not a notebook of a known exercise"):
            sub.which(book, "x", KNOWN)


# ------------------------------------------------------------------------- names in the code


@pytest.mark.parametrize(
    "source, names",
    [
        ("a = 1", {"a"}),
        ("a, (b, *c) = d", {"a", "b", "c"}),
        ("a += 1", {"a"}),
        ("a: int = 1", {"a"}),
        ("def f(x):\n    y = 1", {"f"}),
        ("async def f(): pass", {"f"}),
        ("class C:\n    x = 1", {"C"}),
        ("import a.b, c as d", {"a", "d"}),
        ("from a import b, c as d", {"b", "d"}),
        ("from a import *", {"*"}),
        ("for i in x:\n    j = i", {"i", "j"}),
        ("with a as b:\n    c = 1", {"b", "c"}),
        ("[i for i in x]", set()),
        ("{i for i in x}", set()),
        ("{i: 1 for i in x}", set()),
        ("x = (i for i in y)", {"x"}),
        ("f = lambda z: z", {"f"}),
        ("a.b = c[d] = 1", set()),
        ("if (n := 3): m = n", {"n", "m"}),
        ("%%time\na = 1", {"a"}),
        ("!ls\na = 1", {"a"}),
        ("", set()),
        ("# a = 1", set()),
        # No Python: what its lines look like.
        ("def f(x)\n    return", {"f"}),
        ("a = (1", {"a"}),
        ("class C(:", {"C"}),
        ("a == (b", set()),
        ("  a = (1", set()),
        ("f(", {"f"}),
    ],
)
def test_the_names_that_a_cell_defines(source, names):
    assert slicing.defined(source) == names


@pytest.mark.parametrize(
    "source, name",
    [
        ("a += 1", "a"),
        ("a.b += 1", "a"),
        ("a[0][1] = 2", "a"),
        ("a.b.c = 1", "a"),
        ("del a[0]", "a"),
        ("a.append(1)", "a"),
        ("a[0].sort()", "a"),
        ("f(a)", None),
        ("a.b", None),
        ("a[0]", None),
        ("x = a.b", None),
        ("f().x = 1", None),
        ("a", None),
        ("a.b + 1", None),
    ],
)
def test_the_name_that_a_statement_changes(source, name):
    found = {n for node in ast.walk(ast.parse(source)) for n in slicing._changed(node)}
    assert found == ({name} if name else set())


def test_statements_say_what_they_define_and_what_they_change():
    source = (
        "import numpy as np\n@wraps\n@twice\ndef f():\n    return 1\nprint(1)\n"
        "a = 1\nb = b + a\nfor i in b:\n    c = c + i\nd[0] = 1\na += 1\n"
    )
    assert [(one.text, one.defines, one.changes) for one in slicing.statements(source)] == [
        ("import numpy as np", {"np"}, set()),
        ("@wraps\n@twice\ndef f():\n    return 1", {"f"}, set()),
        ("a = 1", {"a"}, set()),
        ("b = b + a", set(), {"b"}),
        ("for i in b:\n    c = c + i", set(), {"c", "i"}),
        ("d[0] = 1", set(), {"d"}),
        ("a += 1", set(), {"a"}),
    ]


def test_what_libraries_the_cells_import():
    assert slicing.imports(
        [
            "import numpy as np, os\nimport torch.nn",
            "from scipy.sparse import x",
            "from . import numpy",
            "from .torch import y",
            "import numpyx",
            "x = 1\ndef f():\n    import PIL.Image",
            "%matplotlib inline",
            "import (",
        ]
    ) == ["PIL.Image", "matplotlib.pyplot", "numpy", "scipy.sparse", "torch.nn"]
    assert slicing.imports([]) == []


# --------------------------------------------------------------------------- the answers


def answers(*extra, before=(), **given):
    """The answers taken from the reference notebook with these answers and further cells."""
    book = sub.notebook(bytes_of(notebook(**given)))
    return sub.answers(EXERCISE, [*before, *book, *extra])


def test_answers_are_taken_as_they_are():
    assert answers() == {TASKS[word].name: source for word, source in SOLUTIONS.items()}
    assert answers(**STUBS) == {task.name: "" for task in TASKS.values()}
    assert answers(places=" \n")[PLACES] == ""


HELP = "def places(n, m, align_corners=False):\n    return help_me(n, m, scale)"


def taken(*others, answer=HELP, behind=()):
    """The statements that come along with an answer, which is returned without itself."""
    source = answers(*cells(*behind), before=cells(*others), places=answer)[PLACES]
    assert source.endswith(answer)
    return source[: -len(answer)].rstrip("\n")


def test_what_an_answer_uses_comes_along_in_its_order():
    assert taken(
        "scale = 2\nunused = 1",
        "def help_me(n, m, s):\n    return third(n)",
        "def third(n):\n    return n",
    ) == ("scale = 2\ndef help_me(n, m, s):\n    return third(n)\ndef third(n):\n    return n")


def test_the_last_definition_and_what_changes_it():
    assert (
        taken(
            "scale = 1\nscale *= 5\nscale = 2\nscale *= 3\nprint(scale)\nscale.sort()",
            "help_me = max",
        )
        == "scale = 2\nscale *= 3\nscale.sort()\nhelp_me = max"
    )
    # What an import gives is not made by statements that change it.
    assert taken("import scale\nscale.x = 1", "help_me = max") == "import scale\nhelp_me = max"
    assert taken("from scale import scale\nscale.x = 1", "help_me = max") == (
        "from scale import scale\nhelp_me = max"
    )


def test_what_comes_after_the_check_counts_only_if_there_is_nothing_before():
    assert taken("scale = 1", "help_me = max", behind=["scale = 2", "scale += 1"]) == (
        "scale = 1\nhelp_me = max"
    )
    assert taken("help_me = max", behind=["scale = 2", "scale += 1"]) == (
        "help_me = max\nscale = 2\nscale += 1"
    )
    assert taken("from math import *", behind=["from cmath import *"]) == "from math import *"


def test_what_stands_in_the_cell_of_the_check_comes_after_it():
    book = sub.notebook(bytes_of(notebook(places=HELP)))
    place = TASKS["places"].check
    book[place] = replace(book[place], source="scale = 9\n" + book[place].source)
    source = sub.answers(EXERCISE, [*cells("scale = 1", "help_me = max"), *book])[PLACES]
    assert source == "scale = 1\nhelp_me = max\n" + HELP


def test_the_courses_own_names_do_not_come_along():
    assert taken("np = 1\nscale = 1", "help_me = max\nlen = 3") == "scale = 1\nhelp_me = max"


def test_a_magic_of_the_cell_goes_when_others_come_before_it():
    timed = "%%time\n" + HELP
    source = answers(before=cells("scale = 1", "help_me = max"), places=timed)[PLACES]
    assert source == "scale = 1\nhelp_me = max\n" + HELP
    assert answers(places="%%time\n" + SOLUTIONS["places"])[PLACES].startswith("%%time\n")


def test_of_several_cells_the_last_before_the_check_is_taken():
    mine = Cell("code", HELP, f"{PLACES}-answer")
    book = sub.notebook(bytes_of(notebook()))
    check = TASKS["places"].check
    before = sub.answers(EXERCISE, [*book[:check], mine, *book[check:]])[PLACES]
    behind = sub.answers(EXERCISE, [*book[: check + 1], mine, *book[check + 1 :]])[PLACES]
    assert before == HELP and behind == SOLUTIONS["places"]
    # Where all of them come after it, the last of all.
    moved = [cell for cell in book if cell.id != f"{PLACES}-answer"]
    assert (
        sub.answers(EXERCISE, [*moved, replace(mine, source="def places(): 1"), mine])[PLACES]
        == HELP
    )


@pytest.mark.parametrize("edit", [{"id": ""}, {"source": "'mine'"}], ids=["no id", "no check"])
def test_a_check_is_known_by_its_id_or_by_what_it_calls(edit):
    mine = Cell("code", HELP, f"{PLACES}-answer")
    book = sub.notebook(bytes_of(notebook()))
    place = TASKS["places"].check
    book[place] = replace(book[place], **edit)
    assert sub.answers(EXERCISE, [*book[:place], mine, *book[place:]])[PLACES] == HELP
    assert (
        sub.answers(EXERCISE, [*book[: place + 1], mine, *book[place + 1 :]])[PLACES]
        == SOLUTIONS["places"]
    )


def test_an_answer_is_found_by_its_name():
    bare = [replace(cell, id="") for cell in sub.notebook(bytes_of(notebook()))]
    assert sub.answers(EXERCISE, bare) == answers()
    # A cell with its id that does not define the name comes with the one that does.
    parts = answers(
        before=cells("def places(n, m, align_corners=False):\n    return part(n)"),
        places="def part(n):\n    return n",
    )[PLACES]
    assert parts == (
        "def places(n, m, align_corners=False):\n    return part(n)\n\ndef part(n):\n    return n"
    )
    # One that was retyped is taken as well; text that looks like an answer is not.
    text = [
        replace(cell, cell_type="markdown") if cell.id == f"{PLACES}-answer" else cell
        for cell in sub.notebook(bytes_of(notebook()))
    ]
    assert sub.answers(EXERCISE, text)[PLACES] == SOLUTIONS["places"]
    assert sub.answers(EXERCISE, [replace(cell, id="") for cell in text])[PLACES] == ""


def test_an_answer_in_the_cell_of_another():
    both = SOLUTIONS["matrix"] + "\n\n" + SOLUTIONS["places"]
    merged = answers(matrix=both, places="")
    assert merged[PLACES] == merged["interpolation-matrix"] == both
    # A cell of its own counts before that of another.
    own = answers(before=cells(HELP), matrix=both, places="")[PLACES]
    assert own == HELP
    moved = [Cell("code", both, "interpolation-matrix-answer")]
    own = answers(before=[*cells(HELP), *moved], matrix="", places="")
    assert own == {**merged, PLACES: HELP}


def test_an_answer_without_a_check():
    book = [cell for cell in sub.notebook(bytes_of(notebook())) if "check(" not in cell.source]
    assert sub.answers(EXERCISE, book) == answers()
    older = Cell("code", HELP, f"{PLACES}-answer")
    assert sub.answers(EXERCISE, [older, *book]) == answers()


def test_code_that_cannot_be_read_as_ipython_reads_it(monkeypatch):
    def fails(self, source):
        raise SyntaxError

    monkeypatch.setattr(slicing.TransformerManager, "transform_cell", fails)
    assert slicing._transformed("a b") == "a b" and slicing.defined("!ls x\nq = 1") == {"q"}
