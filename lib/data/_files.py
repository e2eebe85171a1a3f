"""Files that cannot be used are put aside and never deleted: they may be somebody's."""

import os


def set_aside(path):
    """Rename a file to the first of NAME.unusable, NAME.2.unusable, … that is free; returns it."""
    number, other = 1, path.with_name(f"{path.name}.unusable")
    while os.path.lexists(other):
        number += 1
        other = path.with_name(f"{path.name}.{number}.unusable")
    return path.rename(other)
