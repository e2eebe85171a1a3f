"""The command of the grader: its arguments, what it leaves behind, and how it goes on."""

import csv
import os
import signal
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from course import editions, files
from course.grading import grade, report, submissions
from tests.grading.handed_in import ALL, NAME, SOLUTIONS, STUBS, WRONG, notebook, put

COMMAND = [sys.executable, "-m", "instructor.grade"]


def table(out):
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path):
    """Three submissions, one of each kind."""
    put(tmp_path / "in", "alice.ipynb", notebook(places=WRONG["places"] + "# <&>"))
    put(tmp_path / "in", "bob/interpolation.ipynb", notebook(**STUBS))
    put(tmp_path / "in", "carol/anything.ipynb", b"{")
    return tmp_path / "in"


@pytest.fixture
def canned(monkeypatch):
    """Verdicts without a process; returns the list of what was graded."""
    from lib.checks import Verdict

    graded = []

    def verdicts(exercise, answers, *_):
        graded.append(answers)
        return {task.name: Verdict("correct") for task in exercise.tasks}

    monkeypatch.setattr(grade.examine, "verdicts", verdicts)
    return graded


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["missing", "out"], "SUBMISSIONS='missing' is not a folder"),
        (["in", "in"], "must not lie in one another"),
        (["in", "in/out"], "OUT='in/out' and SUBMISSIONS='in' must not lie"),
        (["in/bob", "in"], "must not lie"),
        (["empty", "out"], "SUBMISSIONS='empty' holds no notebooks"),
        (["in", "file"], "OUT='file' cannot be made"),
        (["in", "out", "--jobs", "0"], "--jobs must be a number from 1 up, not 0"),
        (["in", "out", "--seconds", "0"], "--seconds must be a number from 0.1 up, not 0.0"),
        (["in", "out", "--seconds", "nan"], "from 0.1 up, not nan"),
        (["in", "out", "--seconds", "inf"], "from 0.1 up, not inf"),
        (["in", "out", "--memory", "1"], "--memory must be a number from 512 up, not 1"),
        (
            ["in", "out", "--chapter", "matrix"],
            "--chapter 'matrix' is not an exercise; use some of",
        ),
    ],
)
def test_arguments_that_cannot_be(folder, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(folder.parent)
    (folder.parent / "empty").mkdir()
    (folder.parent / "file").write_text("")
    assert grade.main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_run_prints_progress_and_a_summary(folder, tmp_path, canned, capsys):
    assert grade.main([str(folder), str(tmp_path / "out"), "--jobs", "1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("[1/3] alice.ipynb: 9 of 9 points (") and "s left" in said[0]
    assert said[2] == "[3/3] carol/anything.ipynb: the file is not a notebook: it is not JSON"
    assert said[3].startswith("3 notebooks, 2 graded, in")
    assert said[4] == f"  {NAME}: 2, on average {ALL:.1f} of {ALL} points"


def test_a_second_run_grades_what_changed(folder, tmp_path, canned):
    run = [str(folder), str(tmp_path / "out"), "--jobs", "1"]
    grade.main(run)
    assert len(canned) == 2
    grade.main(run)
    assert len(canned) == 2
    put(folder, "alice.ipynb", notebook(places=WRONG["places"]))
    put(folder, "dora.ipynb", notebook())
    grade.main(run)
    assert len(canned) == 4
    grade.main([*run, "--seconds", "30"])  # what ran out of time before may not now
    assert len(canned) == 7


def test_a_fault_is_not_kept_as_a_grade(folder, tmp_path, canned, monkeypatch, capsys):
    works = grade.examine.verdicts

    def fails(*_):
        raise grade.GraderFault("no memory")

    run = [str(folder), str(tmp_path / "out"), "--jobs", "1"]
    monkeypatch.setattr(grade.examine, "verdicts", fails)
    assert grade.main(run) == 1
    assert "2 could not be graded through no fault of the learner's" in capsys.readouterr().err
    assert "could not be graded: no memory" in table(tmp_path / "out")[0]["first problem"]
    monkeypatch.setattr(grade.examine, "verdicts", works)
    assert grade.main(run) == 0
    assert {row["points"] for row in table(tmp_path / "out") if row["task"]} == {"2", "3"}


def test_a_check_that_takes_too_long_does_not_hold_up_the_rest(
    folder, tmp_path, canned, monkeypatch
):
    import threading

    works, never = grade.examine.verdicts, threading.Event()

    def hangs(exercise, answers, *more):
        if "# <&>" in answers["interpolation-places"]:
            never.wait(60)
        return works(exercise, answers, *more)

    monkeypatch.setattr(grade.examine, "verdicts", hangs)
    monkeypatch.setattr(grade, "_longest", lambda *_: 0.5)
    assert grade.main([str(folder), str(tmp_path / "out"), "--jobs", "1"]) == 1
    never.set()
    rows = table(tmp_path / "out")
    assert "took more than" in rows[0]["first problem"] and rows[1]["learner"] == "bob"


def test_a_tilde_is_the_home_folder(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert grade.folders("~/in", "~/out") == (folder.resolve(), (tmp_path / "out").resolve())
    assert not (tmp_path / "~").exists()


def test_two_runs_into_one_folder_are_refused(folder, tmp_path, canned, capsys):
    (tmp_path / "out").mkdir()
    with grade.FileLock(tmp_path / "out" / ".lock"):
        assert grade.main([str(folder), str(tmp_path / "out")]) == 2
    assert "in use by another run" in capsys.readouterr().err


def test_killed_half_way_it_goes_on_and_loses_no_grade(tmp_path):
    for name in "abcd":
        put(tmp_path / "in", f"{name}.ipynb", notebook(places=f"{SOLUTIONS['places']}\n# {name}"))
    put(tmp_path / "in", "e.ipynb", notebook(places=WRONG["places"]))
    command = [*COMMAND, str(tmp_path / "in"), str(tmp_path / "out"), "--jobs", "1"]
    own = {**os.environ, "TMPDIR": str(tmp_path)}  # what a killed run cannot remove goes there
    first = subprocess.Popen(command, cwd=editions.ROOT, env=own, stdout=subprocess.PIPE, text=True)
    said = [first.stdout.readline() for _ in range(2)]
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert said[1].startswith("[2/5] b.ipynb: 9 of 9 points (")
    assert {row["learner"] for row in table(tmp_path / "out")} >= {"a", "b"}
    second = subprocess.run(command, cwd=editions.ROOT, capture_output=True, text=True)
    assert second.returncode == 0, second.stderr
    assert second.stdout.count("(graded before)") in (2, 3)
    points = {}
    for row in table(tmp_path / "out"):
        points[row["learner"]] = points.get(row["learner"], 0) + int(row["points"])
    assert points == {**dict.fromkeys("abcd", ALL), "e": ALL - 2}


def test_many_at_a_time_do_not_mix_up_their_grades(tmp_path, monkeypatch):
    from lib.checks import Verdict

    def verdicts(exercise, answers, *_):
        right = "# right" in answers["interpolation-places"]
        return {
            task.name: Verdict("correct" if right else "not attempted") for task in exercise.tasks
        }

    monkeypatch.setattr(grade.examine, "verdicts", verdicts)
    for number in range(60):
        put(
            tmp_path / "in",
            f"{number:02}.ipynb",
            notebook(
                places=f"{SOLUTIONS['places']}\n# {'right' if number % 2 else 'wrong'} {number}"
            ),
        )
    for _ in range(2):  # the second run reads what the first stored
        assert grade.main([str(tmp_path / "in"), str(tmp_path / "out"), "--jobs", "8"]) == 0
        for row in table(tmp_path / "out"):
            assert int(row["points"]) == int(row["of"]) * (int(row["learner"]) % 2)
    assert not list((tmp_path / "out").rglob("*.part"))


def test_an_interrupt_ends_it_politely(folder, tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(grade, "side_by_side", interrupted)
    assert grade.main([str(folder), str(tmp_path / "out")]) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_pages_say_all_in_words(folder, tmp_path):
    grade.main([str(folder), str(tmp_path / "out"), "--jobs", "2"])
    pages = tmp_path / "out" / "feedback"
    assert sorted(str(path.relative_to(pages)) for path in pages.rglob("*.html")) == [
        os.path.join("alice", "interpolation.html"),
        os.path.join("bob", "interpolation.html"),
        os.path.join("carol", "carol-anything.html"),
    ]
    page = BeautifulSoup((pages / "alice" / "interpolation.html").read_text("utf-8"), "html.parser")
    assert page.html["lang"] == "en" and page.title.text == "Exercises: interpolation · alice"
    assert [h.name for h in page.find_all(["h1", "h2"])] == ["h1", *["h2"] * 4]
    text = page.get_text(" ", strip=True)
    assert f"{ALL - 2} of {ALL} points" in text and "Not yet , 0 of 2 points" in text
    assert "Task 1 · Where is a pixel?" in text and "Correct , 3 of 3 points" in text
    assert "Not yet: half-pixel centres." in page.pre.text and "expected" in page.pre.text
    page = (pages / "carol" / "carol-anything.html").read_text("utf-8")
    assert "the file is not a notebook: it is not JSON." in page
    assert "Not attempted" in (pages / "bob" / "interpolation.html").read_text("utf-8")


def test_pages_of_earlier_runs_go(folder, tmp_path, canned):
    run = [str(folder), str(tmp_path / "out"), "--jobs", "1"]
    grade.main(run)
    pages = tmp_path / "out" / "feedback"
    mine = put(pages, "alice/mine.html", "kept")
    put(folder, "carol/anything.ipynb", notebook())
    (folder / "alice.ipynb").unlink()
    grade.main(run)
    assert sorted(path.relative_to(pages).as_posix() for path in pages.rglob("*.html")) == [
        "alice/mine.html",
        "bob/interpolation.html",
        "carol/interpolation.html",
    ]
    assert mine.read_text() == "kept"


def test_points_that_were_changed_by_hand_are_kept(folder, tmp_path, canned, capsys):
    out = tmp_path / "out"
    run = [str(folder), str(out), "--jobs", "1"]
    grade.main(run)
    corrected = (out / "grades.csv").read_text("utf-8").replace("correct", "correct, by hand")
    (out / "grades.csv").write_text(corrected)
    put(folder, "dora.ipynb", notebook())
    for _ in range(2):
        capsys.readouterr()
        assert grade.main(run) == 0
        assert (out / "grades.csv").read_text("utf-8") == corrected
        assert "dora" in (out / "grades.new.csv").read_text("utf-8")
        said = capsys.readouterr()
        assert "grades.csv is not as this command wrote it, so it stays" in said.err
        assert f"{out / 'grades.new.csv'} and" in said.out
    (out / "grades.csv").unlink()
    grade.main(run)
    assert "dora" in (out / "grades.csv").read_text("utf-8")
    assert not (out / "grades.new.csv").exists() and not capsys.readouterr().err


def test_a_table_that_is_saved_while_it_runs_is_kept(folder, tmp_path, canned, monkeypatch):
    table, works = tmp_path / "out" / "grades.csv", grade._progress

    def saves(one, *more):
        if one.submission.learner == "bob":
            table.write_text("mine")
        works(one, *more)

    monkeypatch.setattr(grade, "_progress", saves)
    grade.main([str(folder), str(tmp_path / "out"), "--jobs", "1"])
    assert table.read_text() == "mine"
    assert "carol" in table.with_name("grades.new.csv").read_text("utf-8")


def test_pages_that_were_changed_by_hand_are_kept(folder, tmp_path, canned, capsys):
    run = [str(folder), str(tmp_path / "out"), "--jobs", "1"]
    grade.main(run)
    pages = tmp_path / "out" / "feedback"
    for name in ("alice", "bob"):
        put(pages, f"{name}/interpolation.html", f"a word to {name}")
    elsewhere = put(tmp_path, "elsewhere.html", "mine")
    (pages / "carol/carol-anything.html").unlink()
    (pages / "carol/carol-anything.html").symlink_to(elsewhere)
    (folder / "alice.ipynb").unlink()
    for _ in range(2):
        grade.main(run)
        assert sorted(path.relative_to(pages).as_posix() for path in pages.rglob("*.html")) == [
            "alice/interpolation.html",
            "bob/interpolation.html",
            "bob/interpolation.new.html",
            "carol/carol-anything.html",
            "carol/carol-anything.new.html",
        ]
        for name in ("alice", "bob"):
            assert (pages / name / "interpolation.html").read_text() == f"a word to {name}"
        assert elsewhere.read_text() == "mine"
        assert "the new one is bob/interpolation.new.html" in capsys.readouterr().err


def test_a_file_where_a_folder_has_to_go_costs_no_grade(folder, tmp_path, canned, capsys):
    put(tmp_path / "in", "alice.ipynb", notebook())
    run = [str(folder), str(tmp_path / "out"), "--jobs", "1"]
    put(tmp_path / "out", ".done/x", "")
    mine = put(tmp_path / "out", "feedback/alice", "mine")
    assert grade.main(run) == 2
    assert "what was graded is kept" in capsys.readouterr().err and mine.read_text() == "mine"
    mine.unlink()
    graded = len(canned)
    assert grade.main(run) == 0 and len(canned) == graded


def test_two_files_that_would_have_one_page_have_two(tmp_path, canned):
    put(tmp_path / "in", "alice/a/b.ipynb", b"{")
    put(tmp_path / "in", "alice/a-b.ipynb", b"[")
    for _ in range(2):
        grade.main([str(tmp_path / "in"), str(tmp_path / "out")])
        assert sorted(path.name for path in (tmp_path / "out/feedback/alice").iterdir()) == [
            "alice-a-b.html",
            "alice-a-b.new.html",
        ]


@pytest.mark.parametrize("name", ["table.json", "pages.json"])
def test_killed_while_it_writes_it_knows_its_own_again(folder, tmp_path, canned, monkeypatch, name):
    """Killed after it noted what it will write, or between two files."""
    run, works, fail = [str(folder), str(tmp_path / "out"), "--jobs", "1"], files.write_whole, []

    def stops(path, text):
        if fail:
            raise KeyboardInterrupt
        works(path, text)
        fail.extend([1] if path.name == name else [])

    grade.main(run)
    put(folder, "bob/interpolation.ipynb", notebook(places=WRONG["places"]))
    put(folder, "carol/anything.ipynb", notebook())
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_whole", stops)
        assert grade.main(run) == 130
    assert grade.main(run) == 0
    assert not list((tmp_path / "out").rglob("*.new.*"))
    assert "carol" in (tmp_path / "out" / "grades.csv").read_text("utf-8")


@pytest.mark.parametrize("record, status", [('["bob/interpolation.html"]', 2), ("{", 0), ("3", 0)])
def test_a_record_that_says_less(folder, tmp_path, canned, capsys, record, status):
    out = tmp_path / "out"
    grade.main([str(folder), str(out), "--jobs", "1"])
    put(out, "feedback/bob/interpolation.html", "mine")
    (out / ".done/pages.json").write_text(record)
    assert grade.main([str(folder), str(out), "--jobs", "1"]) == status
    assert ("made by an earlier version" in capsys.readouterr().err) == (status == 2)
    assert (out / "feedback/bob/interpolation.html").read_text() == "mine"


def test_the_chapters_that_are_not_asked_for_keep_their_grades(folder, tmp_path, canned):
    other = next(name for name in editions.sources() if name != NAME)
    book = editions.annotated(editions.read(editions.sources()[other]))
    run = [str(folder), str(tmp_path / "out"), "--jobs", "1"]
    grade.main(run)
    put(folder, "dora.ipynb", book)
    grade.main([*run, "--chapter", other])
    rows = table(tmp_path / "out")
    assert sum(int(row["points"]) for row in rows if row["exercise"] == NAME) == 2 * ALL
    assert [row["learner"] for row in rows if row["exercise"] == other][:1] == ["dora"]
    assert (tmp_path / "out" / "feedback" / "bob" / "interpolation.html").exists()


@pytest.mark.parametrize("name", ["grades.csv", "notes/mine.part"])
def test_a_folder_of_others_is_left_alone(folder, tmp_path, canned, capsys, name):
    put(tmp_path / "out", name, "mine")
    assert grade.main([str(folder), str(tmp_path / "out")]) == 2
    assert "is not empty and was not made by this command" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name.split("/")[0]]


def test_an_answered_notebook_counts_before_an_untouched_one(folder, tmp_path):
    put(folder, "bob/interpolation (1).ipynb", notebook())
    os.utime(folder / "bob" / "interpolation (1).ipynb", (1, 1))
    grade.main([str(folder), str(tmp_path / "out"), "--jobs", "2"])
    rows = [row for row in table(tmp_path / "out") if row["learner"] == "bob"]
    assert sum(int(row["points"]) for row in rows) == ALL
    page = (tmp_path / "out" / "feedback" / "bob" / "interpolation.html").read_text("utf-8")
    assert "From the file <code>bob/interpolation (1).ipynb</code>" in page
    assert "was not counted: <code>bob/interpolation.ipynb</code>" in page


def test_of_several_notebooks_of_an_exercise_one_counts(tmp_path, canned):
    old = put(tmp_path / "in", "alice/first.ipynb", notebook())
    os.utime(old, (1, 1))
    put(tmp_path / "in", "alice/second.ipynb", notebook())
    put(tmp_path / "in", "bob/interpolation.ipynb", notebook())
    put(tmp_path / "in", "bob/interpolation-copy.ipynb", notebook())
    put(tmp_path / "in", "bob.ipynb", notebook())
    grade.main([str(tmp_path / "in"), str(tmp_path / "out")])
    rows = table(tmp_path / "out")
    assert {row["file"] for row in rows if row["task"]} == {
        "alice/second.ipynb",
        "bob/interpolation.ipynb",
    }
    said = [row["first problem"] for row in rows if not row["task"]]
    assert len(said) == 3 and all("another notebook of this learner counts" in s for s in said)


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("a=1", "a=1"),
        ("two\nlines\x00\ud800", "two lines\ufffd\ufffd"),
        (3, 3),
    ],
)
def test_cells_of_the_table(text, cell):
    assert report._cell(text) == cell


def test_exercises_have_what_the_grader_needs():
    for name, exercise in submissions.exercises().items():
        assert exercise.tasks and exercise.title and exercise.chapter == name.split("/")[1]
        assert exercise.own_cells
