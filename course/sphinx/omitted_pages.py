"""Sphinx extension for course sites: links to what a site leaves out become plain text.

A course site (``python -m instructor.site``) is made of some chapters of the book, in an order of
its own. What points at other chapters says where it would lead and is not a link. Each pair of a
page and a page left out is written into ``left-out.json``, beside the pages' folder. A link to
something that the whole book does not have either stays what it is: an error.
"""

import json
import os
import re
from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path, PurePosixPath

from docutils import nodes
from pybtex.richtext import Text as RichText
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_external_toc.parsing import parse_toc_yaml

from .chapters import all_pages, cells, numbers, prose, title, without_suffix

REPORT = "left-out.json"
LABELS = (
    re.compile(r"^\(([^)\s]+)\)=\s*$", re.MULTILINE),  # before a heading
    re.compile(r"^ *:(?:name|label): *(\S+)", re.MULTILINE),  # of a directive
    re.compile(r"\$\$ *\(([^)\s]+)\)"),  # of an equation
    re.compile(r"\{#([\w-]+)"),  # of an inline attribute
)
GLOSSARY = re.compile(r"^:{3,}\{glossary\}.*?$(.*?)^:{3,}", re.MULTILINE | re.DOTALL)
# What a label is of, by its beginning.
KINDS = {"ex": "an exercise", "fig": "a figure"}


class Book:
    """The whole book that a site is taken from: its pages, with what can be referred to."""

    def __init__(self, root):
        self.root = Path(root)
        self.chapters = numbers(parse_toc_yaml(self.root / "_toc.yml"))

    @cached_property
    def files(self):
        """{page: file} of all that could be a page."""
        return all_pages(self.root)

    @cached_property
    def labels(self):
        """{label or ("term", term): page}."""
        found = {}
        for page, file in self.files.items():
            text = prose(file)
            names = [name.lower() for pattern in LABELS for name in pattern.findall(text)]
            if file.suffix == ".ipynb":
                figures = (
                    cell["metadata"].get("mystnb", {}).get("figure", {}) for cell in cells(file)
                )
                names += [figure["name"].lower() for figure in figures if "name" in figure]
            for glossary in GLOSSARY.findall(text):
                names += [
                    ("term", line.strip().lower())
                    for line in glossary.splitlines()
                    if line.strip() and not line[0].isspace()
                ]
            if "{bibliography}" in text:
                names.append("bibliography")
            found.update(dict.fromkeys(names, page))
        return found

    def title(self, page):
        """The title of a page, in quotation marks, without its formatting."""
        return f"“{re.sub('[`*]', '', title(self.files[page]))}”"

    def described(self, page):
        """'the chapter “Title”', or 'the page “Title”'."""
        kind = "chapter" if page in self.chapters else "page"
        return f"the {kind} {self.title(page)}"


