"""Build a course site from some of the chapters, in an order of your own.

    python -m instructor.site TOC OUT [--edition learner|instructor] [--title TITLE]

TOC is a table of contents in the form of the book's ``_toc.yml``; its pages are named from the
root of the repository. OUT is the folder for the pages. Built again into it, the site replaces and
removes its own files that are unchanged since; all others stay, and none is overwritten.

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
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path, PurePosixPath

import yaml
from filelock import FileLock
from sphinx_external_toc.api import FileItem, TocTree
from sphinx_external_toc.parsing import MalformedError, create_toc_dict, parse_toc_data

from lib.files import write_whole

from . import build
from .editions import BEGIN, BOOK, END, EXERCISES, ROOT, SOLUTIONS, exercise_page, read, sources
from .execution import refresh
from .files import checksum, refuse_unsafe_output
from .sphinx.chapters import SUFFIXES, all_pages, source, without_suffix
from .terminal import run_as_program

LEARNER, INSTRUCTOR = EDITIONS = ("learner", "instructor")
GUIDE, GUIDE_CAPTION = "book/instructor/", "Instructor's guide"
MARK = ".course-site.json"  # lists the site's files in a folder, with their checksums
PART = re.compile(r"\.course-site-[0-9a-f]{16}")  # where the new files wait
CACHE = Path("_build") / ".jupyter_cache"


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m instructor.site",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("toc", type=Path, help="your table of contents")
    parser.add_argument("out", type=Path, help="the folder for the pages")
    parser.add_argument("--edition", default=LEARNER, help="learner (default) or instructor")
    parser.add_argument("--title", help="the title of the site; default: the book's")
    options = parser.parse_args(arguments)
    try:
        warnings = make_site(options.toc, options.out, edition=options.edition, title=options.title)
    except (ValueError, RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print("Open the site at:")
    print(Path(os.path.expanduser(options.out)).resolve() / "index.html")
    return 0


def make_site(toc, out, *, edition=LEARNER, title=None, root=ROOT):
    """Build the site; return one line for each page that refers to a page left out.

    toc: the table of contents, a file; out: the folder for the pages; edition: "learner" or
    "instructor"; title: of the site; root: the repository.
    ValueError for arguments that cannot be used; RuntimeError where a cell or a page fails.
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition={edition!r} is not an edition; use {' or '.join(EDITIONS)}.")
    root, out = Path(root).resolve(), Path(os.path.expanduser(out)).absolute()
    site_map = complete(read_toc(toc, root), edition, root)
    check_out(out, root, [f"{without_suffix(page)}.html" for page in site_map])
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
            if not build.make_pages(stage):
                raise RuntimeError("The pages have warnings or errors (above). No site was made.")
        leaked = leaks(stage / "_build" / "html", root) if edition == LEARNER else []
        if leaked:
            raise RuntimeError(
                "These files would hold solutions: "
                + ", ".join(file.name for file in leaked)
                + ". No site was made."
            )
        report = json.loads((stage / "_build" / "left-out.json").read_text(encoding="utf-8"))
        kept = put(stage / "_build" / "html", out, {"edition": edition})
    print(f"Finished in {time.perf_counter() - start:.0f} s.")
    return [
        f"{out / name} is no longer a page of the site, but was changed, so it stays"
        for name in kept
    ] + [
        f"{page} refers to pages left out, now in plain text: "
        + ", ".join(f"{target} ({count})" for target, count in targets.items())
        for page, targets in report.items()
    ]


# ---- The table of contents -------------------------------------------------------------------


