"""The grader's side of a submission's process: what it waits for, believes and keeps.

``session`` has no process: replies are put where those of a process would arrive. ``real`` has.
"""

import os
import queue
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest

from course.grading import messages
from course.grading import session as module
from course.grading.session import GraderFault, Limits, ProcessLost, RemoteAnswers, Session
from lib.checks import AnswerError

LIMITS = Limits(seconds=5, memory=1000, task=50, set_up=60)


@pytest.fixture
def session():
    made = Session.__new__(Session)
    made.limits, made.lost, made.number, made.token = LIMITS, None, 0, "token"
    made.until, made.inbox, made.outbox = float("inf"), queue.Queue(), queue.Queue()
    made.killed = []
    made._kill, made._memory = lambda: made.killed.append(1), lambda: 0
    return made


def reply(session, **held):
    session.inbox.put({"token": "token", "number": session.number + 1, **held})


def test_a_value_comes_back(session):
    for number, value in enumerate((3, None, [1]), start=1):
        reply(session, value=value)
        assert session.ask("value", "x", 2, seconds=1) == value
        assert session.outbox.get() == {"do": "value", "number": number, "arguments": ("x", 2)}
    assert session.lost is None and not session.killed


@pytest.mark.parametrize(
    "raised, name, text",
    [
        (["KeyError", "a"], "KeyError", "a"),
        (["a b", "t" * 400], "Error", "t" * 300),
        (["N" * 70, 3], "N" * 60, "3"),
        ([1, 2], "Error", "2"),
    ],
)
def test_an_error_of_a_network_is_raised_here(session, raised, name, text):
    reply(session, raised=raised)
    with pytest.raises(Exception) as error:
        session.ask("apply", seconds=1)
    assert (type(error.value).__name__, str(error.value)) == (name, text)
    assert not isinstance(error.value, AnswerError) and not session.killed


def test_an_error_of_the_answer_costs_the_answer_only(session):
    reply(session, error="e" * 2000)
    with pytest.raises(AnswerError) as error:
        session.ask("call", seconds=1)
    assert str(error.value) == "e" * 1000 and not isinstance(error.value, ProcessLost)
    assert session.lost is None


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"raised": ["a"]},
        {"raised": ["a", "b", "c"]},
        {"raised": "ab"},
        {"error": 3},
        {"token": "other", "value": 1},
        {"number": 7, "value": 1},
        messages.MessageError("x"),
    ],
)
def test_what_is_no_answer_ends_the_process(session, answer):
    session.inbox.put(
        answer if isinstance(answer, Exception) else {"token": "token", "number": 1, **answer}
    )
    with pytest.raises(ProcessLost, match="^sent something that is not an answer$"):
        session.ask("value", seconds=1)
    assert session.lost == "sent something that is not an answer" and session.killed
    with pytest.raises(ProcessLost, match="^sent something that is not an answer$"):
        session.ask("value", seconds=1)
    assert session.outbox.qsize() == 1  # the second was not even asked


def test_the_end_of_the_process_is_known(session):
    session.inbox.put(None)
    with pytest.raises(ProcessLost, match=r"^ended its process \(as when a kernel dies\)$"):
        session.ask("value", seconds=1)


@pytest.fixture
def clock(monkeypatch, session):
    """Time that goes on only while something is waited for; returns the waits."""
    waits = []

    class Inbox:
        def get(self, timeout):
            waits.append(timeout)
            raise queue.Empty

    monkeypatch.setattr(module.time, "monotonic", lambda: 100 + sum(waits))
    session.inbox = Inbox()
    return waits


def test_an_answer_has_its_seconds_and_a_little_more(session, clock):
    with pytest.raises(ProcessLost, match="^did not come to an end within 3 s$"):
        session.ask("cell", seconds=3)
    assert sum(clock) == pytest.approx(5) and max(clock) <= 0.1 + 1e-9 and min(clock) >= 0


