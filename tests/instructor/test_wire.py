"""What travels between the grader and a submission's process arrives, and nothing else does."""

import io
import json
import struct
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructor import wire
from lib.checks._values import Network, Opaque

VALUES = [
    None, True, 0, -7, 2**100, 1.5, float("inf"), "", "é\ud800", b"\x00a", 1 + 2j, Fraction(1, 3),
    Decimal("1.10"), [], (), {}, [1, (2, [3.5, None])], {"a": [1], "b": {"c": (True,)}},
]
ARRAYS = [np.arange(6).reshape(2, 3), np.array(2.5), np.zeros((0, 3), np.float32),
          np.array([1 + 1j]), np.array([True]), np.arange(3, dtype=">i2"), np.eye(3)[:, ::2],
          np.float16([1]), np.asfortranarray(np.arange(6).reshape(2, 3)),
          np.array([1], np.longdouble)]


def there(value, **more):
    return wire.unpack(json.loads(json.dumps(wire.pack(value))), **more)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_arrive_as_they_were(value):
    assert there(value) == value and type(there(value)) is type(value)


@pytest.mark.parametrize("array", ARRAYS, ids=repr)
def test_arrays_arrive_as_they_were(array):
    arrived = there(array)
    assert arrived.shape == array.shape and arrived.dtype.kind == array.dtype.kind
    assert np.array_equal(arrived, array) and arrived.flags.writeable


def test_classes_of_learners_arrive_as_pythons_own():
    class Equal(float):
        __eq__ = lambda *_: True  # noqa: E731

    class Text(str):
        def __len__(self):
            return 1

    arrived = there([Equal(2), Text("long")])
    assert [type(value) for value in arrived] == [float, str] and arrived == [2.0, "long"]


def test_networks_stay_where_they_are():
    kept = []
    packed = wire.pack([Network(None, 12, ["Linear"])], lambda net: kept.append(net) or 0)
    (network,) = wire.unpack(packed, lambda number, x, seed: (number, x.tolist(), seed))
    assert (network.parameters, network.layers) == (12, ("Linear",))
    assert network([1]) == (0, [1], None) and network([1], 7) == (0, [1], 7)
    assert kept[0].parameters == 12


@pytest.mark.parametrize("value, says", [
    ([0] * 200_000, "a list of more than 100000 entries"),
    ("a" * 2_000_000, "a text of 2000000 characters"),
    (np.zeros(10**8, np.int8), "an array of shape (100000000,) (too large to look at)"),
    pytest.param(10**5000, "a very large whole number", id="large"),
    (object(), "a object"), (Opaque("a Thing"), "a Thing"),
    (np.array(["a"]), "an array of <U1"),
])
def test_what_is_too_large_or_strange_travels_as_its_description(value, says):
    arrived = there(value)
    assert isinstance(arrived, Opaque) and str(arrived) == says


@pytest.mark.parametrize("packed", [
    {}, {"tuple": 3}, {"array": []}, {"array": ["<f8", [10**12], ""]},
    {"array": ["O", [1], "AAAAAAAAAAA="]}, {"array": ["<f8", [-1, -1], "AAAAAAAAAAA="]},
    {"array": ["<f8", [True], "AAAAAAAAAAA="]}, {"array": [["f", "f"], [1], ""]},
    {"array": ["<f8", [1], "?"]}, {"dict": [[1, 2]]}, {"complex": ["a"]}, {"fraction": "1/0"},
    {"decimal": "x"}, {"bytes": "?"}, {"opaque": 1}, {"network": [0, 1, ["a"]]}, {"unknown": 1},
    {"tuple": [], "dict": []}, [[[[]]]] and eval("[" * 60 + "]" * 60),
])
def test_what_pack_cannot_have_made_is_refused(packed):
    with pytest.raises(wire.WireError):
        wire.unpack(packed)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(
                        st.sampled_from(["tuple", "dict", "array", "opaque", "network"])
                        | st.text(), inner), max_leaves=8)


@given(JSON)
@settings(max_examples=40)
def test_anything_is_a_value_or_refused(packed):
    try:
        wire.unpack(packed, lambda *_: None)
    except wire.WireError:
        pass


@pytest.mark.parametrize("data", [
    b"\x00", b"\xff" * 8, struct.pack(">Q", 5) + b"{}", struct.pack(">Q", 2) + b"[]",
    struct.pack(">Q", 3) + b"\xff\xff\xff", struct.pack(">Q", wire.MOST + 1),
    struct.pack(">Q", 10**5) + b"[" * 10**5])
def test_bytes_that_are_no_message(data):
    with pytest.raises(wire.WireError):
        wire.receive(io.BytesIO(data))


def test_messages_arrive_one_after_another():
    stream = io.BytesIO()
    wire.send(stream, {"a": "é"}), wire.send(stream, {"b": [1]})
    stream.seek(0)
    assert [wire.receive(stream) for _ in range(3)] == [{"a": "é"}, {"b": [1]}, None]
