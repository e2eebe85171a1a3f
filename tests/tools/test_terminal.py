"""Every command prints what the terminal can show, and ends as it would on any other."""

import os
import subprocess
import sys

import pytest
from dependencies import ROOT

CODE = """
import argparse, sys
sys.path[:0] = ["ROOT", "ROOT/tools"]

def parse_args(*_):
    print("Li 李, grün ✓")
    raise SystemExit(3)

argparse.ArgumentParser.parse_args = parse_args
import MODULE as module
module.bring_up_to_date = module._build = parse_args
sys.exit(module.main())
"""


@pytest.mark.parametrize(
    ("module", "encoding"),
    [
        ("instructor.grade", "ascii"),
        ("instructor.release", "latin-1"),
        ("instructor.site", "cp1252"),
        ("bootstrap", "ascii"),
        ("build", "cp1252"),
    ],
)
def test_the_commands_end_well_on_any_terminal(module, encoding):
    code = CODE.replace("ROOT", str(ROOT)).replace("MODULE", module)
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, cwd=ROOT)
    assert result.returncode == 3, result.stderr.decode(encoding)
    shown = result.stdout.decode(encoding)
    assert "Li \\u674e" in shown and "\\u2713" in shown
    assert ("grün" in shown) == (encoding != "ascii")
