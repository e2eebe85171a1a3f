"""The reference models: the stored ones are what the results say, and the command can be killed."""

import json
import os
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from lib.data import mnist
from lib.nets import reference as command
from lib.nets.autoencoder import CODES
from lib.nets.reference import (
    accuracy,
    load_autoencoder,
    load_classifier,
    load_pca,
    load_results,
    reference,
)
from lib.nets.training import History, evaluate

FILES = {"autoencoders.json", "pca.safetensors", "classifier.safetensors"}
DIGITS = mnist()
FEW = replace(
    DIGITS,
    train_images=DIGITS.train_images[:64],
    train_labels=DIGITS.train_labels[:64],
    test_images=DIGITS.test_images[:32],
    test_labels=DIGITS.test_labels[:32],
)
TINY = {
    "held_out": DIGITS.test_images[32:64],
    "epochs": {4: 1, 2: 1},
    "again": {4: ((1, 0.01), (1, 0.1))},
    "classifier_epochs": 1,
    "progress": False,
}


# --- the stored models

STORED = pytest.mark.skipif(
    not (command.RESULTS / "autoencoders.json").exists(),
    reason="the reference models are not there yet",
)


@STORED
@pytest.mark.parametrize("code", CODES)
def test_errors_on_the_held_out_thousand(code):
    images, said = DIGITS.test_images[:, np.newaxis], load_results()["codes"][str(code)]
    assert evaluate(load_autoencoder(code), images) == pytest.approx(said["held_out_error"], 1e-4)
    assert load_pca().error(images, code) == pytest.approx(said["pca_held_out_error"], 1e-6)


@STORED
@pytest.mark.skipif(
    "CONVOLUTION_TRANSPOSED_DATA" not in os.environ,
    reason="CONVOLUTION_TRANSPOSED_DATA names no folder with MNIST's full set",
)
def test_errors_on_the_test_set():
    digits, results = mnist(full=True), load_results()
    images = digits.test_images[:, np.newaxis]
    for code in CODES:
        said = results["codes"][str(code)]
        assert evaluate(load_autoencoder(code), images) == pytest.approx(said["test_error"], 1e-4)
        assert load_pca().error(images, code) == pytest.approx(said["pca_test_error"], 1e-6)
    assert accuracy(load_classifier(), images, digits.test_labels) == pytest.approx(
        results["classifier"]["test_accuracy"], abs=2e-4
    )


@STORED
def test_longer_codes_have_smaller_errors_and_beat_pca():
    codes = load_results()["codes"]
    for name in ("test_error", "held_out_error"):
        errors = [codes[str(code)][name] for code in CODES]
        assert errors == sorted(errors, reverse=True)
        assert all(codes[str(code)][name] < codes[str(code)][f"pca_{name}"] for code in CODES)


@STORED
def test_the_held_out_thousand_were_not_trained_on():
    settings = load_results()["settings"]
    assert settings["data"] == "MNIST without the held-out 1,000"
    assert settings["training_images"] == 59_000


# --- the command


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    return folder, reference(FEW, out=folder, **TINY)


def test_it_writes_weights_and_results_and_nothing_else(made):
    folder, results = made
    assert {path.name for path in folder.iterdir()} == FILES | {
        "autoencoder-2.safetensors",
        "autoencoder-4.safetensors",
    }
    assert load_results(folder) == results == json.loads(json.dumps(results))


def test_what_it_says_is_what_it_stored(made):
    folder, results = made
    for code in (2, 4):
        said, model = results["codes"][str(code)], load_autoencoder(code, folder)
        for name, images in (("test", FEW.test_images), ("held_out", TINY["held_out"])):
            assert evaluate(model, images[:, np.newaxis]) == pytest.approx(
                said[f"{name}_error"], 1e-5
            )
            assert load_pca(folder).error(images, code) == said[f"pca_{name}_error"]
        assert not model.training
        assert said["epochs"] == len(said["losses"]) == {4: 3, 2: 1}[code]  # 4 has three cycles
    assert (
        accuracy(load_classifier(folder), FEW.test_images[:, np.newaxis], FEW.test_labels)
        == results["classifier"]["test_accuracy"]
    )


