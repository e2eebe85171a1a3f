"""Natural pictures that matplotlib brings along, as grey images.

They are read from matplotlib's folder without importing it. Of each, source and licence
are in README.md beside this file.
"""

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from lib.arguments import integer, refuse

CROP = 512  # pixels: the whole width of the portrait, from its top edge to the chest


def photograph(size=None):
    """A portrait photograph in grey: Grace Hopper, head and shoulders, by the US Navy (1984).

    ``size``: pixels on a side, a divisor of 512 (512, 256, 128, 64, ...); smaller pictures are
    means over squares of pixels. Left out, 512.
    Result: (size, size) float64 from 0 (black) to 1 (white). ValueError for other sizes.

    >>> photograph(64).shape
    (64, 64)
    """
    size = CROP if size is None else integer("size", size, 1)
    if CROP % size:
        refuse("size", size, f"does not divide {CROP}", "use 512, 256, 128, 64 or 32")
    from PIL import Image

    with Image.open(_sample("grace_hopper.jpg")) as picture:
        colours = np.asarray(picture.convert("RGB"), dtype=np.int64)[:CROP, :CROP]
    # Luma after ITU-R BT.601, as Pillow and most programs turn colours into grey. Whole numbers
    # as long as possible, so that pixels of one grey are equal on every processor.
    grey = colours @ np.array([299, 587, 114])
    block = CROP // size
    return grey.reshape(size, block, size, block).sum(axis=(1, 3)) / (255_000 * block**2)


def other_pictures():
    """More natural pictures: name -> (H, W) float64, lowest value 0 and highest 1.

    "mountains": land heights near Jacksboro, Tennessee, (344, 403); "coast": heights and sea
    depths, (91, 120); "head": a slice of a head by magnetic resonance imaging, (256, 256).

    >>> sorted(other_pictures())
    ['coast', 'head', 'mountains']
    """
    with np.load(_sample("jacksboro_fault_dem.npz"), allow_pickle=False) as stored:
        mountains = stored["elevation"]
    with np.load(_sample("topobathy.npz"), allow_pickle=False) as stored:
        coast = stored["topo"]
    with gzip.open(_sample("s1045.ima.gz")) as stored:
        head = np.frombuffer(stored.read(), dtype="<u2").reshape(256, 256)
    raw = {"mountains": mountains, "coast": coast, "head": head}
    return {name: _from_0_to_1(values) for name, values in raw.items()}


def _from_0_to_1(values):
    values = values.astype(np.float64)
    return (values - values.min()) / (values.max() - values.min())


def _sample(name):
    """Path of one of matplotlib's sample files."""
    package = find_spec("matplotlib")
    if package is None:
        raise ModuleNotFoundError(
            f"matplotlib brings the picture {name} along and is not installed; "
            "install it: pip install matplotlib"
        )
    return Path(package.origin).parent / "mpl-data" / "sample_data" / name
