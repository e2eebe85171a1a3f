"""Stored weights come back as they were, or not at all."""

import json

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lib.nets.storage import load_weights, save_weights


def network(hidden=3):
    return nn.Sequential(nn.Conv2d(1, hidden, 3), nn.BatchNorm2d(hidden), nn.Linear(4, 2))


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_weights(path, network(), meta={"error": 0.02, "name": "übung"})
    return path


def test_full_precision_comes_back_bit_by_bit(tmp_path):
    model, twin = network().double(), network().double()
    save_weights(tmp_path / "a" / "w", model, half=False, meta={"d": 8})
    assert load_weights(tmp_path / "a" / "w", twin) == {"d": 8}
    assert all(
        torch.equal(a, b)
        for a, b in zip(model.state_dict().values(), twin.state_dict().values(), strict=True)
    )
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["w"]


def test_half_precision_rounds_and_takes_half_the_space(tmp_path):
    model, twin = nn.Linear(100, 100), nn.Linear(100, 100)
    save_weights(tmp_path / "half", model)
    save_weights(tmp_path / "full", model, half=False)
    load_weights(tmp_path / "half", twin)
    assert twin.weight.dtype == torch.float32
    assert torch.equal(twin.weight, model.weight.half().float())
    sizes = [(tmp_path / name).stat().st_size for name in ("half", "full")]
    assert 0.49 < sizes[0] / sizes[1] < 0.52


def test_half_precision_refuses_what_it_cannot_hold(tmp_path):
    model = nn.Linear(2, 2)
    nn.init.constant_(model.weight, 1e5)
    with pytest.raises(ValueError, match="half=True cannot hold weight.*use half=False"):
        save_weights(tmp_path / "w", model)
    assert not list(tmp_path.iterdir())


def test_missing(tmp_path):
    with pytest.raises(ValueError, match="path='.*none' is not a file"):
        load_weights(tmp_path / "none", network())


def test_every_damage_is_noticed(stored):
    data, model = stored.read_bytes(), network()
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for position in range(0, len(data), 3):
        flipped = bytearray(data)
        flipped[position] ^= 1 << position % 8
        stored.write_bytes(flipped)
        with pytest.raises(ValueError, match="path='.*weights.safetensors' is damaged"):
            load_weights(stored, model)
    for size in (0, 7, 8, 100, len(data) // 2, len(data) - 1):
        stored.write_bytes(data[:size])
        with pytest.raises(ValueError, match="is damaged"):
            load_weights(stored, model)
    stored.write_bytes(data + b"more")
    with pytest.raises(ValueError, match="is damaged"):
        load_weights(stored, model)
    assert all(torch.equal(start[name], tensor) for name, tensor in model.state_dict().items())
    stored.write_bytes(data)
    assert load_weights(stored, model) == {"error": 0.02, "name": "übung"}


def test_a_pickle_is_refused_and_not_opened(tmp_path):
    path = tmp_path / "w"
    torch.save(network().state_dict(), path)
    with pytest.raises(ValueError, match="is damaged or not a safetensors file"):
        load_weights(path, network())


def test_a_foreign_file_is_refused(tmp_path):
    save_file({"weight": torch.zeros(2, 2), "bias": torch.zeros(2)}, tmp_path / "w")
    with pytest.raises(ValueError, match="was not written here"):
        load_weights(tmp_path / "w", nn.Linear(2, 2))


@pytest.mark.parametrize(
    "model, message",
    [
        (
            network(5),
            r"holds 0.weight with shape \(3, 1, 3, 3\) where the model wants \(5, 1, 3, 3\)",
        ),
        (network()[:2], r"holds a tensor 2.\w+ with shape \(2.*which the model does not have"),
        (network().append(nn.Linear(1, 7)), r"has no tensor 3.weight.* with shape \(7, 1\)"),
    ],
)
def test_a_mismatch_is_named(stored, model, message):
    with pytest.raises(ValueError, match=message):
        load_weights(stored, model)


def test_meta_is_json(tmp_path):
    with pytest.raises(TypeError, match="not JSON serializable"):
        save_weights(tmp_path / "w", nn.Linear(2, 2), meta={"model": json})
    assert not list(tmp_path.iterdir())
