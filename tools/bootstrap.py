# Make the project's environment, .venv, when it is missing or out of date.
#
#     python3 tools/bootstrap.py
#
# Uses the standard library alone, and syntax that any Python can read, so that an old one still
# gets as far as saying that it is too old. With nothing to do it ends at once, without network.
import hashlib
import os
import shutil
import subprocess
import sys
import time

NEEDED = (3, 11)
FREE_BYTES = 3 * 10**9  # what the environment takes with the CPU build of PyTorch, and a margin
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, ".venv")
INPUTS = ("requirements.txt", "constraints.txt", "pyproject.toml")
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
    try:
        check_python()
        bring_up_to_date()
    except Problem as problem:
        sys.stderr.write("Setting up: %s.\n" % problem)
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
    stamp_file = os.path.join(environment, "complete")
    python = os.path.join(environment, "bin", "python")
    old, new = read(stamp_file).splitlines(), stamp(root)
    if old == new and os.path.exists(python):
        return
    check_venv()
    log_file = os.path.join(environment, "install.log")
    # The stamp goes first and comes last: whatever happens in between, an unfinished
    # environment is never taken for a whole one, and is made afresh.
    updating = len(old) == len(new) and old[:1] == new[:1] and os.path.exists(python)
    if os.path.exists(stamp_file):
        os.remove(stamp_file)
    if not updating:
        check_disk(root)
        say("Making the environment .venv (once; a few minutes)")
        make(environment)
    else:
        say("Bringing the environment .venv up to date")
    install(python, root, log_file)
    with open(stamp_file, "w") as file:
        file.write("\n".join(new) + "\n")


def stamp(root):
    """Two lines: which Python and place the environment is for; which packages it has."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    packages = hashlib.sha256()
    for name in INPUTS:
        packages.update(read(os.path.join(root, name)).encode("utf-8") + b"\0")
    return ["%s %s" % (version, root), packages.hexdigest()]


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

    try:
        venv.create(environment, clear=True, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        full = getattr(error, "errno", None) == 28
        raise Problem(
            CAUSES[0][1] if full else "the environment could not be made: %s" % one_line(error)
        )


def install(python, root, log_file):
    """Run pip, with its output in a log and a sign of life every few seconds."""
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "-r", os.path.join(root, "requirements.txt")]
    start = said = time.time()
    with open(log_file, "w") as log:
        process = subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                time.sleep(0.1)
                if time.time() - said > 5:
                    said = time.time()
                    say("  %3.0f s  %s" % (said - start, progress(read(log_file))))
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
            return "Installing the packages" if words[:2] == ["Installing", "collected"] else (
                " ".join(words[:2]).split("?")[0][:90]
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
