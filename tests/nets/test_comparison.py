"""The comparison is one command that can be killed, and gives the same numbers again."""

import doctest
import json
import sys
from concurrent.futures import Future

import numpy as np
import pytest
import torch

from lib.data import mnist
from lib.nets import comparison as command
from lib.nets.comparison import compare, load_models, load_results, run_one, step_times
from lib.nets.training import evaluate
from lib.nets.upsamplers import KINDS, Autoencoder

IMAGES = np.random.default_rng(0).integers(0, 256, (96, 28, 28), np.uint8)
TINY = {
    "images": IMAGES[:64],
    "held_out": IMAGES[64:],
    "kinds": ("transposed-4", "shuffle"),
    "seeds": 2,
    "epochs": 1,
    "rounds": 3,
    "jobs": 1,
    "progress": False,
}


class Here:
    """A pool without processes, which would take seconds to start."""

    def __init__(self, jobs, context, initializer):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def submit(self, work, *arguments):
        future = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait, cancel_futures):
        pass


@pytest.fixture(autouse=True)
def one_thread():
    """As the command has it: small batches gain nothing from more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


STORED_VECTORS = command.VECTORS


@pytest.fixture(autouse=True)
def few_vectors(monkeypatch):
    """Enough to see that the machinery works."""
    monkeypatch.setattr(command, "VECTORS", 8)


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(command, "ProcessPoolExecutor", Here)


def numbers(results):
    """A run's results without what depends on the clock."""
    return [
        {name: value for name, value in run.items() if name != "seconds"} for run in results["runs"]
    ]


def test_examples():
    assert doctest.testmod(command).failed == 0


def test_one_run():
    run = run_one("nearest", 3, images=IMAGES[:64], held_out=IMAGES[64:], epochs=2)
    assert (run["kind"], run["seed"], run["middle"]) == ("nearest", 3, 32)
    assert len(run["losses"]) == 2 and run["stopped"] == ""
    assert run["after"]["held_out_error"] < run["before"]["held_out_error"]
    assert run["after"]["held_out_error"] == evaluate(run.pop("model"), IMAGES[64:, None])
    assert json.loads(json.dumps(run)) == run
    again = run_one("nearest", 3, images=IMAGES[:64], held_out=IMAGES[64:], epochs=2)
    assert again["losses"] == run["losses"]


def test_results_and_weights_belong_together(tmp_path, here):
    results = compare(**TINY, out=tmp_path)
    assert load_results(tmp_path) == json.loads(json.dumps(results))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "head_to_head.json",
        "head_to_head.safetensors",
    ]
    assert [(run["kind"], run["seed"]) for run in results["runs"]] == [
        ("transposed-4", 0),
        ("shuffle", 0),
        ("transposed-4", 1),
        ("shuffle", 1),
    ]
    models = load_models(tmp_path)
    for run in results["runs"][:2]:
        error = evaluate(models[run["kind"]], IMAGES[64:, None])
        assert error == pytest.approx(run["after"]["held_out_error"], rel=1e-3)
    for kind in TINY["kinds"]:
        time = results["step_seconds"][kind]
        assert 0 < time["quartiles"][0] <= time["median"] <= time["quartiles"][1]
    assert results["settings"]["epochs"] == 1 and results["versions"]["torch"] == torch.__version__


def test_a_killed_comparison_goes_on(tmp_path, here, monkeypatch):
    expected = numbers(compare(**TINY, out=tmp_path / "straight"))
    work, done = command._work, []

    def killed(*arguments):
        done.append(arguments[:2])
        if len(done) == 3:
            raise KeyboardInterrupt
        work(*arguments)

    monkeypatch.setattr(command, "_work", killed)
    with pytest.raises(KeyboardInterrupt):
        compare(**TINY, out=tmp_path / "killed")
    assert len(list((tmp_path / "killed/head_to_head_runs").iterdir())) == 2
    with pytest.raises(ValueError, match="head_to_head.json' is not a file"):
        load_results(tmp_path / "killed")
    # A damaged run is made again, the others are kept.
    damaged = next((tmp_path / "killed/head_to_head_runs").iterdir())
    damaged.write_bytes(b"half a run")
    done[:] = [0] * 10
    assert numbers(compare(**TINY, out=tmp_path / "killed")) == expected
    assert len(done) == 10 + 3
    # It is put aside: it may be somebody's.
    (left,) = (tmp_path / "killed/head_to_head_runs").iterdir()
    assert left.name == f"{damaged.name}.unusable" and left.read_bytes() == b"half a run"


