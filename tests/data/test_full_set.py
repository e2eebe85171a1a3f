"""The full set: found, fetched, verified, refused. Small files from a local server."""

import gzip
import hashlib
import http.server
import io
import socket
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pooch
import pytest

from lib.data import DataError, _full_set, mnist
from lib.data._files import set_aside


def idx(array):
    """MNIST's file format, uncompressed."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def fake_arrays():
    random = np.random.default_rng(0)
    shapes = {"x_train": (20, 28, 28), "y_train": (20,), "x_test": (9, 28, 28), "y_test": (9,)}
    return {key: random.integers(0, 10, shape, np.uint8) for key, shape in shapes.items()}


ARRAYS = fake_arrays()
FILES = {part.file: gzip.compress(idx(ARRAYS[part.key]), mtime=0) for part in _full_set.PARTS}
TRAIN = "train-images-idx3-ubyte.gz"


class Mirror(http.server.ThreadingHTTPServer):
    """Serves FILES. ``faults``: what goes wrong with each request for TRAIN, in turn.

    A number is a status, "cut" ends the connection halfway, "garbage" changes bytes, "no length"
    leaves the length out and cuts. ``log``: the file of every request.
    """

    def __init__(self, faults=(), delay=0.0):
        self.faults, self.delay, self.log = list(faults), delay, []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/mnist/"

    def asked(self, file=TRAIN):
        return self.log.count(file)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        file = self.path.removeprefix("/mnist/")
        self.server.log.append(file)
        time.sleep(self.server.delay)
        fault = self.server.faults.pop(0) if file == TRAIN and self.server.faults else None
        content = FILES[file]
        if isinstance(fault, int):
            return self.send_error(fault)
        self.send_response(200)
        if fault != "no length":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault in ("cut", "no length"):
            content = content[: len(content) // 2]
        if fault == "garbage":
            content = content[:100] + bytes(20) + content[120:]
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def mirrors(monkeypatch):
    """A function that starts mirrors, each with its faults, and makes them the ones in use."""
    running = []

    def start(*all_faults, delay=0.0):
        running.extend(Mirror(faults, delay) for faults in all_faults)
        monkeypatch.setattr(_full_set, "MIRRORS", tuple(mirror.url for mirror in running))
        return running if len(running) > 1 else running[0]

    yield start
    for mirror in running:
        mirror.shutdown()
        mirror.server_close()


@pytest.fixture(autouse=True)
def small_world(monkeypatch, tmp_path):
    """Small files with their own hashes, a cache folder for each test, no waiting, no network."""
    parts = tuple(
        part._replace(
            shape=ARRAYS[part.key].shape,
            md5=hashlib.md5(FILES[part.file]).hexdigest(),
            sha256=hashlib.sha256(idx(ARRAYS[part.key])).hexdigest(),
        )
        for part in _full_set.PARTS
    )
    monkeypatch.setattr(_full_set, "PARTS", parts)
    monkeypatch.setattr(_full_set, "MIRRORS", ())
    monkeypatch.setattr(pooch.core, "time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.delenv(_full_set.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def cache(tmp_path):
    folder = tmp_path / "cache" / "convolution-transposed" / "mnist"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The user's own folder, named by the environment variable."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv(_full_set.VARIABLE, str(folder))
    return folder


def fill(folder):
    for name, content in FILES.items():
        (folder / name).write_bytes(content)


def altered():
    """TRAIN as a sound file of the right size with one grey level changed."""
    array = ARRAYS["x_train"].copy()
    array[3, 4, 5] += 1
    return gzip.compress(idx(array), mtime=0)


def assert_right(arrays):
    assert arrays.keys() == ARRAYS.keys()
    for key, array in arrays.items():
        np.testing.assert_array_equal(array, ARRAYS[key])


def assert_one_clear_error(error):
    """One exception, without the tracebacks of others; it says how to do without a network."""
    text = "".join(traceback.format_exception(error))
    assert text.count("Traceback") == 1
    assert "CONVOLUTION_TRANSPOSED_DATA" in str(error)


def no_server():
    """The address of a port at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_fetched_once_and_cached(mirrors, cache, capsys):
    mirror = mirrors([])
    assert_right(_full_set.load())
    assert sorted(path.name for path in cache.iterdir()) == sorted([*FILES, "lock"])
    assert {name: (cache / name).read_bytes() for name in FILES} == FILES
    assert len(mirror.log) == 4
    assert_right(_full_set.load())
    assert len(mirror.log) == 4


