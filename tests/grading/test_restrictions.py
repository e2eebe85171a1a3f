"""The guard's rules one by one: what the hook refuses, and what the kernel is asked to refuse.

What they come to in a process that is graded stands in test_hostile.py.
"""

import ctypes
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from course.grading import restrictions


@pytest.fixture
def places(tmp_path):
    """Folders: one's own, one to read, a refused one in it, one to read in that, another."""
    found = {}
    for name in ("own", "read", "read/refused", "read/refused/again", "elsewhere", "readable"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "file").write_text("text")
        found[Path(name).name] = folder
    return found


@pytest.fixture
def hook(places):
    rules = {
        str(places["read"]): "read",
        str(places["refused"]): "",
        str(places["again"]): "read",
        str(places["own"]): "write",
    }
    # the inner folder decides, so it has to come first
    return restrictions._hook(
        str(places["own"]), tuple(sorted(rules.items(), key=lambda rule: -len(rule[0])))
    )


def refuses(hook, event, *arguments):
    try:
        hook(event, arguments)
    except PermissionError as error:
        assert str(error).startswith("a graded answer may not ")
        return True
    return False


READ, WRITES = os.O_RDONLY, (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND)


@pytest.mark.parametrize(
    "name, right",
    [
        ("own", "write"),
        ("read", "read"),
        ("refused", ""),
        ("again", "read"),
        ("elsewhere", ""),
        ("readable", ""),
    ],
)
def test_files_are_opened_where_the_rules_let_them(hook, places, name, right):
    file = str(places[name] / "file")
    for path in (file, os.fsencode(file), Path(file), str(places[name] / "new")):
        assert refuses(hook, "open", path, "r", READ) == (right == "")
        for flags in WRITES:
            assert refuses(hook, "open", path, "w", flags) == (right != "write")
    # Without a mode it is os.open: a folder would be a way to open what is in it.
    assert refuses(hook, "open", file, None, READ) == (right == "")
    assert refuses(hook, "open", str(places[name]), None, READ) == (right != "write")
    assert refuses(hook, "open", str(places[name]), "r", READ) == (right == "")


def test_the_way_to_a_file_does_not_matter(hook, places, monkeypatch):
    (places["own"] / "link").symlink_to(places["refused"] / "file")
    assert refuses(hook, "open", str(places["own"] / "link"), "r", READ)
    assert refuses(hook, "open", str(places["read"] / ".." / "elsewhere" / "file"), "r", READ)
    monkeypatch.chdir(places["read"])
    assert not refuses(hook, "open", "file", "r", READ)
    assert refuses(hook, "open", "refused/file", "r", READ)
    assert refuses(hook, "open", "file", "w", os.O_WRONLY)
    assert not refuses(hook, "os.listdir", None) and refuses(hook, "os.listdir", "refused")
    monkeypatch.chdir(places["elsewhere"])
    assert refuses(hook, "os.listdir", None)


def test_open_descriptors_and_the_null_device_are_free(hook):
    assert not refuses(hook, "open", 3, "w", os.O_WRONLY)
    assert not refuses(hook, "open", None, "w", os.O_WRONLY)
    assert not refuses(hook, "open", os.devnull, "w", os.O_WRONLY)
    assert not refuses(hook, "os.listdir", 3) and not refuses(hook, "os.truncate", 3)


def test_of_processes_only_ones_own_may_be_looked_at(places):
    hook = restrictions._hook(str(places["own"]), (("/proc", "read"),))
    mine, other = os.getpid(), os.getppid()
    for name in ("stat", "maps", "cgroup"):
        assert refuses(hook, "open", f"/proc/{other}/{name}", "r", READ)
    if Path("/proc/self/stat").exists():
        assert not refuses(hook, "open", f"/proc/{mine}/stat", "r", READ)
        assert not refuses(hook, "open", "/proc/self/maps", "r", READ)
        assert refuses(hook, "open", f"/proc/{mine}/environ", "r", READ)
        assert not refuses(hook, "open", "/proc/meminfo", "r", READ)
    # Of numbers, the first digit says that it is a process.
    assert refuses(hook, "open", "/proc/1/x", "r", READ)
    assert not refuses(hook, "open", "/proc/x1", "r", READ)
    assert not refuses(hook, "open", "/proc/cpuinfo2/3", "r", READ)


def test_the_root_and_a_folder_with_a_longer_name(places):
    everything = restrictions._hook("/nowhere", (("/", "read"),))
    assert not refuses(everything, "open", str(places["elsewhere"] / "file"), "r", READ)
    assert refuses(everything, "open", str(places["elsewhere"] / "file"), "w", os.O_WRONLY)


def test_systems_that_do_not_tell_cases_apart(places):
    folder = str(places["read"])
    named = places["read"] / "Named"
    named.mkdir()
    for fold in (False, True):
        hook = restrictions._hook("/nowhere", ((str(named), "read"),), fold=fold)
        assert not refuses(hook, "open", str(named), "r", READ)
    rules = ((folder.upper(), "read"),)
    assert not refuses(restrictions._hook("/nowhere", rules, fold=True), "open", folder, "r", READ)
    assert refuses(restrictions._hook("/nowhere", rules, fold=False), "open", folder, "r", READ)
    assert refuses(restrictions._hook("/nowhere", rules), "open", folder, "r", READ) == (
        sys.platform not in ("darwin", "win32")
    )


