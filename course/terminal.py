"""Print on any terminal.  (Syntax that any Python can read: bootstrap.py imports this.)"""

import sys


def print_what_it_can_show():
    """Let output that the terminal's encoding lacks become escapes, instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
