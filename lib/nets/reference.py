"""The book's reference models: autoencoders trained on all of MNIST.

    python -m lib.nets.reference

trains an autoencoder for each size of code, and a small classifier, on MNIST's training set
without the 1,000 images that the book holds out; fits PCA to the same images; measures; and
writes weights and ``autoencoders.json``. A run that was killed goes on where it stopped when it
is started again.
"""

import argparse
import hashlib
import os
import platform
import sys
from datetime import date
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lib.data import DataError, mnist
from lib.arguments import integer

from .autoencoder import ConvAutoencoder, narrowed
from .classifier import Classifier
from .pca import PCA
from .storage import (
    check_out,
    finished,
    load_weights,
    read_results,
    read_tensors,
    remove_runs,
    run_path,
    save_weights,
    write_results,
    write_tensors,
)
from .training import evaluate, train

RESULTS = Path(__file__).with_name("results")
# Each starts from the one before: what a longer code has learnt saves the shorter one more than
# half of its epochs. When all have been trained, some go on with half of the learning rate: 8,
# because most chapters use it, and 2, which gains most from it. More weight decay keeps the error
# on new pictures near the error on those that it learns from.
EPOCHS = {32: 10, 16: 7, 8: 14, 4: 8, 2: 10}
AGAIN = {8: ((12, 0.01), (15, 0.1)), 2: ((14, 0.1),)}  # (epochs, weight decay) of each cycle
PARTS = ("mean", "components", "variances")  # of a PCA, as stored
BATCH, LR, CLASSIFIER_EPOCHS = 32, 4e-3, 5


def load_results(folder=RESULTS):
    """What ``python -m lib.nets.reference`` wrote, as a dict; ValueError where it is not whole."""
    return read_results(Path(folder) / "autoencoders.json", "lib.nets.reference")


def load_autoencoder(code, folder=RESULTS):
    """The trained autoencoder with that many code values, in evaluation mode."""
    return _load(ConvAutoencoder(code), Path(folder) / f"autoencoder-{code}.safetensors")


def load_classifier(folder=RESULTS):
    """The trained classifier, in evaluation mode."""
    return _load(Classifier(), Path(folder) / "classifier.safetensors")


def load_pca(folder=RESULTS):
    """PCA of the same training images; its first d components are PCA with d of them."""
    tensors, _ = read_tensors(Path(folder) / "pca.safetensors")
    return PCA.of(**{name: tensor.double().numpy() for name, tensor in tensors.items()})


def _load(model, path):
    load_weights(path, model)
    return model.eval()


def reference(digits, *, held_out, epochs=EPOCHS, again=AGAIN, classifier_epochs=CLASSIFIER_EPOCHS,
              lr=LR, batch_size=BATCH, out=RESULTS, threads=1, progress=True):
    """Train, measure and write everything; returns the results.

    ``digits``: a ``lib.data.Digits`` to train and test on; ``held_out``: (N, 28, 28) uint8 of
    pictures that are in neither; ``epochs``: {size of code: epochs}, from long to short;
    ``again``: {size of code: (epochs, weight decay) of each further cycle}. The same settings,
    versions, processor and number of threads give the same weights. ValueError where ``out``
    holds other files of these names; unfinished runs with other settings are left there.
    """
    out, runs = Path(out), Path(out) / "autoencoder_runs"
    check_out(out, "autoencoders.json", ["pca.safetensors", "classifier.safetensors", *(
        f"autoencoder-{code}.safetensors" for code in epochs)], runs)
    x = digits.train_images[:, np.newaxis]
    settings = {"epochs": {str(code): number for code, number in epochs.items()},
                "further_cycles": {str(code): [list(cycle) for cycle in cycles]
                                   for code, cycles in again.items()},
                "classifier_epochs": classifier_epochs, "lr": lr, "batch_size": batch_size,
                "optimiser": "AdamW", "schedule": "one cycle", "precision": "float32",
                "data": digits.name, "training_images": len(x),
                "test_images": len(digits.test_images), "held_out_images": len(held_out)}
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "numpy": np.__version__}
    same = {"lr": lr, "batch_size": batch_size, **versions, "threads": threads,
            "images": hashlib.sha256(x.tobytes()).hexdigest()}
    options = {"lr": lr, "batch_size": batch_size, "progress": progress, "device": "cpu"}
    measured = {"test": digits.test_images[:, np.newaxis], "held_out": held_out[:, np.newaxis]}
    before, model, trained, files = torch.get_num_threads(), None, {}, {}
    same_again, used = {}, []
    torch.set_num_threads(integer("threads", threads, 1))
    try:
        for code, number in epochs.items():
            _say(progress, f"code of {code}")
            same["epochs"] = {**same.get("epochs", {}), str(code): number}  # and those before it
            path = run_path(runs, f"autoencoder-{code}", same)
            used.append(path)
            start = _start(code, model, x)
            model, trained[code] = _finished(path, start, same) or _train(
                path, start, same, x, None, {**options, "epochs": number})
            files[f"autoencoder-{code}.safetensors"] = model
            same_again[code] = {**same, "cycles": []}
        for code, cycles in again.items():
            for cycle, (number, decay) in enumerate(cycles, 2):
                _say(progress, f"code of {code}, cycle {cycle}")
                name = f"autoencoder-{code}.safetensors"
                same_again[code]["cycles"].append([number, decay])
                path = run_path(runs, f"autoencoder-{code}-cycle-{cycle}", same_again[code])
                used.append(path)
                files[name], more = _finished(path, ConvAutoencoder(code), same_again[code]) or (
                    _train(path, files[name], same_again[code], x, None, {
                        **options, "epochs": number, "lr": lr / 2, "weight_decay": decay}))
                trained[code] = {part: trained[code][part] + more[part] for part in more}
        _say(progress, "classifier")
        same["epochs"] = classifier_epochs
        path = run_path(runs, "classifier", same)
        used.append(path)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            start = Classifier()
        classifier, learnt = _finished(path, start, same) or _train(
            path, start, same, x, digits.train_labels,
            {**options, "epochs": classifier_epochs, "loss": F.cross_entropy, "lr": lr / 2})
        files["classifier.safetensors"] = classifier
        _say(progress, "PCA, and measuring")
        pca = PCA(x, max(epochs))
        # What is measured is what is stored, which is in single precision.
        pca = PCA.of(**{name: np.float64(np.float32(getattr(pca, name))) for name in PARTS})
        results = {
            "date": date.today().isoformat(), "settings": settings, "versions": versions,
            "processor": {"threads": threads, "machine": platform.machine(),
                          "instructions": torch.backends.cpu.get_cpu_capability()},
            "seconds": round(sum(run["seconds"] for run in (*trained.values(), learnt)), 1),
        }
        halved = {name: _halve(model, name, measured, digits.test_labels)
                  for name, model in files.items()}
        results["codes"] = {str(code): {
            **{f"{name}_error": evaluate(files[f"autoencoder-{code}.safetensors"], pictures)
               for name, pictures in measured.items()},
            **{f"pca_{name}_error": pca.error(pictures, code)
               for name, pictures in measured.items()},
            **trained[code]} for code in sorted(epochs)}
        results["classifier"] = {
            "test_accuracy": accuracy(classifier, measured["test"], digits.test_labels), **learnt}
    finally:
        torch.set_num_threads(before)
    for name, model in files.items():
        save_weights(out / name, model, half=halved[name])
    write_tensors(out / "pca.safetensors", {
        name: torch.tensor(getattr(pca, name)).float() for name in PARTS}, {})
    write_results(out / "autoencoders.json", results)
    remove_runs(runs, used)
    if runs.exists():
        _say(progress, f"{runs} stays: it holds runs with other settings, or files of others")
    return results


