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

from course.grading import messages
from lib.checks._values import Network, Opaque

VALUES = [
    None,
    True,
    0,
    -7,
    2**100,
    1.5,
    float("inf"),
    "",
    "é\ud800",
    b"\x00a",
    1 + 2j,
    Fraction(1, 3),
    Decimal("1.10"),
    [],
    (),
    {},
    [1, (2, [3.5, None])],
    {"a": [1], "b": {"c": (True,)}},
]
ARRAYS = [
    np.arange(6).reshape(2, 3),
    np.array(2.5),
    np.zeros((0, 3), np.float32),
    np.array([1 + 1j]),
    np.array([True]),
    np.arange(3, dtype=">i2"),
    np.eye(3)[:, ::2],
    np.float16([1]),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.array([1], np.longdouble),
]


def there(value, **more):
    return messages.unpack(json.loads(json.dumps(messages.pack(value))), **more)


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
    packed = messages.pack([Network(None, 12, ["Linear"])], lambda net: kept.append(net) or 0)
    (network,) = messages.unpack(packed, lambda number, x, seed: (number, x.tolist(), seed))
    assert (network.parameters, network.layers) == (12, ("Linear",))
    assert network([1]) == (0, [1], None) and network([1], 7) == (0, [1], 7)
    assert kept[0].parameters == 12


@pytest.mark.parametrize(
    "value, says",
    [
        ([0] * 200_000, "a list of more than 100000 entries"),
        ("a" * 2_000_000, "a text of 2000000 characters"),
        (np.zeros(10**8, np.int8), "an array of shape (100000000,) (too large to look at)"),
        pytest.param(10**5000, "a very large whole number", id="large"),
        (object(), "a object"),
        (Opaque("a Thing"), "a Thing"),
        (np.array(["a"]), "an array of <U1"),
    ],
)
def test_what_is_too_large_or_strange_travels_as_its_description(value, says):
    arrived = there(value)
    assert isinstance(arrived, Opaque) and str(arrived) == says


@pytest.mark.parametrize(
    "packed",
    [
        {},
        {"tuple": 3},
        {"array": []},
        {"array": ["<f8", [10**12], ""]},
        {"array": ["O", [1], "AAAAAAAAAAA="]},
        {"array": ["<f8", [-1, -1], "AAAAAAAAAAA="]},
        {"array": ["<f8", [True], "AAAAAAAAAAA="]},
        {"array": [["f", "f"], [1], ""]},
        {"array": ["<f8", [1], "?"]},
        {"dict": [[1, 2]]},
        {"complex": ["a"]},
        {"fraction": "1/0"},
        {"decimal": "x"},
        {"bytes": "?"},
        {"opaque": 1},
        {"network": [0, 1, ["a"]]},
        {"unknown": 1},
        {"tuple": [], "dict": []},
        [[[[]]]] and eval("[" * 60 + "]" * 60),
    ],
)
def test_what_pack_cannot_have_made_is_refused(packed):
    with pytest.raises(messages.MessageError):
        messages.unpack(packed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["tuple", "dict", "array", "opaque", "network"]) | st.text(), inner
        )
    ),
    max_leaves=8,
)


@given(JSON)
@settings(max_examples=40)
def test_anything_is_a_value_or_refused(packed):
    try:
        messages.unpack(packed, lambda *_: None)
    except messages.MessageError:
        pass


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\xff" * 8,
        struct.pack(">Q", 5) + b"{}",
        struct.pack(">Q", 2) + b"[]",
        struct.pack(">Q", 3) + b"\xff\xff\xff",
        struct.pack(">Q", messages.MAX_FRAME_BYTES + 1),
        struct.pack(">Q", 10**5) + b"[" * 10**5,
    ],
)
def test_bytes_that_are_no_message(data):
    with pytest.raises(messages.MessageError):
        messages.receive(io.BytesIO(data))


def test_messages_arrive_one_after_another():
    stream = io.BytesIO()
    messages.send(stream, {"a": "é"}), messages.send(stream, {"b": [1]})
    stream.seek(0)
    assert [messages.receive(stream) for _ in range(3)] == [{"a": "é"}, {"b": [1]}, None]


