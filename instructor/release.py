"""Write learners' notebooks to a folder, ready to hand out, with a manifest.

    python -m instructor.release OUT [PART/CHAPTER ...]

OUT gets PART/CHAPTER.ipynb of the exercises that were named, or of all, and manifest.json, which
lists them with their tasks, minutes, points and checksums. There are no solutions in either.
"""

import argparse
import hashlib
import json
import sys
import tomllib
from pathlib import Path

from . import editions
from .feedback import write


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m instructor.release",
                                     description="Write learners' notebooks to a folder.")
    parser.add_argument("out", metavar="OUT", help="a folder; it is made if it is missing")
    parser.add_argument("chapters", metavar="PART/CHAPTER", nargs="*",
                        help="the exercises to release (all)")
    options = parser.parse_args(arguments)
    try:
        manifest = release(options.out, options.chapters)
    except (OSError, ValueError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    tasks = [task for one in manifest["notebooks"] for task in one["tasks"]]
    print(f"{len(manifest['notebooks'])} notebooks with {len(tasks)} tasks, "
          f"{sum(task['minutes'] for task in tasks)} minutes and "
          f"{sum(task['points'] for task in tasks)} points: {Path(options.out) / 'manifest.json'}")
    return 0


def release(out, chapters=(), root=editions.ROOT):
    """Write the notebooks and the manifest to the folder ``out``; returns the manifest, a dict.

    ValueError for a chapter without exercises, for a folder that already has notebooks of others,
    and for a learner's notebook that is not what its instructor's one gives.
    """
    root, out = Path(root), Path(out)
    sources = editions.sources(root)
    for name in chapters:
        if name not in sources:
            raise ValueError(f"chapter {name!r} has no exercises; use some of "
                             f"{', '.join(sources)}")
    if out.resolve().is_relative_to((root / editions.SOURCE).resolve()) or (
            out.resolve() == (root / editions.LEARNER).resolve()):
        raise ValueError(f"OUT={str(out)!r} holds what is released; name another folder")
    chosen = {name: sources[name] for name in dict.fromkeys(chapters or sources)}
    texts = {name: _text(path, root) for name, path in chosen.items()}
    for name, text in texts.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write(out / f"{name}.ipynb", text)
    with open(root / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    manifest = {"title": project["description"], "version": project["version"], "notebooks": [
        _entry(name, chosen[name], text) for name, text in texts.items()]}
    write(out / "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    return manifest


def _text(source, root):
    """The learner's notebook as it is stored, once it is certain that it has no solution."""
    path = editions.learner_path(source, root)
    if not path.is_file():
        raise ValueError(f"{path} is missing; run: make notebooks")
    made = editions.learners_edition(editions.read(source))
    stored = editions.read(path)
    if [(c.cell_type, c.source) for c in made.cells] != [
            (c.cell_type, c.source) for c in stored.cells]:
        raise ValueError(f"{path} is not what {source} gives; run: make notebooks")
    return path.read_text(encoding="utf-8")


def _entry(name, source, text):
    book = editions.read(source)
    title = next((line.removeprefix("# ") for line in book.cells[0].source.splitlines()
                  if line.startswith("# ")), name)
    return {"chapter": name, "file": f"{name}.ipynb", "title": title,
            "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
            "tasks": [{"name": task.name, "title": task.title, "minutes": task.minutes,
                       "points": task.points} for task in editions.tasks(book)]}


if __name__ == "__main__":
    sys.exit(main())
