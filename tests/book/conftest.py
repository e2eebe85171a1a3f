"""The book's pages, as a fixture: made from the outputs that the notebooks have stored.

nbval runs every notebook and compares what it gives with what is stored, so that the pages need
no second run. They are made once, and quickly where nothing has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys

import pytest
import yaml
from filelock import FileLock

from course import build
from course.dependencies import ROOT

STAGE = ROOT / "_build" / "stored"  # a small repository: the pages' sources, and no engine
MAKE = (
    "import sys, pathlib; from course import build; "
    "sys.exit(not build.make_pages(pathlib.Path(sys.argv[1])))"
)


def made_from():
    """One hash of all that the pages are made of: where it is another, they are made anew."""
    digest = hashlib.sha1(build.engine_of(ROOT).encode())
    for folder in ("book", "exercises"):
        for file in sorted(path for path in (ROOT / folder).rglob("*") if path.is_file()):
            if "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="session")
def site():
    """The folder of the built pages."""
    STAGE.parent.mkdir(exist_ok=True)
    with FileLock(f"{STAGE}.lock"):
        key = STAGE / "made-from"
        if key.exists() and key.read_text() == made_from():
            return STAGE / "_build" / "html"
        shutil.rmtree(STAGE, ignore_errors=True)
        for folder in ("book", "exercises"):
            shutil.copytree(ROOT / folder, STAGE / folder)
        config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
        config["execute"] = {"execute_notebooks": "off", "stderr_output": "warn"}
        config["exclude_patterns"] = ["_build"]
        (STAGE / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
        shutil.copy2(ROOT / "_toc.yml", STAGE)
        result = subprocess.run(
            [sys.executable, "-c", MAKE, str(STAGE)],
            cwd=STAGE,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert result.returncode == 0, f"the pages fail:\n{result.stdout}\n{result.stderr}"
        key.write_text(made_from())
    return STAGE / "_build" / "html"
