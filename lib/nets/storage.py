"""Weights and results on disk: files that are whole, or refused. Nothing is ever unpickled."""

import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from lib.arguments import refuse
from lib.files import write_whole


def save_weights(path, model, *, half=True, meta=None):
    """Write all of a model's parameters and buffers to one file.

    ``half`` stores floating-point numbers in half precision (float16), in half the space of
    float32: ValueError where one is too large for it (beyond 65504). ``meta`` is a dict of what
    JSON can hold, kept beside the weights. The file appears whole or not at all.

    >>> from tempfile import TemporaryDirectory
    >>> model, twin = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    >>> with TemporaryDirectory() as folder:
    ...     save_weights(folder + "/layer.safetensors", model, meta={"error": 0.02})
    ...     load_weights(folder + "/layer.safetensors", twin)
    {'error': 0.02}
    >>> torch.equal(twin.weight, model.weight.half().float())
    True
    """
    tensors = {}
    for name, tensor in model.state_dict().items():
        small = tensor.half() if half and tensor.is_floating_point() else tensor
        if small.isinf().any() and not tensor.isinf().any():
            refuse(
                "half", half, f"cannot hold {name}, whose numbers go beyond 65504", "use half=False"
            )
        tensors[name] = small
    write_tensors(path, tensors, {} if meta is None else meta)


def load_weights(path, model):
    """Read the weights that ``save_weights`` wrote into a model, and return its ``meta``.

    The numbers take the model's own types. ValueError, and a model left as it was, where the
    file is missing, damaged, or holds other tensors than the model does.
    """
    tensors, meta = read_tensors(path)
    check_tensors(path, tensors, model.state_dict())
    model.load_state_dict(tensors)
    return meta


def write_tensors(path, tensors, meta):
    """Write named tensors and a dict of JSON values, with a checksum over both, in one go."""
    path = Path(path)
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    text = json.dumps(meta)
    # One entry, because several would be written in an order that differs from time to time.
    about = json.dumps({"sha256": _checksum(tensors, text), "meta": text})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, save(tensors, {"about": about}))


def read_tensors(path):
    """What ``write_tensors`` wrote: (tensors, meta). ValueError for any other file."""
    path = Path(path)
    if not path.is_file():
        refuse("path", str(path), "is not a file", "give the path of stored weights")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}
            about = json.loads((file.metadata() or {}).get("about", "{}"))
        if about.get("sha256") == _checksum(tensors, about.get("meta", "")):
            return tensors, json.loads(about["meta"])
        problem = "is damaged or was not written here: its checksum is not that of its content"
    # Besides its own error, the reader passes on those of what it reads with.
    except (
        SafetensorError,
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        problem = f"is damaged or not a safetensors file ({error})"
    refuse("path", str(path), problem, "restore or remake the file")


def check_tensors(path, found, wanted):
    """ValueError unless both dicts have the same names, shapes and kinds of number."""
    for problem in _differences(found, wanted):
        refuse("path", str(path), problem, "use a model made with the options of the stored one")


def _differences(found, wanted):
    for name, tensor in wanted.items():
        if name not in found:
            yield f"has no tensor {name}, which the model wants with shape {tuple(tensor.shape)}"
    for name, tensor in found.items():
        if name not in wanted:
            yield (
                f"holds a tensor {name} with shape {tuple(tensor.shape)}, which the model "
                "does not have"
            )
    for name, tensor in wanted.items():
        shape, other = tuple(found[name].shape), tuple(tensor.shape)
        if shape != other:
            yield f"holds {name} with shape {shape} where the model wants {other}"
        if found[name].is_floating_point() != tensor.is_floating_point():
            yield f"holds {name} as {found[name].dtype} where the model wants {tensor.dtype}"


def write_results(path, results):
    """Write a dict of JSON values; the file appears whole or not at all."""
    write_whole(path, json.dumps(results, indent=1) + "\n")


def read_results(path, module):
    """What ``write_results`` wrote; ValueError, naming the module that makes it, if not whole."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        refuse("path", str(path), "is not a file", f"run python -m {module}")
    except ValueError as error:
        refuse(
            "path", str(path), f"is damaged ({error})", f"move it away and run python -m {module}"
        )


def _checksum(tensors, text):
    """SHA-256 over the names, types, shapes and bytes of all tensors, and over a text."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"|{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
