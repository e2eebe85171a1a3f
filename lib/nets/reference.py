"""The book's reference models: autoencoders trained on all of MNIST.

    python -m lib.nets.reference

trains an autoencoder for each size of code, and a small classifier, on MNIST's training set
without the 1,000 images that the book holds out; fits PCA to the same images; measures; and
writes weights and ``autoencoders.json``. A run that was killed goes on where it stopped when it
is started again.
"""

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lib.data import mnist

from . import runs
from .autoencoder import ConvAutoencoder, with_shorter_code
from .classifier import Classifier
from .pca import PCA
from .runs import RESULTS, Runs
from .storage import (
    load_weights,
    read_results,
    read_tensors,
    save_weights,
    write_results,
    write_tensors,
)
from .training import evaluate, train

# Each starts from the one before: what a longer code has learnt saves the shorter one more than
# half of its epochs. When all have been trained, some go on with half of the learning rate: 8,
# because most chapters use it, and 2, which gains most from it. More weight decay keeps the error
# on new pictures near the error on those that it learns from.
EPOCHS = {32: 10, 16: 7, 8: 14, 4: 8, 2: 10}
AGAIN = {8: ((12, 0.01), (15, 0.1)), 2: ((14, 0.1),)}  # (epochs, weight decay) of each cycle
PARTS = ("mean", "components", "variances")  # of a PCA, as stored
BATCH, LR, CLASSIFIER_EPOCHS = 32, 4e-3, 5
FILE, CLASSIFIER, COMPONENTS = "autoencoders.json", "classifier.safetensors", "pca.safetensors"


def load_results(folder=RESULTS):
    """What ``python -m lib.nets.reference`` wrote, as a dict; ValueError where it is not whole."""
    return read_results(Path(folder) / FILE, "lib.nets.reference")


def load_autoencoder(code, folder=RESULTS):
    """The trained autoencoder with that many code values, in evaluation mode."""
    return _load(ConvAutoencoder(code), Path(folder) / _file(code))


def load_classifier(folder=RESULTS):
    """The trained classifier, in evaluation mode."""
    return _load(Classifier(), Path(folder) / CLASSIFIER)


def load_pca(folder=RESULTS):
    """PCA of the same training images; its first d components are PCA with d of them."""
    tensors, _ = read_tensors(Path(folder) / COMPONENTS)
    return PCA.of(**{name: tensor.double().numpy() for name, tensor in tensors.items()})


def _file(code):
    return f"autoencoder-{code}.safetensors"


def _load(model, path):
    load_weights(path, model)
    return model.eval()


def reference(
    digits,
    *,
    held_out,
    epochs=EPOCHS,
    again=AGAIN,
    classifier_epochs=CLASSIFIER_EPOCHS,
    lr=LR,
    out=RESULTS,
    threads=1,
    progress=True,
):
    """Train, measure and write everything; returns the results.

    ``digits``: a ``lib.data.Digits`` to train and test on; ``held_out``: (N, 28, 28) uint8 of
    pictures that are in neither; ``epochs``: {size of code: epochs}, from long to short;
    ``again``: {size of code: (epochs, weight decay) of each further cycle}. The same settings,
    versions, processor and number of threads give the same weights. ValueError where ``out``
    holds other files of these names; unfinished runs with other settings are left there.
    """
    out, say = Path(out), _say if progress else lambda text: None
    kept = Runs(out / "autoencoder_runs")
    runs.check_out(out, FILE, [COMPONENTS, CLASSIFIER, *map(_file, epochs)], kept.folder)
    x = digits.train_images[:, np.newaxis]
    pictures = {"test": digits.test_images[:, np.newaxis], "held_out": held_out[:, np.newaxis]}
    with runs.threads(threads):
        trainings = _Trainings(kept, x, lr, threads, say, progress)
        models, codes = trainings.autoencoders(epochs, again)
        classifier, learnt = trainings.classifier(digits.train_labels, classifier_epochs)
        say("PCA, and measuring")
        pca = PCA(x, max(epochs))
        # What is measured is what is stored, which is in single precision.
        pca = PCA.of(**{name: np.float64(np.float32(getattr(pca, name))) for name in PARTS})
        seconds = round(sum(run["seconds"] for run in (*codes.values(), learnt)), 1)
        halved = {
            _file(code): runs.halve(model, lambda model=model: _errors(model, pictures).values())
            for code, model in models.items()
        }
        halved[CLASSIFIER] = runs.halve(
            classifier, lambda: [accuracy(classifier, pictures["test"], digits.test_labels)]
        )
        for code, model in models.items():
            codes[code] = (
                _errors(model, pictures)
                | {f"pca_{name}_error": pca.error(some, code) for name, some in pictures.items()}
                | codes[code]
            )
        learnt = {
            "test_accuracy": accuracy(classifier, pictures["test"], digits.test_labels),
            **learnt,
        }
    for name, model in (
        {_file(code): model for code, model in models.items()} | {CLASSIFIER: classifier}
    ).items():
        save_weights(out / name, model, half=halved[name])
    write_tensors(
        out / COMPONENTS, {name: torch.tensor(getattr(pca, name)).float() for name in PARTS}, {}
    )
    results = {
        "date": date.today().isoformat(),
        "settings": _settings(digits, held_out, epochs, again, classifier_epochs, lr),
        "versions": runs.versions(),
        "processor": runs.processor(threads=threads),
        "seconds": seconds,
        "codes": {str(code): codes[code] for code in sorted(codes)},
        "classifier": learnt,
    }
    write_results(out / FILE, results)
    kept.remove(say)
    return results


