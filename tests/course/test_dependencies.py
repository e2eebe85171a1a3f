"""The fingerprint changes when an output may, and only then."""

import sys

from course import dependencies as module
import nbformat
import pytest
from course.dependencies import ROOT, dependencies, fingerprint
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def names(root, *sources):
    files = dependencies(sources, root / "book", root)
    return [file.relative_to(root).as_posix() for file in files]


@pytest.mark.parametrize(
    "source",
    [
        "import lib.ops",
        "import lib.ops as operators",
        "from lib import ops",
        "from lib.ops import double",
        "from lib.ops.core import *",
        "def later():\n    from lib.ops import double",
        "%matplotlib inline\nimport lib.ops",
        "import importlib\nimportlib.import_module('lib.ops')",
    ],
)
def test_every_way_to_import_is_seen(repository, source):
    expected = ["lib/__init__.py", "lib/ops/__init__.py", "lib/ops/core.py"]
    assert names(repository, source) == expected


def test_modules_count_through_others_and_with_their_data_files(repository):
    found = names(repository, "import lib.plots")
    assert "lib/ops/core.py" in found
    assert "lib/plots/style.txt" in found


def test_computed_imports_count_as_the_whole_package(repository):
    lazy = "import importlib\ndef __getattr__(name):\n    importlib.import_module('.' + name)\n"
    (repository / "lib/ops/__init__.py").write_text(lazy)
    assert "lib/ops/core.py" in names(repository, "from lib import ops")


def test_modules_beside_the_notebook_count_and_other_projects_do_not(repository):
    (repository / "book/helper.py").write_text("import numpy, lib.ops\n")
    assert names(repository, "import helper, numpy, nothing_of_that_name")[0] == "book/helper.py"
    assert names(repository, "import numpy, os") == []
    assert names(repository, "this is no Python") == []


def key(root, *cells):
    return fingerprint(new_notebook(cells=list(cells)), root / "book/one.ipynb", root)


def test_what_changes_the_fingerprint(repository):
    cell = new_code_cell("import lib.plots")
    keys = [key(repository, cell)]
    for name in ("lib/plots/style.txt", "lib/ops/core.py", "lib/__init__.py", "requirements.txt"):
        file = repository / name
        file.write_text(file.read_text() + "\n# changed\n")
        keys.append(key(repository, cell))
    keys.append(key(repository, new_code_cell("import  lib.plots")))
    keys.append(key(repository, new_code_cell(cell.source, metadata={"tags": ["skip-execution"]})))
    keys.append(key(repository, cell, new_code_cell("1")))
    assert len(set(keys)) == len(keys)


def test_what_leaves_the_fingerprint(repository):
    before = key(repository, new_code_cell("import lib.ops"))
    (repository / "lib/plots/__init__.py").write_text("changed = True\n")
    (repository / "lib/plots/style.txt").write_text("red\n")
    (repository / "README.md").write_text("changed\n")
    caption = {"mystnb": {"figure": {"caption": "changed"}}}
    changed = new_code_cell("import lib.ops", metadata=caption, execution_count=7)
    assert key(repository, new_markdown_cell("changed"), changed) == before


def test_lib_ops_does_not_depend_on_the_rooms_above():
    found = names(ROOT, "import lib.ops")
    assert "lib/ops/__init__.py" in found
    above = ("plots", "nets", "data", "explore")
    assert not [name for name in found if name.split("/")[1] in above]


def test_real_notebooks_have_dependencies():
    notebooks = sorted((ROOT / "book").rglob("*.ipynb"))
    for path in notebooks:
        cells = nbformat.read(path, as_version=4).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code"]
        if "lib" in "".join(sources):
            assert dependencies(sources, path.parent), path


def test_settings_interpreter_and_installed_pins_count(repository, monkeypatch):
    notebook = new_notebook(cells=[new_code_cell("1")])
    path = repository / "book/one.ipynb"
    keys = [fingerprint(notebook, path, repository)]
    keys.append(fingerprint(notebook, path, repository, {"OPENBLAS_CORETYPE": "Zen"}))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99 of somebody else")
        keys.append(fingerprint(notebook, path, repository))
    site = repository / "site"
    for name in ("numpy-2.4.6.dist-info", "numpy", "other-1.dist-info"):
        (site / name).mkdir(parents=True)
    monkeypatch.setattr(module.sysconfig, "get_path", lambda name: str(site))
    keys.append(fingerprint(notebook, path, repository))
    assert module.installed((repository / "requirements.txt",)) == ["numpy-2.4.6.dist-info"]
    (site / "other-1.dist-info").rename(site / "other-2.dist-info")
    assert fingerprint(notebook, path, repository) == keys[-1], "not one of the pins"
    (site / "numpy-2.4.6.dist-info").rename(site / "numpy-2.4.7.dist-info")
    keys.append(fingerprint(notebook, path, repository))
    assert len(set(keys)) == len(keys)


def test_a_file_is_parsed_once_and_again_when_it_changed(repository, monkeypatch):
    parsed, imports = [], module.imported_names

    def counted(source, package=None):
        parsed.append(source)
        return imports(source, package)

    monkeypatch.setattr(module, "imported_names", counted)
    for _ in range(3):
        names(repository, "import lib.plots")
    assert len([source for source in parsed if "from .core" in source]) == 1
    (repository / "lib/ops/__init__.py").write_text("from .more import double\n")
    (repository / "lib/ops/more.py").write_text("double = 3\n")
    assert "lib/ops/more.py" in names(repository, "import lib.plots")
