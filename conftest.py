"""Settings for every test of the project, notebooks included."""

import os
import platform
import sys

import pytest

from course import kernels

if sys.flags.optimize:
    raise pytest.UsageError(
        "Python runs without its asserts, so that no test could fail: unset PYTHONOPTIMIZE"
    )

# Of the variables for Python, those that change no result.
KEPT = {"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING"}
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


# What takes longest goes first, so that no worker is left alone with it at the end.
LONGEST = [
    "book/autoencoders/segmentation",
    "book/autoencoders/convolutional",
    "tests/grading",
    "tests/nets",
    "tests/book/test_browser",
    "tests/test_contributing",
    "book/autoencoders",
    "book/artifacts",
    "book/upsampling",
    "tests/book",
    "tests/course",
    "tests/test_coverage_rows",
    "instructor/source",
    "exercises",
    "book",
]
MOST_SHOWN = 6000  # characters of a failure; a picture's text alone may have 200,000


def pytest_collection_modifyitems(items):
    def place(item):
        return next(
            (n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST)
        )

    items.sort(key=place)  # stable: what shares a place keeps its order
    for item in items:
        # nbval waits 5 s for each message of a kernel, whatever its options say: too short for
        # a machine that is busy with other tests.
        if hasattr(item, "output_timeout"):
            item.output_timeout = 120
            if (sys.platform, platform.machine()) != ("linux", "x86_64"):
                item.parent.skip_compare += ("image/svg+xml",)  # fonts are drawn otherwise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    # nbval interrupts a cell that runs over its time, and lets it pass where the cell takes the
    # interrupt as a wish to stop.
    if getattr(item.parent, "timed_out", False):
        pytest.fail(f"the cell ran over {item.config.option.nbval_cell_timeout:g} s")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # After such a cell nbval expects the others of the notebook to fail, and calls that a pass.
    # Nothing here is expected to fail.
    if hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"expected to fail, which no test may be: {report.wasxfail}"
        del report.wasxfail
    if isinstance(report.longrepr, str) and len(report.longrepr) > MOST_SHOWN:
        report.longrepr = report.longrepr[:MOST_SHOWN] + "\n... (cut)"
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    # The cells of a notebook share a kernel: with -n they stay together, whatever --dist says.
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # what has most tests is not what takes longest
    return LoadScopeScheduling(config, log)
