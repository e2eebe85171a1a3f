"""The process that runs one submission, as IPython runs cells. The grader starts and ends it.

It is handed the cells' text and asked for values, never for verdicts: whatever the learner's
code does in here, it can only change its own answers. ``session`` is the other side.
"""

import importlib
import os
import sys
import threading
import time

from . import messages, restrictions


def main():
    """Serve requests until the grader hangs up."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0), os.dup2(null, 1)
    start = messages.receive(requests)
    end_with(os.getppid())
    worker = Worker(start)
    os.dup2(null, 2)
    send, receive, token, answer = messages.send, messages.receive, start["token"], worker.answer
    send(replies, {"token": token, "number": 0})
    while request := receive(requests):
        reply = answer(request)
        send(replies, {**reply, "token": token, "number": request["number"]})


def end_with(parent, getppid=os.getppid, sleep=time.sleep, leave=os._exit):
    """End this process when the grader is gone, also in the midst of an endless loop."""

    def watch():
        while getppid() == parent:
            sleep(1)
        leave(1)

    threading.Thread(target=watch, daemon=True).start()


class NetworkError(dict):
    """The reply of a network that failed, where a value belongs."""


class Worker:
    """The shell with the notebook's names, and what may be asked of it."""

    def __init__(self, start):
        self.seconds, self.patience = start["seconds"], start["patience"]
        restrictions.limit(start["memory"])
        for name in start["imports"]:  # before restrictions: PyTorch loads libraries as it starts
            try:
                importlib.import_module(name)
            except Exception:  # the cell that needs it will say so
                pass
        self.answers, self.guarded = private_checks()
        self.shell = shell()
        self.run_cell, self.names = self.shell.run_cell, self.shell.user_ns
        self.networks = []
        allowed = (*restrictions.readable(start["library"]), *start["allowed"])
        restrictions.start(os.path.dirname(os.getcwd()), allowed, start["refused"])

    def answer(self, request):
        """The reply to a request."""
        do = {
            "set_up": self.set_up,
            "cell": self.cell,
            "state": self.state,
            "value": self.value,
            "call": self.call,
            "apply": self.apply,
        }[request["do"]]
        try:
            value = do(*request["arguments"])
            return value if isinstance(value, NetworkError) else {"value": value}
        except self.answers.AnswerError as error:
            return {"error": str(error)[:1000]}
        except BaseException as error:  # whatever the learner's code raises, this goes on
            return {"error": f"raised {type(error).__name__} when it was looked at"}

    def set_up(self, source):
        """Run one of the notebook's own cells."""
        return self.cell(source, self.patience)

    def cell(self, source, seconds=None):
        """Run a cell; None, or what it raised."""
        try:
            with self.guarded(seconds or self.seconds):
                result = self.run_cell(source, store_history=False)
                error = result.error_before_exec or result.error_in_exec
                if error is not None:
                    if isinstance(error, SyntaxError):
                        return f"raised {type(error).__name__}: {error.msg} in line {error.lineno}"
                    raise error
        except self.answers.AnswerError as error:
            return str(error)
        except BaseException as error:
            return f"raised {type(error).__name__}"

    def state(self, name):
        return self._answers().state(name)

    def value(self, name):
        with self.guarded(self.seconds):
            return self._pack(self._answers().value(name))

    def call(self, name, arguments, options):
        outcome = self._answers().call(name, messages.unpack(arguments), messages.unpack(options))
        with self.guarded(self.seconds):
            return [self._pack(outcome.value), self._pack(outcome.arguments), bool(outcome.shares)]

    def apply(self, number, x, seed):
        with self.guarded(self.seconds):
            try:
                return self._pack(self.networks[number](messages.unpack(x), seed))
            except Exception as error:
                return NetworkError(raised=[type(error).__name__, str(error)[:300]])

    def _answers(self):
        return self.answers.Answers(self.names, self.seconds)

    def _pack(self, value):
        def keep(network):
            self.networks.append(network)
            return len(self.networks) - 1

        return messages.pack(value, keep)


def private_checks():
    """``lib.checks._answers``, in a copy that code in the cells does not come by.

    The cells' own ``check`` and ``hint`` say nothing: they could cost time, and the tasks'
    modules, which hold what is expected, are out of reach.
    """
    import lib.checks
    from lib.checks import _answers

    for name in [name for name in sys.modules if name.startswith("lib.checks")]:
        del sys.modules[name]
    del lib.checks
    import lib.checks as theirs

    theirs.check = theirs._feedback.check = lambda task: None
    theirs.hint = theirs._feedback.hint = lambda task, number=None: None
    return _answers, _answers._guarded


def shell():
    """IPython's shell, silent, without history and without other programs."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    shell = InteractiveShell.instance(config=config)
    shell.system = shell.system_raw = shell.system_piped = lambda *_: None  # "!pip install …"
    shell.getoutput = lambda *_, **__: []
    shell.showtraceback = shell.showsyntaxerror = shell._showtraceback = lambda *_, **__: None
    shell.ask_exit = lambda: None
    shell.enable_gui = lambda *_: None  # "%matplotlib inline"
    return shell


if __name__ == "__main__":
    main()
