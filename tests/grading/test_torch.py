"""Grading answers that are PyTorch networks: they stay in their own process."""

from dataclasses import replace

import pytest

from course import editions
from course.grading import examine, session, submissions
from lib.checks import Clause, Task, call
from tests.grading.handed_in import NAME

LIMITS = session.Limits(seconds=60)
PLACES = "interpolation-places"


def graded(code, clauses, monkeypatch):
    """The verdict on an answer to a task with these clauses, in place of one of the course."""
    exercise = submissions.exercises()[NAME]
    first = exercise.tasks[0]
    exercise = replace(
        exercise, tasks=(first,), steps=(exercise.steps[0], submissions.Step(task=first))
    )
    monkeypatch.setattr(examine, "find", lambda name: Task(name, "places", clauses, ("a", "b")))
    return examine.verdicts(exercise, {PLACES: code}, LIMITS)[PLACES]


SHAPE = Clause(
    "the shape",
    [call(3)],
    holds=lambda net, n: (
        None
        if (net([[0.0] * n]).shape == (1, 2) and net.layers == ("Linear",) and net.parameters == 8)
        else f"(1, 2) and not {net([[0.0] * n]).shape}"
    ),
)
NETWORK = "import torch\ndef places(n):\n    return torch.nn.Sequential(torch.nn.Linear({}, 2))"


@pytest.mark.parametrize(
    "code, says",
    [
        (NETWORK.format("n"), "Correct."),
        (NETWORK.format("n + 1"), "another kind of answer (RuntimeError: mat1 and mat2 shapes"),
        (
            "import torch\nclass places(torch.nn.Module):\n    def __init__(self, n):\n"
            "        super().__init__()\n        self.a = torch.nn.Linear(n, 2)\n"
            "    def forward(self, x):\n        import os; os._exit(0)",
            "ended its process",
        ),
        (
            "import torch\ndef places(n):\n    m = torch.nn.Linear(n, 2)\n"
            "    o = torch.optim.Adam(m.parameters())\n    for _ in range(3):\n"
            "        m(torch.ones(1, n)).mean().backward()\n        o.step()\n    return m",
            "Correct.",
        ),
    ],
)
def test_a_network_is_asked_where_it_is(code, says, monkeypatch):
    assert says in str(graded(code, [SHAPE], monkeypatch))


def test_tensors_views_and_changed_arguments_are_seen(monkeypatch):
    import numpy as np

    clauses = [
        Clause("as they were", [call(np.zeros(3))], untouched=True),
        Clause("its own", [call(np.zeros(3))], fresh=True),
        Clause("ones", [call(np.zeros(3))], equals=lambda x: np.ones(3)),
    ]
    for code, says in [
        ("def places(x):\n    x += 1\n    return x", "argument 1 was changed"),
        ("def places(x):\n    return x[:2]", "a view of the argument"),
        ("import torch\ndef places(x):\n    return torch.ones(3)", "Correct."),
        (
            "import scipy.signal\ndef places(x):\n    return scipy.signal.convolve(x, [1]) + 1",
            "Correct.",
        ),
    ]:
        assert says in str(graded(code, clauses, monkeypatch))


def test_the_exercises_solutions_get_full_points():
    """One exercise whose answers are networks, if the course has one; else any of the last."""
    name = next(
        (
            name
            for name, exercise in submissions.exercises().items()
            if any("torch" in step for step in exercise.steps if isinstance(step, str))
        ),
        list(submissions.exercises())[-1],
    )
    exercise = submissions.exercises()[name]
    book = editions.annotated(editions.read(editions.sources()[name]))
    cells = submissions.notebook(editions.nbformat.writes(book).encode())
    found = examine.verdicts(exercise, submissions.answers(exercise, cells), LIMITS)
    assert {str(verdict) for verdict in found.values()} == {"Correct."}
