"""The mutation tool tells what the tests notice from what they do not."""

from pathlib import Path

import pytest

from course import mutants

CODE = '''"""Counts from 1 to 2."""


def larger(a, b=7):
    """The larger of two: not 1, not 2."""
    if a > b:
        return a
    return b


def near(n):
    return [not n, n // 5]  # no mutants: nobody asks
'''
SMALL = {
    "small/__init__.py": "",
    "small/code.py": CODE,
    "tests/test_code.py": "from small.code import larger\n\n\ndef test_larger():\n"
    "    assert larger(1, 2) == 2 and larger(4, 3) == 4\n",
    "tests/test_other.py": "def test_nothing():\n    pass\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name, text in SMALL.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take most of the time
    return tmp_path


def test_only_code_is_changed():
    made = {mutants.difference(CODE, mutants.mutant(CODE, site)) for site in mutants.sites(CODE)}
    assert made == {
        f"    -{before}\n    +{after}"
        for before, after in [
            ("def larger(a, b=7):", "def larger(a, b=8):"),
            ("    if a > b:", "    if a >= b:"),
            ("        return a", "        return None"),
            ("    return b", "    return None"),
        ]
    }


@pytest.mark.parametrize(
    "before, after",
    [
        ("x = 2 * y", "x = 2 + y"),
        ("x = y ** 2", "x = y * 2"),
        ("x = 0.5", "x = 1.5"),
        ("x = a < b <= c", "x = a < b < c"),
        ("x = a in b", "x = a not in b"),
        ("x = -y", "x = +y"),
        ("x = a and b", "x = a or b"),
        ("x = not a", "x = not not a"),
        ("x = True", "x = False"),
        ("x = a if b else c", "x = c if b else a"),
        ("x = a is b", "x = a is not b"),
        ("check(x)", "None"),
    ],
)
def test_a_change(before, after):
    assert after in [mutants.mutant(before, site) for site in mutants.sites(before)]


def test_what_is_noticed_is_told_from_what_is_not(project, capsys):
    mutants.main(["small/code.py", "--tests", "tests", "--number", "99", "--seed", "3"])
    said = capsys.readouterr().out
    # Nobody asks for the default, and of two equal numbers it does not matter which comes back.
    assert "small/code.py:4\n    -def larger(a, b=7):\n    +def larger(a, b=8):\n" in said
    assert "small/code.py:6\n    -    if a > b:\n    +    if a >= b:\n" in said
    assert "return None" not in said
    assert said.count("small/code.py:") == 2
    assert (project / "small" / "code.py").read_text() == CODE


def test_tests_that_do_not_end_have_noticed(project):
    test = project / "tests" / "test_other.py"
    test.write_text("import time\n\n\ndef test_waits():\n    time.sleep(600)\n")
    assert mutants.noticed([test], project, 1) == "time"


def test_the_files_that_are_likely_to_notice_come_first():
    code, files = (
        Path("lib/ops/sizes.py"),
        [Path(f"tests/test_{name}.py") for name in ("messages", "sizes", "views")],
    )
    first = sorted(files, key=lambda file: mutants.fit(file, code, mutants.Counter()))[0]
    assert first == files[1]
    kills = mutants.Counter({(files[2], code): 3, (files[0], code): 1})
    assert sorted(files, key=lambda file: mutants.fit(file, code, kills)) == [
        files[2],
        files[0],
        files[1],
    ]


def test_a_name_that_there_is_not(project, capsys):
    for name in ("smal", str(project / "small")):
        with pytest.raises(SystemExit):
            mutants.main([name, "--tests", "tests"])
        assert f"{name!r} is not a file or folder of the project" in capsys.readouterr().err


def test_tests_that_fail_anyway_can_notice_nothing(project):
    (project / "tests" / "test_other.py").write_text("def test_nothing():\n    assert 0\n")
    with pytest.raises(SystemExit, match="fail before anything is changed: tests/test_other.py"):
        mutants.main(["small", "--tests", "tests"])
