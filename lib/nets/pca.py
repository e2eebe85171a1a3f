"""Principal component analysis: the best linear autoencoder, from one decomposition."""

import numpy as np

from lib.arguments import integer, refuse


class PCA:
    """The ``code`` directions along which centred data vary most.

    ``mean``: (D,); ``components``: (code, D), orthonormal rows, by falling variance, each with
    its largest entry positive; ``variances``: (code,), of the data along them (divided by N).
    As NumPy computes them, float64: with the singular value decomposition X = U S V of the
    centred data, they are the first rows of V, and S^2 / N.

    ``x``: (N, ...), flattened to (N, D); uint8 is read as pixels, divided by 255.
    ValueError for more components than min(N, D).

    >>> x = np.random.default_rng(0).normal(size=(50, 3)) * [3, 1, 0.1]
    >>> pca = PCA(x, 2)
    >>> pca.encode(x).shape, pca.decode(pca.encode(x)).shape
    ((50, 2), (50, 3))
    >>> bool(pca.error(x) < 0.01)
    True
    """

    def __init__(self, x, code):
        x = _rows(x)
        code = integer("code", code, 1)
        if code > min(x.shape):
            refuse(
                "code",
                code,
                f"is more than {x.shape[0]} examples of {x.shape[1]} numbers have",
                f"use {min(x.shape)} at most",
            )
        self.mean = x.mean(axis=0)
        _, sizes, directions = np.linalg.svd(x - self.mean, full_matrices=False)
        largest = np.abs(directions).argmax(axis=1)
        # The sign of a direction is a matter of chance; this settles it.
        directions *= np.sign(directions[np.arange(len(directions)), largest])[:, np.newaxis]
        self.components = directions[:code]
        self.variances = sizes[:code] ** 2 / len(x)

    @classmethod
    def of(cls, mean, components, variances):
        """A PCA from its parts."""
        pca = cls.__new__(cls)
        pca.mean, pca.components, pca.variances = mean, components, variances
        return pca

    def encode(self, x):
        """(N, ...) to the coordinates (N, code) along the components."""
        return (_rows(x) - self.mean) @ self.components.T

    def decode(self, code):
        """(N, d) to (N, D), from the first d coordinates: d of 1 up to all."""
        code = np.asarray(code)
        return code @ self.components[: code.shape[1]] + self.mean

    def error(self, x, code=None):
        """Mean squared error per number of x when rebuilt from the first ``code`` coordinates."""
        return float(np.mean((self.decode(self.encode(x)[:, :code]) - _rows(x)) ** 2))


def _rows(x):
    x = np.asarray(x)
    scale = 255 if x.dtype == np.uint8 else 1
    return x.reshape(len(x), -1) / scale
