"""The parts of a learner's code that an answer needs, read off its syntax tree. Nothing runs."""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

LIBRARIES = {"lib", "matplotlib", "numpy", "PIL", "scipy", "torch", "asyncio"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
CELL_MAGIC = re.compile(r"\A\s*%%(?:time|capture)\b.*\n")


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement outside of the answers.

    ``cell``: the index of its cell; ``defines``: the names that it defines anew; ``changes``:
    those whose values it changes.
    """

    cell: int
    text: str
    defines: set
    changes: set


def with_helpers(source, statements, known, end):
    """An answer behind those of the learner's other statements that it needs, in their order.

    ``known``: names that are there anyway; ``end``: the index of the cell that checks the answer.
    What comes after it counts only for names that are not defined before. Also returns the
    names that these statements define.
    """
    wanted, seen, needed = _used(source) - known, set(), set()
    while wanted:
        seen |= wanted
        needed = needed.union(*(_making(name, statements, end) for name in wanted))
        wanted = set().union(*(_used(one.text) | one.changes for one in needed)) - known - seen
    helpers = [statement.text for statement in statements if statement in needed]
    if helpers:  # a magic of a cell has to stand in its first line
        source = CELL_MAGIC.sub("", source)
    return "\n".join([*helpers, source]), set().union(*map(defined, helpers))


def _making(name, statements, end):
    """The statements that make a name what it is: its last definition, and what changes it."""
    before = [statement for statement in statements if statement.cell < end]
    for candidates in (before, statements):
        defining = [n for n, statement in enumerate(candidates) if name in statement.defines]
        if defining:
            definition, *later = candidates[defining[-1] :]
            if definition.text.startswith(("import ", "from ")):
                return {definition}
            return {definition, *(one for one in later if name in one.changes)}
    # It may come from one that says "everything".
    return {statement for statement in before if "*" in statement.defines}


def statements(source, cell=0):
    """The ``Statement`` objects of a cell that define or change names."""
    tree, text = _tree(source)
    lines = text.splitlines()
    for node in tree.body:
        bound, used = set(_bound(node)), _used_by(node)
        changed = {name for part in ast.walk(node) for name in _changed(part)}
        # What is read and bound, as in a sum over a loop, goes on with what was there.
        anew = bound if isinstance(node, DEFINITIONS) else bound - used - changed
        changed |= bound - anew
        if bound or changed:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            yield Statement(
                cell, "\n".join(lines[first - 1 : node.end_lineno]), anew, changed - anew
            )


def defined(source):
    """The names that a cell defines; where it is not Python, what its lines look like."""
    tree, _ = _tree(source)
    if not tree.body:
        return set(re.findall(r"^(?:def\s+|class\s+)?(\w+)\s*(?:=(?!=)|\()", source, re.MULTILINE))
    return {name for statement in tree.body for name in _bound(statement)}


def imports(sources):
    """The modules of the course's libraries that cells import, as they are written there."""
    modules = set()
    for source in sources:
        if "%matplotlib" in source:
            modules.add("matplotlib.pyplot")
        for node in ast.walk(_tree(source)[0]):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module)
    return sorted(name for name in modules if name.split(".")[0] in LIBRARIES)


@lru_cache
def _tree(source):
    """The syntax tree of a cell, empty where it is not Python, and the text that it is of."""
    source = CELL_MAGIC.sub("", source)
    for text in (source, _transformed(source)):
        try:
            return ast.parse(text), text
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return ast.Module([], []), ""


def _transformed(source):
    """A cell as IPython reads it: magics and shell commands become Python."""
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # it stays a cell that cannot be read
        return source


def _bound(node):
    """The names that a statement binds, what stands inside of functions left out."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield (alias.asname or alias.name).partition(".")[0]
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _used(source):
    return _used_by(_tree(source)[0])


def _used_by(tree):
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _changed(node):
    """The name that is changed in place: ``a[0] = 1``, ``a.b = 1``, ``a += 1``, ``a.c()``."""
    if isinstance(node, ast.AugAssign):
        node = node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node = node.value.func
        if isinstance(node, ast.Name):
            return
    elif not (
        isinstance(node, (ast.Subscript, ast.Attribute))
        and isinstance(node.ctx, (ast.Store, ast.Del))
    ):
        return
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
