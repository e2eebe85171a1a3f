"""Submissions for the tests of grading: a notebook of the interpolation exercise, changed."""

import copy
import json

import nbformat

from course import editions
from tests.exercises.written_answers import written

NAME = "upsampling/interpolation"
MASTER = editions.annotated(editions.read(editions.sources()[NAME]))
TASKS = {task.name.partition("-")[2]: task for task in editions.tasks(MASTER)}
POINTS = {word: task.points for word, task in TASKS.items()}
ALL = sum(POINTS.values())
STUBS = {
    word: editions.without_solution(MASTER.cells[task.answer].source)
    for word, task in TASKS.items()
}
SOLUTIONS = {
    word: "\n".join(
        line for line in MASTER.cells[task.answer].source.splitlines() if "### " not in line
    )
    for word, task in TASKS.items()
}
WRONG = {
    word: next(answer.code for answer in written() if answer.task == task.name and answer.clause)
    for word, task in TASKS.items()
}


def notebook(**answers):
    """A submission with the solutions, and these answers in place of them."""
    book = copy.deepcopy(MASTER)
    for word, task in TASKS.items():
        book.cells[task.answer].source = answers.get(word, SOLUTIONS[word])
    return book


def cell(source, **more):
    """A code cell as a learner adds it."""
    return nbformat.v4.new_code_cell(source, **more)


def bare(book):
    """A notebook without the metadata of its cells."""
    book = copy.deepcopy(book)
    for one in book.cells:
        one["metadata"] = {}
    return book


def put(folder, name, book):
    """Write a submission: a notebook, or text or bytes that need not be one."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(book, bytes):
        path.write_bytes(book)
    else:
        text = book if isinstance(book, str) else json.dumps(book)
        path.write_text(text, encoding="utf-8")
    return path
