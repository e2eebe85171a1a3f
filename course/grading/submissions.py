"""What learners hand in: the files, which exercise each is of, and the answers in it.

A submission is not to be trusted. Nothing of it runs here; its cells are only read.
"""

import builtins
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import nbformat

from lib.checks import find

from .. import editions
from .slicing import defined, statements, with_helpers

MAX_BYTES = 20 * 2**20  # of a notebook


class SubmissionError(ValueError):
    """A file that cannot be graded; the text says why."""


@dataclass(frozen=True)
class Submission:
    """A file of a learner's. ``path`` is relative to the folder of submissions."""

    learner: str
    path: Path

    def __str__(self):
        return self.path.as_posix()


@dataclass(frozen=True)
class Cell:
    """A cell of a submission. ``id`` is its grade_id, or ""."""

    cell_type: str
    source: str
    id: str = ""


@dataclass(frozen=True)
class Step:
    """What runs next: a cell of the notebook's own, or, where it is checked, a task's answer."""

    source: str = ""
    task: editions.TaskCells | None = None


@dataclass(frozen=True)
class Exercise:
    """An instructor's notebook.

    ``steps``: in order, each a ``Step``. ``stubs``: what the answers' cells hold before anything
    is answered. ``digest``: of all its cells.
    """

    name: str
    title: str
    tasks: tuple
    steps: tuple
    stubs: dict
    digest: str

    @cached_property
    def answers(self):
        """{task: the name that its answer defines}; loads the tasks' module."""
        return {task.name: find(task.name).answer for task in self.tasks}

    @property
    def own_cells(self):
        """The sources of the cells that are not the learner's."""
        return [step.source for step in self.steps if step.task is None]

    @property
    def chapter(self):
        return self.name.rpartition("/")[2]


@cache
def exercises(root=editions.ROOT):
    """{"PART/CHAPTER": Exercise} of the instructor's notebooks."""
    return {name: exercise(name, path) for name, path in editions.sources(root).items()}


def exercise(name, path):
    """The ``Exercise`` in an instructor's notebook."""
    book = editions.read(path)
    tasks = tuple(editions.tasks(book))
    at_check = {task.check: Step(task=task) for task in tasks}
    answers = {task.answer for task in tasks}
    steps = [
        at_check.get(index) or Step(cell.source)
        for index, cell in enumerate(book.cells)
        if cell.cell_type == "code" and index not in answers
    ]
    stubs = {task.name: editions.without_solution(book.cells[task.answer].source) for task in tasks}
    sources = [[cell.cell_type, cell.source] for cell in book.cells]
    return Exercise(
        name,
        editions.title(book, name),
        tasks,
        tuple(steps),
        stubs,
        hashlib.sha256(json.dumps(sources).encode()).hexdigest(),
    )


def collect(folder):
    """Every ``Submission`` in a folder, in order: LEARNER.ipynb, or any notebook in LEARNER/.

    Hidden files and links that lead out of the folder are left out.
    """
    folder = Path(folder).resolve()
    collected = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if (
            path.suffix.lower() == ".ipynb"
            and not hidden
            and path.is_file()
            and path.resolve().is_relative_to(folder)
        ):
            learner = inside.parts[0] if len(inside.parts) > 1 else path.stem
            collected.append(Submission(learner, inside))
    return collected


def without_notebook(folder, collected):
    """A ``Submission`` for each learner's folder that holds none of those that were collected."""
    learners = {submission.learner for submission in collected}
    return [
        Submission(path.name, Path(path.name))
        for path in sorted(Path(folder).iterdir())
        if path.is_dir()
        and not path.is_symlink()
        and not path.name.startswith(".")
        and path.name not in learners
    ]


def content(path):
    """A notebook file's bytes; ``SubmissionError`` where it is too large or cannot be read."""
    try:
        if Path(path).is_dir():
            names = sorted(file.name for file in Path(path).iterdir())
            held = f"it holds {', '.join(names[:5])}" if names else "it is empty"
            raise SubmissionError(f"there is no notebook (.ipynb) in this folder: {held}")
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise SubmissionError(
                f"the file is too large: {size / 2**20:.0f} MiB, and at most "
                f"{MAX_BYTES // 2**20} are graded"
            )
        return Path(path).read_bytes()
    except OSError as error:
        raise SubmissionError(f"the file cannot be read: {error.strerror}") from error


