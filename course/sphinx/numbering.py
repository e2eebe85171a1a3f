"""Sphinx extension: the numbers of chapters, exercises, figures and equations, kept up to date.

Sphinx gives them, with sphinx-exercise. Here is how an exercise shows its own, what has none
(notebooks of exercises), and that no page keeps an old one.
"""

import copy

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node

from .chapters import EXERCISES


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


def leave_unnumbered(app):
    """Keep numbers off the pages of exercises: their tasks are numbered already."""
    original = TocTreeCollector.assign_section_numbers
    if getattr(original, "leaves_exercises", False):
        return

    def assign(self, env):
        # What was taken away the last time has to be there to be compared.
        env.toc_secnumbers.update(getattr(env, "exercise_numbers", {}))
        changed = original(self, env)
        env.exercise_numbers = {
            page: env.toc_secnumbers.pop(page)
            for page in list(env.toc_secnumbers)
            if page.startswith(EXERCISES)
        }
        for page in env.exercise_numbers:
            for node in [env.titles[page], *env.tocs[page].findall(nodes.reference)]:
                node.attributes.pop("secnumber", None)
        return changed

    assign.leaves_exercises = True
    TocTreeCollector.assign_section_numbers = assign


def write_again(app, env):
    """Where a number changed, all pages: Sphinx would leave those that only refer to it."""
    numbers = env.toc_secnumbers, env.toc_fignumbers
    changed = getattr(env, "numbers_written", numbers) != numbers
    env.numbers_written = copy.deepcopy(numbers)
    return env.all_docs.keys() if changed else []


def setup(app):
    app.add_post_transform(ExerciseTitles)
    app.connect("builder-inited", leave_unnumbered)
    app.connect("env-get-updated", write_again, priority=900)  # when all numbers are given
    return {"parallel_read_safe": True, "parallel_write_safe": True}
