"""Sphinx extension for course sites: links to what a site leaves out become plain text.

A course site (``python -m instructor.site``) is made of some chapters of the book, in an order of
its own. What points at the other chapters says where it would lead and is no link; what a chapter
calls "chapter 13" gets the number that it has in this site. Each pair of a page and a page left
out is written into ``left-out.json``, beside the pages' folder. A link to something that the
whole book does not have either stays what it is: an error.
"""

import json
import os
import re
from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path, PurePosixPath

from .chapters import BOOK, EXERCISES, SUFFIXES, cells, numbers, prose, title, without_suffix
from docutils import nodes
from pybtex.richtext import Text as RichText
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_external_toc.parsing import parse_toc_yaml

REPORT = "left-out.json"
LABELS = (
    re.compile(r"^\(([^)\s]+)\)=\s*$", re.MULTILINE),  # before a heading
    re.compile(r"^ *:(?:name|label): *(\S+)", re.MULTILINE),  # of a directive
    re.compile(r"\$\$ *\(([^)\s]+)\)"),  # of an equation
    re.compile(r"\{#([\w-]+)"),  # of an inline attribute
)
GLOSSARY = re.compile(r"^:{3,}\{glossary\}.*?$(.*?)^:{3,}", re.MULTILINE | re.DOTALL)
# "chapter 13", "chapters 4, 5 and 6", "exercise 17.3", and a link that only says "16".
MENTION = re.compile(r"\b([Cc]hapter|[Ee]xercise)(s?)([ \u00a0])"
                     r"(\d+(?:\.\d+)?(?:(?:, | and | or | to |–)\d+(?:\.\d+)?)*)")
NUMBER = re.compile(r"(\d+)(\.\d+)?")
NEIGHBOUR = re.compile(r"\b([Tt]he )?(next|last|previous) chapter\b")


class Book:
    """The whole book that a site is taken from: its pages, with what can be referred to."""

    def __init__(self, root):
        self.root = Path(root)
        # {number: page}, as the chapters' texts count.
        self.numbered = {number: page for page, number in
                         numbers(parse_toc_yaml(self.root / "_toc.yml")).items()}

    @cached_property
    def files(self):
        """{page: file} of all that could be a page."""
        found = (file for folder in (BOOK, EXERCISES) for file in
                 sorted((self.root / folder).rglob("*")) if file.suffix in SUFFIXES)
        return {without_suffix(file.relative_to(self.root).as_posix()): file for file in found}

    @cached_property
    def labels(self):
        """{label or ("term", term): page}."""
        found = {}
        for page, file in self.files.items():
            text = prose(file)
            names = [name.lower() for pattern in LABELS for name in pattern.findall(text)]
            if file.suffix == ".ipynb":
                figures = (cell["metadata"].get("mystnb", {}).get("figure", {})
                           for cell in cells(file))
                names += [figure["name"].lower() for figure in figures if "name" in figure]
            for glossary in GLOSSARY.findall(text):
                names += [("term", line.strip().lower()) for line in glossary.splitlines()
                          if line.strip() and not line[0].isspace()]
            if "{bibliography}" in text:
                names.append("bibliography")
            found.update(dict.fromkeys(names, page))
        return found

    def title(self, page):
        """The title of a page, in quotation marks, without its formatting."""
        return f"“{re.sub('[`*]', '', title(self.files[page]))}”"

    def described(self, page):
        """'the chapter “Title”', or 'the page “Title”'."""
        kind = "chapter" if page in self.numbered.values() else "page"
        return f"the {kind} {self.title(page)}"


