"""Grade a folder of notebooks.

    python -m instructor.grade SUBMISSIONS OUT [--jobs N] [--seconds S] [--memory MIB]
                               [--chapter PART/CHAPTER ...]

SUBMISSIONS holds LEARNER.ipynb, or a folder for each learner with notebooks in it. OUT gets
grades.csv and feedback/LEARNER/CHAPTER.html. Run again, it grades what is new or changed, also
after it was stopped half-way; a table or page that somebody changed stays. How it works, and what
it does not defend against, stands in instructor/README.md.

``run`` has the steps in their order: collect the files (``submissions``); of each, which exercise
it is, the answers in it (``submissions``, ``slicing``) and the verdicts on them (``examine``), all
in ``grade``; which of several notebooks counts (``results``); write the table and the pages
(``report``).
"""

import argparse
import hashlib
import json
import math
import os
import queue
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from lib.checks._answers import brief_text
from lib.files import write_whole

from ..editions import ROOT
from ..terminal import run_as_program
from . import examine, report, submissions
from .results import Grade, Graded, NotGraded, TaskGrade, counted
from .session import GraderFault, Limits


class UsageError(ValueError):
    """An argument that cannot be used; the text names it, and what would do."""


def main(arguments=None):
    """The command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        source, out = folders(options.submissions, options.out)
        known = chosen(options.chapter)
        limits = bounds(options)
        with FileLock(out / ".lock", timeout=0):
            return run(source, out, known, limits, options.jobs)
    except UsageError as error:
        print(f"grade: {error}", file=sys.stderr)
    except Timeout:
        print(
            f"grade: OUT={options.out!r} is in use by another run; wait for it, or name "
            "another folder",
            file=sys.stderr,
        )
    except OSError as error:
        print(
            f"grade: {error}; what was graded is kept: put that right, and run the same command "
            "again",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 2


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m instructor.grade", description="Grade a folder of notebooks."
    )
    parser.add_argument("submissions", metavar="SUBMISSIONS", help="the folder of notebooks")
    parser.add_argument("out", metavar="OUT", help="the folder for grades.csv and feedback/")
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="submissions at a time (one for each core)",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=10,
        help="for each answer's cell, and each call of an answer (10)",
    )
    parser.add_argument(
        "--memory", type=int, default=4096, help="MiB of memory for each submission (4096)"
    )
    parser.add_argument(
        "--chapter",
        nargs="+",
        default=[],
        metavar="PART/CHAPTER",
        help="grade these exercises only (all)",
    )
    return parser


def folders(source, out):
    """The two folders as paths, OUT made if it is missing; ``UsageError`` for bad ones."""
    names = f"SUBMISSIONS={source!r}", f"OUT={out!r}"
    source, out = (Path(os.path.expanduser(folder)).resolve() for folder in (source, out))
    if out.is_relative_to(source) or source.is_relative_to(out):
        raise UsageError(
            f"{names[1]} and {names[0]} must not lie in one another; name a folder "
            "beside SUBMISSIONS"
        )
    if not source.is_dir() or not submissions.collect(source):
        problem = "holds no notebooks" if source.is_dir() else "is not a folder"
        raise UsageError(
            f"{names[0]} {problem}; name the folder that holds LEARNER.ipynb or LEARNER/…ipynb"
        )
    try:
        if not (out / ".done").is_dir() and any(
            not path.name.startswith(".") for path in out.glob("*")
        ):
            raise UsageError(
                f"{names[1]} is not empty and was not made by this command; name a new folder"
            )
        if _without_checksums(out / ".done" / "pages.json"):
            raise UsageError(
                f"{names[1]} was made by an earlier version of this command, which "
                "did not note what it wrote; name a new folder"
            )
        (out / ".done").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{names[1]} cannot be made ({error.strerror}); name a folder that can"
        ) from error
    return source, out


def _without_checksums(record):
    try:
        return isinstance(json.loads(record.read_text(encoding="utf-8")), list)
    except (OSError, ValueError):
        return False


def chosen(names):
    """The exercises with these names, all for none; ``UsageError`` for an unknown one."""
    known = submissions.exercises()
    for name in names:
        if name not in known:
            raise UsageError(
                f"--chapter {name!r} is not an exercise; use some of {', '.join(known)}"
            )
    return {name: known[name] for name in names or known}


def bounds(options):
    """The ``Limits`` that were asked for."""
    for name, least in (("jobs", 1), ("seconds", 0.1), ("memory", 512)):
        if not least <= getattr(options, name) < math.inf:
            raise UsageError(
                f"--{name} must be a number from {least} up, not {getattr(options, name)}"
            )
    seconds = int(options.seconds) if options.seconds == int(options.seconds) else options.seconds
    return Limits(seconds, options.memory, task=max(60, 2 * seconds))


def run(source, out, known, limits, jobs):
    """Grade what is not graded yet, write everything; returns the exit status."""
    submitted = submissions.collect(source)
    submitted += submissions.without_notebook(source, submitted)
    version = _version(limits)
    graded, faults, start = {}, 0, time.monotonic()
    table = out / ".done" / "table.json"
    report.remove_parts(out)
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as folder:

        def work(submission):
            return grade(submission, source, out, known, limits, version, folder)

        patience = 2 * max(_longest(exercise, limits) for exercise in known.values())
        for submission, result in side_by_side(submitted, work, jobs, patience):
            graded[submission] = Graded(submission, result, _changed(source, submission))
            faults += isinstance(result, NotGraded) and result.fault
            report.write_grades(out, counted(graded.values()), table)
            _progress(graded[submission], len(graded), len(submitted), start)
    final = counted([graded[submission] for submission in submitted])
    beside = report.write_pages(out / "feedback", final, out / ".done" / "pages.json")
    grades = report.write_grades(out, final, table)
    _summary(final, grades, out / "feedback", time.monotonic() - start)
    if grades.name != "grades.csv":
        beside.insert(0, ("grades.csv", grades.name))
    for kept, new in beside:
        print(
            report.printable(
                f"{kept} is not as this command wrote it, so it stays; the new one is {new}"
            ),
            file=sys.stderr,
        )
    if faults:
        print(
            f"{faults} could not be graded through no fault of the learner's; the table says "
            "why. Run the same command again to try these once more.",
            file=sys.stderr,
        )
    return 1 if faults else 0


def grade(submission, source, out, known, limits, version, folder):
    """The ``Grade`` of one submission, from OUT/.done if it is there, or else ``NotGraded``."""
    try:
        data = submissions.content(source / submission.path)
        cells = submissions.notebook(data)
        exercise, others = submissions.which(cells, submission.path.stem, submissions.exercises())
    except submissions.SubmissionError as error:
        return NotGraded(str(error))
    key = hashlib.sha256(data + f"{exercise.digest} {version}".encode()).hexdigest()
    stored = out / ".done" / f"{key}.json"
    also = tuple(other.name for other in others)
    try:
        return replace(Grade.from_json(stored.read_text(encoding="utf-8")), also=also)
    except (OSError, ValueError, KeyError, TypeError):  # not graded yet, or not by this version
        pass
    if exercise.name not in known:
        return NotGraded(
            f"this is a notebook of {exercise.name}, which was not asked for", unasked=True
        )
    start = time.monotonic()
    try:
        answers = submissions.answers(exercise, cells)
        verdicts = examine.verdicts(exercise, answers, limits, (source, out), folder)
    except GraderFault as error:
        return _fault(error)
    result = Grade(
        exercise.name,
        exercise.title,
        tuple(TaskGrade.of_verdict(task, verdicts[task.name]) for task in exercise.tasks),
        also,
    )
    write_whole(stored, result.to_json())
    return replace(result, seconds=time.monotonic() - start)


def _fault(why):
    return NotGraded(f"could not be graded: {why}", fault=True)


def _version(limits):
    """What a grade depends on besides the submission and its exercise."""
    parts = [repr(limits)]
    own = [*Path(__file__).parent.glob("*.py"), ROOT / "course" / "editions.py"]
    for path in sorted([*(ROOT / "lib").rglob("*.py"), *(ROOT / "lib").rglob("*.toml"), *own]):
        parts.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _longest(exercise, limits):
    """Seconds that a submission takes when every bound is used to its end."""
    tasks = len(exercise.tasks)
    return tasks * limits.task + tasks * (limits.set_up + tasks * (limits.seconds + 1))


def side_by_side(items, work, jobs, patience):
    """Yield (item, result) as results come, from some threads; each drives a process.

    Nothing that a learner writes can stop a thread, but a check could take long over an odd
    value: a thread that is not back after ``patience`` seconds is replaced.
    """
    waiting, done, running = queue.SimpleQueue(), queue.SimpleQueue(), {}
    for item in items:
        waiting.put(item)

    def serve():
        while True:
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                return
            running[item] = time.monotonic()
            try:
                result = work(item)
            except Exception as error:
                result = _fault(f"{type(error).__name__}: {brief_text(str(error))}")
            done.put((item, result))

    for _ in range(min(jobs, len(items))):
        threading.Thread(target=serve, daemon=True).start()
    left = set(items)
    while left:
        try:
            item, result = done.get(timeout=1)
        except queue.Empty:
            late = [
                item
                for item in left
                if time.monotonic() - running.get(item, time.monotonic()) > patience
            ]
            if not late:
                continue
            item = late[0]
            result = _fault(f"looking at its answers took more than {patience:g} s")
            threading.Thread(target=serve, daemon=True).start()
        if item in left:
            left.remove(item)
            yield item, result


def _changed(source, submission):
    try:
        return (source / submission.path).stat().st_mtime
    except OSError:
        return 0


def _progress(one, done, of, start):
    """One line for a submission: what it got, and how long the rest will take."""
    result = one.result
    if one.is_graded:
        took = f"{result.seconds:.1f} s" if result.seconds else "graded before"
        text = f"{result.points} of {result.of} points ({took})"
    else:
        text = result.problem
    left = (time.monotonic() - start) / done * (of - done)
    rest = f", about {left:.0f} s left" if done < of else ""
    print(report.printable(f"[{done}/{of}] {one.submission}: {brief_text(text)}{rest}"), flush=True)


def _summary(graded, grades, pages, seconds):
    by_exercise = {}
    for one in graded:
        if one.is_graded:
            by_exercise.setdefault(one.result.exercise, []).append(one.result)
        elif one.result.superseded:
            print(report.printable(f"{one.submission}: {one.result.problem}"), file=sys.stderr)
    print(
        f"{len(graded)} notebooks, {sum(map(len, by_exercise.values()))} graded, in "
        f"{seconds:.0f} s: {grades} and {pages}"
    )
    for name, results in sorted(by_exercise.items()):
        mean = sum(result.points for result in results) / len(results)
        print(f"  {name}: {len(results)}, on average {mean:.1f} of {results[0].of} points")


def command():
    """Run as a program."""
    run_as_program(main)


if __name__ == "__main__":
    command()