def read_toc(path, root=ROOT):
    """The site map that a table of contents describes; ValueError, with a remedy, for others."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"TOC={path} cannot be read ({error}); name a file in the form of _toc.yml."
        ) from None
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(
            f"TOC={path} is not YAML: {' '.join(str(error).split())}; see _toc.yml for the form."
        ) from None
    if not isinstance(data, dict) or not data.get("root"):
        raise ValueError(
            f"TOC={path} names no root, the first page; begin with the lines "
            "'format: jb-book' and 'root: book/index'."
        )
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
        raise ValueError(
            f"TOC={path} is not a table of contents: {error}; see _toc.yml for the form."
        ) from None


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
        raise ValueError(
            f"TOC={toc} names {page!r}, which has the solutions; name "
            f"{name.replace(SOLUTIONS, EXERCISES)!r} and choose the edition with "
            "EDITION=instructor."
        )
    file = source(name, root)
    if file is not None and file.resolve().is_relative_to(root):
        return
    close = difflib.get_close_matches(name, list(all_pages(root)), n=1, cutoff=0.5)
    remedy = (
        f"did you mean {close[0]!r}?"
        if close
        else "pages are named from the root of the repository, like book/index."
    )
    raise ValueError(f"TOC={toc}: there is no page {page!r}; {remedy}")


def complete(site_map, edition, root=ROOT):
    """Add what a table of contents need not name: exercises, and the guide for instructors."""
    named = {without_suffix(page): page for page in site_map}
    for page, key in named.items():
        exercises = exercise_page(page)
        if page.startswith(BOOK) and exercises not in named and source(exercises, root):
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
    guide = [page for page in all_pages(root) if page.startswith(GUIDE)]
    return sorted(guide, key=lambda page: order.index(page) if page in order else len(order))


# ---- The pages -------------------------------------------------------------------------------


def pages(site_map, edition, root=ROOT):
    """{page: file}: exercises are the learner's notebooks, or those with solutions."""
    solved = {EXERCISES + name: path for name, path in sources(root).items()}
    solved = solved if edition == INSTRUCTOR else {}
    return {page: solved.get(page) or source(page, root) for page in map(without_suffix, site_map)}


def prepare(stage, site_map, files, edition, title, root=ROOT):
    """Lay out a small book with the pages of this site, and nothing of the others, in `stage`."""

    def other_pages(folder, names):
        return [
            name
            for name in names
            if Path(name).suffix in SUFFIXES or name in ("__pycache__", ".ipynb_checkpoints")
        ]

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
    config["sphinx"]["extra_extensions"].append("course.sphinx.omitted_pages")
    config["sphinx"].setdefault("config", {}).update(whole_book=str(root), book_edition=edition)
    for name, data in (("_config.yml", config), ("_toc.yml", create_toc_dict(site_map))):
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (stage / name).write_text(text, encoding="utf-8")


def leaks(folder, root=ROOT):
    """The files in `folder` that hold a solution, in sorted order; [] for a learner's site.

    Looks for the markers around solutions and for each solution of more than a few words: a
    shorter one may stand in a chapter for its own sake.
    """
    solutions = [
        bare(part)
        for path in sources(root).values()
        for cell in read(path).cells
        if BEGIN in cell.source
        for part in [cell.source.split(BEGIN)[1].split(END)[0]]
        if len(bare(part)) > 60
    ]
    leaking = []
    for file in sorted(Path(folder).rglob("*")):
        if not file.is_file() or file.suffix in (".png", ".woff", ".woff2", ".ttf"):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.suffix == ".html":
            text = html.unescape(re.sub(r"<[^>]+>", "", text))
        shown = bare(text)
        if BEGIN in text or any(part in shown for part in solutions):
            leaking.append(file)
    return leaking


def bare(text):
    """Letters, digits and operators of code: the same for a page and for a notebook's JSON."""
    return re.sub(r"\\n|[\s\"',\\]", "", text)


# ---- The folder of the site ------------------------------------------------------------------


def check_out(out, root=ROOT, names=()):
    """ValueError unless the pages may go to the folder `out`.

    names: the pages, as far as they are known before they are made.
    """
    refuse_unsafe_output(out, MARK, root)
    folder = out.resolve()
    old, _, _ = _marked(folder)
    _refuse_taken(folder, dict.fromkeys(["index.html", *names], ""), old)
    folder = folder if folder.exists() else folder.parent
    try:  # now, and not when everything is built
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(dir=folder, prefix=".course-site-").cleanup()
    except OSError as error:
        raise ValueError(
            f"OUT={out} cannot be written ({error.strerror}); name a folder that can."
        ) from error


