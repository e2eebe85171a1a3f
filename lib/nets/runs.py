"""What the commands that train for long share: finished runs, records, and their options.

Such a command keeps each finished run in a folder until all are there, so that it goes on where
it was killed; then it writes weights and results beside that folder, and removes it.
"""

import argparse
import hashlib
import json
import os
import platform
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import torch

from lib.arguments import integer, refuse
from lib.data import DataError
from lib.data._files import set_aside

from .storage import load_weights, read_results, read_tensors, save_weights

RESULTS = Path(__file__).with_name("results")


class Runs:
    """Finished runs in a folder, each known by a name and by the settings it was made with."""

    def __init__(self, folder):
        self.folder, self.used = folder, []

    def path(self, name, same):
        """Where a run with these settings is kept: none takes the place of one with others."""
        settings = hashlib.sha256(json.dumps(same).encode()).hexdigest()[:8]
        path = self.folder / f"{name}-{settings}.safetensors"
        self.used.append(path)
        return path

    def remove(self, say):
        """Remove the runs that were used, and the folder if nothing else is in it."""
        for path in self.used:
            path.unlink(missing_ok=True)
            path.with_suffix(".part").unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()
        if self.folder.exists():
            say(f"{self.folder} stays: it holds runs with other settings, or files of others")


def save_run(path, model, same, run):
    """Keep a finished run: its weights, the settings it was made with, and what it reports."""
    save_weights(path, model, half=False, meta={"same": same, "run": run})


def finished_run(path, same, model=None):
    """What a run reports that was made with these settings; None where there is none.

    Its weights are read into ``model`` where one is given. Another file in its place is put
    aside.
    """
    if not os.path.lexists(path):
        return None
    try:
        _, meta = read_tensors(path)
        if meta["same"] == same:
            if model is not None:
                load_weights(path, model)
            return meta["run"]
    except (ValueError, KeyError, TypeError):
        pass
    print(f"{path} cannot be continued; it is now {set_aside(path)}.", file=sys.stderr)
    return None


def check_out(out, results, weights, runs):
    """ValueError where ``out`` holds a file that a command would replace and did not write.

    ``results``: the name of its file of results; ``weights``: names of its files of tensors;
    ``runs``: its folder of finished runs, which is there while the results are not.
    """
    taken = []
    if os.path.lexists(out / results):
        try:
            read_results(out / results, "")["settings"]
        except (ValueError, OSError, KeyError, TypeError):
            taken.append(results)
    for name in weights:
        if os.path.lexists(out / name):
            try:
                read_tensors(out / name)
                if not (out / results).exists() and not runs.exists():
                    taken.append(name)
            except ValueError:
                taken.append(name)
    if taken:
        refuse(
            "out",
            str(out),
            f"holds {', '.join(taken)}, which this command did not write, or which is damaged",
            "name another folder, or move that away",
        )


def versions():
    """Of all that the numbers depend on."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }


def processor(**how):
    """The record of a processor, after what is said of how it was used."""
    return {
        **how,
        "machine": platform.machine(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


@contextmanager
def threads(number):
    """PyTorch computes with so many threads inside."""
    before = torch.get_num_threads()
    torch.set_num_threads(integer("threads", number, 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def halve(model, figures):
    """Round a model to half precision in place, if three digits of each figure stay as they are.

    ``figures``: a function that measures the model and returns numbers. Returns whether it was
    done.
    """

    def digits():
        return [f"{figure:.3g}" for figure in figures()]

    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    exact = digits()
    model.half().float()
    if digits() == exact:
        return True
    model.load_state_dict(weights)
    return False


def option_parser(module, description):
    """A command's parser, with the option for the folder that it writes into."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument(
        "--out", type=Path, default=RESULTS, help="folder (default lib/nets/results)"
    )
    return parser


def add_threads(parser):
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count(), help="default: all cores (%(default)s)"
    )


@contextmanager
def errors_in_one_line(parser, *interrupts):
    """End the command with one line where it was refused or interrupted inside."""
    try:
        yield
    except (DataError, ValueError) as error:
        parser.error(str(error))
    except (KeyboardInterrupt, *interrupts):
        sys.exit("\nStopped. What is finished is kept: the same command goes on.")
