"""Checks for the chapter on new digits; witnesses are the definitions of mean and covariance."""

import numpy as np

from lib.checks import Clause, Task, call
from lib.checks._predicates import near
from lib.checks._values import shape_of
from lib.nets.classifier import frechet_distance

FIRST, SETS = (0, 4), ((1, 5), (2, 2), (-2, 10), (0, 0, 4, 4))  # as the exercise gives them


def _column(numbers):
    return np.array(numbers, dtype=float)[:, np.newaxis]


def _distances():
    return [frechet_distance(_column(FIRST), _column(other)) for other in SETS]


def _four_distances(distances):
    if shape_of(distances) != (4,):
        return "four numbers"
    below = [n for n, distance in enumerate(distances) if distance < 0]
    return f"no negative distance, as at [{below[0]}]" if below else None


def _codes(count, size, seed):
    """Codes with correlations, and a mean that is not 0."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, size)) @ rng.normal(size=(size, size)) + 5 * np.arange(size)


def _rows_of_noise(new, codes, noise):
    return None if shape_of(new) == noise.shape else f"shape {noise.shape}"


def _drawn_covariance(new, codes, noise):
    """The rows for e_0, e_1, ... show the linear map; its square has to be the covariance."""
    rows = np.asarray(new) - codes.mean(axis=0)
    found, right = rows.T @ rows, np.cov(codes.T)
    for wanted in (right, right * (1 - 1 / len(codes))):
        if np.allclose(found, wanted, rtol=1e-4, atol=1e-6):
            return None
    place = np.unravel_index(np.abs(found - right).argmax(), right.shape)
    return (
        f"a covariance of {right[place]:.3g} between the values {place[0]} and {place[1]} of "
        f"such draws; theirs is {found[place]:.3g}"
    )


def _linear(new, codes, noise):
    """Each row from its own row of noise: half of the noise, half of the way."""
    half = np.asarray(new)[1::2] - codes.mean(axis=0)
    whole = np.asarray(new)[::2] - codes.mean(axis=0)
    return (
        None
        if np.allclose(2 * half, whole)
        else ("rows of which each depends on its own row of noise alone")
    )


def _autoencoder(code, pixels, seed):
    """F, G and centred pictures; G F is not a projection, and codes are correlated."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, pixels)) @ rng.normal(size=(pixels, pixels))
    F, G = 3 * rng.normal(size=(code, pixels)), rng.normal(size=(pixels, code))
    return call(F, G, X - X.mean(axis=0))


def _two_matrices(pair, F, G, X):
    found = [shape_of(part) for part in pair]
    wanted = [F.shape, G.shape]
    return None if found == wanted else f"matrices of shapes {wanted[0]} and {wanted[1]}"


def _same_reconstructions(pair, F, G, X):
    before, after = G @ F, np.asarray(pair[1]) @ np.asarray(pair[0])
    if np.allclose(after, before, atol=1e-6 * np.abs(before).max()):
        return None
    return "the same picture from every picture: G F as it was"


def _covariance_of_codes(pair, X):
    codes = X @ np.asarray(pair[0]).T
    return codes.T @ codes / len(X)


def _unit_spread(pair, F, G, X):
    variances = np.diag(_covariance_of_codes(pair, X))
    wrong = np.flatnonzero(~np.isclose(variances, 1))
    if not len(wrong):
        return None
    return f"variance 1 for every code value; value {wrong[0]} has {variances[wrong[0]]:.4g}"


def _uncorrelated(pair, F, G, X):
    off = np.abs(_covariance_of_codes(pair, X) - np.eye(len(F)))
    return None if off.max() < 1e-6 else f"covariances of 0; one of them is {off.max():.3g}"


EYES = [call(_codes(50, size, size), np.eye(size)) for size in (2, 3, 5)]
DOUBLED = [
    call(_codes(40, 3, 7), np.repeat(_codes(4, 3, 8), 2, axis=0) * np.tile([[1], [0.5]], (4, 1)))
]
ZEROS = [call(_codes(50, size, size), np.zeros((4, size))) for size in (2, 3)]
PAIRS = [_autoencoder(2, 5, 0), _autoencoder(4, 9, 1)]

TASKS = (
    Task(
        "sampling-distances",
        "distances",
        clauses=(
            Clause("four distances", holds=_four_distances),
            Clause("another mean", holds=near(_distances, [0], 1e-5)),
            Clause("another spread", holds=near(_distances, [1, 2], 1e-5)),
            Clause("what it sees", holds=near(_distances, [3], 1e-5)),
        ),
    ),
    Task(
        "sampling-draw",
        "draw",
        clauses=(
            Clause("the shape", [*EYES, *ZEROS], holds=_rows_of_noise),
            Clause("the centre", ZEROS, equals=lambda codes, noise: codes.mean(axis=0) + noise),
            Clause("row by row", DOUBLED, holds=_linear),
            Clause("the covariance", EYES, holds=_drawn_covariance),
        ),
    ),
    Task(
        "sampling-twin",
        "white_twin",
        clauses=(
            Clause("two matrices", PAIRS, holds=_two_matrices),
            Clause("the reconstructions", PAIRS, holds=_same_reconstructions),
            Clause("the spread", PAIRS, holds=_unit_spread),
            Clause("no correlation", PAIRS, holds=_uncorrelated),
        ),
    ),
)
