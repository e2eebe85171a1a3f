"""How long the book takes to execute and build, beside plain one-after-another execution.

    python -m benchmarks.build

Works in a temporary copy, so nothing of the repository changes. All in one run, on the same
notebooks: those of the book, repeated until there are at least eight.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from course.build import book_notebooks
from course.dependencies import ROOT
from course.execution import cores, refresh
from course.kernels import KERNEL_ENVIRONMENT

AT_LEAST = 8
GOAL = 0.65  # of the time of plain execution, for a cold execution on two cores


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of_repository(Path(folder).resolve() / "book")
        os.environ.update(KERNEL_ENVIRONMENT, PYTHONPATH=str(root))
        paths = book_notebooks(root)
        print(f"{len(paths)} notebooks on {cores()} cores")

        plain = timed(lambda: execute_plainly(paths))
        print(f"plain, one after another       {plain:7.1f} s   1.00")

        def report(what, seconds, note=""):
            print(f"{what:30} {seconds:7.1f} s  {seconds / plain:5.2f}{note}")

        cold = timed(lambda: refresh(paths, root=root, report=lambda line: None))
        report("cold execution", cold, f"   (goal: at most {GOAL} on two cores)")
        report("  and making all pages", cold + timed(lambda: build(root)))
        report("unchanged rebuild", timed(lambda: build(root)))
        edit_one_cell(paths[0])
        report("rebuild after one edited cell", timed(lambda: build(root)))


def copy_of_repository(root):
    ignore = shutil.ignore_patterns(".venv", "_build", ".git", "__pycache__", ".ipynb_checkpoints")
    shutil.copytree(ROOT, root, ignore=ignore)
    originals = book_notebooks(root)
    if not originals:
        sys.exit("The book has no notebooks yet: nothing to measure.")
    toc = (root / "_toc.yml").read_text(encoding="utf-8")
    for number in range(max(0, AT_LEAST - len(originals))):
        original = originals[number % len(originals)]
        again = original.with_name(f"{original.stem}-again-{number}.ipynb")
        notebook = nbformat.read(original, as_version=4)
        for cell in notebook.cells:  # a copy must not look the same to the cache, nor to Sphinx
            if cell.cell_type == "code":
                cell.source += f"\n# copy {number}"
                cell.metadata.get("mystnb", {}).pop("figure", None)
        notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(f"# Copy {number}"))
        nbformat.write(notebook, again)
        line = next(
            line
            for line in toc.splitlines()
            if line.strip().startswith("- file:") and original.stem in line
        )
        name = again.relative_to(root).with_suffix("").as_posix()
        indent = line[: line.index("-")]
        toc = toc.replace(line, f"{line}\n{indent}- file: {name}", 1)
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    return root


def execute_plainly(paths):
    """What anyone would do without this project's tools: nbclient, one notebook at a time."""
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        resources = {"metadata": {"path": str(path.parent)}}
        quiet = ["--log-level=ERROR"]
        NotebookClient(notebook, resources=resources, extra_arguments=quiet).execute()


def edit_one_cell(path):
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.source += "\n# edited"
    nbformat.write(notebook, path)


def build(root):
    """A whole ``make book``, less the look at the environment."""
    command = [sys.executable, "-m", "course.build"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stdout + result.stderr)


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