def test_a_task_has_its_time_in_all(session, clock):
    session.until = 102
    with pytest.raises(ProcessLost, match="^took more than 50 s for the task$"):
        session.ask("cell", seconds=3)
    assert sum(clock) == pytest.approx(2)
    clock.clear()
    session.lost, session.until = None, 103  # as much as it has for itself
    with pytest.raises(ProcessLost, match="^did not come to an end within 1 s$"):
        session.ask("cell", seconds=3)
    clock.clear()
    session.lost, session.until = None, 101  # more than its seconds, less than the grace
    with pytest.raises(ProcessLost, match="^did not come to an end within 0 s$"):
        session.ask("cell", seconds=0.5)
    clock.clear()
    session.lost, session.until = None, 90  # over already
    with pytest.raises(ProcessLost, match="for the task"):
        session.ask("cell", seconds=3)
    assert sum(clock) == 0


def test_memory_is_watched_while_it_runs(session, clock):
    session._memory = lambda: 1000 * 2**20
    with pytest.raises(ProcessLost, match="did not come to an end"):
        session.ask("cell", seconds=1)
    session.lost, session._memory = None, lambda: 1000 * 2**20 + 1
    with pytest.raises(ProcessLost, match="^used more than 1000 MiB of memory$"):
        session.ask("cell", seconds=1)


# ----------------------------------------------------------------------- the answers' stand-in


class Asked:
    """A session that gives back what it was told to."""

    def __init__(self, given):
        self.given, self.limits, self.calls = given, LIMITS, []

    def ask(self, *what, seconds):
        assert seconds == 5
        self.calls.append(what)
        return self.given

    def _lose(self, why):
        return ProcessLost(why)

    not_an_answer = Session.not_an_answer


@pytest.mark.parametrize("state", ["missing", "untouched", "function", "value"])
def test_states(state):
    asked = Asked(state)
    assert RemoteAnswers(asked).state("f") == state and asked.calls == [("state", "f")]


@pytest.mark.parametrize(
    "ask, given",
    [
        (lambda a: a.state("f"), "correct"),
        (lambda a: a.state("f"), None),
        (lambda a: a.call("f", (1,)), 3),
        (lambda a: a.call("f", (1,)), [1, {"tuple": [1]}]),
        (lambda a: a.call("f", (1,)), {"a": 1, "b": 2, "c": 3}),
        (lambda a: a.call("f", (1,)), [1, [1], True]),
        (lambda a: a.call("f", (1,)), [1, 1, True]),
        (lambda a: a.call("f", (1,)), [1, {"tuple": [1, 2]}, True]),
    ],
)
def test_what_cannot_be_an_answer(ask, given):
    with pytest.raises(ProcessLost, match="sent something that is not an answer"):
        ask(RemoteAnswers(Asked(given)))


def test_values_and_calls_are_unpacked():
    asked = Asked([{"tuple": [2]}, {"tuple": [1]}, 1])
    outcome = RemoteAnswers(asked).call("f", [1], {"k": (3,)})
    assert (outcome.value, outcome.arguments, outcome.shares) == ((2,), (1,), True)
    assert asked.calls == [("call", "f", {"tuple": [1]}, {"dict": [["k", {"tuple": [3]}]]})]
    RemoteAnswers(Asked([2, {"tuple": []}, 0])).call("f")
    assert RemoteAnswers(Asked({"tuple": [4]})).value("x") == (4,)
    with pytest.raises(AnswerError, match="^sent a value of an unknown kind$") as error:
        RemoteAnswers(Asked({"x": 4})).value("x")
    assert not isinstance(error.value, ProcessLost)


def test_a_network_is_applied_where_it_is():
    asked = Asked({"network": [7, 12, ["Linear"]]})
    network = RemoteAnswers(asked).value("net")
    asked.given = {"tuple": [5]}
    assert network([1, 2], 3) == (5,)
    do, number, x, seed = asked.calls[-1]
    assert (do, number, seed) == ("apply", 7, 3) and messages.unpack(x).tolist() == [1, 2]


