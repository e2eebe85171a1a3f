"""What charts on matplotlib's axes share: the figure, and the six kinds of curve."""

from matplotlib.figure import Figure

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
