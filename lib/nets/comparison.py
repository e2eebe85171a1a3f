"""Six upsamplers head to head: the same network, data, order and schedule, and several seeds.

    python -m lib.nets.comparison

trains every kind with every seed, measures, and writes ``head_to_head.json`` and the weights of
seed 0. A run that was killed goes on where it stopped when it is started again.
"""

import hashlib
import os
import signal
import statistics
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import nn

from lib.arguments import integer
from lib.data import mnist
from lib.ops import layer_checkerboard_score

from . import runs
from .ripple import feature_vectors, tail_ripple
from .runs import RESULTS, Runs
from .storage import load_weights, read_results, save_weights, write_results
from .training import evaluate, train
from .upsamplers import KINDS, Autoencoder, multiplications, parameters

FILE, WEIGHTS = "head_to_head.json", "head_to_head.safetensors"
VECTORS = 1000  # feature vectors that a ripple is measured on; 64 leave it uncertain by half
SEEDS, EPOCHS, BATCH, CODE = 8, 20, 32, 16
# From trials: higher rates are better for most, but at 1e-2 pixel shuffle now and then lost a map.
LR = 8e-3


def measurements(model, images, vectors=None):
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
        "ripple": tail_ripple(
            model.decoder.tail, feature_vectors(features, vectors or VECTORS), size=12
        ),
        "score_2": layer_checkerboard_score(pictures, 2),
        "score_4": layer_checkerboard_score(pictures, 4),
    }


def run_one(kind, seed, *, images, held_out, epochs=EPOCHS, lr=LR, vectors=None):
    """Train and measure one autoencoder; a dict of what the results file says of it.

    ``images`` and ``held_out``: (N, 28, 28) uint8. The seed decides the initial weights (of the
    encoder and the decoder's Linear alike for all kinds) and the order of the images; ``vectors``
    as for ``measurements``. The trained model comes as "model"; the rest is numbers, words and
    lists.

    >>> images = np.zeros((64, 28, 28), np.uint8)
    >>> run = run_one("nearest", 0, images=images, held_out=images, epochs=1)
    >>> run["parameters"], len(run["losses"])
    (36193, 1)
    """
    x, held = (np.asarray(pictures)[:, np.newaxis] for pictures in (images, held_out))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Autoencoder(kind, code=CODE)
    before = {"held_out_error": evaluate(model, held), **measurements(model, held_out, vectors)}
    history = train(
        model, x, epochs=epochs, lr=lr, batch_size=BATCH, seed=seed, device="cpu", progress=False
    )
    after = {"held_out_error": evaluate(model, held), **measurements(model, held_out, vectors)}
    return {
        "kind": kind,
        "seed": seed,
        "parameters": parameters(model.decoder),
        "middle": model.decoder.middle,
        "multiplications": multiplications(model.decoder),
        "stopped": history.stopped,
        "losses": history.losses,
        "seconds": history.seconds,
        "before": before,
        "after": after,
        "model": model,
    }


def step_times(*, images, kinds=KINDS, rounds=100):
    """Seconds of a training step for each kind: {kind: {"median", "quartiles"}}.

    The kinds take turns, a step each in every round, so that what slows the machine down for a
    while slows all of them. The whole autoencoder is stepped; it differs in the decoder only.
    """
    x = torch.tensor(np.asarray(images)[:BATCH, np.newaxis]).float().div_(255)
    steps = {kind: _stepper(Autoencoder(kind, code=CODE), x) for kind in kinds}
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


def _stepper(model, x):
    """A training step, as ``train`` makes it."""
    model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), LR, fused=True)

    def step():
        optimiser.zero_grad()
        nn.functional.mse_loss(model(x), x).backward()
        optimiser.step()

    return step


def load_results(folder=RESULTS):
    """What ``python -m lib.nets.comparison`` wrote, as a dict.

    ValueError where there is nothing, or nothing whole.
    """
    return read_results(Path(folder) / FILE, "lib.nets.comparison")


def load_models(folder=RESULTS):
    """The trained autoencoders of seed 0, as a dict by kind, in evaluation mode."""
    settings = load_results(folder)["settings"]
    models = nn.ModuleDict(
        {kind: Autoencoder(kind, code=settings["code"]) for kind in settings["kinds"]}
    )
    load_weights(Path(folder) / WEIGHTS, models)
    return dict(models.eval().items())


