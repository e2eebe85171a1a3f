"""Build a course site from some of the chapters, in an order of your own.

    python -m instructor.site TOC OUT [--edition learner|instructor] [--title TITLE]

TOC is a table of contents in the form of the book's ``_toc.yml``; its pages are named from the
root of the repository. OUT is a new folder for the pages, or one that this command made before.

The learner's edition, which is the default, has the learners' notebooks of the exercises that
belong to its chapters. The instructor's has them with their solutions, and the Instructor's
guide. Both are made from the same files; the book's own pages in ``_build/html`` are not touched.
What refers to a chapter that is left out becomes text, and a warning names it.
"""

import argparse
import contextlib
import difflib
import html
import json
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import yaml
from filelock import FileLock
from sphinx_external_toc.api import FileItem, TocTree
from sphinx_external_toc.parsing import MalformedError, create_toc_dict, parse_toc_data

from .editions import BEGIN, END, ROOT, check_place, read, sources

sys.path += [str(ROOT / "tools"), str(ROOT / "book" / "_ext")]  # as make and Sphinx have them

import build
import chapters
from chapters import SUFFIXES, exercise_page, source, without_suffix
from execution import refresh

LEARNER, INSTRUCTOR = EDITIONS = ("learner", "instructor")
GUIDE, GUIDE_CAPTION = "book/instructor/", "Instructor's guide"
SOLUTIONS = "instructor/source/"
MARK = ".course-site.json"  # says that a folder is ours to replace
CACHE = Path("_build") / ".jupyter_cache"


def main(arguments=None):
    from tools.terminal import print_what_it_can_show

    print_what_it_can_show()
    parser = argparse.ArgumentParser(
        prog="python -m instructor.site", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("toc", type=Path, help="your table of contents")
    parser.add_argument("out", type=Path, help="the folder for the pages")
    parser.add_argument("--edition", default=LEARNER, help="learner (default) or instructor")
    parser.add_argument("--title", help="the title of the site; default: the book's")
    options = parser.parse_args(arguments)
    try:
        warnings = make_site(options.toc, options.out, edition=options.edition,
                             title=options.title)
    except (ValueError, RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print("Open the site at:")
    print(options.out.resolve() / "index.html")
    return 0


def make_site(toc, out, *, edition=LEARNER, title=None, root=ROOT):
    """Build the site; return one line for each page that refers to a page left out.

    toc: the table of contents, a file; out: the folder for the pages; edition: "learner" or
    "instructor"; title: of the site; root: the repository.
    ValueError for arguments that cannot be used; RuntimeError where a cell or a page fails.
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition={edition!r} is none; use {' or '.join(EDITIONS)}.")
    root, out = Path(root).resolve(), Path(out).absolute()
    site_map = complete(read_toc(toc, root), edition, root)
    check_out(out, root)
    start = time.perf_counter()
    (root / "_build").mkdir(exist_ok=True)
    # The cache of results is the book's: one build at a time.
    with FileLock(root / "_build" / ".lock"), tempfile.TemporaryDirectory() as folder:
        stage = Path(folder).resolve() / "site"
        files = pages(site_map, edition, root)
        notebooks = [file for file in files.values() if file.suffix == ".ipynb"]
        _, errors = refresh(notebooks, root=root)
        if errors:
            raise RuntimeError("\n\n".join(map(str, errors.values())) + "\n\nNo site was made.")
        prepare(stage, site_map, files, edition, title, root)
        print(f"Making {len(files)} pages", flush=True)
        with contextlib.chdir(stage):
            made = build.make_pages(stage)
        if not made:
            raise RuntimeError("The pages have warnings or errors (above). No site was made.")
        leaked = leaks(stage / "_build" / "html", root) if edition == LEARNER else []
        if leaked:
            raise RuntimeError("These files would hold solutions: " + ", ".join(
                file.name for file in leaked) + ". No site was made.")
        report = json.loads((stage / "_build" / "left-out.json").read_text(encoding="utf-8"))
        put(stage / "_build" / "html", out, {"edition": edition})
    print(f"Finished in {time.perf_counter() - start:.0f} s.")
    return [f"{page} refers to pages left out, now in plain text: "
            + ", ".join(f"{target} ({count})" for target, count in targets.items())
            for page, targets in report.items()]


# ---- The table of contents -------------------------------------------------------------------


def read_toc(path, root=ROOT):
    """The site map that a table of contents describes; ValueError, with a remedy, for others."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"TOC={path} cannot be read ({error}); name a file in the form of "
                         "_toc.yml.") from None
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"TOC={path} is no YAML: {' '.join(str(error).split())}; see _toc.yml "
                         "for the form.") from None
    if not isinstance(data, dict) or not data.get("root"):
        raise ValueError(f"TOC={path} names no root, the first page; begin with the lines "
                         "'format: jb-book' and 'root: book/index'.")
    named = list(_named(data))
    for page in named:
        _check_page(page, path, root)
    seen = set()
    for page in map(without_suffix, named):
        if page in seen:
            raise ValueError(f"TOC={path} names the page {page!r} twice; a page has one place.")
        seen.add(page)
    try:
        return parse_toc_data(data)
    except MalformedError as error:
        raise ValueError(f"TOC={path} is no table of contents: {error}; see _toc.yml for the "
                         "form.") from None


