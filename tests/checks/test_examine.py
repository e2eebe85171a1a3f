"""The verdict on an answer: what is compared, what is said, and what is never said."""

import dataclasses
import linecache

import numpy as np
import pytest
import torch

from lib.checks import Answers, Clause, Task, Verdict, call, examine
from lib.checks._values import to_builtin


def judged(answer, *clauses, seconds=10):
    task = Task("test-task", "answer", clauses, ("Look.", "Think."))
    return examine(task, Answers({"answer": answer}, seconds=seconds))


def equals(expected, *calls, **more):
    return Clause("the values", calls, equals=expected, hint="Mind the sign.", **more)


def stub():
    """What it is to do."""
    ...  # your code


@pytest.mark.parametrize("untouched", [None, ..., [...], (...,), {"a": ...}, stub, lambda x: None])
def test_a_stub_is_not_attempted(untouched):
    verdict = judged(untouched, equals(lambda: 1))
    assert str(verdict) == "Not attempted yet." and not verdict.correct


def test_a_missing_name_says_what_to_do():
    verdict = examine(Task("test-task", "answer", (), ()), Answers({}))
    assert str(verdict) == "Not attempted yet. There is no answer: run the cell above first."


@pytest.mark.parametrize(
    "right",
    [
        [1, 2.5],
        (1, 2.5),
        np.array([1, 2.5]),
        torch.tensor([1, 2.5]),
        [np.int64(1), np.float32(2.5)],
        torch.nn.Parameter(torch.tensor([1, 2.5])),
    ],
)
def test_any_form_of_the_same_numbers_is_right(right):
    assert judged(right, equals(lambda: np.array([1, 2.5]))).correct
    assert judged(lambda n: right, equals(lambda n: [1, 2.5], call(2))).correct


@pytest.mark.parametrize(
    "right",
    [
        "stripes",
        True,
        False,
        None,
        {"a": 1, "b": [1.5, "x"]},
        ["a", "b"],
        ("a", "b"),
        [[1], [2, 3]],
        {"a": np.array([1, np.nan])},
        np.array([1, np.nan]),
        float("nan"),
        1 + 2j,
        {"a": None},
        {"a": b"x"},
        ["a", [1, None]],
    ],
    ids=repr,
)
def test_the_same_again_is_right(right):
    again = list(right) if isinstance(right, tuple) else right
    assert judged(lambda: right, equals(lambda: again, call())).correct


