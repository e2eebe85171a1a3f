"""The verdict of a run can be trusted: what ran over its time or was expected to fail has failed."""

import os
import re
import subprocess
import sys

import nbformat
import pytest
from dependencies import ROOT
from nbformat.v4 import new_code_cell, new_notebook, new_output

STUBBORN = """import time
try:
    time.sleep(120)
except KeyboardInterrupt:
    pass"""


@pytest.fixture
def verdict(tmp_path):
    """Runs pytest in a folder, with the settings of this project; gives its counts."""
    def run(*options):
        command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider",
                   "--rootdir=.", "-c", os.devnull, *options]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True,
                                env={**os.environ, "PYTHONPATH": str(ROOT)})
        last = result.stdout.splitlines()[-1]
        return result, {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", last)}

    return run


def write(folder, *sources, output=None):
    cells = [new_code_cell(source, execution_count=n, outputs=[])
             for n, source in enumerate(sources, start=1)]
    if output is not None:
        cells[-1].outputs = [output]
    nbformat.write(new_notebook(cells=cells), folder / "one.ipynb")


def test_a_cell_that_takes_its_time_out_as_a_wish_has_failed_and_so_has_its_notebook(
        verdict, tmp_path):
    write(tmp_path, "x = 1", STUBBORN, "assert x == 1", "assert x == 2")
    result, counts = verdict("--nbval", "--nbval-current-env", "--nbval-cell-timeout=3")
    assert "ran over 3 s" in result.stdout
    assert counts.pop("failed") == 3 and counts.pop("passed") == 1
    assert set(counts) <= {"warning", "warnings", "in"}


def test_a_picture_that_differs_has_failed(verdict, tmp_path):
    if sys.platform != "linux":
        pytest.skip("pictures are compared on Linux only: elsewhere fonts are drawn otherwise")
    shown = ("from IPython.display import display\n"
             "display({'image/svg+xml': '<svg>2</svg>', 'text/plain': 'a'}, raw=True)")
    for stored, failed in (("<svg>1</svg>", 1), ("<svg>2</svg>", 0)):
        data = {"image/svg+xml": stored, "text/plain": "a"}
        write(tmp_path, shown, output=new_output("display_data", data=data, metadata={}))
        _, counts = verdict("--nbval", "--nbval-current-env")
        assert counts.get("failed", 0) == failed


@pytest.mark.parametrize("body", ["assert False", "assert True", "pytest.xfail('soon')"])
def test_nothing_is_expected_to_fail(verdict, tmp_path, body):
    mark = "" if "xfail" in body else "@pytest.mark.xfail\n"
    (tmp_path / "test_one.py").write_text(f"import pytest\n\n\n{mark}def test_one():\n    {body}\n")
    _, counts = verdict()
    assert counts.pop("failed") == 1
    assert not {"passed", "xfailed", "xpassed"} & set(counts)
