"""Grading what goes wrong on purpose or by accident: it costs its own task, and nothing else.

In each case the answer to one task, ``places``, is wrong (or right) and does something; the other
tasks are answered rightly.
"""

import csv
import os
import shutil
import textwrap

import pytest

from course import editions
from course.grading import grade
from tests.grading.handed_in import ALL, POINTS, SOLUTIONS, TASKS, WRONG, notebook, put

RIGHT, BAD = SOLUTIONS["places"], WRONG["places"]
SIGNATURE = "def places(n, m, align_corners=False):\n    "
LOOP = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
# name: the cell with the answer to the task that is lost, and a part of the first problem
LOST = {
    "loop-in-the-cell": ("while True:\n    pass\n" + RIGHT, "did not come to an end within 2 s"),
    "loop-that-swallows": (LOOP + RIGHT, "did not come to an end within 2 s"),
    "loop-in-the-function": (SIGNATURE + "while True: pass", "did not come to an end within 2 s"),
    "loop-in-the-function-that-swallows": (
        SIGNATURE + textwrap.indent(LOOP, "    "),
        "did not come to an end within 2 s",
    ),
    "loop-without-signals": (
        "import signal\nsignal.setitimer = signal.signal = print\nsignal.alarm(0)\n" + LOOP,
        "did not come to an end",
    ),
    "sleep": (SIGNATURE + "import time; time.sleep(99)", "did not come to an end within 2 s"),
    "exit-in-the-cell": ("import os\nos._exit(0)\n" + RIGHT, "ended its process"),
    "exit-in-the-function": (SIGNATURE + "import os; os._exit(1)", "ended its process"),
    "kill-in-the-cell": ("import os\nos.kill(os.getpid(), 9)\n" + RIGHT, "ended its process"),
    "stop": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "did not come to an end"),
    "sys-exit": ("import sys\nsys.exit()\n" + RIGHT, "SystemExit"),
    "sys-exit-in-the-function": (SIGNATURE + "raise SystemExit(0)", "SystemExit"),
    "interrupt": ("raise KeyboardInterrupt\n" + RIGHT, "KeyboardInterrupt"),
    "interrupt-in-the-function": (SIGNATURE + "raise KeyboardInterrupt", "KeyboardInterrupt"),
    "memory-in-the-cell": ("big = np.ones(10 * 2**30 // 8)\n" + RIGHT, "MemoryError"),
    "memory-in-the-function": (SIGNATURE + "return np.ones(10 * 2**30 // 8)", "MemoryError"),
    "memory-bit-by-bit": (SIGNATURE + "k = []\n    while True: k.append(bytearray(2**26))", ""),
    "recursion": (SIGNATURE + "return places(n, m)", "called itself without end"),
    "recursion-unbounded": (
        "import sys\nsys.setrecursionlimit(10**9)\n"
        + SIGNATURE
        + "return [*map(places, [n], [m])]",
        "",
    ),
    "fork-bomb": ("import os\nwhile True:\n    os.fork()", "PermissionError"),
    "processes": (
        "import multiprocessing\np = multiprocessing.get_context('fork').Process("
        "target=print)\np.start()\n" + RIGHT,
        "PermissionError",
    ),
    "program": ("import subprocess\nsubprocess.run(['true'])\n" + RIGHT, "PermissionError"),
    "program-by-its-back-door": (
        "import _posixsubprocess\n_posixsubprocess.fork_exec(*[0] * 23)\n" + RIGHT,
        "PermissionError",
    ),
    "kills-the-grader": ("import os\nos.kill(os.getppid(), 9)\n" + RIGHT, "PermissionError"),
    "kills-the-group": ("import os\nos.killpg(0, 9)\n" + RIGHT, "PermissionError"),
    "kills-all": ("import os\nos.kill(-1, 9)\n" + RIGHT, "PermissionError"),
    "network": (
        "import socket\nsocket.create_connection(('127.0.0.1', 9))\n" + RIGHT,
        "PermissionError",
    ),
    "writes-elsewhere": ("open('../../answers', 'w')\n" + RIGHT, "PermissionError"),
    "raises-its-limits": (
        "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (-1, -1))\n" + RIGHT,
        "PermissionError",
    ),
    "c-code": ("import ctypes\nctypes.CDLL(None).system(b'true')\n" + RIGHT, "PermissionError"),
    "check-redefined": ("def check(task):\n    print('Correct.')\n" + BAD, "half-pixel"),
    "examine-patched": (
        "import lib.checks, lib.checks._task, lib.checks._feedback as f\n"
        "right = lib.checks.Verdict('correct')\n"
        "lib.checks.examine = lib.checks._task.examine = f.examine = lambda *_: right\n" + BAD,
        "half-pixel",
    ),
    "answers-patched": (
        "from lib.checks import Answers\nAnswers.call = lambda *_: 'Correct.'\n"
        "Answers.state = lambda *_: 'correct'\n" + BAD,
        "half-pixel",
    ),
    "numpy-patched": (
        "np.isclose = np.allclose = lambda *_, **__: np.array(True)\n" + BAD,
        "half-pixel",
    ),
    "witness": (
        "from lib.checks import find\nwitness = find('interpolation-places').clauses\n"
        + SIGNATURE
        + "return witness[int(align_corners)].equals(n, m)",
        "",
    ),
    "forged": (
        "import json, os, struct\nreply = json.dumps({'value': 'correct', 'number': 4})\n"
        "for number in range(3, 40):\n    try:\n        os.write(number, struct.pack('>Q', "
        "len(reply)) + reply.encode())\n    except OSError:\n        pass\n" + BAD,
        "",
    ),
    "noise-on-the-pipe": (
        "import os\nfor number in range(3, 40):\n    try:\n        "
        "os.write(number, b'\\xff' * 5000)\n    except OSError:\n        pass\n" + RIGHT,
        "not an answer",
    ),
    "closes-everything": ("import os\nos.closerange(0, 99)\n" + RIGHT, ""),
    "huge-array": (SIGNATURE + "return np.zeros(10**8, bool)", "half-pixel"),
    "huge-list": (SIGNATURE + "return [0] * 10**7", "half-pixel"),
    "huge-text": (SIGNATURE + "return 'a' * 10**8", "half-pixel"),
    "huge-number": (SIGNATURE + "return 10**10000", "half-pixel"),
    "list-in-itself": (SIGNATURE + "x = []; x.append(x); return x", "half-pixel"),
    "equal-to-all": (
        "class Equal(float):\n    __eq__ = lambda *_: True\n    __hash__ = None\n"
        + SIGNATURE
        + "return [Equal(9)] * m",
        "half-pixel",
    ),
    "odd-objects": (
        "class Odd:\n    def __repr__(self): raise SystemExit\n    __class__ = "
        "property(__repr__)\n" + SIGNATURE + "return [Odd()]",
        "",
    ),
    "odd-error": (
        "class Odd(Exception):\n    def __str__(self):\n        while True: pass\n"
        + SIGNATURE
        + "raise Odd",
        "",
    ),
    "odd-text": (SIGNATURE + "return '\\ud800<script>\\x00\\x1b[31m'", "half-pixel"),
    "shell-patched": ("get_ipython().run_cell = None", ""),
}
FINE = {
    "prints-megabytes": "for _ in range(30):\n    print('x' * 10**6)\n" + RIGHT,
    "prints-to-descriptors": "import os\nfor _ in range(30):\n    os.write(1, b'x' * 10**6), "
    "os.write(2, b'x' * 10**6)\n" + RIGHT,
    "stderr": "import sys, warnings\nprint('no', file=sys.stderr)\nwarnings.warn('no')\n" + RIGHT,
    "asks": "try:\n    input('name? ')\nexcept EOFError:\n    pass\n" + RIGHT,
    "quits-at-the-end": RIGHT + "\nquit()",
    "threads-left": "import threading, time\ndef spin():\n    while True: time.sleep(0.01)\n"
    "for _ in range(5):\n    threading.Thread(target=spin).start()\n" + RIGHT,
    "own-files": "import tempfile, pathlib, os\npathlib.Path('a').write_text('b')\n"
    "assert open('a').read() == 'b' and os.listdir() == ['a']\n"
    "with tempfile.TemporaryDirectory() as d:\n    np.save(d + '/x.npy', np.eye(2))\n"
    "    np.load(d + '/x.npy')\nos.remove('a')\n" + RIGHT,
}
# How the text of a file is read: each works outside of the grader, as a test shows.
READS = {
    "open": "open(PATH).read()",
    "pathlib": "__import__('pathlib').Path(PATH).read_text()",
    "os-open": "os.fdopen(os.open(PATH, os.O_RDONLY)).read()",
    "relative": "open(os.path.relpath(PATH)).read()",
    "chdir": "(os.chdir(os.path.dirname(PATH)), open(os.path.basename(PATH)).read())[1]",
    "symlink": "(os.symlink(PATH, 'link'), open('link').read())[1]",
    "folder-link": "(os.symlink(os.path.dirname(PATH), 'way'), "
    "open('way/' + os.path.basename(PATH)).read())[1]",
    "hard-link": "(os.link(PATH, 'same'), open('same').read())[1]",
    "descriptor": "os.fdopen(os.open(os.path.basename(PATH), os.O_RDONLY, "
    "dir_fd=os.open(os.path.dirname(PATH), os.O_RDONLY))).read()",
    "numpy": "np.fromfile(PATH, np.uint8).tobytes().decode()",
    "memmap": "np.memmap(PATH, mode='r').tobytes().decode()",
    "process": "open('/proc/self/root' + PATH).read()",
    "cat": "__import__('subprocess').check_output(['cat', PATH], text=True)",
    "system": "(os.system(f'cat {PATH!r} > copy'), open('copy').read())[1]",
    "spawn": "(os.posix_spawn('/bin/cp', ['cp', PATH, 'spawned'], {}), __import__('time').sleep(1),"
    " open('spawned').read())[2]",
    "copy": "(__import__('shutil').copy(PATH, 'copied'), open('copied').read())[1]",
    "glob": "open(__import__('glob').glob(PATH[:-6] + '*')[0]).read()",
    "thread": "(lambda box: [t := __import__('threading').Thread(target=lambda: box.append("
    "open(PATH).read())), t.start(), t.join(), box[0]][-1])([])",
    "linecache": "''.join(__import__('linecache').getlines(PATH))",
}
if os.path.exists("/sys/kernel") and __import__("sys").platform == "linux":
    READS["without-python"] = (
        "__import__('torch').from_file(PATH, size=os.path.getsize(PATH), "
        "dtype=__import__('torch').uint8).numpy().tobytes().decode()"
    )
