"""A small repository to try the tools on."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

LIB = {
    "lib/__init__.py": "",
    "lib/ops/__init__.py": "from .core import double\n",
    "lib/ops/core.py": "def double(x):\n    return 2 * x\n",
    "lib/plots/__init__.py": "from lib.ops import double\n",
    "lib/plots/style.txt": "blue\n",
    "requirements.txt": "numpy==2.4.6\n",
    "constraints.txt": "six==1.17.0\n",
    "_toc.yml": "format: jb-book\nroot: book/index\n"
    "chapters:\n- file: book/one\n- file: book/two\n",
    "_config.yml": "title: Small\nonly_build_toc_files: true\n"
    "execute: {execute_notebooks: cache, raise_on_error: true}\n",
    "book/index.md": "# Small\n",
}


@pytest.fixture
def repository(tmp_path):
    """The repository's root: two chapters, of which only the second draws."""
    for name, text in LIB.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    write(tmp_path / "book/one.ipynb", "1 + 1")
    write(tmp_path / "book/two.ipynb", "x = 3", "x", "print('three')")
    return tmp_path


def write(path, *sources, **metadata):
    """Write a notebook with a title and one code cell for each source."""
    cells = [new_markdown_cell(f"# {path.stem}", id="title")]
    cells += [new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path
