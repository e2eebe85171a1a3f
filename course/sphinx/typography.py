"""Sphinx extension: punctuation stays on the line of the formula that it follows.

A browser may break a line after a formula, even before a comma. Formula and punctuation are put
into one span that does not break.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

PUNCTUATION = re.compile(r"[.,;:?!)\]’”]+")


class KeepPunctuation(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self, **options):
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(descend=False, siblings=True)
            mark = PUNCTUATION.match(after) if isinstance(after, nodes.Text) else None
            if mark:
                together = nodes.inline(classes=["together"])
                formula.replace_self(together)
                together += [formula, nodes.Text(mark.group())]
                siblings = after.parent
                # By identity: texts with the same words are equal.
                place = next(i for i, node in enumerate(siblings) if node is after)
                siblings[place] = nodes.Text(after[mark.end() :])


def setup(app):
    app.add_post_transform(KeepPunctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
