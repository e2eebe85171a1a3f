"""What a grading run leaves behind: the table of grades, and a page for each learner's exercise.

Everything that learners wrote is text here: it is escaped in pages, and cannot become a formula
in a spreadsheet.
"""

import csv
import hashlib
import html
import io
import re
from dataclasses import dataclass
from pathlib import Path

from ..files import Record

COLUMNS = ("learner", "exercise", "task", "points", "of", "state", "first problem", "file")
WORDS = {"correct": "Correct", "not yet": "Not yet", "not attempted": "Not attempted"}
NOT_COUNTED = "each exercise needs a notebook of its own: this one also holds tasks of"
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {learner}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
h2 {{ margin: 2rem 0 0.25rem; font-size: 1.15rem }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: 0.75rem;
  border-left: 0.25rem solid #5a5a5a }}
@media (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #181818 }}
  pre {{ background: #282828 }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{learner}</p>
{body}
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class Graded:
    """A submission and what became of it.

    ``result``: {"exercise": name, "title": text, "tasks": [{"task", "title", "points", "of",
    "state", "message", "problem"}, ...], "also": [other exercises in it]}, or {"problem": why
    there are no tasks}.
    """

    submission: object
    result: dict
    changed: float = 0


def counted(graded):
    """The same, where at most one notebook of each learner counts for an exercise.

    It is one with an answer, if there is any; of several, the one that has the exercise's name,
    else the one that was changed last.
    """
    best = {}
    for one in graded:
        name = one.result.get("exercise")
        if name:
            key = one.submission.learner, name
            best[key] = max(best.get(key, one), one, key=_rank)
    return [one if not one.result.get("exercise")
            or best[one.submission.learner, one.result["exercise"]] is one else
            Graded(one.submission, {"problem": "another notebook of this learner counts for "
                   f"{one.result['exercise']}: "
                   f"{best[one.submission.learner, one.result['exercise']].submission}",
                                    "superseded": one.result["exercise"]}, one.changed)
            for one in graded]


def _rank(one):
    chapter = one.result["exercise"].rpartition("/")[2]
    path = one.submission.path
    answered = any(task["state"] != "not attempted" for task in one.result["tasks"])
    return answered, path.stem == chapter, one.changed, path.as_posix()


def write_grades(out, graded, record):
    """Write the table to grades.csv, sorted, in one step: a reader never sees half of it.

    Where somebody changed the one that is there, it goes to a file beside it. Returns its path.
    ``record``: the file that remembers which was written.
    """
    rows = []
    for one in graded:
        learner, file = one.submission.learner, str(one.submission)
        if "tasks" not in one.result:
            rows.append((learner, "", "", 0, "", "not graded", one.result["problem"], file))
        for name in one.result.get("also", ()):
            rows.append((learner, "", "", 0, "", "not graded", f"{NOT_COUNTED} {name}", file))
        for task in one.result.get("tasks", ()):
            rows.append((learner, one.result["exercise"], task["task"], task["points"],
                         task["of"], task["state"], task["problem"], file))
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
    spare = {}
    for one in graded:
        if one.result.get("superseded"):
            key = one.submission.learner, one.result["superseded"]
            spare.setdefault(key, []).append(str(one.submission))
    texts = []
    for one in graded:
        if not one.result.get("superseded") and not one.result.get("unasked"):
            others = spare.get((one.submission.learner, one.result.get("exercise")), ())
            texts.append((page_name(one), page(one, others)))
    names = Record(record, folder).write(texts)
    return [(asked, name) for (asked, _), name in zip(texts, names, strict=True) if asked != name]


def page_name(one):
    """LEARNER/NAME.html of a graded submission."""
    result = one.result
    name = (result["exercise"].rpartition("/")[2] if "tasks" in result else
            one.submission.path.with_suffix("").as_posix().replace("/", "-"))
    if len(name.encode("utf-8", "replace")) > 200:
        name = name[:40] + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
    return f"{one.submission.learner}/{name}.html"


def page(one, spare=()):
    """The text of a feedback page; ``spare``: the learner's files that were not counted."""
    result = one.result
    if "tasks" not in result:
        body = f"<p><strong>Not graded:</strong> {_escaped(result['problem'])}.</p>"
        return PAGE.format(title=_escaped(one.submission.path.name), body=body,
                           learner=_escaped(one.submission.learner))
    points = sum(task["points"] for task in result["tasks"])
    parts = [f"<p><strong>{points} of {_points(sum(task['of'] for task in result['tasks']))}"
             "</strong></p>", f"<p>From the file <code>{_escaped(str(one.submission))}</code>.</p>"]
    parts += [f"<p>Another file of yours was not counted: <code>{_escaped(name)}</code>.</p>"
              for name in spare]
    parts += [f"<p>Not counted: {NOT_COUNTED} {_escaped(name)}.</p>" for name in
              result.get("also", ())]
    for number, task in enumerate(result["tasks"], start=1):
        parts.append(f"<h2>Task {number} · {_escaped(task['title'])}</h2>\n<p><strong>"
                     f"{WORDS[task['state']]}</strong>, {task['points']} of "
                     f"{_points(task['of'])}.</p>")
        if task["state"] == "not yet":
            parts.append(f"<pre>{_escaped(task['message'])}</pre>")
    return PAGE.format(title=_escaped(result["title"]), learner=_escaped(one.submission.learner),
                       body="\n".join(parts))


def _points(number):
    return f"{number} point" if number == 1 else f"{number} points"


def printable(text):
    """Text that every file can hold: what cannot be printed is shown as a question mark."""
    return UNPRINTABLE.sub("\ufffd", text)


def _escaped(text):
    return html.escape(printable(text))


def remove_parts(out):
    """Remove the halves of files that a killed run of the command left in its folder."""
    for folder in (out, out / ".done", *(out / "feedback").glob("*/")):
        for part in folder.glob(".*.part"):
            if re.fullmatch(r"\.[0-9a-f]{16}\.part", part.name):
                part.unlink()
