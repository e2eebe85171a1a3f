"""One training loop, for every network of the book.

AdamW, a one-cycle learning rate, all data in memory. It says where it computes and how long it
will take, stops when interrupted, goes on after it was killed, and gives the same weights every
time.
"""

import hashlib
import signal
import threading
import time
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F

from lib.arguments import integer, one_of, plural, refuse

from .storage import check_tensors, read_tensors, write_tensors


@dataclass
class History:
    """What happened in a training.

    ``losses``: mean loss of each whole epoch; ``steps``: loss of each step; ``validation``:
    mean loss on the validation data after each epoch; ``seconds``: wall-clock time, over all
    parts of a resumed training; ``device`` and ``threads``: where it was computed; ``epochs``:
    asked for; ``planned``: as many as the budget allowed; ``stopped``: why there are fewer than
    asked for: "budget", "interrupted", or "" where there are not.
    """

    device: str
    threads: int
    epochs: int
    planned: int
    losses: list = field(default_factory=list, repr=False)
    steps: list = field(default_factory=list, repr=False)
    validation: list = field(default_factory=list, repr=False)
    seconds: float = 0.0
    stopped: str = ""

    @property
    def epochs_run(self):
        """The number of whole epochs."""
        return len(self.losses)


def train(
    model,
    inputs,
    targets=None,
    *,
    epochs,
    batch_size=32,
    lr=4e-3,
    loss="mse",
    weight_decay=0.01,
    seed=0,
    device=None,
    precision="float32",
    budget=None,
    at_least=1,
    progress=True,
    checkpoint=None,
    validation=None,
    augment=None,
):
    """Train a model in place and return its ``History``.

    ``inputs`` (N, ...) and ``targets`` (N, ...) are arrays or tensors; without ``targets`` the
    model learns to give back its input. Numbers of type uint8 are read as pixels and divided
    by 255, but for targets where ``loss`` is a function: those stay whole numbers (classes).

    - ``loss``: "mse", or a function of (outputs, targets), a mean over the batch;
    - ``lr``: the peak of the one-cycle schedule: the rate rises for 30 % of the steps, then
      falls along a cosine to almost nothing;
    - ``seed``: decides the order of the examples, ``augment`` and dropout. The same seed,
      device and number of threads give the same bits. Random states outside are left alone;
    - ``device``: "cuda" where there is one, else "cpu", unless it is named. Afterwards the
      model is back where it was;
    - ``precision``: "float32" or "float64", of weights and data;
    - ``budget``: seconds. A few steps of a copy are timed, and the schedule made as short as it
      takes, but for ``at_least`` so many epochs. Where the machine becomes slower on the way, so
      that the rest no longer fits, the plan is made shorter after an epoch; none is cut in two;
    - ``progress``: one line on standard output, rewritten as time goes by;
    - ``checkpoint``: a path, written after each epoch. Where it exists, training goes on after
      the last whole epoch in it, and ends as if it had never paused, bit by bit;
    - ``validation``: (inputs, targets), or inputs alone, evaluated after each epoch;
    - ``augment``: function of (batch of inputs, torch.Generator) that returns other inputs,
      which are the targets as well where none were given.

    An interrupt (Ctrl-C, or the stop button of a notebook) ends the training after the step that
    is being made, whose weights stay; a second one ends it at once.

    ValueError for arguments that do not fit, and for a checkpoint that is damaged or belongs to
    another training.

    >>> model = torch.nn.Linear(2, 2, bias=False)
    >>> data = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    >>> history = train(model, data, epochs=20, lr=0.1, progress=False)
    >>> history.losses[-1] < 1e-3, history.epochs_run, history.stopped
    (True, 20, '')
    """
    settings = _checked(
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        loss=loss,
        weight_decay=weight_decay,
        seed=seed,
        device=device,
        precision=precision,
        budget=budget,
        at_least=at_least,
        augment=augment,
    )
    return _Training(model, inputs, targets, validation, settings).run(checkpoint, progress)


