"""One training loop, for every network of the book.

AdamW, a one-cycle learning rate, all data in memory. It says where it computes and how long it
will take, stops when asked, goes on after it was killed, and gives the same weights every time.
"""

import hashlib
import os
import signal
import threading
import time
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from lib.arguments import integer, one_of, refuse

from .storage import check_tensors, read_tensors, write_tensors


@dataclass
class History:
    """What happened in a training.

    ``losses``: mean loss of each whole epoch; ``steps``: loss of each step; ``validation``:
    mean loss on the validation data after each epoch; ``seconds``: wall-clock time, over all
    parts of a resumed training; ``device`` and ``threads``: where it was computed; ``epochs``:
    asked for; ``planned``: as many as the budget allowed; ``stopped``: why there are fewer than
    asked for: "budget", "asked", "interrupted", or "" where there are not.
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


def train(model, inputs, targets=None, *, epochs, batch_size=32, lr=4e-3, loss="mse",
          weight_decay=0.01, seed=0, device=None, precision="float32", budget=None, at_least=1,
          stop=None, progress=True, checkpoint=None, validation=None, augment=None):
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
    - ``precision``: "float32", "float64", or "bfloat16" (float32 weights, layers in bfloat16);
    - ``budget``: seconds. A few steps of a copy are timed, and the schedule made as short as it
      takes, but for ``at_least`` so many epochs. Where the machine becomes slower on the way, so
      that the rest no longer fits, the plan is made shorter after an epoch; none is cut in two;
    - ``stop``: a function, asked after each step, that returns True to stop there; or the path
      of a file whose appearance does that. An interrupt (Ctrl-C, or the stop button of a
      notebook) does it too. The weights stay as that step left them;
    - ``progress``: one line on standard output, rewritten as time goes by;
    - ``checkpoint``: a path, written after each epoch. Where it exists, training goes on after
      the last whole epoch in it, and ends as if it had never paused, bit by bit;
    - ``validation``: (inputs, targets), or inputs alone, evaluated after each epoch;
    - ``augment``: function of (batch of inputs, torch.Generator) that returns other inputs,
      which are the targets as well where none were given.

    ValueError for arguments that do not fit, and for a checkpoint that is damaged or belongs to
    another training.

    >>> model = torch.nn.Linear(2, 2, bias=False)
    >>> data = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    >>> history = train(model, data, epochs=20, lr=0.1, progress=False)
    >>> history.losses[-1] < 1e-3, history.epochs_run, history.stopped
    (True, 20, '')
    """
    epochs, batch_size = integer("epochs", epochs, 1), integer("batch_size", batch_size, 1)
    at_least = integer("at_least", at_least, 1)
    seed = integer("seed", seed, 0)
    one_of("precision", precision, ("float32", "float64", "bfloat16"))
    _positive("lr", lr)
    if budget is not None:
        _positive("budget", budget)
    measure = _loss(loss)
    stop = _stop(stop)
    device = _device(device)
    dtype = torch.float64 if precision == "float64" else torch.float32
    x, y = _examples("", inputs, targets, loss, dtype, device)
    held_out = None
    if validation is not None:
        pair = validation if isinstance(validation, (tuple, list)) else (validation, None)
        held_out = _examples("validation ", *pair, loss, dtype, device)
    settings = {
        "epochs": epochs, "batch_size": batch_size, "lr": lr, "loss": _name(loss),
        "weight_decay": weight_decay, "seed": seed, "precision": precision,
        "augment": _name(augment), "inputs": _digest(x), "targets": _digest(y),
        "validation": None if held_out is None else [_digest(part) for part in held_out],
    } if checkpoint is not None else None

    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        refuse("model", type(model).__name__, "has nothing to train",
               "give a model with parameters")
    home, mode = parameters[0].device, model.training
    # Convolutions of many small pictures are faster with the channels last.
    pictures = x.ndim == 4
    layout = {"memory_format": torch.channels_last} if pictures else {}
    model.to(device, dtype, **layout)
    low = torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")

    def fit(model, optimiser, batch, generator):
        """One step; returns its loss."""
        given = x[batch]
        if augment is not None:
            given = augment(given, generator)
        wanted = given if y is None else y[batch]
        optimiser.zero_grad()
        with low:
            outputs = model(given)
        value = measure(outputs.to(dtype), wanted)
        value.backward()
        optimiser.step()
        return value.detach()

    def optimiser_of(model):
        return torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr,
                                 weight_decay=weight_decay,
                                 fused=device.type in ("cpu", "cuda") or None)

    steps = -(-len(x) // batch_size)  # in an epoch
    history = History(str(device), torch.get_num_threads(), epochs, epochs)
    optimiser, before = optimiser_of(model), None
    if checkpoint is not None and Path(checkpoint).exists():
        before = _read_checkpoint(checkpoint, settings, model)
        history = before["history"]
        history.device, history.threads = str(device), torch.get_num_threads()
    line, begun = _Line(progress, device), time.perf_counter()
    cuda = [device] if device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices=cuda), _interrupts() as interrupts:
            if before is None and budget is not None:
                history.planned = _epochs_that_fit(
                    budget, at_least, epochs, steps, deepcopy(model), fit, optimiser_of,
                    batch_size, x,
                    lambda model: _mean_loss(model, *held_out, measure) if held_out else None)
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, max_lr=lr, total_steps=history.planned * steps)
            if before is not None:
                _restore(before, model, optimiser, schedule)
            clock = _Clock(history, steps)
            stopped = ""
            while history.epochs_run < history.planned and not stopped:
                chance = _chance(seed, history.epochs_run)
                torch.manual_seed(chance)
                order = torch.randperm(len(x), generator=torch.Generator().manual_seed(chance))
                generator = torch.Generator(device).manual_seed(chance)
                model.train()
                values = []
                for batch in order.to(device).split(batch_size):
                    values.append(fit(model, optimiser, batch, generator))
                    _advance(schedule, history.planned * steps - len(history.steps) - len(values))
                    line.show(history, clock, len(values), values)
                    stopped = "interrupted" if interrupts else "asked" if stop() else ""
                    if stopped:
                        break
                values = torch.stack(values).tolist()
                history.steps += values
                if len(values) == steps:
                    history.losses.append(_mean(values, len(x), batch_size))
                    if held_out is not None:
                        history.validation.append(_mean_loss(model, *held_out, measure))
                    history.seconds = clock.elapsed()
                    if before is None and budget is not None and not stopped:
                        fits = _epochs_still_fit(history, budget, begun)
                        history.planned = min(max(fits, at_least), history.planned)
                        clock.replan(history.planned)
                    if checkpoint is not None:
                        _write_checkpoint(checkpoint, settings, history, model, optimiser,
                                          schedule)
            history.seconds = clock.elapsed()
    except KeyboardInterrupt:
        # The second interrupt, or one from a function that was passed in.
        stopped = "interrupted"
    finally:
        model.to(home, **({"memory_format": torch.contiguous_format} if pictures else {}))
        model.train(mode)
        model.zero_grad()
    if history.epochs_run < history.planned:
        history.stopped = stopped
    else:
        history.stopped = "budget" if history.planned < epochs else ""
    line.end(history)
    if history.stopped == "budget" and before is None:
        line.note(f"The budget of {budget:g} s allows {history.planned} of {epochs} epochs.")
    return history


