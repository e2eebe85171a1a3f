"""Writes the opening picture to a file: ``python -m lib.plots.hero book/_static/hero.svg``.

This module is a program and not imported: ``lib.plots.hero`` is the function that it calls.
"""

import sys

from lib.plots.opening import hero


def main(arguments):
    """Write the picture to the file named on the command line."""
    if len(arguments) != 1:
        sys.exit("usage: python -m lib.plots.hero FILE.svg")
    hero().save(arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])