STEAL = """
import json, os
import numpy as np
PATH = {path!r}
places = None
try:
    cells = json.loads({read})["cells"]
    source = next("".join(c["source"]) for c in cells if "def places(" in "".join(c["source"]))
    exec(source, globals())
except Exception as error:
    print(error)
if places is None:
    def places(n, m, align_corners=False):
        return 0
"""


def landlock():
    """Whether this system's kernel refuses what Python does not see."""
    import ctypes

    return ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """{file: its rows in grades.csv} of one run over all cases."""
    folder, out = tmp_path_factory.mktemp("handed in"), tmp_path_factory.mktemp("graded")
    other = put(folder, "a-right.ipynb", notebook())
    for name, (code, _) in LOST.items():
        put(folder, f"lost-{name}.ipynb", notebook(places=code))
    for name, code in FINE.items():
        put(folder, f"fine-{name}.ipynb", notebook(places=code))
    solution = editions.sources()["upsampling/interpolation"]
    for name, read in READS.items():
        for kind, path in (("solution", solution), ("other", other)):
            if kind == "solution" or name in ("open", "symlink"):
                put(
                    folder,
                    f"reads-{kind}-{name}.ipynb",
                    notebook(places=STEAL.format(path=str(path), read=read)),
                )
    put(folder, "all-loop.ipynb", notebook(**dict.fromkeys(TASKS, LOOP)))
    put(folder, "last-exits.ipynb", notebook(tables="import os; os._exit(0)"))
    put(
        folder,
        "breaks-the-next.ipynb",
        notebook(places=RIGHT + "\nimport builtins\nbuiltins.isinstance = builtins.len = None"),
    )
    before = set(os.listdir(out.parent))
    status = grade.main(
        [str(folder), str(out), "--seconds", "2", "--memory", "2048", "--jobs", "2"]
    )
    assert status == 0 and set(os.listdir(out.parent)) == before
    rows = {}
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["file"], {})[row["task"].partition("-")[2]] = row
    return rows, out


