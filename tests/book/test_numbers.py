"""Numbers of chapters, exercises, figures and equations: filled in by Sphinx, and never typed.

A typed number becomes wrong in silence where a chapter is added, taken out or moved.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from sphinx_external_toc.parsing import parse_toc_yaml

from course.dependencies import ROOT
from course.site import prepare
from course.sphinx import chapters

# ---- In the sources --------------------------------------------------------------------------

WORDS = "one|two|three|four|five|six|seven|eight|nine|ten"
SPACE = r"(?:[ \u00a0]+|[ \u00a0]*\n[ \u00a0]*)"
TYPED = re.compile(
    r"\b(?:chapters?|exercises?|figures?|fig\.|sections?|tables?|tasks?)"
    rf"{SPACE}(?:\d+(?:\.\d+)*|(?:{WORDS})(?!-)\b)"
    rf"|\b(?:equations?|eqs?\.){SPACE}\(?(?:\d+(?:\.\d+)*|(?:{WORDS})\b)"
    rf"|\bparts?{SPACE}(?:\d|[ivx]+\b)"
    rf"|\b(?:next|last|previous|following|preceding){SPACE}(?:chapters?|parts?|exercises?|one\]\()"
    rf"|\b(?:first|second|third|fourth|fifth|final){SPACE}(?:chapter|exercise)\b"
    r"|\[[\d.]+\]\([^)]*\.(?:ipynb|md)",
    re.IGNORECASE,
)
# What is no number of this book's: another text's chapters, and the heading of a graded task.
OTHERS = re.compile(
    r"chapter \d+(?= of \{cite:t\}`)"
    rf"|(?:\(2016\),|in their){SPACE}(?:chapter|section) \d+(?:\.\d+)?"
    r"|## Task \d+ · "
)
REFERENCE = re.compile(r"\{[\w:]+\}`[^`]*`|`+[^`\n]*`+")  # and code, in a line of text


def typed(text):
    """The numbers of chapters and the like that stand typed in a text."""
    text = OTHERS.sub("", text)
    return [" ".join(found[0].split()) for found in TYPED.finditer(REFERENCE.sub("", text))]


def texts():
    """(file, text) of all that a reader sees: cells, captions, pages and messages."""
    for folder in ("book", "exercises", "instructor/source"):
        for path in sorted((ROOT / folder).rglob("*.ipynb")):
            for cell in nbformat.read(path, as_version=4).cells:
                yield path, cell.source
                caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
                yield path, caption
                for output in cell.get("outputs", ()):
                    yield path, output.get("text", "")
    pages = [
        *(ROOT / "book").rglob("*.md"),
        *(ROOT / "instructor").glob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
        *ROOT.glob("*.md"),
    ]
    code = [
        path
        for folder in ("lib", "course", "tools")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".toml", ".jinja")
    ]
    for path in sorted([*pages, *code]):
        yield path, path.read_text(encoding="utf-8")


def test_no_number_is_typed():
    found = [
        f"{path.relative_to(ROOT)}: {number}" for path, text in texts() for number in typed(text)
    ]
    assert found == [], "refer to it: {numref}`chapter %s <chapter-stamps>`"


@pytest.mark.parametrize(
    "text",
    [
        "as chapter 12 says",
        "Chapter\n12 says so",
        "chapters 4 and 5",
        "See exercise 3.2.",
        "[Exercise 3.2](matrix.ipynb)",
        "in Figure 4",
        "fig. 4",
        "equation (3)",
        "Part II is next",
        "of part v",
        "section 3.1",
        "in the next chapter",
        "[the last\nchapter](x.ipynb)",
        "chapters [16](x.ipynb)",
        "the first chapter",
        "chapter two",
        "Task 2 of the notebook",
        "[the next one](x.ipynb)",
        "In chapter 4, not chapter 4 of {cite:t}`a2016guide`.",
    ],
)
def test_a_typed_number_would_be_found(text):
    assert len(typed(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{numref}`Chapter %s <chapter-stamps>` and {eq}`eq-2`",
        "the two parts",
        "a chapter of its own",
        "in this part",
        "`chapter 2` is code",
        "# Chapter\n\n1. Begin.",
        "## Task 2 · Count (5 min, 1 point)",
        "in chapter 4 of {cite:t}`a2016guide`",
        "Source: Dumoulin & Visin (2016),\n    chapter 4.",
        "exercises in 5 minutes",
    ],
)
def test_other_words_are_no_typed_numbers(text):
    assert typed(text) == []


def test_parts_are_numbered_in_their_order():
    data = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [part["caption"].split(" · ")[0] for part in data["parts"] if part.get("numbered")]
    assert (
        parts
        == [f"Part {number}" for number in ["I", "II", "III", "IV", "V", "VI", "VII"]][: len(parts)]
    )


def test_labels_say_where_they_lead():
    """Of a chapter, ``chapter-NAME``; of its exercises, ``ex-NAME-...``."""
    for page in chapters.numbers(parse_toc_yaml(ROOT / "_toc.yml")):
        text, name = chapters.prose(chapters.source(page, ROOT)), Path(page).name
        assert text.startswith(f"(chapter-{name})=\n# "), page
        boxes = re.findall(r"^:{3,}\{exercise\}.*\n(.*)$", text, re.MULTILINE)
        assert boxes and all(re.fullmatch(rf":label: ex-{name}-[\w-]+", box) for box in boxes), page


# ---- On the pages ----------------------------------------------------------------------------


def soup(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def numbers_shown(site):
    """[(page, text of a reference, number that its target shows)] of a built site.

    References are those by number, and links that begin with the number of a page.
    """
    pages = {page.resolve(): soup(page).article for page in (site / "book").rglob("*.html")}
    found = []
    for page, article in pages.items():
        for link in article.select("a.reference.internal[href]"):
            path, _, place = link["href"].partition("#")
            target = pages.get((page.parent / path).resolve() if path else page)
            text = link.get_text()
            if (
                link.select_one(".std-numref")
                or link.find_parent(class_="math") is None
                and (place.startswith("equation-") or re.match(r"\d+\. ", text))
            ):
                shown = target.find(id=place) if place.startswith(("ex-", "fig-")) else None
                if place.startswith("equation-"):
                    shown = target.find(id=place).select_one(".eqno")
                elif shown is not None:
                    shown = shown.select_one(".caption-number")
                else:
                    shown = target.h1.select_one(".section-number")
                found.append((page.stem, text, number(shown.get_text())))
    return found


def number(text):
    return re.search(r"\d+(\.\d+)*", text)[0]


def wrong(references):
    return [(page, text, shown) for page, text, shown in references if number(text) != shown]


PIXEL = "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"


@pytest.fixture(scope="module")
def light_book(tmp_path_factory):
    """A copy of the book whose figures are empty and which prints nothing: quick to build.

    Between two of its chapters stands a new one.
    """
    root = tmp_path_factory.mktemp("light")
    for path in [*(ROOT / "book").rglob("*"), ROOT / "_config.yml", ROOT / "_toc.yml"]:
        target = root / path.relative_to(ROOT)
        if path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            notebook.cells = [
                cell
                for cell in notebook.cells
                if cell.cell_type == "markdown" or "figure" in cell.metadata.get("mystnb", {})
            ]
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.source = "0"
                    cell.outputs = [new_output("display_data", {"image/svg+xml": PIXEL})]
            write(target, notebook)
        elif path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    write(
        root / "book/transposed/added.ipynb",
        new_notebook(
            cells=[
                new_markdown_cell(
                    "(chapter-added)=\n# Added\n\n{numref}`Chapter %s <chapter-views>`, then "
                    "{numref}`exercise %s <ex-added-one>`, "
                    "{numref}`exercise %s <ex-views-find-the-bug>`.\n\n"
                    "## Exercises\n\n:::{exercise} One (5 min)\n:label: ex-added-one\nText.\n:::"
                )
            ]
        ),
    )
    return root


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def build(root, toc, stage):
    """Make the pages that a table of contents names; return their folder."""
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    site_map = parse_toc_yaml(root / "_toc.yml")
    site_map.file_format = "default"
    files = {chapters.without_suffix(page): chapters.source(page, root) for page in site_map}
    prepare(stage, site_map, files, "learner", None, root)
    config = yaml.safe_load((stage / "_config.yml").read_text(encoding="utf-8"))
    config["execute"] = {"execute_notebooks": "off"}
    # References are to the whole book, which has exercises as well.
    config["sphinx"]["config"]["whole_book"] = str(ROOT)
    (stage / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return make(stage)


def make(stage):
    """Make the pages; those that have not changed are not made again."""
    code = (
        "import pathlib, sys; from course import build; "
        "sys.exit(not build.make_pages(pathlib.Path('.').resolve()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=stage,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return stage / "_build/html"


def part(*pages, numbered=True):
    return {"numbered": numbered, "chapters": [{"file": f"book/{page}"} for page in pages]}


def test_a_chapter_in_the_middle_leaves_no_wrong_number(light_book, tmp_path):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    for one in toc["parts"]:
        pages = [chapter["file"] for chapter in one["chapters"]]
        if "book/transposed/views" in pages:
            pages.insert(pages.index("book/transposed/views"), "book/transposed/added")
        one["chapters"] = [{"file": page} for page in pages]  # without their exercises
    order = [
        chapter["file"]
        for one in toc["parts"]
        if one.get("numbered")
        for chapter in one["chapters"]
    ]
    site = build(light_book, toc, tmp_path / "stage")
    for place, page in enumerate(order, start=1):
        assert soup(site / f"{page}.html").article.h1.get_text().startswith(f"{place}. "), page
    references = numbers_shown(site)
    assert wrong(references) == []
    views = order.index("book/transposed/views") + 1
    assert ("added", f"Chapter {views}", str(views)) in references
    assert ("added", f"exercise {views - 1}.1", f"{views - 1}.1") in references
    assert ("inverse", f"chapter {views}", str(views)) in references
    for kind, least in (
        ("chapter", 150),
        ("exercise", 30),
        ("fig", 15),
        (r"\(", 50),
        (r"\d+\. ", len(order) - 1),
    ):
        count = sum(bool(re.match(kind, text, re.IGNORECASE)) for _, text, _ in references)
        assert count >= least, (kind, count)


def test_a_wrong_number_would_be_found(tmp_path):
    page = tmp_path / "book/one.html"
    page.parent.mkdir()
    shown = (
        '<article><h1><span class="section-number">3. </span>One</h1><a class="reference '
        'internal" href="one.html#chapter-one"><span class="std-numref">chapter {}</span></a>'
    )
    page.write_text(shown.format(3))
    assert numbers_shown(tmp_path) == [("one", "chapter 3", "3")] and not wrong(
        numbers_shown(tmp_path)
    )
    page.write_text(shown.format(2))
    assert wrong(numbers_shown(tmp_path)) == [("one", "chapter 2", "3")]


def test_chapters_in_another_order_leave_no_wrong_number(light_book, tmp_path):
    toc = {
        "root": "book/index",
        "format": "jb-book",
        "parts": [
            part("artifacts/overlap", "transposed/views", "transposed/stamps"),
            part("matrices/convolution", "upsampling/comparison"),
            part("matrices/matrix", "reference/notation", numbered=False),
        ],
    }
    site = build(light_book, toc, tmp_path / "stage")
    references = numbers_shown(site)
    assert wrong(references) == []
    assert ("overlap", "chapter 3", "3") in references  # it comes before its page here
    assert ("views", "chapter 3", "3") in references
    assert not [text for page, text, _ in references if page == "notation" and text != "chapter 2"]
    for page, sentence in (
        ("artifacts/overlap", "Both are built in the chapter “Measuring a checkerboard”; here"),
        ("transposed/stamps", "flattened. The chapter “A convolution is a matrix” built the"),
    ):
        text = " ".join(soup(site / f"book/{page}.html").article.get_text().split())
        assert sentence in text
    # It is there, without a number.
    assert soup(site / "book/transposed/stamps.html").article.find(
        "a", href="../matrices/matrix.html#chapter-matrix"
    )
    left_out = json.loads((tmp_path / "stage/_build/left-out.json").read_text(encoding="utf-8"))
    assert left_out["book/artifacts/overlap"]["book/artifacts/measuring"] >= 3
    assert "book/matrices/matrix" not in left_out["book/transposed/stamps"]


def test_a_new_exercise_leaves_no_wrong_number_on_pages_made_before(light_book, tmp_path):
    toc = {
        "root": "book/index",
        "format": "jb-book",
        "parts": [part("transposed/added", "transposed/views")],
    }
    site, page = build(light_book, toc, tmp_path / "stage"), "book/transposed/views.ipynb"
    before = numbers_shown(site)
    notebook = nbformat.read(tmp_path / "stage" / page, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace(
            "## Exercises\n",
            "## Exercises\n\n:::{exercise} New\n:label: ex-views-new\nText.\n:::\n",
        )
    write(tmp_path / "stage" / page, notebook)
    after = numbers_shown(make(tmp_path / "stage"))
    assert wrong(after) == []
    assert ("added", "exercise 2.3", "2.3") in before
    assert ("added", "exercise 2.4", "2.4") in after
