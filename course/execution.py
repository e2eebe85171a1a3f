"""Execute notebooks side by side, keep the results in Jupyter Book's own cache.

A notebook runs again when its code or anything it depends on changed (see ``dependencies``),
and only then. Each result is stored as soon as it is there, so an interruption or a failure
elsewhere loses nothing that has finished.
"""

import copy
import errno
import hashlib
import os
import shutil
import signal
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import nbformat
from filelock import FileLock, Timeout
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from lib.files import write_whole

from .dependencies import ROOT, fingerprint
from .kernels import KERNEL_ENVIRONMENT, kernel_environment, kernel_spec, settings_folder, warm_up

CACHE_LIMIT = 200  # results kept in the cache; the oldest go first
FULL_OR_READ_ONLY = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
CELL_TIMEOUT = 600  # seconds; a slow machine needs patience, a hanging cell an end

# Cells so tagged show nothing that the build could warn of.
UNSEEN = {"remove-stderr", "remove-output", "remove-cell"}


class NotebookError(Exception):
    """A cell that failed: the message names the notebook, the cell and the error."""


def cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class CacheError(OSError):
    """The cache cannot be written or read, and a new one would not help; the text says why."""


def refresh(paths, *, root=ROOT, jobs=None, force=False, environment=None, report=print):
    """Bring the cached results of notebooks up to date; return (executed, errors).

    paths: the notebooks; jobs: how many run at a time (default: the cores of this machine);
    force: run also those whose results are up to date; environment: {name: value} of variables
    for the kernels beyond their own, which count as something that results depend on;
    report: gets a line of progress.
    executed: the paths that ran and succeeded; errors: {path: NotebookError} of those that failed.
    Raises CacheError where the cache cannot be written.
    """
    with one_run_at_a_time(Path(root) / "_build", ".cache.lock", "executing notebooks", report):
        return _refresh(paths, root, jobs, force, environment or {}, report)


def _refresh(paths, root, jobs, force, environment, report):
    cache = _readable_cache(root, report)
    records = cache.list_cache_records()
    by_key = {_data(record).get("fingerprint"): record for record in records}
    seconds = {record.uri: _data(record).get("execution_seconds", 0) for record in records}
    settings = {**KERNEL_ENVIRONMENT, **environment}
    waiting = []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        key = fingerprint(notebook, path, root, settings)
        if force or key not in by_key:
            waiting.append((path, notebook, key))
        elif not _is_cached(cache, notebook, key):
            # The cache's own key covers captions and other metadata too: keep the outputs.
            _store(cache, _with_outputs(cache, notebook, by_key[key]), path, by_key[key].data)
    # Longest first, so that none is left running alone at the end. One never timed may be long,
    # and the more so the later it comes in the book.
    waiting.reverse()
    waiting.sort(key=lambda item: -seconds.get(str(item[0]), float("inf")))
    if waiting:
        warm_up(kernel_environment(root, settings_folder(root), environment))
        report(f"Executing {len(waiting)} of {len(paths)} notebooks")
    executed, errors, start = [], {}, time.perf_counter()
    with _running_kernels(jobs or cores(), root, environment) as run:
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


def results(paths, root=ROOT):
    """{path, from `root`: hash of the cached result} of notebooks whose results are up to date."""
    cache, hashes = open_cache(root), {}
    for path in paths:
        record = cache.match_cache_notebook(nbformat.read(path, as_version=4))
        hashes[_name(path, root)] = _data(record).get("sha256")
    return hashes


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


