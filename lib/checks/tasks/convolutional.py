"""Checks for the chapter on the convolutional autoencoder; the witness is PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F

from lib.checks import Clause, Task, call
from lib.checks._predicates import shaped
from lib.checks._values import Network, shape_of

SIDES = (28, 29, 30, 31, 32, 33)  # as the exercise gives them
LAYERS = ((3, 1), (3, 2), (3, 2))  # kernel size, stride
PARAMETERS = 160 + 4640 + 12552 + 12576 + 4624 + 145  # of the six layers in the exercise


def _come_back():
    return [_there_and_back(n) for n in SIDES]


def _there_and_back(n):
    x, w = torch.zeros(1, 1, n, n), {k: torch.zeros(1, 1, k, k) for k, _ in LAYERS}
    for k, s in LAYERS:
        x = F.conv2d(x, w[k], stride=s)
    for k, s in reversed(LAYERS):
        x = F.conv_transpose2d(x, w[k], stride=s)
    return x.shape[-1]


def _never_larger(sides):
    for n, back in zip(SIDES, sides, strict=True):
        if back > n:
            return f"a side of {n} at most for the pictures of {n}"
    return None


def _two_networks(pair):
    if (
        isinstance(pair, (tuple, list))
        and len(pair) == 2
        and all(isinstance(part, Network) for part in pair)
    ):
        return None
    return "a pair (encoder, decoder) of torch.nn.Module"


def _pictures():
    """Pictures with a few large numbers each: their codes are large, and all different."""
    rng = np.random.default_rng(0)
    return 1e6 * rng.normal(size=(16, 1, 28, 28)) * (rng.random((16, 1, 28, 28)) < 0.005)


def _sizes(pair):
    x = np.zeros((3, 1, 28, 28))
    for name, network, wanted in (
        ("encoder", pair[0], ((3, 8), (3, 8, 1, 1))),
        ("decoder", pair[1], ((3, 1, 28, 28),)),
    ):
        shapes = " or ".join(map(str, wanted))
        try:
            after = network(x)
        except Exception as error:
            reason = " ".join(str(error).split())[:120]
            return f"shape {shapes} from the {name}; it cannot take {x.shape}: {reason}"
        if shape_of(after) not in wanted:
            return f"shape {shapes} from the {name}, not {shape_of(after)}"
        x = after
    return None


def _same_weights(pair):
    found = sum(part.parameters for part in pair)
    return None if found == PARAMETERS else f"{PARAMETERS:,} parameters, as before, not {found:,}"


def _code_of_either_sign(pair):
    code = pair[0](_pictures())
    if code.min() < 0 < code.max():
        return None
    return f"code values of either sign; for 16 pictures they lie from {code.min():.3g} up"


def _output_of_any_size(pair):
    out = pair[1](pair[0](_pictures()))
    if out.min() < 0 and out.max() > 1:
        return None
    return (
        "numbers below 0 and above 1 where the codes are large; they lie between "
        f"{out.min():.3g} and {out.max():.3g}"
    )


def _bends(pair):
    for name, part, x in (("encoder", pair[0], _pictures()), ("decoder", *_decoding(pair))):
        # For a linear layer with a bias, the two sides are equal.
        middle, ends = part(np.zeros_like(x)), (part(x) + part(-x)) / 2
        if np.abs(ends - middle).max() < 1e-3 * np.abs(part(x)).max():
            return f"activations in the {name}, which is linear"
    return None


def _decoding(pair):
    return pair[1], pair[0](_pictures())


def _batch(count, side, seed):
    """Pictures, and outputs that are near them."""
    rng = np.random.default_rng(seed)
    pictures = rng.integers(0, 256, size=(count, side, side + 1)).astype(np.uint8)
    return pictures[:, None] / 255 + 0.1 * rng.normal(size=(count, 1, side, side + 1)), pictures


def _perfect(count, seed):
    pictures = _batch(count, 4, seed)[1]
    return pictures[:, None] / 255, pictures


def _loss(outputs, pictures):
    target = torch.tensor(pictures[:, None]).double() / 255
    return F.mse_loss(torch.tensor(outputs), target).item()


SQUARE = np.tile(np.arange(0, 200, 60, dtype=np.uint8), (4, 4, 1))  # 4 pictures of 4 x 4
SQUARE = SQUARE + np.arange(4, dtype=np.uint8)[:, None, None] * 10

TASKS = (
    Task(
        "convolutional-sides",
        "come_back",
        clauses=(
            Clause("six sides", holds=shaped((6,), "six numbers, one for each side")),
            Clause("never larger", holds=_never_larger),
            Clause("the sides", equals=_come_back, reveal=False),
        ),
    ),
    Task(
        "convolutional-network",
        "repaired_pair",
        clauses=(
            Clause("two networks", [call()], holds=_two_networks),
            Clause("the sizes", [call()], holds=_sizes),
            Clause("the same weights", [call()], holds=_same_weights),
            Clause("the code", [call()], holds=_code_of_either_sign),
            Clause("the output", [call()], holds=_output_of_any_size),
            Clause("the other activations", [call()], holds=_bends),
        ),
    ),
    Task(
        "convolutional-loss",
        "loss",
        clauses=(
            Clause("one picture", [call(*_batch(1, 3, 0)), call(*_batch(1, 5, 1))], equals=_loss),
            Clause(
                "a perfect output", [call(*_perfect(3, 2)), call(*_perfect(4, 3))], equals=_loss
            ),
            Clause(
                "each with its own",
                [
                    call(*_batch(3, 3, 4)),
                    call(*_batch(5, 4, 5)),
                    call(SQUARE[::-1, None] / 255, SQUARE),
                ],
                equals=_loss,
            ),
        ),
    ),
)
