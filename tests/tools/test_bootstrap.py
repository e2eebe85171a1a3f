"""Setting up: nothing to do takes no time, and whatever is missing is one clear line."""

import ast
import errno
import http.server
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
import types

import pytest

from course.dependencies import ROOT
from tools import bootstrap


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project whose environment is made, and filled, by pretence; counts both."""
    for name in bootstrap.INPUTS:
        (tmp_path / name).write_text(f"# {name}\n")
    done = types.SimpleNamespace(root=tmp_path, made=0, installed=0, environment=tmp_path / ".venv")
    done.packages = done.environment / "lib/python3.11/site-packages"
    done.lacking = lambda: [] if (done.packages / "numpy").exists() else ["numpy is not there"]

    def make(environment):
        done.made += 1
        a_python(done.environment)
        (done.environment / "made-here").touch()

    def install(python, root, log_file):
        done.installed += 1
        (done.packages / "numpy").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(bootstrap, "make", make)
    monkeypatch.setattr(bootstrap, "install", install)
    monkeypatch.setattr(bootstrap, "missing", lambda root, python: done.lacking())
    done.run = lambda: bootstrap.bring_up_to_date(str(tmp_path), str(done.environment))
    done.is_ready = lambda: bootstrap.is_ready(str(tmp_path), str(done.environment))
    return done


def a_python(environment, status=0):
    """A program that answers as the environment's Python would."""
    program = environment / "bin/python"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)


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


def test_a_package_that_went_is_noticed_and_brought_back(project):
    project.run()
    (project.packages / "numpy").rmdir()
    project.run()
    assert (project.made, project.installed) == (1, 2)
    assert project.is_ready()


def test_what_an_update_cannot_mend_is_made_afresh(project):
    project.run()
    (project.packages / "numpy").rmdir()
    project.lacking = lambda: ["numpy is broken"] if project.made < 2 else []
    project.run()
    assert (project.made, project.is_ready()) == (2, True)


def test_an_environment_without_its_packages_is_never_called_complete(project):
    project.lacking = lambda: ["numpy is not there", "six is 1, not 2"]
    for _ in range(2):
        with pytest.raises(bootstrap.Problem, match="numpy is not there; six is 1, not 2"):
            project.run()
        assert not project.is_ready()


def test_your_own_whole_environment_is_taken_as_it_is(project):
    a_python(project.environment)
    (project.packages / "numpy").mkdir(parents=True)
    (project.environment / "notes.txt").write_text("mine")
    project.run()
    project.run()
    assert (project.made, project.installed, project.is_ready()) == (0, 0, True)
    assert (project.environment / "notes.txt").read_text() == "mine"


def test_your_own_unfinished_environment_is_filled_and_never_cleared(project, capsys):
    a_python(project.environment)
    (project.environment / "notes.txt").write_text("mine")
    project.run()
    assert (project.made, project.installed, project.is_ready()) == (0, 1, True)
    assert "your own .venv" in capsys.readouterr().out
    (project.packages / "numpy").rmdir()
    project.lacking = lambda: ["numpy is broken"]
    for _ in range(2):
        with pytest.raises(bootstrap.Problem, match="numpy is broken.*move your .venv away"):
            project.run()
    assert project.made == 0 and (project.environment / "notes.txt").read_text() == "mine"


def old_python(environment):
    a_python(environment, status=1)


def a_file(environment):
    environment.write_text("mine")


def a_link(environment):
    elsewhere = environment.with_name("elsewhere")
    a_python(elsewhere)
    (elsewhere / "complete").write_text("3.11.7 /another/place\npins\nnumpy\n")
    environment.symlink_to(elsewhere)


@pytest.mark.parametrize("something", [old_python, a_file, a_link])
def test_what_cannot_be_used_is_moved_aside_and_told(project, capsys, something):
    something(project.environment)
    project.run()
    assert (project.made, project.is_ready()) == (1, True)
    assert "it is now .venv.aside-1" in capsys.readouterr().out
    aside = project.root / ".venv.aside-1"
    if something is a_link:
        assert aside.is_symlink() and (project.root / "elsewhere/complete").exists()
    else:
        assert aside.is_file() or (aside / "bin/python").exists()


