"""The build on a small book: what runs again, what is made again, what fails."""

import os
import subprocess
import sys

from dependencies import ROOT

from .conftest import write

CODE = """
import pathlib, sys
sys.path.insert(0, "TOOLS")
import build
sys.exit(build.main(pathlib.Path(".").resolve()))
"""


def build(repository):
    """Build in a process of its own, as make does: Sphinx keeps much state in one."""
    return subprocess.run(
        [sys.executable, "-c", CODE.replace("TOOLS", str(ROOT / "tools"))],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
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
