"""Sphinx extension: pages that need no other server, and carry nothing they do not use.

MathJax comes from the installed package ``sphinx-mathjax-offline``, of which only the parts
that a page can ask for are copied. What extensions add to every page without this book having a
use for it stays out.
"""

import hashlib
import importlib.util
import shutil
from pathlib import Path

# What MathJax's "tex-chtml" component may load: its fonts, TeX extensions on first use, and the
# speech parts when a reader switches them on (in English; the rest are other languages).
MATHJAX = (
    "tex-chtml.js",
    "output/chtml/fonts/woff-v2/*.woff",
    "input/tex/extensions/*.js",
    "a11y/*.js",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
)
# Files that the theme and extensions put beside the pages and that no page here asks for.
UNUSED_FILES = (
    "sphinx-thebe.*",
    "thebelab*",
    "exercise.css",
    "vendor/fontawesome/*/js",
    "**/*.map",
    "locales",
)


def silence(app):
    """Undo what extensions add to every page.

    sphinx-thebe, which Jupyter Book always loads, runs cells on a remote server; its script lies
    on yet another. sphinx-exercise brings colours; the book's own know light and dark.
    """
    app.registry.css_files[:] = [
        x for x in app.registry.css_files if "thebe" not in x[0] and x[0] != "exercise.css"
    ]
    for listeners in app.events.listeners.values():
        listeners[:] = [x for x in listeners if x.handler.__module__ != "sphinx_thebe"]


def copy_mathjax(app, exception):
    """Put MathJax beside the pages and delete files that no page names."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    package = importlib.util.find_spec("sphinx-mathjax-offline").submodule_search_locations[0]
    source = Path(package) / "static" / "mathjax"
    for pattern in MATHJAX:
        for file in source.glob(pattern):
            target = static / "mathjax" / file.relative_to(source)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
    for pattern in UNUSED_FILES:
        for file in static.glob(pattern):
            shutil.rmtree(file) if file.is_dir() else file.unlink()


def assets_digest(book):
    """A hash of the style sheets and templates in the folder of the book."""
    digest = hashlib.sha256()
    for folder in ("_static", "_templates"):
        for file in sorted((Path(book) / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def setup(app):
    # Sphinx copies no style sheet when no page changed. As a setting, a change is seen.
    app.add_config_value("book_assets", assets_digest(Path(app.srcdir) / "book"), rebuild="html")
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    silence(app)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
