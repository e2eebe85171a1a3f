"""One notebook, two editions: the instructor's has the solutions, the learner's is made from it.

The instructor's notebooks lie in ``instructor/source/PART/CHAPTER.ipynb``, which is also where
nbgrader looks for them; the learner's in ``exercises/PART/CHAPTER.ipynb``. A task is

- a heading, ``## Task 1 · Where is a pixel? (10 min, 2 points)``, and what is asked, in words;
- a cell with the answer between ``### BEGIN SOLUTION`` and ``### END SOLUTION``;
- a cell that calls ``check("chapter-task")``, which names the task.

Everything else follows from that, nbgrader's metadata included (``annotated``).
"""

import copy
import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nbformat

from lib.files import write_whole

from .files import rewrite

ROOT = Path(__file__).resolve().parents[1]
# Pages are named from the root: book/PART/CHAPTER is a chapter, and exercises/PART/CHAPTER what
# learners get of instructor/source/PART/CHAPTER.
BOOK, EXERCISES, SOLUTIONS = "book/", "exercises/", "instructor/source/"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
RECORD = Path("_build") / "exercises.json"  # what write_learners wrote: {path: digest}
STUB = "...  # your code"  # nbgrader_config.py has the same
HEADING = re.compile(r"^## Task (\d+) · (.+) \((\d+) min, (\d+) points?\)$", re.MULTILINE)
CHECK = re.compile(r"""\bcheck\(\s*["']([a-z0-9-]+)["']\s*\)""")  # also as learners retype it


@dataclass(frozen=True)
class Task:
    """What the heading of a task says."""

    number: int
    title: str
    minutes: int
    points: int


@dataclass(frozen=True)
class TaskCells(Task):
    """A task in a notebook: also its name, and the indices of its two cells."""

    name: str
    answer: int
    check: int

    @property
    def answer_id(self):
        """nbgrader's grade_id of the cell with the answer; that of the check is the name."""
        return f"{self.name}-answer"


def sources(root=ROOT):
    """{"PART/CHAPTER": path} of the instructor's notebooks, in sorted order."""
    folder = Path(root) / SOLUTIONS
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.glob("*/*.ipynb"))
    }


def learner_path(source, root=ROOT):
    """Where the learner's edition of a notebook in ``instructor/source`` lies."""
    root = Path(root)
    return root / EXERCISES / Path(source).relative_to(root / SOLUTIONS)


def exercise_page(page):
    """Where the exercises of a chapter lie, whether there are any or not.

    >>> exercise_page("book/matrices/matrix")
    'exercises/matrices/matrix'
    """
    return EXERCISES + page.removeprefix(BOOK)


def first_heading(markdown, default):
    """The first heading of a text, which is its title; ``default`` where there is none."""
    heading = re.search(r"^# (.+)$", markdown, re.MULTILINE)
    return heading[1].strip() if heading else default


def title(notebook, default):
    """The title of a notebook."""
    return first_heading(
        "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"), default
    )


def headings(markdown):
    """The ``Task`` of each heading of a task in a text.

    >>> headings("## Task 1 · Where is a pixel? (10 min, 2 points)")
    [Task(number=1, title='Where is a pixel?', minutes=10, points=2)]
    """
    return [
        Task(int(number), title, int(minutes), int(points))
        for number, title, minutes, points in HEADING.findall(markdown)
    ]


def tasks(notebook):
    """The ``TaskCells`` of an instructor's notebook, in order.

    ValueError for a notebook that does not have the form that this module describes.
    """
    task_cells, heading, answer = [], None, None
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            new = next(iter(headings(cell.source)), None)
            if new and heading:
                raise ValueError(
                    f"cell {index + 1}: task {heading.number} has no check before this"
                )
            if "## Task" in cell.source and not new:
                raise ValueError(
                    f"cell {index + 1}: {cell.source.splitlines()[0]!r} is not the "
                    "heading of a task; write '## Task 1 · Title (10 min, 2 points)'"
                )
            heading = new or heading
        elif BEGIN in cell.source or END in cell.source:
            without_solution(cell.source)  # refuses what is not in order
            if not heading or answer is not None:
                raise ValueError(
                    f"cell {index + 1}: a solution needs a task's heading before it, "
                    "and a check after it"
                )
            answer = index
        elif CHECK.search(cell.source):
            if answer is None:
                raise ValueError(f"cell {index + 1}: this check has no answer before it")
            name = CHECK.search(cell.source)[1]
            if heading.number != len(task_cells) + 1:
                raise ValueError(
                    f"task {name!r} has the number {heading.number}; use {len(task_cells) + 1}"
                )
            task_cells.append(TaskCells(**vars(heading), name=name, answer=answer, check=index))
            heading = answer = None
    if heading or answer is not None:
        raise ValueError("the last task has no check")
    return task_cells


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
            raise ValueError(
                f"{line.strip()!r} does not pair; write {BEGIN} and then {END}, "
                "each on a line of its own"
            )
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"a {BEGIN} has no {END} after it")
    return "\n".join(lines)


