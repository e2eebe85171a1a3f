"""The built book, as a fixture: made once for a run of the tests, quickly when unchanged."""

import subprocess
import sys

import pytest
from dependencies import ROOT


@pytest.fixture(scope="session")
def site():
    """The folder of the built pages."""
    command = [sys.executable, str(ROOT / "tools" / "build.py")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, f"make book fails:\n{result.stdout}\n{result.stderr}"
    return ROOT / "_build" / "html"
