"""What a notebook's results depend on, and one short fingerprint of it all.

The execution cache of Jupyter Book compares code cells only: after an edit in ``lib/`` it
would still show old results. A fingerprint also covers the files of this repository that the
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

    sources: the code of the cells; folder: where the notebook runs. A module counts with the
    ``__init__.py`` of every package around it and with those packages' data files.
    """
    found, asked, queue = set(), set(), []
    for source in sources:
        queue += _imports(_as_python(source), package=None)
    bases, ours = (Path(folder), Path(root)), lru_cache(maxsize=None)(_is_in)
    while queue:
        name = queue.pop()
        if name in asked or not ours(name.partition(".")[0], bases):
            continue
        asked.add(name)
        for module, file in _modules(name, *bases):
            if file in found:
                continue
            found.add(file)
            is_package = file.name == "__init__.py"
            package = module if is_package else module.rpartition(".")[0]
            queue += _imports_of(file, package, *_state(file))
            if is_package:
                found.update(_data_files(file.parent))
    return sorted(found)


def _as_python(source):
    """The code of a cell with IPython's magics written as the Python they stand for."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


@lru_cache(maxsize=None)
def _imports_of(file, package, _mtime, _size):
    return _imports(file.read_text(encoding="utf-8"), package)


def _imports(source, package):
    """Dotted names that `source` may import, wherever in it the import stands."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the kernel will say so, at the right cell
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level and package is not None:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [base])])
            # `from a import b` may import the module a.b; if b is a function, no file is found
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call):
            names += _dynamic_import(node, package)
    return [name for name in names if name]


def _dynamic_import(call, package):
    """The name given to ``import_module``; one that is computed may mean the whole package."""
    function = call.func
    name = getattr(function, "attr", getattr(function, "id", None))
    if name not in ("import_module", "__import__") or not call.args:
        return []
    argument = call.args[0]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        relative = argument.value.startswith(".")
        return [f"{package}{argument.value}" if relative and package else argument.value]
    return [f"{package}.*"] if package else []


def _is_in(name, bases):
    """Whether one of the folders has a module or a package of that name."""
    places = (os.path.join(base, name) for base in bases)
    return any(os.path.isdir(place) or os.path.isfile(f"{place}.py") for place in places)


def _modules(name, folder, root):
    """(dotted name, file) of each module that importing `name` runs; none of other projects."""
    parts = name.split(".")
    for base in (folder, root):
        modules = []
        for end, part in enumerate(parts, start=1):
            dotted, place = ".".join(parts[:end]), base.joinpath(*parts[:end])
            if (place / "__init__.py").is_file():
                modules.append((dotted, place / "__init__.py"))
                continue
            if part == "*":
                below = ".".join(parts[: end - 1])
                modules += [(f"{below}.{f.stem}", f) for f in place.parent.glob("*.py")]
            elif place.with_name(f"{part}.py").is_file():
                modules.append((dotted, place.with_name(f"{part}.py")))
            break
        if modules:
            return modules
    return []


def _data_files(package):
    """Files beside a package's modules that are no Python, in its folders that are no package."""
    for file in sorted(package.iterdir()):
        if file.is_dir() and file.name != "__pycache__" and not (file / "__init__.py").exists():
            yield from (f for f in sorted(file.rglob("*")) if f.is_file() and f.suffix != ".pyc")
        elif file.is_file() and file.suffix not in (".py", ".pyc"):
            yield file


@lru_cache(maxsize=None)
def _file_hash(file, _mtime, _size):
    return hashlib.sha256(file.read_bytes()).digest()


def _relative(file, root):
    return file.relative_to(root) if file.is_relative_to(root) else file.name
