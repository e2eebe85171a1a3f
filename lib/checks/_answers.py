"""A learner's answers: what they are called, what they give, and where they stop."""

import dis
import signal
import sys
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._values import to_builtin

SECONDS = 10  # that one call of an answer may take
NOTHING = {"RESUME", "NOP", "RETURN_VALUE", "POP_TOP"}
CONSTANT = {"LOAD_CONST", "RETURN_CONST"}


class AnswerError(Exception):
    """An answer that raised an error, or did not come to an end: the text says which."""


class _Late(BaseException):
    """Raised in the midst of an answer whose time is over."""


@dataclass
class Outcome:
    """One call: what came back, the arguments as it left them, and whether they share memory."""

    value: Any
    arguments: tuple
    shares: bool


class Answers:
    """The answers in a notebook's namespace, a dict of names."""

    def __init__(self, names, seconds=SECONDS):
        self.names, self.seconds = names, seconds

    def state(self, name):
        """ "missing", "untouched", "function" or "value"."""
        if name not in self.names:
            return "missing"
        value = self.names[name]
        if _is_blank(value):
            return "untouched"
        if not callable(value) or _is_module(value):
            return "value"
        return "untouched" if _does_nothing(value) else "function"

    def value(self, name):
        """A value that is not a function, in plain form."""
        return to_builtin(self.names[name])

    def call(self, name, arguments=(), options=None):
        """The ``Outcome`` of one call; ``AnswerError`` where the learner's code fails.

        Arguments are copied first, so that no call can change those of the next.
        """
        function = self.names[name]
        arguments = tuple(_copy(value) for value in arguments)
        options = {key: _copy(value) for key, value in (options or {}).items()}
        with _guarded(self.seconds):
            value = function(*arguments, **options)
            return Outcome(
                to_builtin(value),
                tuple(to_builtin(a) for a in arguments),
                _share(value, [*arguments, *options.values()]),
            )


@contextmanager
def _guarded(seconds):
    """Turn what a learner's code raises into ``AnswerError``; end it after some seconds."""
    try:
        with _limit(seconds):
            yield
    except _Late:
        raise AnswerError(f"did not come to an end within {seconds} s") from None
    except RecursionError:
        raise AnswerError("called itself without end (RecursionError)") from None
    except (Exception, SystemExit) as error:
        raise AnswerError(_own_line(error)) from None


@contextmanager
def _limit(seconds):
    """Raise ``_Late`` after some seconds, where the system has the means for it."""
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def late(*_):
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    # Again and again: an answer that catches the first meets the next.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _own_line(error):
    """The error's name and text, and the learner's own line in which it was raised."""
    what = f"{type(error).__name__}: {brief_text(str(error))}".removesuffix(": ")
    here = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not _is_installed(frame.filename)
    ]
    if not here:
        return f"raised {what}"
    line = f": {here[-1].line}" if here[-1].line else ""
    return f"raised {what} in line {here[-1].lineno} of the cell{line}"


def brief_text(text, most=300):
    """A message on one line."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]} …"


def _is_installed(filename):
    """Whether a file is anything but a cell of a notebook."""
    return not ("ipykernel" in filename or filename.startswith("<"))


def _is_blank(value):
    """Whether a value is the stub that the learner found: ``...``, also as the one entry."""
    if isinstance(value, dict):
        return bool(value) and all(map(_is_blank, value.values()))
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_is_blank, value))
    return value is None or value is ...


def _does_nothing(function):
    """Whether a function's body is empty: a docstring, ``...`` or ``pass``."""
    code = getattr(function, "__code__", None)
    return code is not None and all(
        step.opname in NOTHING or step.opname in CONSTANT and step.argval is None
        for step in dis.get_instructions(code)
    )


def _is_module(value):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _copy(value):
    torch = sys.modules.get("torch")
    if isinstance(value, np.ndarray):
        return value.copy()
    if torch is not None and isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, (list, tuple)):
        return type(value)(_copy(item) for item in value)
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return value


def _share(value, arguments):
    """Whether an array that came back is (part of) one that was given."""
    arrays = [_memory(a) for a in arguments]
    given = _memory(value)
    return given is not None and any(
        a is not None and np.may_share_memory(given, a) for a in arrays
    )


def _memory(value):
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().numpy() if value.device.type == "cpu" else None
    return value if isinstance(value, np.ndarray) else None
