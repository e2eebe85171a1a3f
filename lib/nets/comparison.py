"""Six upsamplers head to head: the same network, data, order and schedule, and several seeds.

    python -m lib.nets.comparison

trains every kind with every seed, measures, and writes ``head_to_head.json`` and the weights of
seed 0. A run that was killed goes on where it stopped when it is started again.
"""

import argparse
import hashlib
import os
import platform
import signal
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import nn

from lib.data import mnist
from lib.ops import layer_checkerboard_score
from lib.arguments import integer

from .ripple import feature_vectors, tail_ripple
from .storage import (
    check_out,
    finished,
    load_weights,
    read_results,
    remove_runs,
    run_path,
    save_weights,
    write_results,
)
from .training import evaluate, train
from .upsamplers import KINDS, Autoencoder, multiplications, parameters

RESULTS = Path(__file__).with_name("results")
VECTORS = 1000  # feature vectors that a ripple is measured on; 64 leave it uncertain by half
SEEDS, EPOCHS, BATCH, CODE = 8, 20, 32, 16
# From trials: higher rates are better for most, but at 1e-2 pixel shuffle now and then lost a map.
LR = 8e-3


def instruments(model, images, vectors=None):
    """Both instruments on an autoencoder: its decoder's ripple, its pictures' score.

    The decoder doubles twice, so that its patterns can have the periods 2 and 4: "score_2" is of
    the last doubling, "score_4" of both. ``images``: (N, 28, 28) uint8, held out; ``vectors``: how
    many feature vectors the ripple is measured on (default ``VECTORS``). Returns a dict of
    floats.
    """
    x = torch.as_tensor(np.asarray(images)[:, np.newaxis]).float().div_(255)
    with torch.no_grad():
        features = model.decoder.features(model.encoder(x))
        pictures = model.decoder.tail(features).numpy()
    return {
        "ripple": tail_ripple(model.decoder.tail, feature_vectors(features, vectors or VECTORS),
                              size=12),
        "score_2": layer_checkerboard_score(pictures, 2),
        "score_4": layer_checkerboard_score(pictures, 4),
    }


def run_one(kind, seed, *, images, held_out, epochs=EPOCHS, lr=LR, batch_size=BATCH, code=CODE,
            vectors=None, progress=False):
    """Train and measure one autoencoder; a dict of what the results file says of it.

    ``images`` and ``held_out``: (N, 28, 28) uint8. The seed decides the initial weights (of the
    encoder and the decoder's Linear alike for all kinds) and the order of the images; ``vectors`` as for ``instruments``. The
    trained model comes as "model"; the rest is numbers, words and lists.

    >>> images = np.zeros((64, 28, 28), np.uint8)
    >>> run = run_one("nearest", 0, images=images, held_out=images, epochs=1)
    >>> run["parameters"], len(run["losses"])
    (36193, 1)
    """
    x, held = (np.asarray(pictures)[:, np.newaxis] for pictures in (images, held_out))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Autoencoder(kind, code=code)
    before = {"held_out_error": evaluate(model, held), **instruments(model, held_out, vectors)}
    history = train(model, x, epochs=epochs, lr=lr, batch_size=batch_size, seed=seed,
                    device="cpu", progress=progress)
    after = {"held_out_error": evaluate(model, held), **instruments(model, held_out, vectors)}
    return {
        "kind": kind, "seed": seed, "parameters": parameters(model.decoder),
        "middle": model.decoder.middle, "multiplications": multiplications(model.decoder),
        "stopped": history.stopped, "losses": history.losses, "seconds": history.seconds,
        "before": before, "after": after, "model": model,
    }


