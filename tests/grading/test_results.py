"""What becomes of results: which notebook counts, the table, the pages, and what is printed."""

import argparse
import csv
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from course import files
from course.grading import grade, report, submissions
from course.grading.results import Grade, Graded, NotGraded, TaskGrade, counted
from course.grading.session import Limits
from course.grading.submissions import Submission
from lib.checks import Verdict
from tests.grading.handed_in import NAME, notebook, put


def task(number, points=1, of=2, state=None, **more):
    state = state or ("correct" if points else "not yet")
    return TaskGrade(
        **{
            "task": f"x-{number}",
            "title": f"Task <{number}>",
            "points": points,
            "of": of,
            "state": state,
            "problem": "" if points else "the sum: 3",
            "message": f"Not yet: {number}",
            **more,
        }
    )


TWO_TASKS = task("b"), task("a", 0)


def graded(path, tasks=TWO_TASKS, changed=0.0, exercise="part/x", **more):
    path = Path(path)
    learner = path.parts[0] if len(path.parts) > 1 else path.stem
    result = Grade(exercise, "Exercises & more", tuple(tasks), **more)
    return Graded(Submission(learner, path), result, changed)


def ungraded(path, problem, **more):
    path = Path(path)
    return Graded(Submission(path.parts[0], path), NotGraded(problem, **more))


# ------------------------------------------------------------------------------ which one counts


EMPTY = (task("a", 0, state="not attempted"), task("b", 0, state="not attempted"))


@pytest.mark.parametrize(
    "better, worse",
    [
        (graded("a/z.ipynb"), graded("a/x.ipynb", EMPTY, 9.0)),
        (graded("a/z.ipynb", (task("a", 0), *EMPTY[1:])), graded("a/x.ipynb", EMPTY, 9.0)),
        (graded("a/x.ipynb"), graded("a/z.ipynb", changed=9.0)),
        (graded("a/z.ipynb", changed=2.0), graded("a/zz.ipynb", changed=1.0)),
        (graded("a/z.ipynb"), graded("a/y.ipynb")),
        (graded("a/b/x.ipynb"), graded("a/a/x.ipynb")),
    ],
)
def test_one_notebook_of_an_exercise_counts(better, worse):
    other = graded("b/x.ipynb", EMPTY)
    third = graded("a/x.ipynb", EMPTY, exercise="part/y")
    broken = ungraded("a", "no notebook")
    for order in ([better, worse], [worse, better]):
        counts = counted([*order, other, third, broken])
        assert counts[2:] == [other, third, broken]
        assert counts[order.index(better)] is better
        lost = counts[order.index(worse)]
        assert lost.submission is worse.submission and lost.changed == worse.changed
        assert lost.result == NotGraded(
            f"another notebook of this learner counts for part/x: {better.submission}",
            superseded="part/x",
        )


def test_results_cannot_be_changed():
    one = graded("a/x.ipynb")
    for made, field in ((one, "result"), (one.result, "tasks"), (one.result.tasks[0], "points")):
        with pytest.raises(AttributeError):
            setattr(made, field, None)


# ------------------------------------------------------------------------------------- the table


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)]


def test_the_table_is_sorted_with_tasks_in_the_notebooks_order(tmp_path):
    many = [
        graded("b/x.ipynb", also=("part/y",)),
        ungraded("c", "it is empty"),
        graded("a/x.ipynb", (task("=b"),), exercise="part/y"),
        graded("a/x.ipynb"),
    ]
    table = report.write_grades(tmp_path, many, tmp_path / "record")
    assert table == tmp_path / "grades.csv"
    assert rows(table) == [
        ("learner", "exercise", "task", "points", "of", "state", "first problem", "file"),
        ("a", "part/x", "x-b", "1", "2", "correct", "", "a/x.ipynb"),
        ("a", "part/x", "x-a", "0", "2", "not yet", "the sum: 3", "a/x.ipynb"),
        ("a", "part/y", "x-=b", "1", "2", "correct", "", "a/x.ipynb"),
        (
            "b",
            "",
            "",
            "0",
            "",
            "not graded",
            "each exercise needs a notebook of its own: this one also holds tasks of part/y",
            "b/x.ipynb",
        ),
        ("b", "part/x", "x-b", "1", "2", "correct", "", "b/x.ipynb"),
        ("b", "part/x", "x-a", "0", "2", "not yet", "the sum: 3", "b/x.ipynb"),
        ("c", "", "", "0", "", "not graded", "it is empty", "c"),
    ]
    assert b"\r" not in table.read_bytes()


