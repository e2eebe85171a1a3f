"""The training loop: the same bits every time, whatever happens on the way."""

import doctest
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from copy import deepcopy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lib.nets import training
from lib.nets.storage import read_tensors, save_weights, write_tensors
from lib.nets.training import evaluate, train

PIXELS = np.random.default_rng(0).integers(0, 256, (50, 1, 6, 6), np.uint8)


def network(seed=0):
    """Every sort of state: weights, running means, dropout's chance."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Conv2d(4, 1, 3, padding=1),
        )


def fit(model, inputs=PIXELS, targets=None, **options):
    return train(
        model,
        inputs,
        targets,
        **{"epochs": 4, "batch_size": 16, "progress": False, "device": "cpu", **options},
    )


def same(one, two):
    return all(
        torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    )


def noisy(batch, generator):
    return batch + 0.1 * torch.randn(batch.shape, generator=generator)


def test_examples():
    assert doctest.testmod(training).failed == 0


# --- what it computes


def test_it_learns_and_keeps_count():
    model = network()
    history = fit(model, epochs=20, lr=0.02, validation=PIXELS)
    assert history.epochs_run == history.planned == history.epochs == 20
    assert len(history.losses) == len(history.validation) == 20
    assert len(history.steps) == 20 * 4  # 50 examples in batches of 16
    assert history.losses[-1] < 0.5 * history.losses[0]
    assert (history.stopped, history.device) == ("", "cpu")
    assert history.threads == torch.get_num_threads()
    assert history.seconds > 0
    # Means over examples: the last batch has only 2.
    assert history.losses[3] == pytest.approx(
        np.average(history.steps[12:16], weights=[16, 16, 16, 2])
    )
    assert history.validation[-1] == pytest.approx(evaluate(model, PIXELS))


def test_it_is_the_textbook_loop():
    """The same numbers as AdamW and the one-cycle schedule written out."""
    torch.manual_seed(0)
    model, twin = nn.Linear(5, 3).double(), nn.Linear(5, 3).double()
    twin.load_state_dict(model.state_dict())
    x, y = torch.randn(12, 5).double(), torch.randn(12, 3).double()
    train(
        model,
        x,
        y,
        epochs=30,
        batch_size=12,
        lr=0.05,
        weight_decay=0.1,
        precision="float64",
        progress=False,
        device="cpu",
    )
    optimiser = torch.optim.AdamW(twin.parameters(), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.05, total_steps=30)
    for _ in range(30):
        optimiser.zero_grad()
        ((twin(x) - y) ** 2).mean().backward()
        optimiser.step()
        schedule.step()
    torch.testing.assert_close(model.weight, twin.weight, rtol=1e-9, atol=1e-12)


def test_the_fused_step_is_right_with_the_channels_last():
    model, twin = network(), network()
    model[3] = twin[3] = nn.Identity()
    fit(model, batch_size=50, epochs=5)
    optimiser = torch.optim.AdamW(twin.parameters(), fused=False)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4e-3, total_steps=5)
    x = torch.tensor(PIXELS) / 255
    for _ in range(5):
        optimiser.zero_grad()
        F.mse_loss(twin(x), x).backward()
        optimiser.step()
        schedule.step()
    torch.testing.assert_close(model[0].weight, twin[0].weight, rtol=1e-3, atol=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    models = [network() for _ in range(3)]
    histories = [
        fit(model, seed=seed, augment=noisy) for model, seed in zip(models, (5, 5, 6), strict=True)
    ]
    assert same(models[0], models[1])
    assert histories[0].steps == histories[1].steps
    assert not same(models[0], models[2])


def test_what_is_outside_stays_as_it_was():
    model = network().eval()
    before = torch.get_rng_state()
    handler = signal.getsignal(signal.SIGINT)
    fit(model)
    assert torch.equal(torch.get_rng_state(), before)
    assert signal.getsignal(signal.SIGINT) is handler
    assert not model.training
    assert all(p.grad is None for p in model.parameters())
    assert model[0].weight.is_contiguous()


def test_pixels_may_be_bytes_or_numbers_between_0_and_1():
    models = [network() for _ in range(3)]
    fit(models[0], PIXELS)
    fit(models[1], PIXELS / np.float32(255))
    fit(models[2], torch.tensor(PIXELS))
    assert same(models[0], models[1]) and same(models[0], models[2])


def test_classes_stay_whole_numbers():
    labels = (PIXELS.mean((1, 2, 3)) > 127).astype(np.uint8)
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 2))
    history = fit(
        model, PIXELS, labels, loss=F.cross_entropy, epochs=60, lr=0.05, validation=(PIXELS, labels)
    )
    assert history.validation[-1] < 0.4


def test_augmented_inputs_are_the_targets_only_where_none_were_given():
    seen = []

    def loss(outputs, targets):
        seen.append(targets)
        return F.mse_loss(outputs, targets)

    double = lambda batch, generator: 2 * batch  # noqa: E731
    ones = np.ones((4, 1, 6, 6), np.float32)
    fit(network(), ones, loss=loss, augment=double, epochs=1)
    fit(network(), ones, ones, loss=loss, augment=double, epochs=1)
    assert [float(targets.mean()) for targets in seen] == [2, 1]


def test_evaluate():
    model = nn.Sequential(nn.Dropout(0.5))
    assert evaluate(model, PIXELS, batch_size=7) == 0  # evaluation mode
    assert model.training
    assert evaluate(model, PIXELS, 0 * PIXELS) == pytest.approx(
        ((PIXELS / 255.0) ** 2).mean(), rel=1e-6
    )


# --- stopping


class Killed(Exception):
    """As if the process had died."""


def killed_at(step, function=lambda batch, generator: batch):
    """An augmentation that computes as ``function``, and raises before the step of that number."""
    calls = []

    def augment(batch, generator):
        calls.append(1)
        if len(calls) == step:
            raise Killed
        return function(batch, generator)

    augment.__qualname__ = function.__qualname__  # by which a checkpoint knows it
    return augment


@pytest.mark.parametrize("step", [6, 16])
def test_an_interrupt_ends_the_step_and_keeps_the_weights(step):
    """The weights are those before the next step, not those of half a step."""
    calls = []

    def interrupted(outputs, targets):
        calls.append(1)
        if len(calls) == step:
            os.kill(os.getpid(), signal.SIGINT)
        return F.mse_loss(outputs, targets)

    model, twin = network(), network()
    history = fit(model, loss=interrupted)
    assert (history.epochs_run, len(history.steps)) == (step // 4, step)
    # After the last step it changes nothing.
    assert history.stopped == ("interrupted" if step < 16 else "")
    if step < 16:
        with pytest.raises(Killed):
            fit(twin, augment=killed_at(step + 1))
    else:
        fit(twin)
    assert same(model, twin)


def test_an_impatient_interrupt_works_at_once():
    def interrupted(outputs, targets):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
        raise AssertionError("too late")

    assert fit(network(), loss=interrupted).stopped == "interrupted"


def test_it_works_in_another_thread():
    histories = []
    thread = threading.Thread(target=lambda: histories.append(fit(network())))
    thread.start()
    thread.join()
    assert histories[0].epochs_run == 4


# --- the budget


class Clocked(nn.Module):
    """A network on which time depends: a step at the time t takes `pace(t)` seconds."""

    def __init__(self, pace):
        super().__init__()
        self.inner, self.pace, self.clock = network(), pace, [0.0]

    def forward(self, x):
        self.clock[0] += self.pace(self.clock[0])
        return self.inner(x)

    def __deepcopy__(self, memo):  # the copy that is timed has the same clock
        twin = Clocked(self.pace)
        twin.inner, twin.clock = deepcopy(self.inner, memo), self.clock
        return twin

    def fit(self, **options):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(training.time, "perf_counter", lambda: self.clock[0])
            return fit(self, epochs=100, **options)


@pytest.mark.parametrize("budget", [40, 100, 150, 390])
def test_a_budget_buys_the_epochs_that_fit_with_their_whole_schedule(budget):
    model, twin = Clocked(lambda t: 1.0), network()
    history = model.fit(budget=budget)
    assert history.stopped == "budget" and history.planned == history.epochs_run
    assert 0.7 * budget - 4 < 4 * history.epochs_run  # four steps of a second in an epoch
    assert model.clock[0] <= budget  # with what it took to find out
    fit(twin, epochs=history.planned)
    assert same(model.inner, twin)


def test_a_machine_that_becomes_slower_gets_fewer_epochs():
    budget = 400
    usual = Clocked(lambda t: 1.0).fit(budget=budget).planned
    model = Clocked(lambda t: 1.0 if t < 100 else 5.0)
    history = model.fit(budget=budget)
    assert history.stopped == "budget" and history.epochs_run == history.planned < usual / 2
    assert 0.8 * budget < model.clock[0] <= budget + 20  # the last epoch is not cut


def test_the_rate_falls_to_the_end_of_a_plan_that_was_made_shorter(monkeypatch):
    rates, schedule = [], torch.optim.lr_scheduler.OneCycleLR

    class Watched(schedule):
        def step(self, *args):
            super().step(*args)
            rates.append(self.get_last_lr()[0])

    monkeypatch.setattr(torch.optim.lr_scheduler, "OneCycleLR", Watched)
    Clocked(lambda t: 1.0 if t < 60 else 2.0).fit(budget=400, lr=0.01)
    assert rates[-1] < 1e-5 and max(rates) > 0.009


def test_a_budget_of_next_to_nothing_gives_one_epoch():
    history = fit(network(), budget=1e-6)
    assert (history.epochs_run, history.stopped) == (1, "budget")


def test_a_least_number_of_epochs_overrules_the_budget():
    history = fit(network(), budget=1e-6, epochs=4, at_least=3)
    assert (history.epochs_run, history.stopped) == (3, "budget")
    assert fit(network(), budget=1e-6, epochs=2, at_least=3).epochs_run == 2


def test_a_long_budget_changes_nothing():
    model, twin = network(), network()
    assert fit(model, budget=1000, validation=PIXELS).stopped == ""
    fit(twin)
    assert same(model, twin)


# --- the line of text


def test_progress_is_one_line_that_says_what_one_wants_to_know(capsys, monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr(training.time, "perf_counter", lambda: float(next(ticks)))
    fit(network(), progress=True, validation=PIXELS, epochs=2)
    printed = capsys.readouterr()
    assert printed.err == "" and printed.out.count("\n") == 1 and printed.out.endswith("\n")
    lines = printed.out.strip().split("\r")
    threads = torch.get_num_threads()
    place = rf"\(cpu, {threads} thread{'s' * (threads > 1)}\)"
    for line in lines[:-1]:
        assert re.fullmatch(
            rf"epoch [12]/2, loss 0\.\d{{5}}, \d:\d\d elapsed, \d:\d\d left {place} *", line
        )
    assert re.fullmatch(
        rf"epoch 2/2, loss 0\.\d{{5}}, validation 0\.\d{{5}}, \d:\d\d in all "
        rf"{place} *",
        lines[-1],
    )


def test_progress_can_be_silent(capsys):
    fit(network(), budget=1e-6)
    assert capsys.readouterr().out == ""


def test_it_says_why_there_are_fewer_epochs(capsys):
    fit(network(), progress=True, budget=1e-6)
    assert "The budget of 1e-06 s allows 1 of 4 epochs.\n" in capsys.readouterr().out


def test_it_says_that_it_was_interrupted(capsys):
    def interrupted(outputs, targets):
        os.kill(os.getpid(), signal.SIGINT)
        return F.mse_loss(outputs, targets)

    fit(network(), progress=True, loss=interrupted)
    assert capsys.readouterr().out.rstrip().endswith("): interrupted")


# --- checkpoints


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("step", [4, 6, 12])
def test_a_killed_training_goes_on_bit_by_bit(tmp_path, step, precision):
    options = {"augment": noisy, "validation": PIXELS[:20], "lr": 0.01, "precision": precision}
    straight, resumed = network(), network(seed=1)
    expected = fit(straight, **options)
    with pytest.raises(Killed):
        fit(network(), checkpoint=tmp_path / "c", **options | {"augment": killed_at(step, noisy)})
    if step == 4:
        assert not (tmp_path / "c").exists()  # not even one epoch was whole
        resumed = network()
    history = fit(resumed, checkpoint=tmp_path / "c", **options)
    assert same(straight, resumed)
    assert (history.steps, history.losses) == (expected.steps, expected.losses)
    assert history.validation == expected.validation
    # And once more: there is nothing left to do.
    again = network(seed=2)
    assert fit(again, checkpoint=tmp_path / "c", **options).steps == expected.steps
    assert same(straight, again)
    assert [file.name for file in tmp_path.iterdir()] == ["c"]


KILL = """
import os, signal, sys, numpy as np, torch
from torch import nn
from lib.nets.training import train
calls = []
def kill(batch, generator):
    calls.append(1)
    if len(calls) == 10 and __name__ == "__main__":
        os.kill(os.getpid(), signal.SIGKILL)
    return batch
