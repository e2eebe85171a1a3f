"""What every command does as a program."""

import sys


def run_as_program(main, interrupted="What had finished is kept."):
    """Run ``main``, whose result is the exit status; after Ctrl-C, say what is kept.

    What the terminal's encoding lacks is printed as an escape, instead of ending the run.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(f"\nInterrupted. {interrupted}")
