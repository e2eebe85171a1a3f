"""An answer for the learner: correct, not yet (with the first difference), or not attempted yet."""

import numpy as np


def compare(attempt, witness, cases):
    """Compare a learner's function with a witness on every case; print one line of feedback.

    ``attempt``, ``witness``: functions of the same arguments. ``cases``: a list of
    ``(arguments, options)``, a tuple and a dict each. A function that returns None counts as not
    attempted. Arrays are compared by shape and then by value (to 1e-9). An exception in
    ``attempt`` is not caught: its traceback shows the learner's own line.

    >>> compare(lambda n: n + 1, lambda n: 2 * n, [((1,), {}), ((3,), {})])
    Not yet. With 3: yours gives 4; it should be 6.
    >>> compare(lambda n: 2 * n, lambda n: 2 * n, [((1,), {}), ((3,), {})])
    Correct: all 2 cases agree.
    """
    for arguments, options in cases:
        given = attempt(*arguments, **options)
        if given is None:
            print("Not attempted yet (or a return is missing).")
            return
        expected = np.asarray(witness(*arguments, **options))
        called = ", ".join([*map(_brief, arguments), *(f"{k}={v}" for k, v in options.items())])
        start = f"Not yet. With {called}: yours" if called else "Not yet. Yours"
        try:
            np.asarray(given).astype(float)
        except (TypeError, ValueError):
            print(f"{start} gives {given!r}; it should be made of numbers.")
            return
        given = np.asarray(given)
        if given.shape != expected.shape:
            print(f"{start} has shape {given.shape}; it should be {expected.shape}.")
            return
        if not np.allclose(given, expected, rtol=1e-9, atol=1e-9):
            print(f"{start} gives {_brief(given)}; it should be {_brief(expected)}.")
            return
    print(f"Correct: all {len(cases)} cases agree.")


def _brief(value):
    """A value on one line, with at most four decimals."""
    return str(np.round(np.asarray(value), 4).tolist())