def evaluate(model, inputs, targets=None, *, batch_size=500):
    """Mean squared error per pixel, over all of ``inputs``, as a float.

    Arguments as in ``train``; no gradients; the model computes in evaluation mode, on the
    device where it is, and is left in the mode it was in.

    >>> evaluate(torch.nn.Identity(), np.zeros((3, 1, 2, 2)), np.full((3, 1, 2, 2), 0.5))
    0.25
    """
    integer("batch_size", batch_size, 1)
    first = next(model.parameters(), torch.zeros(()))
    x, y = _examples("", inputs, targets, first.dtype, first.device)
    return _mean_loss(model, x, y, F.mse_loss, batch_size)


# --- arguments


def _checked(**given):
    """The arguments of ``train`` with these names, as attributes, with what follows from them."""
    settings = SimpleNamespace(**given)
    for name, least in (("epochs", 1), ("batch_size", 1), ("at_least", 1), ("seed", 0)):
        setattr(settings, name, integer(name, given[name], least))
    one_of("precision", settings.precision, ("float32", "float64"))
    _positive("lr", settings.lr)
    if settings.budget is not None:
        _positive("budget", settings.budget)
    if not callable(settings.loss):
        one_of("loss", settings.loss, ("mse",))
    settings.loss_function = settings.loss if callable(settings.loss) else F.mse_loss
    settings.device = _device(settings.device)
    settings.dtype = getattr(torch, settings.precision)
    return settings


def _positive(name, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        refuse(name, value, "is not a number", "use a positive one")
    if value <= 0:
        refuse(name, value, "is not positive", "use a positive number")


def _device(device):
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, TypeError) as error:
        refuse("device", device, f"cannot be used ({error})", "use 'cpu', or leave it out")


def _examples(whose, inputs, targets, dtype, device, classes=False):
    """Tensors on the device; None for targets that are the inputs. Classes stay whole numbers."""
    x = _tensor(f"{whose}inputs", inputs, dtype, device)
    if targets is None:
        return x, None
    y = _tensor(f"{whose}targets", targets, dtype, device, whole_numbers=classes)
    if len(x) != len(y):
        refuse(
            f"{whose}targets.shape",
            tuple(y.shape),
            f"does not suit {len(x)} inputs",
            "give a target for each input",
        )
    return x, y


def _tensor(name, values, dtype, device, whole_numbers=False):
    if not isinstance(values, torch.Tensor):
        values = torch.tensor(np.ascontiguousarray(values))
    if values.ndim == 0 or len(values) == 0:
        refuse(
            f"{name}.shape",
            tuple(values.shape),
            "holds no examples",
            "give one example or more along the first axis",
        )
    values = values.detach().to(device)
    if values.is_floating_point():
        return values.to(dtype)
    if whole_numbers:
        return values.long()
    if values.dtype != torch.uint8:
        refuse(
            f"{name}.dtype",
            str(values.dtype),
            "is not one for pixels",
            "use uint8 (divided by 255 here) or floating-point numbers",
        )
    return values.to(dtype).div_(255)


def _function_name(value):
    """The name of a loss or an augmentation, to know it by in a checkpoint; others as they are."""
    if not callable(value):
        return value
    return getattr(value, "__qualname__", type(value).__qualname__)


def _digest(values):
    """Shape and content of a tensor in a few characters."""
    if values is None:
        return None
    content = hashlib.sha256(values.cpu().contiguous().numpy().tobytes()).hexdigest()
    return f"{tuple(values.shape)} {content[:16]}"


# --- one training