@pytest.mark.parametrize("event, paths", restrictions.CHANGES.items())
def test_changes_need_the_right_for_every_path(hook, places, event, paths):
    own, read = str(places["own"] / "file"), str(places["read"] / "file")
    assert not refuses(hook, event, *[own] * paths, 0, 0)
    for place in range(paths):
        given = [own] * paths
        given[place] = read
        assert refuses(hook, event, *given, 0, 0)
    assert not refuses(hook, event, *[own] * paths, read)


@pytest.mark.parametrize(
    "event, paths",
    [
        ("os.remove", 1),
        ("os.rename", 2),
        ("os.link", 2),
        ("os.symlink", 2),
        ("os.mkdir", 1),
        ("os.rmdir", 1),
        ("os.truncate", 1),
        ("os.chmod", 1),
        ("os.chown", 1),
        ("os.utime", 1),
    ],
)
def test_what_python_says_of_changes(event, paths):
    assert restrictions.CHANGES[event] == paths


@pytest.mark.parametrize("event", sorted(restrictions.LISTS))
def test_lists(hook, places, event):
    assert not refuses(hook, event, str(places["read"]))
    assert refuses(hook, event, str(places["elsewhere"]))


@pytest.mark.parametrize("event", sorted(restrictions.NEVER) + ["ctypes.dlopen", "ctypes.cdata"])
def test_what_is_never_allowed(hook, event):
    assert refuses(hook, event, 1, 2)


def test_what_nobody_minds(hook):
    for event in ("import", "compile", "exec", "object.__getattr__", "os.getcwd"):
        assert not refuses(hook, event, "a", "b")


def test_signals_go_to_oneself_only(hook):
    assert not refuses(hook, "os.kill", os.getpid(), 2)
    assert refuses(hook, "os.kill", os.getppid(), 2) and refuses(hook, "os.kill", -1, 2)


def test_sockets_stay_on_this_machine(hook):
    import socket

    if hasattr(socket, "AF_UNIX"):
        assert not refuses(hook, "socket.__new__", None, socket.AF_UNIX, 1, 0)
        assert not refuses(hook, "socket.__new__", None, int(socket.AF_UNIX), 1, 0)
    assert refuses(hook, "socket.__new__", None, socket.AF_INET, 1, 0)
    assert refuses(hook, "socket.__new__", None, int(socket.AF_INET), 1, 0)


def test_the_rules_of_a_process(monkeypatch, places):
    """The inner folder decides, own or not; and no program can be started."""
    import _posixsubprocess

    seen, hooks = [], []
    monkeypatch.setattr(restrictions, "landlock", seen.append)
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    monkeypatch.setattr(_posixsubprocess, "fork_exec", None)
    monkeypatch.setattr(subprocess, "_fork_exec", None)
    link = places["elsewhere"] / "link"
    link.symlink_to(places["own"])
    restrictions.start(str(link), [str(places["read"])], [places["refused"]])
    assert seen == [
        {str(places["read"]): "read", str(places["refused"]): "", str(places["own"]): "write"}
    ]
    assert not refuses(hooks[0], "open", str(places["own"] / "new"), "w", os.O_WRONLY)
    assert not refuses(hooks[0], "open", str(places["read"] / "file"), "r", READ)
    assert refuses(hooks[0], "open", str(places["refused"] / "file"), "r", READ)
    for start in (_posixsubprocess.fork_exec, subprocess._fork_exec):
        with pytest.raises(PermissionError, match="may not start another program"):
            start(1, 2)


def test_what_may_be_read(monkeypatch, places):
    library = places["read"] / "lib"
    library.mkdir()
    monkeypatch.setattr(
        sys,
        "path",
        [
            "",
            str(places["read"]),
            str(places["readable"]) + "/",
            str(places["elsewhere"]),
            str(places["read"] / "none"),
        ],
    )
    monkeypatch.setenv("MPLCONFIGDIR", str(places["again"]))
    found = restrictions.readable(str(library))
    for folder in (library, places["readable"], places["elsewhere"], places["again"]):
        assert str(folder) in found
    # The folder that the course lies in holds the solutions; others may have a part of its name.
    assert str(places["read"]) not in found and os.getcwd() not in found
    assert os.path.realpath(sys.prefix) in found and os.path.realpath("/usr") in found
    assert all(os.path.exists(place) for place in found)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="macOS does not bound memory so")
