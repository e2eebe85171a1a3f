"""A learner's answers: what state they are in, and how one call of them goes."""

import functools
import linecache
import signal
import sys
import threading

import numpy as np
import pytest
import torch

from lib.checks import AnswerError, Answers
from lib.checks._answers import brief_text

CELL = "ipykernel_1/2.py"  # as a kernel names its cells


def from_cell(code, name="answer", filename=CELL):
    space = {}
    exec(compile(code, filename, "exec"), space)
    return space[name]


def passes():
    pass


def with_a_text():
    """What it is to do."""


def gives_the_dots():
    return ...


def gives_zero():
    return 0


def calls():
    len([])


class Callable:
    def __call__(self):
        return 1


@pytest.mark.parametrize(
    "value, state",
    [
        (None, "untouched"),
        (..., "untouched"),
        ([...], "untouched"),
        ([..., [None]], "untouched"),
        ({"a": ..., "b": None}, "untouched"),
        (passes, "untouched"),
        (with_a_text, "untouched"),
        (lambda x: None, "untouched"),
        ([], "value"),
        ({}, "value"),
        (0, "value"),
        ("", "value"),
        ([1, ...], "value"),
        ({"a": 1, "b": ...}, "value"),
        (np.zeros(2), "value"),
        (torch.nn.ReLU(), "value"),
        (gives_the_dots, "function"),
        (gives_zero, "function"),
        (calls, "function"),
        (len, "function"),
        (functools.partial(len), "function"),
        (Callable(), "function"),
    ],
)
def test_states(value, state):
    assert Answers({"answer": value}).state("answer") == state
    assert Answers({"answer": value}).state("another") == "missing"


def test_without_pytorch_nothing_of_it_is_asked(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    answers = Answers({"f": lambda x, y: x, "v": [1, (2.5, "a")]})
    assert answers.state("f") == "function" and answers.value("v") == [1, (2.5, "a")]
    outcome = answers.call("f", (np.arange(2), 3))
    assert outcome.value.tolist() == [0, 1] and outcome.shares and outcome.arguments[1] == 3
    assert not answers.call("f", (5, np.arange(2))).shares


@pytest.mark.parametrize(
    "argument, look",
    [
        (lambda: np.arange(3), lambda x: x),
        (lambda: [np.arange(3)], lambda x: x[0]),
        (lambda: (0, np.arange(3)), lambda x: x[1]),
        (lambda: {"a": np.arange(3)}, lambda x: x["a"]),
        (lambda: torch.arange(3), lambda x: x),
    ],
)
def test_a_call_gets_copies(argument, look):
    def answer(x, y=None):
        look(x if y is None else y)[0] = 9

    mine = argument()
    outcome = Answers({"answer": answer}).call("answer", (mine,))
    assert look(mine)[0] == 0 and look(outcome.arguments[0])[0] == 9
    Answers({"answer": answer}).call("answer", (1,), {"y": mine})
    assert look(mine)[0] == 0 and type(outcome.arguments[0]) is type(mine) or torch.is_tensor(mine)


@pytest.mark.parametrize(
    "answer, shares",
    [
        (lambda x, y: y[1:], True),
        (lambda x, y: x, True),
        (lambda x, y: x + y, False),
        (lambda x, y: torch.from_numpy(x).requires_grad_(), True),
        (lambda x, y: 3, False),
    ],
)
def test_memory_shared_with_any_argument_is_seen(answer, shares):
    x = np.arange(3.0)
    outcome = Answers({"answer": answer}).call("answer", (x,), {"y": x})
    assert outcome.shares is shares


def test_a_call_leaves_no_alarm_behind():
    def handler(*_):
        pass

    before = signal.signal(signal.SIGALRM, handler)
    try:
        with pytest.raises(AnswerError, match="did not come to an end within 0.05 s"):
            endless = from_cell("def answer():\n    while True: pass")
            Answers({"answer": endless}, 0.05).call("answer")
        Answers({"answer": lambda: 1}).call("answer")
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) is handler
    finally:
        signal.signal(signal.SIGALRM, before)


def test_who_catches_the_first_alarm_meets_the_next():
    swallows = (
        "def answer():\n    caught = 0\n    while True:\n        try:\n"
        "            while True: pass\n        except BaseException:\n"
        "            caught += 1\n            if caught == 2: raise\n"
    )
    with pytest.raises(AnswerError, match="did not come to an end"):
        Answers({"answer": from_cell(swallows)}, 0.05).call("answer")


def test_a_thread_of_its_own_has_no_alarm_and_works():
    got = []
    thread = threading.Thread(
        target=lambda: got.append(Answers({"answer": lambda: 7}).call("answer").value)
    )
    thread.start(), thread.join()
    assert got == [7]


def test_a_system_without_alarms_works(monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    assert Answers({"answer": lambda: 7}).call("answer").value == 7


@pytest.mark.parametrize(
    "code, says",
    [
        ("def answer():\n    raise ValueError", "raised ValueError in line 2 of the cell"),
        (
            "def answer():\n    return inner()\ndef inner():\n    raise ValueError('two\\n words')",
            "raised ValueError: two words in line 4 of the cell",
        ),
        (
            "import fractions\ndef answer():\n    fractions.Fraction('x')",
            "raised ValueError: Invalid literal for Fraction: 'x' in line 3 of the cell",
        ),
    ],
)
@pytest.mark.parametrize("filename", [CELL, "<cell>"])
def test_an_error_is_placed_in_the_learners_own_code(code, says, filename, monkeypatch):
    monkeypatch.delitem(linecache.cache, filename, raising=False)  # another test's cell
    with pytest.raises(AnswerError) as error:
        Answers({"answer": from_cell(code, filename=filename)}).call("answer")
    assert str(error.value) == says


def test_an_error_outside_of_the_learners_code_has_no_line():
    with pytest.raises(AnswerError) as error:
        Answers({"answer": int}).call("answer", ("x",))
    assert str(error.value) == "raised ValueError: invalid literal for int() with base 10: 'x'"


def test_a_long_message_is_cut():
    assert brief_text(" a\n b ") == "a b"
    assert brief_text("a" * 300) == "a" * 300 and brief_text("a" * 301) == "a" * 300 + " …"
    assert brief_text("abc", 2) == "ab …"
