"""The learner's feedback: correct, not yet and why, or not attempted yet.

In a notebook, ``check("matrix-fill")`` looks at the answer to that task and ``hint("matrix-fill")``
gives its next hint. What is asked of an answer stands in ``lib.checks.tasks``, one module for each
chapter; how it is asked, in ``_task``.
"""

from ._answers import AnswerError, Answers
from ._feedback import NotYet, check, hint
from ._task import Clause, Task, Verdict, call, examine
from .tasks import chapters, find, tasks_of

__all__ = [
    "AnswerError",
    "Answers",
    "Clause",
    "NotYet",
    "Task",
    "Verdict",
    "call",
    "chapters",
    "check",
    "examine",
    "find",
    "hint",
    "tasks_of",
]