class LeaveOut(SphinxPostTransform):
    """Replace what refers to a page left out, or by number to one that has none."""

    default_priority = 5  # before references are resolved, which would warn of each

    def run(self, **options):
        self.book = _book(self.app)
        self.found = self.app.left_out[self.env.docname] = Counter()
        for node in list(self.document.findall(pending_xref)):
            page = self.left_out(node)
            if page:
                self.found[page] += 1
                node.replace_self(self.in_words(node, page))
            elif node["reftype"] == "numref":
                self.call_by_title(node)

    # ---- what is left out ----------------------------------------------------------------------

    def left_out(self, node):
        """The page, not part of this site, to which a reference leads; None otherwise."""
        domain, kind, target = node.get("refdomain"), node["reftype"], node["reftarget"]
        std, book = self.env.get_domain("std"), self.book
        if kind == "myst" or (domain == "std" and kind == "doc"):
            page = self.page_named(target)
            if page in self.env.all_docs:
                return None
            if page in book.files:
                return page
            return None if target in std.labels else self.labelled(target.lstrip("#"))
        if domain == "std" and kind in ("ref", "numref"):
            return None if target in std.anonlabels else self.labelled(target)
        if domain == "math":
            there = target in self.env.get_domain("math").equations
            return None if there else self.labelled(target)
        if domain == "std" and kind == "term":
            there = ("term", target) in std.objects or target.lower() in std._terms
            return None if there else self.labelled(("term", target.lower()))
        if domain == "cite" and not self.env.get_domain("cite").bibliographies:
            return book.labels.get("bibliography")
        return None

    def page_named(self, target):
        """The page that a link names, relative to this one or from the root."""
        path = target.partition("#")[0]
        folder = "" if path.startswith("/") else PurePosixPath(self.env.docname).parent
        return without_suffix(os.path.normpath(f"{folder}/{path}").strip("/"))

    def labelled(self, label):
        key = label.lower() if isinstance(label, str) else label
        page = self.book.labels.get(key)
        return page if page not in self.env.all_docs else None

    # ---- in words ------------------------------------------------------------------------------

    def in_words(self, node, page):
        """The text that takes the place of a reference."""
        if any(
            "sd-stretched-link" in element.get("classes", [])
            for element in node.findall(nodes.Element)
        ):  # it covers a card and is not seen
            return nodes.inline()
        if node.get("refdomain") == "cite":
            text = self.citation(node["reftype"], node["reftarget"])
        elif node["reftype"] in ("eq", "numref"):
            text = self.numbered(node, page)
        elif node["reftype"] in ("ref", "doc", "myst") and not node.get("refexplicit"):
            text = self.begin(node, self.book.described(page))
        else:  # it has words of its own; they stay, with their formulas and code
            shown = nodes.inline(classes=["left-out"])
            shown += node.children[0].children if node.children else []
            return shown
        return nodes.inline(text, text, classes=["left-out"])

    def begin(self, node, text):
        """The text with a capital where it begins a sentence."""
        before = ""
        for sibling in node.parent.children[: node.parent.index(node)]:
            before += sibling.astext()
        starts = not before.strip() or before.rstrip()[-1] in ".!?"
        after_equation = re.search(r"\bEquations?\s+$", before)
        if after_equation and text.startswith("an equation "):
            return text.removeprefix("an equation ")
        return text[0].upper() + text[1:] if starts else text

    def numbered(self, node, page):
        """What takes the place of a number, alone in a list or with the word before it."""
        what = KINDS.get(node["reftarget"].partition("-")[0])
        if node["reftype"] == "eq":
            what = "an equation"
        if what:
            return self.begin(node, f"{what} in {self.book.described(page)}")
        if node.get("refexplicit") and node.astext() in ("%s", "{number}"):
            return self.book.title(page)
        return self.begin(node, self.book.described(page))

    def call_by_title(self, node):
        """Where the chapters of this site have no numbers, a reference to one shows its title."""
        page, _ = self.env.get_domain("std").anonlabels.get(node["reftarget"], (None, None))
        if (
            page in self.book.chapters
            and page not in self.env.toc_secnumbers
            and node["reftarget"].partition("-")[0] not in KINDS
        ):
            text = self.numbered(node, page)
            node["reftype"], node["refexplicit"] = "ref", True
            node[:] = [nodes.inline(text, text)]

    def citation(self, kind, target):
        """'Long et al. (2015)', or '(Long et al., 2015)'."""
        entries = self.env.get_domain("cite").bibdata.data.entries
        found = [entries[key.strip()] for key in target.split(",") if key.strip() in entries]
        if kind == "t":
            return " and ".join(
                f"{_authors(entry)} ({entry.fields.get('year', 'n.d.')})" for entry in found
            )
        return (
            "("
            + "; ".join(f"{_authors(entry)}, {entry.fields.get('year', 'n.d.')}" for entry in found)
            + ")"
        )


def _authors(entry):
    """'Long', 'Long and Short', or 'Long et al.'."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [
        " ".join(
            str(RichText.from_latex(name)) for name in [*person.prelast_names, *person.last_names]
        )
        for person in people
    ]
    if not names:
        return entry.fields.get("title", entry.key)
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def _book(app):
    if not hasattr(app, "whole_book_pages"):
        app.whole_book_pages = Book(app.config.whole_book)
    return app.whole_book_pages


def write_report(app, exception):
    """Write {page: {page left out: how many references}}."""
    if exception is None:
        report = {
            page: dict(sorted(found.items()))
            for page, found in sorted(app.left_out.items())
            if found
        }
        (Path(app.outdir).parent / REPORT).write_text(json.dumps(report, indent=1))


def setup(app):
    app.left_out = defaultdict(Counter)
    app.add_config_value("whole_book", "", rebuild="env")
    app.add_post_transform(LeaveOut)
    app.connect("build-finished", write_report)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