def test_runs_made_with_other_settings_are_made_again(tmp_path, here, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(command, "step_times", lambda **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compare(**TINY, out=tmp_path)
    assert len(list((tmp_path / "head_to_head_runs").iterdir())) == 4
    results = compare(**TINY | {"lr": 0.001}, out=tmp_path)
    assert results["settings"]["lr"] == 0.001
    assert numbers(results) == numbers(compare(**TINY | {"lr": 0.001}, out=tmp_path / "b"))
    # Those with the first settings, which took their time, are still there.
    monkeypatch.setattr(command, "_work", lambda *arguments: pytest.fail("it ran again"))
    compare(**TINY, out=tmp_path)
    assert not (tmp_path / "head_to_head_runs").exists()


@pytest.mark.parametrize("name", ["head_to_head.json", "head_to_head.safetensors"])
def test_a_file_of_others_among_the_results_is_refused(tmp_path, here, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=f"{name}, which this command did not write"):
        compare(**TINY, out=tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_files_of_others_among_the_runs_stay(tmp_path, here):
    (tmp_path / "head_to_head_runs").mkdir()
    (tmp_path / "head_to_head_runs/notes.txt").write_text("mine")
    compare(**TINY, out=tmp_path)
    assert [path.name for path in (tmp_path / "head_to_head_runs").iterdir()] == ["notes.txt"]
    compare(**TINY, out=tmp_path)  # its own results it replaces


def test_an_interrupted_run_is_not_kept(tmp_path, monkeypatch):
    run = {"model": Autoencoder("shuffle"), "stopped": "interrupted"}
    monkeypatch.setattr(command, "run_one", lambda *arguments, **options: run)
    monkeypatch.setattr(command.os, "_exit", sys.exit)
    with pytest.raises(SystemExit):
        command._work("shuffle", 0, tmp_path / "run", {}, IMAGES, IMAGES, {})
    assert not list(tmp_path.iterdir())


def test_the_command(tmp_path, monkeypatch, capsys):
    """For once with a process of its own."""
    digits = type("Digits", (), {"train_images": IMAGES[:32], "test_images": IMAGES[:8]})
    monkeypatch.setattr(command, "mnist", lambda: digits)
    monkeypatch.setattr(command, "KINDS", ("shuffle",))
    monkeypatch.setattr(
        command.compare,
        "__kwdefaults__",
        command.compare.__kwdefaults__ | {"kinds": ("shuffle",), "rounds": 2},
    )
    command.main(["--seeds", "1", "--epochs", "1", "--jobs", "1", "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "0 of 1 runs are there" in printed and "1 of 1 runs, 0." in printed
    assert "ms a step" in printed
    assert load_results(tmp_path)["settings"]["seeds"] == [0]
    with pytest.raises(SystemExit):
        command.main(["--seeds", "0", "--out", str(tmp_path)])
    assert "seeds=0 is too small" in capsys.readouterr().err


def test_step_times_measure_each_kind():
    times = step_times(images=IMAGES, rounds=2)
    assert set(times) == set(command.KINDS)


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "is not a file; run python -m lib.nets.comparison"),
        ('{"date"', "is damaged"),
    ],
)
def test_missing_or_damaged_results(tmp_path, content, message):
    if content is not None:
        (tmp_path / "head_to_head.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        load_results(tmp_path)


def test_times_can_be_measured_again_alone(tmp_path, here):
    before = compare(**TINY, out=tmp_path)
    command.measure_times_again(images=IMAGES, out=tmp_path, rounds=2)
    after = load_results(tmp_path)
    assert set(after["step_seconds"]) == set(TINY["kinds"])
    assert after["step_seconds"] != before["step_seconds"]
    assert {**after, "step_seconds": 0} == {**json.loads(json.dumps(before)), "step_seconds": 0}


# ---------------------------------------------------------------------- the book's own results


@pytest.mark.parametrize("kind", KINDS)
def test_the_stored_weights_give_the_stored_numbers(kind, monkeypatch):
    monkeypatch.setattr(command, "VECTORS", STORED_VECTORS)
    results, models, digits = load_results(), load_models(), mnist()
    assert list(models) == results["settings"]["kinds"] == list(KINDS)
    (run,) = [run for run in results["runs"] if run["seed"] == 0 and run["kind"] == kind]
    error = evaluate(models[kind], digits.test_images[:, None])
    assert error == pytest.approx(run["after"]["held_out_error"], rel=5e-3)
    found = command.measurements(models[kind], digits.test_images)
    for name, value in found.items():
        assert value == pytest.approx(run["after"][name], rel=0.01, abs=1e-3), name


def test_the_stored_comparison_is_a_fair_one():
    results = load_results()
    assert len(results["settings"]["seeds"]) >= 5
    assert len(results["runs"]) == len(results["settings"]["seeds"]) * len(KINDS)
    counts = [run["parameters"] for run in results["runs"]]
    assert max(counts) <= 1.02 * min(counts)
    for run in results["runs"]:
        assert run["stopped"] == "" and len(run["losses"]) == results["settings"]["epochs"]


def test_the_stored_comparison_started_where_this_version_starts():
    digits = mnist()
    for run in load_results()["runs"][: len(KINDS)]:
        torch.manual_seed(run["seed"])
        found = evaluate(Autoencoder(run["kind"]), digits.test_images[:, None])
        assert found == pytest.approx(run["before"]["held_out_error"], rel=1e-4)
