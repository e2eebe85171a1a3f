"""The learner's feedback: its own examples, and what it must not swallow."""

import doctest

import pytest

from lib import checks


def test_examples():
    failed, tried = doctest.testmod(checks)
    assert tried and not failed


def test_an_exception_is_the_learners_own():
    with pytest.raises(ZeroDivisionError):
        checks.compare(lambda: 1 / 0, lambda: 1, [((), {})])


def test_the_first_difference_is_shown(capsys):
    checks.compare(lambda n, s=1: n, lambda n, s=1: n * s, [((2,), {}), ((2,), {"s": 3})])
    assert capsys.readouterr().out == "Not yet. With 2, s=3: yours gives 2; it should be 6.\n"


def test_a_wrong_shape_is_named_before_its_values(capsys):
    checks.compare(lambda: [1, 2], lambda: [1, 2, 0], [((), {})])
    assert "Yours has shape (2,); it should be (3,)" in capsys.readouterr().out


def test_an_answer_without_numbers_is_shown(capsys):
    for answer in ("seven", ..., [[1, 2], [3]]):
        checks.compare(lambda: answer, lambda: 7, [((), {})])
        assert capsys.readouterr().out == (
            f"Not yet. Yours gives {answer!r}; it should be made of numbers.\n"
        )