def test_the_environment_of_a_process(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name not in ("HOME", "PATH"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SECRET", "x"), monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("HOME", str(tmp_path))
    made = module.environment("/own")
    assert made["TZ"] == "UTC" and made["PATH"] == os.environ["PATH"] and "SECRET" not in made
    assert {
        made[name]
        for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR", "MPLCONFIGDIR")
    } == {"/own"}
    assert made["MPLBACKEND"] == "agg"
    assert {name: made[name] for name in made if name.endswith("_THREADS")} == dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "VECLIB_MAXIMUM_NUM_THREADS",
            "NUMEXPR_NUM_THREADS",
        ),
        "1",
    )
    cache = tmp_path / ".cache" / "matplotlib"
    cache.mkdir(parents=True)
    assert module.environment("/own")["MPLCONFIGDIR"] == str(cache)
    config = tmp_path / ".config" / "matplotlib"
    config.mkdir(parents=True)
    assert module.environment("/own")["MPLCONFIGDIR"] == str(config)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    assert module.environment("/own")["MPLCONFIGDIR"] == str(tmp_path)


def test_limits_and_what_they_are_by_themselves():
    assert Limits() == Limits(seconds=10, memory=4096, task=60, set_up=120)
    with pytest.raises(AttributeError):
        Limits().seconds = 99


# ------------------------------------------------------------------------------ a real process


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sessions")
    modules = ["no_such_module", "torch"]
    with Session(Limits(seconds=60), modules, folder=folder) as session:
        yield session
    assert list(folder.iterdir()) == [] and session.lost == "is closed"


def cell(session, source, seconds=60):
    return session.ask("cell", source, seconds=seconds)


def test_cells_say_what_they_raised(real):
    assert cell(real, "a = 1") is None
    assert cell(real, "1 +") == "raised SyntaxError: invalid syntax in line 1"
    assert cell(real, "x = 1\n1 / 0").startswith(
        "raised ZeroDivisionError: division by zero in line 2 of the cell"
    )
    assert "raised KeyboardInterrupt" in cell(real, "raise KeyboardInterrupt")
    assert real.ask("set_up", "b = 2", seconds=60) is None


def test_the_shell_is_silent_and_starts_nothing(real):
    assert cell(real, "!false\nfiles = !ls\n%matplotlib inline\nexit()\nquit()") is None
    assert cell(real, "assert files == []\nimport sys\nprint(1), print(2, file=sys.stderr)") is None
    assert (
        cell(
            real,
            "from lib.checks import check, hint\nassert check('x') is None\n"
            "assert hint('x') is None and hint('x', 3) is None",
        )
        is None
    )
    assert cell(real, "import lib.checks.tasks.matrix") is not None
    assert (
        cell(real, "import os\nassert os.listdir() == []\nassert os.getcwd().endswith('work')")
        is None
    )
    assert cell(real, "assert os.path.basename(os.environ['HOME']) == 'home'") is None


def test_answers_are_asked_for_values(real):
    answers = RemoteAnswers(real)
    assert (
        cell(
            real,
            "v = (1, [2.5])\ndef f(x, k=1):\n    x[0] = 9\n    return x, k\n"
            "def stub(x): ...\ndef bad(): raise ValueError('no')\n"
            "def view(x): return x[1:]",
        )
        is None
    )
    assert [answers.state(name) for name in ("none", "stub", "f", "v")] == [
        "missing",
        "untouched",
        "function",
        "value",
    ]
    assert answers.value("v") == (1, [2.5])
    mine = np.arange(3)
    outcome = answers.call("f", (mine,), {"k": "two"})
    assert outcome.value[0].tolist() == [9, 1, 2] and outcome.value[1] == "two"
    assert outcome.arguments[0].tolist() == [9, 1, 2] and mine.tolist() == [0, 1, 2]
    assert not outcome.shares and answers.call("view", (mine,)).shares
    with pytest.raises(AnswerError, match="raised ValueError: no in line 6 of the cell"):
        answers.call("bad")
    with pytest.raises(AnswerError, match="^raised KeyError: 'none'$"):
        answers.value("none")
    assert cell(real, "class Odd(dict):\n    def values(self): 1 / 0\nodd = Odd(a=1)") is None
    with pytest.raises(AnswerError, match="^raised ZeroDivisionError when it was looked at$"):
        answers.state("odd")
    assert real.lost is None