def execute(notebook, path, *, root=ROOT, environment=None, on_start=lambda client: None):
    """Run every cell of `notebook` in the folder of `path`; return it with its outputs.

    root: where the `lib` lies that it imports; environment: variables for the kernel beyond its
    own, which are the same for all users (see ``kernels``). Raises NotebookError at the first
    cell that fails, when a cell tagged ``raises-exception`` raises nothing, and when one writes
    to stderr, which the build takes for a warning.
    """
    notebook = copy.deepcopy(notebook)
    if not any(cell.cell_type == "code" and cell.source.strip() for cell in notebook.cells):
        return notebook
    current = 0

    def starts(cell, cell_index):
        nonlocal current
        current = cell_index

    def failure(what, index=None):
        """'code cell 3 (cell 7 of the notebook): what', followed by the cell's code."""
        index = current if index is None else index
        number = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
        code = "\n".join(f"    {line}" for line in notebook.cells[index].source.splitlines())
        return NotebookError(
            f"code cell {number} (cell {index + 1} of the notebook): {what}\n{code}"
        )

    variables = kernel_environment(root, settings_folder(root), environment)
    client = NotebookClient(
        notebook,
        kernel_manager_class=AsyncKernelManager,
        timeout=CELL_TIMEOUT,
        startup_timeout=CELL_TIMEOUT,
        coalesce_streams=True,
        record_timing=False,  # times in the metadata would make every run a new notebook
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(Path(path).parent)}},
        on_cell_start=starts,
    )
    manager = client.create_kernel_manager()
    manager.kernel_spec_manager = _OwnKernel()
    manager.connection_file = os.path.join(
        variables["JUPYTER_RUNTIME_DIR"], f"kernel-{uuid.uuid4()}.json"
    )
    on_start(client)
    try:
        client.execute(env=variables)
    except CellExecutionError as error:
        raise failure(f"{error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise failure(f"ran over {CELL_TIMEOUT} s") from None
    except DeadKernelError:
        raise failure("the kernel died") from None
    except RuntimeError as error:  # it died, or hung, before the first cell
        raise NotebookError(f"the kernel failed: {error}") from None
    for index, cell in enumerate(notebook.cells):
        outputs, tags = cell.get("outputs", []), set(cell.metadata.get("tags", []))
        raised = any(output.output_type == "error" for output in outputs)
        if "raises-exception" in tags and not raised:
            raise failure("is tagged raises-exception and raised nothing", index)
        stderr = "".join(output.text for output in outputs if output.get("name") == "stderr")
        if stderr and not tags & UNSEEN:
            raise failure(f"wrote to stderr: {stderr.strip()}", index)
    return notebook


class _OwnKernel(KernelSpecManager):
    """Knows one kernel, the caller's interpreter, by whatever name."""

    def get_kernel_spec(self, kernel_name):
        return kernel_spec()


@contextmanager
def _running_kernels(jobs, root, environment):
    """A function that starts a notebook in a thread; an interruption ends the kernels at once.

    Threads are enough: the work is done in the kernels, which are processes of their own.
    """
    clients, stopped = [], []

    def task(notebook, path):
        if stopped:
            raise NotebookError("not started")
        start = time.perf_counter()
        result = execute(
            notebook, path, root=root, environment=environment, on_start=clients.append
        )
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


@contextmanager
def one_run_at_a_time(folder, lock, what, report=print):
    """One run at a time in `folder`, which is made; what goes wrong with its files is CacheError.

    lock: the name of the lock's file; what: "executing notebooks", what another run may be at.
    """
    folder = Path(folder).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _waiting_for(FileLock(folder / lock), what, report):
            yield
    except OSError as error:
        ours = str(error.filename or "").startswith(str(folder))
        if isinstance(error, CacheError) or not (ours or error.errno in FULL_OR_READ_ONLY):
            raise
        raise CacheError(f"{folder} cannot be written: {error.strerror}") from error
    except Exception as error:
        cause = _database_error(error)
        if cause is None:
            raise
        raise CacheError(f"the cache in {folder} cannot be used: {cause}") from error


def _waiting_for(lock, what, report):
    """The lock, held; says so when that takes waiting."""
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        report(f"Another run is {what} here; waiting for it")
        return lock.acquire()


def _readable_cache(root, report):
    """The cache without results that cannot be read; a new one where all of it is damaged."""
    folder = Path(root) / "_build" / ".jupyter_cache"
    if folder.exists() and not folder.is_dir():
        folder.unlink()
    cache = open_cache(root)
    try:
        records = cache.list_cache_records()
        cache.get_cache_limit()
        _check_files(folder)
    except Exception as error:
        # Locked, read-only or on a full disk it may well be whole.
        if _database_error(error) is not None and not _is_damage(error, folder):
            raise
        report("The cache of results cannot be read: making it anew")
        cache.db.dispose()
        shutil.rmtree(folder)
        return open_cache(root)
    bad = [record for record in records if not _is_whole(cache, record)]
    if bad:
        report(f"{len(bad)} stored results cannot be read: making them anew")
        for record in bad:
            shutil.rmtree(_result_file(cache, record.hashkey).parent, ignore_errors=True)
        NbCacheRecord.remove_records([record.pk for record in bad], cache.db)
    return cache


def _result_file(cache, hashkey):
    """Where jupyter-cache keeps, and looks for, the result of that key."""
    return cache.path / "executed" / hashkey / "base.ipynb"


def _is_whole(cache, record):
    """Whether the file of a record is there, and is what was written."""
    try:
        text = _result_file(cache, record.hashkey).read_bytes()
    except OSError:
        return False
    return _data(record).get("sha256") == hashlib.sha256(text).hexdigest()


def _check_files(folder):
    """Raise ValueError or sqlite3.Error where the cache's own files are damaged."""
    with closing(sqlite3.connect(folder / "global.db")) as database:
        [answer] = database.execute("PRAGMA quick_check(1)").fetchone()
    executed = folder / "executed"
    if answer != "ok" or (executed.exists() and not executed.is_dir()):
        raise ValueError("damaged")


def _database_error(error):
    """The error of SQLite that `error` came from, or None."""
    while error is not None and not isinstance(error, sqlite3.Error):
        error = error.__cause__ or getattr(error, "orig", None)
    return error


def _is_damage(error, folder):
    """Whether a new database would help: this one is damaged, or lacks its tables."""
    words = str(_database_error(error))
    if "unable to open" in words:
        return not (folder / "global.db").is_file()
    return not any(word in words for word in ("locked", "readonly", "full"))


def _data(record):
    """What `_store` noted with a result: its fingerprint, checksum and time."""
    return record.data or {}


def _is_cached(cache, notebook, key):
    try:
        return _data(cache.match_cache_notebook(notebook)).get("fingerprint") == key
    except KeyError:
        return False


def _with_outputs(cache, notebook, record):
    """`notebook` with the outputs of a cached one that has the same code."""
    merged, stored = copy.deepcopy(notebook), cache.get_cache_bundle(record.pk).nb
    for cell, old in zip(_code_cells(merged), _code_cells(stored), strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return merged


def _store(cache, notebook, path, data):
    """Put a result into the cache: the file first, whole or not at all, and then its record.

    The cache finds a result by the notebook's own metadata; pages show the stored metadata. So
    the alt text is written into the stored copy once its key is settled.
    """
    stored, hashkey = cache.create_hashed_notebook(notebook)
    text = nbformat.writes(describe_images(stored), nbformat.NO_CONVERT).encode()
    file = _result_file(cache, hashkey)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, text)
    with suppress(KeyError):
        old = NbCacheRecord.record_from_hashkey(hashkey, cache.db)
        NbCacheRecord.remove_record(old.pk, cache.db)
    data = {**data, "sha256": hashlib.sha256(text).hexdigest()}
    NbCacheRecord.create_record(uri=str(path), hashkey=hashkey, db=cache.db, data=data)
    if cache.get_cache_limit() != CACHE_LIMIT:
        cache.change_cache_limit(CACHE_LIMIT)
    cache.truncate_caches()


def _code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _name(path, root):
    path = Path(path)
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