def evaluate(model, inputs, targets=None, *, batch_size=500):
    """Mean squared error per pixel, over all of ``inputs``, as a float.

    Arguments as in ``train``; no gradients; the model computes in evaluation mode, on the
    device where it is, and is left in the mode it was in.

    >>> evaluate(torch.nn.Identity(), np.zeros((3, 1, 2, 2)), np.full((3, 1, 2, 2), 0.5))
    0.25
    """
    integer("batch_size", batch_size, 1)
    first = next(model.parameters(), torch.zeros(()))
    x, y = _examples("", inputs, targets, "mse", first.dtype, first.device)
    return _mean_loss(model, x, y, F.mse_loss, batch_size)


# --- arguments

def _positive(name, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        refuse(name, value, "is not a number", "use a positive one")
    if value <= 0:
        refuse(name, value, "is not positive", "use a positive number")


def _loss(loss):
    if callable(loss):
        return loss
    one_of("loss", loss, ("mse",))
    return F.mse_loss


def _stop(stop):
    """A function to ask."""
    if stop is None:
        return lambda: False
    if callable(stop):
        return stop
    if not isinstance(stop, (str, os.PathLike)):
        refuse("stop", stop, "is not a function or a path", "use a function or the path of a file")
    return lambda: os.path.exists(stop)


def _device(device):
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, TypeError) as error:
        refuse("device", device, f"cannot be used ({error})", "use 'cpu', or leave it out")


