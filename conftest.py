"""Settings for every test of the project, notebooks included."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "tools"))

from execution import KERNEL_ENVIRONMENT

# The kernels that nbval starts see what the kernels of the build see.
os.environ.update(KERNEL_ENVIRONMENT)


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