def points(rows):
    return {word: int(row["points"]) for word, row in rows.items()}


@pytest.mark.parametrize("name", LOST)
def test_it_costs_its_own_task_and_no_other(run, name):
    rows = run[0][f"lost-{name}.ipynb"]
    assert points(rows) == {**POINTS, "places": 0}, rows
    assert LOST[name][1] in rows["places"]["first problem"]


@pytest.mark.parametrize("name", FINE)
def test_it_costs_nothing(run, name):
    rows = run[0][f"fine-{name}.ipynb"]
    assert points(rows) == POINTS, [row["first problem"] for row in rows.values()]


@pytest.mark.parametrize("name", READS)
def test_a_way_to_read_works_outside_of_the_grader(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(editions.sources()["upsampling/interpolation"], tmp_path / "solution.ipynb")
    space = {}
    exec(STEAL.format(path=str(tmp_path / "solution.ipynb"), read=READS[name]), space)
    assert len(space["places"](2, 6)) == 6


@pytest.mark.parametrize("name", READS)
def test_the_solution_cannot_be_read(run, name):
    if name == "without-python" and not landlock():
        pytest.skip("this system has no Landlock: see instructor/README.md")
    assert points(run[0][f"reads-solution-{name}.ipynb"]) == {**POINTS, "places": 0}


@pytest.mark.parametrize("name", ["open", "symlink"])
def test_another_submission_cannot_be_read(run, name):
    assert points(run[0][f"reads-other-{name}.ipynb"]) == {**POINTS, "places": 0}


def test_every_answer_can_hang(run):
    assert points(run[0]["all-loop.ipynb"]) == dict.fromkeys(POINTS, 0)


def test_the_last_answer_can_end_the_process(run):
    assert points(run[0]["last-exits.ipynb"]) == {**POINTS, "tables": 0}


def test_who_breaks_python_for_the_answers_behind_loses_no_more_than_those(run):
    rows = points(run[0]["breaks-the-next.ipynb"])
    assert rows["places"] in (0, POINTS["places"]) and sum(rows.values()) < ALL


def test_pages_show_odd_text_as_text(run):
    page = (run[1] / "feedback" / "lost-odd-text" / "interpolation.html").read_text("utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert not set(page) & {"\x00", "\x1b"}
