"""Files that are written whole or not at all."""

import os
import secrets
from pathlib import Path

UNFINISHED = "." + 16 * "[0-9a-f]" + ".part"  # a pattern; a killed process leaves such a file


def write_whole(path, content, ready=lambda part: True):
    """Write a text, as UTF-8, or bytes to a file in one step, also where the power fails.

    Whoever reads the file finds what it held before, or all of the new content; after any failure
    it holds what it held before. ``ready`` is asked once the content is on the disk, in a file
    beside the one that it will replace, whose path it gets: where it says no, nothing is replaced.
    Returns whether the file was written. The folder has to be there.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    part = path.with_name(f".{secrets.token_hex(8)}.part")  # no two writers share it
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not ready(part):
            return False
        os.replace(part, path)
        return True
    finally:
        part.unlink(missing_ok=True)
