"""What clauses of several chapters hold: each gives None, or the text of what was expected."""

import numpy as np

from ._values import shape_of


def shaped(shape, expected):
    """A ``Clause.holds``: the result is of that shape; ``expected`` says so in words."""

    def holds(result, *_, **__):
        return None if shape_of(result) == shape else expected

    return holds


def near(right, places, within):
    """A ``Clause.holds``: the numbers at some places are those that ``right()`` has there."""

    def holds(numbers):
        numbers_there, right_there = np.array([(numbers[i], right()[i]) for i in places]).T
        wrong = np.flatnonzero(~(np.abs(numbers_there - right_there) <= within))
        return f"another number at [{places[wrong[0]]}]" if len(wrong) else None

    return holds
