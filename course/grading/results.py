"""What becomes of submissions: a grade, or why there is none, and which of several counts."""

import json
from dataclasses import asdict, dataclass, replace

from lib.checks._answers import brief_text
from lib.checks._task import NOT_ATTEMPTED, NOT_YET

from .submissions import Submission


@dataclass(frozen=True)
class TaskGrade:
    """The grade of one task. ``problem``: the first one, in a line; ``message``: what is said."""

    task: str
    title: str
    of: int
    state: str
    points: int
    problem: str
    message: str

    @classmethod
    def of_verdict(cls, task, verdict):
        """From a task's ``TaskCells`` and the ``Verdict`` on its answer."""
        problem = NOT_ATTEMPTED if verdict.state == NOT_ATTEMPTED else ""
        if verdict.state == NOT_YET:
            problem = brief_text(f"{verdict.clause}: {verdict.rows.get('came out', '')}")
        return cls(
            task.name,
            task.title,
            task.points,
            verdict.state,
            task.points if verdict.correct else 0,
            problem,
            str(verdict),
        )


@dataclass(frozen=True)
class Grade:
    """The grade of a submission. ``tasks``: each a ``TaskGrade``, in the notebook's order.

    ``also``: names of other exercises of which it holds tasks; ``seconds``: that grading took, 0
    where it was graded before.
    """

    exercise: str
    title: str
    tasks: tuple
    also: tuple = ()
    seconds: float = 0

    @property
    def points(self):
        return sum(task.points for task in self.tasks)

    @property
    def of(self):
        """The points that there are."""
        return sum(task.of for task in self.tasks)

    @property
    def attempted(self):
        return any(task.state != NOT_ATTEMPTED for task in self.tasks)

    def to_json(self):
        """What is stored: all but what belongs to one run."""
        stored = asdict(self)
        del stored["also"], stored["seconds"]
        return json.dumps(stored)

    @classmethod
    def from_json(cls, text):
        """What ``to_json`` gave; ValueError, KeyError or TypeError for any other text."""
        stored = json.loads(text)
        tasks = tuple(TaskGrade(**task) for task in stored["tasks"])
        return cls(stored["exercise"], stored["title"], tasks)


@dataclass(frozen=True)
class NotGraded:
    """Why a submission has no grade.

    ``fault``: it is not the learner's, and the next run tries again; ``unasked``: it is of an
    exercise that was not to be graded; ``superseded``: the exercise for which another of the
    learner's notebooks counts.
    """

    problem: str
    fault: bool = False
    unasked: bool = False
    superseded: str = ""


@dataclass(frozen=True)
class Graded:
    """A submission and its result, a ``Grade`` or ``NotGraded``. ``changed``: when the file was."""

    submission: Submission
    result: Grade | NotGraded
    changed: float = 0

    @property
    def is_graded(self):
        return isinstance(self.result, Grade)

    @property
    def rank(self):
        """Of several notebooks of an exercise, that with the highest rank counts.

        It is one with an answer, if there is any; of several, the one that has the exercise's
        name, else the one that was changed last.
        """
        chapter, path = self.result.exercise.rpartition("/")[2], self.submission.path
        return self.result.attempted, path.stem == chapter, self.changed, path.as_posix()


def counted(graded):
    """The same, where at most one notebook of each learner counts for an exercise."""
    best = {}
    for one in sorted(filter(lambda one: one.is_graded, graded), key=lambda one: one.rank):
        best[one.submission.learner, one.result.exercise] = one

    def result(one):
        if not one.is_graded:
            return one
        exercise = one.result.exercise
        counts = best[one.submission.learner, exercise]
        return (
            one
            if counts is one
            else replace(
                one,
                result=NotGraded(
                    f"another notebook of this learner counts for {exercise}: {counts.submission}",
                    superseded=exercise,
                ),
            )
        )

    return [result(one) for one in graded]
