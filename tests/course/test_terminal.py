"""Every command prints what the terminal can show, and ends as it would on any other."""

import os
import subprocess
import sys

import pytest

from course.dependencies import ROOT

CODE = """
import argparse, sys

def parse_args(*_):
    print("Li 李, grün ✓")
    raise SystemExit(3)

argparse.ArgumentParser.parse_args = parse_args
import MODULE as module
module.bring_up_to_date = module._build = parse_args
sys.exit(getattr(module, "command", module.main)())
"""


@pytest.mark.parametrize(
    ("module", "encoding"),
    [
        ("course.grading.grade", "ascii"),
        ("course.release", "latin-1"),
        ("course.site", "cp1252"),
        ("tools.bootstrap", "ascii"),
        ("course.build", "cp1252"),
    ],
)
def test_the_commands_end_well_on_any_terminal(module, encoding):
    code = CODE.replace("MODULE", module)
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, cwd=ROOT)
    assert result.returncode == 3, result.stderr.decode(encoding)
    shown = result.stdout.decode(encoding)
    assert "Li \\u674e" in shown and "\\u2713" in shown
    assert ("grün" in shown) == (encoding != "ascii")


def test_packages_of_others_with_the_same_names_are_not_taken_for_ours(tmp_path):
    for name in (
        "build",
        "execution",
        "dependencies",
        "notebooks",
        "chapters",
        "editions",
        "kernels",
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('somebody else')")
    for command in ("course.build", "course.site", "course.grading.grade", "instructor.site"):
        result = subprocess.run(
            [sys.executable, "-c", f"import {command}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )
        assert result.returncode == 0
