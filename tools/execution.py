"""Execute notebooks side by side, keep the results in Jupyter Book's own cache.

A notebook runs again when its code or anything it depends on changed (see ``dependencies``),
and only then. Each result is stored as soon as it is there, so an interruption or a failure
elsewhere loses nothing that has finished.
"""

import copy
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path

# jsonschema loads this where it can, to check addresses that no notebook has; it compiles
# grammars for as long as a whole unchanged build takes without it.
sys.modules.setdefault("rfc3987_syntax", None)

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from dependencies import ROOT, fingerprint

CACHE_LIMIT = 200  # results kept in the cache; the oldest go first
CELL_TIMEOUT = 600  # seconds; a slow machine needs patience, a hanging cell an end

# One thread a kernel: kernels run side by side, and PyTorch's results depend on the number of
# threads. A fixed hash seed makes the order of sets the same in every run.
KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class NotebookError(Exception):
    """A cell that failed: the message names the notebook, the cell and the error."""


def cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def refresh(paths, *, root=ROOT, jobs=None, force=False, report=print):
    """Bring the cached results of notebooks up to date; return (executed, errors).

    paths: the notebooks; jobs: how many run at a time (default: the cores of this machine);
    force: run also those whose results are up to date; report: gets a line of progress.
    executed: the paths that ran and succeeded; errors: {path: NotebookError} of those that failed.
    """
    cache = open_cache(root)
    records = cache.list_cache_records()
    by_key = {(record.data or {}).get("fingerprint"): record for record in records}
    seconds = {record.uri: (record.data or {}).get("execution_seconds", 0) for record in records}
    waiting = []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        key = fingerprint(notebook, path, root)
        if force or key not in by_key:
            waiting.append((path, notebook, key))
        elif not _is_cached(cache, notebook, key):
            # The cache's own key covers captions and other metadata too: keep the outputs.
            _store(cache, _with_outputs(cache, notebook, by_key[key]), path, by_key[key].data)
    # Longest first, so that none is left running alone at the end. One never timed may be long.
    waiting.sort(key=lambda item: -seconds.get(str(item[0]), float("inf")))
    if waiting:
        report(f"Executing {len(waiting)} of {len(paths)} notebooks")
    executed, errors, start = [], {}, time.perf_counter()
    with _running_kernels(jobs or cores()) as run:
        futures = {run(nb, path): (path, key) for path, nb, key in waiting}
        for n, future in enumerate(as_completed(futures), start=1):
            path, key = futures[future]
            name = _name(path, root)
            try:
                notebook, took = future.result()
            except NotebookError as error:
                errors[path] = NotebookError(f"{name}: {error}")
                report(f"[{n}/{len(waiting)}] {name}  FAILED, {str(error).splitlines()[0]}")
                continue
            _store(cache, notebook, path, {"execution_seconds": took, "fingerprint": key})
            executed.append(path)
            report(f"[{n}/{len(waiting)}] {name}  {took:.1f} s")
    if waiting:
        report(f"Executed in {time.perf_counter() - start:.1f} s")
    return executed, errors


def cached(path, *, root=ROOT):
    """The notebook at `path` with its cached outputs; KeyError when there are none."""
    _, notebook = open_cache(root).merge_match_into_notebook(nbformat.read(path, as_version=4))
    return notebook


def open_cache(root=ROOT):
    """The cache that Jupyter Book reads when it builds the book at `root`."""
    return get_cache(str(Path(root) / "_build" / ".jupyter_cache"))


def describe_images(notebook):
    """Use the text form of each image output as its alt text, where MyST-NB looks for it.

    The figures of ``lib.plots`` say in their text form what there is to see, computed from the
    numbers drawn, so that the description cannot fall behind the picture.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if any(mime.startswith("image/") for mime in data) and data.get("text/plain"):
                image = cell.metadata.setdefault("mystnb", {}).setdefault("image", {})
                image["alt"] = " ".join(data["text/plain"].split())
    return notebook


def execute(notebook, path, *, on_start=lambda client: None):
    """Run every cell of `notebook` in the folder of `path`; return it with its outputs.

    Raises NotebookError at the first cell that fails, and when a cell tagged
    ``raises-exception`` raises nothing.
    """
    notebook = copy.deepcopy(notebook)
    if not any(cell.cell_type == "code" and cell.source.strip() for cell in notebook.cells):
        return notebook
    current = [0]
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        startup_timeout=CELL_TIMEOUT,
        kernel_name="python3",
        coalesce_streams=True,
        record_timing=False,  # times in the metadata would make every run a new notebook
        shutdown_kernel="immediate",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(Path(path).parent)}},
        on_cell_start=lambda cell, cell_index: current.__setitem__(0, cell_index),
    )
    on_start(client)
    try:
        client.execute(env={**os.environ, **KERNEL_ENVIRONMENT})
    except CellExecutionError as error:
        raise NotebookError(_cell_message(notebook, current[0], f"{error.ename}: {error.evalue}"))
    except CellTimeoutError:
        raise NotebookError(_cell_message(notebook, current[0], f"ran over {CELL_TIMEOUT} s"))
    except DeadKernelError:
        raise NotebookError(_cell_message(notebook, current[0], "the kernel died"))
    for index, cell in enumerate(notebook.cells):
        raised = any(output.output_type == "error" for output in cell.get("outputs", []))
        if "raises-exception" in cell.metadata.get("tags", []) and not raised:
            message = "is tagged raises-exception and raised nothing"
            raise NotebookError(_cell_message(notebook, index, message))
    return notebook


def _cell_message(notebook, index, what):
    """'code cell 3 (cell 7 of the notebook): what', followed by the cell's code."""
    number = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    code = "\n".join(f"    {line}" for line in notebook.cells[index].source.splitlines())
    return f"code cell {number} (cell {index + 1} of the notebook): {what}\n{code}"


@contextmanager
def _running_kernels(jobs):
    """A function that starts a notebook in a thread; an interruption ends the kernels at once.

    Threads are enough: the work is done in the kernels, which are processes of their own.
    """
    clients, stopped = [], []

    def task(notebook, path):
        if stopped:
            raise NotebookError("not started")
        start = time.perf_counter()
        result = execute(notebook, path, on_start=clients.append)
        return result, time.perf_counter() - start

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            yield lambda notebook, path: pool.submit(task, notebook, path)
        except BaseException:
            stopped.append(True)
            pool.shutdown(wait=False, cancel_futures=True)
            for client in clients:
                if client.km is not None and client.km.has_kernel:
                    with suppress(OSError, AttributeError):
                        os.kill(client.km.provisioner.pid, signal.SIGKILL)
            raise


def _is_cached(cache, notebook, key):
    try:
        record = cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return (record.data or {}).get("fingerprint") == key


def _with_outputs(cache, notebook, record):
    """`notebook` with the outputs of a cached one that has the same code."""
    merged, stored = copy.deepcopy(notebook), cache.get_cache_bundle(record.pk).nb
    for cell, old in zip(_code_cells(merged), _code_cells(stored), strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return merged


def _store(cache, notebook, path, data):
    if cache.get_cache_limit() != CACHE_LIMIT:
        cache.change_cache_limit(CACHE_LIMIT)
    bundle = CacheBundleIn(notebook, str(path), data=data)
    record = cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    # The cache finds a result by the notebook's own metadata; pages show the stored metadata.
    # So the alt text is written into the stored copy once its key is settled.
    stored = describe_images(cache.get_cache_bundle(record.pk).nb)
    nbformat.write(stored, cache._get_notebook_path_cache(record.hashkey))


def _code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _name(path, root):
    path = Path(path)
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
