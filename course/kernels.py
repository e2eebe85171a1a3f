"""The kernels of builds and tests: the same, whatever the surroundings of whoever starts them.

A kernel runs in the interpreter of the caller, with the variables that are listed here and no
others, and with folders for settings that this project fills.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec

from .threads import ONE_THREAD

# What a process needs to run at all, and to find the system's own programs and libraries.
KEPT = (
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
)

# One thread a kernel: kernels run side by side, and PyTorch's results depend on the number of
# threads. A fixed hash seed makes the order of sets the same in every run. A graphics card would
# give other last digits than the processor does.
KERNEL_ENVIRONMENT = {
    **ONE_THREAD,
    # Where a notebook asks for more, threads that wait sleep: two kernels whose threads wait by
    # turning in circles make each other ten times slower.
    "OMP_WAIT_POLICY": "PASSIVE",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def settings_folder(root):
    """A folder for the settings of kernels: ``_build/.kernel``, or a temporary one."""
    folder = Path(root) / "_build" / ".kernel"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return Path(tempfile.mkdtemp(prefix="kernel-"))
    return folder


def own_settings(folder):
    """Variables that name folders below `folder` for the settings of what notebooks use."""
    names = {
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter/data",
        "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    }
    return _made(folder, names)


def _own_home(folder):
    names = {"HOME": "home", "USERPROFILE": "home"}
    names |= {"XDG_CONFIG_HOME": "home/.config", "XDG_CACHE_HOME": "home/.cache"}
    return _made(folder, names)


def _made(folder, names):
    folders = {variable: Path(folder).absolute() / name for variable, name in names.items()}
    for place in folders.values():
        place.mkdir(parents=True, exist_ok=True)
    return {variable: str(place) for variable, place in folders.items()}


def kernel_environment(root, folder, more=None):
    """All variables of a kernel.

    root: where the `lib` lies that notebooks import; folder: see ``settings_folder``;
    more: variables that this caller adds, such as a processor's switches.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {**own_settings(folder), **_own_home(folder), "PYTHONPATH": str(Path(root).absolute())}
    return {**kept, **KERNEL_ENVIRONMENT, **own, **(more or {})}


def kernel_spec():
    """Start a kernel in the interpreter of the caller, whatever kernels are installed."""
    start = str(Path(__file__).with_name("kernel.py"))
    quiet = ["--log-level=ERROR", "--HistoryManager.enabled=False"]
    return KernelSpec(
        # -P: a notebook does not import from the folder of that file.
        argv=[sys.executable, "-s", "-P", start, "-f", "{connection_file}", *quiet],
        display_name="Python 3 (ipykernel)",
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": "local-provisioner"}},
    )


def warm_up(environment):
    """Let matplotlib list its fonts once, which it would else remark on in some cell's output."""
    if not any(Path(environment["MPLCONFIGDIR"]).glob("fontlist-*.json")):
        code = "import matplotlib.font_manager"
        subprocess.run([sys.executable, "-s", "-c", code], env=environment, capture_output=True)