def test_the_second_of_two_runs_waits_and_says_so(project):
    code = (
        "import sys, bootstrap, time\n"
        "root = sys.argv[1]\n"
        "def set_up(*_):\n"
        "    print('begin', flush=True); time.sleep(1); print('end', flush=True)\n"
        "    done.append(1); open(root + '/done', 'w').close()\n"
        "done = []; bootstrap.set_up = set_up\n"
        "import os; bootstrap.is_ready = lambda *_: os.path.exists(root + '/done')\n"
        "bootstrap.bring_up_to_date(root, root + '/.venv'); print('ready')\n"
    )
    command = [sys.executable, "-c", code, str(project.root)]
    options = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT / "tools"}
    first = subprocess.Popen(command, **options)
    assert first.stdout.readline() == "begin\n"
    second = subprocess.run(command, **{**options, "timeout": 60})
    assert second.stdout.splitlines() == [
        "Another run is making the environment .venv here; waiting for it",
        "ready",
    ]
    assert first.communicate()[0] == "end\nready\n"


def test_a_folder_that_cannot_be_written_is_one_line(project):
    with pytest.raises(bootstrap.Problem, match="cannot be written"):
        with bootstrap.alone(str(project.root / "requirements.txt")):
            pass


def fake_pip(project, monkeypatch, output, status):
    """Run the real installation with a program that pretends to be pip."""
    program = project.root / "bin/python"
    program.parent.mkdir()
    # By way of a shell: a program's first line cannot name a path with a space.
    pretence = program.with_name("pretence.py")
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(pretence))} "$@"\n'
    )
    pretence.write_text(
        "import os, runpy, sys\n"
        "if 'config' in sys.argv:\n"
        "    sys.argv[:3] = []; sys.argv[0] = 'pip'; runpy.run_module('pip', run_name='__main__')\n"
        f"print({output!r}); print(sorted(os.environ.items())); sys.exit({status})\n"
    )
    program.chmod(0o755)
    monkeypatch.undo()
    return lambda: bootstrap.install(str(program), str(project.root), str(project.root / "log"))


SETTINGS_OF_PIP = {
    "PIP_USER": "1",
    "PIP_TARGET": "elsewhere",
    "PIP_PREFIX": "elsewhere",
    "PIP_ROOT": "elsewhere",
    "PIP_DRY_RUN": "1",
    "PIP_NO_DEPS": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_IGNORE_INSTALLED": "1",
    "PYTHONPATH": "elsewhere",
    "PYTHONUSERBASE": "elsewhere",
    "VIRTUAL_ENV": "elsewhere",
    "CONDA_PREFIX": "elsewhere",
}


def test_settings_that_lead_packages_elsewhere_are_set_aside(project, monkeypatch):
    install = fake_pip(project, monkeypatch, "", 0)
    of_files = project.root / "pip.conf"
    of_files.write_text(
        "[global]\nuser = true\nextra-index-url = https://one.example/\ntimeout = 7\n"
        "[install]\nprefix = elsewhere\nindex-url = https://two.example/\n"
    )
    for name, value in SETTINGS_OF_PIP.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(of_files))
    monkeypatch.setenv("PIP_TIMEOUT", "8")
    install()
    seen = dict(ast.literal_eval((project.root / "log").read_text().splitlines()[1]))
    assert not set(seen) & set(SETTINGS_OF_PIP)
    assert seen["PIP_CONFIG_FILE"] == os.devnull
    assert seen["PIP_EXTRA_INDEX_URL"] == "https://one.example/"
    assert seen["PIP_INDEX_URL"] == "https://two.example/"
    assert seen["PIP_TIMEOUT"] == "8", "a variable wins over a file"


