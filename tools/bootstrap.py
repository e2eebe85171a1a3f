# Make the project's environment, .venv, when it is missing or out of date.
#
#     python3 tools/bootstrap.py
#
# Uses the standard library alone, and syntax that any Python can read, so that an old one still
# gets as far as saying that it is too old. With nothing to do it ends at once, without network.
#
# Ready means: the stamp in .venv names this Python, this place and these pins, and what was in
# its folder of packages when they had all been imported is still there. A .venv that somebody
# made by hand is brought up to date, and never cleared; what cannot be used is moved aside.
import contextlib
import errno
import glob
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time

NEEDED = (3, 11)
FREE_BYTES = 3 * 10**9  # what the environment takes with the CPU build of PyTorch, and a margin
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
ENVIRONMENT = os.path.join(ROOT, ".venv")
INPUTS = ("requirements.txt", "constraints.txt", "pyproject.toml")
# Where PyTorch has builds without CUDA, and how long it may take to answer.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CPU_INDEX_SECONDS = 5
# Other people's settings do not get into the environment ...
FOREIGN = ("PYTHON", "PIP_", "VIRTUAL_ENV", "CONDA_", "__PYVENV_LAUNCHER__", "UV_")
# ... but for what tells pip where to get packages from, and how to reach it. All else (user,
# target, prefix, root, no-deps, dry-run ...) says what to install, and where: that is known.
KEPT_OF_PIP = (
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "trusted-host",
    "cert",
    "client-cert",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
    "resume-retries",
    "cache-dir",
    "no-cache-dir",
    "keyring-provider",
    "use-feature",
    "use-deprecated",
)
INDICES = ("index-url", "extra-index-url", "no-index")
# Words in pip's log, and what to tell the person who waits.
CAUSES = (
    (("No space left on device",), "the disk is full; free some space and run this again"),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "Temporary failure in name resolution",
            "Failed to establish a new connection",
            "Network is unreachable",
            "Read timed out",
            "ReadTimeoutError",
            "ConnectTimeoutError",
            "ProxyError",
        ),
        "no package index could be reached; the first installation needs a network connection, "
        "later runs do not",
    ),
    (("hash", "THESE PACKAGES DO NOT MATCH"), "a download arrived damaged; run this again"),
)


class Problem(Exception):
    """Something the person at the keyboard can put right; the message is one line."""


def main():
    for stream in (sys.stdout, sys.stderr):  # an escape for what the terminal cannot show
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        check_python()
        bring_up_to_date()
    except Problem as problem:
        sys.stderr.write("Setting up: %s.\n" % problem)
        return 1
    except (IOError, OSError) as error:
        sys.stderr.write("Setting up: %s.\n" % one_line(error))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nSetting up: interrupted; the next run starts it afresh.\n")
        return 130
    return 0


def check_python(version=sys.version_info):
    if tuple(version[:2]) < NEEDED:
        raise Problem(
            "Python %d.%d or newer is needed, and %s is %d.%d; name a newer one: "
            "make PYTHON=/path/to/python3 ..."
            % (NEEDED + (sys.executable or "this one",) + tuple(version[:2]))
        )


def bring_up_to_date(root=ROOT, environment=ENVIRONMENT):
    if is_ready(root, environment):
        return
    with alone(root):
        if not is_ready(root, environment):  # the run that was waited for may have made it
            set_up(root, environment)


def is_ready(root, environment):
    lines, new = read_stamp(environment), stamp(root)
    if len(lines) < 3 or lines[0] not in (new[0], own(root)) or lines[1] != new[1]:
        return False
    return os.path.exists(python_of(environment)) and set(lines[2:]) <= set(contents(environment))


def set_up(root, environment):
    lines, new, python = read_stamp(environment), stamp(root), python_of(environment)
    theirs = lines[0].startswith("own ") if lines else is_somebodys(environment)
    if theirs and not is_usable(python):
        move_aside(environment, "has no Python %d.%d or newer that runs" % NEEDED)
        theirs, lines = False, []
    elif lines and not theirs and os.path.islink(environment) and lines[0] != new[0]:
        move_aside(environment, "leads to the environment of another place")
        lines = []
    if theirs:
        new[0] = own(root)
    if (theirs or lines[:2] == new) and not missing(root, python):
        # Made by hand, or what has gone is not ours, or the stamp is of an older version.
        return write_stamp(environment, new + contents(environment))
    updating = theirs or (lines[:1] == new[:1] and is_usable(python))
    log_file = os.path.join(environment, "update.log" if theirs else "install.log")
    # Whatever happens from here on, an unfinished environment is never taken for a whole one;
    # one that was made here is made afresh.
    if theirs:
        write_stamp(environment, [own(root), "unfinished"])
    elif os.path.exists(stamp_file(environment)):
        os.remove(stamp_file(environment))
    if updating:
        say("Bringing %s .venv up to date" % ("your own" if theirs else "the environment"))
        if not has_pip(python):
            run([python, "-I", "-m", "ensurepip"])
        install(python, root, log_file)
    elif lines:
        say("The environment .venv was made for %s" % lines[0])
    lacking = missing(root, python) if updating else ["it is not there"]
    if lacking and not theirs:
        check_venv()
        check_disk(root)
        say("Making the environment .venv (once; a few minutes)")
        make(environment)
        install(python, root, log_file)
        lacking = missing(root, python)
    if lacking:
        raise Problem(
            "pip ended well, but %s (pip's log: %s)%s"
            % (
                one_line("; ".join(lacking)),
                log_file,
                "; move your .venv away, and this makes another" if theirs else "",
            )
        )
    write_stamp(environment, new + contents(environment))


