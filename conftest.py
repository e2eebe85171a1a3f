"""Settings for every test of the project, notebooks included."""

import os
import sys

import pytest

# Of the variables for Python, those that change no result.
KEPT = {"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING"}

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "tools"))

import kernels

if sys.flags.optimize:
    raise pytest.UsageError(
        "Python runs without its asserts, so that no test could fail: unset PYTHONOPTIMIZE"
    )

ROOT = os.path.dirname(os.path.abspath(__file__))
SETTINGS = kernels.settings_folder(ROOT)

# Tests, and the programs that they start, have the threads and the hash seed of the build's
# kernels, and none of the user's settings for Python, Jupyter, IPython and matplotlib.
for name in set(os.environ) - KEPT:
    if name.startswith(("PYTHON", "JUPYTER_", "JPY_", "IPYTHON", "MPL", "MATPLOTLIB")):
        del os.environ[name]
for name in kernels.KERNEL_ENVIRONMENT.keys() - {"LC_ALL", "TZ"}:
    os.environ[name] = kernels.KERNEL_ENVIRONMENT[name]
os.environ.update(kernels.own_settings(SETTINGS))


def pytest_configure(config):
    """Give the kernels that nbval starts what the kernels of the build have."""
    import nbval.kernel as nbval

    def start(*args, **options):
        kernels.warm_up(environment := kernels.kernel_environment(ROOT, SETTINGS))
        return nbvals_own(*args, env=environment, **options)

    nbvals_own, nbval.start_new_kernel = nbval.start_new_kernel, start
    nbval.NbvalKernelspecManager.get_kernel_spec = lambda *_: kernels.kernel_spec()


def pytest_collection_modifyitems(items):
    # nbval waits 5 s for each message of a kernel, whatever its options say: too short for a
    # machine that is busy with other tests.
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = 120


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    # The cells of a notebook share a kernel: with -n they stay together, whatever --dist says.
    from xdist.scheduler import LoadScopeScheduling

    return LoadScopeScheduling(config, log)
