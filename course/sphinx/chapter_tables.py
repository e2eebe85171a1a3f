"""Sphinx extension: what instructors want to know of each chapter, read off the chapters.

``{course-table}`` is a table of the chapters of this site with the time that each takes;
``{course-notes}`` has, for each chapter, what it assumes, what it teaches and the misconceptions
to listen for.
"""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from .chapters import chapter, exercise_page, numbers, source, without_suffix


class Course(SphinxDirective):
    """The base of the two directives: the chapters of this site, part by part."""

    def run(self):
        lines = "\n".join(self.lines()).split("\n")
        found = nodes.Element()
        self.state.nested_parse(
            StringList(lines, self.env.docname), self.content_offset, found, match_titles=True
        )
        return found.children

    def parts(self):
        """(caption, [(number or None, Chapter)]) of each part with chapters."""
        site_map = self.config.external_site_map
        numbered = numbers(site_map)
        for part in site_map.root.subtrees:
            found = []
            for page in map(without_suffix, part.files()):
                about = chapter(page, self.env.srcdir)
                if about:
                    self.note(page)
                    found.append((numbered.get(page), about))
            if found:
                yield part.caption or "Chapters", found

    def note(self, page):
        """Make this page depend on the chapter, its exercises and the table of contents."""
        for file in (source(page, self.env.srcdir), source(exercise_page(page), self.env.srcdir)):
            if file:
                self.env.note_dependency(str(file))
        self.env.note_dependency(str(self.env.srcdir / self.config.external_toc_path))


class CourseTable(Course):
    """Times: a row for each chapter, a sum for each part."""

    def lines(self):
        yield "| chapter | reading | exercises on the page | tasks in the notebook |"
        yield "|---|--:|--:|--:|"
        for caption, found in self.parts():
            for number, about in found:
                name = f"{number}. {about.title}" if number else about.title
                page = f"[{_cell(name)}](/{about.page}.ipynb)"
                yield (
                    f"| {page} | {_hours(about.reading_minutes)} | {_exercises(about)} | "
                    f"{_tasks(about, self.env)} |"
                )
            yield (
                "| **"
                + _cell(caption)
                + "** | "
                + " | ".join(
                    f"**{_hours(sum(minutes))}**"
                    for minutes in (
                        [about.reading_minutes for _, about in found],
                        [minutes for _, about in found for minutes in about.exercise_minutes],
                        [task.minutes for _, about in found for task in about.tasks],
                    )
                )
                + " |"
            )


class CourseNotes(Course):
    """For each chapter: what it assumes and teaches, and what to listen for."""

    def lines(self):
        for caption, found in self.parts():
            yield f"## {caption}\n"
            for number, about in found:
                name = f"{number} · {about.title}" if number else about.title
                yield f"### {name}\n"
                yield (
                    f"[The chapter](/{about.page}.ipynb) takes {about.reading_minutes} minutes "
                    "to read" + _practice(about, self.env) + ".\n"
                )
                yield f"**It assumes** {about.needs}.\n"
                yield "**It teaches to**\n"
                for aim in about.teaches:
                    yield f"- {aim}"
                yield "\n**Listen for**\n"
                for text in about.misconceptions:
                    yield f"- {text}"
                yield ""


def _exercises(about):
    return f"{len(about.exercise_minutes)} in {_hours(sum(about.exercise_minutes))}"


def _tasks(about, env):
    if not about.tasks or exercise_page(about.page) not in env.found_docs:
        return "–"
    text = f"{len(about.tasks)} in {_hours(sum(task.minutes for task in about.tasks))}"
    return f"[{text}](/{exercise_page(about.page)}.ipynb)"


def _practice(about, env):
    if not about.tasks or exercise_page(about.page) not in env.found_docs:
        return ""
    names = "; ".join(
        f"{task.title} ({task.minutes} min, {task.points} point{'s' * (task.points != 1)})"
        for task in about.tasks
    )
    return f". Its [notebook](/{exercise_page(about.page)}.ipynb) holds: {names}"


def _hours(minutes):
    """'45 min', or '2 h 05 min'."""
    text = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
    return text.replace(" ", "\u00a0")


def _cell(text):
    return text.replace("|", r"\|")


def setup(app):
    app.add_directive("course-table", CourseTable)
    app.add_directive("course-notes", CourseNotes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
