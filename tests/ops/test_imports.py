"""The mathematics needs no framework."""

import subprocess
import sys

import pytest

from lib import ops

LOADED = """
import sys
{code}
print([name for name in ("torch", "matplotlib", "scipy") if name in sys.modules])
"""


def loaded_after(code):
    run = subprocess.run(
        [sys.executable, "-c", LOADED.format(code=code)], capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "import lib",
        "import lib.ops",
        "from lib.ops import *; conv_transpose([1, 2], [3]); by_matrix([1, 2], [3])",
    ],
)
def test_nothing_heavier_than_numpy_is_loaded(code):
    assert loaded_after(code) == "[]"


def test_scipy_is_loaded_when_it_is_asked_for():
    code = "import lib.ops; lib.ops.conv_matrix([1, 2], 4, sparse=True)"
    assert loaded_after(code) == "['scipy']"


def test_exports():
    assert sorted(ops.__all__) == ops.__all__
    assert all(callable(getattr(ops, name)) for name in ops.__all__)
