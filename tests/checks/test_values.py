"""Values from a learner's code: what becomes of them, and how they are written on one line."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from lib.checks._tensors import one_channel
from lib.checks._values import Network, Opaque, brief, numeric, shape_of, to_builtin


def nested(value, levels):
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value, becomes",
    [
        (None, None),
        (True, True),
        ("a", "a"),
        (b"a", b"a"),
        (2, 2),
        (Fraction(1, 3), Fraction(1, 3)),
        (np.float32(2.5), 2.5),
        (np.int8(-3), -3),
        (np.bool_(True), True),
        (np.complex64(1j), 1j),
        ((1, [2]), (1, [2])),
        (range(3), [0, 1, 2]),
        ({3}, [3]),
        (frozenset([3]), [3]),
        ({1: (np.int64(2),)}, {"1": (2,)}),
        (np.array([["a", "b"]]), [["a", "b"]]),
        ([], []),
    ],
)
def test_values_become_pythons_own(value, becomes):
    made = to_builtin(value)
    assert made == becomes and type(made) is type(becomes)


@pytest.mark.parametrize(
    "value, says",
    [
        (object(), "an object"),
        (np.datetime64("2020-01-01"), "a datetime64"),
        (len, "a builtin"),
        (np.array([None, 1]), "a ndarray"),
        (np.array(["2020"], "M8[D]"), "a ndarray"),
    ],
)
def test_what_cannot_be_compared_is_described(value, says):
    made = to_builtin(value)
    assert isinstance(made, Opaque) and str(made).startswith(says)


@pytest.mark.parametrize(
    "wrap",
    [nested, lambda value, levels: value if not levels else {"a": nested(value, levels - 1)}],
    ids=["lists", "a dictionary"],
)
def test_lists_in_lists_are_followed_through_eight_levels(wrap):
    assert to_builtin(wrap(7, 8)) == wrap(7, 8)
    assert "a list" in str(to_builtin(wrap(7, 9))) and "7" not in str(to_builtin(wrap(7, 9)))
    endless = []
    endless.append(endless)
    assert str(to_builtin(endless)) == 8 * "[" + "a list" + 8 * "]"


def test_dictionaries_in_dictionaries_end_too():
    value = inner = {}
    for _ in range(20):
        inner["a"] = inner = {}
    assert str(to_builtin(value)).count("{") == 8


def test_arrays_and_tensors_become_arrays_of_their_own():
    x = np.arange(3)
    assert not np.shares_memory(to_builtin(x), x) and to_builtin(x).tolist() == [0, 1, 2]
    t = torch.arange(2.0, requires_grad=True)
    made = to_builtin(t)
    assert isinstance(made, np.ndarray) and not np.shares_memory(made, t.detach().numpy())
    assert to_builtin(torch.tensor([1 + 2j]).conj()).tolist() == [1 - 2j]
    assert to_builtin(torch.tensor([1 + 2j]).conj().imag).tolist() == [-2]


def test_numbers_are_seen_in_lists():
    assert numeric([Fraction(1, 2), 1]).tolist() == [0.5, 1]
    assert numeric([True, False]).dtype == bool and numeric([[1], [2]]).shape == (2, 1)
    assert numeric([[1], [2, 3]]) is None and numeric(["a"]) is None and numeric([{}]) is None
    assert shape_of([[1, 2]]) == (1, 2) and shape_of([[1], [2, 3]]) is None


@pytest.mark.parametrize(
    "value, text",
    [
        (1 / 3, "0.333333"),
        (np.array([1 / 3, 2.0]), "[0.3333, 2.0]"),
        (np.array([1j / 3]), "[0.3333j]"),
        (np.array([123456]), "[123456]"),
        (np.array([True]), "[True]"),
        ([1 / 3], "[0.333333]"),
        ((1 / 3,), "(0.333333,)"),
        ((1, 2), "(1, 2)"),
        ((), "()"),
        ({"a": 1 / 3}, "{'a': 0.333333}"),
        ("two\n lines", "'two\\n lines'"),
        (Opaque("an odd\n  thing"), "an odd thing"),
        (np.zeros((5, 8)), str([[0.0] * 8] * 5)),
        (np.zeros((41, 1)), "an array of shape (41, 1)"),
        ([1 / 3] * 40, f"[{', '.join(['0.333333'] * 40)}]"),
        ([1 / 3] * 41, str([1 / 3] * 41)),
    ],
)
def test_a_value_on_one_line(value, text):
    assert brief(value, most=1000) == text


def test_a_long_value_is_cut():
    assert brief("a" * 198) == repr("a" * 198)
    assert brief("a" * 199) == "'" + "a" * 199 + " …"
    assert brief("a" * 9, 10) == "'aaaaaaaaa …" and brief("a" * 8, 10) == "'aaaaaaaa'"
    assert brief(["a" * 50], 20).startswith("['aaa") and len(brief(["a" * 50], 20)) == 22
    assert len(brief({"k": "a" * 50}, 20)) == 22


def test_a_network_says_its_layers():
    assert repr(Network(None, 0, ["Linear", "ReLU"])) == "a network of Linear, ReLU"
    assert repr(Network(None, 0, [])) == "a network of no layers"


def test_the_numbers_that_a_network_learns():
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    module[2].weight.requires_grad = False
    network = to_builtin(module)
    assert network.parameters == 3 * 2 + 2 + 1 and network.layers == ("Linear", "ReLU", "Linear")
    assert to_builtin(torch.nn.Sequential()).layers == ("Sequential",)


def test_a_network_keeps_its_own_precision_and_nothing_of_the_call():
    module = torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
    before = module.weight.detach().clone()
    network, x = to_builtin(module), np.ones((1, 2))
    assert network(x).dtype == np.float64 and network(x, 3).dtype == np.float64
    assert to_builtin(torch.nn.Linear(2, 1))(x).dtype == np.float32
    assert to_builtin(torch.nn.Flatten())(x).dtype == np.float32
    assert torch.equal(module.weight, before) and module.weight.grad is None


def test_other_weights_are_small_and_about_zero():
    weights = to_builtin(torch.nn.Linear(2000, 1, bias=False))(np.eye(2000), 5)
    assert abs(weights.mean()) < 0.02 and 0.08 < weights.std() < 0.12


def test_one_channel():
    made = one_channel([[1, 2, 3]])
    assert made.shape == (1, 1, 1, 3) and made.dtype == torch.float64