def annotated(notebook):
    """A copy of an instructor's notebook with nbgrader's metadata, which follow from its text."""
    notebook, roles = copy.deepcopy(notebook), {}
    for task in tasks(notebook):
        roles[task.answer] = task.answer_id, {"solution": True}
        roles[task.check] = task.name, {"grade": True, "points": task.points}
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("nbgrader", None)
        name, more = roles.get(index, (cell.id, {}))
        if cell.cell_type == "code":
            cell.metadata["nbgrader"] = {
                "cell_type": "code",
                "grade": False,
                "grade_id": name,
                "locked": "solution" not in more,
                "schema_version": 3,
                "solution": False,
                "task": False,
                **more,
            }
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
    notebooks that are missing or another text, and those that an instructor's notebook gave
    which is gone.
    """
    return _drifted(Path(root), _wanted(Path(root)))


def _wanted(root):
    """{path: notebook} of both editions, as they follow from the instructor's text."""
    wanted = {}
    for source in sources(root).values():
        notebook = read(source)
        wanted[source] = annotated(notebook)
        wanted[learner_path(source, root)] = learners_edition(notebook)
    return wanted


def _drifted(root, wanted):
    changed = [
        path
        for path, notebook in wanted.items()
        if not path.exists() or _texts(read(path)) != _texts(notebook)
    ]
    others = set((root / EXERCISES).glob("*/*.ipynb")) - wanted.keys()
    return sorted([*changed, *(path for path in others if _generated(path, root))])


def write_learners(root=ROOT):
    """Bring both editions in line with the instructor's text; returns the paths that changed.

    What changed has no outputs until it is executed. A learner's notebook is replaced, or removed
    with its instructor's one, only if it is as an instructor's text gave it, here or in git's
    history. ValueError, before anything is written, where it is not: it may hold answers.
    """
    root = Path(root)
    before = {
        path: path.read_bytes()
        for folder in (SOLUTIONS, EXERCISES)
        for path in (root / folder).glob("*/*.ipynb")
        if path.is_file()
    }
    wanted, record = _wanted(root), _record(root)
    changed = _drifted(root, wanted)
    learners = {
        path: path.relative_to(root).as_posix()
        for path in changed
        if path in wanted and path.is_relative_to(root / EXERCISES)
    }
    answered = [
        name
        for path, name in learners.items()
        if os.path.lexists(path) and not _generated(path, root)
    ]
    if answered:
        raise ValueError(
            f"{', '.join(answered)} would be overwritten, which may hold answers: its "
            "text is not what an instructor's notebook gave. Nothing was changed; "
            "move it away, or undo what was changed in it, and run this again."
        )
    for path in changed:
        if path not in wanted:  # its instructor's one is gone
            path.unlink()
            continue
        if path in learners:
            record[learners[path]] = _digest(wanted[path])
            (root / RECORD).parent.mkdir(exist_ok=True)
            write_whole(root / RECORD, json.dumps(record, indent=0))
            path.parent.mkdir(parents=True, exist_ok=True)
        text = nbformat.writes(wanted[path]) + "\n"
        if path not in before:
            write_whole(path, text)
        elif not rewrite(path, text, before[path]):
            raise ValueError(
                f"{path} was saved while this ran, and stays as it was saved; run this again."
            )
    return changed


def _generated(path, root):
    """Whether a learner's notebook has the text that some instructor's one gave, and no more."""
    if path.is_symlink():
        return False
    try:
        digest = _digest(read(path))
    except ValueError:
        return False
    name = path.relative_to(root)
    if digest == _record(root).get(name.as_posix()):
        return True
    source = SOLUTIONS + name.relative_to(EXERCISES).as_posix()
    for revision in _git(root, "log", "--format=%H", "--", source).split():
        try:
            text = _git(root, "show", f"{revision}:./{source}")
            if digest == _digest(learners_edition(nbformat.reads(text, as_version=4))):
                return True
        except Exception:  # it was removed there, or had another form
            continue
    return False


def _record(root):
    try:
        return dict(json.loads((root / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _git(root, *arguments):
    """What git prints; nothing where there is no git."""
    try:
        return subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, check=True
        ).stdout.decode("utf-8")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _digest(notebook):
    """A checksum of what one types into a notebook: its cells without metadata and outputs."""
    cells = [
        (cell.cell_type, cell.source.strip("\n"), sorted(cell.get("attachments", ())))
        for cell in notebook.cells
        if cell.source.strip()
    ]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _texts(notebook):
    """What two editions of one text have in common: everything but what a run gives."""
    return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def read(path):
    """A notebook file, in nbformat 4; ValueError, with its path, for any other."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        problem = " ".join(str(error).split())[:200]
        raise ValueError(f"{path} is not a notebook: {problem}") from error