def test_the_bounds_of_a_process():
    code = (
        "import resource as r\nfrom course.grading import restrictions\nrestrictions.limit(700)\n"
        "print([r.getrlimit(getattr(r, 'RLIMIT_' + name)) for name in "
        "('DATA', 'FSIZE', 'CORE', 'CPU')])\nrestrictions.limit(900)\n"
        "print(r.getrlimit(r.RLIMIT_DATA))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(restrictions.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    first, second = said.stdout.splitlines()
    values = [700 * 2**20, 64 * 2**20, 0, 3600]
    assert first == str([(value, value) for value in values]) and said.stderr == ""
    assert second == str((700 * 2**20,) * 2)  # what is bounded once stays bounded


# ------------------------------------------------------------------- what the kernel is asked for


class Libc:
    """Records what is asked of Linux; answers as a kernel with that version of Landlock."""

    def __init__(self, version, ruleset=None, agrees=0):
        self.version, self.agrees, self.calls, self.rules = version, agrees, [], {}
        self.ruleset = ruleset

    def syscall(self, number, *arguments):
        self.calls.append(number)
        if number == 444 and arguments[0] is None:
            assert arguments[1:] == (0, 1)
            return self.version
        if number == 444:
            buffer, size, flags = arguments
            self.made = bytes(buffer)[: size.value]
            assert len(buffer) == size.value and flags == 0
            return os.open(os.devnull, os.O_RDONLY) if self.ruleset is None else self.ruleset
        if number == 445:
            ruleset, kind, rule, flags = arguments
            rights, place = struct.unpack("=Qi", bytes(rule)[:12])
            path = os.readlink(f"/proc/self/fd/{place}")
            self.rules[path] = self.rules.get(path, 0) | rights
            assert (kind, flags) == (1, 0)
            return 0
        assert number == 446 and arguments[1] == 0
        return self.agrees

    def prctl(self, *arguments):
        assert arguments == (38, 1, 0, 0, 0)
        return self.agrees


@pytest.fixture
def asked(monkeypatch):
    def ask(rules, *kernel):
        libc = Libc(*kernel)
        monkeypatch.setattr(ctypes, "CDLL", lambda name: libc)
        before = os.listdir("/proc/self/fd")
        libc.done = restrictions.landlock(rules)
        assert len(os.listdir("/proc/self/fd")) == len(before)  # nothing is left open
        return libc

    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has Landlock")
    return ask


# From include/uapi/linux/landlock.h and the kernel's documentation.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE, IOCTL = 1, 2, 4, 8, 2**13, 2**14, 2**15


@pytest.mark.parametrize(
    "version, files, size, network, scoped",
    [
        (1, 2**13 - 1, 8, None, None),
        (2, 2**14 - 1, 8, None, None),
        (3, 2**15 - 1, 8, None, None),
        (4, 2**15 - 1, 16, 3, None),
        (5, 2**16 - 1, 16, 3, None),
        (6, 2**16 - 1, 24, 3, 3),
        (9, 2**16 - 1, 24, 3, 3),
    ],
)
def test_every_right_that_the_kernel_knows_is_asked_for(
    asked, places, version, files, size, network, scoped
):
    libc = asked({str(places["own"]): "write", str(places["read"] / "file"): "read"}, version)
    assert libc.done and libc.calls == [444, 444, 445, 445, 445, 446]
    numbers = struct.unpack(f"{size // 8}Q", libc.made)
    assert numbers == tuple(n for n in (files, network, scoped) if n is not None)
    assert libc.rules[str(places["own"])] == files
    assert libc.rules[str(places["read"] / "file")] == EXECUTE | READ_FILE
    assert libc.rules[os.devnull] == EXECUTE | READ_FILE | WRITE_FILE


def test_a_folder_with_a_refused_one_is_asked_for_in_parts(asked, places):
    libc = asked(
        {
            str(places["read"]): "read",
            str(places["refused"]): "",
            os.devnull: "read",
            str(places["own"] / "file"): "write",
            str(places["own"] / "none"): "write",
        },
        5,
    )
    assert libc.rules == {
        str(places["read"] / "file"): EXECUTE | READ_FILE,
        str(places["own"] / "file"): EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL,
        os.devnull: EXECUTE | READ_FILE | WRITE_FILE,
    }


def test_a_kernel_without_it_or_that_refuses(asked, places, monkeypatch):
    rules = {str(places["own"]): "write"}
    for kernel, calls in [((0,), 1), ((-1,), 1), ((5, -1), 2)]:
        libc = asked(rules, *kernel)
        assert libc.done is False and len(libc.calls) == calls
    assert asked(rules, 1, None, -1).done is False and asked(rules, 1).done is True
    monkeypatch.setattr(sys, "platform", "darwin")
    assert restrictions.landlock(rules) is False


def test_parts_of_a_folder(places):
    read, refused, again = (str(places[name]) for name in ("read", "refused", "again"))
    assert restrictions._without(read, []) == [read] and restrictions._without(read + "/", []) == [
        read
    ]
    assert restrictions._without(read, [refused]) == [os.path.join(read, "file")]
    assert restrictions._without(refused, [refused]) == []
    assert restrictions._without(read, [again]) == [
        os.path.join(read, "file"),
        os.path.join(refused, "file"),
    ]
    assert restrictions._without(read, [str(places["readable"])]) == [read]
    assert restrictions._without(read + "none", [read + "none/a"]) == []
    assert restrictions._without("/", [read + "x"])[:1] != ["/"] and restrictions._without(
        "/", []
    ) == ["/"]