class _Training:
    """A model, its data, optimiser and schedule, and what has happened so far."""

    def __init__(self, model, inputs, targets, validation, settings):
        self.model, self.settings, self.device = model, settings, settings.device
        kind = (settings.dtype, settings.device, callable(settings.loss))
        self.x, self.y = _examples("", inputs, targets, *kind)
        self.held_out = None
        if validation is not None:
            pair = validation if isinstance(validation, (tuple, list)) else (validation, None)
            self.held_out = _examples("validation ", *pair, *kind)
        parameters = _trainable(model)
        if not parameters:
            refuse(
                "model",
                type(model).__name__,
                "has nothing to train",
                "give a model with parameters",
            )
        self.original_device, self.original_mode = parameters[0].device, model.training
        self.steps = -(-len(self.x) // settings.batch_size)  # in an epoch
        self.history = History(
            str(self.device), torch.get_num_threads(), settings.epochs, settings.epochs
        )

    def run(self, checkpoint, progress):
        """Train to the end of the plan or to an interrupt; returns the history."""
        self.begun, saved = time.perf_counter(), self._saved(checkpoint)
        budget = self.settings.budget if saved is None else None  # a plan is made once
        line = _ProgressLine(progress, self.device)
        cuda = [self.device] if self.device.type == "cuda" else []
        interrupted = False
        try:
            with torch.random.fork_rng(devices=cuda), _interrupts() as interrupts:
                self._start(budget, saved)
                self._epochs(checkpoint, budget, line, interrupts)
                interrupted = bool(interrupts)
        except KeyboardInterrupt:
            # The second interrupt, or one from a function that was passed in.
            interrupted = True
        finally:
            self._put_model_back()
        history = self.history
        if history.epochs_run < history.planned:
            history.stopped = "interrupted" if interrupted else ""
        else:
            history.stopped = "budget" if history.planned < history.epochs else ""
        line.end(history)
        if history.stopped == "budget" and budget is not None:
            line.note(
                f"The budget of {budget:g} s allows {history.planned} of {history.epochs} epochs."
            )
        return history

    def _saved(self, checkpoint):
        """What a checkpoint holds, its history with it; None where there is none to go on with."""
        if checkpoint is None or not Path(checkpoint).exists():
            return None
        saved = _read_checkpoint(checkpoint, self._recorded(), self.model)
        self.history = saved["history"]
        self.history.device, self.history.threads = str(self.device), torch.get_num_threads()
        return saved

    def _start(self, budget, saved):
        """Bring everything to where the first step is made, or the next of a saved training."""
        settings, history = self.settings, self.history
        self.model.to(self.device, settings.dtype, **self._layout(torch.channels_last))
        self.optimiser = self._new_optimiser(self.model)
        if budget is not None:
            history.planned = self._epochs_that_fit(budget)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, max_lr=settings.lr, total_steps=history.planned * self.steps
        )
        if saved is not None:
            _restore(saved, self.model, self.optimiser, self.schedule)
        self.start, self.seconds_before = time.perf_counter(), history.seconds
        self.steps_before = history.epochs_run * self.steps

    def _epochs(self, checkpoint, budget, line, interrupts):
        """Epochs to the end of the plan, each with its checkpoint, or to an interrupt."""
        history = self.history
        recorded = None if checkpoint is None else self._recorded()
        while history.epochs_run < history.planned and not interrupts:
            if self._epoch(line, interrupts):
                history.seconds = self._elapsed()
                if budget is not None and not interrupts:
                    history.planned = self._shorter_plan(budget)
                if checkpoint is not None:
                    _write_checkpoint(
                        checkpoint, recorded, history, self.model, self.optimiser, self.schedule
                    )
        history.seconds = self._elapsed()

    def _epoch(self, line, interrupts):
        """An epoch, and True; or as many of its steps as an interrupt leaves, and False."""
        settings, history = self.settings, self.history
        seed = _epoch_seed(settings.seed, history.epochs_run)
        torch.manual_seed(seed)
        order = torch.randperm(len(self.x), generator=torch.Generator().manual_seed(seed))
        generator = torch.Generator(self.device).manual_seed(seed)
        self.model.train()
        losses = []
        for batch in order.to(self.device).split(settings.batch_size):
            losses.append(self._step(self.model, self.optimiser, batch, generator))
            done = len(history.steps) + len(losses)
            _advance(self.schedule, history.planned * self.steps - done)
            if line.is_due():
                line.write(
                    f"epoch {history.epochs_run + 1}/{history.planned}, "
                    f"loss {losses[-1].item():.5f}, {_minutes(self._elapsed())} elapsed, "
                    f"{_minutes(self._left(done))} left"
                )
            if interrupts:
                break
        losses = torch.stack(losses).tolist()
        history.steps += losses
        if len(losses) < self.steps:
            return False
        history.losses.append(_mean(losses, len(self.x), settings.batch_size))
        if self.held_out is not None:
            history.validation.append(self._validation_loss(self.model))
        return True

    def _step(self, model, optimiser, batch, generator):
        """One step on the examples with these numbers; returns its loss."""
        inputs = self.x[batch]
        if self.settings.augment is not None:
            inputs = self.settings.augment(inputs, generator)
        targets = inputs if self.y is None else self.y[batch]
        optimiser.zero_grad()
        loss = self.settings.loss_function(model(inputs), targets)
        loss.backward()
        optimiser.step()
        return loss.detach()

    def _validation_loss(self, model):
        return _mean_loss(model, *self.held_out, self.settings.loss_function)

    def _new_optimiser(self, model):
        return torch.optim.AdamW(
            _trainable(model),
            self.settings.lr,
            weight_decay=self.settings.weight_decay,
            fused=self.device.type in ("cpu", "cuda") or None,
        )

    def _layout(self, memory_format):
        """Convolutions of many small pictures are faster with the channels last."""
        return {"memory_format": memory_format} if self.x.ndim == 4 else {}

    def _put_model_back(self):
        self.model.to(self.original_device, **self._layout(torch.contiguous_format))
        self.model.train(self.original_mode)
        self.model.zero_grad()

    def _recorded(self):
        """What a training that goes on from a checkpoint must have in common with the first."""
        names = (
            "epochs",
            "batch_size",
            "lr",
            "loss",
            "weight_decay",
            "seed",
            "precision",
            "augment",
        )
        held_out = None if self.held_out is None else [_digest(part) for part in self.held_out]
        return {
            **{name: _function_name(getattr(self.settings, name)) for name in names},
            "inputs": _digest(self.x),
            "targets": _digest(self.y),
            "validation": held_out,
        }

    def _elapsed(self):
        """Seconds of training so far, with those of earlier parts."""
        return self.seconds_before + time.perf_counter() - self.start

    def _left(self, done):
        """Seconds to come after so many steps of this training, all parts taken together."""
        pace = (self._elapsed() - self.seconds_before) / (done - self.steps_before)
        return pace * (self.history.planned * self.steps - done)

    def _epochs_that_fit(self, budget):
        """How many epochs the budget allows, from timing some steps of a copy of the model."""
        model, start = deepcopy(self.model), time.perf_counter()
        optimiser = self._new_optimiser(model)
        generator = torch.Generator(self.device).manual_seed(0)
        batch = torch.arange(min(self.settings.batch_size, len(self.x)), device=self.device)
        model.train()

        def timed(number, seconds):
            """The times of up to so many steps, within about so many seconds."""
            times, begin = [], time.perf_counter()
            while len(times) < number and (not times or time.perf_counter() - begin < seconds):
                before = time.perf_counter()
                # .item() waits for the device
                self._step(model, optimiser, batch, generator).item()
                times.append(time.perf_counter() - before)
            return times

        timed(3, budget / 20)  # the first steps are slower
        step = float(np.median(timed(30, budget / 15)))  # other work may hold up a few
        begin = time.perf_counter()
        if self.held_out is not None:
            self._validation_loss(model)
        epoch = self.steps * step + time.perf_counter() - begin
        left = budget - (time.perf_counter() - start)
        return min(max(int(0.95 * left / epoch), self.settings.at_least), self.settings.epochs)

    def _shorter_plan(self, budget):
        """The plan, or as many epochs as the pace so far allows; a tenth over is allowed."""
        history = self.history
        pace = history.seconds / history.epochs_run
        left = budget - (time.perf_counter() - self.begun)
        fits = history.epochs_run + max(0, int(left / pace + 0.1))
        return min(max(fits, self.settings.at_least), history.planned)


