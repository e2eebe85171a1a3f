"""A small classifier of digits, whose features say how alike two sets of pictures are."""

import numpy as np
import torch  # noqa: F401  (the example below)
from torch import nn

from lib.arguments import refuse

FEATURES = 64


class Classifier(nn.Module):
    """(N, 1, 28, 28) pictures to (N, 10) scores of the digits; ``features``: to (N, 64).

    >>> Classifier().features(torch.zeros(3, 1, 28, 28)).shape
    torch.Size([3, 64])
    """

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 7 * 7, FEATURES),
        )
        self.scores = nn.Sequential(nn.ReLU(), nn.Linear(FEATURES, 10))

    def forward(self, x):
        return self.scores(self.features(x))


def frechet_distance(a, b):
    """How far apart two sets of vectors are, by their means and covariances alone.

    With means m and n and covariances C and D it is |m - n|^2 + tr(C + D - 2 (C D)^(1/2)): the
    squared 2-Wasserstein distance of two Gaussians, so 0 for equal means and covariances. Small
    sets look further apart than they are: compare sets of the same size.

    ``a``: (N, F) and ``b``: (M, F), at least two vectors each. Returns a float.
    Source: D. C. Dowson and B. V. Landau (1982); M. Heusel et al. (2017) for its use on features.

    >>> a = np.random.default_rng(0).normal(size=(100, 3))
    >>> round(frechet_distance(a, a + [3, 4, 0]), 6)
    25.0
    """
    a, b = (np.asarray(values, dtype=float) for values in (a, b))
    for name, values in (("a", a), ("b", b)):
        if values.ndim != 2 or len(values) < 2:
            refuse(
                f"{name}.shape",
                values.shape,
                "is not that of a set of vectors",
                "give (N, F) with N of 2 or more",
            )
    if a.shape[1] != b.shape[1]:
        refuse(
            "b.shape",
            b.shape,
            f"does not suit vectors of {a.shape[1]} numbers",
            "give both sets the same features",
        )
    apart = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    c, d = (np.cov(values, rowvar=False, ddof=0).reshape(a.shape[1], -1) for values in (a, b))
    # tr (C D)^(1/2) is the sum of the singular values of C^(1/2) D^(1/2).
    crossed = np.linalg.svd(_root(c) @ _root(d), compute_uv=False).sum()
    return float(max(apart + np.trace(c) + np.trace(d) - 2 * crossed, 0.0))


def _root(covariance):
    """The symmetric square root of a covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(values.clip(0)) @ vectors.T
