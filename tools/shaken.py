"""Arithmetic that rounds otherwise: run in a kernel before anything else, for ``arithmetic.py``.

The results of products, decompositions and convolutions are multiplied by 1 + ε, each entry by
another, with random ε of the size of rounding. Results that every processor gets exactly, since
the numbers in them have few binary digits or one factor is 0, stay as they are.
"""

import ast
import functools
import importlib.machinery
import os
import sys

import numpy as np

PRODUCTS = ("matmul", "dot", "vdot", "inner", "tensordot", "einsum", "convolve", "correlate")
DECOMPOSITIONS = ("svd", "svdvals", "eigh", "eigvalsh", "eig", "inv", "pinv", "solve", "lstsq",
                  "qr", "cholesky", "det", "slogdet")
TRANSFORMS = ("fft", "ifft", "fft2", "ifft2", "rfft", "irfft", "rfft2", "irfft2", "fftn", "ifftn")
IN_TORCH = ("mm", "bmm", "mv", "dot", "addmm", "baddbmm", "addmv", "convolution", "linalg", "svd",
            "solve", "lstsq", "fft", "linear", "matmul", "einsum")
CHANCE = np.random.default_rng(0)  # its own, so that the notebook's random numbers stay


def start():
    """From now on, in this process, NumPy and PyTorch round otherwise."""
    for module, names in ((np, PRODUCTS), (np.linalg, DECOMPOSITIONS), (np.fft, TRANSFORMS)):
        for name in names:
            setattr(module, name, _shaking(getattr(module, name), exact=module is np))
    # ``a @ b`` calls no function that could be replaced: it is rewritten into one that can.
    import builtins

    builtins.__matmul__ = _product
    sys.dont_write_bytecode, sys.pycache_prefix = True, os.devnull  # compiled files lack it
    importlib.machinery.SourceFileLoader.source_to_code = _source_to_code
    from IPython import get_ipython

    if get_ipython() is not None:
        get_ipython().ast_transformers.append(_Products())
    _torch_mode().__enter__()  # for as long as the process lives


def shaken(value):
    """The same numbers, each times 1 + ε; what holds none stays."""
    if isinstance(value, tuple):
        parts = [shaken(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if not isinstance(value, np.ndarray | np.inexact | float) or not np.issubdtype(
            np.result_type(value), np.inexact):
        return value
    eps = np.finfo(np.result_type(value)).eps
    return (value * (1 + eps * CHANCE.standard_normal(np.shape(value)))).astype(
        np.result_type(value))[()]


def is_exact(values):
    """Whether sums of products of these numbers are exact on every processor."""
    for value in values:
        if isinstance(value, np.ndarray | float | np.inexact) and np.size(value) and (
                np.issubdtype(np.result_type(value), np.inexact)):
            big = 2**12 * np.asarray(value)
            if not (np.abs(big) < 2**24).all() or (big != np.rint(big)).any():
                return False
        elif isinstance(value, list | tuple) and not is_exact([np.asarray(v) for v in value]):
            return False
    return True


def _shaking(function, exact):
    @functools.wraps(function)
    def other(*values, **options):
        result = function(*values, **options)
        if options.get("out") is not None or exact and is_exact(values):
            return result
        return shaken(result)

    return other


def _product(a, b):
    result = a @ b
    both = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return result if not both or is_exact([a, b]) else shaken(result)


class _Products(ast.NodeTransformer):
    """Writes a @ b as __matmul__(a, b)."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        name = ast.Name("__matmul__", ast.Load())
        return ast.fix_missing_locations(
            ast.copy_location(ast.Call(name, [node.left, node.right], []), node))


def _source_to_code(self, data, path, *, _optimize=-1):
    if "/lib/" not in str(path).replace("\\", "/") or "site-packages" in str(path):
        return compile(data, path, "exec", dont_inherit=True, optimize=_optimize)
    tree = _Products().visit(ast.parse(data))
    return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)


def _torch_mode():
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    generator = torch.Generator().manual_seed(0)

    def other(value):
        if not isinstance(value, torch.Tensor) or not value.is_floating_point() or not (
                value.numel()):
            return value
        noise = torch.randn(value.shape, generator=generator, dtype=torch.float64)
        return value.mul_((1 + torch.finfo(value.dtype).eps * noise).to(value.dtype)
                          if value.dtype == torch.float64 else
                          1 + torch.finfo(value.dtype).eps * noise.to(value.dtype))

    def is_whole(value):
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            return True
        digits = 12 if value.dtype == torch.float64 else 6
        big = 2**digits * value.detach()
        return bool((big.abs() < 2 ** (2 * digits)).all() and (big == big.round()).all())

    class Shaken(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            name = function.__name__
            if any(part in name for part in IN_TORCH) and not name.split(".")[0].endswith("_"):
                factors = [one for one in args[:2] if isinstance(one, torch.Tensor)]
                if not all(map(is_whole, args)) and all(one.any() for one in factors):
                    results = result if isinstance(result, tuple | list) else [result]
                    for one in results:
                        other(one)
            return result

    return Shaken()


if __name__ == "__main__":
    sys.exit("This file is run in a kernel by tools/arithmetic.py.")