def _named(data, root=True):
    """The pages that a table of contents names, at every depth, as they are written."""
    if isinstance(data, list):
        for item in data:
            yield from _named(item, root=False)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "glob":
                raise ValueError(f"glob: {value!r} is not for course sites; name each page.")
            if key == "file" or (key == "root" and root):
                yield str(value)
            else:
                yield from _named(value, root=False)


def _check_page(page, toc, root):
    name = without_suffix(page)
    if name.startswith(SOLUTIONS):
        raise ValueError(f"TOC={toc} names {page!r}, which has the solutions; name "
                         f"{name.replace(SOLUTIONS, 'exercises/')!r} and choose the edition with "
                         "EDITION=instructor.")
    file = source(name, root)
    if file is not None and file.resolve().is_relative_to(root):
        return
    close = difflib.get_close_matches(name, all_pages(root), n=1, cutoff=0.5)
    remedy = f"did you mean {close[0]!r}?" if close else "pages are named from the root of the " \
        "repository, like book/index."
    raise ValueError(f"TOC={toc} names the page {page!r}, which there is not; {remedy}")


def all_pages(root=ROOT):
    """Every page that the book's folders hold."""
    found = (file for folder in ("book", "exercises") for file in (root / folder).rglob("*")
             if file.suffix in SUFFIXES and "_templates" not in file.parts)
    return sorted(without_suffix(file.relative_to(root).as_posix()) for file in found)


def complete(site_map, edition, root=ROOT):
    """Add what a table of contents need not name: exercises, and the guide for instructors."""
    named = {without_suffix(page): page for page in site_map}
    for page, key in named.items():
        exercises = exercise_page(page)
        if page.startswith("book/") and exercises not in named and source(exercises, root):
            site_map[key].subtrees.append(TocTree([FileItem(exercises)], titlesonly=True))
            site_map[exercises] = type(site_map.root)(exercises)
    guide = [page for page in _guide(root) if page not in named]
    if edition == INSTRUCTOR and guide:
        part = TocTree([FileItem(page) for page in guide], caption=GUIDE_CAPTION, titlesonly=True)
        site_map.root.subtrees.append(part)
        for page in guide:
            site_map[page] = type(site_map.root)(page)
    # The book's own form has names for two depths only; this form has the same ones for all.
    site_map.file_format = "default"
    return site_map


def _guide(root):
    """The pages of the Instructor's guide, in the book's order."""
    order = list(_named(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))))
    found = [page for page in all_pages(root) if page.startswith(GUIDE)]
    return sorted(found, key=lambda page: order.index(page) if page in order else len(order))


