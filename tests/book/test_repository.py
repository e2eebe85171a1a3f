"""No file of the repository depends on, or speaks of, the machine it was written on."""

import re
import shutil
import subprocess

import pytest

from course.dependencies import ROOT

# Written in two halves, so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(
        [
            "/wo" + "rk/(main|shared)",
            "/fa" + "rm/",
            "/ro" + r"ot/\.",
            "/ho" + r"me/\w+/",
            "/Us" + r"ers/\w+/",
            "/tm" + r"p/\w",
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


def clean(folder):
    """Run `make clean` in a folder of its own."""
    shutil.copy(ROOT / "Makefile", folder)
    return subprocess.run(["make", "clean"], cwd=folder, capture_output=True, text=True)


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")


BUILT = (
    "_build/html/index.html",
    "_build/.doctrees/a.doctree",
    "_build/.jupyter_cache/global.db",
    "_build/jupyter_execute/a.png",
    "_build/.lock",
    "_build/.kernel/a",
    "_build/.pages.json",
    "_build/stored/a",
    ".pytest_cache/README.md",
)


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_make_clean_removes_what_was_built(tmp_path):
    put(tmp_path, *BUILT, ".venv/bin/python")
    result = clean(tmp_path)
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "Makefile"]
    assert clean(tmp_path).returncode == 0  # also where nothing was


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_make_clean_keeps_sites_and_grades(tmp_path):
    mine = ("_build/my-course/index.html", "_build/grades/grades.csv", "_build/notes.txt")
    put(tmp_path, *BUILT, *mine)
    result = clean(tmp_path)
    assert result.returncode == 0 and "my-course" in result.stdout
    assert [name for name in (*mine, *BUILT) if (tmp_path / name).exists()] == [*mine]
    for name in ("_build/html/.git/config", "_build/html/sub/.git/config", "_build/html/CNAME"):
        put(tmp_path, *BUILT, name)
        assert clean(tmp_path).returncode != 0
        assert (tmp_path / name).exists()
        (tmp_path / name).rename(tmp_path / "away")
        if name.endswith("config"):
            (tmp_path / name).parent.rmdir()
