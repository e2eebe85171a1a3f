"""The drawing in ARCHITECTURE.md is the house as it stands: every import, and no more than that."""

import ast
import importlib.util
import re
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import nbformat
import pytest

from course.dependencies import PINS, ROOT, as_python, imported_names

TOP = (
    "benchmarks",
    "book",
    "conftest",
    "course",
    "exercises",
    "instructor",
    "lib",
    "tests",
    "tools",
)
PIP_NAMES = re.compile(r"^([\w.-]+)==", re.MULTILINE)
CHANGES_PATH = re.compile(
    r"\bsys\.path(\[[^\]]*\])?\s*(\+?=(?!=)|\.(append|insert|extend|remove)\b)"
    r"|\baddsitedir\b"
)


def drawing(text):
    """{name: what it may import}, in order, of the block of lines ``name -> names  # purpose``."""
    [block] = re.findall(r"^```imports\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    arrows = {}
    for line in filter(str.strip, block.splitlines()):
        form = re.fullmatch(r"([\w.]+)(?:\s+->((?: [\w.]+)+))?\s+# \S.*", line)
        assert form, f"not 'name -> names  # purpose': {line}"
        name, package = form[1], form[1].rpartition(".")[0]
        assert name not in arrows, f"two lines for {name}"
        arrows[name] = [
            f"{package}{other}" if other.startswith(".") else other
            for other in (form[2] or "").split()
        ]
    return arrows


@cache
def files():
    """{dotted name: path} of every Python file and notebook of the project."""
    paths = [ROOT / "conftest.py"]
    for folder in TOP:
        paths += (
            path
            for suffix in ("py", "ipynb")
            for path in (ROOT / folder).rglob(f"*.{suffix}")
            if ".ipynb_checkpoints" not in path.parts
        )
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(paths)
    }


@cache
def code_of(path):
    """The Python of a file or of a notebook's code cells."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(as_python(cell.source) for cell in cells if cell.cell_type == "code")


def package_of(name, path):
    """The package that relative imports of a module start from."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def imports(code, name, path):
    """Dotted names that the code imports, also by the programs and files that it starts."""
    package = package_of(name, path)
    found = imported_names(code, package)
    for text, before in strings(code):
        if before == "-m":  # ["-m", "course.build"]
            found.append(text)
        elif re.search(r"\bimport\b", text):
            found += imported_names(text)
        elif re.fullmatch(r"[a-z]\w*\.py", text) and path.with_name(text).exists():
            found.append(f"{package}.{text.removesuffix('.py')}")
    return found


def strings(code):
    """(text, the one before it in the same list) of every text in the code but documentation.

    What is computed in a text stands there as 0.
    """
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # answers to exercises, several programs in a file
        return
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield (
                "".join(
                    getattr(part, "value", 0) if isinstance(part, ast.Constant) else "0"
                    for part in node.values
                ),
                None,
            )
        elif not isinstance(node, ast.Expr | ast.Constant):
            for _, value in ast.iter_fields(node):
                items = value if isinstance(value, list) else [value]
                texts = [item.value if isinstance(item, ast.Constant) else None for item in items]
                yield from (
                    (text, before)
                    for before, text in zip([None, *texts], texts, strict=False)
                    if isinstance(text, str)
                )


def module(name):
    """The project's module or package that a dotted name means, or lies in; None for others."""
    parts = name.split(".")
    while parts and ".".join(parts) not in files():
        parts.pop()
    return ".".join(parts) or (name.split(".")[0] if name.split(".")[0] in TOP else None)


def line_of(name, arrows):
    """The line of the drawing that covers a module, or None.

    A line covers what lies in its package, if none of that has a line of its own.
    """
    parts = name.split(".")
    around = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    for place in around:
        if place in arrows:
            return None if is_split(place, arrows) and place != name else place
    return None


def is_split(place, arrows):
    """Whether a package has a line for each of its parts, so that it loads nothing by itself."""
    return place in ("lib", "course") and any(other.startswith(f"{place}.") for other in arrows)


def used_arrows(arrows):
    """{(line, line): "module imports name"} of every import that leads from one to another."""
    used = {}
    for name, path in files().items():
        for target in imports(code_of(path), name, path):
            inside = module(target)
            lines = line_of(name, arrows), inside and line_of(inside, arrows)
            if inside and lines[0] != lines[1] and not is_split(lines[1], arrows):
                used.setdefault(lines, f"{name} imports {target}")
    return used


