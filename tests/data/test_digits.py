"""The embedded digits, their split, and how they lie in the full set."""

import doctest
import hashlib
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from course import embed_mnist
from lib.data import _full_set, digits, mnist, pictures


@pytest.fixture(scope="module")
def small():
    return mnist()


@pytest.fixture(scope="module")
def full():
    """The real full set, from the folder in CONVOLUTION_TRANSPOSED_DATA."""
    if not os.environ.get(_full_set.VARIABLE):
        pytest.skip(f"{_full_set.VARIABLE} names no folder with MNIST's full set")
    return mnist(full=True)


def rows(images):
    return {image.tobytes() for image in images}


def test_shapes_and_types(small):
    assert small.train_images.shape == (4000, 28, 28)
    assert small.test_images.shape == (1000, 28, 28)
    assert small.train_labels.shape == small.train_positions.shape == (4000,)
    assert small.test_labels.shape == small.test_positions.shape == (1000,)
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        assert getattr(small, name).dtype == np.uint8
    assert "LeCun" in small.source


def test_every_class_is_split_400_to_100(small):
    assert np.bincount(small.train_labels).tolist() == [400] * 10
    assert np.bincount(small.test_labels).tolist() == [100] * 10


def test_the_held_out_come_after_the_others_of_their_class(small):
    for digit in range(10):
        train = small.train_positions[small.train_labels == digit]
        held_out = small.test_positions[small.test_labels == digit]
        assert train.max() < held_out.min()


def test_no_image_is_in_both_parts(small):
    train, held_out = rows(small.train_images), rows(small.test_images)
    assert (len(train), len(held_out), len(train & held_out)) == (4000, 1000, 0)


def test_mnist_order_mixes_the_classes(small):
    assert np.all(np.diff(small.train_positions) > 0)
    assert np.all(np.diff(small.test_positions) > 0)
    assert small.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


@pytest.mark.parametrize(
    "name, sha256",
    [
        ("images", "fe57609667d7a8b640987a51018781e61c7b264afff6868ef379b0c87cb9335c"),
        ("labels", "0c3aeda58dd36b213d655eb72b9ac9181c90bd3e333a19809cb32b1508f64d77"),
        ("positions", "e1dd53c4d6edc4fc3c40fdab0bff075641d98c977ce302b94d554de655ff9547"),
    ],
)
def test_the_stored_file_is_unaltered_and_small(name, sha256):
    assert digits.EMBEDDED.stat().st_size < 1e6
    with np.load(digits.EMBEDDED, allow_pickle=False) as stored:
        assert hashlib.sha256(stored[name]).hexdigest() == sha256


def test_loading_takes_well_under_a_second(small):
    def seconds():
        start = time.perf_counter()
        mnist()
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 0.2


def test_what_one_caller_changes_no_other_sees(small):
    mine = mnist()
    mine.train_images[:] = 0
    assert mnist().train_images.any()


def test_pca_has_the_error_that_the_split_is_known_for(small):
    """Mean squared error per pixel on the held-out thousand: 0.039 at d = 8, 0.028 at d = 16."""
    train = small.train_images.reshape(4000, 784) / 255
    centred = small.test_images.reshape(1000, 784) / 255 - train.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(train, rowvar=False))
    for d, error in [(8, 0.039), (16, 0.028)]:
        basis = axes[:, -d:]
        rest = centred - centred @ basis @ basis.T
        assert np.mean(rest**2) == pytest.approx(error, abs=0.0005)


def test_repr_is_short(small):
    assert repr(small) == (
        "Digits('MNIST, 5,000 images': 4,000 training images, 1,000 test images)"
    )


def test_without_held_out_is_for_the_full_set():
    with pytest.raises(ValueError, match="without_held_out=True is for the full set"):
        mnist(without_held_out=True)


@pytest.mark.parametrize("module", [digits, pictures])
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0


def test_nothing_heavier_than_numpy_is_loaded():
    code = (
        "import sys, lib.data; lib.data.mnist(); "
        "print([n for n in ('torch', 'matplotlib', 'PIL', 'scipy', 'filelock') "
        "if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_full_set_is_mnist(full):
    assert full.train_images.shape == (60_000, 28, 28)
    assert full.test_images.shape == (10_000, 28, 28)
    assert full.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert full.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert full.train_positions[[0, -1]].tolist() == [0, 59_999]
    assert full.test_positions[[0, -1]].tolist() == [60_000, 69_999]


def test_subset_lies_in_the_full_training_set_where_it_says(small, full):
    for part in ("train", "test"):
        images, labels = getattr(small, part + "_images"), getattr(small, part + "_labels")
        positions = getattr(small, part + "_positions")
        np.testing.assert_array_equal(full.train_images[positions], images)
        np.testing.assert_array_equal(full.train_labels[positions], labels)


def test_subset_is_the_first_500_of_each_class(small, full):
    firsts = [np.flatnonzero(full.train_labels == digit)[:500] for digit in range(10)]
    positions = np.concatenate([small.train_positions, small.test_positions])
    np.testing.assert_array_equal(np.sort(positions), np.sort(np.concatenate(firsts)))


def test_no_image_of_the_subset_is_in_the_full_test_set(small, full):
    subset = rows(small.train_images) | rows(small.test_images)
    assert not subset & rows(full.test_images)


def test_full_training_set_without_the_held_out(small, full):
    kept = mnist(full=True, without_held_out=True)
    assert kept.train_images.shape == (59_000, 28, 28)
    assert not rows(kept.train_images) & rows(small.test_images)
    assert rows(kept.train_images) >= rows(small.train_images)
    np.testing.assert_array_equal(full.train_images[kept.train_positions], kept.train_images)
    np.testing.assert_array_equal(full.train_labels[kept.train_positions], kept.train_labels)
    np.testing.assert_array_equal(full.test_images, kept.test_images)


def test_embedding_finds_positions(small, full):
    found = embed_mnist.find(
        small.test_images, small.test_labels, full.train_images, full.train_labels
    )
    np.testing.assert_array_equal(found, small.test_positions)


@pytest.mark.parametrize(
    "images, labels, message",
    [
        ([[9, 9]], [0], "exactly once"),
        ([[2, 2]], [0], "exactly once"),
        ([[1, 1]], [5], "labels"),
    ],
)
def test_embedding_stops_at_images_it_cannot_place(images, labels, message):
    known = np.array([[1, 1], [2, 2], [2, 2]], dtype=np.uint8)
    with pytest.raises(SystemExit, match=message):
        embed_mnist.find(
            np.array(images, dtype=np.uint8), np.array(labels), known, np.array([0, 0, 0])
        )
