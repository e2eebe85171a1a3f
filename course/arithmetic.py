"""Run notebooks under other processors' arithmetic, and compare all that they have stored.

    python -m course.arithmetic [PATH ...] [--only NAME] [--jobs N]

Libraries choose their inner loops by the processor, and each choice rounds differently. Here the
choices are forced, one after another (``ARITHMETICS``); the last one, "perturbed", stands for
processors that are not known yet: it changes results by about as much as rounding does. Every
text and picture that a notebook has stored has to come out the same, but for cells tagged
``nbval-ignore-output``. Without paths: all notebooks. Exit status 1 where something differs.
"""

import argparse
import difflib
import platform
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from .dependencies import ROOT
from .execution import NotebookError, cores, execute
from .notebooks import IGNORED, all_notebooks, normalise

PERTURBATION = Path(__file__).resolve().with_name("perturbation.py")
# What OpenBLAS (NumPy), ATen and oneDNN (PyTorch's own loops and convolutions) and MKL (PyTorch's
# products) read. Each is told to be an older processor than this one, or another make.
ARITHMETICS = {
    "Prescott": {
        "OPENBLAS_CORETYPE": "Prescott",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_CBWR": "COMPATIBLE",
    },
    "Sandybridge": {
        "OPENBLAS_CORETYPE": "Sandybridge",
        "ONEDNN_MAX_CPU_ISA": "AVX",
        "MKL_CBWR": "SSE4_2",
    },
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX2"},
    "Zen": {"OPENBLAS_CORETYPE": "Zen", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "AVX"},
    "SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX", "ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
    "ATen-default": {"ATEN_CPU_CAPABILITY": "default"},
    "ATen-avx2": {"ATEN_CPU_CAPABILITY": "avx2"},
    "perturbed": {},
}
# What the processor needs for it, in the words of /proc/cpuinfo.
NEEDS = {
    "Prescott": "pni",
    "Sandybridge": "avx",
    "Haswell": "avx2",
    "Zen": "avx2",
    "SkylakeX": "avx512vl",
    "ATen-avx2": "avx2",
}


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument(
        "--only",
        action="append",
        choices=ARITHMETICS,
        metavar="NAME",
        help=f"one of {', '.join(ARITHMETICS)}; may be given several times",
    )
    parser.add_argument("--jobs", type=int, default=cores(), help="notebooks at a time")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.paths] or all_notebooks()
    different = 0
    for name in options.only or ARITHMETICS:
        if not possible(name):
            print(f"{name}: not tried, since this processor cannot be it")
            continue
        start, before = time.perf_counter(), different
        with ThreadPoolExecutor(options.jobs) as pool:
            runs = {pool.submit(differences, path, name): path for path in paths}
            for run in as_completed(runs):
                for line in run.result():
                    different += 1
                    print(f"{name}: {_relative(runs[run])}: {line}", flush=True)
        print(
            f"{name}: {len(paths)} notebooks, {different - before} differences "
            f"({time.perf_counter() - start:.0f} s)",
            flush=True,
        )
    return 1 if different else 0


def possible(name):
    """Whether this processor can be told to compute so."""
    if NEEDS.get(name) is None:
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return platform.machine() in ("x86_64", "AMD64")
    return NEEDS[name] in flags


def differences(path, name):
    """One line for each output of the notebook that is another under this arithmetic."""
    stored = nbformat.read(path, as_version=4)
    start = [new_code_cell(f"__import__('runpy').run_path({str(PERTURBATION)!r})['start']()")]
    notebook = nbformat.from_dict(stored)
    if name == "perturbed":
        notebook.cells = [*start, *notebook.cells]
    try:
        fresh = execute(notebook, path, environment=ARITHMETICS[name])
    except NotebookError as error:
        return [" ".join(str(error).split())[:300]]
    fresh.cells = fresh.cells[len(notebook.cells) - len(stored.cells) :]
    pairs = zip(_outputs(stored), _outputs(fresh), strict=True)
    return [
        f"code cell {number}: {_first_difference(old, new)}"
        for number, (old, new) in enumerate(pairs)
        if old != new
    ]


def _outputs(notebook):
    """Of each code cell, the lines of all that it shows; none where it may differ."""
    return [
        []
        if IGNORED in cell.metadata.get("tags", [])
        else [line for output in cell.outputs for line in _lines(output)]
        for cell in normalise(notebook).cells
        if cell.cell_type == "code"
    ]


def _lines(output):
    texts = [
        output.get("text", ""),
        output.get("evalue", ""),
        *(str(value) for _, value in sorted(output.get("data", {}).items())),
    ]
    return [line for text in texts for line in text.splitlines()]


def _first_difference(old, new):
    changed = [line for line in difflib.ndiff(old, new) if line[:2] in ("- ", "+ ")]
    gone, come = ([line[2:] for line in changed if line[0] == sign] for sign in "-+")
    pair = gone[0] if gone else "", come[0] if come else ""
    # In a long line, only the surroundings of the first character that differs.
    common = min(map(len, pair))
    at = next((i for i in range(common) if pair[0][i] != pair[1][i]), common)
    cut = [text[max(0, at - 60) : at + 60] for text in pair]
    return f"{len(changed)} lines; {cut[0]!r} became {cut[1]!r}"


def _relative(path):
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    sys.exit(main())
