"""The stored end of the convolutional autoencoder's training is what its network gives."""

import numpy as np
import pytest

from lib import data
from lib.nets import full_training
from lib.nets.training import evaluate


def test_the_stored_weights_give_the_stored_error():
    model, history = full_training.load_full_training()
    assert len(history["losses"]) == len(history["validation"]) == history["epochs"] == 18
    assert not model.training
    assert evaluate(model, data.mnist().test_images[:, None]) == pytest.approx(
        history["validation"][-1], rel=2e-3
    )


def test_the_command_writes_what_the_chapter_reads(tmp_path, monkeypatch, capsys):
    class Few:
        train_images = data.mnist().train_images[:40]
        test_images = data.mnist().test_images[:20]

    monkeypatch.setattr(full_training, "mnist", lambda: Few)
    monkeypatch.setitem(full_training.SETTINGS, "epochs", 2)
    full_training.main(["--threads", "1", "--out", str(tmp_path)])
    model, history = full_training.load_full_training(tmp_path)
    assert len(history["losses"]) == 2 and history["threads"] == 1
    assert evaluate(model, Few.test_images[:, None]) == pytest.approx(
        history["validation"][-1], rel=1e-2
    )
    assert "on held-out digits" in capsys.readouterr().out


def test_what_is_missing_or_damaged_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is not a file"):
        full_training.load_full_training(tmp_path)
    (tmp_path / full_training.FILE).write_bytes(np.zeros(99, np.uint8).tobytes())
    with pytest.raises(ValueError, match="damaged"):
        full_training.load_full_training(tmp_path)
