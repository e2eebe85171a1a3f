"""Six upsamplers that differ in nothing but how they double a picture."""

import doctest

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lib import ops
from lib.nets import upsamplers
from lib.nets.upsamplers import (
    KINDS,
    Autoencoder,
    Decoder,
    middle_for,
    multiplications,
    parameters,
    upsampler,
)


def test_examples():
    assert doctest.testmod(upsamplers).failed == 0


@pytest.mark.parametrize("kind", KINDS)
def test_each_doubles_height_and_width(kind):
    assert upsampler(kind, 3, 5)(torch.zeros(2, 3, 4, 7)).shape == (2, 5, 8, 14)
    model = Autoencoder(kind)
    images = torch.rand(3, 1, 28, 28)
    assert model(images).shape == images.shape
    code = model.encoder(images)
    assert code.shape == (3, 16)
    features = model.decoder.features(code)
    assert features.shape == (3, 32, 7, 7) and features.min() >= 0
    assert torch.equal(model.decoder.tail(features), model(images))


@pytest.mark.parametrize("code, first", [(16, 32), (2, 32), (8, 16), (32, 48)])
def test_decoders_have_equally_many_parameters(code, first):
    decoders = [Decoder(kind, code=code, first=first) for kind in KINDS]
    whole = [parameters(decoder) for decoder in decoders]
    tails = [parameters(decoder.tail) for decoder in decoders]
    assert max(whole) <= 1.02 * min(whole)
    assert max(tails) <= 1.02 * min(tails)


def test_the_numbers_of_the_head_to_head():
    assert [Decoder(kind).middle for kind in KINDS] == [32, 18, 32, 32, 8, 8]
    assert {parameters(Decoder(kind)) for kind in KINDS} == {36193, 36179, 36196}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", [1, 27_000, 36_193, 60_000])
def test_middle_for_is_the_nearest(kind, target):
    middle = middle_for(kind, target)
    counts = {
        m: parameters(Decoder(kind, middle=m)) for m in (middle - 1, middle, middle + 1) if m > 0
    }
    assert abs(counts[middle] - target) == min(abs(count - target) for count in counts.values())


def test_the_same_seed_starts_what_is_shared_alike():
    def shared(kind):
        torch.manual_seed(4)
        model = Autoencoder(kind)
        return [*model.encoder.parameters(), *model.decoder.linear.parameters()]

    first = shared(KINDS[0])
    for kind in KINDS[1:]:
        assert all(torch.equal(a, b) for a, b in zip(first, shared(kind), strict=True))


def by_hand(decoder):
    """Multiplications from the counts of lib.ops: which cells and taps meet."""
    one, _, two = decoder.tail
    total = 0
    for layer, size in ((one, 7), (two, 14)):
        conv = (
            layer
            if isinstance(layer, nn.ConvTranspose2d)
            else next(part for part in layer if isinstance(part, nn.Conv2d))
        )
        channels = conv.in_channels * conv.out_channels
        k, s, p = conv.kernel_size[0], conv.stride[0], conv.padding[0]
        if isinstance(conv, nn.ConvTranspose2d):
            meets = ops.overlap_count(
                (size, size), k, stride=s, padding=p, output_padding=conv.output_padding[0]
            )
        else:
            side = size if isinstance(layer[-1], nn.PixelShuffle) else 2 * size
            meets = ops.conv2d(np.ones((1, side, side)), np.ones((1, 1, k, k)), padding=p)
        total += channels * int(meets.sum())
    return total


@pytest.mark.parametrize("kind", KINDS)
def test_multiplications(kind):
    decoder = Decoder(kind)
    counts = multiplications(decoder)
    assert counts["convolution"] == by_hand(decoder)
    # PyTorch counts an addition with each multiplication, and the border as well.
    with FlopCounterMode(display=False) as flops:
        decoder(torch.zeros(1, 16))
    assert (
        2 * (counts["linear"] + counts["convolution"] + counts["border"]) == flops.get_total_flops()
    )
    # 32 maps from 7 to 14, then as many from 14 to 28: 2 for each number of both passes.
    bilinear = 2 * 32 * (14 * 7 + 14 * 14 + 28 * 14 + 28 * 28)
    assert counts["interpolation"] == (bilinear if kind == "bilinear" else 0)
    assert counts["total"] == sum(
        counts[part] for part in ("linear", "convolution", "interpolation")
    )


def test_multiplications_of_an_autoencoder_are_those_of_its_parts():
    model = Autoencoder("transposed-4")
    parts = [multiplications(part)["total"] for part in (model.encoder, model.decoder)]
    assert multiplications(model)["total"] == sum(parts)


def test_convolving_after_interpolation_costs_four_times_as_much():
    totals = {kind: multiplications(Decoder(kind))["convolution"] for kind in KINDS}
    assert totals["nearest"] == totals["bilinear"] == 4 * totals["transposed-3"]
    assert totals["shuffle"] == totals["shuffle-icnr"]


def test_icnr_starts_as_nearest_neighbour():
    features = torch.rand(2, 8, 7, 7)

    def imbalance(kind):
        with torch.no_grad():
            conv, shuffle = upsampler(kind, 8, 5)
            pictures = shuffle(conv(features))
            corners = F.interpolate(pictures[..., ::2, ::2], scale_factor=2, mode="nearest")
            return float((pictures - corners).abs().max())

    assert imbalance("shuffle-icnr") == 0
    assert imbalance("shuffle") > 0.1


def test_icnr_starts_as_large_as_the_default():
    weights = [upsampler(kind, 64, 32)[0].weight for kind in ("shuffle", "shuffle-icnr")]
    assert weights[0].std().item() == pytest.approx(weights[1].std().item(), rel=0.05)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: upsampler("cubic", 1, 1), "kind='cubic' is unknown; use 'transposed-3' or"),
        (lambda: upsampler("nearest", 0, 1), "c_in=0 is too small"),
        (lambda: Decoder("nearest", code=0), "code=0 is too small"),
        (lambda: Decoder("nearest", middle=0), "middle=0 is too small"),
        (lambda: middle_for("shuffle", 0), "target=0 is too small"),
        (lambda: multiplications(nn.Linear(1, 1)), "shape=None is not known for this module"),
        (lambda: multiplications(nn.Conv1d(1, 1, 1), (1, 3)), "module='Conv1d' is a layer whose"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
