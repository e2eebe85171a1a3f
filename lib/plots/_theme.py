"""The book's look: colour tokens, two themes in one SVG, and the `Picture` they end in.

Drawing code names colours by token ("ink", "input", "tap3"), never by value. A token is drawn
in its light value; in the SVG that value becomes a CSS variable, which a dark page overrides.
"""

import io
import re

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lib.plots._text import shorten

# token: (light, dark). Light values are all different, so that each can be found in the SVG.
TOKENS = {
    "paper": ("#fdfdfe", "#14181e"),
    "ink": ("#1b222c", "#e8ebf1"),
    "muted": ("#5b6470", "#a2a9b3"),
    "rule": ("#c2c7ce", "#49515b"),
    "faint": ("#f3f5f9", "#1d2228"),
    "input": ("#d6ebfe", "#103b60"),
    "input-line": ("#0067a8", "#7fbbf3"),
    "output": ("#f2c79a", "#7f4a1d"),
    "output-line": ("#914c14", "#f6b46d"),
    "kernel": ("#efe8f5", "#372b45"),
    "kernel-line": ("#65468c", "#ccb0e9"),
    "on-light": ("#12161c", "#12161d"),
    "on-dark": ("#fffffe", "#fffffd"),
    # The taps: nine steps of lightness, so that they stay apart without hue.
    "tap0": ("#ffd565", "#ffd566"),
    "tap1": ("#08a295", "#09a89b"),
    "tap2": ("#5c469a", "#6a52a7"),
    "tap3": ("#f5a7ca", "#f5a7cb"),
    "tap4": ("#cc364b", "#cc364c"),
    "tap5": ("#97b351", "#97b352"),
    "tap6": ("#1e4d2e", "#255d38"),
    "tap7": ("#ccf6f9", "#ccf6fa"),
    "tap8": ("#54291a", "#6c3522"),
}
TAPS = 9


def tap_token(tap):
    """The colour token of kernel tap number `tap` (flat, row order). The tenth repeats the first.

    >>> tap_token(4), tap_token(9)
    ('tap4', 'tap0')
    """
    return f"tap{int(tap) % TAPS}"


def text_token(ground):
    """The token in which text is read on the token `ground`."""
    if ground and ground.startswith("tap"):
        return "on-dark" if int(ground[3:]) in (2, 4, 6, 8) else "on-light"
    return "ink"


def light(token):
    """The light theme's value of a token, as matplotlib wants it; None stays "none"."""
    return "none" if token is None else TOKENS[token][0]


def _variables(theme):
    return "".join(f"--{name}:{values[theme]};" for name, values in TOKENS.items())


_STYLE = (
    f"<style>svg{{{_variables(0)}}}"
    f"@media(prefers-color-scheme:dark){{svg{{{_variables(1)}}}}}</style>"
    '<rect width="100%" height="100%" rx="9" style="fill:var(--paper)"/>'
)
_NAME_OF = {values[0]: name for name, values in TOKENS.items()}

# matplotlib's own defaults first, so that a reader's settings change nothing; what belongs to
# the session and not to the look (backend, time zone, ...) stays as it is.
_NOT_STYLE = (
    "backend",
    "interactive",
    "toolbar",
    "timezone",
    "webagg",
    "tk.",
    "figure.hooks",
    "date.",
    "docstring",
    "savefig.directory",
    "_internal",
    "agg.",
    "macosx",
)
RC = {
    key: value
    for key, value in matplotlib.rcParamsDefault.items()
    if not key.startswith(_NOT_STYLE)
}
RC |= {
    "svg.fonttype": "path",
    "lines.scale_dashes": False,
    "svg.hashsalt": "convolution-transposed",
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.edgecolor": light("muted"),
    "axes.labelcolor": light("ink"),
    "axes.titlecolor": light("ink"),
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 10.5,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "grid.color": light("rule"),
    "grid.linewidth": 0.6,
    "xtick.color": light("muted"),
    "ytick.color": light("muted"),
    "xtick.labelcolor": light("ink"),
    "ytick.labelcolor": light("ink"),
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "text.color": light("ink"),
    "legend.frameon": False,
    "legend.fontsize": 10,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": 72,
}


def style():
    """A context in which matplotlib draws in the book's look, whatever the reader has set."""
    return matplotlib.rc_context(RC)


def _smaller(svg):
    """The same drawing in fewer bytes: no names for groups, short ones for glyphs, 2 decimals.

    What rounding left of the last digits goes too: the sign of 0, and names made of digits.
    """
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<g>(<g style=[^>]*>(?:(?!</?g\b).)*</g>)</g>", r"\1", svg, flags=re.S)
    svg = re.sub(r" ?\n(?=[A-Za-z])", "", svg)
    svg = svg.replace("xlink:href", "href").replace("DejaVuSans-", "g-")
    svg = re.sub(r"(?<![\w#.-])-?\d+\.\d{3,}", _rounded, svg)
    svg = re.sub(r"(?<![\w#.-])-0(?![\d.])", "0", svg)
    for number, name in enumerate(dict.fromkeys(re.findall(r'id="([a-z][0-9a-f]{10})"', svg))):
        svg = svg.replace(name, f"{name[0]}{number}")
    return svg


def _rounded(match):
    value = float(match.group())
    text = f"{value:.2f}" if abs(value) >= 1 else f"{value:.5f}"
    return text.rstrip("0").rstrip(".")


def _to_svg(figure, alt):
    """The figure as SVG text: same bytes for the same drawing, tokens as CSS variables."""
    buffer = io.StringIO()
    with style():
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = re.sub(r"<\?xml.*?<svg", "<svg", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(
        r"<style type.*?</style>", "<style>*{stroke-linejoin:round}</style>", svg, flags=re.S
    )
    svg = re.sub(r">\s+<", "><", svg)
    svg = _smaller(svg)
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda m: f"var(--{_NAME_OF[m.group()]})", svg)
    label = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    head = svg.index(">")
    return f'{svg[:head]} role="img" aria-label="{label}">{_STYLE}{svg[head + 1 :].strip()}\n'


class Picture:
    """A finished figure: `figure` (matplotlib's), `svg` (text, light and dark), `alt` (one line).

    ``drawing``: a matplotlib figure or a Sheet. Alternative text too long to listen to is cut.

    A notebook shows the SVG; where pictures are not shown, the alternative text stands.

    >>> from lib.plots import operation_counts
    >>> operation_counts({"direct": 36, "zero-stuffing": 144}).svg[:4]
    '<svg'
    """

    def __init__(self, drawing, alt):
        self.figure = drawing if isinstance(drawing, Figure) else drawing.figure()
        self.alt = shorten(" ".join(alt.split()))
        self.svg = _to_svg(self.figure, self.alt)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/svg+xml": self.svg, "text/plain": self.alt}

    def __repr__(self):
        return f"<Picture: {self.alt}>"

    def save(self, path):
        """Write the SVG to the file `path`."""
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(self.svg)
