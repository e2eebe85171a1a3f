"""Values that come from a learner's code, in the few forms that checks compare."""

import copy
import numbers
import sys
from contextlib import suppress

import numpy as np


class Opaque:
    """Something that no check can compare: only its description is kept."""

    def __init__(self, description):
        self.description = description

    def __repr__(self):
        return self.description


class Network:
    """A ``torch.nn.Module`` as checks see it.

    ``network(x)``: an array in, an array out, without gradients; ``network(x, seed)``: with all
    parameters drawn anew, in a copy. ``parameters``: how many numbers it learns. ``layers``:
    the class names of its modules that have no modules inside.
    """

    def __init__(self, apply, parameters, layers):
        self.apply, self.parameters, self.layers = apply, parameters, tuple(layers)

    def __call__(self, x, seed=None):
        return self.apply(np.asarray(x), seed)

    def __repr__(self):
        return f"a network of {', '.join(self.layers) or 'no layers'}"


def to_builtin(value, depth=8):
    """``value`` made of Python's own types, arrays, ``Network`` and ``Opaque``.

    Tensors become arrays; ranges, sets and arrays of texts become lists. Arrays are copied.
    """
    torch = sys.modules.get("torch")
    if value is None or isinstance(value, (bool, str, bytes)):
        return value
    if isinstance(value, np.generic):
        return (
            to_builtin(value.item()) if value.dtype.kind in "biufc" else Opaque(_described(value))
        )
    if isinstance(value, numbers.Number):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "U":
            return value.tolist()
        return np.array(value) if value.dtype.kind in "biufc" else Opaque(_described(value))
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().cpu().resolve_neg().resolve_conj().numpy().copy()
    if torch is not None and isinstance(value, torch.nn.Module):
        return _network(value, torch)
    if depth and isinstance(value, (list, tuple, range, set, frozenset)):
        items = [to_builtin(item, depth - 1) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if depth and isinstance(value, dict):
        return {str(key): to_builtin(item, depth - 1) for key, item in value.items()}
    return Opaque(_described(value))


def numeric(value):
    """``value`` as an array of numbers, or None where it has none."""
    with suppress(TypeError, ValueError):
        array = np.asarray(value)
        return array if array.dtype.kind in "biufc" else array.astype(float)


def shape_of(value):
    """The shape of ``value`` as an array of numbers, or None where it is none (ragged rows)."""
    return getattr(numeric(value), "shape", None)


def brief(value, most=200):
    """A value on one line, with at most four decimals and ``most`` characters."""
    if isinstance(value, np.ndarray):
        if value.size > 40:
            return f"an array of shape {value.shape}"
        value = np.round(value, 4).tolist() if value.dtype.kind in "fc" else value.tolist()
        text = str(value)
    elif isinstance(value, float):
        text = f"{value:.6g}"
    elif isinstance(value, (list, tuple)) and len(value) <= 40:
        inner = ", ".join(brief(item, most) for item in value)
        text = f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key!r}: {brief(item, most)}" for key, item in value.items()) + "}"
    else:
        text = repr(value)
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]} …"


def _network(module, torch):
    if any(torch.nn.parameter.is_lazy(p) for p in module.parameters()):
        return Opaque("a network that has not seen an input yet")

    def apply(x, seed):
        own = module if seed is None else copy.deepcopy(module)
        weights = [p for p in own.parameters() if p.is_floating_point()]
        dtype = weights[0].dtype if weights else torch.float32
        with torch.no_grad():
            if seed is not None:
                generator = torch.Generator().manual_seed(seed)
                for p in weights:
                    p.copy_(0.1 * torch.randn(p.shape, generator=generator))
            return to_builtin(own(torch.as_tensor(np.array(x)).to(dtype)))

    leaves = [m for m in module.modules() if not any(True for _ in m.children())]
    return Network(
        apply,
        sum(p.numel() for p in module.parameters() if p.requires_grad),
        [type(leaf).__name__ for leaf in leaves],
    )


def _described(value):
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
