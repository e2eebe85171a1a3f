"""What the figures accept, beside the checks of every package in lib.arguments."""

from numbers import Real

import numpy as np

from lib.arguments import integer, plural, refuse


def real_numbers(name, values, axes=None):
    """An array of finite numbers, with one of these numbers of axes where they are given."""
    try:
        values = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        refuse(name, values, "is not made of real numbers", "give numbers, as many in every row")
    _check_axes(name, values, axes)
    if values.size == 0:
        refuse(f"{name}.shape", values.shape, "holds no number", "give at least one")
    if not np.isfinite(values).all():
        refuse(name, float(values[~np.isfinite(values)][0]), "is not finite", "give finite numbers")
    return values


def numbers_or_letters(name, values, axes=(1, 2)):
    """An object array of numbers or letters, with one of these numbers of axes."""
    values = np.asarray(values, dtype=object)
    _check_axes(name, values, axes)
    if values.size == 0:
        refuse(f"{name}.shape", values.shape, "is empty", "give at least one entry")
    for value in values.flat:
        if not isinstance(value, str | Real | np.number | np.bool_):
            refuse(name, value, "is neither a number nor a letter", "give real numbers or letters")
    return values


def _check_axes(name, values, axes):
    if axes and values.ndim not in axes:
        refuse(
            f"{name}.shape",
            values.shape,
            f"has {plural(values.ndim, 'axis', 'axes')}",
            f"give {' or '.join(map(str, axes))}",
        )


def whole_up_to(name, value, most):
    """One whole number from 1 to ``most``."""
    if integer(name, value, 1) > most:
        refuse(name, value, "is too large to draw", f"use at most {most}")
    return int(value)


def strings(name, values, count, noun):
    """A list with a string for each of ``count`` things; a single one need not be in a list."""
    values = [values] if isinstance(values, str) else list(values)
    if len(values) != count or any(not isinstance(value, str) for value in values):
        refuse(
            name, values, f"does not name {plural(count, noun)}", f"give {plural(count, 'string')}"
        )
    return values
