"""Files that cannot be used are put aside and never deleted: they may be somebody's."""

import os


def set_aside(path):
    """Rename a file to NAME.unusable, or NAME.2.unusable and so on; returns the new path."""
    number, other = 1, path.with_name(f"{path.name}.unusable")
    while os.path.lexists(other):
        number += 1
        other = path.with_name(f"{path.name}.{number}.unusable")
    return path.rename(other)
