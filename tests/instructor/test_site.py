"""Course sites: other chapters, another order, two editions, and what is left out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from instructor import editions
from instructor.site import ROOT, check_out, complete, leaks, pages, put, read_toc

TOC = """
format: jb-book
root: book/index
parts:
- caption: All
  numbered: true
  chapters: [{file: book/part/one}, {file: book/part/two}, {file: book/part/three}]
- caption: Reference
  chapters: [{file: book/glossary}, {file: book/literature}]
"""
# The third chapter first, and without the second, the glossary and the literature.
MINE = """
format: jb-book
root: courses/spring/index
parts:
- caption: Mine
  numbered: true
  chapters: [{file: book/part/three}, {file: book/part/one}]
"""
AIMS = "\n\n**You will be able to**\n\n- count;\n- add.\n\n**You need** nothing.\n"
BOX = ":::{admonition} %s\n:class: %s\nText.\n:::\n"
BY_HAND = "Exercise %d.1 · By hand (5 min)"
ONE = ["# One", AIMS, "$$\nx = 1\n$$ (eq-one)\n", BOX % (BY_HAND % 1, "exercise")]
TWO = ["# Two & *more*" + AIMS, "(label-two)=\n## A section\n", "$$\nx = 2\n$$ (eq-two)\n",
       ":::{figure} ../_static/dot.svg\n:alt: A dot.\n:name: fig-two\n\nA dot.\n:::\n"]
THREE = [
    "# Three" + AIMS,
    "Own words [of *two*](two.ipynb), none [](two.ipynb), a section [there](two.ipynb#a-section).",
    "A doc: {doc}`two`. A label: {ref}`label-two`. With words: {ref}`here <label-two>`.",
    "{numref}`fig-two` begins, and {numref}`fig-two` does not. By {eq}`eq-two` and {eq}`eq-one`.",
    "A {term}`Dot` and {term}`more dots <dot>`; {cite:t}`a2001b`, and {cite}`a2001b,b2002a`.",
    "As chapter 1 says, and chapter 2 does not, nor [chapter 2](two.ipynb). See chapters 1 and 2,",
    "chapters [1](one.ipynb) and [2](two.ipynb). Exercise 3.1, exercise 2.4. `chapter 2` is code.",
    "The last chapter was another; [the last chapter](two.ipynb), too.",
    "## Exercises\n\n" + BOX % (BY_HAND % 3, "exercise"),
    BOX % ("Sources", "sources"),
    "## What's next\n\nNothing.",
]
BIB = """
@book{a2001b, author={Ada One and Bob Two and Cy Three}, title={Up}, year={2001}, publisher={P}}
@book{b2002a, author={{\\"O}ne, Dora}, title={Down}, year={2002}, publisher={P}}
"""
SOLVED = ("# Exercises: three\n\nSee [the chapter](../../book/part/three.ipynb).",
          "## Task 1 · Add (10 min, 2 points)\n\nAdd.")
ANSWER = """def add(a, b):
    ### BEGIN SOLUTION
    secret = a + b
    return secret
    ### END SOLUTION"""


def notebook(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=list(cells), metadata={
        "kernelspec": {"display_name": "P", "language": "python", "name": "python3"}}), path)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A small book with the real one's configuration and extensions."""
    root = tmp_path_factory.mktemp("book")
    for name in ("_ext", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, root / "book" / name,
                        ignore=shutil.ignore_patterns("__pycache__"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    (root / "_config.yml").write_text(yaml.safe_dump(config))
    (root / "_toc.yml").write_text(TOC)
    (root / "my_toc.yml").write_text(MINE)
    (root / "book/_static/dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    (root / "book/references.bib").write_text(BIB)
    (root / "book/index.md").write_text("# All\n\nText.\n")
    (root / "book/glossary.md").write_text("# Glossary\n\n:::{glossary}\nDot\n  A point.\n:::\n")
    (root / "book/literature.md").write_text("# Books\n\n```{bibliography}\n```\n")
    (root / "book/instructor").mkdir()
    (root / "book/instructor/guide.md").write_text("# Guide\n\n```{course-table}\n```\n\n"
                                                   "```{course-notes}\n```\n")
    (root / "courses/spring").mkdir(parents=True)
    (root / "courses/spring/index.md").write_text("# My course\n\nWe begin with chapter 2.\n")
    for name, texts in (("one", ONE), ("two", TWO), ("three", THREE)):
        notebook(root / f"book/part/{name}.ipynb", new_markdown_cell("\n\n".join(texts), id="a"),
                 new_code_cell("1 + 1", id="b"))
    solved = [*(new_markdown_cell(text, id=f"t{i}") for i, text in enumerate(SOLVED)),
              new_code_cell(ANSWER, id="c"), new_code_cell('print("checked")', id="d")]
    notebook(root / "instructor/source/part/three.ipynb", *solved)
    stub = new_code_cell(editions.without_solution(ANSWER), id="c")
    notebook(root / "exercises/part/three.ipynb", *solved[:2], stub, solved[3])
    (root / "_build/html").mkdir(parents=True)
    (root / "_build/html/index.html").write_text("the book's own")
    return root


def run(book, out, *options):
    """Build a site of the small book in a process of its own: Sphinx keeps much state in one."""
    code = ("import sys; from instructor import site; "
            f"edition, title = {options[0]!r}, {options[1]!r}\n"
            f"for line in site.make_site('my_toc.yml', {str(out)!r}, edition=edition, title=title,"
            " root='.'): print('warning:', line)")
    return subprocess.run([sys.executable, "-c", code], cwd=book, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.fixture(scope="module")
def learner(book):
    result = run(book, book / "_build/mine", "learner", "Spring")
    assert result.returncode == 0, result.stdout + result.stderr
    return book / "_build/mine", result


@pytest.fixture(scope="module")
def instructors(book):
    """The instructor's edition, of a repository that the pages can be launched from."""
    before = (book / "_config.yml").read_text()
    config = yaml.safe_load(before)
    config["repository"] = {"url": "https://github.com/you/your-course", "branch": "main"}
    config["launch_buttons"]["binderhub_url"] = "https://mybinder.org"
    (book / "_config.yml").write_text(yaml.safe_dump(config))
    result = run(book, book / "_build/mine-solved", "instructor", None)
    (book / "_config.yml").write_text(before)
    assert result.returncode == 0, result.stdout + result.stderr
    return book / "_build/mine-solved"


def soup(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def texts(folder):
    """Everything in a site that is text."""
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8", errors="replace")
            for file in folder.rglob("*") if file.is_file() and "_static" not in file.parts}


def test_the_chosen_chapters_stand_in_the_chosen_order(learner):
    out, _ = learner
    found = {page.relative_to(out).as_posix() for page in out.rglob("*.html")
             if "_static" not in page.parts}
    assert {"book/part/three.html", "book/part/one.html", "courses/spring/index.html",
            "exercises/part/three.html"} <= found
    assert not [page for page in found if "two" in page or "glossary" in page or "guide" in page]
    sidebar = [link.get_text(strip=True) for link in soup(out / "book/part/one.html").select(
        "nav.bd-links a.reference")]
    assert sidebar == ["1. Three", "Exercises: three", "2. One"]
    assert "Spring" in soup(out / "book/part/one.html").title.get_text()
    assert (out / ".nojekyll").exists()


@pytest.mark.parametrize("text", [
    "Own words of two, none the chapter “Two & more”, a section there.",
    "A doc: the chapter “Two & more”. A label: the chapter “Two & more”. With words: here.",
    "A figure in the chapter “Two & more” begins, and a figure in the chapter “Two & more” does",
    "By an equation in the chapter “Two & more” and (2.1).",
    "A Dot and more dots; One et al. (2001), and (One et al., 2001; Öne, 2002).",
    "As chapter 2 says, and the chapter “Two & more” does not, nor the chapter “Two & more”.",
    "See chapters 2 and “Two & more”,",
    "chapters 2 and “Two & more”. Exercise 1.1, exercise 2.4 of the chapter “Two & more”.",
    "chapter 2 is code.",
    "The chapter “Two & more” was another; the chapter “Two & more”, too.",
])
def test_what_is_left_out_is_said_in_words(learner, text):
    page = soup(learner[0] / "book/part/three.html")
    shown = " ".join(page.article.get_text().replace("\u00a0", " ").split())
    assert text in shown.replace("\\(", "(").replace("\\)", ")")


def test_links_to_what_is_there_remain(learner):
    page = soup(learner[0] / "book/part/three.html")
    links = {link.get_text(strip=True): link["href"] for link in page.article.select("a.reference")}
    assert links["2"] == "one.html"
    assert links["(2.1)"] == "one.html#equation-eq-one"
    assert not [href for href in links.values() if "two" in href]


def test_numbers_of_exercises_follow_their_chapter_and_own_pages_are_left_alone(learner):
    out, _ = learner
    assert "Exercise 1.1 · By hand" in soup(out / "book/part/three.html").get_text()
    assert "Exercise 2.1 · By hand" in soup(out / "book/part/one.html").get_text()
    assert "We begin with chapter 2." in soup(out / "courses/spring/index.html").get_text()


def test_warnings_name_the_page_and_what_it_misses(learner):
    warnings = [line for line in learner[1].stdout.splitlines() if line.startswith("warning:")]
    assert len(warnings) == 1
    assert warnings[0].startswith("warning: book/part/three refers to pages left out")
    for missed in ("book/part/two (", "book/glossary (2)", "book/literature (2)"):
        assert missed in warnings[0]


def test_the_exercises_are_below_their_chapter_and_linked_from_it(learner):
    page = soup(learner[0] / "book/part/three.html")
    box = page.select_one("div.practice")
    assert "1 task, 10 minutes, 2 points" in box.get_text()
    assert box.find_previous(class_="exercise") and box.find_next(class_="sources")
    (to_page, download) = (link["href"] for link in box.select("a"))
    assert (learner[0] / "book/part" / to_page).resolve().exists()
    assert "secret" not in (learner[0] / "book/part" / download).resolve().read_text()
    assert "make lab" in box.get_text() and "exercises/part/three.ipynb" in box.get_text()


def test_the_box_launches_what_the_site_can_launch(instructors):
    box = soup(instructors / "book/part/three.html").select_one("div.practice")
    launch = box.select("a")[-1]
    assert launch.get_text() == "Launch on Binder"
    assert launch["href"] == ("https://mybinder.org/v2/gh/you/your-course/main?urlpath=lab/tree/"
                              "exercises/part/three.ipynb")
    assert "make lab" not in box.get_text() and "with the solutions" in box.get_text()


def test_the_learners_edition_has_no_solution_and_the_instructors_has(learner, instructors):
    for name, text in texts(learner[0]).items():
        assert "SOLUTION" not in text and "secret" not in text, name
    solved = texts(instructors)
    assert "secret" in solved["exercises/part/three.html"]
    assert "secret" in solved["_sources/exercises/part/three.ipynb"]
    assert "Three" in solved["book/instructor/guide.html"]
    assert "instructor’s edition" in solved["book/part/one.html"]


def test_the_guide_lists_the_chapters_of_the_site(instructors):
    page = soup(instructors / "book/instructor/guide.html")
    rows = [[cell.get_text(" ", strip=True).replace("\u00a0", " ") for cell in row.select("td")]
            for row in page.select("table tr")[1:]]
    assert rows[0] == ["1. Three", "5 min", "1 in 5 min", "1 in 10 min"]
    assert [row[0] for row in rows] == ["1. Three", "2. One", "Mine"]
    assert "It teaches to" in page.article.get_text()


def test_the_books_own_pages_are_not_touched(book, learner, instructors):
    assert [file.name for file in (book / "_build/html").iterdir()] == ["index.html"]
    assert (book / "_build/html/index.html").read_text() == "the book's own"
    assert not (book / "_build/.doctrees").exists()


def test_results_are_not_executed_twice_and_errors_leave_the_old_site(book, learner):
    out = learner[0]
    page = book / "courses/spring/index.md"
    before, old = page.read_text(), (out / "index.html").stat().st_mtime_ns
    page.write_text("# My course\n\n[a slip](slip.md)\n")
    try:
        result = run(book, out, "learner", None)
    finally:
        page.write_text(before)
    assert result.returncode == 1
    assert "slip" in result.stderr and "No site was made" in result.stderr
    assert "Executing" not in result.stdout
    assert (out / "index.html").stat().st_mtime_ns == old


# ---- Arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize("text, message", [
    (None, "cannot be read"),
    ("root: [", "no YAML"),
    ("- a\n- b\n", "names no root"),
    ("chapters: [{file: book/index}]", "names no root"),
    ("root: book/index\nchapters: [{file: book/part/too}]", "did you mean 'book/part/two'?"),
    ("root: book/index\nchapters: [{file: qqqqqqqq}]", "from the root of the repository"),
    ("root: book/index\nchapters: [{file: book/part/two}, {file: book/part/two.ipynb}]", "twice"),
    ("root: book/index\nchapters: [{file: instructor/source/part/three}]",
     "'exercises/part/three'"),
    ("root: book/index\nchapters: [{glob: 'book/*'}]", "name each page"),
    ("format: other\nroot: book/index", "format"),
    ("format: jb-book\nroot: book/index\nparts: 3", "parts"),
    ("root: book/index\nchapters: [{file: ../outside}]", "there is not"),
])
def test_a_table_of_contents_that_cannot_be_used(book, tmp_path, text, message):
    path = tmp_path / "toc.yml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match="TOC=|glob") as error:
        read_toc(path, book)
    assert message in str(error.value)


@pytest.mark.parametrize("folder", [".", "..", "book/mine", "lib", "_build", "_build/html",
                                    "_build/html/mine", "_build/.jupyter_cache", "exercises"])
def test_folders_that_are_refused(book, folder):
    (book / "lib").mkdir(exist_ok=True)
    with pytest.raises(ValueError, match="OUT="):
        check_out(book / folder, book)


def test_only_our_own_folders_are_replaced(book, tmp_path):
    check_out(book / "_build/new", book)
    check_out(book / "new", book)
    other = tmp_path / "other"
    other.mkdir()
    check_out(other, book)
    (other / "thesis.txt").write_text("the only copy")
    with pytest.raises(ValueError, match="not made by this command"):
        check_out(other, book)
    with pytest.raises(ValueError, match="a file"):
        check_out(other / "thesis.txt", book)
    with pytest.raises(ValueError, match="cannot be written"):  # said before anything is built
        check_out(other / "thesis.txt" / "site", book)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/index.html").write_text("new")
    ours = tmp_path / "ours"
    for _ in range(2):
        put(tmp_path / "pages", ours, {"edition": "learner"})
        check_out(ours, book)
    assert json.loads((ours / ".course-site.json").read_text()) == {"edition": "learner"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "ours", "pages"]


def test_an_edition_that_there_is_not(book):
    from instructor.site import make_site

    with pytest.raises(ValueError, match="edition='teacher'.*learner or instructor"):
        make_site(book / "my_toc.yml", book / "_build/x", edition="teacher", root=book)


def test_exercises_come_by_themselves_unless_they_are_named(book, tmp_path):
    path = tmp_path / "toc.yml"
    path.write_text("root: book/index\nsubtrees:\n- entries:\n  - {file: book/part/three}\n")
    found = complete(read_toc(path, book), "learner", book)
    assert found["book/part/three"].child_files() == ["exercises/part/three"]
    with path.open("a") as file:
        file.write("  - {file: exercises/part/three}\n")
    named = complete(read_toc(path, book), "instructor", book)
    assert named["book/part/three"].child_files() == []
    assert "book/instructor/guide" in named and "book/instructor/guide" not in found
    files = pages(named, "instructor", book)
    assert files["exercises/part/three"] == book / "instructor/source/part/three.ipynb"
    assert pages(named, "learner", book)["exercises/part/three"] == \
        book / "exercises/part/three.ipynb"


def test_a_site_from_two_chapters_of_the_book(tmp_path):
    """The real chapters, the later one first, without glossary and bibliography."""
    toc = tmp_path / "toc.yml"
    toc.write_text("format: jb-book\nroot: book/index\nparts:\n- numbered: true\n  chapters:\n"
                   "  - file: book/transposed/stamps\n  - file: book/matrices/convolution\n")
    result = subprocess.run([sys.executable, "-m", "instructor.site", toc, tmp_path / "out"],
                            cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert Path(result.stdout.splitlines()[-1]).exists()
    assert "book/transposed/stamps refers to pages left out" in result.stderr
    page = soup(tmp_path / "out/book/transposed/stamps.html")
    assert page.article.h1.get_text().startswith("1. ")
    assert not [link for link in page.article.select("a.reference.internal")
                if not (tmp_path / "out/book/transposed" / link["href"].split("#")[0]).exists()]
    assert leaks(tmp_path / "out") == []
