"""One submission, cell by cell: what is run again, what is left out, and what is said.

The processes are played by ``Played`` here; real ones stand in test_hostile.py.
"""

import math
from dataclasses import replace

import pytest

from course.grading import examine, slicing, submissions
from course.grading.session import GraderFault, Limits, ProcessLost
from course.grading.submissions import Step
from lib.checks import AnswerError, Verdict
from tests.grading.handed_in import NAME, TASKS

EXERCISE = submissions.exercises()[NAME]
FIRST, SECOND, *_ = NAMES = [task.name for task in TASKS.values()]
OWN = EXERCISE.own_cells


class Played:
    """A session that records what it is asked; ``acts``: {source: what its cell gives back}."""

    started, asked, acts = [], [], {}

    def __init__(self, limits, imports=(), refused=(), folder=None):
        self.limits, self.lost, self.until = limits, None, math.inf
        self.started.append((imports, refused, folder))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, do, source, seconds):
        self.asked.append((do, source, seconds, self.until))
        given = self.acts.get(source)
        if given == "ends":
            self.lost = "ended"
            raise ProcessLost("ended")
        if isinstance(given, Exception):
            raise given
        return given


@pytest.fixture
def play(monkeypatch):
    """A run over the exercise with answers that are their tasks' names."""

    def run(acts=None, verdicts=None, answers=None, limits=None):
        played = type("Own", (Played,), {"started": [], "asked": [], "acts": acts or {}})
        monkeypatch.setattr(examine, "Session", played)
        monkeypatch.setattr(
            examine,
            "examine",
            lambda task, remote: (verdicts or {}).get(task.name, Verdict("correct")),
        )
        found = examine.verdicts(
            EXERCISE,
            {**{name: name for name in NAMES}, **(answers or {})},
            limits or Limits(seconds=3, task=50, set_up=70),
            ("r",),
            "f",
        )
        return found, played

    return run


def test_every_cell_runs_once_with_its_own_time(play, monkeypatch):
    monkeypatch.setattr(examine.time, "monotonic", lambda: 1000.0)
    found, played = play()
    assert list(found) == NAMES and all(verdict.correct for verdict in found.values())
    assert played.asked == [
        ("cell", step.task.name, 3, 1050.0) if step.task else ("set_up", step.source, 70, math.inf)
        for step in EXERCISE.steps
    ]
    assert played.started == [(slicing.imports(OWN), ("r",), "f")]


def test_what_is_not_answered_does_not_run(play):
    found, played = play(answers={FIRST: " \n", SECOND: ""})
    assert found[FIRST] == found[SECOND] == Verdict("not attempted")
    assert not {FIRST, SECOND, " \n", ""} & {source for _, source, _, _ in played.asked}
    found, played = play(answers=dict.fromkeys(NAMES, ""))
    assert list(found) == NAMES and played.started == []


def test_a_cell_that_ends_the_process_is_left_out_of_the_second_run(play):
    found, played = play({SECOND: "ends"})
    assert [found[name].state for name in NAMES] == ["correct", "not yet", "correct", "correct"]
    assert found[SECOND].clause == "the cell with the answer runs"
    assert found[SECOND].rows == {
        "came out": "the cell ended",
        "expected": f"{EXERCISE.answers[SECOND]}, without an error",
    }
    ran = [source for do, source, *_ in played.asked if do == "cell"]
    assert ran == [FIRST, SECOND, FIRST, *NAMES[2:]] and len(played.started) == 2
    # The first answer runs again for those below; its time is that of a cell, not of a task.
    assert [until for _, source, _, until in played.asked if source == FIRST][1] == math.inf


def test_each_that_ends_the_process_costs_its_own_task(play):
    found, played = play(dict.fromkeys(NAMES, "ends"))
    assert [verdict.state for verdict in found.values()] == ["not yet"] * 4
    assert len(played.started) == 4
    found, played = play({NAMES[-1]: "ends"})
    assert found[NAMES[-1]].state == "not yet" and len(played.started) == 1


def test_an_answer_that_ends_it_only_the_second_time(play):
    """What was found before stays; the cell is left out from then on."""

    class Twice(dict):
        def get(self, source, default=None):
            if source == SECOND:
                return "ends"
            if source == FIRST:
                self["n"] = dict.get(self, "n", 0) + 1
                return "ends" if self["n"] == 2 else None
            return None

    found, played = play(Twice({"": ""}))
    assert found[FIRST].correct and found[SECOND].state == "not yet"
    assert all(found[name].correct for name in NAMES[2:]) and len(played.started) == 3


