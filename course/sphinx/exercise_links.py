"""Sphinx extension: the exercises of a chapter, and the way to its notebook after the last of them.

The box names the page of the exercises, the notebook to download, and where the theme can launch
it. It stands only where the page of the exercises is part of the site. Pages of exercises come
after their chapter and carry no number of their own.
"""

import html

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_book_theme.header_buttons.launch import add_launch_buttons
from sphinx_exercise.nodes import is_exercise_node

from .chapters import EXERCISES, exercise_page, source, tasks

SECTION = "Exercises"
LAUNCH = "<!-- launch {} -->"


class ExerciseTitles(SphinxPostTransform):
    """Put a dot before the words of a title, where sphinx-exercise puts them in parentheses.

    Its section around the content goes: the id "exercise-content" would be there many times.
    """

    default_priority = 25  # after the titles of sphinx-exercise

    def run(self, **options):
        for exercise in list(self.document.findall(is_exercise_node)):
            title, content = exercise.children
            if len(title) > 2:  # " (", the words, ")"
                title[0] = nodes.Text("· ")
                title.pop()
            exercise.children[1:] = []
            exercise += content.children


def add_box(app, doctree, page):
    """Put the box into the section "Exercises" of a chapter, after the last of them."""
    target = exercise_page(page)
    if app.builder.format != "html" or target not in app.env.found_docs or target == page:
        return
    for section in doctree.findall(nodes.section):
        if section.next_node(nodes.title).astext() == SECTION:
            place = max((index for index, node in enumerate(section.children, start=1)
                         if "exercise" in node.get("classes", [])), default=len(section))
            section.insert(place, nodes.raw("", box(app, page, target), format="html"))
            return


def box(app, page, target):
    """The HTML of the box."""
    found = tasks(target, app.srcdir)
    count = f"{len(found)} task{'s' * (len(found) != 1)}"
    minutes, points = (sum(getattr(task, name) for task in found) for name in
                       ("minutes", "points"))
    file = source(target, app.srcdir).relative_to(app.srcdir).as_posix()
    up = "../" * page.count("/")
    what = "with a check for each answer"
    if app.config.book_edition == "instructor":
        what = "with the solutions"
    notebook = (f'<a class="reference download" download href="{up}_sources/{file}">'
                "Download the notebook</a>" if app.config.html_copy_source else "")
    return f"""<div class="practice">
<p class="practice-title">In a notebook, {what}</p>
<p><a class="reference internal" href="{app.builder.get_relative_uri(page, target)}">
{html.escape(app.env.titles[target].astext())}</a>: {count}, {minutes} minutes, {points} points</p>
<p>{notebook}</p>
{LAUNCH.format(target)}
</div>
"""


def add_launch(app, page, template, context, doctree):
    """Put what the theme would launch the page of the exercises with into the box."""
    target = exercise_page(page)
    mark = LAUNCH.format(target)
    if mark not in context.get("body", ""):
        return
    there = {**context, "pagename": target, "page_source_suffix": ".ipynb", "header_buttons": []}
    add_launch_buttons(app, target, template, there, None)
    buttons = [button for group in there["header_buttons"] for button in group["buttons"]
               if button["type"] == "link"]
    links = " ".join(f'<a class="reference external" href="{html.escape(button["url"])}">'
                     f'{html.escape(button["tooltip"])}</a>' for button in buttons)
    # Nothing to launch it with: say how to open it where the course lies on a disk.
    what = "the learner’s notebook" if app.config.book_edition == "instructor" else "it"
    start = (f"To work on {what}: <code>make lab</code>, then open "
             f"<code>{html.escape(target)}.ipynb</code>")
    context["body"] = context["body"].replace(mark, f"<p>{links or start}</p>")


def leave_unnumbered(app):
    """Keep numbers off the pages of exercises: their tasks are numbered already."""
    original = TocTreeCollector.assign_section_numbers
    if getattr(original, "leaves_exercises", False):
        return

    def assign(self, env):
        # What was taken away the last time has to be there to be compared.
        env.toc_secnumbers.update(getattr(env, "exercise_numbers", {}))
        changed = original(self, env)
        env.exercise_numbers = {page: env.toc_secnumbers.pop(page)
                                for page in list(env.toc_secnumbers) if page.startswith(EXERCISES)}
        for page in env.exercise_numbers:
            for node in [env.titles[page], *env.tocs[page].findall(nodes.reference)]:
                node.attributes.pop("secnumber", None)
        return changed

    assign.leaves_exercises = True
    TocTreeCollector.assign_section_numbers = assign


def setup(app):
    # The edition of a course site (instructor/site.py); the book itself is the learner's.
    app.add_config_value("book_edition", "learner", rebuild="html")
    app.add_post_transform(ExerciseTitles)
    app.connect("builder-inited", leave_unnumbered)
    app.connect("doctree-resolved", add_box)
    app.connect("html-page-context", add_launch, priority=900)  # after the theme's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