def test_a_further_cycle_has_its_own_epochs_and_weight_decay(tmp_path, monkeypatch):
    asked = []

    def train(model, *arguments, **options):
        asked.append(
            (
                getattr(model, "code", None),
                options["epochs"],
                options["lr"],
                options.get("weight_decay"),
            )
        )
        return History("cpu", 1, options["epochs"], options["epochs"], options["epochs"] * [0.0])

    monkeypatch.setattr(command, "train", train)
    again = {4: ((3, 0.01), (5, 0.1)), 2: ((2, 0.3),)}
    reference(FEW, out=tmp_path, **{**TINY, "again": again}, lr=0.004)
    assert asked == [
        (4, 1, 0.004, None),
        (2, 1, 0.004, None),
        (4, 3, 0.002, 0.01),
        (4, 5, 0.002, 0.1),
        (2, 2, 0.002, 0.3),
        (None, 1, 0.002, None),
    ]


def test_the_same_again_gives_the_same_weights(made, tmp_path):
    reference(FEW, out=tmp_path, **TINY)
    for path in made[0].glob("*.safetensors"):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_a_killed_run_goes_on_where_it_was(made, tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    def kill(*arguments, **options):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(command, "Classifier", kill)
        with pytest.raises(Killed):
            reference(FEW, out=tmp_path, **TINY)
    assert {path.name for path in tmp_path.iterdir()} == {"autoencoder_runs"}
    trained = []
    real = command.train
    monkeypatch.setattr(
        command, "train", lambda model, *a, **o: trained.append(model) or real(model, *a, **o)
    )
    reference(FEW, out=tmp_path, **TINY)
    assert len(trained) == 1  # the classifier alone
    for path in made[0].glob("*.safetensors"):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_other_settings_begin_anew(made, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(command, "PCA", None)
        with pytest.raises(TypeError):
            reference(FEW, out=tmp_path, **TINY)
    results = reference(FEW, out=tmp_path, **{**TINY, "epochs": {4: 1, 2: 2}})
    assert [results["codes"][code]["epochs"] for code in ("2", "4")] == [2, 3]
    same = [
        (tmp_path / f"autoencoder-{code}.safetensors").read_bytes()
        == (made[0] / f"autoencoder-{code}.safetensors").read_bytes()
        for code in (2, 4)
    ]
    assert same == [False, True]
    # What was trained with the first settings, and is not in this, is still there.
    assert [path.name.rpartition("-")[0] for path in (tmp_path / "autoencoder_runs").iterdir()] == [
        "autoencoder-2"
    ]


def test_files_of_others_stay(made, tmp_path):
    weights = (made[0] / "classifier.safetensors").read_bytes()  # whole, but of no run of this
    for name, content in (
        ("autoencoders.json", b"[]"),
        ("pca.safetensors", b"mine"),
        ("classifier.safetensors", weights),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name}, which this command did not write"):
            reference(FEW, out=tmp_path, **TINY)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [content]
        (tmp_path / name).unlink()
    (tmp_path / "autoencoder_runs").mkdir()
    (tmp_path / "autoencoder_runs/notes.txt").write_text("mine")
    for _ in range(2):  # its own results it replaces
        reference(FEW, out=tmp_path, **TINY)
    assert [path.name for path in (tmp_path / "autoencoder_runs").iterdir()] == ["notes.txt"]


def test_threads_are_left_as_they_were():
    before = torch.get_num_threads()
    with pytest.raises(ValueError, match="threads=0"):
        reference(FEW, threads=0, out="nowhere", **TINY)
    assert torch.get_num_threads() == before


# --- damage


def test_missing_and_damaged_results(tmp_path):
    with pytest.raises(ValueError, match="is not a file.*run python -m lib.nets.reference"):
        load_results(tmp_path)
    (tmp_path / "autoencoders.json").write_text('{"date": ')
    with pytest.raises(ValueError, match="is damaged"):
        load_results(tmp_path)


@pytest.mark.parametrize("load", [lambda f: load_autoencoder(4, f), load_classifier, load_pca])
def test_missing_and_damaged_weights(load, made, tmp_path):
    with pytest.raises(ValueError, match="is not a file"):
        load(tmp_path)
    for path in made[0].glob("*.safetensors"):
        data = bytearray(path.read_bytes())
        data[-5] ^= 1
        (tmp_path / path.name).write_bytes(data)
    with pytest.raises(ValueError, match="checksum"):
        load(tmp_path)


def test_a_checkpoint_of_another_code(made, tmp_path):
    (tmp_path / "autoencoder-8.safetensors").write_bytes(
        (made[0] / "autoencoder-4.safetensors").read_bytes()
    )
    with pytest.raises(ValueError, match=re.escape("encoder.8.weight with shape (4, 32, 4, 4)")):
        load_autoencoder(8, tmp_path)