def _trainable(model):
    return [p for p in model.parameters() if p.requires_grad]


def _epoch_seed(seed, epoch):
    """The seed of an epoch: unrelated to that of any other, and known without them."""
    return int.from_bytes(hashlib.sha256(f"{seed} {epoch}".encode()).digest()[:7], "big")


def _advance(schedule, left):
    """A step of the schedule, or, after a plan became shorter, as much as ends it in time."""
    end = schedule.total_steps
    schedule.last_epoch = (
        min(schedule.last_epoch + (end - schedule.last_epoch) / (left + 1), end) - 1
    )
    schedule.step()


def _mean(values, examples, batch_size):
    """The mean over examples of means over batches, of which the last may be smaller."""
    last = examples - (len(values) - 1) * batch_size
    return (sum(values[:-1]) * batch_size + values[-1] * last) / examples


def _mean_loss(model, x, y, loss_function, batch_size=500):
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            return _mean(
                [
                    float(loss_function(model(inputs), targets))
                    for inputs, targets in zip(
                        x.split(batch_size), (x if y is None else y).split(batch_size), strict=True
                    )
                ],
                len(x),
                batch_size,
            )
    finally:
        model.train(mode)


# --- stopping and showing


@contextmanager
def _interrupts():
    """A list that an interrupt adds to, so that it never cuts a step in two."""
    seen = []
    if threading.current_thread() is not threading.main_thread():
        yield seen  # Python hands interrupts to the main thread only
        return

    def note(number, frame):
        if seen:  # a second time: at once
            raise KeyboardInterrupt
        seen.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)


