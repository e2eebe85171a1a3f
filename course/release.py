"""Write learners' notebooks to a folder, ready to hand out, with a manifest.

    python -m instructor.release OUT [PART/CHAPTER ...] [--site URL]

OUT gets PART/CHAPTER.ipynb of the exercises that were named, or of all, and manifest.json, which
lists them with their tasks, minutes, points and checksums. There are no solutions in either. What
was changed since, the manifest included, is never replaced.
Links to chapters lead to the site that was named, or become plain text.
"""

import argparse
import json
import os
import re
import sys
import tomllib
from pathlib import Path

from lib.files import write_whole

from . import editions
from .files import checksum, refuse_unsafe_output, sha256
from .terminal import run_as_program

CHAPTER = re.compile(r"\[([^][\n]+)\]\((?:\.\./)+(book/[\w/-]+)\.ipynb(#[^)\s]*)?\)")


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m instructor.release", description="Write learners' notebooks to a folder."
    )
    parser.add_argument("out", metavar="OUT", help="a folder; it is made if it is missing")
    parser.add_argument(
        "chapters", metavar="PART/CHAPTER", nargs="*", help="the exercises to release (all)"
    )
    parser.add_argument(
        "--site",
        metavar="URL",
        default="",
        help="the address of the book or course site, for links to chapters",
    )
    options = parser.parse_args(arguments)
    try:
        manifest = release(options.out, options.chapters, options.site)
    except (OSError, ValueError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    tasks = [task for one in manifest["notebooks"] for task in one["tasks"]]
    minutes, points = (sum(task[name] for task in tasks) for name in ("minutes", "points"))
    print(
        f"{len(manifest['notebooks'])} notebooks with {len(tasks)} tasks, {minutes} minutes and "
        f"{points} points: {Path(os.path.expanduser(options.out)) / 'manifest.json'}"
    )
    return 0


def release(out, chapters=(), site="", root=editions.ROOT):
    """Write the notebooks and the manifest to the folder ``out``; returns the manifest, a dict.

    Where ``out`` has a release already, this one is added to it. ValueError for a chapter
    without exercises, for a folder that already has notebooks of others, and for a learner's
    notebook that is not what its instructor's one gives.
    """
    root, out = Path(root), Path(os.path.expanduser(out))
    sources = editions.sources(root)
    for name in chapters:
        if name not in sources:
            raise ValueError(f"chapter {name!r} has no exercises; use some of {', '.join(sources)}")
    if site and not re.match(r"https?://[^\s()]+$", site):
        raise ValueError(
            f"--site {site!r} is not an address; use one such as https://me.example/course"
        )
    refuse_unsafe_output(out, "manifest.json", root)
    chosen = {name: sources[name] for name in dict.fromkeys(chapters or sources)}
    texts = {name: _linked(_text(path, root), site) for name, path in chosen.items()}
    entries = _released(out)
    for name, text in texts.items():
        path, known = out / f"{name}.ipynb", entries.get(name, {}).get("sha256")
        if os.path.lexists(path) and checksum(path) not in (known, sha256(text)):
            raise ValueError(
                f"{path} is not as this command wrote it; name a new folder, or move that file away"
            )
    for name, text in texts.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(out / f"{name}.ipynb", text)
    with open(root / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    entries |= {name: _entry(name, chosen[name], text) for name, text in texts.items()}
    manifest = {
        "title": project["description"],
        "version": project["version"],
        "notebooks": [entries[name] for name in sources if name in entries],
    }
    manifest["sha256"] = sha256(_manifest_text(manifest))
    write_whole(out / "manifest.json", _manifest_text(manifest))
    return manifest


def _manifest_text(manifest):
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def _released(out):
    """{"PART/CHAPTER": entry} of the manifest that a folder has, without files that are gone."""
    path = out / "manifest.json"
    if not os.path.lexists(path):
        return {}
    try:
        manifest = json.loads(path.read_text("utf-8"))
        rest = {key: value for key, value in manifest.items() if key != "sha256"}
        whole = {**rest, "sha256": sha256(_manifest_text(rest))}
        if checksum(path) != sha256(_manifest_text(whole)):
            raise ValueError("it was changed")
        entries = {one["chapter"]: one for one in manifest["notebooks"]}
        return {name: one for name, one in entries.items() if (out / one["file"]).is_file()}
    except (AttributeError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a manifest that this command wrote, or was changed since; "
            "name a new folder"
        ) from error


def _linked(text, site):
    """A notebook's text, its links to chapters made ones to a site, or plain text."""
    if not site:
        return CHAPTER.sub(r"\1", text)
    return CHAPTER.sub(rf"[\1]({site.rstrip('/')}/\2.html\3)", text)


def _text(source, root):
    """The learner's notebook as it is stored, once it is certain that it has no solution."""
    path = editions.learner_path(source, root)
    if not path.is_file():
        raise ValueError(f"{path} is missing; run: make notebooks")
    made = editions.learners_edition(editions.read(source))
    stored = editions.read(path)
    if [(c.cell_type, c.source) for c in made.cells] != [
        (c.cell_type, c.source) for c in stored.cells
    ]:
        raise ValueError(f"{path} is not what {source} gives; run: make notebooks")
    return path.read_text(encoding="utf-8")


def _entry(name, source, text):
    book = editions.read(source)
    return {
        "chapter": name,
        "file": f"{name}.ipynb",
        "title": editions.title(book, name),
        "sha256": sha256(text),
        "tasks": [
            {"name": task.name, "title": task.title, "minutes": task.minutes, "points": task.points}
            for task in editions.tasks(book)
        ],
    }


def command():
    """Run as a program."""
    run_as_program(main)


if __name__ == "__main__":
    command()