@pytest.mark.parametrize(
    "given, expected",
    [
        (None, float("nan")),
        ("5", 5),
        (b"5", 5),
        (5, "5"),
        (1, True),
        (True, "True"),
        (0, None),
        (["a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}),
        ({"a": "x"}, {"a": 1}),
        ({"a": 1}, {"a": "x"}),
        ({"a": 1}, {"a": [1, 1]}),
        ({"a": object()}, {"a": 1}),
        ({"a": 1}, {"a": [[1], [2, 3]]}),
        ([[1], [2, 3]], [[1], [2, 4]]),
        ({"a": None}, {"a": "x"}),
        ({"a": "x"}, {"a": None}),
        ({"a": 1 + 2e-5}, {"a": 1}),
        ([["a"], 1], [["a"], 2]),
        ("x", {"a": 1}),
        ([1, 2, 3], ["a", "b"]),
        ({"a": True}, {"a": "y"}),
        ({"a": [1, "x"]}, {"a": {"b": 1}}),
        ({"a": 1}, {"a": object()}),
        (b"x", ["x", "y"]),
    ],
)
def test_what_is_not_the_same_is_wrong(given, expected):
    assert judged(lambda: given, equals(lambda: expected, call())).state == "not yet"


@pytest.mark.parametrize(
    "given, within, right",
    [
        (1 + 5e-7, 1e-6, True),
        (1 + 5e-6, 1e-6, False),
        (1 + 5e-6, 1e-5, True),
        (5e-7, 1e-6, False),
        (1 + 5e-4, 1e-3, True),
    ],
)
def test_numbers_are_compared_to_within(given, within, right):
    assert judged(given, equals(lambda: 1, within=within)).correct == right
    assert judged([0, given], equals(lambda: [0, 1], within=within)).correct == right


def test_what_is_asked_and_what_was_found_cannot_be_changed():
    for made in (call(1), equals(lambda: 1), Task("a-b", "a", (), ()), Verdict("correct")):
        field = dataclasses.fields(made)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field, "another")


@pytest.mark.parametrize(
    "given, expected, came_out, should",
    [
        ([1, 2, 3], [1, 3, 4], "[1, 2, 3], with 2 at [1]", "3 at [1]"),
        ([0] * 41, [0], "an array of shape (41,)", "shape (1,)"),
        ([1, 2], [1, 3], "[1, 2], with 2 at [1]", "3 at [1]"),
        ([[1], [2]], [1, 2], "[[1], [2]], of shape (2, 1)", "shape (2,)"),
        (4, 5, "4", "5"),
        ("seven", 7, "'seven'", "a number"),
        ([1, [2, 3]], [1, 2], "[1, [2, 3]]", "2 entries"),
        (object(), [1, 2], "an object", "2 entries"),
        ("stripes", "squares", "'stripes'", "'squares'"),
        (1, True, "1", "True"),
        ({"padding": 1}, {"padding": 2}, "{'padding': 1}", "{'padding': 2}"),
        (["a", "b"], ["a", "c"], "['a', 'b']", "['a', 'c']"),
        (np.array(["a", "b"]), ["a", "c"], "['a', 'b']", "['a', 'c']"),
        (
            np.zeros((10, 10)),
            np.ones((10, 10)),
            "an array of shape (10, 10), with 0 at [0, 0]",
            "1 at [0, 0]",
        ),
        (np.zeros((10, 11)), np.ones((10, 10)), "an array of shape (10, 11)", "shape (10, 10)"),
        (float("nan"), 1.0, "nan", "1"),
    ],
)
def test_the_first_difference_is_said(given, expected, came_out, should):
    verdict = judged(given, equals(lambda: expected))
    assert str(verdict).splitlines() == [
        "Not yet: the values.",
        f"  came out  {came_out}",
        f"  expected  {should}",
        "  hint      Mind the sign.",
    ]


def test_forty_numbers_of_another_shape_are_shown():
    rows = judged([0] * 40, equals(lambda: [0])).rows
    assert rows["came out"] == f"{[0] * 40}, of shape (40,)"


def test_a_long_line_breaks_between_words():
    hint = " ".join(["Count", *30 * ["by-itself"]])
    _, *lines = str(judged(1, Clause("one", equals=lambda: 2, hint=hint))).splitlines()
    assert max(map(len, lines)) <= 100 and len(lines) == 6
    assert all(line.startswith(12 * " " + "by-itself") for line in lines[3:])
    assert " ".join(" ".join(lines).split()) == f"came out 1 expected 2 hint {hint}"


@pytest.mark.parametrize(
    "given, expected, should",
    [
        ([1, 2], [1, 3.25], "another number at [1]"),
        (4, 3.25, "another number"),
        ("a", "3.25", "another text"),
        ({"a": 1}, {"a": 3.25}, "a dictionary"),
        (["a"], ["3.25"], "1 entries"),
        ("a", 3.25, "a number"),
        ("a", [3.25, 3.25], "2 entries"),
        ("a", np.array([3.25, 3.25]), "numbers, in shape (2,)"),
        (3.25, True, "True or False"),
    ],
)
def test_an_answer_that_is_a_value_is_not_given_away(given, expected, should):
    verdict = judged(given, equals(lambda: expected, reveal=False))
    assert verdict.state == "not yet" and verdict.rows["expected"] == should


@pytest.mark.parametrize("length, lines", [(88, 1), (89, 2)])
def test_a_line_has_a_hundred_characters_at_most(length, lines):
    text = " ".join(["a" * 40, "b" * (length - 41)])
    said = str(judged(1, Clause("one", equals=lambda: 2, hint=text))).splitlines()[3:]
    assert len(said) == lines and len(said[0]) == (100 if lines == 1 else 52)
    whole = "x" * 150
    assert whole in str(judged(1, Clause("one", equals=lambda: 2, hint=whole)))


def test_a_call_is_shown_with_its_arguments():
    verdict = judged(
        lambda x, stride=1: x.sum(), equals(lambda x, stride: 7, call(np.array([1, 2]), stride=2))
    )
    assert "given     answer([1, 2], stride=2)" in str(verdict)
    assert str(call()) == "" and str(call((1,), a="b")) == "(1,), a='b'"
    assert str(call("a" * 78, b="b" * 78)) == f"'{'a' * 78}', b='{'b' * 78}'"
    assert str(call("a" * 79, b="b" * 79)) == f"'{'a' * 79} …, b='{'b' * 79} …"


def test_a_value_is_shown_without_a_call():
    assert judged(1, equals(lambda: 2)).rows["given"] == ""
    assert "given" not in str(judged(1, equals(lambda: 2)))


def test_a_forgotten_return_is_named():
    def answer(x):
        x + 1

    assert "None (is a return missing?)" in str(judged(answer, equals(lambda x: 1, call(0))))


def test_a_function_where_a_value_is_wanted_and_the_reverse():
    rows = judged(lambda: 3, equals(lambda: 3)).rows
    assert rows["came out"] == "answer is a function"
    assert rows["expected"] == "answer should be a value, not a function"
    rows = judged(3, equals(lambda x: 3, call(1))).rows
    assert rows["came out"] == "answer is a value"
    assert rows["expected"] == "answer should be a function"


def test_the_learners_own_line_is_shown():
    code = "def answer(x):\n    y = 2 * x\n    return y / 0\n"
    linecache.cache["<cell>"] = len(code), None, code.splitlines(keepends=True), "<cell>"
    space = {}
    exec(compile(code, "<cell>", "exec"), space)
    said = str(judged(space["answer"], equals(lambda x: x, call(1))))
    assert (
        "answer raised ZeroDivisionError: division by zero in line 3 of the cell: return y" in said
    )


def endless():
    while True:
        pass


def deep():
    return deep()


def leaves():
    raise SystemExit("bye")


@pytest.mark.parametrize(
    "answer, says",
    [
        (endless, "did not come to an end within 0.2 s"),
        (deep, "called itself without end"),
        (leaves, "raised SystemExit: bye"),
    ],
)
def test_an_answer_that_does_not_return(answer, says):
    assert says in str(judged(answer, equals(lambda: 1, call()), seconds=0.2))


def test_an_interruption_by_the_learner_goes_through():
    def answer():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(answer, equals(lambda: 1, call()))


def test_a_call_cannot_change_the_arguments_of_the_next():
    x = np.array([1, 2])

    def answer(x):
        x += 1
        return x

    assert judged(answer, equals(lambda x: x + 1, call(x), call(x))).correct
    assert x.tolist() == [1, 2]
    untouched = Clause("leaves x alone", [call(x)], untouched=True, hint="Copy first.")
    assert "argument 1 was changed to [2, 3]" in str(judged(answer, untouched))
    second = Clause("leaves both alone", [call(0, x, x)], untouched=True, hint="Copy first.")
    assert "argument 2 was changed to [2, 3]" in str(judged(lambda n, x, y: answer(x), second))
    assert judged(lambda n, x, y: x + 1, second).correct


@pytest.mark.parametrize(
    "view, shares",
    [
        (lambda x: x[::-1], True),
        (lambda x: x[::-1].copy(), False),
        (lambda x: 2 * x, False),
        (lambda x: torch.from_numpy(x), True),
        (lambda x: x.tolist(), False),
    ],
)
def test_a_view_is_told_from_a_copy(view, shares):
    fresh = Clause("a copy", [call(np.array([1, 2]))], fresh=True, hint="Copy.")
    assert judged(view, fresh).correct != shares


def test_a_value_has_no_arguments_that_it_could_share_or_change():
    assert judged([1], Clause("a copy", fresh=True)).correct
    assert judged([1], Clause("leaves x alone", untouched=True)).correct


def test_a_property_that_cannot_look_at_the_value_is_not_held():
    clause = Clause(
        "sums to 1", [call()], holds=lambda y: None if y.sum() == 1 else "sum 1", hint="Add up."
    )
    assert "another kind of answer" in str(judged(lambda: "text", clause))
    assert "sum 1" in str(judged(lambda: np.ones(2), clause))
    assert judged(lambda: np.ones(1), clause).correct


def test_a_network_is_seen_by_what_it_does():
    clause = Clause(
        "the size",
        [call()],
        hint="Count.",
        holds=lambda network: (
            None
            if (
                network(np.zeros((1, 8, 7, 7))).shape == (1, 1, 28, 28)
                and network.parameters == 513
                and network.layers == ("ConvTranspose2d",)
            )
            else "28 x 28"
        ),
    )
    right = torch.nn.Sequential(torch.nn.ConvTranspose2d(8, 1, 8, stride=4, padding=2))
    assert judged(lambda: right, clause).correct
    wrong = torch.nn.ConvTranspose2d(8, 1, 8, stride=4)
    assert "a network of ConvTranspose2d" in str(judged(lambda: wrong, clause))
    lazy = torch.nn.LazyConvTranspose2d(1, 8)
    assert "a network that has not seen an input yet" in str(judged(lambda: lazy, clause))


def test_a_network_can_be_asked_with_other_weights():
    module = torch.nn.Linear(2, 1, bias=False)
    network, x = to_builtin(module), np.ones((1, 2))
    before = network(x)
    assert network(x, 1) != network(x, 2) and network(x, 1) == network(x, 1)
    assert network(x) == before == module(torch.ones(1, 2)).detach().numpy()


def test_a_clause_asks_one_thing():
    with pytest.raises(ValueError, match="exactly one of equals, holds, untouched and fresh"):
        Clause("two", equals=lambda: 1, holds=lambda y: None)
    with pytest.raises(ValueError, match="clause 'none' must have exactly one"):
        Clause("none")
