"""Kernels are the same whatever the surroundings of whoever starts them."""

import json
import os
import subprocess
import sys
import types

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course import kernels
from course.dependencies import ROOT
from course.execution import NotebookError, cached, execute, refresh

from .conftest import write


def shown(repository, *sources, **options):
    """What each cell shows: its result, or what it prints."""
    path = write(repository / "book/one.ipynb", *sources)
    _, errors = refresh([path], root=repository, report=str, **options)
    assert not errors, errors
    outputs = [cell.outputs for cell in cached(path, root=repository).cells[1:]]
    return [[o.get("text") or o.data["text/plain"] for o in output] for output in outputs]


def other_kernel(folder):
    spec = folder / "kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True)
    argv = ["/no/such/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "P", "language": "python"}))
    return folder


def profile(folder):
    """An IPython that shows every expression, and runs a file at the start."""
    start = folder / "profile_default"
    (start / "startup").mkdir(parents=True)
    (start / "ipython_config.py").write_text(
        "get_config().InteractiveShell.ast_node_interactivity = 'all'\n"
    )
    (start / "startup/first.py").write_text("user_was_here = True\n")
    return folder


def settings_of_matplotlib(folder):
    (folder / "matplotlibrc").write_text("lines.linewidth: 9\n")
    return folder


def module_in_the_way(folder):
    (folder / "colorsys.py").write_text("user_was_here = True\n")
    return folder


SURROUNDINGS = {
    "JUPYTER_PATH": other_kernel,
    "JUPYTER_DATA_DIR": other_kernel,
    "JUPYTER_RUNTIME_DIR": lambda folder: "/dev/null/not/there",
    "JUPYTER_DEFAULT_PROVISIONER_NAME": lambda folder: "not-there",
    "IPYTHONDIR": profile,
    "MPLCONFIGDIR": settings_of_matplotlib,
    "MATPLOTLIBRC": settings_of_matplotlib,
    "PYTHONPATH": module_in_the_way,
    "PYTHONOPTIMIZE": lambda folder: "1",
    "PYTHONHASHSEED": lambda folder: "1",
    "PYTHONWARNINGS": lambda folder: "error",
    "PYTHONSTARTUP": module_in_the_way,
    "OMP_NUM_THREADS": lambda folder: "3",
    "NPY_DISABLE_CPU_FEATURES": lambda folder: "AVX2",
    "HOME": lambda folder: "/dev/null/not/there",
    "LC_ALL": lambda folder: "C",
    "TZ": lambda folder: "Asia/Tokyo",
    "OF_SOMEBODY": lambda folder: "anything",
}
PROBES = [
    "1\n2",
    "'user_was_here' in globals(), __debug__",
    "import colorsys; hasattr(colorsys, 'user_was_here')",
    "import os, sys; list(set('abcdefgh')), sys.warnoptions, sys.executable",
    "import time; time.tzname, sys.flags.utf8_mode",
    "import matplotlib; matplotlib.rcParams['lines.linewidth']",
    "print(*sorted(os.environ.items()), sep='\\n')",
]


def test_the_users_surroundings_change_nothing(repository, tmp_path, monkeypatch):
    plain = without_run(shown(repository, *PROBES))
    for name, value in SURROUNDINGS.items():
        folder = tmp_path / "of the user" / name
        folder.mkdir(parents=True)
        monkeypatch.setenv(name, str(value(folder)))
    assert without_run(shown(repository, *PROBES, force=True)) == plain


def without_run(texts):
    """The lines of what is shown, less what names one run of a kernel."""
    lines = json.dumps(texts).split("\\n")
    return [line for line in lines if not line.startswith("('JPY_")]


def test_a_caller_may_add_variables_and_results_depend_on_them(repository):
    source = "import os; os.environ.get('OPENBLAS_CORETYPE')"
    assert shown(repository, source) == [[]]
    assert shown(repository, source, environment={"OPENBLAS_CORETYPE": "X"}) == [["'X'"]]
    assert shown(repository, source) == [[]]


def test_the_lib_beside_the_notebooks_is_the_one_used(repository):
    # `lib` of the environment is another one.
    assert shown(repository, "import lib.ops; lib.ops.__file__") == [
        [repr(str(repository / "lib/ops/__init__.py"))]
    ]


def test_no_settings_of_the_whole_machine(tmp_path):
    (tmp_path / "ipython_config.py").write_text(
        "get_config().InteractiveShell.ast_node_interactivity = 'all'\n"
    )
    # What course/kernel.py clears, filled before it is run.
    code = (
        "import runpy, sys\n"
        "from IPython.core import application as a\n"
        f"a.SYSTEM_CONFIG_DIRS.append({str(tmp_path)!r})\n"
        "a.ENV_CONFIG_DIRS.append('x')\n"
        "from ipykernel import kernelapp\n"
        "kernelapp.launch_new_instance = lambda: print(a.SYSTEM_CONFIG_DIRS, a.ENV_CONFIG_DIRS)\n"
        f"runpy.run_path({str(ROOT / 'course/kernel.py')!r}, run_name='__main__')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[] []\n", result.stderr


def test_what_a_cell_writes_to_stderr_is_a_failure_and_not_kept(repository):
    path = write(repository / "book/one.ipynb", "import sys; print('oh no', file=sys.stderr)")
    for _ in range(2):  # not cached as a success
        _, errors = refresh([path], root=repository, report=str)
        assert "code cell 1" in str(errors[path]) and "wrote to stderr: oh no" in str(errors[path])


def test_stderr_that_no_page_shows_is_no_failure():
    cell = new_code_cell("import sys; print('oh no', file=sys.stderr)")
    with pytest.raises(NotebookError, match="oh no"):
        execute(new_notebook(cells=[cell]), __file__)
    cell.metadata.tags = ["remove-stderr"]
    execute(new_notebook(cells=[cell]), __file__)


def test_a_folder_that_cannot_be_written_is_replaced_by_a_temporary_one(tmp_path):
    (tmp_path / "_build").touch()  # in the way
    folder = kernels.settings_folder(tmp_path)
    assert folder.is_dir() and not folder.is_relative_to(tmp_path)


def test_pytest_refuses_to_run_without_asserts(tmp_path):
    command = [sys.executable, "-m", "pytest", "-q", "--co", str(ROOT / "tests/tools")]
    environment = {**os.environ, "PYTHONOPTIMIZE": "1"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode != 0
    assert "unset PYTHONOPTIMIZE" in result.stdout + result.stderr


def test_nbval_starts_the_same_kernels(repository, monkeypatch):
    import nbval.kernel

    started = types.SimpleNamespace()

    class Manager:
        def __init__(self, kernel_name, kernel_spec_manager):
            started.argv = kernel_spec_manager.get_kernel_spec(kernel_name).argv

        def start_kernel(self, env, **_):
            started.env = env
            raise InterruptedError

    monkeypatch.setattr(nbval.kernel, "KernelManager", Manager)
    monkeypatch.setenv("OF_SOMEBODY", "anything")
    with pytest.raises(InterruptedError):
        nbval.kernel.RunningKernel(nbval.kernel.CURRENT_ENV_KERNEL_NAME)
    assert started.argv == kernels.kernel_spec().argv
    assert started.env == kernels.kernel_environment(ROOT, kernels.settings_folder(ROOT))