class _ProgressLine:
    """One line of text that is rewritten, at most twice a second."""

    def __init__(self, on, device):
        self.on, self.width, self.last = on, 0, float("-inf")
        self.place = (
            torch.cuda.get_device_name(device)
            if device.type == "cuda"
            else f"{device}, {plural(torch.get_num_threads(), 'thread')}"
        )

    def is_due(self):
        return self.on and time.perf_counter() - self.last > 0.5

    def write(self, text, ending=""):
        text += f" ({self.place}){ending}"
        print("\r" + text.ljust(self.width), end="", flush=True)
        self.width, self.last = len(text), time.perf_counter()

    def end(self, history):
        if not self.on:
            return
        text = f"epoch {history.epochs_run}/{history.planned}"
        if history.losses:
            text += f", loss {history.losses[-1]:.5f}"
        if history.validation:
            text += f", validation {history.validation[-1]:.5f}"
        text += f", {_minutes(history.seconds)} in all"
        self.write(text, ": interrupted" if history.stopped == "interrupted" else "")
        print()

    def note(self, text):
        if self.on:
            print(text)


def _minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


# --- checkpoints


def _write_checkpoint(path, settings, history, model, optimiser, schedule):
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    state = optimiser.state_dict()
    for number, values in state["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in values.items()}
    write_tensors(
        path,
        tensors,
        {
            "training": {
                "settings": settings,
                "history": asdict(history),
                "groups": state["param_groups"],
                "schedule": schedule.state_dict(),
            }
        },
    )


def _read_checkpoint(path, settings, model):
    """A checkpoint of this very training; ValueError for another."""
    tensors, meta = read_tensors(path)
    if "training" not in meta:
        refuse(
            "checkpoint",
            str(path),
            "holds weights, but no training to go on with",
            "use another path",
        )
    state = meta["training"]
    for name, value in settings.items():
        if state["settings"].get(name) != value:
            refuse(
                "checkpoint",
                str(path),
                f"belongs to a training with "
                f"{name}={state['settings'].get(name)!r} where this one has {value!r}",
                "use the same arguments, or remove the file to start afresh",
            )
    state["model"] = {
        name.removeprefix("model."): tensor
        for name, tensor in tensors.items()
        if name.startswith("model.")
    }
    check_tensors(path, state["model"], model.state_dict())
    state["optimiser"] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, number, part = name.split(".")
            state["optimiser"].setdefault(int(number), {})[part] = tensor
    state["history"] = History(**state["history"])
    return state


def _restore(state, model, optimiser, schedule):
    model.load_state_dict(state["model"])
    parameters = optimiser.param_groups[0]["params"]
    for number, values in state["optimiser"].items():
        for name, value in values.items():
            if value.shape == parameters[number].shape and name != "step":
                # The order in memory must be that of the parameter.
                values[name] = torch.empty_like(parameters[number]).copy_(value)
    optimiser.load_state_dict({"state": state["optimiser"], "param_groups": state["groups"]})
    schedule.load_state_dict(state["schedule"])