def test_two_files_of_a_learner_are_apart_in_the_table(tmp_path):
    many = [graded("a/z.ipynb"), graded("a/b.ipynb")]
    table = report.write_grades(tmp_path, many, tmp_path / "record")
    assert [row[7] for row in rows(table)[1:]] == ["a/b.ipynb"] * 2 + ["a/z.ipynb"] * 2


def test_a_table_replaces_its_own_and_goes_beside_one_that_was_changed(tmp_path):
    def written(*paths):
        table = report.write_grades(tmp_path, map(graded, paths), tmp_path / "record")
        assert [row[7] for row in rows(table)[1::2]] == [*paths]
        return table.name

    assert written("a/x.ipynb") == written("a/x.ipynb", "b/x.ipynb") == "grades.csv"
    put(tmp_path, "grades.csv", "mine")
    assert written("c/x.ipynb") == written("d/x.ipynb") == "grades.new.csv"
    assert (tmp_path / "grades.csv").read_text() == "mine"


# ------------------------------------------------------------------------------------- the pages


def words(page):
    return BeautifulSoup(page, "html.parser").main.get_text(" ", strip=True)


def test_the_page_of_a_graded_notebook():
    one = graded(
        "a/<x>.ipynb",
        (task("1", 1, 1), task("2", 0), task("3", 0, 1, "not attempted")),
        also=("part/<y>",),
    )
    assert words(report.page(one, ["a/<old>.ipynb"])) == (
        "Exercises & more a 1 of 4 points From the file a/<x>.ipynb . "
        "Another file of yours was not counted: a/<old>.ipynb . "
        "Not counted: each exercise needs a notebook of its own: this one also holds tasks of "
        "part/<y>. Task 1 · Task <1> Correct , 1 of 1 point. Task 2 · Task <2> Not yet , 0 of 2 "
        "points. Not yet: 2 Task 3 · Task <3> Not attempted , 0 of 1 point."
    )
    assert "<title>Exercises &amp; more · a</title>" in report.page(one)
    assert "was not counted" not in report.page(one)


def test_no_markup_of_a_learners_is_markup_in_a_page():
    """Whatever is printed: the template has no way to leave a value as it is."""
    odd = "</code><script>alert('1')</script>&amp;\x1b"
    shown = "&lt;/code&gt;&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;amp;\ufffd"
    one = graded("a/x.ipynb", (task(1, 0, title=odd, message=odd),), also=(odd,))
    one = replace(one, submission=Submission(odd, Path(odd)), result=replace(one.result, title=odd))
    page = report.page(one, [odd])
    assert page.count(shown) == 9 and "script>" not in page.replace(shown, "")
    page = report.page(replace(one, result=NotGraded(odd)))
    assert page.count(shown) >= 3 and "script>" not in page.replace(shown, "")
    for template in (
        "{{ x }}",
        "{{ x | safe }}",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
    ):
        assert report.PAGES.from_string(template).render(x=odd) == shown


def test_the_page_of_one_that_could_not_be_graded():
    page = report.page(ungraded("a/b<c>.ipynb", "it is <odd>"))
    assert words(page) == "b<c>.ipynb a Not graded: it is <odd>."
    assert "<title>b&lt;c&gt;.ipynb · a</title>" in page


def test_pages_are_named_by_their_exercise_else_by_their_file(tmp_path):
    name = report.page_name
    assert name(graded("a/deep/z.ipynb")) == "a/x.html"
    assert name(ungraded("a/deep/z.ipynb", "odd")) == "a/a-deep-z.html"
    assert name(ungraded(f"a/{'é' * 96}n.ipynb", "odd")) == f"a/a-{'é' * 96}n.html"
    assert len(f"a-{'é' * 99}".encode()) == 200
    assert name(ungraded(f"a/{'é' * 99}.ipynb", "odd")) == f"a/a-{'é' * 99}.html"
    first, second = (name(ungraded(f"a/{'é' * 99}{more}.ipynb", "odd")) for more in "bc")
    assert first != second and len(first) == len("a/") + 40 + 16 + len(".html")
    assert first.startswith(f"a/a-{'é' * 38}")
    assert name(ungraded(f"a/{'é' * 99}\udcff.ipynb", "odd")).startswith(f"a/a-{'é' * 38}")