def step_times(*, images, kinds=KINDS, rounds=100, lr=LR, batch_size=BATCH, code=CODE):
    """Seconds of a training step for each kind: {kind: {"median", "quartiles"}}.

    The kinds take turns, a step each in every round, so that what slows the machine down for a
    while slows all of them. The whole autoencoder is stepped; it differs in the decoder only.
    """
    x = torch.tensor(np.asarray(images)[:batch_size, np.newaxis]).float().div_(255)
    steps = {kind: _stepper(Autoencoder(kind, code=code), x, lr) for kind in kinds}
    times = {kind: [] for kind in kinds}
    for _ in range(5 + rounds):
        for kind, step in steps.items():
            start = time.perf_counter()
            step()
            times[kind].append(time.perf_counter() - start)
    answer = {}
    for kind, seconds in times.items():
        low, middle, high = statistics.quantiles(seconds[5:], n=4)  # the first are slower
        answer[kind] = {"median": middle, "quartiles": [low, high]}
    return answer


def _stepper(model, x, lr):
    """A training step, as ``train`` makes it."""
    model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr, fused=True)

    def step():
        optimiser.zero_grad()
        nn.functional.mse_loss(model(x), x).backward()
        optimiser.step()
    return step


def load_results(folder=RESULTS):
    """What ``python -m lib.nets.comparison`` wrote, as a dict.

    ValueError where there is nothing, or nothing whole.
    """
    return read_results(Path(folder) / "head_to_head.json", "lib.nets.comparison")


def load_models(folder=RESULTS):
    """The trained autoencoders of seed 0, as a dict by kind, in evaluation mode."""
    settings = load_results(folder)["settings"]
    models = nn.ModuleDict({kind: Autoencoder(kind, code=settings["code"])
                            for kind in settings["kinds"]})
    load_weights(Path(folder) / "head_to_head.safetensors", models)
    return dict(models.eval().items())


def head_to_head(*, images, held_out, kinds=KINDS, seeds=SEEDS, epochs=EPOCHS, lr=LR,
                 batch_size=BATCH, code=CODE, out=RESULTS, jobs=2, rounds=100, progress=True):
    """Run everything and write the results into the folder ``out``; returns them.

    One thread a run, ``jobs`` runs side by side: on a machine of the same sort, the same numbers
    come out. Finished runs are kept in ``out/head_to_head_runs`` until all are there; those with
    other settings stay there. ValueError where ``out`` holds other files of the results' names.
    """
    seeds, jobs = range(integer("seeds", seeds, 1)), integer("jobs", jobs, 1)
    out, options = Path(out), {"epochs": epochs, "lr": lr, "batch_size": batch_size, "code": code}
    settings = {"kinds": list(kinds), "seeds": list(seeds), **options, "optimiser": "AdamW",
                "schedule": "one cycle", "training_images": len(images),
                "held_out_images": len(held_out)}
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "numpy": np.__version__}
    data = hashlib.sha256(np.asarray(images).tobytes() + np.asarray(held_out).tobytes())
    same = {**options, **versions, "data": data.hexdigest()}  # what a finished run was made with

    folder = out / "head_to_head_runs"
    check_out(out, "head_to_head.json", ["head_to_head.safetensors"], folder)
    paths = {(kind, seed): run_path(folder, f"{kind}-{seed}", same)
             for seed in seeds for kind in kinds}
    wanted = [run for run, path in paths.items() if finished(path, same) is None]
    start, threads = time.perf_counter(), torch.get_num_threads()
    report = _report if progress else lambda text: None
    report(f"{len(paths) - len(wanted)} of {len(paths)} runs are there")
    # Fresh processes: a forked one would inherit PyTorch's threads in an unknown state.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _prepare) as pool:
        futures = [pool.submit(_work, kind, seed, paths[kind, seed], same, images, held_out,
                               options) for kind, seed in wanted]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                elapsed = time.perf_counter() - start
                left = elapsed / done * (len(wanted) - done)
                report(f"{len(paths) - len(wanted) + done} of {len(paths)} runs, "
                       f"{elapsed / 60:.1f} min elapsed, {left / 60:.1f} min left")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    report("timing steps\n")
    torch.set_num_threads(1)
    try:
        times = step_times(images=images, kinds=kinds, rounds=rounds, lr=lr,
                           batch_size=batch_size, code=code)
        halved = _write_weights(out / "head_to_head.safetensors", kinds, paths, held_out, code)
    finally:
        torch.set_num_threads(threads)

    results = {
        "date": date.today().isoformat(), "settings": settings, "versions": versions,
        "processor": {"threads_per_run": 1, "runs_side_by_side": jobs,
                      "machine": platform.machine(),
                      "instructions": torch.backends.cpu.get_cpu_capability()},
        "seconds": round(time.perf_counter() - start, 1),
        "weights": {"seed": 0, "precision": "float16" if halved else "float32"},
        "step_seconds": times,
        "runs": [finished(path, same)["run"] for path in paths.values()],
    }
    write_results(out / "head_to_head.json", results)
    remove_runs(folder, paths.values())
    if folder.exists():
        report(f"{folder} stays: it holds runs with other settings, or files of others\n")
    return results


