"""What a submission's process may not do: files, other processes, the network, memory.

Two layers. An audit hook of Python refuses with a ``PermissionError`` in the learner's own line.
Where Linux has Landlock, the kernel refuses as well, whatever the code does. Neither makes the
process a sandbox: instructor/README.md says what is left, and how to run the grader inside one.
"""

import ctypes
import os
import struct
import sys
import sysconfig

SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc",
    "/sys",
    "/opt",
    "/System",
    "/Library",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/proc",
)
NEVER = {
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.startfile/2",
    "subprocess.Popen",
    "pty.spawn",
    "sqlite3.connect",
    "sqlite3.connect/handle",
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
    "resource.setrlimit",
    "resource.prlimit",
    "sys.addaudithook",
    "gc.get_objects",
    "gc.get_referrers",
    "os.killpg",
    "syslog.openlog",
    "webbrowser.open",
    "os.setxattr",
}
CHANGES = {  # event: how many of its first arguments are paths
    "os.remove": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.symlink": 2,
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.utime": 1,
    "os.chflags": 1,
}
LISTS = {"os.listdir", "os.scandir", "os.listxattr", "os.getxattr"}


def limit(memory):
    """Bound this process and its children: MiB of memory, files' sizes, and processor time.

    As far as the system can: macOS does not bound memory so, Windows nothing of it.
    """
    try:
        import resource
    except ImportError:
        return
    bounds = {
        "RLIMIT_DATA": memory * 2**20,
        "RLIMIT_FSIZE": 64 * 2**20,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": 3600,
    }
    for name, value in bounds.items():
        try:
            hard = resource.getrlimit(getattr(resource, name))[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, OSError, ValueError):
            pass


def readable(library):
    """The folders that answers may read: Python's own, installed packages, the course's lib."""
    places = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        *sysconfig.get_paths().values(),
        *(p for p in sys.path if p and not library.startswith(p.rstrip("/") + "/")),
        library,
        *SYSTEM,
        os.environ.get("MPLCONFIGDIR", "/usr"),
    }
    return tuple(os.path.realpath(place) for place in places if os.path.exists(place))


def start(own, allowed, refused):
    """Forbid the rest for good, to this process and all it may start.

    ``own``: its folder, where it may do everything. It may read in ``allowed`` folders, except
    what lies in ``refused`` ones. Of two that hold a path, the inner one decides.
    """
    own = os.path.realpath(own)
    refused = tuple(os.path.realpath(place) for place in refused)
    rules = {**dict.fromkeys(allowed, "read"), **dict.fromkeys(refused, ""), own: "write"}
    landlock(rules)
    try:
        import _posixsubprocess
        import subprocess

        _posixsubprocess.fork_exec = subprocess._fork_exec = _no_process
    except (ImportError, AttributeError):
        pass
    sys.addaudithook(_hook(own, tuple(sorted(rules.items(), key=lambda rule: -len(rule[0])))))


def _no_process(*_):
    raise PermissionError("a graded answer may not start another program")