def test_pages_are_written_for_those_that_count(tmp_path):
    many = [
        graded("a/x.ipynb"),
        graded("a/old.ipynb"),
        ungraded("b", "odd"),
        ungraded("c", "another exercise", unasked=True),
        graded("d/x.ipynb"),
    ]
    pages, record = tmp_path / "pages", tmp_path / "record"
    assert report.write_pages(pages, counted(many), record) == []

    def written():
        return sorted(path.relative_to(pages).as_posix() for path in pages.rglob("*.html"))

    assert written() == ["a/x.html", "b/b.html", "d/x.html"]
    assert (pages / "a/x.html").read_text("utf-8") == report.page(many[0], ["a/old.ipynb"])
    assert (pages / "b/b.html").read_text("utf-8") == report.page(many[2])
    assert (pages / "d/x.html").read_text("utf-8") == report.page(many[4])
    # What this command wrote before goes, with its folder; what others put there stays.
    put(pages, "a/own.html", "mine"), put(pages, "d/own.txt", "mine")
    assert report.write_pages(pages, [ungraded("e", "odd")], record) == []
    assert written() == ["a/own.html", "e/e.html"] and not (pages / "b").exists()
    assert (pages / "d" / "own.txt").exists()
    record.write_text("{")
    report.write_pages(pages, [], record)
    assert written() == ["a/own.html", "e/e.html"]


def test_a_page_goes_beside_one_that_was_changed(tmp_path):
    report.write_pages(tmp_path, [ungraded("a", "odd"), ungraded("b", "odd")], tmp_path / "r")
    put(tmp_path, "b/b.html", "mine")
    many = [ungraded("a", "odder"), ungraded("b", "odder")]
    assert report.write_pages(tmp_path, many, tmp_path / "r") == [("b/b.html", "b/b.new.html")]
    assert (tmp_path / "b/b.html").read_text() == "mine"
    for one, name in zip(many, ("a/a.html", "b/b.new.html"), strict=True):
        assert (tmp_path / name).read_text("utf-8") == report.page(one)


@pytest.mark.parametrize("place", ["a", ".done/a", "feedback/learner/a"])
def test_halves_of_files_go_with_the_next_run(tmp_path, monkeypatch, place):
    file = tmp_path / place
    mine = put(file.parent, ".mine.part", "mine")
    with monkeypatch.context() as killed:
        killed.setattr(files.os, "replace", lambda *_: 1 / 0)
        killed.setattr(Path, "unlink", lambda *_, **more: None)  # nothing runs after a kill
        with pytest.raises(ZeroDivisionError):
            files.write_whole(file, "text")
    assert len(list(file.parent.glob(".*.part"))) == 2
    report.remove_parts(tmp_path)
    assert list(file.parent.glob(".*.part")) == [mine] and not file.exists()


@pytest.mark.parametrize("number, text", [(0, "0 points"), (1, "1 point"), (2, "2 points")])
def test_points_in_words(number, text):
    assert report.PAGES.filters["in_points"](number) == text


# ------------------------------------------------------------------------------------ the command


def options(**given):
    return argparse.Namespace(**{"jobs": 1, "seconds": 10.0, "memory": 4096, **given})


def test_bounds():
    assert grade.bounds(options()) == Limits(seconds=10, memory=4096, task=60)
    assert repr(grade.bounds(options()).seconds) == "10"
    assert grade.bounds(options(seconds=2.5)) == Limits(seconds=2.5, memory=4096, task=60)
    assert grade.bounds(options(seconds=30.5)).task == 61
    assert grade.bounds(options(jobs=1, seconds=0.1, memory=512)) == Limits(0.1, 512, 60)
    for bad in (
        {"jobs": 0},
        {"seconds": 0.09},
        {"memory": 511},
        {"seconds": float("inf")},
        {"jobs": -1},
    ):
        with pytest.raises(grade.UsageError, match="must be a number from"):
            grade.bounds(options(**bad))


@pytest.mark.parametrize("cores, jobs", [(7, 7), (None, 1)])
def test_a_submission_for_each_core(monkeypatch, cores, jobs):
    monkeypatch.setattr(grade.os, "cpu_count", lambda: cores)
    assert grade._parser().parse_args(["a", "b"]).jobs == jobs


