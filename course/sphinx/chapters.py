"""What the notebooks of the chapters, and the table of contents, say about the course.

Extensions use it to list the chapters for instructors and to lead from a chapter to its
exercises; nothing that it returns is written down a second time anywhere.
"""

import json
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..editions import BOOK, EXERCISES, exercise_page, first_heading, headings

SUFFIXES = (".ipynb", ".md")
MISCONCEPTION = re.compile(
    r"^:{3,}\{admonition\} *(?P<title>Misconception: .*)\n:class: misconception\b", re.MULTILINE
)
EXERCISE = re.compile(r"^:{3,}\{exercise\} *(?P<title>.*)", re.MULTILINE)
MINUTES = re.compile(r"\((\d+) min")
# Reading with a pencil at hand, and looking at what a cell shows.
WORDS_A_MINUTE, CELL_MINUTES = 140, 0.2


@dataclass(frozen=True)
class Chapter:
    """A chapter as its notebook describes it. Texts are MyST, with links from the book's root."""

    page: str
    title: str
    teaches: tuple
    needs: str
    misconceptions: tuple
    exercise_minutes: tuple
    reading_minutes: int
    tasks: tuple


def chapter(page, root):
    """The ``Chapter`` that the notebook of `page` holds; None where it teaches nothing."""
    path = source(page, root)
    if path is None or path.suffix != ".ipynb" or not page.startswith(BOOK):
        return None
    text = prose(path)
    if "**You will be able to**" not in text:
        return None
    first = text.split("\n## ")[0]
    aims = first.split("**You will be able to**")[1].split("**You need**")[0]
    needs = first.split("**You need**")[1] if "**You need**" in first else ""
    titles = [match["title"] for match in EXERCISE.finditer(text)]
    return Chapter(
        page=page,
        title=title(path),
        teaches=tuple(_from_root(_one_line(item), page) for item in _items(aims)),
        needs=_from_root(_one_line(needs.strip().split("\n\n")[0]), page),
        misconceptions=tuple(
            match["title"].removeprefix("Misconception: ") for match in MISCONCEPTION.finditer(text)
        ),
        exercise_minutes=tuple(int(m[1]) for m in map(MINUTES.search, titles) if m),
        reading_minutes=_reading_minutes(path, text),
        tasks=tasks(exercise_page(page), root),
    )


def tasks(page, root):
    """The tasks of an exercise notebook; () for any other page."""
    path = source(page, root)
    if path is None or not page.startswith(EXERCISES):
        return ()
    return tuple(headings(prose(path)))


def source(page, root):
    """The file of a page, named as in a table of contents; None where there is none."""
    page = without_suffix(page)
    files = (Path(root) / f"{page}{suffix}" for suffix in SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def all_pages(root):
    """{page: file} of all that the book and the exercises hold, in order."""
    files = (
        file
        for folder in (BOOK, EXERCISES)
        for file in (Path(root) / folder).rglob("*")
        if file.suffix in SUFFIXES and "_templates" not in file.parts
    )
    return dict(sorted((without_suffix(file.relative_to(root).as_posix()), file) for file in files))


def without_suffix(page):
    """The name of a page as Sphinx has it.

    >>> without_suffix("book/work.md")
    'book/work'
    """
    return re.sub(r"\.(ipynb|md)$", "", page)


def title(path):
    """The first heading of a page, as text."""
    return first_heading(prose(path), Path(path).stem)


def prose(path):
    """The Markdown of a page: the whole file, or the text cells of a notebook."""
    path = Path(path)
    return _prose(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=200)
def _prose(path, _mtime):
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(
        "".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "markdown"
    )


def cells(path):
    """The cells of a notebook file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))["cells"]


def numbers(site_map):
    """{page: number} of the pages in numbered parts, counted through as the book does."""
    pages = [
        without_suffix(str(item))
        for part in site_map.root.subtrees
        if part.numbered
        for item in part.files()
    ]
    return {page: number for number, page in enumerate(pages, start=1)}


def _items(markdown):
    """The items of a Markdown list."""
    return re.split(r"^- ", markdown, flags=re.MULTILINE)[1:]


def _one_line(text):
    return " ".join(text.split()).rstrip(";.")


def _from_root(text, page):
    """Markdown whose links to pages hold wherever it is read."""

    def absolute(match):
        return f"](/{posixpath.normpath(posixpath.join(posixpath.dirname(page), match[1]))})"

    return re.sub(r"\]\(((?!/|\w+:)[^)#]+\.(?:ipynb|md))\)", absolute, text)


def _reading_minutes(path, text):
    """A rule of thumb, in steps of 5 minutes: the words of the argument, and the code cells."""
    argument = text.split("\n## Exercises")[0]
    words = len(re.sub(r"\$\$[^$]*\$\$|^:+.*", " ", argument, flags=re.MULTILINE).split())
    code = sum(cell["cell_type"] == "code" for cell in cells(path))
    return max(5, 5 * round((words / WORDS_A_MINUTE + CELL_MINUTES * code) / 5))
