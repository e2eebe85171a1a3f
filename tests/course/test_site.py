"""Course sites: other chapters, another order, two editions, and what is left out."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course import editions
from course.site import PART, ROOT, check_out, complete, leaks, pages, put, read_toc

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
EXERCISE = ":::{exercise} %s (5 min)\n:label: ex-%s\nText.\n:::\n"
ONE = ["(chapter-one)=\n# One", AIMS, "$$\nx = 1\n$$ (eq-one)\n", EXERCISE % ("By hand", "one")]
TWO = [
    "(chapter-two)=\n# Two & *more*" + AIMS,
    "(label-two)=\n## A section\n",
    "$$\nx = 2\n$$ (eq-two)\n",
    ":::{figure} ../_static/dot.svg\n:alt: A dot.\n:name: fig-two\n\nA dot.\n:::\n",
    EXERCISE % ("In your head", "two"),
]
THREE = [
    "(chapter-three)=\n# Three" + AIMS,
    "Own words [of *two*](two.ipynb), none [](two.ipynb), a section [there](two.ipynb#a-section).",
    "A doc: {doc}`two`. A label: {ref}`label-two`. With words: {ref}`here <label-two>`.",
    "{numref}`fig-two` begins, and {numref}`fig-two` does not. By {eq}`eq-two` and {eq}`eq-one`.",
    "A {term}`Dot` and {term}`more dots <dot>`; {cite:t}`a2001b`, and {cite}`a2001b,b2002a`.",
    "As {numref}`chapter %s <chapter-one>` says, and {numref}`chapter %s <chapter-two>` does not.",
    "{numref}`Chapter %s <chapter-two>`, chapters {numref}`%s <chapter-one>` and "
    "{numref}`%s <chapter-two>`.",
    "{numref}`Exercise %s <ex-three>`, {numref}`exercise %s <ex-two>`, {ref}`ex-one`.",
    "{numref}`Exercise %s <ex-two>` asks more. `chapter 2` is code.",
    "## Exercises\n\n" + EXERCISE % ("By hand", "three"),
    BOX % ("Sources", "sources"),
    "## What's next\n\nNothing.",
]
BIB = """
@book{a2001b, author={Ada One and Bob Two and Cy Three}, title={Up}, year={2001}, publisher={P}}
@book{b2002a, author={{\\"O}ne, Dora}, title={Down}, year={2002}, publisher={P}}
"""
SOLVED = (
    "# Exercises: three\n\nSee [the chapter](../../book/part/three.ipynb).",
    "## Task 1 · Add (10 min, 2 points)\n\nAdd.",
)
ANSWER = """def add(a, b):
    ### BEGIN SOLUTION
    secret = a + b
    return secret
    ### END SOLUTION"""


def notebook(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(
        new_notebook(
            cells=list(cells),
            metadata={"kernelspec": {"display_name": "P", "language": "python", "name": "python3"}},
        ),
        path,
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A small book with the real one's configuration and extensions."""
    root = tmp_path_factory.mktemp("book")
    for name in ("_static", "_templates"):
        shutil.copytree(
            ROOT / "book" / name, root / "book" / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    (root / "_config.yml").write_text(yaml.safe_dump(config))
    (root / "_toc.yml").write_text(TOC)
    (root / "my_toc.yml").write_text(MINE)
    (root / "book/_static/dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    )
    (root / "book/references.bib").write_text(BIB)
    (root / "book/index.md").write_text("# All\n\nText.\n")
    (root / "book/glossary.md").write_text("# Glossary\n\n:::{glossary}\nDot\n  A point.\n:::\n")
    (root / "book/literature.md").write_text("# Books\n\n```{bibliography}\n```\n")
    (root / "book/instructor").mkdir()
    (root / "book/instructor/guide.md").write_text(
        "# Guide\n\n```{course-table}\n```\n\n```{course-notes}\n```\n"
    )
    (root / "courses/spring").mkdir(parents=True)
    (root / "courses/spring/index.md").write_text("# My course\n\nWe begin with chapter 2.\n")
    for name, texts in (("one", ONE), ("two", TWO), ("three", THREE)):
        notebook(
            root / f"book/part/{name}.ipynb",
            new_markdown_cell("\n\n".join(texts), id="a"),
            new_code_cell("1 + 1", id="b"),
        )
    solved = [
        *(new_markdown_cell(text, id=f"t{i}") for i, text in enumerate(SOLVED)),
        new_code_cell(ANSWER, id="c"),
        new_code_cell('print("checked")', id="d"),
    ]
    notebook(root / "instructor/source/part/three.ipynb", *solved)
    stub = new_code_cell(editions.without_solution(ANSWER), id="c")
    notebook(root / "exercises/part/three.ipynb", *solved[:2], stub, solved[3])
    (root / "_build/html").mkdir(parents=True)
    (root / "_build/html/index.html").write_text("the book's own")
    return root


def run(book, out, *options):
    """Build a site of the small book in a process of its own: Sphinx keeps much state in one."""
    code = (
        "import sys; from course import site; "
        f"edition, title = {options[0]!r}, {options[1]!r}\n"
        f"for line in site.make_site('my_toc.yml', {str(out)!r}, edition=edition, title=title,"
        " root='.'): print('warning:', line)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=book,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


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
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8", errors="replace")
        for file in folder.rglob("*")
        if file.is_file() and "_static" not in file.parts
    }


def test_the_chosen_chapters_stand_in_the_chosen_order(learner):
    out, _ = learner
    found = {
        page.relative_to(out).as_posix()
        for page in out.rglob("*.html")
        if "_static" not in page.parts
    }
    assert {
        "book/part/three.html",
        "book/part/one.html",
        "courses/spring/index.html",
        "exercises/part/three.html",
    } <= found
    assert not [page for page in found if "two" in page or "glossary" in page or "guide" in page]
    sidebar = [
        link.get_text(strip=True)
        for link in soup(out / "book/part/one.html").select("nav.bd-links a.reference")
    ]
    assert sidebar == ["1. Three", "Exercises: three", "2. One"]
    assert "Spring" in soup(out / "book/part/one.html").title.get_text()
    assert (out / ".nojekyll").exists()


@pytest.mark.parametrize(
    "text",
    [
        "Own words of two, none the chapter “Two & more”, a section there.",
        "A doc: the chapter “Two & more”. A label: the chapter “Two & more”. With words: here.",
        "A figure in the chapter “Two & more” begins, and a figure in the chapter “Two & more” "
        "does",
        "By an equation in the chapter “Two & more” and (2.1).",
        "A Dot and more dots; One et al. (2001), and (One et al., 2001; Öne, 2002).",
        "As chapter 2 says, and the chapter “Two & more” does not.",
        "The chapter “Two & more”, chapters 2 and “Two & more”.",
        "Exercise 1.1, an exercise in the chapter “Two & more”, Exercise 2.1.",
        "An exercise in the chapter “Two & more” asks more. chapter 2 is code.",
    ],
)
def test_what_is_left_out_is_said_in_words(learner, text):
    page = soup(learner[0] / "book/part/three.html")
    shown = " ".join(page.article.get_text().replace("\u00a0", " ").split())
    assert text in shown.replace("\\(", "(").replace("\\)", ")")


def test_links_to_what_is_there_remain(learner):
    page = soup(learner[0] / "book/part/three.html")
    links = {link.get_text(strip=True): link["href"] for link in page.article.select("a.reference")}
    assert links["2"] == links["chapter 2"] == "one.html#chapter-one"
    assert links["Exercise 2.1"] == "one.html#ex-one"
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
    assert launch["href"] == (
        "https://mybinder.org/v2/gh/you/your-course/main?urlpath=lab/tree/"
        "exercises/part/three.ipynb"
    )
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
    rows = [
        [cell.get_text(" ", strip=True).replace("\u00a0", " ") for cell in row.select("td")]
        for row in page.select("table tr")[1:]
    ]
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


@pytest.mark.parametrize(
    "text, message",
    [
        (None, "cannot be read"),
        ("root: [", "not YAML"),
        ("root: book/inder", "did you mean 'book/index'?"),
        ("root: instructor/source/part/three", "which has the solutions"),
        ("- a\n- b\n", "names no root"),
        ("chapters: [{file: book/index}]", "names no root"),
        ("root: book/index\nchapters: [{file: book/part/too}]", "did you mean 'book/part/two'?"),
        ("root: book/index\nchapters: [{file: qqqqqqqq}]", "from the root of the repository"),
        (
            "root: book/index\nchapters: [{file: book/part/two}, {file: book/part/two.ipynb}]",
            "twice",
        ),
        (
            "root: book/index\nchapters: [{file: instructor/source/part/three}]",
            "'exercises/part/three'",
        ),
        ("root: book/index\nchapters: [{glob: 'book/*'}]", "name each page"),
        ("format: other\nroot: book/index", "format"),
        ("format: jb-book\nroot: book/index\nparts: 3", "parts"),
        ("root: book/index\nchapters: [{file: ../outside}]", "there is no page '../outside'"),
    ],
)
def test_a_table_of_contents_that_cannot_be_used(book, tmp_path, text, message):
    path = tmp_path / "toc.yml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match="TOC=|glob") as error:
        read_toc(path, book)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "folder",
    [
        ".",
        "..",
        "book/mine",
        "lib",
        "_build",
        "_build/html",
        "_build/html/mine",
        "_build/.jupyter_cache",
        "exercises",
        "_build/stored",
        "_build/.kernel/x",
        "_build/linkcheck",
        ".venv",
        ".venv.aside-1",
    ],
)
def test_folders_that_are_refused(book, folder):
    (book / "lib").mkdir(exist_ok=True)
    with pytest.raises(ValueError, match="OUT="):
        check_out(book / folder, book)


def test_a_folder_that_the_pages_can_go_to(book, tmp_path):
    check_out(book / "_build/new", book)
    check_out(book / "new", book)
    work_tree = book / "gh-pages"  # as `git worktree add gh-pages` makes it
    work_tree.mkdir()
    (work_tree / ".git").write_text("gitdir: elsewhere")
    check_out(work_tree, book)
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("the only copy")
    check_out(other, book)  # it is in the way of no page
    with pytest.raises(ValueError, match="a file"):
        check_out(other / "thesis.txt", book)
    with pytest.raises(ValueError, match="cannot be written"):  # said before anything is built
        check_out(other / "thesis.txt" / "site", book)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_the_home_folder_is_refused(book, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ValueError, match="your home folder"):
        check_out(tmp_path, book)
    check_out(tmp_path / "site", book)


# ---- What others have in the folder -----------------------------------------------------------

WEEK1 = {"index.html": "week 1", "book/part/one.html": "one", "book/old/two.html": "two"}
WEEK2 = {"index.html": "week 2", "book/part/one.html": "one", "book/part/three.html": "three"}
ABOUT = {"edition": "learner"}


def build(out, texts):
    """Put a site of these pages to a folder, as the command does."""
    folder = Path(tempfile.mkdtemp(dir=out.parent))
    fill(folder, texts)
    try:
        check_out(out)
        return put(folder, out, ABOUT)
    finally:
        shutil.rmtree(folder)


def fill(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def held(out):
    """What a folder holds, but for the mark: {name: text}."""
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != ".course-site.json"
    }


def test_a_second_build_replaces_and_removes_its_own_pages_only(tmp_path):
    out = tmp_path / "out"
    theirs = {
        ".git/HEAD": "ref",
        "CNAME": "course.example.org",
        "syllabus.pdf": "the only copy",
        "book/part/notes.txt": "mine",
        "book/old/data.csv": "1,2",
    }
    assert build(out, WEEK1) == []
    fill(out, theirs)
    unchanged = (out / "book/part/one.html").stat().st_mtime_ns
    assert build(out, WEEK2) == []
    assert held(out) == {**WEEK2, **theirs, ".nojekyll": ""}
    assert (out / "book/part/one.html").stat().st_mtime_ns == unchanged
    (out / "book/old/data.csv").unlink()
    (out / "book/old").rmdir()
    assert build(out, WEEK1) == [] and build(out, WEEK2) == []
    assert not (out / "book/old").exists(), "a folder that it made, and that is empty now, goes"
    (out / "book/old").mkdir()
    assert build(out, WEEK1) == [] and build(out, WEEK2) == []
    assert (out / "book/old").exists(), "it was there before"


def test_a_first_build_leaves_what_is_there(tmp_path):
    out, theirs = tmp_path / "gh-pages", {".git/HEAD": "ref", "README.md": "mine", ".nojekyll": "x"}
    fill(out, theirs)
    build(out, WEEK1)
    assert held(out) == {**WEEK1, **theirs}
    build(out, WEEK2)
    assert held(out) == {**WEEK2, **theirs}


@pytest.mark.parametrize("name", ["index.html", "book/part/three.html", "book/part", "book"])
@pytest.mark.parametrize("made", [True, False])
def test_a_file_of_others_where_a_page_has_to_go_is_refused(tmp_path, name, made):
    out = tmp_path / "out"
    if made:
        build(out, WEEK1)
        if (out / name).is_dir():
            shutil.rmtree(out / name)
    fill(out, {name: "mine"})
    before = held(out)
    with pytest.raises(ValueError, match="would be overwritten.*move what is there away") as error:
        build(out, WEEK2)
    assert (name if name.endswith(".html") else "book/part/one.html") in str(error.value)
    assert held(out) == before and not list(out.glob(".course-site-*"))
    (out / name).unlink()
    build(out, WEEK2)
    assert held(out) == {**WEEK2, ".nojekyll": ""}


def test_what_is_in_the_way_is_said_before_anything_is_built(book, tmp_path, monkeypatch):
    from course import site

    fill(tmp_path / "out", {"book/part/three.html": "mine"})
    monkeypatch.setattr(site, "refresh", lambda *_, **__: pytest.fail("something ran"))
    with pytest.raises(ValueError, match="book/part/three.html would be overwritten"):
        site.make_site(book / "my_toc.yml", tmp_path / "out", root=book)


@pytest.mark.parametrize("kind", ["folder", "link", "link to the page", "pipe"])
def test_what_is_no_file_where_a_page_has_to_go_is_refused(tmp_path, kind):
    out, mine = tmp_path / "out", tmp_path / "mine.html"
    build(out, WEEK1)
    mine.write_text("week 1" if kind == "link to the page" else "mine")
    page = out / "index.html"
    page.unlink()
    {"folder": page.mkdir, "pipe": lambda: os.mkfifo(page)}.get(
        kind, lambda: page.symlink_to(mine)
    )()
    with pytest.raises(ValueError, match="index.html would be overwritten"):
        build(out, WEEK2)
    assert page.is_dir() == (kind == "folder") and page.is_symlink() == ("link" in kind)
    assert mine.exists() and (out / "book/old/two.html").exists()


def test_nothing_is_written_or_removed_through_a_link(tmp_path):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    build(out, WEEK1)
    (out / "book/old").rename(elsewhere)
    (out / "book/old").symlink_to(elsewhere)
    assert build(out, WEEK2) == ["book/old/two.html"]
    assert held(elsewhere) == {"two.html": "two"}
    with pytest.raises(ValueError, match="book/old/two.html would be overwritten"):
        build(out, WEEK1)


def test_a_page_that_was_changed_stays(tmp_path):
    out = tmp_path / "out"
    build(out, WEEK1)
    fill(out, {"book/old/two.html": "two, corrected by hand"})
    assert build(out, WEEK2) == ["book/old/two.html"]
    assert held(out)["book/old/two.html"] == "two, corrected by hand"
    assert build(out, WEEK2) == []  # said once


def test_a_site_inside_another_survives(tmp_path):
    outer, inner = tmp_path / "out", tmp_path / "out/book/part/mine"
    build(outer, WEEK1)
    build(inner, WEEK1)
    build(outer, WEEK2)
    build(inner, WEEK2)
    assert held(inner) == {**WEEK2, ".nojekyll": ""}
    with pytest.raises(ValueError, match="index.html would be overwritten"):
        build(outer, {"book/part/mine/index.html": "a page of the outer one"})
    with pytest.raises(ValueError, match="one.html would be overwritten"):
        build(outer / "book/part", {"one.html": "another site, over a page of the outer one"})


@pytest.mark.parametrize(
    "mark",
    [
        '{"edition": "learner"}',
        "{",
        "[]",
        '{"files": {"index.html": 3}, "folders": []}',
        '{"files": {"../mine.html": "0"}, "folders": []}',
        '{"files": {}, "folders": ["/"]}',
        '{"files": {}, "folders": [], "part": "book"}',
    ],
)
def test_a_mark_that_lists_no_files_is_refused(tmp_path, mark):
    out = tmp_path / "out"
    fill(out, {**WEEK1, "CNAME": "mine", ".course-site.json": mark})
    before = held(out)
    with pytest.raises(ValueError, match="does not say which files are the site's"):
        build(out, WEEK2)
    assert held(out) == before and (out / ".course-site.json").read_text() == mark


@pytest.mark.parametrize("function", ["os.replace", "shutil.copyfile", "pathlib.Path.unlink"])
@pytest.mark.parametrize("calls", range(5))
def test_what_was_interrupted_is_completed_by_the_next_run(tmp_path, monkeypatch, function, calls):
    out = tmp_path / "out"
    build(out, WEEK1)
    fill(out, {"CNAME": "mine"})
    module, name = function.rsplit(".", 1)
    owner = {"os": os, "shutil": shutil, "pathlib.Path": Path}[module]
    works, left = getattr(owner, name), [calls]

    def stops(*arguments, **named):
        left[0] -= 1
        if left[0] < 0 and any(str(out) in str(argument) for argument in arguments):
            raise KeyboardInterrupt
        return works(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, stops)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # killed, it cleans up nothing
        try:
            build(out, WEEK2)
        except KeyboardInterrupt:
            pass
    assert held(out)["CNAME"] == "mine"
    week3 = {"index.html": "week 3", "book/part/four.html": "four"}
    assert build(out, week3) == []
    assert held(out) == {**week3, "CNAME": "mine", ".nojekyll": ""}
    assert not [path for path in out.iterdir() if PART.fullmatch(path.name)]
    assert not (out / "book/old").exists()


def test_a_full_disk_leaves_the_old_site(tmp_path, monkeypatch):
    out = tmp_path / "out"
    build(out, WEEK1)

    def full(source, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(OSError, match="No space"):
            build(out, WEEK2)
    assert held(out) == {**WEEK1, ".nojekyll": ""}


def test_a_page_that_is_changed_while_the_pages_are_copied_stays(tmp_path, monkeypatch):
    out, works = tmp_path / "out", shutil.copyfile
    build(out, WEEK1)

    def copies(source, target):
        fill(out, {"index.html": "edited just now"})
        return works(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", copies)
        with pytest.raises(ValueError, match="index.html would be overwritten"):
            build(out, WEEK2)
    assert held(out) == {**WEEK1, ".nojekyll": "", "index.html": "edited just now"}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    out = tmp_path / "out"
    build(out, WEEK1)
    works = os.access
    with monkeypatch.context() as patch:  # root can write everywhere, whatever the mode is
        patch.setattr(
            os,
            "access",
            lambda path, mode: (
                works(path, mode) and (Path(path) != out / "book/part" or not mode & os.W_OK)
            ),
        )
        with pytest.raises(ValueError, match="book/part cannot be written"):
            build(out, WEEK2)
    assert held(out) == {**WEEK1, ".nojekyll": ""}


def test_the_folder_itself_is_never_moved(tmp_path, monkeypatch):
    out = tmp_path / "out"  # it may be a mount point, or the folder that a server serves
    out.mkdir()
    before = out.stat().st_ino
    build(out, WEEK1)
    build(out, WEEK2)
    assert out.stat().st_ino == before
    mark = json.loads((out / ".course-site.json").read_text())
    assert mark["edition"] == "learner" and set(mark["files"]) == {*WEEK2, ".nojekyll"}


def test_an_edition_that_there_is_not(book):
    from course.site import make_site

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
    assert (
        pages(named, "learner", book)["exercises/part/three"] == book / "exercises/part/three.ipynb"
    )


def test_a_site_from_two_chapters_of_the_book(tmp_path):
    """The real chapters, the later one first, without glossary and bibliography."""
    toc = tmp_path / "toc.yml"
    toc.write_text(
        "format: jb-book\nroot: book/index\nparts:\n- numbered: true\n  chapters:\n"
        "  - file: book/transposed/stamps\n  - file: book/matrices/convolution\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "instructor.site", toc, tmp_path / "out"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert Path(result.stdout.splitlines()[-1]).exists()
    assert "book/transposed/stamps refers to pages left out" in result.stderr
    page = soup(tmp_path / "out/book/transposed/stamps.html")
    assert page.article.h1.get_text().startswith("1. ")
    assert not [
        link
        for link in page.article.select("a.reference.internal")
        if not (tmp_path / "out/book/transposed" / link["href"].split("#")[0]).exists()
    ]
    assert leaks(tmp_path / "out") == []