def test_what_the_command_does_by_itself():
    given = grade._parser().parse_args(["a", "b"])
    assert (given.seconds, given.memory, given.chapter) == (10, 4096, []) and given.jobs >= 1
    given = grade._parser().parse_args(["a", "b", "--chapter", "x", "y", "--jobs", "3"])
    assert (given.chapter, given.jobs) == (["x", "y"], 3)


def test_the_chapters_that_are_asked_for():
    known = submissions.exercises()
    assert grade.chosen([]) == known and list(grade.chosen([NAME])) == [NAME]
    with pytest.raises(grade.UsageError, match="'x' is not an exercise; use some of .*" + NAME):
        grade.chosen([NAME, "x"])


def test_the_longest_that_a_submission_can_take():
    """Each task its time; and after each that ends the process all cells again, with a start."""
    limits = Limits(seconds=2, task=60, set_up=120)
    assert grade._longest(SimpleNamespace(tasks=range(3)), limits) == 3 * 60 + 3 * (120 + 3 * 3)


@pytest.mark.parametrize(
    "verdict, points, problem",
    [
        (Verdict("correct"), 3, ""),
        (Verdict("not attempted"), 0, "not attempted"),
        (Verdict("not yet", "the sum", {"came out": "1\n 2"}), 0, "the sum: 1 2"),
        (Verdict("not yet", "the sum", {"expected": "1"}), 0, "the sum:"),
        (Verdict("not yet", "s", {"came out": "x" * 400}), 0, "s: " + "x" * 297 + " …"),
    ],
)
def test_a_row_of_the_result(verdict, points, problem):
    row = TaskGrade.of_verdict(SimpleNamespace(name="x-1", title="One", points=3), verdict)
    assert row == TaskGrade(
        task="x-1",
        title="One",
        of=3,
        state=verdict.state,
        points=points,
        problem=problem,
        message=str(verdict),
    )


def test_what_a_grade_depends_on():
    assert grade._version(Limits()) == grade._version(Limits())
    assert grade._version(Limits()) != grade._version(Limits(seconds=11))


def test_side_by_side():
    lock, running, most = threading.Lock(), [0], [0]

    def work(item):
        assert threading.current_thread().daemon  # one that hangs does not keep the command
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        if item == 4:
            raise KeyError("four")
        return {"n": item}

    for jobs in (1, 3):
        most[0] = 0
        found = dict(grade.side_by_side(range(9), work, jobs, 60))
        assert found == {
            n: {"n": n}
            if n != 4
            else NotGraded("could not be graded: KeyError: 'four'", fault=True)
            for n in range(9)
        }
        assert most[0] <= jobs and (jobs > 1 or most[0] == 1)
    assert list(grade.side_by_side([], work, 2, 60)) == []


def test_one_that_does_not_come_back_is_replaced():
    never = threading.Event()

    def work(item):
        assert threading.current_thread().daemon
        if item == 0:
            never.wait(60)
        return {"n": item}

    found = dict(grade.side_by_side([0, 1, 2], work, 1, 0.2))
    never.set()
    assert found[1] == {"n": 1} and found[2] == {"n": 2}
    assert found[0] == NotGraded(
        "could not be graded: looking at its answers took more than 0.2 s", fault=True
    )


def test_one_that_takes_its_time_is_waited_for():
    def work(item):
        time.sleep(1.2)  # longer than it is looked for at once
        return {"n": item}

    assert list(grade.side_by_side([0], work, 1, 60)) == [(0, {"n": 0})]


def test_when_a_submission_was_changed(tmp_path):
    file = put(tmp_path, "a.ipynb", "{}")
    assert grade._changed(tmp_path, Submission("a", Path("a.ipynb"))) == file.stat().st_mtime
    assert grade._changed(tmp_path, Submission("a", Path("none"))) == 0


@pytest.mark.parametrize(
    "result, done, said",
    [
        (
            graded("a", (task(1), task(2, 2, 3)), seconds=1.25),
            2,
            "[2/6] a: 3 of 5 points (1.2 s), about 20 s left",
        ),
        (graded("a", (task(1),)), 6, "[6/6] a: 1 of 2 points (graded before)"),
        (ungraded("a", "odd\x00"), 5, "[5/6] a: odd\ufffd, about 2 s left"),
    ],
)
def test_progress(monkeypatch, capsys, result, done, said):
    monkeypatch.setattr(grade.time, "monotonic", lambda: 110.0)
    grade._progress(result, done, 6, 100.0)
    assert capsys.readouterr().out == said + "\n"


