"""The build on a small book: what runs again, what is made again, what fails."""

import os
import re
import subprocess
import sys

from .conftest import write

CODE = """
import pathlib
from course import build, terminal
terminal.run_as_program(lambda: build.main(pathlib.Path(".").resolve()))
"""


def build(repository, **variables):
    """Build in a process of its own, as make does: Sphinx keeps much state in one.

    The engine's lib is the installed one; the kernels' is the repository's.
    """
    return subprocess.run(
        [sys.executable, "-P", "-c", CODE],
        cwd=repository,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def test_the_build_knows_lib_and_fails_where_a_cell_fails(repository):
    write(repository / "book/one.ipynb", "from lib.ops import double\ndouble(4)")
    page = repository / "_build/html/book/one.html"

    first = build(repository)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.splitlines()[-1] == str(repository / "_build/html/index.html")
    assert ">8\n" in page.read_text()

    (repository / "lib/ops/core.py").write_text("def double(x):\n    return x + x + 0.5\n")
    second = build(repository)
    assert "Executing 1 of 2 notebooks" in second.stdout
    assert ">8.5\n" in page.read_text(), "the page is made again though its notebook is the same"

    (repository / "lib/ops/core.py").write_text("def double(x):\n    return x / 0\n")
    third = build(repository)
    assert third.returncode == 1
    assert "book/one.ipynb: code cell 1" in third.stderr and "ZeroDivisionError" in third.stderr

    (repository / "lib/ops/core.py").write_text("def double(x):\n    return 2 * x\n")
    (repository / "book/index.md").write_text("# Small\n\n[nowhere](nowhere.md)\n")
    for _ in range(2):  # Sphinx itself would warn once, and find nothing to do the next time
        warned = build(repository)
        assert warned.returncode == 1, "a warning fails the build"
        assert "nowhere" in warned.stderr and "index.html" not in warned.stdout
        assert warned.stderr.splitlines()[-1] == "The pages have warnings or errors (above)."


def test_pages_are_left_when_nothing_changed_and_made_anew_when_damaged(repository):
    pages, doctrees = repository / "_build/html/book", repository / "_build/.doctrees"
    assert build(repository).returncode == 0
    whole = without_versions(pages / "two.html")
    unchanged = build(repository)
    assert "Making the pages" not in unchanged.stdout and unchanged.returncode == 0
    (repository / "_build/html/CNAME").write_text("mine")

    def cut(file):
        file.write_bytes(file.read_bytes()[:300])

    for damage in (
        lambda: cut(pages / "two.html"),
        lambda: cut(doctrees / "book/two.doctree"),
        lambda: [cut(doctrees / "environment.pickle"), (pages / "two.html").unlink()],
        lambda: (repository / "_build/.pages.json").write_text("{"),
    ):
        damage()
        mended = build(repository)
        assert mended.returncode == 0, mended.stderr
        assert "Making the pages" in mended.stdout
        assert without_versions(pages / "two.html") == whole
    assert (repository / "_build/html/CNAME").read_text() == "mine"
    assert "Making the pages" not in build(repository).stdout

    (repository / "book/index.md").write_text("# Another\n")
    assert build(repository).returncode == 0
    assert "Another" in (pages / "index.html").read_text()


def without_versions(page):
    """The text of a page; Sphinx adds a checksum to the name of a style sheet once it is there."""
    return re.sub(r"\?v=\w+", "", page.read_text())


def test_places_and_terminals_that_are_not_ascii(repository):
    place = repository.rename(repository.with_name("Vögel und 李"))
    built = build(place, PYTHONIOENCODING="ascii")
    assert built.returncode == 0, built.stderr
    assert "V\\xf6gel und \\u674e" in built.stdout.splitlines()[-1]


def test_a_folder_that_cannot_be_written_is_one_line(repository):
    (repository / "_build").write_text("in the way")
    built = build(repository)
    assert built.returncode == 1
    assert built.stderr.splitlines() == [
        f"make book: {repository / '_build'} cannot be written: File exists."
    ]


def test_pages_follow_their_sources_and_what_makes_them(repository):
    index, extension = repository / "book/index.md", repository / "book/_ext/odd.py"
    extension.parent.mkdir()
    extension.write_text("def setup(app):\n    pass\n")
    with open(repository / "_config.yml", "a") as config:
        config.write("sphinx: {local_extensions: {odd: book/_ext}}\n")
    assert build(repository).returncode == 0

    before = index.stat().st_mtime_ns - 10**12
    index.write_text("# Restored\n")
    os.utime(index, ns=(before, before))  # as from a backup: older than its page
    assert build(repository).returncode == 0
    assert "Restored" in (repository / "_build/html/book/index.html").read_text()

    toc = repository / "_toc.yml"
    toc.write_text(toc.read_text().replace("- file: book/two\n", ""))
    assert build(repository).returncode == 0
    assert not (repository / "_build/html/book/two.html").exists()

    extension.write_text("def setup(app):\n    app.connect('doctree-read', lambda *_: 1 / 0)\n")
    assert build(repository).returncode == 1


def test_a_changed_style_sheet_is_seen(repository):
    style = repository / "book/_static/mine.css"
    style.parent.mkdir()
    style.write_text("p { color: black; }")
    with open(repository / "_config.yml", "a") as config:
        config.write(
            "sphinx: {extra_extensions: [course.sphinx.offline], "
            "config: {html_static_path: [book/_static], html_css_files: [mine.css]}}\n"
        )
    assert build(repository).returncode == 0
    style.write_text("p { color: green; }")
    assert build(repository).returncode == 0
    assert "green" in (repository / "_build/html/_static/mine.css").read_text()