def test_networks_are_numbered_and_fail_by_themselves(real):
    assert (
        cell(
            real,
            "import torch\nfirst = torch.nn.Linear(2, 1)\nsecond = torch.nn.Flatten()\n"
            "def both(): return [first, second]",
        )
        is None
    )
    first, second = RemoteAnswers(real).call("both").value
    assert first.parameters == 3 and second(np.ones((1, 2, 3))).shape == (1, 6)
    assert first(np.ones((4, 2)), 1).shape == (4, 1)
    with pytest.raises(Exception, match="shapes cannot be multiplied") as error:
        first(np.ones((1, 3)))
    assert type(error.value).__name__ == "RuntimeError"
    assert isinstance(error.value, Exception) and not isinstance(error.value, AnswerError)


def test_a_process_that_is_closed_is_gone(tmp_path):
    before = {*threading.enumerate()}
    with Session(Limits(), folder=tmp_path) as session:
        assert session.number == 0 and session.lost is None
        child = session.process.pid
        (folder,) = tmp_path.iterdir()
        assert folder.name.startswith("answers-") and psutil.pid_exists(child)
        assert 0 < session._memory() < 4096 * 2**20
        (exchange,) = {*threading.enumerate()} - before
        assert exchange.daemon  # one that hangs does not keep the command
    assert not psutil.pid_exists(child) and list(tmp_path.iterdir()) == []
    assert session._memory() == 0 and session.process.stdin.closed and session.errors.closed
    exchange.join(60)
    assert not exchange.is_alive()
    with pytest.raises(ProcessLost, match="is closed"):
        session.ask("state", "x", seconds=1)


def test_a_folder_that_is_gone_already_hides_no_error(tmp_path, monkeypatch):
    with Session(Limits(), folder=tmp_path) as session:
        module.shutil.rmtree(session.folder)
    assert session.lost == "is closed"

    def fails(*_, **__):
        for folder in tmp_path.iterdir():
            module.shutil.rmtree(folder)
        raise OSError("no process")

    monkeypatch.setattr(module.subprocess, "Popen", fails)
    with pytest.raises(OSError, match="no process"):
        Session(Limits(), folder=tmp_path)


def test_what_keeps_a_process_from_starting_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "START", ("-c", "import sys; sys.exit('no luck')"))
    with pytest.raises(GraderFault, match=r"did not start: it ended its process .*: no luck"):
        Session(Limits(), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(module, "START", ("-c", "import sys; sys.exit(1000 * 'more')"))
    with pytest.raises(GraderFault) as error:
        Session(Limits(), folder=tmp_path)
    assert len(str(error.value).partition("): ")[2]) == 2000  # the end of what was said
    monkeypatch.setattr(module.sys, "executable", str(Path(tmp_path) / "none"))
    with pytest.raises(FileNotFoundError):
        Session(Limits(), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_ends_when_its_grader_is_gone():
    from course.grading import worker

    parents, left, done = iter([5, 5, 1]), [], threading.Event()

    def leave(status):
        left.append((status, threading.current_thread().daemon)), done.set()

    slept = []
    worker.end_with(5, lambda: next(parents), slept.append, leave)
    assert done.wait(30) and left == [(1, True)] and slept == [1, 1]
