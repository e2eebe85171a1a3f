"""No file of the repository depends on, or speaks of, the machine it was written on."""

import re
import subprocess

import pytest
from dependencies import ROOT

# Written in two halves, so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(
        [
            "/wo" + "rk/(main|shared)",
            "/fa" + "rm/",
            "/ro" + r"ot/\.",
            "/ho" + r"me/\w+/",
            "/Us" + r"ers/\w+/",
            "/tmp/" + "dev",
            "py" + "pi-more",
            "\\b(chat" + "gpt|anth" + "ropic|copi" + "lot|cla" + "ude code|ai assi" + "stant)\\b",
        ]
    ),
    re.IGNORECASE,
)


def files():
    """What git tracks or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository")
    return sorted(ROOT / name for name in set(listed.stdout.split("\0")) if name)


def test_no_file_names_a_machine():
    found = []
    for file in files():
        if not file.is_file():
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in FORBIDDEN.finditer(text)]
    assert found == []


def test_nothing_built_is_tracked():
    built = ("_build/", ".venv/", "__pycache__/", ".ipynb_checkpoints/")
    assert [f for f in files() if any(part in f"{f.relative_to(ROOT)}/" for part in built)] == []
