"""What a grading run leaves behind: the table of grades, and a page for each learner's exercise.

Everything that learners wrote is text here: it is escaped in pages, and cannot become a formula
in a spreadsheet.
"""

import csv
import hashlib
import html
import io
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lib.arguments import plural
from lib.files import UNFINISHED

from ..files import Record

COLUMNS = ("learner", "exercise", "task", "points", "of", "state", "first problem", "file")
NOT_COUNTED = "each exercise needs a notebook of its own: this one also holds tasks of"
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def write_grades(out, graded, record):
    """Write the table to grades.csv, sorted, in one step: a reader never sees half of it.

    Where somebody changed the one that is there, it goes to a file beside it. Returns its path.
    ``record``: the file that remembers which was written.
    """
    rows = []
    for one in graded:
        learner, file, result = one.submission.learner, str(one.submission), one.result
        if one.is_graded:
            problems = [f"{NOT_COUNTED} {name}" for name in result.also]
            rows += [
                (
                    learner,
                    result.exercise,
                    task.task,
                    task.points,
                    task.of,
                    task.state,
                    task.problem,
                    file,
                )
                for task in result.tasks
            ]
        else:
            problems = [result.problem]
        rows += [(learner, "", "", 0, "", "not graded", problem, file) for problem in problems]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows.sort(key=lambda row: (row[0], row[1], row[7]))  # tasks stay in the notebook's order
    writer.writerows([_cell(value) for value in row] for row in rows)
    (name,) = Record(record, out).write([("grades.csv", text.getvalue())])
    return Path(out) / name


def _cell(value):
    """A value of the table; text that a spreadsheet would calculate gets a quotation mark."""
    if not isinstance(value, str):
        return value
    value = " ".join(printable(value).split())
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value


def write_pages(folder, graded, record):
    """Write a page for each submission that counts, and remove those of earlier runs.

    ``record``: the file that remembers which pages were written. Those that were changed since
    stay; returns [(page, the new one beside it)].
    """
    superseded, texts = {}, []
    for one in graded:
        if not one.is_graded and one.result.superseded:
            key = one.submission.learner, one.result.superseded
            superseded.setdefault(key, []).append(str(one.submission))
    for one in graded:
        if one.is_graded:
            others = superseded.get((one.submission.learner, one.result.exercise), ())
            texts.append((page_name(one), page(one, others)))
        elif not one.result.superseded and not one.result.unasked:
            texts.append((page_name(one), page(one)))
    names = Record(record, folder).write(texts)
    return [(asked, name) for (asked, _), name in zip(texts, names, strict=True) if asked != name]


def page_name(one):
    """LEARNER/NAME.html of a graded submission."""
    name = (
        one.result.exercise.rpartition("/")[2]
        if one.is_graded
        else one.submission.path.with_suffix("").as_posix().replace("/", "-")
    )
    if len(name.encode("utf-8", "replace")) > 200:
        name = name[:40] + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{one.submission.learner}/{name}.html"


def page(one, superseded=()):
    """The text of a feedback page; ``superseded``: the learner's files that were not counted."""
    return PAGES.get_template("feedback.html.jinja").render(
        title=one.result.title if one.is_graded else one.submission.path.name,
        learner=one.submission.learner,
        file=str(one.submission),
        superseded=superseded,
        grade=one.result if one.is_graded else None,
        problem=None if one.is_graded else one.result.problem,
        not_counted=NOT_COUNTED,
    )


def printable(text):
    """Text that every file can hold: what cannot be printed is shown as a question mark."""
    return UNPRINTABLE.sub("\ufffd", text)


def _escaped(value):
    """What a page prints of a value, whatever the template says of it."""
    return Markup(html.escape(printable(str(value))))


PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    finalize=_escaped,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
PAGES.filters["in_points"] = lambda number: plural(number, "point")


def remove_parts(out):
    """Remove the halves of files that a killed run of the command left in its folder."""
    for folder in (out, out / ".done", *(out / "feedback").glob("*/")):
        for part in folder.glob(UNFINISHED):
            part.unlink()