def test_progress_has_percentages_and_sizes(mirrors, capsys):
    mirrors([])
    _full_set.load()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("100%") == 4 and "B/s" in err


def test_mnist_uses_it(mirrors):
    mirrors([])
    digits = mnist(full=True, without_held_out=True)
    np.testing.assert_array_equal(digits.train_images, ARRAYS["x_train"])
    assert digits.test_positions.tolist() == list(range(20, 29))
    assert digits.train_images.flags.writeable


def test_an_interruption_leaves_nothing(mirrors, cache, monkeypatch):
    mirror = mirrors([])

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pooch.core, "hash_matches", stop)
        with pytest.raises(KeyboardInterrupt):
            _full_set.load()
    assert [path.name for path in cache.iterdir()] == ["lock"]
    assert_right(_full_set.load())
    assert mirror.asked() == 2


def test_a_killed_process_leaves_nothing_that_is_read(mirrors, cache):
    """The process is killed while it fetches, the lock in its hands."""
    mirror = mirrors([], delay=0.5)
    code = (
        f"from lib.data import _full_set\n_full_set.MIRRORS = ({mirror.url!r},)\n_full_set.load()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(_full_set.__file__).parents[2]
    )
    while not mirror.log and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert mirror.asked() == 1
    assert not (cache / TRAIN).exists()
    mirror.delay = 0
    assert_right(_full_set.load())


@pytest.mark.parametrize(
    "faults, asked",
    [
        (["cut"], 2),
        (["garbage"], 2),
        (["no length"], 2),
        ([503, 503], 3),
        ([429], 2),
    ],
)
def test_what_goes_wrong_is_tried_again(mirrors, faults, asked):
    mirror = mirrors(faults)
    assert_right(_full_set.load())
    assert mirror.asked() == asked


@pytest.mark.parametrize(
    "faults, attempts",
    [
        ([404] * 9, 3),
        ([500] * 9, 3),
        (["garbage"] * 9, 3),
        (["cut"] * 9, 3),
    ],
)
def test_then_the_next_mirror_is_asked(mirrors, faults, attempts):
    first, second = mirrors(faults, [])
    assert_right(_full_set.load())
    assert (first.asked(), second.asked()) == (attempts, 1)


def test_altered_everywhere_is_refused(mirrors, cache):
    mirrors(["garbage"] * 9, ["garbage"] * 9)
    with pytest.raises(DataError, match=f"{TRAIN}: what it sent is truncated or altered") as info:
        _full_set.load()
    assert_one_clear_error(info.value)
    assert not (cache / TRAIN).exists()
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_no_network_and_no_copy(monkeypatch):
    monkeypatch.setattr(_full_set, "MIRRORS", (no_server(), "http://nowhere.invalid/"))
    with pytest.raises(DataError, match="not on this machine and could not be fetched") as info:
        mnist(full=True)
    assert_one_clear_error(info.value)
    assert "http://nowhere.invalid/" + TRAIN in str(info.value)
    assert "mnist() without full=True needs none of this" in str(info.value)


