"""The book's data: MNIST's digits and a few natural pictures, as NumPy arrays.

``mnist()`` needs no network: its 5,000 images lie in this folder (see its README.md).
Nothing but NumPy is loaded until a picture is asked for.
"""

from lib.data._full_set import DataError
from lib.data.digits import Digits, mnist
from lib.data.pictures import other_pictures, photograph

__all__ = ["DataError", "Digits", "mnist", "other_pictures", "photograph"]