def _hook(
    own,
    rules,
    realpath=os.path.realpath,
    isdir=os.path.isdir,
    sep=os.sep,
    pid=os.getpid(),  # noqa: B008
    fold=sys.platform in ("darwin", "win32"),
    fsdecode=os.fsdecode,
    is_a=isinstance,
    never=frozenset(NEVER),
    changes=dict(CHANGES),  # noqa: B006
    lists=frozenset(LISTS),
    refusal=PermissionError,
    writes=os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND,
    string=str,
):
    """The hook. All it needs is bound here, out of the way of code that redefines names."""
    rules = tuple((root.lower() if fold else root, right) for root, right in rules)
    null, integer = os.devnull, int
    others = "/proc/"
    mine = (f"/proc/{pid}/stat", f"/proc/{pid}/maps", f"/proc/{pid}/cgroup")

    def right(path):
        if path is None:
            path = "."
        path = realpath(fsdecode(path))
        if path == null:
            return "write"
        if path.startswith(others) and path[6:7].isdigit() and not path.startswith(mine):
            return ""
        path = path.lower() if fold else path
        for root, granted in rules:
            if path == root or path.startswith(root if root.endswith(sep) else root + sep):
                return granted
        return ""

    def hook(event, arguments):
        if event == "open":
            path, mode, flags = arguments
            if is_a(path, integer) or path is None:
                return
            granted = right(path)
            if granted == "write":
                return
            if not granted or flags & writes or mode is None and isdir(path):
                raise refusal(f"a graded answer may not open {path!r}")
        elif event in never or event.startswith("ctypes."):
            raise refusal(f"a graded answer may not use {event}")
        elif event in lists:
            if not is_a(arguments[0], integer) and not right(arguments[0]):
                raise refusal(f"a graded answer may not list {arguments[0]!r}")
        elif event in changes:
            for path in arguments[: changes[event]]:
                if not is_a(path, integer) and right(path) != "write":
                    raise refusal(f"a graded answer may not change {path!r}")
        elif event == "os.kill":
            if arguments[0] != pid:
                raise refusal("a graded answer may not send signals to other processes")
        elif event == "socket.__new__":
            if string(arguments[1]).rpartition(".")[2] not in ("AF_UNIX", "1"):
                raise refusal("a graded answer may not use the network")

    return hook


# Landlock, by its numbers in Linux's include/uapi/linux/landlock.h
CREATE, ADD, RESTRICT = 444, 445, 446
EXECUTE, WRITE, READ, READ_DIR = (1 << bit for bit in range(4))
# the rights that each version of it added, to files; from the fourth also to the network
ALL_FILES = {
    1: (1 << 13) - 1,
    2: (1 << 14) - 1,
    3: (1 << 15) - 1,
    4: (1 << 15) - 1,
    5: (1 << 16) - 1,
}
OF_FILES = EXECUTE | WRITE | READ | 1 << 14 | 1 << 15  # the rights that a plain file can have


def landlock(rules):
    """Ask the kernel to refuse the rest; returns whether it does.

    ``rules``: {path: "read", "write" or ""}, as ``start`` makes them.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None)
    version = libc.syscall(CREATE, None, 0, 1)
    if version < 1:
        return False
    files = ALL_FILES[min(version, 5)]
    ruleset = libc.syscall(
        CREATE,
        *_struct(
            struct.pack("QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)[
                : 24 if version >= 6 else 16 if version >= 4 else 8
            ]
        ),
        0,
    )
    if ruleset == -1:
        return False
    refused = [path for path, granted in rules.items() if not granted]
    for path, granted in rules.items():
        for part in _without(path, refused) if granted == "read" else [path] if granted else []:
            rights = files if granted == "write" else EXECUTE | READ | READ_DIR
            if part == os.devnull:
                rights |= WRITE
            _add(libc, ruleset, part, rights & files)
    _add(libc, ruleset, os.devnull, EXECUTE | READ | WRITE)
    done = (
        libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
        and libc.syscall(RESTRICT, ruleset, 0) == 0
    )
    os.close(ruleset)
    return done


def _struct(packed):
    return ctypes.create_string_buffer(packed, len(packed)), ctypes.c_size_t(len(packed))


def _add(libc, ruleset, path, rights):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= OF_FILES
    libc.syscall(ADD, ruleset, 1, ctypes.create_string_buffer(struct.pack("=Qi", rights, place)), 0)
    os.close(place)


def _without(path, refused):
    """The folder as one, or its parts where a refused one lies inside of it."""
    path = path.rstrip("/") or "/"
    if path in refused:
        return []
    if not any(place.startswith(path.rstrip("/") + "/") for place in refused):
        return [path]
    try:
        inside = sorted(os.listdir(path))
    except OSError:
        return []
    return [part for name in inside for part in _without(os.path.join(path, name), refused)]