def _examples(whose, inputs, targets, loss, dtype, device):
    """Inputs and targets as tensors on the device; targets None where the inputs are meant."""
    x = _tensor(f"{whose}inputs", inputs, dtype, device, whole_numbers=False)
    if targets is None:
        return x, None
    y = _tensor(f"{whose}targets", targets, dtype, device, whole_numbers=callable(loss))
    if len(x) != len(y):
        refuse(f"{whose}targets.shape", tuple(y.shape), f"does not suit {len(x)} inputs",
               "give a target for each input")
    return x, y


def _tensor(name, values, dtype, device, whole_numbers):
    if not isinstance(values, torch.Tensor):
        values = torch.tensor(np.ascontiguousarray(values))
    if values.ndim == 0 or len(values) == 0:
        refuse(f"{name}.shape", tuple(values.shape), "holds no examples",
               "give one example or more along the first axis")
    values = values.detach().to(device)
    if values.is_floating_point():
        return values.to(dtype)
    if whole_numbers:
        return values.long()
    if values.dtype != torch.uint8:
        refuse(f"{name}.dtype", str(values.dtype), "is not one for pixels",
               "use uint8 (divided by 255 here) or floating-point numbers")
    return values.to(dtype).div_(255)


def _name(function):
    """A word for a loss or an augmentation, to know it by in a checkpoint."""
    if function is None or isinstance(function, str):
        return function
    return getattr(function, "__qualname__", type(function).__qualname__)


def _digest(values):
    """Shape and content of a tensor in a few characters."""
    if values is None:
        return None
    content = hashlib.sha256(values.cpu().contiguous().numpy().tobytes()).hexdigest()
    return f"{tuple(values.shape)} {content[:16]}"


def _chance(seed, epoch):
    """The seed of an epoch: unrelated to that of any other, and known without them."""
    return int.from_bytes(hashlib.sha256(f"{seed} {epoch}".encode()).digest()[:7], "big")


# --- measuring

def _mean(values, examples, batch_size):
    """The mean over examples of means over batches, of which the last may be smaller."""
    last = examples - (len(values) - 1) * batch_size
    return (sum(values[:-1]) * batch_size + values[-1] * last) / examples


def _mean_loss(model, x, y, measure, batch_size=500):
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            return _mean([float(measure(model(given), wanted)) for given, wanted in
                          zip(x.split(batch_size), (x if y is None else y).split(batch_size))],
                         len(x), batch_size)
    finally:
        model.train(mode)


def _epochs_that_fit(budget, at_least, epochs, steps, model, fit, optimiser_of, batch_size, x,
                     validate):
    """How many epochs the budget allows, from timing some steps of a copy of the model."""
    start = time.perf_counter()
    optimiser, generator = optimiser_of(model), torch.Generator(x.device).manual_seed(0)
    batch = torch.arange(min(batch_size, len(x)), device=x.device)
    model.train()

    def timed(number, seconds):
        """The times of up to so many steps, within about so many seconds."""
        times, begin = [], time.perf_counter()
        while len(times) < number and (not times or time.perf_counter() - begin < seconds):
            before = time.perf_counter()
            fit(model, optimiser, batch, generator).item()  # .item() waits for the device
            times.append(time.perf_counter() - before)
        return times

    timed(3, budget / 20)  # the first steps are slower
    step = float(np.median(timed(30, budget / 15)))  # other work may hold up a few
    begin = time.perf_counter()
    validate(model)
    epoch = steps * step + time.perf_counter() - begin
    left = budget - (time.perf_counter() - start)
    return min(max(int(0.95 * left / epoch), at_least), epochs)


