"""The book's pages, as a fixture: made from the outputs that the notebooks have stored.

nbval runs every notebook and compares what it gives with what is stored, so that the pages need
no second run. They are made once, and quickly where nothing has changed.
"""

import os
import shutil
import subprocess
import sys

import pytest
import yaml
from dependencies import ROOT
from filelock import FileLock

STAGE = ROOT / "_build" / "stored"  # a small repository: the pages' sources, and no engine
MAKE = ("import sys, pathlib, build; "
        "sys.exit(not build.make_pages(pathlib.Path(sys.argv[1])))")


@pytest.fixture(scope="session")
def site():
    """The folder of the built pages."""
    STAGE.mkdir(parents=True, exist_ok=True)
    with FileLock(STAGE / ".lock"):
        for folder in ("book", "exercises"):
            shutil.rmtree(STAGE / folder, ignore_errors=True)
            shutil.copytree(ROOT / folder, STAGE / folder)  # with their times: Sphinx reads them
        config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
        config["execute"] = {"execute_notebooks": "off", "stderr_output": "warn"}
        config["exclude_patterns"] = ["_build"]
        (STAGE / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
        shutil.copy2(ROOT / "_toc.yml", STAGE)
        result = subprocess.run(
            [sys.executable, "-c", MAKE, str(STAGE)], cwd=STAGE, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tools")])})
    assert result.returncode == 0, f"the pages fail:\n{result.stdout}\n{result.stderr}"
    return STAGE / "_build" / "html"
