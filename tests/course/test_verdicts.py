"""A run's verdict can be trusted: what ran over its time or was expected to fail has failed."""

import os
import platform
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course.dependencies import ROOT

STUBBORN = """import time
try:
    time.sleep(120)
except KeyboardInterrupt:
    pass"""


@pytest.fixture
def verdict(tmp_path):
    """Runs pytest in a folder, with the settings of this project; gives its counts."""

    def run(*options):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "conftest",
            "-p",
            "no:cacheprovider",
            "--rootdir=.",
            "-c",
            os.devnull,
            *options,
        ]
        result = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        last = result.stdout.splitlines()[-1]
        return result, {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", last)}

    return run


def write(folder, *cells):
    """A notebook of (source, what it has stored)."""
    nbformat.write(
        new_notebook(
            cells=[
                new_code_cell(source, execution_count=n, outputs=outputs)
                for n, (source, outputs) in enumerate(cells, start=1)
            ]
        ),
        folder / "one.ipynb",
    )


def test_a_cell_that_takes_its_time_out_as_a_wish_has_failed_and_so_has_its_notebook(
    verdict, tmp_path
):
    sources = "x = 1", STUBBORN, "assert x == 1", "assert x == 2"
    write(tmp_path, *((source, []) for source in sources))
    result, counts = verdict("--nbval", "--nbval-current-env", "--nbval-cell-timeout=3")
    assert "ran over 3 s" in result.stdout
    assert counts.pop("failed") == 3 and counts.pop("passed") == 1
    assert set(counts) <= {"warning", "warnings", "in"}


def test_a_picture_that_differs_has_failed(verdict, tmp_path):
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("pictures are compared on Linux (x86-64): elsewhere fonts are drawn otherwise")
    show = (
        "from IPython.display import display\n"
        "display({'image/svg+xml': '<svg>2</svg>', 'text/plain': 'a'}, raw=True)"
    )
    write(
        tmp_path,
        *(
            (
                show,
                [
                    new_output(
                        "display_data",
                        metadata={},
                        data={"image/svg+xml": stored, "text/plain": "a"},
                    )
                ],
            )
            for stored in ("<svg>2</svg>", "<svg/>")
        ),
    )
    _, counts = verdict("--nbval", "--nbval-current-env")
    assert counts["passed"] == 1 and counts["failed"] == 1


def test_nothing_is_expected_to_fail(verdict, tmp_path):
    (tmp_path / "test_one.py").write_text("""import pytest


@pytest.mark.xfail
def test_fails_as_expected():
    assert False


@pytest.mark.xfail
def test_passes_unexpectedly():
    pass


def test_says_so_itself():
    pytest.xfail("soon")
""")
    _, counts = verdict()
    assert counts.pop("failed") == 3
    assert not {"passed", "xfailed", "xpassed"} & set(counts)