@pytest.mark.parametrize(
    "content",
    [
        FILES[TRAIN][:-9],
        b"",
        b"no gzip",
        altered(),
        gzip.compress(b"no IDX", mtime=0),
        gzip.compress(idx(ARRAYS["x_train"]) + b"more", mtime=0),
    ],
)
def test_a_damaged_file_in_the_cache_is_named_and_fetched_anew(mirrors, cache, capsys, content):
    fill(cache)
    (cache / TRAIN).write_bytes(content)
    mirror = mirrors([])
    assert_right(_full_set.load())
    assert mirror.log == [TRAIN]
    message = capsys.readouterr().err
    assert str(cache / TRAIN) in message
    assert "altered" in message and "It is fetched anew." in message
    assert (cache / TRAIN).read_bytes() == FILES[TRAIN]
    kept = cache / f"{TRAIN}.unusable"  # it may be somebody's
    assert kept.read_bytes() == content and f"What was there is now {kept}." in message


def test_all_that_is_put_aside_is_kept(tmp_path):
    for text in "abc":
        (tmp_path / "file.gz").write_text(text)
        set_aside(tmp_path / "file.gz")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "file.gz.unusable": "a",
        "file.gz.2.unusable": "b",
        "file.gz.3.unusable": "c",
    }


def test_a_damaged_file_in_the_cache_is_not_used_without_a_network(cache, monkeypatch):
    fill(cache)
    (cache / TRAIN).write_bytes(altered())
    monkeypatch.setattr(_full_set, "MIRRORS", (no_server(),))
    with pytest.raises(DataError) as info:
        _full_set.load()
    assert_one_clear_error(info.value)


def test_two_at_once_fetch_everything_once(mirrors):
    mirror = mirrors([], delay=0.2)
    results = []
    threads = [threading.Thread(target=lambda: results.append(_full_set.load())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    for arrays in results:
        assert_right(arrays)
    assert len(mirror.log) == 4


def test_an_unusable_cache_folder_is_named(monkeypatch, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(in_the_way))
    with pytest.raises(DataError, match="cache folder .*file.* cannot be used") as info:
        _full_set.load()
    assert_one_clear_error(info.value)


def test_own_folder_with_the_archive(own):
    np.savez(own / "mnist_full.npz", **ARRAYS)
    assert_right(_full_set.load())


def test_own_folder_with_the_four_files(own):
    fill(own)
    assert_right(_full_set.load())


def archive(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **{**ARRAYS, **arrays})
    return stream.getvalue()


def without(key):
    stream = io.BytesIO()
    np.savez(stream, **{name: array for name, array in ARRAYS.items() if name != key})
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        archive()[:-100],
        archive()[:5000] + bytes(50) + archive()[5050:],
        b"",
        b"no archive",
        without("y_test"),
        archive(y_test=ARRAYS["y_test"][::-1]),
        archive(y_test=ARRAYS["y_test"].astype(int)),
        archive(x_test=ARRAYS["x_test"][:5]),
        archive(y_test=np.array([{}], dtype=object)),
    ],
    ids=["cut", "overwritten", "empty", "text", "lacks", "order", "type", "shape", "pickled"],
)
def test_a_damaged_archive_is_refused_named_and_left_alone(own, content):
    path = own / "mnist_full.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="altered") as info:
        _full_set.load()
    assert str(path) in str(info.value)
    assert_one_clear_error(info.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [FILES[TRAIN][:-9], altered()], ids=["cut", "altered"])
def test_damaged_own_files_are_refused_named_and_left_alone(own, mirrors, content):
    fill(own)
    (own / TRAIN).write_bytes(content)
    mirror = mirrors([])
    with pytest.raises(DataError, match="altered") as info:
        _full_set.load()
    assert str(own / TRAIN) in str(info.value)
    assert_one_clear_error(info.value)
    assert (own / TRAIN).read_bytes() == content
    assert mirror.log == []


def test_own_folder_that_lacks_files(own, mirrors):
    fill(own)
    (own / TRAIN).unlink()
    mirror = mirrors([])
    with pytest.raises(DataError, match=f"lacks {TRAIN}. Name a folder that holds") as info:
        _full_set.load()
    assert_one_clear_error(info.value)
    assert mirror.log == []


def test_own_folder_that_is_not_there(own):
    own.rmdir()
    with pytest.raises(DataError, match="CONVOLUTION_TRANSPOSED_DATA=.*is not a folder"):
        _full_set.load()
