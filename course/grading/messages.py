"""How the grader and the process that runs a submission talk: frames of JSON, and values in them.

Nothing here can run code: no pickle, and arrays as their bytes. What comes from a submission's
process is not to be trusted, so every reader in this module checks what it reads.
"""

import base64
import json
import math
import struct
from decimal import Decimal
from fractions import Fraction

import numpy as np

from lib.checks._values import Network, Opaque

MAX_FRAME_BYTES = 64 * 2**20  # bytes of one frame
MAX_ARRAY_BYTES = 24 * 2**20  # bytes of an array; larger ones travel as their description
MAX_TEXT_LENGTH = 10**6  # characters of a text
MAX_ENTRIES = 10**5  # entries of all lists of one value
MAX_DEPTH = 24  # levels of lists in one value

_encode = json.JSONEncoder(ensure_ascii=True).encode


class MessageError(Exception):
    """Bytes that are not a message, or a message that is not a value."""


def send(stream, message):
    """Write a message, a dict for JSON, as one frame."""
    body = _encode(message).encode("ascii")
    stream.write(struct.pack(">Q", len(body)) + body)
    stream.flush()


def receive(stream):
    """The next message; None at the end of the stream, ``MessageError`` for other bytes."""
    head = stream.read(8)
    if not head:
        return None
    size = struct.unpack(">Q", head)[0] if len(head) == 8 else math.inf
    if size > MAX_FRAME_BYTES:
        raise MessageError("a message that is too long or cut off")
    body = stream.read(size)
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError("a message that is not JSON") from error
    if len(body) != size or not isinstance(message, dict):
        raise MessageError("a message that is cut off or of another kind")
    return message


def pack(value, keep=None):
    """A plain value (``lib.checks._values.to_builtin``) as JSON can hold it.

    ``keep``: a function that stores a ``Network`` and returns its number. What is too large
    or of another kind becomes an ``Opaque``.

    >>> pack((1, [2.5, None]))
    {'tuple': [1, [2.5, None]]}
    """
    left = [MAX_ENTRIES]
    packed = _pack(value, keep, left, MAX_DEPTH)
    return (
        packed
        if left[0] >= 0
        else {"opaque": f"a {type(value).__name__} of more than {MAX_ENTRIES} entries"}
    )


def _pack(value, keep, left, depth):
    left[0] -= 1
    if left[0] < 0 or not depth:
        return {"opaque": "a value with too many entries"}
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return (
            str.__str__(value)
            if len(value) <= MAX_TEXT_LENGTH
            else {"opaque": f"a text of {len(value)} characters"}
        )
    if isinstance(value, int):
        return int(value) if value.bit_length() < 4000 else {"opaque": "a very large whole number"}
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, (Fraction, Decimal)) and len(str(value)) < 1000:
        return {type(value).__name__.lower(): str(value)}
    if isinstance(value, bytes) and len(value) <= MAX_TEXT_LENGTH:
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, list):
        return [_pack(item, keep, left, depth - 1) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, keep, left, depth - 1) for item in value]}
    if isinstance(value, dict):
        return {
            "dict": [[str(key), _pack(item, keep, left, depth - 1)] for key, item in value.items()]
        }
    if isinstance(value, np.ndarray):
        return _pack_array(value)
    if isinstance(value, Network) and keep:
        return {"network": [keep(value), int(value.parameters), list(map(str, value.layers))]}
    name = value.description if isinstance(value, Opaque) else f"a {type(value).__name__}"
    return {"opaque": str(name)[:300]}


def _pack_array(array):
    if array.nbytes > MAX_ARRAY_BYTES:
        return {"opaque": f"an array of shape {array.shape} (too large to look at)"}
    if array.dtype.kind not in "biufc":
        return {"opaque": f"an array of {array.dtype}"}
    widest = np.dtype(complex if array.dtype.kind == "c" else float)
    if array.dtype.itemsize > widest.itemsize:
        array = array.astype(widest)
    array = np.array(array, dtype=array.dtype.newbyteorder("<"), order="C")
    return {
        "array": [
            array.dtype.str,
            list(array.shape),
            base64.b64encode(array.tobytes()).decode("ascii"),
        ]
    }


def unpack(packed, network=None):
    """The value of what ``pack`` made; ``MessageError`` for anything that it could not have made.

    ``network``: a function of (number, array, seed) that applies a network where it is.
    """
    try:
        return _unpack(packed, network, MAX_DEPTH)
    except MessageError:
        raise
    except Exception as error:
        raise MessageError("something that is not a value") from error


def _unpack(packed, network, depth):
    if depth < 0:
        raise MessageError("a value that is nested too deeply")
    if packed is None or isinstance(packed, (bool, str, int, float)):
        return packed
    if isinstance(packed, list):
        return [_unpack(item, network, depth - 1) for item in packed]
    ((kind, held),) = packed.items()
    if kind == "tuple":
        return tuple(_unpack(item, network, depth - 1) for item in held)
    if kind == "dict":
        return {_text(key): _unpack(item, network, depth - 1) for key, item in held}
    if kind == "array":
        return _unpack_array(*held)
    if kind == "complex":
        return complex(float(held[0]), float(held[1]))
    if kind in ("fraction", "decimal"):
        return {"fraction": Fraction, "decimal": Decimal}[kind](_text(held)[:1000])
    if kind == "bytes":
        return base64.b64decode(held, validate=True)
    if kind == "opaque":
        return Opaque(_text(held)[:300])
    if kind == "network" and network:
        number, parameters, layers = held
        number = _whole(number)
        return Network(
            lambda x, seed: network(number, x, seed),
            _whole(parameters),
            [_text(layer)[:100] for layer in layers],
        )
    raise MessageError("a value of an unknown kind")


def _unpack_array(dtype, shape, data):
    dtype, shape = np.dtype(_text(dtype)), tuple(_whole(n) for n in shape)
    data = base64.b64decode(data, validate=True)
    if (
        dtype.kind not in "biufc"
        or len(shape) > 32
        or min(shape, default=0) < 0
        or math.prod(shape) * dtype.itemsize != len(data)
    ):
        raise MessageError("something that is not an array")
    return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _text(value):
    if not isinstance(value, str):
        raise MessageError("no text where one belongs")
    return value


def _whole(value):
    if isinstance(value, bool) or not isinstance(value, int):
        raise MessageError("no whole number where one belongs")
    return value
