"""Build the book: execute what changed, then let Jupyter Book make the pages.

    python -m course.build

Ends with the path of the book's first page; with exit status 1 when a cell fails or when Sphinx
has any warning. Pages whose sources and results are unchanged are left as they are; pages that
are damaged, or were not finished, are made anew.
"""

import hashlib
import json
import os
import shutil
import sys
import sysconfig
import time
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path

import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

from lib.files import write_whole

from .dependencies import ROOT, interpreter
from .execution import CacheError, one_run_at_a_time, refresh, results
from .terminal import run_as_program

ENGINE = Path(__file__).resolve().parent
# No page is made of these, at the top of the repository or anywhere in it.
NO_SOURCES = (
    "_build",
    ".git",
    ".venv",
    "__pycache__",
    ".ipynb_checkpoints",
    ".pytest_cache",
    ".hypothesis",
)


def main(root=ROOT):
    try:
        return _build(root, time.perf_counter())
    except CacheError as error:
        print(f"make book: {error}.", file=sys.stderr)
        return 1


def _build(root, start):
    with one_run_at_a_time(root / "_build", ".lock", "building"):
        before = read_state(root)
        whole = "made" in before and before["made"] == made(root)
        notebooks = book_notebooks(root)
        _, errors = refresh(notebooks, root=root)
        if errors:
            for error in errors.values():
                print(f"\n{error}", file=sys.stderr)
            print(f"\n{len(errors)} notebooks failed; no pages were made.", file=sys.stderr)
            return 1
        after = {
            "sources": sources_of(root),
            "engine": engine_of(root),
            "pages": pages_of(root),
            "results": results(notebooks, root),
        }
        if not whole or any(before.get(name) != after[name] for name in after):
            print("Making the pages", flush=True)
            forget_pages(before if whole else {}, after, root)
            remove_old_pages(before, after, root)
            state_file(root).unlink(missing_ok=True)
            if not make_pages(root):
                print("\nThe pages have warnings or errors (above).", file=sys.stderr)
                return 1
            after["made"] = made(root)
            write_whole(state_file(root), json.dumps(after))
    print(f"Finished in {time.perf_counter() - start:.0f} s. Open the book at:")
    print(root / "_build" / "html" / "index.html")
    return 0


def state_file(root):
    """Where it stands what the finished pages were made from."""
    return root / "_build" / ".pages.json"


def read_state(root):
    """What `state_file` holds, or {}: without it, all pages are made anew."""
    try:
        state = json.loads(state_file(root).read_bytes())
        return state if isinstance(state, dict) else {}
    except (OSError, ValueError):
        return {}


def made(root):
    """{file: hash} of what Sphinx wrote."""
    folders = [root / "_build" / name for name in ("html", ".doctrees")]
    return _hashes((file for folder in folders for file in sorted(folder.rglob("*"))), root)


def _hashes(files, root):
    return {
        file.relative_to(root).as_posix(): hashlib.sha1(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file()
    }


def sources_of(root):
    """One hash of all that pages are made of: files and what reads them; not the results.

    A file counts by its time and size. Folders behind links count as well.
    """
    digest = hashlib.sha1(repr([engine_of(root), os.environ.get("SOURCE_DATE_EPOCH")]).encode())
    seen = set()
    for folder, below, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        below[:] = sorted(name for name in below if not name.startswith(NO_SOURCES))
        if real in seen:
            below.clear()
            continue
        seen.add(real)
        for file in sorted(files):
            with suppress(OSError):  # a link that leads nowhere
                state = os.stat(os.path.join(folder, file))
                line = (os.path.join(folder, file), state.st_mtime_ns, state.st_size)
                digest.update(repr(line).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def engine_of(root):
    """One hash of what makes pages of sources: where it changes, all pages are read again."""
    digest = hashlib.sha1(repr(interpreter()).encode())
    digest.update(repr(sorted(os.listdir(sysconfig.get_path("purelib")))).encode())
    config = yaml.safe_load((root / "_config.yml").read_bytes()) or {}
    extensions = (config.get("sphinx") or {}).get("local_extensions") or {}
    folders = {root / "book" / "_templates", ENGINE, *(root / f for f in extensions.values() if f)}
    own = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    for path in [root / "_config.yml", root / "_toc.yml", *sorted(own)]:
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def pages_of(root):
    """{source: hash of its content} of each page that the table of contents names."""
    return _hashes(book_files(root), root)


def book_files(root=ROOT):
    """The files of the pages that the table of contents names, in its order."""
    names = (
        name.removesuffix(".md").removesuffix(".ipynb")
        for name in parse_toc_yaml(root / "_toc.yml")
    )
    files = (root / f"{name}{suffix}" for name in names for suffix in (".md", ".ipynb"))
    return [file for file in files if file.is_file()]


def book_notebooks(root=ROOT):
    """Those of them that are notebooks."""
    return [file for file in book_files(root) if file.suffix == ".ipynb"]


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
        forget_all_pages(root)
        return False
    return True


def forget_pages(before, after, root):
    """Make Sphinx read again what changed; all, where the engine did or there was no state.

    By itself it reads again what is newer than its last reading, and knows only that.
    """
    if before.get("engine") != after["engine"]:
        forget_all_pages(root)
    for kind in ("pages", "results"):
        for name, state in after[kind].items():
            if before.get(kind, {}).get(name) != state:
                page = Path(name).with_suffix(".doctree")
                (root / "_build" / ".doctrees" / page).unlink(missing_ok=True)


def forget_all_pages(root):
    """Make Sphinx read all pages again."""
    folder = root / "_build" / ".doctrees"
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        folder.unlink(missing_ok=True)


def remove_old_pages(before, after, root):
    """Remove pages that were made here, are as they were made, and have no source any more."""
    gone = before.get("pages", {}).keys() - after["pages"].keys()
    for name in sorted(gone):
        page = f"_build/html/{os.path.splitext(name)[0]}.html"
        with suppress(OSError):
            content = (root / page).read_bytes()
            if hashlib.sha1(content).hexdigest() == before.get("made", {}).get(page):
                (root / page).unlink()


def command():
    """Run as a program."""
    run_as_program(main)


if __name__ == "__main__":
    command()
