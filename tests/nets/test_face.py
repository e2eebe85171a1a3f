"""What `from lib.nets import ...` gives, and what it leaves alone."""

import subprocess
import sys

import pytest

from lib import nets


def test_every_name_is_there_and_no_other():
    assert nets.__all__ == sorted(nets.__all__) == dir(nets)
    assert all(getattr(nets, name) is not None for name in nets.__all__)
    with pytest.raises(AttributeError, match="'lib.nets' has no attribute 'trian'"):
        nets.trian  # noqa: B018


def test_notebooks_of_the_first_edition_import_by_old_names():
    from lib.nets.head_to_head import load_results as by_old_name
    from lib.nets.train import load_autoencoder as also_by_old_name

    from lib.nets.comparison import load_results
    from lib.nets.reference import load_autoencoder

    assert by_old_name is load_results and also_by_old_name is load_autoencoder


@pytest.mark.parametrize(
    "code",
    [
        "import lib.nets",
        "from lib.nets.train import load_pca; from lib.nets import train; assert callable(train)",
    ],
)
def test_modules_that_run_as_programs_are_not_loaded_before(code):
    code += "; import sys; assert 'lib.nets.comparison' not in sys.modules"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code]).returncode == 0
