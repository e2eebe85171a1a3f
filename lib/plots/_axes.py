"""What charts on matplotlib's axes share: the figure, the six kinds of curve, the numbers."""

import numpy as np
from matplotlib.figure import Figure

from lib.plots import _text as words

# Six curves: apart by dash and marker in grey print, by colour besides.
CURVES = [
    ("input-line", "solid", "o"),
    ("output-line", (0, (5, 2)), "s"),
    ("kernel-line", (0, (6, 1.5, 1.2, 1.5)), "^"),
    ("ink", (0, (1.2, 1.6)), "D"),
    ("tap4", (0, (9, 3)), "v"),
    ("tap1", (0, (6, 1.5, 1.2, 1.5, 1.2, 1.5)), "P"),
]


def figure_with_margins(width, height):
    """A matplotlib figure whose drawing keeps clear of the paper's edge."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.13, h_pad=0.12)
    return figure


def numbers(values, name):
    try:
        values = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is {values!r}; give numbers") from error
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"{name} holds {words.plural(values.size, 'number')}, or one that is "
                         "not finite; give at least one, all finite")
    return values