def _settings(digits, held_out, epochs, again, classifier_epochs, lr):
    """What the results say of how they were made."""
    return {
        "epochs": {str(code): number for code, number in epochs.items()},
        "further_cycles": {
            str(code): [list(cycle) for cycle in cycles] for code, cycles in again.items()
        },
        "classifier_epochs": classifier_epochs,
        "lr": lr,
        "batch_size": BATCH,
        "optimiser": "AdamW",
        "schedule": "one cycle",
        "precision": "float32",
        "data": digits.name,
        "training_images": len(digits.train_images),
        "test_images": len(digits.test_images),
        "held_out_images": len(held_out),
    }


class _Trainings:
    """Trainings on the pictures ``x``; each is kept when it is finished, and not made again."""

    def __init__(self, kept, x, lr, threads, say, progress):
        self.kept, self.x, self.lr, self.say, self.progress = kept, x, lr, say, progress
        # What a finished training was made with, besides what is its own.
        self.same = {
            "lr": lr,
            "batch_size": BATCH,
            **runs.versions(),
            "threads": threads,
            "images": hashlib.sha256(x.tobytes()).hexdigest(),
        }

    def autoencoders(self, epochs, again):
        """({size of code: model}, {size of code: what to report}), from long codes to short."""
        models, reports, own = {}, {}, {}
        model, first = None, {}
        for code, number in epochs.items():
            self.say(f"code of {code}")
            first = first | {str(code): number}  # it depends on those before it
            own[code] = {"epochs": first}
            model = models[code] = self._first(code, model)
            reports[code] = self._train(f"autoencoder-{code}", model, own[code], epochs=number)
        for code, cycles in again.items():
            for cycle, (number, decay) in enumerate(cycles, 2):
                self.say(f"code of {code}, cycle {cycle}")
                own[code] = own[code] | {"cycles": [*own[code].get("cycles", []), [number, decay]]}
                more = self._train(
                    f"autoencoder-{code}-cycle-{cycle}",
                    models[code],
                    own[code],
                    epochs=number,
                    lr=self.lr / 2,
                    weight_decay=decay,
                )
                reports[code] = {part: reports[code][part] + more[part] for part in more}
        return models, reports

    def classifier(self, labels, epochs):
        """(model, what to report)."""
        self.say("classifier")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = Classifier()
        return model, self._train(
            "classifier",
            model,
            {"epochs": epochs},
            labels,
            epochs=epochs,
            loss=F.cross_entropy,
            lr=self.lr / 2,
        )

    def _first(self, code, longer):
        """An autoencoder as its training begins."""
        if longer is not None:
            return with_shorter_code(longer, torch.tensor(self.x[:10_000]).float() / 255, code)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return ConvAutoencoder(code)

    def _train(self, name, model, own, targets=None, **options):
        """Train a model in place, or read what that gave before; returns what to report."""
        same = {**self.same, **own}
        path = self.kept.path(name, same)
        run = runs.finished_run(path, same, model)
        if run is None:
            part = path.with_suffix(".part")
            history = train(
                model,
                self.x,
                targets,
                checkpoint=part,
                **{
                    "lr": self.lr,
                    "batch_size": BATCH,
                    "progress": self.progress,
                    "device": "cpu",
                    **options,
                },
            )
            if history.stopped:
                raise KeyboardInterrupt
            run = {
                "epochs": history.epochs_run,
                "seconds": round(history.seconds, 1),
                "losses": history.losses,
            }
            runs.save_run(path, model, same, run)
            part.unlink(missing_ok=True)
        return run


def _errors(model, pictures):
    return {f"{name}_error": evaluate(model, some) for name, some in pictures.items()}


def accuracy(classifier, pictures, labels):
    """The share of pictures, (N, 1, 28, 28) uint8 or numbers of 0 to 1, named rightly."""
    right = np.concatenate(
        [classify(classifier, pictures[i : i + 500]) for i in range(0, len(pictures), 500)]
    ) == np.asarray(labels)
    return float(right.mean())


def classify(classifier, pictures):
    """The digit that the classifier sees in each picture, (N,)."""
    x = torch.as_tensor(np.asarray(pictures))
    x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
    with torch.no_grad():
        return classifier(x).argmax(dim=1).numpy()


def _say(text):
    print(text, flush=True)


def main(arguments=None):
    parser = runs.option_parser(
        "lib.nets.reference",
        "Train the reference autoencoders on all of MNIST; two or three hours on two cores.",
    )
    runs.add_threads(parser)
    chosen = parser.parse_args(arguments)
    with runs.errors_in_one_line(parser):
        digits = mnist(full=True, without_held_out=True)
        results = reference(
            digits, held_out=mnist().test_images, out=chosen.out, threads=chosen.threads
        )
    print("code   test error   PCA")
    for code, run in results["codes"].items():
        print(f"{code:>4}   {run['test_error']:.4f}       {run['pca_test_error']:.4f}")
    print(f"classifier: {results['classifier']['test_accuracy']:.2%} of the test images")


if __name__ == "__main__":
    main()