@contextlib.contextmanager
def alone(root):
    """Hold the lock of `root`; whoever comes second waits, and says so."""
    path = os.path.join(root, ".venv.lock")
    try:
        lock = open(path, "a")
    except (IOError, OSError) as error:
        raise Problem(
            "%s cannot be written, so there is no place for the environment .venv (%s)"
            % (root, error.strerror)
        )
    with lock:
        if not locked(lock, wait=False):
            say("Another run is making the environment .venv here; waiting for it")
            locked(lock, wait=True)
        yield


def locked(lock, wait):
    try:
        import fcntl
    except ImportError:
        import msvcrt

        while True:
            try:
                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(1)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (IOError, OSError) as error:
        # Some network disks have no locks: go on as if alone.
        return error.errno not in (errno.EAGAIN, errno.EACCES)
    # Programs that are started keep it, should this one be killed before they end.
    os.set_inheritable(lock.fileno(), True)
    return True


def python_of(environment):
    return os.path.join(environment, "bin", "python")


def stamp_file(environment):
    return os.path.join(environment, "complete")


def read_stamp(environment):
    try:
        with open(stamp_file(environment), "rb") as file:
            return file.read().decode("utf-8", "surrogateescape").rstrip("\n").split("\n")
    except (IOError, OSError):
        return []


