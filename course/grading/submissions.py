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

from .. import editions

LARGEST = 20 * 2**20  # bytes of a notebook
LIBRARIES = {"lib", "matplotlib", "numpy", "PIL", "scipy", "torch", "asyncio"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
TIMED = re.compile(r"\A\s*%%(?:time|capture)\b.*\n")


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
    return Exercise(name, editions.title(book, name), tasks, tuple(steps), stubs,
                    hashlib.sha256(json.dumps(sources).encode()).hexdigest())


def collect(folder):
    """Every ``Submission`` in a folder, in order: LEARNER.ipynb, or any notebook in LEARNER/.

    Hidden files and links that lead out of the folder are left out.
    """
    folder = Path(folder).resolve()
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix.lower() != ".ipynb":
            continue
        if any(part.startswith(".") for part in inside.parts):
            continue
        if path.is_file() and path.resolve().is_relative_to(folder):
            learner = inside.parts[0] if len(inside.parts) > 1 else path.stem
            found.append(Submission(learner, inside))
    return found


def without_notebook(folder, found):
    """A ``Submission`` for each learner's folder that holds none of the notebooks ``found``."""
    learners = {submission.learner for submission in found}
    return [Submission(path.name, Path(path.name)) for path in sorted(Path(folder).iterdir())
            if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
            and path.name not in learners]


def content(path):
    """A notebook file's bytes; ``SubmissionError`` where it is too large or cannot be read."""
    try:
        if Path(path).is_dir():
            names = sorted(file.name for file in Path(path).iterdir())
            held = f"it holds {', '.join(names[:5])}" if names else "it is empty"
            raise SubmissionError(f"there is no notebook (.ipynb) in this folder: {held}")
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
    """The exercise that a notebook is of, and others of which it holds tasks as well.

    It is known by its grade_ids, else by its checks, else by its name. ``SubmissionError`` where
    it is of none.
    """
    task = {task.name: exercise for exercise in known.values() for task in exercise.tasks}
    ids = [cell["id"].removesuffix("-answer") for cell in cells]
    checks = [name for cell in cells if cell["cell_type"] == "code"
              for name in editions.CHECK.findall(cell["source"])]
    for names in (ids, checks):
        found = Counter(task[name].name for name in names if name in task)
        if found:
            first, *others = (known[name] for name, _ in found.most_common())
            return first, others
    for exercise in known.values():
        if stem in (exercise.chapter, exercise.name.replace("/", "-")):
            return exercise, []
    raise SubmissionError("this is no notebook of a known exercise: no grade_id, no check and "
                          "not its file's name belongs to one")


def answers(exercise, cells):
    """{task: source, or "" where nothing was answered}, taken from a submission's cells.

    A cell is found by its grade_id; where that is gone, or the cell has nothing in it, by the
    name that it has to define. What the answers use of the learner's other cells (imports,
    functions, values and the statements that change them) comes along.
    """
    chosen = {task.name: _chosen(exercise, task.name, cells) for task in exercise.tasks}
    taken = {index for indices in chosen.values() for index in indices}
    known = set(dir(builtins)) | {"get_ipython", "display"}
    for source in [*exercise.steps, *(cells[index]["source"] for index in taken)]:
        if isinstance(source, str):
            known |= defined(source)
    others = [(index, *statement) for index, cell in enumerate(cells)
              if index not in taken and cell["cell_type"] == "code"
              for statement in _statements(cell["source"])]
    found = {}
    for task in exercise.tasks:
        source = "\n\n".join(cells[index]["source"] for index in chosen[task.name])
        end = max(_checks(task.name, cells), default=len(cells))
        helpers = _helpers(source, others, known, end) if source else []
        # A magic of a cell has to stand in its first line.
        found[task.name] = "\n".join([*helpers, TIMED.sub("", source) if helpers else source])
        known |= {name for helper in helpers for name in defined(helper)}
    return found


def _checks(task, cells):
    """The indices of the cells that check a task."""
    return [index for index, cell in enumerate(cells)
            if cell["id"] == task or task in editions.CHECK.findall(cell["source"])]


def _chosen(exercise, task, cells):
    """The indices of the cells with a task's answer."""
    stub, name = _squeezed(exercise.stubs[task]), exercise.answers[task]
    stubs = {_squeezed(text) for text in exercise.stubs.values()}
    foreign = {f"{other.name}-answer" for other in exercise.tasks if other.name != task}

    def written(index):
        return _squeezed(cells[index]["source"]) not in stubs | {""}

    end = max(_checks(task, cells), default=0)

    def last(indices):
        """Of several, the one that the last check of the task saw."""
        return ([index for index in indices if index < end] or indices)[-1:]

    own = last([index for index, cell in enumerate(cells)
                if cell["id"] == f"{task}-answer" and written(index)])
    if own and name in defined(cells[own[0]]["source"]):
        return own
    defining = [index for index, cell in enumerate(cells)
                if cell["cell_type"] == "code" and written(index)
                and name in defined(cell["source"])]
    apart = [index for index in defining if cells[index]["id"] not in foreign]
    # Two answers may have been merged into one cell, which then has the other's id.
    return sorted({*own, *last(apart or ([] if own else defining))})


def _squeezed(source):
    return "".join(source.split())


def _transformed(source):
    """Cells as IPython reads them: magics and shell commands become Python."""
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # no more than a cell that cannot be read
        return source


@lru_cache
def _tree(source):
    source = TIMED.sub("", source)
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
    return _used_by(_tree(source)[0])


def _used_by(tree):
    return {node.id for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _statements(source):
    """(text, names that it defines anew, names that it changes) of each statement of a cell."""
    tree, text = _tree(source)
    lines = text.splitlines()
    for node in tree.body:
        bound, used = set(_bound(node)), _used_by(node)
        changed = {name for part in ast.walk(node) for name in _changed(part)}
        # What is read and bound, as in a sum over a loop, goes on with what was there.
        anew = bound if isinstance(node, DEFINITIONS) else bound - used - changed
        changed |= bound - anew
        if bound or changed:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            yield "\n".join(lines[first - 1:node.end_lineno]), anew, changed - anew


def _changed(node):
    """The name that is changed in place: ``a[0] = 1``, ``a.b = 1``, ``a += 1``, ``a.c()``."""
    if isinstance(node, ast.AugAssign):
        node = node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node = node.value.func
        if isinstance(node, ast.Name):
            return
    elif not (isinstance(node, (ast.Subscript, ast.Attribute))
              and isinstance(node.ctx, (ast.Store, ast.Del))):
        return
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _helpers(source, others, known, end):
    """The texts of the learner's other statements that an answer needs, in their order.

    ``others``: (index of the cell, text, names defined anew, names changed); ``end``: the index
    of the cell that checks the answer. What comes after it counts only for names that are not
    defined before.
    """
    wanted, seen, taken = _used(source) - known, set(), set()
    while wanted:
        seen |= wanted
        taken = taken.union(*(_making(name, others, end) for name in wanted))
        wanted = set().union(*(_used(others[number][1]) | others[number][3] for number in taken))
        wanted -= known | seen
    return [others[number][1] for number in sorted(taken)]


def _making(name, others, end):
    """The statements that make a name what it is: its last definition, and what changes it."""
    before = [number for number, (cell, *_) in enumerate(others) if cell < end]
    for numbers in (before, range(len(others))):
        anew = [number for number in numbers if name in others[number][2]]
        if anew:
            later = [] if others[anew[-1]][1].startswith(("import ", "from ")) else [
                number for number in numbers[anew[-1] + 1:] if name in others[number][3]]
            return {anew[-1], *later}
    # It may come from one that says "everything".
    return {number for number in before if "*" in others[number][2]}


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
