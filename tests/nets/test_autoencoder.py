"""The convolutional autoencoder, PCA, and the distance between sets of pictures."""

import doctest

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm, subspace_angles

from lib import ops
from lib.nets import autoencoder, classifier, pca
from lib.nets.autoencoder import ConvAutoencoder, with_shorter_code
from lib.nets.classifier import frechet_distance
from lib.nets.pca import PCA


@pytest.mark.parametrize("module", [autoencoder, classifier, pca])
def test_the_examples_in_the_docstrings_hold(module):
    names = {**vars(module), "torch": torch, "np": np}
    assert doctest.testmod(module, extraglobs=names).failed == 0


# --- the autoencoder


def sides(layers, x):
    """How many cells on a side the maps have, before and after each layer with weights."""
    found = []
    for layer in layers:
        weighs = isinstance(layer, (torch.nn.Conv2d, torch.nn.ConvTranspose2d))
        if weighs and not found:
            found.append(x.shape[-1])
        x = layer(x)
        if weighs:
            found.append(x.shape[-1])
    return found


def test_sizes_are_those_of_the_row():
    model = ConvAutoencoder(8)
    assert sides(model.encoder, torch.zeros(1, 1, 28, 28)) == [28, 24, 20, 9, 4, 1]
    assert sides(model.decoder, torch.zeros(1, 8)) == [1, 4, 9, 20, 24, 28]


def test_the_decoder_mirrors_the_encoder():
    model = ConvAutoencoder(8)
    down = [layer for layer in model.encoder if isinstance(layer, torch.nn.Conv2d)]
    up = [layer for layer in model.decoder if isinstance(layer, torch.nn.ConvTranspose2d)]
    for one, other in zip(down, reversed(up), strict=True):
        assert one.weight.shape == other.weight.shape
        assert (one.stride, one.kernel_size) == (other.stride, other.kernel_size)


@pytest.mark.parametrize("code", [0, 1.5, True])
def test_a_code_that_is_no_code(code):
    with pytest.raises(ValueError, match="code="):
        ConvAutoencoder(code)


def test_narrowing_to_the_same_length_changes_next_to_nothing():
    torch.manual_seed(0)
    model, x = ConvAutoencoder(4), torch.rand(50, 1, 28, 28)
    # Without a mean code the rotation of the code is undone exactly.
    model.encoder[8].bias.data -= model.encoder(x).mean(dim=0)
    assert torch.allclose(with_shorter_code(model, x, 4)(x), model(x), atol=1e-5)
    assert not torch.allclose(with_shorter_code(model, x, 1)(x), model(x), atol=1e-5)


def test_narrowing_keeps_what_varies_most():
    torch.manual_seed(0)
    model, x = ConvAutoencoder(6), torch.rand(50, 1, 28, 28)
    codes, kept = (m.encoder(x).detach().numpy() for m in (model, with_shorter_code(model, x, 2)))
    assert np.allclose(np.abs(PCA(codes, 2).encode(codes)), np.abs(kept), atol=1e-5)


def test_a_code_does_not_get_longer():
    with pytest.raises(ValueError, match="code=5 is more than the model's 4"):
        with_shorter_code(ConvAutoencoder(4), torch.rand(9, 1, 28, 28), 5)


# --- PCA

shapes = st.tuples(st.integers(2, 30), st.integers(1, 12))


@given(shapes, st.data())
def test_pca_against_the_covariance(shape, draw):
    x = np.random.default_rng(sum(shape)).normal(size=shape)
    code = draw.draw(st.integers(1, min(shape)))
    model = PCA(x, code)
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False, ddof=0).reshape(shape[1], -1))
    assert np.allclose(model.variances, values[::-1][:code])
    assert np.allclose(model.components @ model.components.T, np.eye(code))
    if code < min(shape):  # else the last directions carry no variance and are arbitrary
        assert np.allclose(
            subspace_angles(model.components.T, vectors[:, ::-1][:, :code]), 0, atol=1e-6
        )
    assert np.isclose(model.error(x), values[::-1][code:].sum() / shape[1])


@given(shapes)
def test_the_first_components_are_the_shorter_pca(shape):
    x = np.random.default_rng(sum(shape)).normal(size=shape)
    long, short = PCA(x, min(shape)), PCA(x, 1)
    assert np.allclose(long.components[:1], short.components)
    assert np.isclose(long.error(x, 1), short.error(x))


def test_pixels_are_divided_by_255():
    x = np.random.default_rng(0).integers(0, 256, (20, 1, 3, 3), np.uint8)
    assert np.allclose(PCA(x, 2).components, PCA(x / 255, 2).components)
    assert np.isclose(PCA(x, 2).error(x), PCA(x / 255, 2).error(x / 255))


def test_too_many_components():
    with pytest.raises(ValueError, match="code=4 is more than 3 examples of 5 numbers have"):
        PCA(np.zeros((3, 5)), 4)


# --- the distance


@given(st.integers(1, 6), st.integers(0, 1000))
def test_frechet_distance_against_the_matrix_root(features, seed):
    rng = np.random.default_rng(seed)
    a, b = (
        rng.normal(size=(40, features)) @ rng.normal(size=(features, features)) + rng.normal()
        for _ in range(2)
    )
    c, d = (np.cov(v, rowvar=False, ddof=0).reshape(features, -1) for v in (a, b))
    due = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(c + d - 2 * sqrtm(c @ d).real)
    assert np.isclose(frechet_distance(a, b), due, rtol=1e-6, atol=1e-6)
    assert np.isclose(frechet_distance(a, b), frechet_distance(b, a))
    assert frechet_distance(a, a) < 1e-6


@pytest.mark.parametrize(
    "a, b, says",
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "a.shape"),
        (np.zeros((5, 3)), np.zeros(3), "b.shape"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "b.shape"),
    ],
)
def test_sets_that_do_not_suit(a, b, says):
    with pytest.raises(ValueError, match=says):
        frechet_distance(a, b)


def test_how_far_one_code_value_reaches():
    # One code value in a larger map, all weights 1: what is not 0 is what it reaches.
    model = ConvAutoencoder(1)
    maps, reach = torch.zeros(1, 1, 5, 5), []
    maps[0, 0, 2, 2] = 1
    for layer in model.decoder[1:]:
        if isinstance(layer, torch.nn.ConvTranspose2d):
            maps = torch.nn.functional.conv_transpose2d(
                maps, torch.ones_like(layer.weight), stride=layer.stride
            )
            reach.append(int((maps[0, 0] > 0).any(dim=0).sum()))
    assert reach == [4, 9, 20, 24, 28]
    size = 1
    for k, s, due in zip((4, 3, 4, 5, 5), (1, 2, 2, 1, 1), reach, strict=True):
        (size,) = ops.conv_transpose_output_size((size,), k, stride=s)
        assert size == due
