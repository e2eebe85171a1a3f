"""The ripple tells decoders apart; the picture score tells gradients apart. Both directions."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from lib import data, ops
from lib.nets.ripple import feature_vectors, tail_ripple
from lib.nets.upsamplers import KINDS, Autoencoder

EVEN = ("nearest", "bilinear")
UNEVEN = ("transposed-3", "transposed-4", "shuffle")


@pytest.fixture(scope="module")
def digits():
    return torch.as_tensor(data.mnist().test_images[:64, None] / 255, dtype=torch.float32)


def vectors_of(model, digits):
    with torch.no_grad():
        features = model.decoder.features(model.encoder(digits))
    return feature_vectors(features, 32)


def model_of(kind, seed):
    torch.manual_seed(seed)
    return Autoencoder(kind)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_at_initialisation(kind, seed, digits):
    model = model_of(kind, seed)
    found = tail_ripple(model.decoder.tail, vectors_of(model, digits))
    if kind in UNEVEN:
        assert found > 0.05
    else:  # ICNR starts as nearest neighbour
        assert found < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_after_some_training(kind, digits):
    model = model_of(kind, 0)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(20):
        optimiser.zero_grad()
        nn.functional.mse_loss(model(digits), digits).backward()
        optimiser.step()
    found = tail_ripple(model.decoder.tail, vectors_of(model, digits))
    assert found < 1e-12 if kind in EVEN else found > 0.02


@pytest.mark.parametrize("kernel", [2, 3, 4, 6])
def test_a_random_layer_ripples_by_chance_whatever_its_kernel(kernel):
    # Independent weights without bias: the s² phases are independent, so that in expectation
    # 1 - 1/s² of the power is deviation.
    generator = torch.Generator().manual_seed(kernel)
    squares = []
    for _ in range(60):
        layer = nn.ConvTranspose2d(16, 1, kernel, stride=2, bias=False)
        nn.init.normal_(layer.weight, generator=generator)
        squares.append(tail_ripple(layer, torch.ones(1, 16)) ** 2)
    layer = nn.ConvTranspose2d(1, 1, kernel, stride=2, bias=False)
    nn.init.ones_(layer.weight)
    ones = tail_ripple(layer, torch.ones(1, 1))
    assert ones == (pytest.approx(np.sqrt(1.1875 / 6.25)) if kernel == 3 else 0.0)
    # The mean of ratios is not the ratio of means, hence the wide bound.
    assert np.sqrt(np.mean(squares)) == pytest.approx(np.sqrt(3 / 4), abs=0.09)


def test_the_network_is_left_as_it_was(digits):
    model = model_of("transposed-3", 0).train()
    before = copy.deepcopy(model.state_dict())
    tail_ripple(model.decoder.tail, vectors_of(model, digits))
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert model.training and next(model.parameters()).dtype == torch.float32


def test_vectors_are_activations_and_repeat_with_the_seed():
    features = torch.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    found = feature_vectors(features, 50, seed=1)
    assert torch.equal(found, feature_vectors(features, 50, seed=1))
    assert not torch.equal(found, feature_vectors(features, 50, seed=2))
    real = {tuple(v) for v in features.permute(0, 2, 3, 1).reshape(-1, 3).tolist()}
    assert {tuple(v) for v in found.tolist()} <= real


def test_rounding_is_no_border():
    class Rounded(nn.Module):
        def forward(self, x):
            y = nn.functional.interpolate(x, scale_factor=2)
            y = torch.cat([y, 1e-9 * y], 1)  # small answers beside large ones
            return y + 1e-14 * torch.rand_like(y)

    assert tail_ripple(Rounded(), torch.ones(3, 8)) < 1e-9


def test_a_border_that_reaches_the_middle_is_refused():
    wide = nn.ConvTranspose2d(1, 1, 21, stride=2, padding=10, output_padding=1)
    with pytest.raises(ValueError, match=r"size=8 is so small .*; try 16\."):
        tail_ripple(wide, torch.ones(1, 1), size=8)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: tail_ripple(nn.Identity(), torch.ones(3)), r"give (N, C)."),
        (lambda: tail_ripple(nn.Identity(), torch.ones(3, 3), size=2), "size=2 is too small"),
        (lambda: tail_ripple(nn.Flatten(), torch.ones(3, 3)), "is not made of larger maps"),
        (lambda: feature_vectors(torch.ones(3, 3), 2), "give (N, C, H, W)."),
        (lambda: feature_vectors(torch.ones(1, 1, 2, 2), 0), "count=0 is too small"),
    ],
)
def test_refusals_say_what_would_do(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


# ------------------------------------------------------------------- gradients of a classifier


def classifier(stride, seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=stride, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=stride, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    )


@pytest.mark.parametrize("seed", range(3))
def test_gradients_of_a_strided_network_fire_and_those_of_one_without_do_not(seed, digits):
    score = {}
    for stride in (1, 2):
        x = digits.clone().requires_grad_()
        classifier(stride, seed)(x).max(dim=1).values.sum().backward()
        score[stride] = ops.layer_checkerboard_score(x.grad.abs().numpy(), 2)
    assert score[2] > 0.1
    assert score[1] < 0.05