def accuracy(classifier, pictures, labels):
    """The share of pictures, (N, 1, 28, 28) uint8 or numbers of 0 to 1, named rightly."""
    right = np.concatenate([classify(classifier, pictures[i : i + 500])
                            for i in range(0, len(pictures), 500)]) == np.asarray(labels)
    return float(right.mean())


def classify(classifier, pictures):
    """The digit that the classifier sees in each picture, (N,)."""
    x = torch.as_tensor(np.asarray(pictures))
    x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
    with torch.no_grad():
        return classifier(x).argmax(dim=1).numpy()


def _start(code, longer, x):
    """An autoencoder as its training begins."""
    if longer is not None:
        return narrowed(longer, torch.tensor(x[:10_000]).float() / 255, code)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return ConvAutoencoder(code)


def _train(path, model, same, x, y, options):
    """Train; a file appears at ``path`` when it is finished. Returns (model, what to report)."""
    part = path.with_suffix(".part")
    history = train(model, x, y, checkpoint=part, **options)
    if history.stopped:
        raise KeyboardInterrupt
    run = {"epochs": history.epochs_run, "seconds": round(history.seconds, 1),
           "losses": history.losses}
    save_weights(path, model, half=False, meta={"same": same, "run": run})
    part.unlink(missing_ok=True)
    return model, run


def _finished(path, model, same):
    """(model, what to report) of a run that was finished with these settings, else None."""
    meta = finished(path, same)
    if meta is None:
        return None
    load_weights(path, model)
    return model, meta["run"]


def _halve(model, name, measured, labels):
    """Round a model to half precision in place, if three digits of each figure stay as they are.

    Returns whether it was done.
    """
    def figures():
        if isinstance(model, Classifier):
            return [f"{accuracy(model, measured['test'], labels):.3g}"]
        return [f"{evaluate(model, pictures):.3g}" for pictures in measured.values()]

    weights = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    exact = figures()
    model.half().float()
    if figures() == exact:
        return True
    model.load_state_dict(weights)
    return False


def _say(progress, text):
    if progress:
        print(text, flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m lib.nets.reference",
        description="Train the reference autoencoders on all of MNIST; two or three hours on "
                    "two cores.")
    parser.add_argument("--threads", type=int, default=os.cpu_count(),
                        help="default: all cores (%(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS,
                        help="folder (default lib/nets/results)")
    chosen = parser.parse_args(arguments)
    try:
        digits = mnist(full=True, without_held_out=True)
        results = reference(digits, held_out=mnist().test_images, out=chosen.out,
                            threads=chosen.threads)
    except (DataError, ValueError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        sys.exit("\nStopped. What is finished is kept: the same command goes on.")
    print("code   test error   PCA")
    for code, run in results["codes"].items():
        print(f"{code:>4}   {run['test_error']:.4f}       {run['pca_test_error']:.4f}")
    print(f"classifier: {results['classifier']['test_accuracy']:.2%} of the test images")


if __name__ == "__main__":
    main()
