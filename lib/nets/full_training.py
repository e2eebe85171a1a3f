"""The whole training of the convolutional autoencoder, which a page cannot wait for, stored.

    python -m lib.nets.full_training

trains the autoencoder with eight code values as its chapter does, for all 18 epochs, and writes its
weights with its history. It takes some minutes on two cores.
"""

from pathlib import Path

import torch

from lib.data import mnist

from .autoencoder import ConvAutoencoder
from .runs import RESULTS, add_threads, option_parser
from .storage import load_weights, save_weights
from .training import train

# The chapter's live training has the same settings, and a budget.
SETTINGS = {"epochs": 18, "lr": 5e-3, "batch_size": 20}
FILE = "full_training.safetensors"


def load_full_training(folder=RESULTS):
    """(model, history): the trained network, in evaluation mode, and what happened on the way.

    ``history`` is a dict: ``losses`` and ``validation``, a number for each of the 18 epochs,
    ``seconds`` and ``threads``. ValueError where the file is missing or damaged.
    """
    model = ConvAutoencoder(8)
    history = load_weights(Path(folder) / FILE, model)
    return model.eval(), history


def main(arguments=None):
    parser = option_parser("lib.nets.full_training", "Repeat the chapter's training to its end.")
    add_threads(parser)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    digits = mnist()
    torch.manual_seed(0)
    model = ConvAutoencoder(8)
    history = train(
        model, digits.train_images[:, None], validation=digits.test_images[:, None], **SETTINGS
    )
    save_weights(
        chosen.out / FILE,
        model,
        meta={
            "losses": history.losses,
            "validation": history.validation,
            "seconds": round(history.seconds),
            "threads": history.threads,
            **SETTINGS,
        },
    )
    print(f"{history.validation[-1]:.4f} on held-out digits: {chosen.out / FILE}")


if __name__ == "__main__":
    main()
