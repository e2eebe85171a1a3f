"""Lint and layout, which `make format` puts right."""

import subprocess
import sys

import pytest

from course.dependencies import ROOT

# What the project holds; what else lies in a clone is somebody's own.
PLACES = ["lib", "course", "tools", "instructor", "tests", "benchmarks", "book", "conftest.py"]


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(arguments):
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet", *PLACES]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, f"make format mends most of it:\n{result.stdout}{result.stderr}"
