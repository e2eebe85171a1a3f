"""Checks for the chapter on the head to head; the witness is SciPy's t interval."""

from functools import cache

import numpy as np
from scipy import stats

from lib.checks import Clause, Task, call
from lib.checks._values import shape_of
from lib.nets.comparison import load_results

KINDS = ("transposed-3", "transposed-4", "nearest", "bilinear", "shuffle", "shuffle-icnr")
ANY = 1e9  # more than any ripple or number of multiplications


def _errors(seeds, pictures):
    """Errors of two kinds: what a seed does to a run, and what a picture does to both kinds."""
    rng = np.random.default_rng(seeds + 10 * pictures)
    run, picture = rng.normal(size=(2, seeds, 1)), rng.normal(size=pictures)
    first, second = 10 + run + picture + 0.3 * rng.normal(size=(2, seeds, pictures))
    return first.round(2), (second + 0.5).round(2)


def _interval(first, second, comparisons):
    """One number for each run, then the textbook's interval."""
    d = np.mean(second, axis=1) - np.mean(first, axis=1)
    return np.array(stats.ttest_1samp(d, 0).confidence_interval(1 - 0.05 / comparisons))


def _middle(ends, first, second, comparisons):
    if shape_of(ends) != (2,):
        return "two numbers"
    middle = np.mean(second) - np.mean(first)
    if np.isclose(np.mean(ends), middle):
        return None
    return f"an interval around {middle:.4g}, and not around {np.mean(ends):.4g}"


@cache
def _measured():
    """What was measured, as the notebook collects it."""
    runs = load_results()["runs"]
    of = {kind: [run for run in runs if run["kind"] == kind] for kind in KINDS}
    return {
        kind: {
            "error": [run["after"]["held_out_error"] for run in some],
            "ripple": [run["after"]["ripple"] for run in some],
            "multiplications": some[0]["multiplications"]["total"],
        }
        for kind, some in of.items()
    }


def _some(*kinds):
    return {kind: _measured()[kind] for kind in kinds}


def _invented():
    """Errors that a seed changes far more than the kind does; and unequal lists of ripples."""
    seed = np.array([1.0, 9, 4, 7, 2, 6])
    noise = np.array([0.1, -0.1, 0.2, 0, -0.2, 0])
    kinds = {"A": seed + 1 + noise, "B": seed, "C": seed - noise + 0.05, "D": seed[::-1] - 0.5}
    ripples = {"A": 0.2, "B": 0.1, "C": 0.05, "D": 0.4}
    return {
        kind: {
            "error": error.round(3).tolist(),
            "ripple": [0.0] * 5 + [ripples[kind]],
            "multiplications": 100 + 10 * n,
        }
        for n, (kind, error) in enumerate(kinds.items())
    }


def _admissible(measured, most_ripple, most_multiplications):
    return [
        kind
        for kind, numbers in measured.items()
        if max(numbers["ripple"]) <= most_ripple
        and numbers["multiplications"] <= most_multiplications
    ]


def _choices(measured, most_ripple, most_multiplications, comparisons):
    admissible = _admissible(measured, most_ripple, most_multiplications)
    errors = {kind: np.array(measured[kind]["error"])[:, np.newaxis] for kind in admissible}
    ranked = sorted(admissible, key=lambda kind: errors[kind].mean())
    return [
        kind
        for kind in ranked
        if kind == ranked[0] or _interval(errors[ranked[0]], errors[kind], comparisons)[0] <= 0
    ]


def _only_admissible(names, measured, most_ripple, most_multiplications, comparisons):
    if isinstance(names, str) or not set(names) <= set(measured):
        return f"a list with some of the names {', '.join(measured)}"
    for name in names:
        if name not in _admissible(measured, most_ripple, most_multiplications):
            return f"no {name}, which is not admissible"
    return None


def _the_best(names, *arguments):
    best = _choices(*arguments)[:1]
    return None if list(names)[:1] == best else f"{best[0]} first" if best else "an empty list"


def _the_rest(names, *arguments):
    right = _choices(*arguments)
    if list(names) == right:
        return None
    if set(names) == set(right):
        return "the same names in order of their mean errors"
    if len(names) == len(right):
        return "another name among them"
    more = len(right) - 1
    return f"{more or 'no'} name{'s' * (more != 1)} after {right[0]}"


LIMITS = (
    call(_measured(), ANY, 500_000, 15),
    call(_measured(), 1e-6, ANY, 15),
    call(_measured(), 0.35, 460_000, 15),
    call(_measured(), ANY, 466_952, 15),
    call(_invented(), 0.1, ANY, 1),
)
OPEN = (
    call(_measured(), ANY, ANY, 15),
    call(_measured(), ANY, ANY, 21),
    call(_measured(), ANY, 500_000, 15),
    call(_some("bilinear", "transposed-3", "transposed-4"), ANY, ANY, 15),
    call(_some("bilinear", "transposed-3", "transposed-4"), ANY, ANY, 1),
    call(_invented(), 0.3, ANY, 3),
    call(_invented(), ANY, ANY, 3),
)

TASKS = (
    Task(
        "comparison-interval",
        "interval",
        clauses=(
            Clause(
                "the middle", [call(*_errors(3, 2), 1), call(*_errors(8, 5), 15)], holds=_middle
            ),
            Clause(
                "one picture, one comparison",
                [call(*_errors(3, 1), 1), call(*_errors(8, 1), 1)],
                equals=_interval,
            ),
            Clause(
                "several comparisons",
                [call(*_errors(8, 1), 15), call(*_errors(5, 1), 3)],
                equals=_interval,
            ),
            Clause(
                "many pictures",
                [call(*_errors(4, 3), 1), call(*_errors(8, 40), 15)],
                equals=_interval,
            ),
        ),
    ),
    Task(
        "comparison-choose",
        "choices",
        clauses=(
            Clause(
                "only admissible kinds",
                [*LIMITS, call(_measured(), 1e-6, 1000, 15)],
                holds=_only_admissible,
            ),
            Clause("the best first", [*LIMITS, call(_measured(), 1e-6, 1000, 15)], holds=_the_best),
            Clause("what the rule leaves open", OPEN, holds=_the_rest),
        ),
    ),
)