def nested(value, levels):
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "taken, described, says",
    [
        (["a"] * (10**5 - 1), ["a"] * 10**5, "a list of more than 100000 entries"),
        (tuple("a" * (10**5 - 1)), tuple("a" * 10**5), "a tuple of more than 100000 entries"),
        ("a" * 10**6, "a" * (10**6 + 1), "a text of 1000001 characters"),
        (b"a" * 10**6, b"a" * (10**6 + 1), "a bytes"),
        (2**3999 - 1, 2**3999, "a very large whole number"),
        (1 - 2**3999, -(2**3999), "a very large whole number"),
        (Fraction(10**998), Fraction(10**999), "a Fraction"),
        (Decimal("1" * 999), Decimal("1" * 1000), "a Decimal"),
        (Opaque("x" * 300), Opaque("x" * 301), "x" * 300),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_largest_that_travels(taken, described, says):
    arrived = there(taken)
    assert type(arrived) is type(taken) and str(arrived) == str(taken)
    arrived = there(described)
    assert isinstance(arrived, Opaque) and str(arrived) == says


def test_the_largest_array_travels_in_one_frame():
    most = np.ones(24 * 2**20, np.int8)
    stream = io.BytesIO()
    messages.send(stream, {"value": messages.pack(most)})
    stream.seek(0)
    assert np.array_equal(messages.unpack(messages.receive(stream)["value"]), most)
    assert "too large to look at" in str(there(np.ones(24 * 2**20 + 1, np.int8)))


def test_a_frame_has_64_mib_at_most():
    head = struct.pack(">Q", 64 * 2**20 + 1)
    with pytest.raises(messages.MessageError, match="too long or cut off"):
        messages.receive(io.BytesIO(head))
    with pytest.raises(messages.MessageError, match="not JSON"):  # as long as it may be, but empty
        messages.receive(io.BytesIO(struct.pack(">Q", 64 * 2**20)))
    for cut in (1, 7):
        with pytest.raises(messages.MessageError, match="too long or cut off"):
            messages.receive(io.BytesIO(b"\0" * cut))
    with pytest.raises(messages.MessageError, match="cut off or of another kind"):
        messages.receive(io.BytesIO(struct.pack(">Q", 3) + b"{}"))


def test_a_frame_is_its_length_and_json():
    stream = io.BytesIO()
    messages.send(stream, {"a": "é"})
    assert stream.getvalue() == struct.pack(">Q", 15) + b'{"a": "\\u00e9"}'


def test_lists_in_lists_travel_through_23_levels():
    assert there(nested(7, 23)) == nested(7, 23)
    assert "too many entries" in str(there(nested(7, 24)))
    deep = (nested(7, 22),), {"a": nested(7, 22)}
    assert there(deep[0]) == deep[0] and there(deep[1]) == deep[1]
    assert "7" not in str(there((nested(7, 23),))) + str(there({"a": nested(7, 23)}))
    assert messages.unpack(nested(7, 24)) == nested(7, 24)
    for packed in (nested(7, 25), {"tuple": nested(7, 25)}, {"dict": [["a", nested(7, 25)]]}):
        with pytest.raises(messages.MessageError, match="nested too deeply"):
            messages.unpack(packed)
    assert messages.unpack({"tuple": nested(7, 24)}) == tuple(nested(7, 24))


@pytest.mark.parametrize("axes, fine", [(0, True), (1, True), (32, True), (33, False)])
def test_an_array_has_32_axes_at_most(axes, fine):
    packed = {"array": ["<i2", [1] * axes, "AQA="]}
    if fine:
        assert messages.unpack(packed).shape == (1,) * axes and messages.unpack(packed).sum() == 1
    else:
        with pytest.raises(messages.MessageError, match="something that is not an array"):
            messages.unpack(packed)


def test_long_numbers_become_those_of_python():
    for made, kind in (
        (np.array([1.5], np.longdouble), "<f8"),
        (np.array([1j], np.clongdouble), "<c16"),
        (np.array([1.5]), "<f8"),
        (np.array([1j]), "<c16"),
        (np.array([1.5], np.float32), "<f4"),
        (np.array([1j], np.complex64), "<c8"),
    ):
        packed = messages.pack(made)
        assert packed["array"][0] == kind and there(made).tolist() == made.tolist()


def test_what_arrives_is_cut_to_what_could_have_been_sent():
    assert str(messages.unpack({"opaque": "x" * 400})) == "x" * 300
    network = messages.unpack({"network": [3, 4, ["L" * 101, "M"]]}, lambda *_: None)
    assert network.layers == ("L" * 100, "M") and network.parameters == 4
    assert messages.unpack({"decimal": "1" * 1001}) == Decimal("1" * 1000)
    assert messages.unpack({"complex": [1, 2.5]}) == 1 + 2.5j
    assert messages.unpack({"dict": [["a", 1], ["b", {"tuple": []}]]}) == {"a": 1, "b": ()}


@pytest.mark.parametrize(
    "packed, says",
    [
        ({"network": [True, 1, []]}, "no whole number"),
        ({"network": [0, 1.0, []]}, "no whole number"),
        ({"network": [0, 1, [2]]}, "no text"),
        ({"opaque": ["a"]}, "no text"),
        ({"array": ["<f8", [True], ""]}, "no whole number"),
        ({"array": [8, [1], ""]}, "no text"),
        ({"dict": [[1, 2]]}, "no text"),
        ({"decimal": 1}, "no text"),
        ({"other": 1}, "unknown kind"),
        ({"array": ["<i2", [1], "AQAB"]}, "is not a"),
        ({"array": ["<i2", [-1, -1], "AQA="]}, "is not a"),
        ({"array": ["S2", [1], "AQA="]}, "is not a"),
        ({}, "is not a"),
        ({"a": 1, "b": 2}, "is not a"),
    ],
)
def test_why_it_is_refused(packed, says):
    with pytest.raises(messages.MessageError, match=says):
        messages.unpack(packed, lambda *_: None)


def test_networks_need_someone_who_keeps_them():
    network = Network(None, 12, ["Linear"])
    assert isinstance(there(network), Opaque) and str(there(network)) == "a Network"
    with pytest.raises(messages.MessageError, match="unknown kind"):
        messages.unpack({"network": [0, 1, ["a"]]})
