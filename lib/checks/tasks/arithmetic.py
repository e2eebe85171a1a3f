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
    sizes = {n: F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), None, stride,
                         padding).shape[-1] for n in tried}
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
        "arithmetic-lengths", "input_lengths",
        clauses=(
            Clause("stride 1", [call(4, 3), call(1, 5)], equals=_lengths,
                   hint="With stride 1, how much shorter is the output than the input?"),
            Clause("stride", [call(4, 3, stride=2), call(3, 2, stride=5)], equals=_lengths,
                   hint="The size formula rounds down. How many neighbouring lengths give the same "
                        "result, and which is the smallest?"),
            Clause("padding", [call(5, 4, stride=3, padding=1), call(6, 3, padding=1)],
                   equals=_lengths,
                   hint="n + 2p cells are seen by the kernel. What does that say of n?"),
            Clause("no length below 1", [call(1, 3, stride=2, padding=1),
                                         call(1, 2, stride=4, padding=1)], equals=_lengths,
                   hint="Write the list down on paper. Is each of its entries the length of a "
                        "line of cells?"),
        ),
        hints=("The smallest length is one for which the last place ends at the last cell.",
               "The smallest is s(m - 1) + k - 2p. Which others lead to the same m?",
               "The remainder that the rounding drops can be 0, 1, …, s - 1."),
    ),
    Task(
        "arithmetic-crop", "transposed",
        clauses=(
            Clause("the canvas", [call(Y, W), call(Y, W, stride=2), call(X, FOUR, stride=5)],
                   equals=_transposed,
                   hint="Without padding all cells that stamps reach are kept, to the last one."),
            Clause("padding", [call(Y, W, padding=1), call(Y, W, stride=2, padding=2),
                               call(X, FOUR, stride=3, padding=1)], equals=_transposed,
                   hint="In the convolution, padding added cells to each end of its input. What "
                        "becomes of them when everything is turned round?"),
            Clause("output padding on the canvas",
                   [call(Y, W, stride=2, padding=1, output_padding=1),
                    call(X, FOUR, stride=3, padding=2, output_padding=1)], equals=_transposed,
                   hint="The extra cell is one that padding would have cropped. At which end, and "
                        "what stands in it?"),
            Clause("output padding beyond the canvas",
                   [call(Y, W, stride=3, output_padding=2),
                    call(X, FOUR, stride=4, padding=1, output_padding=3)], equals=_transposed,
                   hint="What does a cell hold that no stamp reaches?"),
        ),
        hints=("Make the whole canvas first: s(m - 1) + k cells.",
               "Padding and output padding move the edges of the window through which one looks at "
               "the canvas.",
               "The window begins at cell p. It ends p cells before the end of the canvas, and "
               "output padding moves that end to the right; the canvas may have to be longer."),
    ),
    Task(
        "arithmetic-network", "decoder",
        clauses=(
            Clause("the input goes in", holds=_accepts,
                   hint="The first number of a ConvTranspose2d is the number of channels that "
                        "come in."),
            Clause("7 to 28", holds=_seven,
                   hint="Put m = 7 and k = 3 into the size formula. How many cells is the first "
                        "layer away from 14, with which padding and output padding does it "
                        "arrive there?"),
            Clause("every size", holds=_every_size,
                   hint="The layers should double whatever comes in. Which condition on k, s, p "
                        "and a does the chapter give for that?"),
            Clause("its parts", holds=_parts,
                   hint="Keep what the task tells you to keep; only the sizes are wrong."),
        ),
        hints=("The wrong one takes 7 to 15 and 15 to 32.",
               "A kernel of 3 with stride 2 doubles m to 2m + 1 if nothing is cropped.",
               "The size is multiplied by exactly s if k - 2p + a = s."),
    ),
)