def compare(
    *,
    images,
    held_out,
    kinds=KINDS,
    seeds=SEEDS,
    epochs=EPOCHS,
    lr=LR,
    out=RESULTS,
    jobs=2,
    rounds=100,
    progress=True,
):
    """Run everything and write the results into the folder ``out``; returns them.

    One thread a run, ``jobs`` runs side by side: on a machine of the same sort, the same numbers
    come out. Finished runs are kept in ``out/head_to_head_runs`` until all are there; those with
    other settings stay there. ValueError where ``out`` holds other files of the results' names.
    """
    seeds, jobs = range(integer("seeds", seeds, 1)), integer("jobs", jobs, 1)
    out, options = Path(out), {"epochs": epochs, "lr": lr}
    fixed = {**options, "batch_size": BATCH, "code": CODE}
    data = hashlib.sha256(np.asarray(images).tobytes() + np.asarray(held_out).tobytes())
    same = {**fixed, **runs.versions(), "data": data.hexdigest()}  # what a run was made with

    kept = Runs(out / "head_to_head_runs")
    runs.check_out(out, FILE, [WEIGHTS], kept.folder)
    paths = {(kind, seed): kept.path(f"{kind}-{seed}", same) for seed in seeds for kind in kinds}
    start, say = time.perf_counter(), _say if progress else lambda text: None
    _run_all(paths, same, jobs, say, images, held_out, options)
    say("timing steps\n")
    with runs.threads(1):
        times = step_times(images=images, kinds=kinds, rounds=rounds)
        halved = _write_weights(out / WEIGHTS, kinds, paths, held_out)
    results = {
        "date": date.today().isoformat(),
        "settings": {
            "kinds": list(kinds),
            "seeds": list(seeds),
            **fixed,
            "optimiser": "AdamW",
            "schedule": "one cycle",
            "training_images": len(images),
            "held_out_images": len(held_out),
        },
        "versions": runs.versions(),
        "processor": runs.processor(threads_per_run=1, runs_side_by_side=jobs),
        "seconds": round(time.perf_counter() - start, 1),
        "weights": {"seed": 0, "precision": "float16" if halved else "float32"},
        "step_seconds": times,
        "runs": [runs.finished_run(path, same) for path in paths.values()],
    }
    write_results(out / FILE, results)
    kept.remove(lambda text: say(f"{text}\n"))
    return results


def _run_all(paths, same, jobs, say, *arguments):
    """Make the runs that are not there yet, in processes side by side."""
    wanted = [run for run, path in paths.items() if runs.finished_run(path, same) is None]
    there, start = len(paths) - len(wanted), time.perf_counter()
    say(f"{there} of {len(paths)} runs are there")
    # Fresh processes: a forked one would inherit PyTorch's threads in an unknown state.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _prepare) as pool:
        futures = [
            pool.submit(_work, kind, seed, paths[kind, seed], same, *arguments)
            for kind, seed in wanted
        ]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                elapsed = time.perf_counter() - start
                left = elapsed / done * (len(wanted) - done)
                say(
                    f"{there + done} of {len(paths)} runs, "
                    f"{elapsed / 60:.1f} min elapsed, {left / 60:.1f} min left"
                )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare():
    """In each process, before its first run."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # end at once, without a traceback


def measure_times_again(*, images, out=RESULTS, rounds=100):
    """Replace the times per step in the stored results by this machine's, now; returns them.

    Times are fair only where nothing else runs beside them. Everything else stays as it is.
    """
    results = load_results(out)
    with runs.threads(1):
        results["step_seconds"] = step_times(
            images=images, kinds=results["settings"]["kinds"], rounds=rounds
        )
    write_results(Path(out) / FILE, results)
    return results


def _work(kind, seed, path, same, images, held_out, options):
    """One run, in a process of its own; its file appears when it is finished."""
    run = run_one(kind, seed, images=images, held_out=held_out, **options)
    if run["stopped"]:  # an interrupt reaches every process: end this one, with its queue
        os._exit(1)
    runs.save_run(path, run.pop("model"), same, run)


def _write_weights(path, kinds, paths, held_out):
    """The models of seed 0, in half precision if that leaves three digits of each error."""
    held = np.asarray(held_out)[:, np.newaxis]
    models = nn.ModuleDict({kind: Autoencoder(kind, code=CODE) for kind in kinds})
    for kind, model in models.items():
        load_weights(paths[kind, 0], model)
    halved = runs.halve(models, lambda: [evaluate(model, held) for model in models.values()])
    save_weights(path, models, half=halved)
    return halved


def _say(text):
    print(f"\r{text:<70}", end="", flush=True)


def main(arguments=None):
    parser = runs.option_parser(
        "lib.nets.comparison",
        "Train and measure autoencoders with each upsampler; about 20 minutes.",
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many (default %(default)s)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of each (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="side by side (default %(default)s)")
    parser.add_argument(
        "--times-only",
        action="store_true",
        help="train nothing: measure the time per step again, on this machine",
    )
    chosen = parser.parse_args(arguments)
    with runs.errors_in_one_line(parser, BrokenProcessPool):
        digits = mnist()
        if chosen.times_only:
            results = measure_times_again(images=digits.train_images, out=chosen.out)
        else:
            results = compare(
                images=digits.train_images,
                held_out=digits.test_images,
                seeds=chosen.seeds,
                epochs=chosen.epochs,
                jobs=chosen.jobs,
                out=chosen.out,
            )
    for kind in KINDS:
        errors = [run["after"]["held_out_error"] for run in results["runs"] if run["kind"] == kind]
        print(
            f"{kind:<13} {statistics.mean(errors):.5f} "
            f"({min(errors):.5f} to {max(errors):.5f}), "
            f"{results['step_seconds'][kind]['median'] * 1e3:.1f} ms a step"
        )


if __name__ == "__main__":
    main()
