"""Execute notebooks and write them back in the one form that git keeps.

    python -m course.notebooks [PATH ...]           bring outputs up to date, normalise in place
    python -m course.notebooks --force [PATH ...]   the same, but run every cell again
    python -m course.notebooks --check [PATH ...]   only say which are not in that form

Without paths: every notebook of the book and of the exercises; the learner's exercises are made
from the instructor's first. Running it twice changes nothing. A notebook that somebody saves in
the meantime stays as it was saved.
"""

import argparse
import copy
import sys
from pathlib import Path

import nbformat

from . import editions
from .dependencies import ROOT
from .execution import CacheError, cached, describe_images, refresh
from .files import rewrite
from .terminal import run_as_program

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
FOLDERS = ("book", "exercises", "instructor/source")
IGNORED = "nbval-ignore-output"
# What JupyterLab and nbclient write into cells and what changes without anyone's doing.
VOLATILE = {"execution", "collapsed", "scrolled", "jupyter", "trusted", "ExecuteTime", "editable"}


class Saved(Exception):
    """Somebody saved this notebook while it was executed."""


def all_notebooks(root=ROOT):
    """Every notebook of the repository, in sorted order; of the exercises, those of the course.

    A learner may keep notebooks of their own beside these.
    """
    course = {editions.learner_path(path, root) for path in editions.sources(root).values()}
    paths = (path for folder in FOLDERS for path in (root / folder).rglob("*.ipynb"))
    return sorted(
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
        and (path in course or not path.is_relative_to(root / editions.EXERCISES))
    )


def normalise(notebook):
    """A copy of `notebook` in the form that git keeps; code and outputs stay as they are.

    >>> notebook = nbformat.v4.new_notebook(metadata={"widgets": {}})
    >>> sorted(normalise(notebook).metadata)
    ['kernelspec', 'language_info']
    """
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    kept = {k: v for k, v in notebook.metadata.items() if k in ("mystnb", "myst", "orphan")}
    notebook.metadata = nbformat.from_dict(
        {**kept, "kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    )
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    ids = set()
    for number, cell in enumerate(notebook.cells, start=1):
        if not cell.get("id") or cell.id in ids:
            cell.id = f"cell-{number}"
        ids.add(cell.id)
        cell.source = cell.source.strip("\n")
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in cell.metadata.items() if k not in VOLATILE and v not in ([], {})}
        )
        if cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
    return describe_images(notebook)


def text_of(notebook):
    """The text of a notebook file in the form that git keeps."""
    return nbformat.writes(normalise(notebook), version=nbformat.NO_CONVERT) + "\n"


def comparable(notebook):
    """The text of a notebook without what may differ from run to run.

    That is what cells tagged ``nbval-ignore-output`` show: times, and networks trained on
    another processor.
    """
    notebook = normalise(notebook)
    for cell in notebook.cells:
        if IGNORED in cell.metadata.get("tags", []):
            cell.outputs = []
            cell.metadata.get("mystnb", {}).pop("image", None)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def problems(path):
    """What keeps a notebook file from being in the form that git keeps; [] when it is."""
    text = Path(path).read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    if notebook.nbformat != 4:
        return [f"its format is {notebook.nbformat}, not 4"]
    reasons = []
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        reasons.append(f"its execution counts are {counts}, not 1 to {len(counts)}")
    if not reasons and text != text_of(notebook):
        reasons.append("its text or metadata is not normalised")
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        reasons.append(f"it is not valid: {error.message}")
    return reasons


def write_back(path, root=ROOT):
    """Put the cached outputs into the notebook file; return whether the file changed.

    Outputs that may differ from run to run are no reason to change it. ``Saved`` where somebody
    saved the file since it ran.
    """
    before = path.read_bytes()
    stored = nbformat.reads(before.decode("utf-8"), as_version=4)
    try:
        fresh = cached(path, root=root)
    except KeyError:
        raise Saved(path) from None
    if comparable(stored) == comparable(fresh) and not problems(path):
        return False
    if not rewrite(path, text_of(fresh), before):
        raise Saved(path)
    return True


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing, run nothing")
    parser.add_argument("--force", action="store_true", help="run also what is up to date")
    options = parser.parse_args(arguments)
    if not options.paths and not options.check:
        try:
            changed = editions.write_learners()
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        for path in changed:
            print(f"made {path.relative_to(ROOT)} anew" if path.exists() else f"removed {path}")
    paths = [path.resolve() for path in options.paths] or all_notebooks()
    if options.check:
        lines = [f"{path}: {reason}" for path in paths for reason in problems(path)]
        for line in lines:
            print(f"{line}; run: make notebooks")
        return 1 if lines else 0
    saved = []
    for path in paths:  # an author's empty cells go before the run, so that counts stay 1 to n
        before = path.read_bytes()
        text = text_of(nbformat.reads(before.decode("utf-8"), as_version=4))
        if text.encode("utf-8") != before and not rewrite(path, text, before):
            saved.append(path)
    try:
        _, errors = refresh(paths, force=options.force)
    except CacheError as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        try:
            if path not in errors and write_back(path):
                print(f"updated {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
        except Saved:
            saved.append(path)
    for error in errors.values():
        print(f"\n{error}", file=sys.stderr)
    for path in dict.fromkeys(saved):
        print(
            f"{path} was saved while this ran, and stays as it was saved; run this again.",
            file=sys.stderr,
        )
    return 1 if errors or saved else 0


def command():
    """Run as a program."""
    run_as_program(main)


if __name__ == "__main__":
    command()
