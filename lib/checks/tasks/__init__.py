"""What is asked in each task: one module for each chapter that has exercises.

Each module has ``TASKS``, in the order of its notebook. A task's expected values come from a
witness (a reference implementation), which is PyTorch, SciPy or a definition, and not from a stored
solution. The words of the hints stand beside the module, in CHAPTER.toml: those of a task in their
order, and one for each clause, by its name.
"""

import difflib
import tomllib
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from lib.arguments import refuse


def chapters():
    """The names of the chapters that have tasks, in alphabetical order."""
    return sorted(module.name for module in iter_modules(__path__))


@cache
def tasks_of(chapter):
    """{name: task} of a chapter, in order; ValueError for a chapter that has none."""
    if chapter not in chapters():
        refuse("chapter", chapter, "has no tasks", f"use one of {', '.join(chapters())}")
    words = tomllib.loads(Path(__file__).with_name(f"{chapter}.toml").read_text(encoding="utf-8"))
    tasks = import_module(f"{__name__}.{chapter}").TASKS
    return {task.name: _with_hints(task, **words[task.name]) for task in tasks}


def _with_hints(task, hints, clauses):
    return replace(
        task,
        hints=tuple(hints),
        clauses=tuple(replace(clause, hint=clauses[clause.name]) for clause in task.clauses),
    )


def find(name):
    """The task with that name, ``"chapter-task"``; ValueError where there is none."""
    chapter = str(name).partition("-")[0]
    if chapter in chapters() and name in tasks_of(chapter):
        return tasks_of(chapter)[name]
    known = list(tasks_of(chapter)) if chapter in chapters() else chapters()
    near = difflib.get_close_matches(str(name), known, 1) or known
    refuse("task", name, "is not the name of a task", f"perhaps {near[0]!r} is meant")