def _advance(schedule, left):
    """A step of the schedule, or, after a plan became shorter, as much as ends it in time."""
    end = schedule.total_steps
    schedule.last_epoch = min(
        schedule.last_epoch + (end - schedule.last_epoch) / (left + 1), end) - 1
    schedule.step()


def _epochs_still_fit(history, budget, begun):
    """How many epochs there can be in all, at the pace so far; a tenth over is no reason."""
    pace = history.seconds / history.epochs_run
    left = budget - (time.perf_counter() - begun)
    return history.epochs_run + max(0, int(left / pace + 0.1))


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


class _Clock:
    """Time since the start, with that of earlier parts, and time left."""

    def __init__(self, history, steps):
        self.start, self.earlier, self.steps = time.perf_counter(), history.seconds, steps
        self.first, self.all = history.epochs_run * steps, history.planned * steps

    def replan(self, planned):
        self.all = planned * self.steps

    def elapsed(self):
        return self.earlier + time.perf_counter() - self.start

    def left(self, done):
        """Seconds to come after so many steps of this training, all parts taken together."""
        return (self.elapsed() - self.earlier) / (done - self.first) * (self.all - done)


class _Line:
    """One line of text that is rewritten, at most twice a second."""

    def __init__(self, on, device):
        self.on, self.width, self.last = on, 0, float("-inf")
        threads = torch.get_num_threads()
        self.place = (torch.cuda.get_device_name(device) if device.type == "cuda" else
                      f"{device}, {threads} thread{'s' * (threads > 1)}")

    def show(self, history, clock, done, values):
        if self.on and time.perf_counter() - self.last > 0.5:
            left = clock.left(history.epochs_run * clock.steps + done)
            self._write(f"epoch {history.epochs_run + 1}/{history.planned}, "
                        f"loss {values[-1].item():.5f}, {_minutes(clock.elapsed())} elapsed, "
                        f"{_minutes(left)} left ({self.place})")
            self.last = time.perf_counter()

    def note(self, text):
        if self.on:
            print(text)

    def end(self, history):
        if not self.on:
            return
        text = f"epoch {history.epochs_run}/{history.planned}"
        if history.losses:
            text += f", loss {history.losses[-1]:.5f}"
        if history.validation:
            text += f", validation {history.validation[-1]:.5f}"
        text += f", {_minutes(history.seconds)} in all ({self.place})"
        if history.stopped in ("asked", "interrupted"):
            text += ": stopped on request" if history.stopped == "asked" else ": interrupted"
        self._write(text)
        print()

    def _write(self, text):
        print("\r" + text.ljust(self.width), end="", flush=True)
        self.width = len(text)


def _minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


# --- checkpoints

def _write_checkpoint(path, settings, history, model, optimiser, schedule):
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    state = optimiser.state_dict()
    for number, values in state["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in values.items()}
    write_tensors(path, tensors, {"training": {
        "settings": settings, "history": asdict(history), "groups": state["param_groups"],
        "schedule": schedule.state_dict()}})


def _read_checkpoint(path, settings, model):
    """A checkpoint of this very training; ValueError for another."""
    tensors, meta = read_tensors(path)
    if "training" not in meta:
        refuse("checkpoint", str(path), "holds weights, but no training to go on with",
               "use another path")
    state = meta["training"]
    for name, value in settings.items():
        if state["settings"].get(name) != value:
            refuse("checkpoint", str(path), f"belongs to a training with "
                   f"{name}={state['settings'].get(name)!r} where this one has {value!r}",
                   "use the same arguments, or remove the file to start afresh")
    state["model"] = {name.removeprefix("model."): tensor for name, tensor in tensors.items()
                      if name.startswith("model.")}
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
