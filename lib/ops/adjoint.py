"""The adjoint test: does one operator undo the other's inner products?"""

import numpy as np

from ..arguments import array, refuse


def adjoint_error(forward, adjoint, x, y):
    """How far two linear operators are from being each other's transpose, from 0 up.

    |<A x, y> - <x, A^T y>| / (sum |A x * y| + sum |x * A^T y|), with A = ``forward`` and
    A^T = ``adjoint``: rounding alone leaves about 1e-16 in float64, a wrong pair about 1.

    ``x``: an array that ``forward`` takes; ``y``: an array of the shape of ``forward(x)``.
    ValueError where the shapes do not suit. Result: a float.

    >>> import numpy as np
    >>> A = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]])
    >>> x, y = np.array([1.0, -1.0, 2.0]), np.array([3.0, 5.0])
    >>> adjoint_error(lambda x: A @ x, lambda y: A.T @ y, x, y)
    0.0
    >>> adjoint_error(lambda x: A @ x, lambda y: -A.T @ y, x, y) > 0.5
    True
    """
    x, y = array("x", x), array("y", y)
    ax, aty = array("forward(x)", forward(x)), array("adjoint(y)", adjoint(y))
    if ax.shape != y.shape:
        refuse(
            "y.shape",
            y.shape,
            f"is not the shape {ax.shape} of forward(x)",
            f"use a y of shape {ax.shape}",
        )
    if aty.shape != x.shape:
        refuse(
            "x.shape",
            x.shape,
            f"is not the shape {aty.shape} of adjoint(y)",
            "use an adjoint that gives back the shape of x",
        )
    left, right = ax * y, x * aty
    size = np.abs(left).sum() + np.abs(right).sum()
    return float(np.abs(left.sum() - right.sum()) / size) if size else 0.0
