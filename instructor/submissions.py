"""What learners hand in: the files, which exercise each is of, and the answers in it.

A submission is not to be trusted. Nothing of it runs here; its cells are only read.
"""

import ast
import builtins
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from lib.checks import find

from . import editions

LARGEST = 20 * 2**20  # bytes of a notebook
LIBRARIES = {"lib", "matplotlib", "numpy", "PIL", "scipy", "torch", "asyncio"}
CHECKS = re.compile(r"""\bcheck\(\s*["']([a-z0-9-]+)["']\s*\)""")


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
class Exercise:
    """An instructor's notebook.

    ``steps``: the sources of its own cells, and the ``TaskCells``, in order. ``stubs``: what the
    answers' cells hold before anything is answered. ``digest``: of all its cells.
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
    at_check = {task.check: task for task in tasks}
    answers = {task.answer for task in tasks}
    steps = []
    for index, cell in enumerate(book.cells):
        if index in at_check:
            steps.append(at_check[index])
        elif cell.cell_type == "code" and index not in answers:
            steps.append(cell.source)
    stubs = {task.name: editions.without_solution(book.cells[task.answer].source)
             for task in tasks}
    sources = [[cell.cell_type, cell.source] for cell in book.cells]
    title = next((line.removeprefix("# ") for cell in book.cells
                  for line in cell.source.splitlines() if line.startswith("# ")), name)
    return Exercise(name, title, tasks, tuple(steps), stubs,
                    hashlib.sha256(json.dumps(sources).encode()).hexdigest())


def collect(folder):
    """Every ``Submission`` in a folder, in order: LEARNER.ipynb, or any notebook in LEARNER/.

    Hidden files and links that lead out of the folder are left out.
    """
    folder = Path(folder).resolve()
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts):
            continue
        if path.is_file() and path.resolve().is_relative_to(folder):
            learner = inside.parts[0] if len(inside.parts) > 1 else path.stem
            found.append(Submission(learner, inside))
    return found


def content(path):
    """A notebook file's bytes; ``SubmissionError`` where it is too large or cannot be read."""
    try:
        size = Path(path).stat().st_size
        if size > LARGEST:
            raise SubmissionError(f"the file is too large: {size / 2**20:.0f} MiB, and at most "
                                  f"{LARGEST // 2**20} are graded")
        return Path(path).read_bytes()
    except OSError as error:
        raise SubmissionError(f"the file cannot be read: {error.strerror}") from error