ARROWS = drawing((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def used():
    return used_arrows(ARROWS)


def test_every_file_is_covered():
    assert [str(path) for name, path in files().items() if not line_of(name, ARROWS)] == []


def test_every_line_is_of_something():
    names = files()
    empty = [
        name
        for name in ARROWS
        if name not in names and not any(n.startswith(f"{name}.") for n in names)
    ]
    assert empty == []


def test_imports_lead_upwards():
    names = list(ARROWS)
    for name, others in ARROWS.items():
        for other in others:
            assert other in names[: names.index(name)], f"{name} -> {other} leads down"


def test_no_import_that_is_not_drawn(used):
    assert [
        f"{said}: draw {one} -> {other}, or do without"
        for (one, other), said in used.items()
        if not any(f"{other}.".startswith(f"{may}.") for may in ARROWS[one])
    ] == []


def test_no_arrow_that_nothing_uses(used):
    assert [
        f"{one} -> {may}"
        for one, others in ARROWS.items()
        for may in others
        if not any(line == one and f"{other}.".startswith(f"{may}.") for line, other in used)
    ] == []


def test_no_circle_of_modules():
    graph = {}
    for name, path in files().items():
        if path.suffix == ".py" and name.startswith(("lib", "course")):
            found = {
                module(target) for target in imported_names(code_of(path), package_of(name, path))
            }
            # A package's __init__ runs before its modules: what these have of it, they name.
            graph[name] = {
                other for other in found - {None, name} if not name.startswith(f"{other}.")
            }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_everything_imported_can_be_found():
    pinned = "\n".join(
        (ROOT / name).read_text(encoding="utf-8") for name in (*PINS, "requirements-instructor.txt")
    )
    pinned = {name.replace("-", "_").lower() for name in PIP_NAMES.findall(pinned)}
    lost = []
    for name, path in files().items():
        for target in imported_names(code_of(path), package_of(name, path)):
            top = target.partition(".")[0]
            if not (
                top in TOP
                or top in sys.stdlib_module_names
                or top.lower() in pinned
                or importlib.util.find_spec(top)
            ):
                lost.append(f"{path.relative_to(ROOT)}: {target}")
    assert lost == []


def test_nothing_changes_where_modules_are_looked_for():
    this = Path(__file__)
    assert [
        str(path)
        for path in files().values()
        if path != this and CHANGES_PATH.search(code_of(path))
    ] == []


@pytest.mark.parametrize(
    "line",
    [
        "import sys; sys.path.insert(0, '..')",
        "sys.path += ['x']",
        "sys.path[:0] = ['x']",
        "site.addsitedir('x')",
    ],
)
def test_such_a_line_would_be_found(line):
    assert CHANGES_PATH.search(line) and not CHANGES_PATH.search("for p in sys.path: print(p)")


@pytest.mark.parametrize(
    "code, target",
    [
        ("import lib.ops", "lib.ops"),
        ("def f():\n    from lib import ops", "lib.ops"),
        ("run([python, '-m', 'course.build'])", "course.build"),
        ("run([python, '-c', 'from course import build'])", "course.build"),
        ("run(['-c', f'import course.build; print({x})'])", "course.build"),
        ("Path(__file__).with_name('kernel.py')", "course.kernel"),
        ("from . import build", "course.build"),
        ("import_module('.build', 'course')", "course.build"),
    ],
)
def test_every_way_to_import_is_seen(code, target):
    assert target in imports(code, "course.kernels", ROOT / "course" / "kernels.py")


def test_what_is_not_drawn_would_be_found():
    """Each rule, broken in a drawing of its own."""
    text = "```imports\nlib # x\nlib.ops -> lib.arguments # x\ncourse # x\n```\n"
    arrows = drawing(text)
    assert arrows == {"lib": [], "lib.ops": ["lib.arguments"], "course": []}
    assert line_of("lib.ops.sizes", arrows) == "lib.ops" and line_of("lib", arrows) == "lib"
    assert line_of("lib.nets", arrows) is None and line_of("course.build", arrows) == "course"
    with pytest.raises(AssertionError, match="purpose"):
        drawing("```imports\nlib -> course\n```\n")
