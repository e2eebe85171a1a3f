"""Setting up: nothing to do takes no time, and whatever is missing is one clear line."""

import errno
import subprocess
import sys
import types

import bootstrap
import pytest
from dependencies import ROOT


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project whose environment is made, and filled, by pretence; counts both."""
    for name in bootstrap.INPUTS:
        (tmp_path / name).write_text(f"# {name}\n")
    done = types.SimpleNamespace(root=tmp_path, made=0, installed=0, environment=tmp_path / ".venv")

    def make(environment):
        done.made += 1
        (done.environment / "bin").mkdir(parents=True, exist_ok=True)
        (done.environment / "bin/python").touch()

    def install(python, root, log_file):
        done.installed += 1

    monkeypatch.setattr(bootstrap, "make", make)
    monkeypatch.setattr(bootstrap, "install", install)
    done.run = lambda: bootstrap.bring_up_to_date(str(tmp_path), str(done.environment))
    return done


def test_made_once_and_updated_when_the_pins_change(project):
    project.run()
    project.run()
    assert (project.made, project.installed) == (1, 1)
    (project.root / "constraints.txt").write_text("six==1\n")
    project.run()
    assert (project.made, project.installed) == (1, 2)


def test_made_afresh_for_another_python_or_place(project, monkeypatch):
    project.run()
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 99, 0, "final", 0))
    project.run()
    assert project.made == 2


@pytest.mark.parametrize("interruption", [bootstrap.Problem("no"), KeyboardInterrupt()])
def test_an_unfinished_environment_is_made_afresh(project, monkeypatch, interruption):
    project.run()
    (project.root / "requirements.txt").write_text("six\n")

    def fail(*_):
        raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install", fail)
        with pytest.raises(type(interruption)):
            project.run()
    project.run()
    assert (project.made, project.installed) == (2, 2)


def fake_pip(project, monkeypatch, output, status):
    """Run the real installation with a program that pretends to be pip."""
    program = project.root / "python"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {status}\n")
    program.chmod(0o755)
    monkeypatch.undo()
    return lambda: bootstrap.install(str(program), str(project.root), str(project.root / "log"))


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("WARNING: Retrying ... NewConnectionError\nERROR: No matching distribution", "network"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: Package 'x' requires a different Python", "requires a different Python"),
    ],
)
def test_a_failing_pip_is_one_line_with_the_log(project, monkeypatch, output, line):
    install = fake_pip(project, monkeypatch, output, 1)
    with pytest.raises(bootstrap.Problem, match=line) as problem:
        install()
    assert "\n" not in str(problem.value)
    assert str(project.root / "log") in str(problem.value)
    assert "ERROR" in (project.root / "log").read_text()


def test_an_old_python_is_told_so(monkeypatch):
    with pytest.raises(bootstrap.Problem, match=r"3\.11 or newer is needed.* is 3\.8"):
        bootstrap.check_python((3, 8, 1))
    bootstrap.check_python((3, 11, 0))
    bootstrap.check_python((4, 0, 0))


def test_a_missing_venv_module_is_told_with_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(bootstrap.Problem, match="python3-venv"):
        bootstrap.check_venv()


def test_a_full_disk_is_told_before_and_while_it_fills(project, monkeypatch):
    full = types.SimpleNamespace(free=10**9)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: full)
    with pytest.raises(bootstrap.Problem, match="3 GB and 1.0 GB are free"):
        project.run()
    monkeypatch.undo()
    import venv

    def create(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(venv, "create", create)
    with pytest.raises(bootstrap.Problem, match="disk is full"):
        bootstrap.make(str(project.root / "new"))


def test_problems_end_in_one_line_and_status_1(monkeypatch, capsys):
    def fail():
        raise bootstrap.Problem("this is why")

    monkeypatch.setattr(bootstrap, "bring_up_to_date", fail)
    assert bootstrap.main() == 1
    assert capsys.readouterr().err == "Setting up: this is why.\n"


def test_a_missing_python_is_one_line_of_make():
    make = ["make", "-C", str(ROOT), "PYTHON=no-such-python", "env"]
    result = subprocess.run(make, capture_output=True, text=True)
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed" in result.stdout
    assert "no-such-python" in result.stdout


def test_make_alone_lists_the_targets():
    result = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True)
    for target in ("book", "test", "lab", "notebooks", "clean", "bench"):
        assert f"make {target}" in result.stdout
