"""One notebook, two editions: the instructor's has the solutions, the learner's is made from it.

The instructor's notebooks lie in ``instructor/source/PART/CHAPTER.ipynb``, which is also where
nbgrader looks for them; the learner's in ``exercises/PART/CHAPTER.ipynb``. A task is

- a heading, ``## Task 1 · Where is a pixel? (10 min, 2 points)``, and what is asked, in words;
- a cell with the answer between ``### BEGIN SOLUTION`` and ``### END SOLUTION``;
- a cell that calls ``check("chapter-task")``, which names the task.

Everything else follows from that, nbgrader's metadata included (``annotated``).
"""

import copy
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
SOURCE, LEARNER = Path("instructor") / "source", Path("exercises")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "...  # your code"  # nbgrader_config.py has the same
HEADING = re.compile(r"^## Task (\d+) · (.+) \((\d+) min, (\d+) points?\)$", re.MULTILINE)
CHECK = re.compile(r'^check\("([a-z0-9-]+)"\)$', re.MULTILINE)


@dataclass(frozen=True)
class TaskCells:
    """A task in a notebook: its name, heading, and the indices of its two cells."""

    name: str
    title: str
    minutes: int
    points: int
    answer: int
    check: int


def check_place(out, mark, root=ROOT):
    """ValueError unless a command may write to the folder ``out``.

    It must not hold this repository, nor lie among what the repository is made of or the book's
    own pages. A folder of the repository that holds a file ``mark`` was made by the command; one
    that holds ``.git`` is another repository or a work tree, such as one of gh-pages.
    """
    there, root = Path(out).resolve(), Path(root).resolve()
    if there == root or root.is_relative_to(there):
        raise ValueError(f"OUT={out} holds this repository; name a new folder, such as "
                         "_build/my-course.")
    if there == Path(os.path.expanduser("~")).resolve():
        raise ValueError(f"OUT={out} is your home folder; name a folder in it.")
    if there.is_relative_to(root):
        first, *rest = there.relative_to(root).parts
        kept = {"html", "jupyter_execute", ".doctrees", ".jupyter_cache"}
        taken = not rest or rest[0] in kept if first == "_build" else (
            (root / first).exists() and not any(
                (root / first / own).exists() for own in (mark, ".git")))
        if taken:
            raise ValueError(f"OUT={out} lies among the sources or the book's own pages; name a "
                             "new folder, such as _build/my-course.")
    if there.exists() and not there.is_dir():
        raise ValueError(f"OUT={out} is a file; name a folder.")


def sources(root=ROOT):
    """{"PART/CHAPTER": path} of the instructor's notebooks, in sorted order."""
    folder = Path(root) / SOURCE
    return {path.relative_to(folder).with_suffix("").as_posix(): path
            for path in sorted(folder.glob("*/*.ipynb"))}


def learner_path(source, root=ROOT):
    """Where the learner's edition of a notebook in ``instructor/source`` lies."""
    root = Path(root)
    return root / LEARNER / Path(source).relative_to(root / SOURCE)


def tasks(notebook):
    """The ``TaskCells`` of an instructor's notebook, in order.

    ValueError for a notebook that does not have the form that this module describes.
    """
    found, heading, answer = [], None, None
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            new = HEADING.search(cell.source)
            if new and heading:
                raise ValueError(f"cell {index + 1}: task {heading[1]} has no check before this")
            if "## Task" in cell.source and not new:
                raise ValueError(f"cell {index + 1}: {cell.source.splitlines()[0]!r} is no heading "
                                 "of a task; write '## Task 1 · Title (10 min, 2 points)'")
            heading = new or heading
        elif BEGIN in cell.source or END in cell.source:
            without_solution(cell.source)  # refuses what is not in order
            if not heading or answer is not None:
                raise ValueError(f"cell {index + 1}: a solution needs a task's heading before it, "
                                 "and a check after it")
            answer = index
        elif CHECK.search(cell.source):
            if answer is None:
                raise ValueError(f"cell {index + 1}: this check has no answer before it")
            name, (number, title, minutes, points) = CHECK.search(cell.source)[1], heading.groups()
            if int(number) != len(found) + 1:
                raise ValueError(f"task {name!r} has the number {number}; use {len(found) + 1}")
            found.append(TaskCells(name, title, int(minutes), int(points), answer, index))
            heading = answer = None
    if heading or answer is not None:
        raise ValueError("the last task has no check")
    return found


def without_solution(code):
    """Code with the stub in place of each solution; ValueError where the markers do not pair.

    >>> print(without_solution('''def area(r):
    ...     ### BEGIN SOLUTION
    ...     return 3.14 * r**2
    ...     ### END SOLUTION'''))
    def area(r):
        ...  # your code
    """
    lines, inside = [], False
    for line in code.splitlines():
        if line.strip() == BEGIN and not inside:
            inside = True
            lines.append(line.replace(BEGIN, STUB))
        elif line.strip() == END and inside:
            inside = False
        elif BEGIN in line or END in line:
            raise ValueError(f"{line.strip()!r} does not pair; write {BEGIN} and then {END}, "
                             "each on a line of its own")
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"a {BEGIN} has no {END} after it")
    return "\n".join(lines)


def annotated(notebook):
    """A copy of an instructor's notebook with nbgrader's metadata, which follow from its text."""
    notebook = copy.deepcopy(notebook)
    found = tasks(notebook)
    roles = {task.answer: (f"{task.name}-answer", {"solution": True}) for task in found}
    roles |= {task.check: (task.name, {"grade": True, "points": task.points}) for task in found}
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("nbgrader", None)
        name, more = roles.get(index, (cell.id, {}))
        if cell.cell_type == "code":
            cell.metadata["nbgrader"] = {
                "cell_type": "code", "grade": False, "grade_id": name, "locked": "solution" not in
                more, "schema_version": 3, "solution": False, "task": False, **more}
    return notebook


def learners_edition(notebook):
    """The learner's edition of an instructor's notebook: stubs for solutions, and no outputs."""
    notebook = annotated(notebook)
    for task in tasks(notebook):
        cell = notebook.cells[task.answer]
        cell.source = without_solution(cell.source)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def drifted(root=ROOT):
    """Paths that are not as the instructor's notebooks have them, in sorted order.

    These are instructor's notebooks whose metadata do not follow from their text, learner's
    notebooks that are missing or another text, and those that no instructor's notebook has.
    """
    root, found, made = Path(root), [], set()
    for source in sources(root).values():
        notebook, path = read(source), learner_path(source, root)
        made.add(path)
        if _texts(annotated(notebook)) != _texts(notebook):
            found.append(source)
        if not path.exists() or _texts(read(path)) != _texts(learners_edition(notebook)):
            found.append(path)
    return sorted([*found, *(set((root / LEARNER).glob("*/*.ipynb")) - made)])


def write_learners(root=ROOT):
    """Bring both editions in line with the instructor's text; returns the paths that changed.

    What changed has no outputs until it is executed.
    """
    root, changed = Path(root), drifted(root)
    for path in changed:
        source = root / SOURCE / path.relative_to(root / LEARNER) if (
            path.is_relative_to(root / LEARNER)) else path
        if not source.exists():
            path.unlink()
            continue
        notebook = read(source)
        made = annotated(notebook) if path == source else learners_edition(notebook)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(made, path)
    return changed


def _texts(notebook):
    """What two editions of one text have in common: everything but what a run gives."""
    return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def read(path):
    """A notebook file, in nbformat 4; ValueError, with its path, for what is none."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise ValueError(f"{path} is no notebook: {' '.join(str(error).split())[:200]}") from error
