"""Change the code in small ways, one at a time, and see whether the tests notice.

    python -m course.mutants lib/ops --tests tests/ops [--number 100] [--seed 1]
    python -m course.mutants lib/checks/*.py --tests tests/checks

A mutant is one small change: + becomes -, < becomes <=, a number grows by one, a call whose value
nobody uses is left out. A random sample of all that can be made in the given files and folders is
tried in a copy of the project; each that no test notices is printed, with its line and the change.
A mutant at which the tests do not end counts as noticed. Text, documentation included, is never
changed. Where a change cannot alter what the code does, the line says so in a comment that begins
with "no mutants:", and is left alone.
"""

import argparse
import ast
import difflib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", ".*_cache")


def changes(node):
    """The ways to change one node in place, each a function without arguments."""

    def put(place, field, value):
        return lambda: setattr(place, field, value)

    if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
        yield put(node, "op", SWAPS[type(node.op)]())
    elif isinstance(node, ast.Compare):
        for n, op in enumerate(node.ops):
            yield put(node, "ops", [*node.ops[:n], SWAPS[type(op)](), *node.ops[n + 1 :]])
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield put(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield put(node, "value", node.value + 1)
    elif isinstance(node, ast.IfExp):
        yield lambda: node.__dict__.update(body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield put(node, "op", ast.UAdd())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield put(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif (isinstance(node, ast.Return) and ast.unparse(node) not in ("return", "return None")) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.Yield)
    ):
        yield put(node, "value", ast.Constant(None))


def sites(source):
    """All that can be changed in a source: (place of a node in the tree, which of its ways)."""
    lines = source.splitlines()
    return [
        (place, way)
        for place, node in enumerate(ast.walk(ast.parse(source)))
        for way in range(len(list(changes(node))))
        if "# no mutants: " not in lines[node.lineno - 1]
    ]


def mutant(source, site):
    """The source with one change."""
    tree = ast.parse(source)
    list(changes(list(ast.walk(tree))[site[0]]))[site[1]]()
    return ast.unparse(ast.fix_missing_locations(tree))


def difference(source, changed):
    """The lines before and after, in the form that a mutant has."""
    before, after = (ast.unparse(ast.parse(text)).split("\n") for text in (source, changed))
    lines = difflib.unified_diff(before, after, n=0, lineterm="")
    return "\n".join(f"    {line}" for line in list(lines)[2:] if line[:1] in "+-")


def fit(test, module, kills):
    """How early a file of tests is run: by what it noticed before, then by its name."""
    near = difflib.SequenceMatcher(None, test.stem.removeprefix("test_"), module.stem).ratio()
    return -kills[test, module], -near, str(test)


def noticed(tests, root, seconds):
    """None where the tests pass, else the file of the first that fails, or "time"."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no"]
    own = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            [*command, *map(str, tests)],
            cwd=root,
            env=own,
            timeout=seconds,
            capture_output=True,
            text=True,
        )
    except subprocess.TimeoutExpired:
        return "time"
    named = re.search(r"^(?:FAILED|ERROR) ([^:\s]+)", run.stdout, re.MULTILINE)
    return (named[1] if named else "no file") if run.returncode else None


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m course.mutants", description="Test the tests.")
    parser.add_argument("code", nargs="+", help="files and folders to change")
    parser.add_argument("--tests", nargs="+", required=True, help="files and folders of tests")
    parser.add_argument("--number", type=int, default=100, help="how many mutants (100)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (1)")
    options = parser.parse_args(arguments)
    for name in [*options.code, *options.tests]:
        if Path(name).is_absolute() or not Path(name).exists():
            parser.error(
                f"{name!r} is not a file or folder of the project; run this in its root, "
                "and name some, such as lib/ops and tests/ops"
            )
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder).resolve() / "copy"
        shutil.copytree(Path.cwd(), root, ignore=NOT_COPIED)

        def files(given, pattern):
            return [
                path.relative_to(root)
                for name in given
                for path in (
                    sorted((root / name).rglob(pattern))
                    if (root / name).is_dir()
                    else [root / name]
                )
            ]

        tests = files(options.tests, "test_*.py")
        start = time.monotonic()
        if failed := noticed(tests, root, None):
            sys.exit(f"The tests fail before anything is changed: {failed}")
        seconds = 30 + 5 * (time.monotonic() - start)
        every = [
            (path, site)
            for path in files(options.code, "*.py")
            for site in sites((root / path).read_text(encoding="utf-8"))
        ]
        chosen = random.Random(options.seed).sample(every, min(options.number, len(every)))
        kills, alive = Counter(), 0
        for path, site in chosen:
            source = (root / path).read_text(encoding="utf-8")
            changed = mutant(source, site)
            (root / path).write_text(changed, encoding="utf-8")
            by = noticed(sorted(tests, key=lambda test: fit(test, path, kills)), root, seconds)
            (root / path).write_text(source, encoding="utf-8")
            kills[Path(by or "."), path] += 1
            if not by:
                alive += 1
                line = list(ast.walk(ast.parse(source)))[site[0]].lineno
                print(f"{path}:{line}\n{difference(source, changed)}", flush=True)
    print(
        f"The tests noticed {len(chosen) - alive} of {len(chosen)} mutants, out of "
        f"{len(every)} that there are."
    )


if __name__ == "__main__":
    main()
