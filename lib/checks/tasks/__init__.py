"""What is asked in each task: one module for each chapter that has exercises.

Each module has ``TASKS``, in the order of its notebook. A task's expected values come from a
witness, which is PyTorch, SciPy or a definition, and not from a stored solution.
"""

import difflib
from functools import cache
from importlib import import_module
from pkgutil import iter_modules


def chapters():
    """The names of the chapters that have tasks, in alphabetical order."""
    return sorted(module.name for module in iter_modules(__path__))


@cache
def tasks_of(chapter):
    """{name: task} of a chapter, in order; ValueError for a chapter that has none."""
    if chapter not in chapters():
        raise ValueError(f"chapter={chapter!r} has no tasks; use one of {', '.join(chapters())}.")
    return {task.name: task for task in import_module(f"{__name__}.{chapter}").TASKS}


def find(name):
    """The task with that name, ``"chapter-task"``; ValueError where there is none."""
    chapter = str(name).partition("-")[0]
    if chapter in chapters() and name in tasks_of(chapter):
        return tasks_of(chapter)[name]
    known = list(tasks_of(chapter)) if chapter in chapters() else chapters()
    near = difflib.get_close_matches(str(name), known, 1) or known
    raise ValueError(f"task={name!r} is not the name of a task; did you mean {near[0]!r}?")