def write_stamp(environment, lines):
    new = stamp_file(environment) + ".new"
    with open(new, "wb") as file:
        file.write(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
    os.replace(new, stamp_file(environment))


def contents(environment):
    """What lies in the folder of packages: modules, and a folder for each package's version."""
    places = glob.glob(os.path.join(glob.escape(environment), "lib", "python*", "site-packages"))
    return sorted(name for place in places for name in os.listdir(place) if name != "__pycache__")


def own(root):
    """The stamp's first line for an environment that somebody made by hand."""
    return "own %s" % in_bytes(root)


def in_bytes(path):
    """A path as it stands on the disk, whatever the terminal's encoding makes of it."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def is_somebodys(environment):
    """Whether there is anything at that place that was not made here."""
    if os.path.isdir(environment):
        names = os.listdir(environment)
        return bool(names) and not set(names) & {"install.log", "made-here"}
    return os.path.lexists(environment)


def is_usable(python):
    code = "import sys; sys.exit(sys.version_info[:2] < %r)" % (NEEDED,)
    return os.path.exists(python) and run([python, "-I", "-c", code])[0] == 0


def has_pip(python):
    return run([python, "-I", "-m", "pip", "--version"])[0] == 0


def move_aside(environment, why):
    number = 1
    while os.path.lexists("%s.aside-%d" % (environment, number)):
        number += 1
    place = "%s.aside-%d" % (environment, number)
    os.rename(environment, place)
    say("Your .venv %s; it is now %s" % (why, os.path.basename(place)))


def missing(root, python):
    """What keeps an environment from being whole, by its own account: one line for each thing.

    All pins that something asks for have to be there, in their version; the direct ones have to
    be importable; `lib` has to be the one that lies in `root`.
    """
    status, output = run([python, "-I", "-c", CHECK, root])
    if status:
        return ["it cannot be checked: %s" % (output.splitlines() or ["no reason given"])[-1]]
    return output.splitlines()


CHECK = r"""
import importlib, importlib.metadata, importlib.util, os, re, sys
root = sys.argv[1]
def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()
def pins(name):
    with open(os.path.join(root, name), encoding="utf-8") as file:
        lines = re.findall(r"^([\w.-]+)==([^\s;#]+)", file.read(), re.M)
    return {plain(name): version for name, version in lines}
installed = {}
for one in importlib.metadata.distributions():
    installed.setdefault(plain(one.metadata["Name"] or ""), one)
modules = {}
for module, names in importlib.metadata.packages_distributions().items():
    for name in names:
        modules.setdefault(plain(name), []).append(module)
direct = pins("requirements.txt")
every = dict(pins("constraints.txt"), **direct)
try:
    from packaging.requirements import Requirement
except ImportError:
    try:
        from pip._vendor.packaging.requirements import Requirement
    except ImportError:
        Requirement = None
asked, queue = set(), [(name, ()) for name in direct]
while queue:
    name, extras = queue.pop()
    if (name, extras) in asked:
        continue
    asked.add((name, extras))
    if name not in installed:
        print("%s is not there" % name)
        continue
    version = installed[name].version
    if name in every and version.split("+")[0] != every[name]:
        print("%s is %s, not %s" % (name, version, every[name]))
    for line in (installed[name].requires or ()) if Requirement else ():
        need = Requirement(line)
        if not need.marker or any(need.marker.evaluate({"extra": e}) for e in extras or ("",)):
            queue.append((plain(need.name), tuple(sorted(need.extras))))
for name in direct:
    own = [m for m in modules.get(name, ()) if m.isidentifier() and not m.startswith("_")]
    best = name.replace("-", "_")
    for module in ([best] if best in own else sorted(own)[:1]) if name in installed else ():
        try:
            importlib.import_module(module)
        except BaseException as error:
            text = " ".join(str(error).split())[:200]
            print("%s cannot be imported: %s: %s" % (module, type(error).__name__, text))
if os.path.exists(os.path.join(root, "lib", "__init__.py")):
    lib = importlib.util.find_spec("lib")
    place = os.path.realpath(lib.origin) if lib and lib.origin else "nowhere"
    if place != os.path.join(os.path.realpath(root), "lib", "__init__.py"):
        print("lib is not the one of this folder (it is %s)" % place)
"""


def stamp(root):
    """Two lines: which Python and place the environment is for; which packages it has."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    packages = hashlib.sha256()
    for name in INPUTS:
        packages.update(read(os.path.join(root, name)).encode("utf-8") + b"\0")
    return ["%s %s" % (version, in_bytes(root)), packages.hexdigest()]


def check_venv():
    try:
        import ensurepip
        import venv  # noqa: F401

        ensurepip.version()
    except Exception:
        raise Problem(
            "this Python lacks its venv module; on Debian or Ubuntu install it with "
            "'sudo apt install python3-venv' and run this again"
        )


def check_disk(root):
    free = shutil.disk_usage(root).free
    if free < FREE_BYTES:
        raise Problem(
            "the environment takes about %.0f GB and %.1f GB are free on the disk of %s; "
            "free some space and run this again" % (FREE_BYTES / 1e9, free / 1e9, root)
        )


def make(environment):
    import venv

    outside = dict(os.environ)
    try:
        if not os.path.isdir(environment):
            os.mkdir(environment)
        # From now on it is known as made here, and may be cleared if this is interrupted.
        with open(os.path.join(environment, "made-here"), "w"):
            pass
        for name in set(os.listdir(environment)) - {"made-here"}:
            old = os.path.join(environment, name)
            if os.path.isdir(old) and not os.path.islink(old):
                shutil.rmtree(old)
            else:
                os.remove(old)
        os.environ.clear()
        os.environ.update(surroundings())
        venv.create(environment, with_pip=True, symlinks=True)
    except ValueError as error:
        raise Problem("no environment can be made here: %s" % one_line(error))
    except (OSError, subprocess.CalledProcessError) as error:
        full = getattr(error, "errno", None) == 28
        raise Problem(
            CAUSES[0][1] if full else "the environment could not be made: %s" % one_line(error)
        )
    finally:
        os.environ.clear()
        os.environ.update(outside)


def surroundings():
    """The variables without those that would lead packages, or Python, elsewhere."""
    return {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}


def run(command, environment=None):
    """(exit status, output) of a program that needs no settings of anybody's."""
    try:
        done = subprocess.run(
            command,
            env=environment or surroundings(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        return 1, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def settings_of_pip(python):
    """{name: value} of what pip is to know, from its files and variables."""
    import configparser  # here, since Python 2 has none, and is to get as far as its message

    mine = {name: text for name, text in os.environ.items() if name.startswith("PIP_")}
    # Which files pip reads, it says; what it says of their contents depends on the contents.
    place = {"PIP_CONFIG_FILE": mine["PIP_CONFIG_FILE"]} if "PIP_CONFIG_FILE" in mine else {}
    _, output = run([python, "-I", "-m", "pip", "config", "debug"], dict(surroundings(), **place))
    files, kind = {}, None
    for line in output.splitlines():
        heading = re.match(r"(\w+):$", line)
        file = re.match(r"  (.+), exists: True$", line)
        kind = heading.group(1) if heading else kind
        if file:
            files.setdefault(kind, []).append(file.group(1))
    sections = {"global": {}, "install": {}}
    for kind in ("global", "user", "site", "env"):  # the later wins
        for file in () if place.get("PIP_CONFIG_FILE") == os.devnull else files.get(kind, ()):
            parser = configparser.RawConfigParser()
            with contextlib.suppress(configparser.Error, UnicodeError):
                parser.read(file)
            for section in sections:
                if parser.has_section(section):
                    sections[section].update(parser.items(section))
    variables = {name[4:].lower(): text for name, text in mine.items()}
    # Variables win over what a file says of `pip install`, and that over what it says of pip.
    merged = {}
    for settings in (sections["global"], sections["install"], variables):
        for name, value in settings.items():
            merged[name.replace("_", "-")] = value
    return {name: value for name, value in merged.items() if name in KEPT_OF_PIP}


def cpu_index(root, environment, settings):
    """The index that has PyTorch without CUDA, where that is wanted and can be had, or None."""
    pin = re.search(r"^torch==(\S+)", read(os.path.join(root, "requirements.txt")), re.M)
    if not pin or any(name.startswith("torch-%s" % pin.group(1)) for name in contents(environment)):
        return None
    if any(name in settings for name in INDICES) or not is_linux_without_nvidia():
        return None
    page = []
    # In a thread, since the look-up of a name may take much longer than what is allowed for.
    thread = threading.Thread(target=lambda: page.append(fetch(CPU_INDEX + "/torch/", settings)))
    thread.daemon = True
    thread.start()
    thread.join(CPU_INDEX_SECONDS)
    # A network that wants one to sign in first answers everything, with a page of its own.
    return CPU_INDEX if page and "torch-%s" % pin.group(1) in page[0] else None


def is_linux_without_nvidia():
    card = os.path.exists("/proc/driver/nvidia") or glob.glob("/dev/nvidia*")
    linux = sys.platform.startswith("linux") and platform.machine() in ("x86_64", "aarch64")
    return linux and not card and not shutil.which("nvidia-smi")


def fetch(address, settings):
    """The text at an address, or "" where there is none."""
    try:
        import ssl
        import urllib.request as web

        handlers = [
            web.HTTPSHandler(context=ssl.create_default_context(cafile=settings.get("cert")))
        ]
        if settings.get("proxy"):
            handlers.append(web.ProxyHandler(dict.fromkeys(("http", "https"), settings["proxy"])))
        with web.build_opener(*handlers).open(address, timeout=CPU_INDEX_SECONDS) as answer:
            return answer.read().decode("utf-8", "replace")
    except Exception:  # whatever keeps it from answering: the set-up goes on without
        return ""


def install(python, root, log_file):
    """Run pip, with its output in a log and a sign of life every few seconds."""
    command = [python, "-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "-r", os.path.join(root, "requirements.txt")]
    settings = settings_of_pip(python)
    index = cpu_index(root, os.path.dirname(os.path.dirname(python)), settings)
    if index:
        say("No NVIDIA card here: PyTorch comes without CUDA, from %s" % index)
        settings["extra-index-url"] = index
    variables = dict(surroundings(), PIP_CONFIG_FILE=os.devnull)
    for name, value in settings.items():
        variables["PIP_" + name.upper().replace("-", "_")] = value
    start = reported = time.time()
    with open(log_file, "w") as log:
        try:
            process = subprocess.Popen(
                command,
                cwd=root,
                env=variables,
                stdout=log,
                stderr=subprocess.STDOUT,
                close_fds=False,
            )
        except OSError as error:
            raise Problem("%s does not run: %s" % (python, error.strerror))
        try:
            while process.poll() is None:
                time.sleep(0.1)
                if time.time() - reported > 5:
                    reported = time.time()
                    say("  %3.0f s  %s" % (reported - start, progress(read(log_file))))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        raise Problem("%s (pip's log: %s)" % (cause(read(log_file)), log_file))
    say("The environment is ready (%.0f s)" % (time.time() - start))


def progress(log):
    """The last thing pip said that means something to its reader, shortened."""
    verbs = ("Collecting", "Downloading", "Building", "Installing", "Preparing", "Using cached")
    for line in reversed(log.splitlines()):
        words = line.split()
        if words and words[0] in verbs:
            return (
                "Installing the packages"
                if words[:2] == ["Installing", "collected"]
                else (" ".join(words[:2]).split("?")[0][:90])
            )
    return "asking for the packages"


def cause(log):
    for words, meaning in CAUSES:
        if any(word in log for word in words):
            return meaning
    errors = [line for line in log.splitlines() if line.startswith("ERROR:")]
    return "pip failed: %s" % (one_line(errors[-1][6:]) if errors else "no reason given")


def one_line(text):
    return " ".join(str(text).split()).rstrip(".")


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except (IOError, OSError):
        return ""


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
