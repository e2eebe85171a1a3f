"""``check`` and ``hint``, as a notebook calls them."""

import html
import os
import sys

from ..arguments import refuse
from ._answers import Answers
from ._task import CORRECT, NOT_YET, examine
from .tasks import find

_given = {}  # {task: how many of its hints were shown}


class NotYet(AssertionError):
    """Raised by ``check`` in place of a text, where a grader runs the notebook."""


def check(task):
    """Look at the answer to a task, in the notebook that calls this, and say how it is.

    ``task``: the task's name, ``"chapter-task"``. Prints one of *correct*, *not attempted yet*
    and *not yet*, which says what was given, what came out and what was expected of it.
    Where a grader runs the notebook (nbgrader says so in ``NBGRADER_EXECUTION``), raises
    ``NotYet`` unless the answer is correct. ValueError for an unknown task.
    """
    verdict = examine(find(task), Answers(sys._getframe(1).f_globals))
    if os.environ.get("NBGRADER_EXECUTION") and verdict.state != CORRECT:
        raise NotYet(str(verdict))
    print(verdict)
    if verdict.state == NOT_YET and not _buttons(task):
        print(f'For a hint, run: hint("{task}")')


def hint(task, number=None):
    """Print the next hint for a task, or the one with that number, from 1.

    ValueError for an unknown task, or where there is no such hint.
    """
    print(_hint(task, number))


def _hint(task, number=None):
    hints = find(task).hints
    if number is None:
        number = _given[task] = min(_given.get(task, 0) + 1, len(hints))
    if not (isinstance(number, int) and 1 <= number <= len(hints)):
        refuse("number", number, "is not a hint of this task", f"use 1 to {len(hints)}")
    return f"Hint {number} of {len(hints)}: {hints[number - 1]}"


def _buttons(task):
    """A button for the next hint, in JupyterLab; returns whether there is one.

    Jupyter's server names the notebook in its kernel's environment; other programs that run
    notebooks do not, and a button in a stored output would be dead.
    """
    if not os.environ.get("JPY_SESSION_NAME"):
        return False
    try:
        import ipywidgets
        from IPython.display import display
    except ImportError:
        return False
    button = ipywidgets.Button(description="Next hint", tooltip="Show the next hint in words")
    shown = ipywidgets.HTML()

    def more(_):
        shown.value = f"<p role='status'>{html.escape(_hint(task))}</p>"

    button.on_click(more)
    display(ipywidgets.VBox([button, shown]))
    return True