def notebook(data):
    """[cell, ...] of a notebook's bytes, each a dict with ``cell_type``, ``source``, ``id``.

    ``id`` is the cell's grade_id, or "". ``SubmissionError`` for what is no notebook.
    """
    try:
        book = json.loads(data.decode("utf-8-sig", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise SubmissionError("the file is no notebook: it is not JSON") from error
    try:
        if book.get("nbformat", 4) < 4:
            book = nbformat.convert(nbformat.from_dict(book), 4)
        return [{"cell_type": str(cell.get("cell_type")), "source": _source(cell),
                 "id": _grade_id(cell)} for cell in book["cells"]]
    except Exception as error:
        raise SubmissionError("the file is JSON and no notebook: it has no cells in a form that "
                              "nbformat 4 knows") from error


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
    """The exercise that a notebook is of, by its grade_ids, else its checks, else its name.

    ``SubmissionError`` where it is of none.
    """
    task = {task.name: exercise for exercise in known.values() for task in exercise.tasks}
    ids = [cell["id"].removesuffix("-answer") for cell in cells]
    checks = [name for cell in cells if cell["cell_type"] == "code"
              for name in CHECKS.findall(cell["source"])]
    for names in (ids, checks):
        found = Counter(task[name].name for name in names if name in task)
        if found:
            return known[found.most_common(1)[0][0]]
    for exercise in known.values():
        if stem in (exercise.chapter, exercise.name.replace("/", "-")):
            return exercise
    raise SubmissionError("this is no notebook of a known exercise: no grade_id, no check and "
                          "not its file's name belongs to one")


def answers(exercise, cells):
    """{task: source, or "" where nothing was answered}, taken from a submission's cells.

    A cell is found by its grade_id; where that is gone, or the cell has nothing in it, by the
    name that it has to define. Imports and functions that the answers use, and that the learner
    wrote into other cells, come along.
    """
    chosen = {task.name: _chosen(exercise, task.name, cells) for task in exercise.tasks}
    taken = {index for indices in chosen.values() for index in indices}
    known = set(dir(builtins)) | {"get_ipython", "display"}
    for source in [*exercise.steps, *(cells[index]["source"] for index in taken)]:
        if isinstance(source, str):
            known |= defined(source)
    others = [statement for index, cell in enumerate(cells)
              if index not in taken and cell["cell_type"] == "code"
              for statement in _definitions(cell["source"])]
    found = {}
    for task in exercise.tasks:
        source = "\n\n".join(cells[index]["source"] for index in chosen[task.name])
        helpers = _helpers(source, others, known) if source else []
        found[task.name] = "\n".join([*helpers, source])
        known |= {name for helper in helpers for name in defined(helper)}
    return found


def _chosen(exercise, task, cells):
    """The indices of the cells with a task's answer."""
    stub, name = _squeezed(exercise.stubs[task]), exercise.answers[task]
    stubs = {_squeezed(text) for text in exercise.stubs.values()}
    foreign = {f"{other.name}-answer" for other in exercise.tasks if other.name != task}

    def written(index):
        return _squeezed(cells[index]["source"]) not in stubs | {""}

    own = [index for index, cell in enumerate(cells) if cell["id"] == f"{task}-answer"]
    own = [index for index in own if written(index)][-1:]
    if own and name in defined(cells[own[0]]["source"]):
        return own
    defining = [index for index, cell in enumerate(cells)
                if cell["cell_type"] == "code" and cell["id"] not in foreign and written(index)
                and name in defined(cell["source"])]
    checks = [index for index, cell in enumerate(cells)
              if cell["id"] == task or task in CHECKS.findall(cell["source"])]
    before = [index for index in defining if checks and index < checks[0]]
    return sorted({*own, *(before or defining)[-1:]})


def _squeezed(source):
    return "".join(source.split())


def _transformed(source):
    """Cells as IPython reads them: magics and shell commands become Python."""
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # no more than a cell that cannot be read
        return source


@lru_cache(maxsize=500)
def _tree(source):
    for text in (source, _transformed(source)):
        try:
            return ast.parse(text), text
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return ast.Module([], []), ""


def defined(source):
    """The names that a cell defines; of code that is no Python, what its lines look like."""
    tree, text = _tree(source)
    if not tree.body:
        return set(re.findall(r"^(?:def\s+|class\s+)?(\w+)\s*(?:=(?!=)|\()", source, re.MULTILINE))
    return {name for statement in tree.body for name in _bound(statement)}


def _bound(node):
    """The names that a statement binds, what stands inside of functions left out."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield (alias.asname or alias.name).partition(".")[0]
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _used(source):
    return {node.id for node in ast.walk(_tree(source)[0])
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _definitions(source):
    """(names, text) of each import, function, class and constant of a cell."""
    tree, text = _tree(source)
    lines = text.splitlines()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
             ast.Assign, ast.AnnAssign)
    for node in tree.body:
        if isinstance(node, kinds):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            yield set(_bound(node)), "\n".join(lines[first - 1:node.end_lineno])


def _helpers(source, others, known):
    """The texts of the learner's other definitions that an answer needs, in their order."""
    wanted, taken = _used(source) - known, set()
    while wanted:
        new = {max(index for index, (names, _) in enumerate(others) if name in names)
               for name in wanted if any(name in names for names, _ in others)} - taken
        taken |= new
        wanted = set().union(*(_used(others[index][1]) - known for index in new)) if new else set()
    return [others[index][1] for index in sorted(taken)]


def imports(sources):
    """The modules of the course's libraries that cells import, as they are written there."""
    found = set()
    for source in sources:
        if "%matplotlib" in source:
            found.add("matplotlib.pyplot")
        for node in ast.walk(_tree(source)[0]):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return sorted(name for name in found if name.split(".")[0] in LIBRARIES)