def test_a_fault_of_the_notebooks_own_cells_is_nobodys(play):
    with pytest.raises(GraderFault, match=f"a cell of {NAME} that is not the learner's raised X"):
        play({OWN[0]: "raised X"})
    with pytest.raises(GraderFault, match="that is not the learner's out of memory"):
        play({OWN[0]: AnswerError("out of memory")})
    with pytest.raises(GraderFault, match="that is not the learner's ended"):
        play({OWN[0]: "ends"})


@pytest.fixture
def steps(monkeypatch):
    """An exercise in which one of the notebook's own cells stands behind the first answer."""
    first, second = EXERCISE.tasks[:2]
    made = replace(
        EXERCISE,
        tasks=(first, second),
        steps=(Step("a"), Step(task=first), Step("b"), Step(task=second)),
    )
    monkeypatch.setattr(examine, "examine", lambda *_: Verdict("correct"))
    return made


def test_the_notebooks_own_cells_behind_an_answer(steps, monkeypatch):
    def run(acts):
        played = type("Own", (Played,), {"started": [], "asked": [], "acts": acts})
        monkeypatch.setattr(examine, "Session", played)
        return examine.verdicts(steps, {FIRST: FIRST, SECOND: SECOND}, Limits()), played

    # An answer may have spoiled what such a cell uses: that is no fault.
    found, played = run({"b": "raised X"})
    assert found[FIRST].correct and found[SECOND].correct
    found, played = run({})
    assert found[SECOND].correct and len(played.started) == 1
    # Where it ends the process, also without the answer before it, it is one.
    with pytest.raises(GraderFault, match="ended"):
        run({"b": "ends"})


def verdict(acts, seen):
    session = type("Own", (Played,), {"started": [], "asked": [], "acts": acts})(Limits())
    task = examine.find(FIRST)
    grading_examine, examine.examine = examine.examine, lambda *_: seen
    try:
        return examine._verdict(session, task, "source")
    finally:
        examine.examine = grading_examine


MISSING = Verdict("not attempted", "There is no places: run the cell above first.")
WRONG = Verdict("not yet", "the values", {"came out": "1", "expected": "2"})


@pytest.mark.parametrize(
    "failed, seen, state, clause, rows",
    [
        (None, Verdict("correct"), "correct", "", {}),
        ("raised X", Verdict("correct"), "correct", "", {}),
        (None, WRONG, "not yet", "the values", WRONG.rows),
        ("raised X", WRONG, "not yet", "the values", {**WRONG.rows, "before": "the cell raised X"}),
        (None, Verdict("not attempted"), "not attempted", "", {}),
        (
            None,
            MISSING,
            "not yet",
            "the cell with the answer defines it",
            {"came out": "no places", "expected": "a definition of places"},
        ),
        (
            "raised X",
            MISSING,
            "not yet",
            "the cell with the answer runs",
            {"came out": "the cell raised X", "expected": "places, without an error"},
        ),
        (
            "raised X",
            Verdict("not attempted"),
            "not yet",
            "the cell with the answer runs",
            {"came out": "the cell raised X", "expected": "places, without an error"},
        ),
        (
            "x" * 2000,
            MISSING,
            "not yet",
            "the cell with the answer runs",
            {"came out": "the cell " + "x" * 1000, "expected": "places, without an error"},
        ),
    ],
)
def test_the_verdict_on_one_answer(failed, seen, state, clause, rows):
    found = verdict({"source": failed}, seen)
    assert (found.state, found.clause, found.rows) == (state, clause, rows)


@pytest.mark.parametrize(
    "error, says",
    [
        (AnswerError("took too long"), "places took too long"),
        (KeyError("a"), "places is of a kind that the check cannot look at (KeyError)"),
    ],
)
def test_what_a_check_cannot_look_at_is_no_right_answer(monkeypatch, error, says):
    def fails(*_):
        raise error

    monkeypatch.setattr(examine, "examine", fails)
    found = examine._examined(Played(Limits()), examine.find(FIRST))
    assert found == Verdict(
        "not yet",
        "an answer that can be looked at",
        {"came out": says, "expected": "an answer without an error"},
    )
