"""Answers to every task, right and wrong ones, as ``tests/exercises/answers/CHAPTER.py`` has them.

A file holds answers one after another, each below a line that says what it is:

    # %% interpolation-places | right
    # %% interpolation-places | wrong: aligned corners | at [1]

A wrong answer names the clause that has to catch it, and a part of what the check has to say.
The notebook's own solution need not be repeated.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("answers")


@dataclass(frozen=True)
class Answer:
    """An answer's code; ``clause`` is what catches it, "" for a right one."""

    task: str
    code: str
    clause: str = ""
    says: str = ""

    def __str__(self):  # the name of the test
        return f"{self.task}: {self.clause or 'right'}: {self.says}"


def written(folder=FOLDER):
    """Every ``Answer`` in the folder, in order; ValueError for a heading of another form."""
    return [answer for path in sorted(Path(folder).glob("*.py")) for answer in _of(path)]


def _of(path):
    before, *parts = path.read_text(encoding="utf-8").split("\n# %% ")
    for part in parts:
        heading, _, code = part.partition("\n")
        task, kind, *says = [field.strip() for field in heading.split("|")]
        clause = kind.removeprefix("wrong: ")
        if kind == "right" and not says:
            yield Answer(task, code)
        elif clause != kind and len(says) == 1 and says[0]:
            yield Answer(task, code, clause, says[0])
        else:
            raise ValueError(f"{path}: '# %% {heading}' is neither '# %% task | right' nor "
                             "'# %% task | wrong: clause | part of the message'")
