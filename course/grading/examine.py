"""Grade one submission: run its answers in a process of their own, and examine them here."""

import time

from lib.checks import AnswerError, Verdict, examine, find
from lib.checks._task import NOT_ATTEMPTED, NOT_YET

from .session import GraderFault, RemoteAnswers, Session
from .slicing import imports


def verdicts(exercise, answers, limits, refused=(), folder=None):
    """{task: Verdict} of a submission's answers, in the notebook's order.

    A cell that ends its process, or has to be ended, is left out when the rest runs again: it
    costs its own task only. ``refused`` and ``folder`` are those of ``Session``.
    ``GraderFault`` where the fault is not the learner's.
    """
    known = {
        task.name: Verdict(NOT_ATTEMPTED)
        for task in exercise.tasks
        if not answers[task.name].strip()
    }
    fatal = set()
    modules = imports([*exercise.own_cells, *answers.values()])
    while len(known) < len(exercise.tasks):
        with Session(limits, modules, refused, folder) as session:
            culprit = _run(exercise, answers, session, known, fatal)
        if culprit:
            fatal.add(culprit)
        elif len(known) < len(exercise.tasks):
            raise GraderFault(
                f"the process ended in a cell of {exercise.name} that is not the "
                f"learner's: {session.lost}"
            )
    return {task.name: known[task.name] for task in exercise.tasks}


def _run(exercise, answers, session, known, fatal):
    """One pass through the notebook; the name of the task that ended it, if one did."""
    last = None
    for step in exercise.steps:
        task, limits = step.task, session.limits
        if task is None:
            failed = _cell(session, "set_up", step.source, limits.set_up)
            if failed and last is None:
                raise GraderFault(f"a cell of {exercise.name} that is not the learner's {failed}")
        elif answers[task.name].strip() and task.name not in fatal:
            last = task.name
            if task.name in known:  # from before a restart; what comes later may use it
                _cell(session, "cell", answers[task.name], limits.seconds)
            else:
                known[task.name] = _verdict(session, find(task.name), answers[task.name])
        if session.lost:
            return last


def _cell(session, kind, source, seconds):
    try:
        return session.ask(kind, source, seconds=seconds)
    except AnswerError as error:
        return str(error)


def _verdict(session, task, source):
    session.until = time.monotonic() + session.limits.task
    failed = _cell(session, "cell", source, session.limits.seconds)
    failed = None if failed is None else str(failed)[:1000]
    verdict = None if session.lost else _examined(session, task)
    session.until = float("inf")
    if failed and (verdict is None or verdict.state == NOT_ATTEMPTED):
        return Verdict(
            NOT_YET,
            "the cell with the answer runs",
            {"came out": f"the cell {failed}", "expected": f"{task.answer}, without an error"},
        )
    if verdict.state == NOT_ATTEMPTED and verdict.clause:
        return Verdict(
            NOT_YET,
            "the cell with the answer defines it",
            {"came out": f"no {task.answer}", "expected": f"a definition of {task.answer}"},
        )
    if failed and verdict.state == NOT_YET:
        return Verdict(NOT_YET, verdict.clause, {**verdict.rows, "before": f"the cell {failed}"})
    return verdict


def _examined(session, task):
    """The verdict; what a check cannot even look at is not right."""
    try:
        return examine(task, RemoteAnswers(session))
    except AnswerError as error:
        problem = str(error)
    except Exception as error:
        problem = f"is of a kind that the check cannot look at ({type(error).__name__})"
    return Verdict(
        NOT_YET,
        "an answer that can be looked at",
        {"came out": f"{task.answer} {problem}", "expected": "an answer without an error"},
    )
