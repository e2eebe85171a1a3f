"""Build the book: execute what changed, then let Jupyter Book make the pages.

    python tools/build.py

Ends with the path of the book's first page; with exit status 1 when a cell fails or when Sphinx
has any warning.
"""

import shutil
import sys
import time
from contextlib import redirect_stdout
from io import StringIO

from dependencies import ROOT
from execution import refresh
from filelock import FileLock
from sphinx_external_toc.parsing import parse_toc_yaml


def main(root=ROOT):
    start = time.perf_counter()
    (root / "_build").mkdir(exist_ok=True)
    with FileLock(root / "_build" / ".lock"):  # one build at a time in one place
        executed, errors = refresh(book_notebooks(root), root=root)
        for path in executed:
            forget_page(path, root)
        if errors:
            for error in errors.values():
                print(f"\n{error}", file=sys.stderr)
            print(f"\n{len(errors)} notebooks failed; no pages were made.", file=sys.stderr)
            return 1
        print("Making the pages", flush=True)
        failed = not make_pages(root)
    if failed:
        print("\nThe pages have warnings or errors (above).", file=sys.stderr)
        return 1
    print(f"Finished in {time.perf_counter() - start:.0f} s. Open the book at:")
    print(root / "_build" / "html" / "index.html")
    return 0


def book_notebooks(root=ROOT):
    """The notebooks that the table of contents names, in its order."""
    site = parse_toc_yaml(root / "_toc.yml")
    files = (root / f"{name.removesuffix('.ipynb')}.ipynb" for name in site)
    return [file for file in files if file.exists()]


def make_pages(root):
    """Run Jupyter Book, as ``jupyter-book build`` does; return whether all went well."""
    from jupyter_book.cli.main import main as jupyter_book

    # -W --keep-going: every warning is shown, and any of them fails the build.
    # -n: a reference that leads nowhere is a warning.
    try:
        with redirect_stdout(StringIO()):
            arguments = ["build", str(root), "-W", "--keep-going", "-n", "-q"]
            jupyter_book(arguments, standalone_mode=False)
    except (RuntimeError, SystemExit):  # Jupyter Book's "see the warnings"; these are on stderr
        # Sphinx warns of a page only when it reads it: the next build has to read all of them.
        shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
        return False
    return True


def forget_page(path, root=ROOT):
    """Make Sphinx read a page again whose outputs changed while its notebook did not."""
    page = path.relative_to(root).with_suffix(".doctree")
    (root / "_build" / ".doctrees" / page).unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. What had finished is kept.")