def _prepare():
    """In each process, before its first run."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # end at once, without a traceback


def measure_times_again(*, images, out=RESULTS, rounds=100):
    """Replace the times per step in the stored results by this machine's, now; returns them.

    Times are fair only where nothing else runs beside them. Everything else stays as it is.
    """
    results = load_results(out)
    settings = results["settings"]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        results["step_seconds"] = step_times(
            images=images, kinds=settings["kinds"], rounds=rounds, lr=settings["lr"],
            batch_size=settings["batch_size"], code=settings["code"])
    finally:
        torch.set_num_threads(threads)
    write_results(Path(out) / "head_to_head.json", results)
    return results


def _work(kind, seed, path, same, images, held_out, options):
    """One run, in a process of its own; its file appears when it is finished."""
    run = run_one(kind, seed, images=images, held_out=held_out, **options)
    if run["stopped"]:  # an interrupt reaches every process: end this one, with its queue
        os._exit(1)
    save_weights(path, run.pop("model"), half=False, meta={"same": same, "run": run})


def _write_weights(path, kinds, paths, held_out, code):
    """The models of seed 0, in half precision if that leaves three digits of each error."""
    held = np.asarray(held_out)[:, np.newaxis]
    models = nn.ModuleDict({kind: Autoencoder(kind, code=code) for kind in kinds})
    for kind, model in models.items():
        load_weights(paths[kind, 0], model)
    before = [f"{evaluate(model, held):.3g}" for model in models.values()]
    weights = {name: tensor.clone() for name, tensor in models.state_dict().items()}
    after = [f"{evaluate(model.half().float(), held):.3g}" for model in models.values()]
    models.load_state_dict(weights)
    save_weights(path, models, half=before == after)
    return before == after


def _report(text):
    print(f"\r{text:<70}", end="", flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m lib.nets.comparison",
        description="Train and measure autoencoders with each upsampler; about 20 minutes.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many (default %(default)s)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of each (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="side by side (default %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS,
                        help="folder (default lib/nets/results)")
    parser.add_argument("--times-only", action="store_true",
                        help="train nothing: measure the time per step again, on this machine")
    chosen = parser.parse_args(arguments)
    digits = mnist()
    try:
        if chosen.times_only:
            results = measure_times_again(images=digits.train_images, out=chosen.out)
        else:
            results = head_to_head(images=digits.train_images, held_out=digits.test_images,
                                   seeds=chosen.seeds, epochs=chosen.epochs, jobs=chosen.jobs,
                                   out=chosen.out)
    except ValueError as error:
        parser.error(str(error))
    except (KeyboardInterrupt, BrokenProcessPool):
        sys.exit("\nStopped. Finished runs are kept: the same command goes on.")
    for kind in KINDS:
        errors = [run["after"]["held_out_error"] for run in results["runs"]
                  if run["kind"] == kind]
        print(f"{kind:<13} {statistics.mean(errors):.5f} "
              f"({min(errors):.5f} to {max(errors):.5f}), "
              f"{results['step_seconds'][kind]['median'] * 1e3:.1f} ms a step")


if __name__ == "__main__":
    main()