# ---- The pages -------------------------------------------------------------------------------


def pages(site_map, edition, root=ROOT):
    """{page: file}: exercises are the learner's notebooks, or those with solutions."""
    files = {}
    for page in map(without_suffix, site_map):
        file = source(page, root)
        solved = root / SOLUTIONS / Path(page).relative_to("exercises").with_suffix(".ipynb") \
            if page.startswith("exercises/") else None
        files[page] = solved if edition == INSTRUCTOR and solved and solved.exists() else file
    return files


def prepare(stage, site_map, files, edition, title, root=ROOT):
    """Lay out a small book with the pages of this site, and nothing of the others, in `stage`."""
    def other_pages(folder, names):
        return [name for name in names if Path(name).suffix in SUFFIXES
                or name in ("__pycache__", ".ipynb_checkpoints")]

    stage.mkdir()
    shutil.copytree(root / "book", stage / "book", ignore=other_pages)
    for page, file in files.items():
        target = stage / f"{page}{file.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
        if target.parent != stage and page.split("/")[0] not in ("book", "exercises"):
            shutil.copytree(file.parent, target.parent, ignore=other_pages, dirs_exist_ok=True)
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    own = config["title"] + (" · instructor’s edition" if edition == INSTRUCTOR else "")
    config["title"] = title or own
    config["execute"]["cache"] = str(root / CACHE)
    config["exclude_patterns"] = ["_build"]
    config["sphinx"].setdefault("local_extensions", {})["leftout"] = "book/_ext"
    config["sphinx"].setdefault("config", {}).update(
        whole_book=str(root), book_edition=edition)
    for name, data in (("_config.yml", config), ("_toc.yml", create_toc_dict(site_map))):
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (stage / name).write_text(text, encoding="utf-8")


def leaks(folder, root=ROOT):
    """The files in `folder` that hold a solution, in sorted order; [] for a learner's site.

    Looks for the markers around solutions and for each solution of more than a few words: a
    shorter one may stand in a chapter for its own sake.
    """
    solutions = [bare(part) for path in sources(root).values() for cell in read(path).cells
                 if BEGIN in cell.source
                 for part in [cell.source.split(BEGIN)[1].split(END)[0]] if len(bare(part)) > 60]
    found = []
    for file in sorted(Path(folder).rglob("*")):
        if not file.is_file() or file.suffix in (".png", ".woff", ".woff2", ".ttf"):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.suffix == ".html":
            text = html.unescape(re.sub(r"<[^>]+>", "", text))
        shown = bare(text)
        if BEGIN in text or any(part in shown for part in solutions):
            found.append(file)
    return found


def bare(text):
    """Letters, digits and operators of code: the same for a page and for a notebook's JSON."""
    return re.sub(r"\\n|[\s\"',\\]", "", text)


def check_out(out, root=ROOT):
    """ValueError unless the pages may go to the folder `out`."""
    check_place(out, MARK, root)
    there = out.resolve()
    if there.exists() and any(there.iterdir()) and not (there / MARK).exists():
        raise ValueError(f"OUT={out} is not empty and was not made by this command; name a new "
                         "folder.")
    try:  # now, and not when everything is built
        there.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(dir=there.parent, prefix=".site-").cleanup()
    except OSError as error:
        raise ValueError(f"OUT={out} cannot be written ({error.strerror}); name a folder that "
                         "can.") from error


def put(pages, out, about):
    """Move the finished pages to `out`, in one step: never a half of the old and the new."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as folder:
        new = Path(folder) / "new"
        shutil.copytree(pages, new)
        (new / ".nojekyll").touch()  # GitHub Pages would drop _static
        (new / MARK).write_text(json.dumps(about), encoding="utf-8")
        if out.exists():
            out.rename(Path(folder) / "old")
        new.rename(out)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. No site was made; what was executed is kept.")