def test_the_summary(capsys, tmp_path):
    many = [
        graded("a/x.ipynb"),
        graded("b/x.ipynb", (task(1, 2), task(2, 2))),
        graded("b/y.ipynb", (task(1, 1, 3),), exercise="part/y"),
        ungraded("c", "odd"),
        *counted([graded("d/x.ipynb", EMPTY), graded("d/z.ipynb")]),
    ]
    grade._summary(many, tmp_path / "grades.new.csv", tmp_path / "pages", 12.4)
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"6 notebooks, 4 graded, in 12 s: {tmp_path / 'grades.new.csv'} and {tmp_path / 'pages'}",
        "  part/x: 3, on average 2.0 of 4 points",
        "  part/y: 1, on average 1.0 of 3 points",
    ]
    assert said.err == (
        "d/x.ipynb: another notebook of this learner counts for part/x: d/z.ipynb\n"
    )


def test_the_seconds_of_a_run(tmp_path, monkeypatch, capsys):
    put(tmp_path / "in", "a.ipynb", notebook())
    monkeypatch.setattr(
        grade.examine,
        "verdicts",
        lambda exercise, *_: {task.name: Verdict("correct") for task in exercise.tasks},
    )
    clock = time.monotonic
    monkeypatch.setattr(grade.time, "monotonic", lambda: clock() + 10**6)
    assert grade.main([str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert float(said[0].rpartition("(")[2].partition(" s")[0]) < 1000
    assert int(said[1].partition(" in ")[2].partition(" s")[0]) < 1000
    assert grade.main([str(tmp_path / "in"), str(tmp_path / "out")]) == 0


def test_a_stored_grade_is_used_again(tmp_path, monkeypatch):
    source, out = tmp_path / "in", tmp_path / "out"
    put(source, "a.ipynb", notebook()), (out / ".done").mkdir(parents=True)
    known, calls = submissions.exercises(), []

    def verdicts(exercise, *more):
        calls.append(more)
        return {task.name: Verdict("correct") for task in exercise.tasks}

    monkeypatch.setattr(grade.examine, "verdicts", verdicts)

    def run(version="1", wanted=known):
        return grade.grade(
            Submission("a", Path("a.ipynb")), source, out, wanted, Limits(), version, "folder"
        )

    first = run()
    assert first.exercise == NAME and first.title == "Exercises: interpolation"
    assert first.seconds > 0 and first.also == ()
    assert calls[0][1:] == (Limits(), (source, out), "folder")
    again = run()
    assert again == replace(first, seconds=0) and len(calls) == 1
    assert run("2").seconds > 0 and len(calls) == 2
    # Stored grades are kept, new ones are not made, where another exercise was asked for.
    assert run(wanted={}) == again
    refused = run("3", wanted={})
    assert refused == NotGraded(
        f"this is a notebook of {NAME}, which was not asked for", unasked=True
    )
    # What is there and is no grade, or that of another version, is graded anew.
    for number, text in enumerate(
        (
            "",
            "3",
            "[]",
            "{}",
            '{"problem": "odd"}',
            '{"exercise": "x", "title": "x", "tasks": [{"task": "x"}]}',
        )
    ):
        for stored in (out / ".done").iterdir():
            stored.write_text(text)
        assert replace(run(), seconds=0) == again and len(calls) == 3 + number, text
        assert run() == again and len(calls) == 3 + number


def test_a_fault_of_the_machines_is_said_and_not_stored(tmp_path, monkeypatch):
    def fails(*_):
        raise grade.GraderFault("no memory")

    put(tmp_path, "a.ipynb", notebook()), (tmp_path / ".done").mkdir()
    monkeypatch.setattr(grade.examine, "verdicts", fails)
    assert grade.grade(
        Submission("a", Path("a.ipynb")),
        tmp_path,
        tmp_path,
        submissions.exercises(),
        Limits(),
        "1",
        "folder",
    ) == NotGraded("could not be graded: no memory", fault=True)
    assert list((tmp_path / ".done").iterdir()) == []
