"""What is asked of an answer: tasks, their clauses, and the verdict on an answer."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ._answers import AnswerError
from ._values import Opaque, brief, numeric, to_builtin

CORRECT, NOT_YET, NOT_ATTEMPTED = "correct", "not yet", "not attempted"
WIDTH = 100  # of a verdict, in characters


@dataclass(frozen=True)
class Call:
    """The arguments of one call of an answer."""

    arguments: tuple
    options: dict

    def __str__(self):
        named = [f"{key}={brief(value, 80)}" for key, value in self.options.items()]
        return ", ".join([*(brief(value, 80) for value in self.arguments), *named])


def call(*arguments, **options):
    """The arguments of one call, as they would be written: ``call(4, stride=2)``."""
    return Call(arguments, options)


@dataclass(frozen=True)
class Clause:
    """One thing that is asked of an answer.

    ``name``: what it is about, in a few words. ``calls``: what the function is called with, each
    made by ``call``; none for an answer that is a value. One of:
    ``equals``: a function of the same arguments that gives what is expected (for a value: no
    arguments), compared by type, by shape, and to ``within``;
    ``holds``: a function of the result and the arguments that returns None where all is well,
    else the text of what was expected;
    ``untouched``: the arguments have to be as they were;
    ``fresh``: the result may not be a view of an argument.
    ``hint``: what to think of when this clause fails. ``reveal``: whether the message may say
    which value was expected at the first difference; False where that would be the answer.
    """

    name: str
    calls: tuple | list = ()
    equals: Callable | None = None
    holds: Callable | None = None
    untouched: bool = False
    fresh: bool = False
    hint: str = ""
    reveal: bool = True
    within: float = 1e-6

    def __post_init__(self):
        if sum([bool(self.equals), bool(self.holds), self.untouched, self.fresh]) != 1:
            raise ValueError(
                f"clause {self.name!r} must have exactly one of equals, holds, untouched and fresh"
            )


@dataclass(frozen=True)
class Task:
    """A task: ``name`` begins with its chapter's, ``answer`` is what the learner defines.

    ``hints``: for the whole task, from the first push to nearly all of it.
    """

    name: str
    answer: str
    clauses: tuple | list
    hints: tuple | list = ()


@dataclass(frozen=True)
class Verdict:
    """What a check found. ``str(verdict)`` is what the learner reads."""

    state: str
    clause: str = ""
    rows: dict = field(default_factory=dict)  # given, came out, expected, hint

    @property
    def correct(self):
        return self.state == CORRECT

    def __str__(self):
        if self.state == CORRECT:
            return "Correct."
        if self.state == NOT_ATTEMPTED:
            return f"Not attempted yet. {self.clause}".strip()
        first = max(len(key) for key in self.rows) + 4
        # JupyterLab would break a long line anywhere, in the middle of a word too.
        lines = [
            textwrap.fill(
                text,
                WIDTH,
                initial_indent=f"  {key}".ljust(first),
                subsequent_indent=first * " ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            for key, text in self.rows.items()
            if text
        ]
        return "\n".join([f"Not yet: {self.clause}.", *lines])


def examine(task, answers):
    """The ``Verdict`` on an answer to ``task``; the first clause that fails decides.

    ``answers``: an ``Answers``, or anything with its three methods.
    """
    state = answers.state(task.answer)
    if state == "untouched":
        return Verdict(NOT_ATTEMPTED)
    if state == "missing":
        return Verdict(NOT_ATTEMPTED, f"There is no {task.answer}: run the cell above first.")
    for clause in task.clauses:
        if bool(clause.calls) != (state == "function"):
            wanted = "a function" if clause.calls else "a value, not a function"
            return Verdict(
                NOT_YET,
                clause.name,
                {
                    "came out": f"{task.answer} is {'a value' if clause.calls else 'a function'}",
                    "expected": f"{task.answer} should be {wanted}",
                    "hint": clause.hint,
                },
            )
        for given in clause.calls or [call()]:
            problem = _problem(task, clause, given, answers)
            if problem:
                shown = f"{task.answer}({given})" if clause.calls else ""
                came_out, expected = problem
                return Verdict(
                    NOT_YET,
                    clause.name,
                    {
                        "given": shown,
                        "came out": came_out,
                        "expected": expected,
                        "hint": clause.hint,
                    },
                )
    return Verdict(CORRECT)


def _problem(task, clause, given, answers):
    """(what came out, what was expected) where a clause fails on one call, else None."""
    try:
        if clause.calls:
            outcome = answers.call(task.answer, given.arguments, given.options)
            value, after, shares = outcome.value, outcome.arguments, outcome.shares
        else:
            value, after, shares = answers.value(task.answer), (), False
        if clause.untouched:
            before = tuple(to_builtin(a) for a in given.arguments)
            changed = [
                n for n, (a, b) in enumerate(zip(before, after, strict=False)) if not _same(a, b)
            ]
            return changed and (
                f"argument {changed[0] + 1} was changed to {brief(after[changed[0]])}",
                "arguments as they were",
            )
        if clause.fresh:
            return shares and (
                "a view of the argument: who writes into one changes the other",
                "an array of its own",
            )
        if clause.holds:
            expected = _held(clause, value, given)
            return expected and (_came_out(value), expected)
        return _difference(value, clause.equals(*given.arguments, **given.options), clause)
    except AnswerError as error:
        return f"{task.answer} {error}", "an answer without an error"


def _held(clause, value, given):
    """What ``holds`` says; a value that it cannot even look at is not what was expected."""
    try:
        return clause.holds(value, *given.arguments, **given.options)
    except AnswerError:
        raise
    except Exception as error:
        return f"another kind of answer ({type(error).__name__}: {' '.join(str(error).split())})"


def _difference(value, expected, clause):
    """(what came out, what was expected) at the first difference, else None."""
    expected = to_builtin(expected)
    word = isinstance(expected, (str, bool, dict)) or expected is None
    wanted = None if word else numeric(expected)
    if wanted is None:  # a word, a list of texts, or one of lists of different lengths
        same = _same(value, expected) and (not word or type(value) is type(expected))
        return (
            None
            if same
            else (_came_out(value), brief(expected) if clause.reveal else _kind(expected))
        )
    given = None if isinstance(value, (str, bytes, Opaque)) or value is None else numeric(value)
    if given is None:
        return _came_out(value), _kind(expected)
    if given.shape != wanted.shape:
        return (
            f"{_came_out(value)}, of shape {given.shape}"
            if given.size <= 40
            else f"an array of shape {given.shape}"
        ), f"shape {wanted.shape}"
    near = np.isclose(given, wanted, rtol=clause.within, atol=clause.within, equal_nan=True)
    if near.all():
        return
    if not given.shape:
        return brief(value), brief(expected) if clause.reveal else "another number"
    place = tuple(int(i) for i in np.argwhere(~near)[0])
    at = ", ".join(map(str, place))
    should = (
        f"{brief(float(wanted[place]))} at [{at}]"
        if clause.reveal
        else (f"another number at [{at}]")
    )
    return f"{_came_out(value)}, with {brief(given[place].item())} at [{at}]", should


def _same(left, right):
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, (str, bool, bytes)) or left is None or isinstance(right, (str, Opaque)):
        return type(left) is type(right) and left == right
    left, right = numeric(left), numeric(right)
    return (
        left is not None
        and right is not None
        and left.shape == right.shape
        and bool(np.allclose(left, right, rtol=1e-6, atol=1e-6, equal_nan=True))
    )


def _came_out(value):
    return "None (is a return missing?)" if value is None else brief(value)


def _kind(expected):
    if isinstance(expected, np.ndarray):
        return f"numbers, in shape {expected.shape}"
    if isinstance(expected, bool):
        return "True or False"
    if isinstance(expected, str):
        return "another text"
    if isinstance(expected, (list, tuple)):
        return f"{len(expected)} entries"
    return "a dictionary" if isinstance(expected, dict) else "a number"
