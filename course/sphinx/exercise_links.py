"""Sphinx extension: a chapter's section "Exercises" ends with the way to its notebook.

The box names the page of the exercises, the notebook to download, and where the theme can launch
it. It stands only where the page of the exercises is part of the site.
"""

import html

from docutils import nodes
from sphinx_book_theme.header_buttons.launch import add_launch_buttons

from .chapters import exercise_page, source, tasks

SECTION = "Exercises"
LAUNCH = "<!-- launch {} -->"


def add_box(app, doctree, page):
    """Put the box into the section "Exercises" of a chapter, after the last of them."""
    target = exercise_page(page)
    if app.builder.format != "html" or target not in app.env.found_docs or target == page:
        return
    for section in doctree.findall(nodes.section):
        if section.next_node(nodes.title).astext() == SECTION:
            place = max(
                (
                    index
                    for index, node in enumerate(section.children, start=1)
                    if "exercise" in node.get("classes", [])
                ),
                default=len(section),
            )
            section.insert(place, nodes.raw("", box(app, page, target), format="html"))
            return


def box(app, page, target):
    """The HTML of the box."""
    found = tasks(target, app.srcdir)
    count = f"{len(found)} task{'s' * (len(found) != 1)}"
    minutes, points = (sum(getattr(task, name) for task in found) for name in ("minutes", "points"))
    file = source(target, app.srcdir).relative_to(app.srcdir).as_posix()
    up = "../" * page.count("/")
    what = "with a check for each answer"
    if app.config.book_edition == "instructor":
        what = "with the solutions"
    notebook = (
        f'<a class="reference download" download href="{up}_sources/{file}">'
        "Download the notebook</a>"
        if app.config.html_copy_source
        else ""
    )
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
    buttons = [
        button
        for group in there["header_buttons"]
        for button in group["buttons"]
        if button["type"] == "link"
    ]
    links = " ".join(
        f'<a class="reference external" href="{html.escape(button["url"])}">'
        f"{html.escape(button['tooltip'])}</a>"
        for button in buttons
    )
    # Nothing to launch it with: say how to open it where the course lies on a disk.
    what = "the learner’s notebook" if app.config.book_edition == "instructor" else "it"
    start = (
        f"To work on {what}: <code>make lab</code>, then open "
        f"<code>{html.escape(target)}.ipynb</code>"
    )
    context["body"] = context["body"].replace(mark, f"<p>{links or start}</p>")


def setup(app):
    # The edition of a course site (course/site.py); the book itself is the learner's.
    app.add_config_value("book_edition", "learner", rebuild="html")
    app.connect("doctree-resolved", add_box)
    app.connect("html-page-context", add_launch, priority=900)  # after the theme's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
