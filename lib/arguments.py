"""What functions accept: the checks of arguments that all packages of ``lib`` share.

Each refusal is a ``ValueError`` that names the argument, gives its value and says what would do.
"""

from operator import index

import numpy as np

# The largest number that PyTorch takes, and the largest size that NumPy can count to.
MAX_INT64 = 2**63 - 1


def refuse(name, value, problem, remedy):
    """Raise ``ValueError("name=value problem; remedy.")``."""
    raise ValueError(f"{name}={value!r} {problem}; {remedy}.")


def plural(number, one, many=None):
    """A number with its noun: "1 cell", "2 cells"; ``many`` where an s is not enough."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def is_integer(value):
    """True for what Python takes as an index, but not for bool (as PyTorch has it)."""
    try:
        index(value)
    except TypeError:
        return False
    return not isinstance(value, bool)


def integer(name, value, least):
    """One whole number of at least ``least``."""
    if not is_integer(value):
        refuse(name, value, "is not a whole number", f"use an int of {least} or more")
    if value < least:
        refuse(name, value, "is too small", f"use {least} or more")
    if value > MAX_INT64:
        refuse(name, value, "is too large", "use at most 2**63 - 1")
    return index(value)


class PerAxis(tuple):
    """A checked number for each axis, with the name and the value of the argument behind it.

    What is computed from the numbers can so be refused in the words of the caller.
    """

    def __new__(cls, numbers, name, given):
        numbers = tuple.__new__(cls, numbers)
        numbers.name, numbers.given = name, given
        return numbers

    def refuse(self, problem, remedy):
        refuse(self.name, self.given, problem, remedy)


def per_axis(name, value, axes, least, spread_one=True):
    """A number per axis: ``2`` and ``(2,)`` mean ``(2, 2)`` where there are two axes."""
    if is_integer(value) and not isinstance(value, np.ndarray):
        numbers = (value,) * axes
    elif not isinstance(value, (tuple, list)) or not all(is_integer(v) for v in value):
        wanted = "an int" if axes == 1 else f"an int, or a tuple of {axes} ints"
        refuse(name, value, "is not made of whole numbers", f"use {wanted}")
    elif len(value) == axes:
        numbers = value
    elif len(value) == 1 and spread_one:
        numbers = tuple(value) * axes
    else:
        wanted = "one number" if axes == 1 else f"one number for all axes, or {axes}"
        refuse_length(name, value, axes, f"give {wanted}")
    if min(numbers) < least:
        refuse(name, value, "is too small", f"use {least} or more on every axis")
    if max(numbers) > MAX_INT64:
        refuse(name, value, "is too large", "use at most 2**63 - 1 on every axis")
    return PerAxis(map(index, numbers), name, value)


def refuse_length(name, value, axes, remedy):
    """Refuse a tuple that has not one entry for each axis."""
    there = "there is one axis" if axes == 1 else f"there are {axes} axes"
    refuse(name, value, f"has length {len(value)} where {there}", remedy)


def number_of_axes(*given):
    """How many axes are meant: as many as the first tuple has entries, and one without tuples."""
    # An empty tuple is refused by the check that follows: it asks for one number.
    return next((max(len(one), 1) for one in given if isinstance(one, (tuple, list))), 1)


def one_of(name, value, allowed):
    """One of a few words."""
    if not isinstance(value, str) or value not in allowed:
        refuse(name, value, "is unknown", "use " + " or ".join(repr(word) for word in allowed))
    return value


def array(name, value, axes=None, remedy=None):
    """A NumPy array of numbers; its data type stays as it is.

    ``axes``: the numbers of axes that are allowed, ``remedy``: what to say where it has others.
    """
    try:
        numbers = np.asarray(value)
    except ValueError:
        refuse(name, value, "does not make an array", "give every row as many entries")
    if numbers.dtype.kind not in "iufc":
        refuse(
            f"{name}.dtype",
            str(numbers.dtype),
            "does not hold numbers",
            f"use an integer or floating-point array, for example {name}.astype(float)",
        )
    if axes is not None and numbers.ndim not in axes:
        refuse(
            f"{name}.shape", numbers.shape, f"has {plural(numbers.ndim, 'axis', 'axes')}", remedy
        )
    return numbers