def run(checkpoint):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Conv2d(1, 1, 3, padding=1)
    x = np.random.default_rng(0).random((32, 1, 5, 5), np.float32)
    history = train(model, x, epochs=4, batch_size=8, progress=False, device="cpu", augment=kill,
                    checkpoint=checkpoint)
    return history.steps, model.weight.tolist()
if __name__ == "__main__":
    torch.set_num_threads(1)
    run(sys.argv[1])
"""


def test_a_process_that_was_killed_goes_on_in_another(tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILL, str(tmp_path / "c")], capture_output=True)
    assert killed.returncode == -signal.SIGKILL and (tmp_path / "c").exists()
    here, threads = {"__name__": "here"}, torch.get_num_threads()
    exec(KILL, here)
    torch.set_num_threads(1)
    try:
        assert here["run"](tmp_path / "c") == here["run"](None)
    finally:
        torch.set_num_threads(threads)


def test_a_budget_is_planned_once(tmp_path):
    model, twin = network(), network(seed=1)
    planned = fit(model, epochs=100_000, budget=0.3, checkpoint=tmp_path / "c").planned
    assert fit(twin, epochs=100_000, budget=1e-6, checkpoint=tmp_path / "c").planned == planned
    assert same(model, twin)


@pytest.mark.parametrize(
    "other, message",
    [
        ({"epochs": 5}, "training with epochs=4 where this one has 5"),
        ({"lr": 0.5}, "training with lr=0.004 where this one has 0.5"),
        ({"seed": 7}, "seed=0"),
        ({"batch_size": 10}, "batch_size=16"),
        ({"augment": noisy}, "augment=None where this one has 'noisy'"),
        ({"inputs": PIXELS[::-1]}, r"inputs='\(50, 1, 6, 6\) \w+' where this one has"),
        ({"inputs": PIXELS[:9]}, r"this one has '\(9, 1, 6, 6\)"),
        (
            {"model": network()[:2]},
            r"holds a tensor 4.\w+ with shape .* which the model does not have",
        ),
        ({"model": nn.Sequential(network(), nn.ReLU())}, "has no tensor 0.0.weight"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, other, message):
    path = tmp_path / "c"
    fit(network(), checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        fit(**{"model": network(), "checkpoint": path, **other})
    assert path.read_bytes() == before


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "c"
    fit(network(), checkpoint=path)
    whole = path.read_bytes()
    for damaged in (b"", whole[:-1], whole[: len(whole) // 2], whole[:-1] + b"\0\0"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="is damaged"):
            fit(network(), checkpoint=path)
    save_weights(path, network())
    with pytest.raises(ValueError, match="holds weights, but no training to go on with"):
        fit(network(), checkpoint=path)


def test_a_checkpoint_is_tensors_and_json(tmp_path):
    fit(network(), checkpoint=tmp_path / "c")
    tensors, meta = read_tensors(tmp_path / "c")
    assert len(meta["training"]["history"]["losses"]) == 4
    assert json.loads(json.dumps(meta)) == meta
    write_tensors(tmp_path / "d", tensors, meta)
    assert (tmp_path / "c").read_bytes() == (tmp_path / "d").read_bytes()


# --- refusals


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"epochs": 0}, "epochs=0 is too small"),
        ({"batch_size": 1.5}, "batch_size=1.5 is not a whole number"),
        ({"lr": 0}, "lr=0 is not positive"),
        ({"lr": "high"}, "lr='high' is not a number"),
        ({"lr": float("nan")}, "lr=nan is not a number"),
        ({"budget": -1}, "budget=-1 is not positive"),
        ({"at_least": 0}, "at_least=0"),
        ({"seed": -1}, "seed=-1 is too small"),
        ({"loss": "l7"}, "loss='l7' is unknown"),
        ({"precision": "float8"}, "precision='float8' is unknown"),
        ({"device": "abacus"}, "device='abacus' cannot be used"),
        ({"precision": "bfloat16"}, "precision='bfloat16' is unknown; use 'float32' or 'float64'"),
        ({"inputs": PIXELS[:0]}, r"inputs.shape=\(0, 1, 6, 6\) holds no examples"),
        ({"inputs": PIXELS.astype(int)}, "inputs.dtype='torch.int64' is not one for pixels"),
        ({"targets": PIXELS[:3]}, r"targets.shape=\(3, 1, 6, 6\) does not suit 50 inputs"),
        ({"validation": PIXELS[:0]}, "validation inputs.shape="),
        ({"model": nn.ReLU()}, "model='ReLU' has nothing to train"),
    ],
)
def test_refusals(wrong, message):
    with pytest.raises(ValueError, match=message):
        fit(**{"model": network(), **wrong})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
def test_a_graphics_card_is_used_and_named(capsys):
    model = network()
    history = train(model, PIXELS, epochs=4, batch_size=16)
    assert history.device.startswith("cuda")
    assert torch.cuda.get_device_name() in capsys.readouterr().out
    assert model[0].weight.device.type == "cpu"
