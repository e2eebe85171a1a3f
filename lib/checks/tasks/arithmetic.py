"""Checks for the chapter on sizes; the witnesses are PyTorch's, and trying all sizes."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._tensors import one_channel

Y, W = np.array([2.0, 3.0, 0.0, -1.0]), np.array([1.0, 2.0, -1.5])
X, FOUR = np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0, 100.0, 1000.0])


def _lengths(m, k, stride=1, padding=0):
    """Every length up to 60 with the output length m, by running the convolution."""
    tried = range(max(1, k - 2 * padding), 60)
    sizes = {
        n: F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), None, stride, padding).shape[-1]
        for n in tried
    }
    return [n for n in tried if sizes[n] == m]


def _transposed(y, w, stride=1, padding=0, output_padding=0):
    y, w = one_channel(y), one_channel(w)
    return F.conv_transpose1d(y, w, None, stride, padding, output_padding)[0, 0]


def _accepts(network):
    if not (callable(network) and hasattr(network, "layers")):
        return "a network, such as torch.nn.Sequential(...)"
    try:
        network(np.zeros((1, 8, 7, 7)))
    except Exception as error:
        said = " ".join(str(error).split())[:160]
        return f"a network that accepts 8 channels of 7 × 7 cells; PyTorch says: {said}"
    return None


def _seven(network):
    shape = network(np.zeros((1, 8, 7, 7))).shape[1:]
    return None if shape == (1, 28, 28) else f"shape (1, 28, 28); it gives {shape}"


def _every_size(network):
    for n in (1, 2, 5, 8, 12):
        shape = network(np.zeros((1, 8, n, n))).shape[1:]
        if shape != (1, 4 * n, 4 * n):
            return f"4 × {n} = {4 * n} cells along each axis from {n}; it gives {shape}"
    return None


def _parts(network):
    wanted = (8 * 4 * 9 + 4) + (4 * 9 + 1)
    if network.layers.count("ConvTranspose2d") != 2:
        return f"two ConvTranspose2d; it has {', '.join(network.layers)}"
    if network.parameters != wanted:
        return f"as many parameters as the wrong decoder, {wanted}; it has {network.parameters}"
    x = np.random.default_rng(0).normal(size=(2, 8, 7, 7))
    if np.allclose(network(x) + network(-x), 2 * network(0 * x), atol=1e-4):
        return "the ReLU between the two layers"
    return None


TASKS = (
    Task(
        "arithmetic-lengths",
        "input_lengths",
        clauses=(
            Clause("stride 1", [call(4, 3), call(1, 5)], equals=_lengths),
            Clause("stride", [call(4, 3, stride=2), call(3, 2, stride=5)], equals=_lengths),
            Clause(
                "padding", [call(5, 4, stride=3, padding=1), call(6, 3, padding=1)], equals=_lengths
            ),
            Clause(
                "no length below 1",
                [call(1, 3, stride=2, padding=1), call(1, 2, stride=4, padding=1)],
                equals=_lengths,
            ),
        ),
    ),
    Task(
        "arithmetic-crop",
        "transposed",
        clauses=(
            Clause(
                "the canvas",
                [call(Y, W), call(Y, W, stride=2), call(X, FOUR, stride=5)],
                equals=_transposed,
            ),
            Clause(
                "padding",
                [
                    call(Y, W, padding=1),
                    call(Y, W, stride=2, padding=2),
                    call(X, FOUR, stride=3, padding=1),
                ],
                equals=_transposed,
            ),
            Clause(
                "output padding on the canvas",
                [
                    call(Y, W, stride=2, padding=1, output_padding=1),
                    call(X, FOUR, stride=3, padding=2, output_padding=1),
                ],
                equals=_transposed,
            ),
            Clause(
                "output padding beyond the canvas",
                [
                    call(Y, W, stride=3, output_padding=2),
                    call(X, FOUR, stride=4, padding=1, output_padding=3),
                ],
                equals=_transposed,
            ),
        ),
    ),
    Task(
        "arithmetic-network",
        "decoder",
        clauses=(
            Clause("the input goes in", holds=_accepts),
            Clause("7 to 28", holds=_seven),
            Clause("every size", holds=_every_size),
            Clause("its parts", holds=_parts),
        ),
    ),
)
