"""vec and unvec: an array as one long vector, and back, in either order."""

from math import prod

from ..arguments import array, one_of, per_axis, plural, refuse

_NUMPY_ORDER = {"row": "C", "column": "F"}


def vec(x, order="row"):
    """Stack the entries of ``x``, any shape, into one vector of ``x.size`` entries.

    ``"row"`` goes along the rows (the last axis runs fastest, as ``x.reshape(-1)`` and PyTorch
    do); ``"column"`` goes down the columns (the first axis runs fastest, as textbooks of linear
    algebra do). ValueError for any other order.

    >>> import numpy as np
    >>> x = np.array([[1, 2, 3], [4, 5, 6]])
    >>> vec(x)
    array([1, 2, 3, 4, 5, 6])
    >>> vec(x, order="column")
    array([1, 4, 2, 5, 3, 6])
    """
    return array("x", x).ravel(order=_NUMPY_ORDER[one_of("order", order, _NUMPY_ORDER)])


def unvec(v, shape, order="row"):
    """Undo ``vec``: the vector ``v`` as an array of the given shape (an int or a tuple).

    ValueError where ``v`` is not a vector with as many entries as the shape has cells.

    >>> import numpy as np
    >>> unvec(np.array([1, 4, 2, 5, 3, 6]), (2, 3), order="column")
    array([[1, 2, 3],
           [4, 5, 6]])
    """
    v, numpy_order = array("v", v), _NUMPY_ORDER[one_of("order", order, _NUMPY_ORDER)]
    axes = len(shape) if isinstance(shape, (tuple, list)) else 1
    cells = per_axis("shape", shape, axes, 0) if axes else ()
    if v.shape != (prod(cells),):
        refuse(
            "v.shape",
            v.shape,
            f"does not fill shape={shape!r}",
            f"use a vector of {plural(prod(cells), 'entry', 'entries')}",
        )
    return v.reshape(cells, order=numpy_order)
