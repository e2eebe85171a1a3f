"""All 70,000 images of MNIST: found on this machine or fetched, and checked in either case."""

import gzip
import hashlib
import http.client
import os
import struct
import sys
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._files import set_aside

VARIABLE = "CONVOLUTION_TRANSPOSED_DATA"
ARCHIVE = "mnist_full.npz"
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
ATTEMPTS = 3  # for each file and mirror
PAUSE = 1.0  # seconds before the second attempt; twice as long before every further one
TIMEOUT = 30  # seconds of silence after which a connection counts as lost
BLOCK = 2**16  # bytes read at a time


class Part(NamedTuple):
    """One of MNIST's four files: its name, and the array of uint8 that it holds."""

    key: str  # its name in mnist_full.npz
    file: str
    shape: tuple
    sha256: str  # of the file once decompressed, as in ``gunzip -c FILE | sha256sum``

    @property
    def header(self):
        """The first bytes of the decompressed file (the format IDX): type and shape."""
        axes = len(self.shape)
        return struct.pack(f">HBB{axes}I", 0, 8, axes, *self.shape)


PARTS = (
    Part("x_train", "train-images-idx3-ubyte.gz", (60_000, 28, 28),
         "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    Part("y_train", "train-labels-idx1-ubyte.gz", (60_000,),
         "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    Part("x_test", "t10k-images-idx3-ubyte.gz", (10_000, 28, 28),
         "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    Part("y_test", "t10k-labels-idx1-ubyte.gz", (10_000,),
         "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)


class DataError(RuntimeError):
    """Data that are not here, cannot be fetched or are not what they should be."""


class Damaged(Exception):
    """A file that does not hold what it should; the text names its path."""


class NoTransfer(Exception):
    """A mirror that did not send all of a file. ``final``: asking it again is no use."""

    def __init__(self, reason, final=False):
        super().__init__(reason)
        self.final = final


def load():
    """The four arrays, by their keys: "x_train", "y_train", "x_test", "y_test" (all uint8).

    From the folder that CONVOLUTION_TRANSPOSED_DATA names, or else from the user's cache folder,
    into which missing files are fetched. DataError, with what to do, where neither works.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _from_folder(Path(named).expanduser())
    folder = cache_folder()
    try:
        return {part.key: _cached(folder / part.file, part) for part in PARTS}
    except OSError as error:
        raise DataError(
            f"The cache folder {folder} cannot be used ({error}). Make it writable, or set "
            f"XDG_CACHE_HOME to another folder. {_by_hand()}") from None


def cache_folder():
    """Where fetched data are kept: a folder of this project in the user's cache folder."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        base = Path(chosen)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path.home() / ".cache"
    return base / "convolution-transposed" / "mnist"


def _from_folder(folder):
    """The arrays from the user's own folder, whose files are never changed or made up for."""
    archive = folder / ARCHIVE
    missing = [part.file for part in PARTS if not (folder / part.file).exists()]
    if not archive.exists() and missing:
        lacking = "is not a folder" if not folder.is_dir() else f"lacks {', '.join(missing)}"
        raise DataError(
            f"{VARIABLE}={str(folder)!r} {lacking}. Name a folder that holds {_wanted()}; or unset "
            f"the variable, and the data are fetched.")
    try:
        if archive.exists():
            return _read_archive(archive)
        return {part.key: _read_idx(folder / part.file, part) for part in PARTS}
    except Damaged as damage:
        raise DataError(f"{damage} Replace it with a sound copy; or unset {VARIABLE}, "
                        "and the data are fetched.") from None


def _read_archive(path):
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {part.key: stored[part.key] for part in PARTS}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise Damaged(f"{path} is truncated or altered: {error}.") from None
    for part in PARTS:
        _check(arrays[part.key], part, path)
    return arrays


def _read_idx(path, part):
    """The array of one gzipped file in MNIST's own format, IDX."""
    size = len(part.header) + prod(part.shape)
    try:
        with gzip.open(path) as stream:
            content = stream.read(size + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(f"{path} is truncated or altered: {error}.") from None
    if len(content) != size or not content.startswith(part.header):
        raise Damaged(f"{path} is truncated or altered: it does not hold an array of shape "
                      f"{part.shape}.")
    array = np.frombuffer(content, np.uint8, offset=len(part.header)).reshape(part.shape).copy()
    _check(array, part, path)
    return array


def _check(array, part, path):
    if array.dtype != np.uint8 or array.shape != part.shape:
        raise Damaged(f"{path} is truncated or altered: {part.key} is {array.dtype} of shape "
                      f"{array.shape}, not uint8 of shape {part.shape}.")
    if hashlib.sha256(part.header + array.tobytes()).hexdigest() != part.sha256:
        raise Damaged(f"{path} is altered: the SHA-256 of {part.key} is not MNIST's.")


def _cached(path, part):
    """One array from the cache; its file is fetched if it is missing or damaged."""
    try:
        return _read_idx(path, part)
    except FileNotFoundError:
        pass
    except Damaged as damage:
        _say(f"{damage} It is fetched anew.")
    # Imported where it is needed: most readers never come here.
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.parent / "lock")
    try:
        lock.acquire(timeout=0.1)
    except Timeout:
        _say("Another process is fetching MNIST; waiting for it.")
        lock.acquire()
    try:
        # Another process may have fetched it while this one waited.
        return _read_idx(path, part)
    except (FileNotFoundError, Damaged):
        return _fetched(path, part)
    finally:
        lock.release()


def _fetched(path, part):
    """Fetch one file from the first mirror that sends it whole, and return its array.

    It grows under another name, and takes its own only when its content is verified.
    """
    partial = path.with_name(path.name + ".part")
    failures = []
    for mirror in MIRRORS:
        url = mirror + path.name
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE * 2 ** (attempt - 1))
            try:
                _transfer(url, partial)
                array = _read_idx(partial, part)
            except NoTransfer as failure:
                reason = str(failure)
                if failure.final:
                    break
            except Damaged:
                reason = "what it sent is truncated or altered"
                partial.unlink()
            else:
                if os.path.lexists(path):
                    _say(f"What was there is now {set_aside(path)}.")
                os.replace(partial, path)
                return array
        failures.append(f"{url}: {reason}")
    raise DataError(
        "MNIST's full set is not on this machine and could not be fetched "
        f"({'; '.join(failures)}). Connect to a network and try again. {_by_hand()}") from None


def _transfer(url, partial):
    """Fetch ``url`` into the file ``partial``, after what it already holds of it."""
    start = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the partial file is not a beginning of this one
            partial.unlink(missing_ok=True)
        final = 400 <= error.code < 500 and error.code not in (408, 416, 429)
        raise NoTransfer(f"HTTP status {error.code} ({error.reason})", final) from None
    except (OSError, http.client.HTTPException) as error:
        raise NoTransfer(str(getattr(error, "reason", error)) or type(error).__name__) from None
    with response:
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        if not (start and response.status == 206 and resumed):
            start = 0
        total = None if response.length is None else start + response.length
        with open(partial, "ab" if start else "wb") as file, Progress(partial.stem, total) as bar:
            done = start
            while block := _next_block(response):
                file.write(block)
                done += len(block)
                bar.show(done)
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done != total:
        raise NoTransfer(f"the connection ended after {done:,} of {total:,} bytes")


def _next_block(response):
    try:
        return response.read(BLOCK)
    except (OSError, http.client.HTTPException) as error:
        raise NoTransfer(f"the connection broke ({error})") from None


class Progress:
    """A line on stderr that says how much of a file is here."""

    def __init__(self, name, total):
        self.name, self.total, self.shown = name, total, None

    def show(self, done):
        if self.total:
            text = f"{100 * done // self.total:3d} % of {self.total / 1e6:.2f} MB"
        else:
            text = f"{done / 1e6:.1f} MB"
        if text != self.shown:
            print(f"\r{self.name}: {text}", end="", file=sys.stderr, flush=True)
            self.shown = text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.shown:
            print(file=sys.stderr, flush=True)


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _wanted():
    return f"{ARCHIVE}, or {', '.join(part.file for part in PARTS)}"


def _by_hand():
    return (f"Or put {_wanted()} into a folder and name that folder in the environment variable "
            f"{VARIABLE}. mnist() without full=True needs none of this.")