def notebook(data):
    """The ``Cell`` objects of a notebook's bytes; ``SubmissionError`` for any others."""
    try:
        book = json.loads(data.decode("utf-8-sig", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise SubmissionError("the file is not a notebook: it is not JSON") from error
    try:
        if book.get("nbformat", 4) < 4:
            book = nbformat.convert(nbformat.from_dict(book), 4)
        return [
            Cell(str(cell.get("cell_type")), _source(cell), _grade_id(cell))
            for cell in book["cells"]
        ]
    except Exception as error:
        raise SubmissionError(
            "the file is JSON but not a notebook: it has no cells in a form that nbformat 4 knows"
        ) from error


def _source(cell):
    source = cell.get("source", "")
    source = source if isinstance(source, str) else "".join(source)
    # A lone half of a character cannot be written anywhere, and no Python can read it.
    return source.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def _grade_id(cell):
    try:
        return str(cell["metadata"]["nbgrader"]["grade_id"])
    except (KeyError, TypeError):
        return ""


def which(cells, stem, known):
    """The exercise that a notebook is of, and others of which it holds tasks as well.

    It is known by its grade_ids, else by its checks, else by its name. ``SubmissionError`` where
    it is of none.
    """
    of = {
        name: exercise.name
        for exercise in known.values()
        for task in exercise.tasks
        for name in (task.name, task.answer_id)
    }
    checks = [
        name
        for cell in cells
        if cell.cell_type == "code"
        for name in editions.CHECK.findall(cell.source)
    ]
    for names in ([cell.id for cell in cells], checks):
        counts = Counter(of[name] for name in names if name in of)
        if counts:
            first, *others = (known[name] for name, _ in counts.most_common())
            return first, others
    for exercise in known.values():
        if stem in (exercise.chapter, exercise.name.replace("/", "-")):
            return exercise, []
    raise SubmissionError(
        "this is not a notebook of a known exercise: none of its grade_ids, its "
        "checks and its file's name belongs to one"
    )


def answers(exercise, cells):
    """{task: source, or "" where nothing was answered}, taken from a submission's cells.

    A cell is found by its grade_id; where that is gone, or the cell has nothing in it, by the
    name that it has to define. What the answers use of the learner's other cells (imports,
    functions, values and the statements that change them) comes along.
    """
    chosen = {task.name: _chosen(exercise, task, cells) for task in exercise.tasks}
    taken = {index for indices in chosen.values() for index in indices}
    known = {*dir(builtins), "get_ipython", "display"}.union(
        *map(defined, [*exercise.own_cells, *(cells[index].source for index in taken)])
    )
    others = [
        statement
        for index, cell in enumerate(cells)
        if index not in taken and cell.cell_type == "code"
        for statement in statements(cell.source, index)
    ]
    sources = {}
    for task in exercise.tasks:
        source = "\n\n".join(cells[index].source for index in chosen[task.name])
        if source:
            end = max(_checks(task, cells), default=len(cells))
            source, names = with_helpers(source, others, known, end)
            known |= names
        sources[task.name] = source
    return sources


def _checks(task, cells):
    """The indices of the cells that check a task."""
    return [
        index
        for index, cell in enumerate(cells)
        if cell.id == task.name or task.name in editions.CHECK.findall(cell.source)
    ]


def _chosen(exercise, task, cells):
    """The indices of the cells with a task's answer."""
    name = exercise.answers[task.name]
    stubs = {_squeezed(text) for text in exercise.stubs.values()}
    foreign = {other.answer_id for other in exercise.tasks if other != task}
    end = max(_checks(task, cells), default=0)

    def written(index):
        return _squeezed(cells[index].source) not in stubs | {""}

    def last(indices):
        """Of several, the one that the last check of the task saw."""
        return ([index for index in indices if index < end] or indices)[-1:]

    own = last(
        [index for index, cell in enumerate(cells) if cell.id == task.answer_id and written(index)]
    )
    if own and name in defined(cells[own[0]].source):
        return own
    defining = [
        index
        for index, cell in enumerate(cells)
        if cell.cell_type == "code" and written(index) and name in defined(cell.source)
    ]
    apart = [index for index in defining if cells[index].id not in foreign]
    # Two answers may have been merged into one cell, which then has the other's id.
    return sorted({*own, *last(apart or ([] if own else defining))})


def _squeezed(source):
    return "".join(source.split())
