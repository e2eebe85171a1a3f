"""All 70,000 images of MNIST: found on this machine or fetched, and checked in either case."""

import gzip
import hashlib
import os
import struct
import sys
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


class Part(NamedTuple):
    """One of MNIST's four files: its name, and the array of uint8 that it holds."""

    key: str  # its name in mnist_full.npz
    file: str
    shape: tuple
    md5: str  # of the file, as mirrors have it
    sha256: str  # of the file once decompressed, as in ``gunzip -c FILE | sha256sum``

    @property
    def header(self):
        """The first bytes of the decompressed file (the format IDX): type and shape."""
        axes = len(self.shape)
        return struct.pack(f">HBB{axes}I", 0, 8, axes, *self.shape)


PARTS = (
    Part(
        "x_train",
        "train-images-idx3-ubyte.gz",
        (60_000, 28, 28),
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    Part(
        "y_train",
        "train-labels-idx1-ubyte.gz",
        (60_000,),
        "d53e105ee54ea40749a09fcbcd1e9432",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    Part(
        "x_test",
        "t10k-images-idx3-ubyte.gz",
        (10_000, 28, 28),
        "9fb629c4189551a2d022fa330f9573f3",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    Part(
        "y_test",
        "t10k-labels-idx1-ubyte.gz",
        (10_000,),
        "ec29112dd5afa0611ce80d1b7f02629c",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


class DataError(RuntimeError):
    """Data that are not here, cannot be fetched or are not what they should be."""


class Damaged(Exception):
    """A file that does not hold what it should; the text names its path."""


def load():
    """The four arrays, by their keys: "x_train", "y_train", "x_test", "y_test" (all uint8).

    From the folder that CONVOLUTION_TRANSPOSED_DATA names, or else from the user's cache folder,
    into which missing files are fetched. DataError, with what to do, where neither works.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _from_folder(Path(named).expanduser())
    import pooch  # where it is needed: most readers never come here

    folder = pooch.os_cache("convolution-transposed") / "mnist"
    try:
        return _from_cache(folder)
    except OSError as error:
        raise DataError(
            f"The cache folder {folder} cannot be used ({error}). Make it writable, or set "
            f"XDG_CACHE_HOME to another folder. {_by_hand()}"
        ) from None


def _from_folder(folder):
    """The arrays from the user's own folder, whose files are never changed or made up for."""
    archive = folder / ARCHIVE
    missing = [part.file for part in PARTS if not (folder / part.file).exists()]
    if not archive.exists() and missing:
        lacking = "is not a folder" if not folder.is_dir() else f"lacks {', '.join(missing)}"
        raise DataError(
            f"{VARIABLE}={str(folder)!r} {lacking}. Name a folder that holds {_wanted()}; or unset "
            f"the variable, and the data are fetched."
        )
    try:
        if archive.exists():
            return _read_archive(archive)
        return {part.key: _read_idx(folder / part.file, part) for part in PARTS}
    except Damaged as damage:
        raise DataError(
            f"{damage} Replace it with a sound copy; or unset {VARIABLE}, and the data are fetched."
        ) from None


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
        raise Damaged(
            f"{path} is truncated or altered: it does not hold an array of shape {part.shape}."
        )
    array = np.frombuffer(content, np.uint8, offset=len(part.header)).reshape(part.shape).copy()
    _check(array, part, path)
    return array


def _check(array, part, path):
    if array.dtype != np.uint8 or array.shape != part.shape:
        raise Damaged(
            f"{path} is truncated or altered: {part.key} is {array.dtype} of shape "
            f"{array.shape}, not uint8 of shape {part.shape}."
        )
    if hashlib.sha256(part.header + array.tobytes()).hexdigest() != part.sha256:
        raise Damaged(f"{path} is altered: the SHA-256 of {part.key} is not MNIST's.")


def _from_cache(folder):
    """The arrays from the cache folder, into which what is missing or damaged is fetched."""
    try:
        return {part.key: _read_idx(folder / part.file, part) for part in PARTS}
    except (FileNotFoundError, Damaged):
        pass
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0.1)
    except Timeout:
        _say("Another process is fetching MNIST; waiting for it.")
        lock.acquire()
    try:  # another process may have fetched them while this one waited
        return {part.key: _cached(folder / part.file, part) for part in PARTS}
    finally:
        lock.release()


def _cached(path, part):
    """One array from the cache; its file is fetched if it is missing or damaged."""
    try:
        return _read_idx(path, part)
    except FileNotFoundError:
        pass
    except Damaged as damage:
        _say(f"{damage} It is fetched anew. What was there is now {set_aside(path)}.")
    _fetch(path, part)
    return _read_idx(path, part)


def _fetch(path, part):
    """Fetch one file from the first mirror that sends it as it should be."""
    import pooch
    import requests

    # Without that header a server may send it decompressed.
    download = pooch.HTTPDownloader(progressbar=True, headers={"Accept-Encoding": "identity"})
    failures = []
    for mirror in MIRRORS:
        cache = pooch.create(
            path.parent,
            mirror,
            registry={part.file: f"md5:{part.md5}"},
            retry_if_failed=ATTEMPTS - 1,
        )
        try:
            return cache.fetch(part.file, downloader=download)
        except requests.RequestException as error:
            failures.append(f"{mirror}{part.file}: {error}")
        except ValueError:  # another hash
            failures.append(f"{mirror}{part.file}: what it sent is truncated or altered")
    raise DataError(
        "MNIST's full set is not on this machine and could not be fetched "
        f"({'; '.join(failures)}). Connect to a network and try again. {_by_hand()}"
    ) from None


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _wanted():
    return f"{ARCHIVE}, or {', '.join(part.file for part in PARTS)}"


def _by_hand():
    return (
        f"Or put {_wanted()} into a folder and name that folder in the environment variable "
        f"{VARIABLE}. mnist() without full=True needs none of this."
    )
