"""Files that a command wrote: it may replace and remove these, unless they were changed since.

They are known again by their checksums, which the command notes in a record of its own.
"""

import hashlib
import json
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from lib.files import write_whole


def refuse_unsafe_output(out, mark, root):
    """ValueError unless a command may write to the folder ``out``.

    It must not hold this repository, nor lie among what the repository is made of or the book's
    own pages. A folder of the repository that holds a file ``mark`` was made by the command; one
    that holds ``.git`` is another repository or a work tree, such as one of gh-pages.
    """
    folder, root = Path(out).resolve(), Path(root).resolve()
    if folder == root or root.is_relative_to(folder):
        raise ValueError(
            f"OUT={out} holds this repository; name a new folder, such as _build/my-course."
        )
    if folder == Path(os.path.expanduser("~")).resolve():
        raise ValueError(f"OUT={out} is your home folder; name a folder in it.")
    if folder.is_relative_to(root):
        first, *rest = folder.relative_to(root).parts
        kept = {"html", "jupyter_execute", "stored", "linkcheck", "exercises.json"}
        taken = (
            not rest or rest[0] in kept or rest[0].startswith(".")
            if first == "_build"
            else (
                first.startswith(".venv")
                or (root / first).exists()
                and not any((root / first / own).exists() for own in (mark, ".git"))
            )
        )
        if taken:
            raise ValueError(
                f"OUT={out} lies among the sources or the book's own pages; name a "
                "new folder, such as _build/my-course."
            )
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"OUT={out} is a file; name a folder.")


def checksum(path):
    """SHA-256 of a file in hex; "" for what is not one itself: a folder, a link, nothing."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):  # a pipe would be read for ever
            return ""
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def sha256(text):
    """The checksum of a file with this text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def rewrite(path, text, before):
    """Write a file that has to hold the bytes ``before`` still; returns whether it did.

    Where it does not, somebody saved it in the meantime, and it stays as it is. Its permissions
    stay, and a link stays a link.
    """
    path = Path(os.path.realpath(path))

    def still(part):
        shutil.copymode(path, part)
        return path.read_bytes() == before

    return write_whole(path, text, still)


class Record:
    """The files that a command has in a folder, noted in a file as {name: checksums}.

    While a file is replaced it has two of them: that of the old text and that of the new. So it
    is known again wherever the command was killed.
    """

    def __init__(self, path, folder):
        self.path, self.folder, self.sums = Path(path), Path(folder), {}
        with suppress(OSError, ValueError, TypeError):  # then nothing is known to be its own
            self.sums = {
                name: list(sums)
                for name, sums in dict(json.loads(self.path.read_text(encoding="utf-8"))).items()
            }

    def owns(self, name):
        """Whether a file is there, as the command wrote it."""
        present = checksum(self.folder / name)
        return bool(present) and present in self.sums.get(name, ())

    def write(self, texts):
        """Write pairs of a name and a text, in place of those before; returns the files' names.

        A file that others wrote, or that was changed, stays, and the text goes to a file beside
        it. Those before that have no text any more are removed.
        """
        files = {}
        for name, text in texts:
            files[self._free(name, sha256(text), files)] = text
        removed = [name for name in self.sums if name not in files and self.owns(name)]
        self.sums = {
            name: [checksum(self.folder / name)] if self.owns(name) else []
            for name in [*removed, *files]
        }
        for name, text in files.items():
            self.sums[name].append(sha256(text))
        write_whole(self.path, json.dumps(self.sums))
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / name, text)
        for name in removed:
            (self.folder / name).unlink(missing_ok=True)
            with suppress(OSError):  # it holds other files
                (self.folder / name).parent.rmdir()
        return [*files]

    def _free(self, name, new, taken):
        """The first of a.b, a.new.b, a.new.new.b, ... that is free, its own, or has this text."""
        while (
            name in taken
            or os.path.lexists(self.folder / name)
            and not (self.owns(name) or checksum(self.folder / name) == new)
        ):
            path = Path(name)
            name = path.with_name(f"{path.stem}.new{path.suffix}").as_posix()
        return name