class LeaveOut(SphinxPostTransform):
    """Replace what refers to a page left out, and count the chapters anew."""

    default_priority = 5  # before references are resolved, which would warn of each

    def run(self, **options):
        self.book = _book(self.app)
        self.found = self.app.left_out[self.env.docname] = Counter()
        for node in list(self.document.findall(pending_xref)):
            page = self.left_out(node)
            if page:
                self.found[page] += 1
                node.replace_self(self.in_words(node, page))
        if self.env.docname in self.book.files:  # an instructor's own page counts as it wants
            for text in list(self.document.findall(nodes.Text)):
                self.renumber(text)

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
        if any("sd-stretched-link" in element.get("classes", []) for element in
               node.findall(nodes.Element)):  # it covers a card and is not seen
            return nodes.inline()
        if node.get("refdomain") == "cite":
            text = self.citation(node["reftype"], node["reftarget"])
        elif node.get("refdomain") == "math" or node["reftype"] == "eq":
            text = self.begin(node, f"an equation in {self.book.described(page)}")
        elif node["reftype"] == "numref":
            text = self.begin(node, f"a figure in {self.book.described(page)}")
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

    def citation(self, kind, target):
        """'Long et al. (2015)', or '(Long et al., 2015)'."""
        entries = self.env.get_domain("cite").bibdata.data.entries
        found = [entries[key.strip()] for key in target.split(",") if key.strip() in entries]
        if kind == "t":
            return " and ".join(f"{_authors(entry)} ({entry.fields.get('year', 'n.d.')})"
                                for entry in found)
        return "(" + "; ".join(f"{_authors(entry)}, {entry.fields.get('year', 'n.d.')}"
                               for entry in found) + ")"

    # ---- numbers -------------------------------------------------------------------------------

    def renumber(self, text):
        """Give the chapters that a text mentions the numbers that they have in this site."""
        around = text.parent
        while around is not None:
            if isinstance(around, (nodes.literal, nodes.FixedTextElement, nodes.math,
                                   nodes.math_block, nodes.raw)):
                return
            around = around.parent
        self.counted = "left-out" in text.parent.get("classes", [])
        new = MENTION.sub(self.mention, str(text))
        reference = text.parent.parent
        new = NEIGHBOUR.sub(self.neighbour, new)
        if re.fullmatch(r"\d+", new) and _leads_to_a_page(text.parent, reference):
            new = NUMBER.sub(lambda found: self.numbers(found, alone=False), new)
        if new != str(text):
            text.parent.replace(text, nodes.Text(new))

    def mention(self, found):
        word, plural, space, listed = found.groups()
        here = [self.number(page) for page in self.pages(listed)]
        exercise = word.lower() == "exercise"
        new = NUMBER.sub(lambda number: self.numbers(number, exercise), listed)
        if all(here) or not here:
            return f"{word}{plural}{space}{new}"
        article = "" if plural else "The " if word[0].isupper() else "the "
        if exercise:
            return f"{word}{plural} {new}"
        return f"{article}{word.lower() if article else word}{plural} {new}"

    def neighbour(self, found):
        """'the next chapter' stays if the same chapter is the next in this site."""
        here, step = self.env.docname, 1 if found[2] == "next" else -1
        old = {page: number for number, page in self.book.numbered.items()}.get(here)
        page = self.book.numbered.get(old and old + step)
        if page is None:
            return found[0]
        if self.number(page) and self.number(here) and \
                self.number(page) == self.number(here) + step:
            return found[0]
        if page not in self.env.all_docs and not self.counted:
            self.found[page] += 1
        return f"{found[1] or ''}chapter {self.book.title(page)}"

    def pages(self, listed):
        """The pages of the numbers in a list such as '4, 5 and 6'."""
        return [self.book.numbered[int(chapter)] for chapter, _ in NUMBER.findall(listed)
                if int(chapter) in self.book.numbered]

    def numbers(self, found, alone):
        """A chapter's number in this site; its title where it has none."""
        page = self.book.numbered.get(int(found[1]))
        number = page and self.number(page)
        if page is None:
            return found[0]
        if number:
            return f"{number}{found[2] or ''}"
        if page not in self.env.all_docs and not self.counted:
            self.found[page] += 1
        return f"{found[0]} of {self.book.described(page)}" if found[2] else self.book.title(page)

    def number(self, page):
        """The number of a page in this site; None where it has none."""
        number = self.env.toc_secnumbers.get(page, {}).get("")
        return number[0] if number else None


def _leads_to_a_page(inner, reference):
    """Whether a text is that of a link to a page, or of one that was replaced."""
    if isinstance(reference, pending_xref):
        return reference["reftype"] in ("myst", "doc")
    return "left-out" in inner.get("classes", []) or (
        reference is not None and "left-out" in reference.get("classes", []))


def _authors(entry):
    """'Long', 'Long and Short', or 'Long et al.'."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(str(RichText.from_latex(name)) for name in
                      [*person.prelast_names, *person.last_names]) for person in people]
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
        report = {page: dict(sorted(found.items())) for page, found in sorted(app.left_out.items())
                  if found}
        (Path(app.outdir).parent / REPORT).write_text(json.dumps(report, indent=1))


def setup(app):
    app.left_out = defaultdict(Counter)
    app.add_config_value("whole_book", "", rebuild="env")
    app.add_post_transform(LeaveOut)
    app.connect("build-finished", write_report)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
