"""Sphinx extension: the entries of a bibliography are items of a list.

docutils gives them the role "doc-biblioentry" in an element of role "list". The role is deprecated
(DPUB-ARIA 1.1), and readers' aids find a list without items.
"""

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator


def visit_citation(self, node):
    HTML5Translator.visit_citation(self, node)
    self.body[-1] = self.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app):
    app.add_node(
        nodes.citation, override=True, html=(visit_citation, HTML5Translator.depart_citation)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
