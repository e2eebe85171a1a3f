"""The grader's side of a submission's process: start it, bound it, ask it, and end it.

``Session`` is the process, ``RemoteAnswers`` what ``lib.checks.examine`` asks in place of
``lib.checks.Answers``.
"""

import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from lib.checks import AnswerError
from lib.checks._answers import Outcome

from ..threads import ONE_THREAD
from . import messages

ROOT = Path(__file__).resolve().parents[2]
START = ("-m", "course.grading.worker")
KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)
GRACE = 2.0  # seconds from when the process should have stopped by itself to when it is stopped


class ProcessLost(AnswerError):
    """The process is gone, or was ended; the text says why. Start another for the rest."""


class GraderFault(Exception):
    """A fault that is not the learner's: the notebook's own cells or the machine."""


@dataclass(frozen=True)
class Limits:
    """``seconds`` for each answer's cell and call, ``memory`` in MiB, ``task`` in all for a task,
    ``set_up`` for one of the notebook's own cells and for the start."""

    seconds: float = 10
    memory: int = 4096
    task: float = 60
    set_up: float = 120


class Session:
    """One process. ``lost`` is None, or says why the process is gone.

    ``imports``: modules to load before answers run. ``refused``: folders to keep from them.
    ``folder``: where the process gets its own, which goes with it.
    """

    def __init__(self, limits, imports=(), refused=(), folder=None):
        self.limits, self.lost, self.number = limits, None, 0
        self.until = float("inf")  # when the time for the task is over
        self.token = secrets.token_hex()
        self.folder = Path(tempfile.mkdtemp(prefix="answers-", dir=folder))
        self.inbox, self.outbox = queue.Queue(), queue.Queue()
        self.errors = tempfile.TemporaryFile()
        try:
            for name in ("work", "home"):
                (self.folder / name).mkdir()
            self.process = subprocess.Popen(
                [sys.executable, "-I", *START],
                cwd=self.folder / "work",
                env=environment(str(self.folder / "home")),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                start_new_session=True,
            )
        except BaseException:
            self.errors.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        threading.Thread(target=self._exchange, daemon=True).start()
        library = ROOT / "lib"
        tasks = library / "checks" / "tasks"
        start = {
            "token": self.token,
            "seconds": limits.seconds,
            "patience": limits.set_up,
            "memory": limits.memory,
            "imports": list(imports),
            "library": str(library),
            "allowed": [str(tasks / "__init__.py"), *map(str, tasks.glob("__pycache__/__i*"))],
            "refused": [str(ROOT), str(tasks), *map(str, refused)],
        }
        try:
            self._reply(start, limits.set_up)
        except ProcessLost as error:
            self.errors.seek(0)
            output = self.errors.read()[-2000:].decode("utf-8", "replace")
            self.close()
            raise GraderFault(
                f"the process for a submission did not start: it {error}: {output}"
            ) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, do, *arguments, seconds):
        """The value of one request; ``AnswerError`` where the learner's code fails."""
        if self.lost:
            raise ProcessLost(self.lost)
        self.number += 1
        left = self.until - time.monotonic()
        message = {"do": do, "number": self.number, "arguments": arguments}
        reply = self._reply(message, min(seconds + GRACE, left), over_all=left < seconds)
        if "value" in reply:
            return reply["value"]
        if isinstance(reply.get("raised"), list) and len(reply["raised"]) == 2:
            name, text = map(str, reply["raised"])
            raise type(name[:60] if name.isidentifier() else "Error", (Exception,), {})(text[:300])
        if isinstance(reply.get("error"), str):
            raise AnswerError(reply["error"][:1000])
        raise self.not_an_answer()

    def _exchange(self):
        """Write each request and read its reply, in a thread of its own: either can block."""
        try:
            while (message := self.outbox.get()) is not None:
                messages.send(self.process.stdin, message)
                self.inbox.put(messages.receive(self.process.stdout))
        except messages.MessageError as error:
            self.inbox.put(error)
        except Exception:  # the process is gone, or this session closed
            self.inbox.put(None)
        finally:
            self.process.stdout.close()

    def _reply(self, message, seconds, over_all=False):
        self.outbox.put(message)
        end = time.monotonic() + seconds
        while True:
            try:
                reply = self.inbox.get(timeout=max(0, min(0.1, end - time.monotonic())))
                break
            except queue.Empty:
                if self._memory() > self.limits.memory * 2**20:
                    raise self._lose(f"used more than {self.limits.memory} MiB of memory") from None
                if time.monotonic() >= end:
                    raise self._lose(
                        f"took more than {self.limits.task:g} s for the task"
                        if over_all
                        else f"did not come to an end within {max(seconds - GRACE, 0):g} s"
                    ) from None
        if reply is None:
            raise self._lose("ended its process (as when a kernel dies)")
        if (
            isinstance(reply, messages.MessageError)
            or reply.get("token") != self.token
            or reply.get("number") != message.get("number", 0)
        ):
            raise self.not_an_answer()
        return reply

    def _memory(self):
        try:
            return psutil.Process(self.process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def not_an_answer(self):
        """End the process, which cannot be believed any more; the error to raise."""
        return self._lose("sent something that is not an answer")

    def _lose(self, why):
        self.lost = why
        self._kill()
        return ProcessLost(why)

    def _kill(self):
        try:
            below = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.Error:
            below = []
        if hasattr(os, "killpg"):
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        self.process.kill()
        for child in below:
            try:
                child.kill()
            except psutil.Error:
                pass

    def close(self):
        """End the process and remove its folder."""
        self.lost = self.lost or "is closed"
        self._kill()
        self.outbox.put(None)
        self.process.wait()
        for stream in (self.process.stdin, self.errors):
            try:
                stream.close()
            except OSError:  # what was not written yet
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def environment(folder):
    """The environment of a submission's process: little of the instructor's, one thread."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    config = Path(os.environ.get("MPLCONFIGDIR", Path.home() / ".config" / "matplotlib"))
    cache = Path.home() / ".cache" / "matplotlib"
    fonts = next((str(place) for place in (config, cache) if place.is_dir()), folder)
    own = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR"), folder)
    return {**kept, **ONE_THREAD, **own, "MPLBACKEND": "agg", "MPLCONFIGDIR": fonts}


class RemoteAnswers:
    """``lib.checks.Answers`` in a session's process."""

    def __init__(self, session):
        self.session, self.seconds = session, session.limits.seconds

    def state(self, name):
        """ "missing", "untouched", "function" or "value"."""
        state = self.session.ask("state", name, seconds=self.seconds)
        if state not in ("missing", "untouched", "function", "value"):
            raise self.session.not_an_answer()
        return state

    def value(self, name):
        """A value that is not a function, in plain form."""
        return self._unpacked(self.session.ask("value", name, seconds=self.seconds))

    def call(self, name, arguments=(), options=None):
        """The ``Outcome`` of one call; ``AnswerError`` where the learner's code fails."""
        packed = messages.pack(tuple(arguments)), messages.pack(dict(options or {}))
        reply = self.session.ask("call", name, *packed, seconds=self.seconds)
        if not isinstance(reply, list) or len(reply) != 3:
            raise self.session.not_an_answer()
        value, after, shares = reply
        after = self._unpacked(after)
        if not isinstance(after, tuple) or len(after) != len(arguments):
            raise self.session.not_an_answer()
        return Outcome(self._unpacked(value), after, bool(shares))

    def _unpacked(self, packed):
        try:
            return messages.unpack(packed, self._apply)
        except messages.MessageError as error:
            raise AnswerError(f"sent {error}") from None

    def _apply(self, number, x, seed):
        packed = self.session.ask("apply", number, messages.pack(x), seed, seconds=self.seconds)
        return self._unpacked(packed)