def put(pages, out, about):
    """Put the finished pages into the folder `out`; return the names of old ones that stay.

    Files that an earlier call wrote are replaced, and removed if there is no such page any more,
    unless somebody changed them. All others stay; where one is in the way of a page, ValueError,
    and nothing is written. The pages are copied first and then moved, one by one, so that a full
    disk leaves the old site. A call that was killed is completed by the next.
    """
    pages, out = Path(pages), out.resolve()
    old, folders, part = _marked(out)
    new = {
        file.relative_to(pages).as_posix(): checksum(file)
        for file in sorted(pages.rglob("*"))
        if file.is_file()
    }
    new.pop(".nojekyll", None)
    if ".nojekyll" in old or not os.path.lexists(out / ".nojekyll"):
        (pages / ".nojekyll").touch()  # GitHub Pages would drop _static
        new[".nojekyll"] = checksum(pages / ".nojekyll")
    _refuse_taken(out, new, old)
    out.mkdir(parents=True, exist_ok=True)
    present = {
        name: checksum(out / name) if _in_folders(out, name) else "" for name in {*old, *new}
    }
    changed = [name for name in new if present[name] != new[name] or name not in old]
    gone = [name for name in old if name not in new and present[name] in old[name].split()]
    parents = {parent.as_posix() for name in new for parent in PurePosixPath(name).parents} - {"."}
    folders = sorted({*folders, *(name for name in parents if not (out / name).exists())})
    if part:
        shutil.rmtree(out / part, ignore_errors=True)
    part = f".course-site-{secrets.token_hex(8)}"

    def note(files, **more):
        text = json.dumps({**about, "files": files, "folders": folders, **more}, indent=0)
        write_whole(out / MARK, text)

    # Old and new, so that each file is known again wherever this is interrupted.
    note(
        {
            name: " ".join(
                dict.fromkeys(
                    [
                        *(old.get(name, "").split() if present[name] else []),
                        *new.get(name, "").split(),
                    ]
                )
            )
            for name in sorted({*gone, *new})
        },
        part=part,
    )
    try:
        (out / part).mkdir()
        for number, name in enumerate(changed):
            shutil.copyfile(pages / name, out / part / str(number))
        _refuse_taken(out, new, old)  # again: copying takes a while
        for name in gone:
            (out / name).unlink(missing_ok=True)
        for number, name in enumerate(changed):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(out / part / str(number), out / name)
        for name in sorted(set(folders) - parents, reverse=True):  # the deepest first
            with contextlib.suppress(OSError):  # it holds files of others
                (out / name).rmdir()
        folders = [name for name in folders if name in parents]
        (out / part).rmdir()  # all of it is moved
        note(new)
    finally:
        shutil.rmtree(out / part, ignore_errors=True)
    return sorted(
        name for name in old if name not in new and name not in gone and os.path.lexists(out / name)
    )


def _marked(out):
    """What the mark in a folder says: {file: checksums}, the folders made, the unfinished part."""
    path = out / MARK
    if not os.path.lexists(path):
        return {}, [], None
    try:
        if not checksum(path):
            raise ValueError("no file")
        mark = json.loads(path.read_text(encoding="utf-8"))
        files, folders, part = mark["files"], mark["folders"], mark.get("part")
        inside = all(
            isinstance(name, str)
            and not PurePosixPath(name).is_absolute()
            and ".." not in PurePosixPath(name).parts
            for name in [*files, *folders]
        )
        if (
            not inside
            or not all(isinstance(sums, str) for sums in files.values())
            or not (part is None or PART.fullmatch(part))
        ):
            raise ValueError("other names")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(
            f"{path} does not say which files are the site's: an earlier version of this command "
            "wrote it, or it was changed. Nothing was replaced; name a new folder, or move the old "
            "site away."
        ) from None
    return files, folders, part


def _in_folders(out, name):
    """Whether a name in `out` leads through folders only, and through no link to elsewhere."""
    parents = [out / parent for parent in PurePosixPath(name).parents][:-1]
    return all(
        not os.path.lexists(path) or path.is_dir() and not path.is_symlink() for path in parents
    )


def _refuse_taken(out, new, old):
    """ValueError where files that are not `old` ones, unchanged, are in the way of `new` ones."""
    known, taken, closed = {}, [], set()
    for name, sums in old.items():  # there are disks for which A.html is a.html
        known.setdefault(name.casefold(), set()).update(sums.split())
    for name, own in new.items():
        path = out / name
        if not _in_folders(out, name):
            taken.append(name)
        elif os.path.lexists(path):
            present = checksum(path)
            if not present or present not in {own, *known.get(name.casefold(), ())}:
                taken.append(name)
        if path.parent.is_dir() and not os.access(path.parent, os.W_OK | os.X_OK):
            closed.add(path.parent)
    if taken:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        raise ValueError(
            f"OUT={out}: {', '.join(taken[:3])}{more} would be overwritten, which "
            "this command did not write, or somebody changed since. Nothing was "
            "replaced; move what is there away, or name another folder."
        )
    if closed:
        raise ValueError(
            f"OUT={out}: the folder {min(closed)} cannot be written. Nothing was "
            "replaced; make it writable, or name another folder."
        )


def command():
    """Run as a program."""
    run_as_program(main, "What was executed is kept; the same command goes on from here.")


if __name__ == "__main__":
    command()