@pytest.fixture
def index(project, monkeypatch):
    """An index that has PyTorch for a machine without a card; counts what it is asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(index.page.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (project.root / "requirements.txt").write_text("torch==2.13.0\n")
    index = types.SimpleNamespace(asked=asked, page="<a>torch-2.13.0%2Bcpu-cp311.whl</a>")
    index.address = f"http://127.0.0.1:{server.server_port}"
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(bootstrap, "CPU_INDEX", index.address)
    monkeypatch.setattr(bootstrap, "CPU_INDEX_SECONDS", 30)
    monkeypatch.setattr(bootstrap, "is_linux_without_nvidia", lambda: True)
    index.find = lambda **settings: bootstrap.cpu_index(
        str(project.root), str(project.environment), settings
    )
    yield index
    server.shutdown()
    server.server_close()


def test_without_a_card_pytorch_comes_without_cuda(index):
    assert index.find() == index.address
    assert index.asked == ["/torch/"]
    assert index.find(**{"find-links": "here", "cache-dir": "there"}) == index.address


@pytest.mark.parametrize("setting", ["index-url", "extra-index-url", "no-index"])
def test_whoever_names_an_index_keeps_it(index, setting):
    assert index.find(**{setting: "1"}) is None
    assert index.asked == []


def test_nothing_is_asked_where_a_card_or_pytorch_is(index, project, monkeypatch):
    (project.packages / "torch-2.13.0+cpu.dist-info").mkdir(parents=True)
    assert index.find() is None
    (project.packages / "torch-2.13.0+cpu.dist-info").rmdir()
    monkeypatch.setattr(bootstrap, "is_linux_without_nvidia", lambda: False)
    assert index.find() is None
    assert index.asked == []


def test_an_index_that_does_not_answer_is_done_without(index, monkeypatch):
    index.page = "<html>Please sign in to this network</html>"
    assert index.find() is None
    monkeypatch.setattr(bootstrap, "CPU_INDEX", "http://127.0.0.1:1")
    assert index.find() is None
    monkeypatch.setattr(bootstrap, "fetch", lambda *_: time.sleep(60))
    monkeypatch.setattr(bootstrap, "CPU_INDEX_SECONDS", 0.1)
    before = time.monotonic()
    assert index.find() is None
    assert time.monotonic() - before < 30


def test_this_environment_is_whole_by_its_own_account(tmp_path):
    for name in bootstrap.INPUTS:
        shutil.copy(ROOT / name, tmp_path / name)
    assert bootstrap.missing(str(tmp_path), sys.executable) == []
    (tmp_path / "requirements.txt").write_text("numpy==0.1\nno-such-thing==1\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/__init__.py").touch()
    lacking = bootstrap.missing(str(tmp_path), sys.executable)
    assert lacking[0] == "no-such-thing is not there"
    assert lacking[1].startswith("numpy is ") and lacking[1].endswith(", not 0.1")
    assert lacking[2].startswith("lib is not the one of this folder")


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
    for target in ("book", "test", "format", "lab", "notebooks", "clean", "bench"):
        assert f"make {target}" in result.stdout


@pytest.mark.parametrize("name", ["stamp(root)[0]", "own(root)"])
def test_a_place_has_one_name_whatever_the_terminals_encoding(tmp_path, name):
    place = tmp_path / "für alle"
    place.mkdir()
    start = (
        "import os, bootstrap\nfrom bootstrap import own, stamp\nroot = os.getcwd()\n"
        f"name = {name}\n"
    )
    steps = {
        "1": "bootstrap.write_stamp(root, [name])",
        "0": "assert bootstrap.read_stamp(root) == [name]",
    }
    for utf8, step in steps.items():
        variables = {
            "LC_ALL": "C",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": utf8,
            "PYTHONPATH": os.path.dirname(bootstrap.__file__),
        }
        # Without the site module (-S), which on Python 3.11 reads the environment's own path in
        # the terminal's encoding, and cannot where this clone's path is not of ASCII.
        subprocess.run(
            [sys.executable, "-S", "-c", start + step],
            cwd=place,
            check=True,
            env={**os.environ, **variables},
        )


def test_a_terminal_in_the_c_locale_gets_utf8_from_make():
    make = ["make", "-C", str(ROOT), "--eval", "shown:\n\t@echo LC_ALL is $$LC_ALL", "shown"]
    for given, wanted in {"C": "C.UTF-8", "POSIX": "C.UTF-8", "de_DE.UTF-8": "de_DE.UTF-8"}.items():
        result = subprocess.run(
            make, capture_output=True, text=True, env={**os.environ, "LC_ALL": given}
        )
        assert f"LC_ALL is {wanted}\n" in result.stdout
