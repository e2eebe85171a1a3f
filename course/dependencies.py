"""What a notebook's results depend on, and one short fingerprint of it all.

The execution cache of Jupyter Book compares code cells only: after an edit in ``lib/`` it
would still show old results. A fingerprint also covers the packages of this repository that the
notebook imports, directly or through others, the pinned packages as they are installed, the
interpreter, and the settings of its kernel.
"""

import ast
import hashlib
import json
import os
import platform
import re
import sys
import sysconfig
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ("requirements.txt", "constraints.txt")


def fingerprint(notebook, path, root=ROOT, settings=None):
    """Hash everything that can change the outputs of `notebook`.

    notebook: the notebook as nbformat reads it; path: where it lies; root: the repository;
    settings: {name: value} of what else the kernel gets. cells, outputs and metadata other than
    tags do not count.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> one, other = (new_notebook(cells=[new_code_cell(f"x = {x}")]) for x in (1, 2))
    >>> fingerprint(one, ROOT / "a.ipynb") == fingerprint(other, ROOT / "a.ipynb")
    False
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in cells]
    pins = tuple(root / name for name in PINS if (root / name).exists())
    surroundings = [interpreter(), installed(pins), settings or {}]
    digest = hashlib.sha256(json.dumps(surroundings, sort_keys=True).encode())
    for cell in cells:  # a tag can say that a cell is skipped or has to fail
        code = f"{sorted(cell.metadata.get('tags', []))}{cell.source}"
        digest.update(hashlib.sha256(code.encode()).digest())
    for file in [*pins, *dependencies(sources, Path(path).parent, root)]:
        digest.update(f"{_relative(file, root)}\0".encode())
        digest.update(_file_hash(file, *_state(file)))
    return digest.hexdigest()


def interpreter():
    """What runs the code, and on what kind of machine."""
    return [sys.implementation.name, sys.version, sys.platform, platform.machine()]


def installed(pins):
    """The folders in which this environment records its pinned packages, versions included.

    pins: the files that pin them. The names of the folders are all that is read.
    """
    places = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    states = tuple((place, *_state(place)) for place in places if os.path.isdir(place))
    return _installed(tuple((file, *_state(file)) for file in pins), states)


@lru_cache(maxsize=8)
def _installed(pins, places):
    text = "\n".join(Path(file).read_text(encoding="utf-8") for file, *_ in pins)
    names = {_plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    folders = sorted({folder for place, *_ in places for folder in os.listdir(place)})
    return [f for f in folders if f.endswith(".dist-info") and _plain(f.split("-")[0]) in names]


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _state(file):
    """What changes when a file, or the list of files in a folder, does."""
    state = os.stat(file)
    return state.st_mtime_ns, state.st_size


def dependencies(sources, folder, root=ROOT):
    """The files of the repository that code cells import, transitively, in sorted order.

    sources: the code of the cells; folder: where the notebook runs. A package counts as a whole,
    with its data files and the ``__init__.py`` of every package around it.
    """
    files, seen = set(), set()
    queue = [name for source in sources for name in imported_names(as_python(source))]
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        for package, path in _modules(name, (Path(folder), Path(root))):
            for file in _files_of(path) if path.is_dir() else [path]:
                if file not in files and file.suffix == ".py":
                    queue += _imports_of(file, package, *_state(file))
                files.add(file)
    return sorted(files)


def as_python(source):
    """The code of a cell with IPython's magics written as the Python they stand for."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


@lru_cache(maxsize=None)
def _imports_of(file, package, _mtime, _size):
    return imported_names(file.read_text(encoding="utf-8"), package)


def imported_names(source, package=None):
    """Dotted names that `source` may import, wherever in it the import stands.

    package: the one that a relative import starts from.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the kernel will say so, at the right cell
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), package)
            # `from a import b` may import the module a.b; if b is a function, no file is found
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call) and node.args:
            function = getattr(node.func, "attr", getattr(node.func, "id", None))
            name = getattr(node.args[0], "value", None)
            if function in ("import_module", "__import__") and isinstance(name, str):
                names.append(_absolute(name, package))
    return [name for name in names if name]


def _absolute(name, package):
    """The module that a relative name such as "..sizes" means in `package`."""
    below = name.lstrip(".")
    parents = (package or "").split(".")
    level = len(name) - len(below)
    kept = parents[: len(parents) - level + 1] if level else []
    return ".".join(filter(None, [*kept, below]))


def _modules(name, bases):
    """(package, path) of what importing `name` runs: folders of packages, or one module's file."""
    parts = name.split(".")
    for base in bases:
        places = [base.joinpath(*parts[:end]) for end in range(1, len(parts) + 1)]
        packages = list(takewhile(lambda place: (place / "__init__.py").is_file(), places))
        if packages:
            return [(".".join(parts[: n + 1]), place) for n, place in enumerate(packages)]
        if places[0].with_suffix(".py").is_file():
            return [("", places[0].with_suffix(".py"))]
    return []


def _files_of(package):
    """The files of a package: its modules and data, in folders too, but no packages below it."""
    for path in sorted(package.iterdir()):
        if path.is_file() and path.suffix != ".pyc":
            yield path
        elif path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
            yield from _files_of(path)


@lru_cache(maxsize=None)
def _file_hash(file, _mtime, _size):
    return hashlib.sha256(file.read_bytes()).digest()


def _relative(file, root):
    return file.relative_to(root) if file.is_relative_to(root) else file.name
