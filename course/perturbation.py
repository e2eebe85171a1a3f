"""Arithmetic that rounds otherwise: run in a kernel before anything else, for ``arithmetic.py``.

The results of products, decompositions and convolutions are multiplied by 1 + ε, each entry by
another, with random ε of the size of rounding. What every processor gets exactly, such as sums of
whole numbers, stays as it is, and so does matplotlib, which is the same on all.
"""

import ast
import functools
import importlib.machinery
import os
import sys

import numpy as np

# Products, and the argument in which each is linear.
PRODUCTS = {
    "matmul": 0,
    "dot": 0,
    "vdot": 0,
    "inner": 0,
    "tensordot": 0,
    "einsum": 1,
    "convolve": 0,
    "correlate": 0,
}
DECOMPOSITIONS = (
    "svd",
    "svdvals",
    "eigh",
    "eigvalsh",
    "eig",
    "inv",
    "pinv",
    "solve",
    "lstsq",
    "qr",
    "cholesky",
    "det",
    "slogdet",
)
TRANSFORMS = ("fft", "ifft", "fft2", "ifft2", "rfft", "irfft", "rfft2", "irfft2", "fftn", "ifftn")
# The same for PyTorch; with a bias, it is linear in both together.
IN_TORCH = {
    "mm": [0],
    "bmm": [0],
    "mv": [0],
    "dot": [0],
    "addmm": [0, 1],
    "baddbmm": [0, 1],
    "addmv": [0, 1],
    "convolution": [0, 2],
    "convolution_backward": [0],
}
DECOMPOSED = ("linalg", "svd", "solve", "lstsq", "_fft")
SIZE = 2  # of ε, as a multiple of the distance between neighbouring numbers
CHANCE = np.random.default_rng(0)  # its own, so that the notebook's random numbers stay


def start():
    """From now on, in this process, NumPy and PyTorch round otherwise."""
    for name, factor in PRODUCTS.items():
        setattr(np, name, _perturbing(getattr(np, name), factor))
    for module, names in ((np.linalg, DECOMPOSITIONS), (np.fft, TRANSFORMS)):
        for name in names:
            setattr(module, name, _perturbing(getattr(module, name)))
    # ``a @ b`` calls no function that could be replaced: it is rewritten into one that can.
    import builtins

    builtins.__matmul__ = _product
    sys.dont_write_bytecode, sys.pycache_prefix = True, os.devnull  # compiled files lack it
    importlib.machinery.SourceFileLoader.source_to_code = _source_to_code
    from IPython import get_ipython

    if get_ipython() is not None:
        get_ipython().ast_transformers.append(_Products())
    _torch_mode().__enter__()  # for as long as the process lives


def perturbed(value):
    """The same numbers, each times 1 + ε; what holds none stays."""
    if isinstance(value, tuple):
        parts = [perturbed(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if not isinstance(value, np.ndarray | np.inexact | float) or not np.issubdtype(
        np.result_type(value), np.inexact
    ):
        return value
    eps = SIZE * np.finfo(np.result_type(value)).eps
    return (value * (1 + eps * CHANCE.standard_normal(np.shape(value)))).astype(
        np.result_type(value)
    )[()]


def _perturbing(function, factor=None):
    """The function with another rounding; factor: the argument in which it is linear, if any."""

    @functools.wraps(function)
    def other(*values, **options):
        result = function(*values, **options)
        drawing = sys._getframe(1).f_globals.get("__name__", "").startswith("matplotlib")
        if drawing or options.get("out") is not None:
            return result
        if factor is not None and _same(function(*_tripled(values, [factor]), **options), result):
            return result
        return perturbed(result)

    return other


def _tripled(values, places):
    def three(value):
        return (
            value
            if value is None
            else 3 * (value if hasattr(value, "detach") else np.asarray(value))
        )

    return [three(value) if place in places else value for place, value in enumerate(values)]


def _same(of_three, result):
    """Whether three times the input gives three times the result, as it does where no sum and
    no product was rounded."""
    return np.array_equal(of_three, 3 * np.asarray(result), equal_nan=False)


def _product(a, b):
    result = a @ b
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)) or _same((3 * a) @ b, result):
        return result
    return perturbed(result)


class _Products(ast.NodeTransformer):
    """Writes a @ b as __matmul__(a, b)."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        name = ast.Name("__matmul__", ast.Load())
        return ast.fix_missing_locations(
            ast.copy_location(ast.Call(name, [node.left, node.right], []), node)
        )


def _source_to_code(self, data, path, *, _optimize=-1):
    if "/lib/" not in str(path).replace("\\", "/") or "site-packages" in str(path):
        return compile(data, path, "exec", dont_inherit=True, optimize=_optimize)
    tree = _Products().visit(ast.parse(data))
    return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)


def _torch_mode():
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    generator = torch.Generator().manual_seed(0)

    def perturb(value):
        if isinstance(value, torch.Tensor) and value.is_floating_point() and value.numel():
            noise = torch.randn(value.shape, generator=generator, dtype=torch.float64)
            value.mul_(1 + (SIZE * torch.finfo(value.dtype).eps * noise).to(value.dtype))

    def same(one, other):
        pairs = zip(one, other, strict=True) if isinstance(one, tuple | list) else [(one, other)]
        return all(a is None or torch.equal(a, 3 * b) for a, b in pairs)

    class Perturbed(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            result = function(*args, **kwargs)
            name = function.__name__.split(".")[0]
            product = name in IN_TORCH and not kwargs
            if (
                product
                and not same(function(*_tripled(args, IN_TORCH[name])), result)
                or any(part in name for part in DECOMPOSED)
            ):
                for one in result if isinstance(result, tuple | list) else [result]:
                    perturb(one)
            return result

    return Perturbed()


if __name__ == "__main__":
    sys.exit("This file is run in a kernel by course/arithmetic.py.")
