"""Breaks the rules one small way at a time and sees whether a test notices.

    python -m tests.mutants protocol/gate/window.py [more files] [--tests FILE...]

Each mutant changes one comparison, number, truth value, level or boundary function. It is judged in
a process of its own that loads the changed module instead of the real one; no file is written.
Prints every mutant that no test killed, and the share that was killed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import io
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_TESTS = ("tests/protocol",)
TIME_LIMIT_SECONDS = 240

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
CALLS = {"max": "min", "min": "max", "any": "all", "all": "any"}
LEVELS = {"BLOCK": "OVERRIDE", "OVERRIDE": "WARN", "WARN": "ALLOW", "ALLOW": "BLOCK"}


@dataclass(frozen=True)
class Mutant:
    """One change: where, what it says there, and the changed module."""

    line: int
    words: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    fixed = set(_decorations(tree))
    for index, node in enumerate(ast.walk(tree)):
        if index in fixed:
            continue
        for number, words in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(changed)) if i == index)
            _apply(target, number)
            ast.fix_missing_locations(changed)
            yield Mutant(getattr(node, "lineno", 0), words, changed)


def _decorations(tree: ast.Module) -> Iterator[int]:
    """What stands in decorators: rule ids and the kind of a dataclass, not behaviour."""
    order = {id(node): index for index, node in enumerate(ast.walk(tree))}
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", []):
            yield from (order[id(part)] for part in ast.walk(decorator))


def _changes(node: ast.AST) -> list[str]:
    """What can be changed in one node, in words."""
    match node:
        case ast.Compare(ops=ops):
            return [
                f"{type(op).__name__} -> {COMPARISONS[type(op)].__name__}"
                for op in ops
                if type(op) in COMPARISONS
            ]
        case ast.BoolOp():
            return ["and <-> or"]
        case ast.UnaryOp(op=ast.Not()):
            return ["not removed"]
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return ["+ <-> -"]
        case ast.Constant(value=bool()):
            return ["truth value turned round"]
        case ast.Constant(value=int()):
            return ["number + 1"]
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            return [f"{name} -> {CALLS[name]}"]
        case ast.Attribute(value=ast.Name(id="Level"), attr=attr) if attr in LEVELS:
            return [f"{attr} -> {LEVELS[attr]}"]
    return []


def _apply(node: ast.AST, number: int) -> None:
    """Make the change of that number in place."""
    match node:
        case ast.Compare():
            node.ops[number] = COMPARISONS[type(node.ops[number])]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            # "not not x" keeps the kind of value and loses the negation.
            node.operand = ast.UnaryOp(op=ast.Not(), operand=node.operand)
        case ast.BinOp():
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        case ast.Constant(value=bool()):
            node.value = not node.value
        case ast.Constant(value=int()):
            node.value = node.value + 1
        case ast.Call(func=ast.Name() as name):
            name.id = CALLS[name.id]
        case ast.Attribute():
            node.attr = LEVELS[node.attr]


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives out the changed module instead of the one on disk."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """This module only; everything else is loaded as always."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        """An ordinary module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code in it."""
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)  # noqa: S102 - its purpose


def is_killed(path: Path, mutant: Mutant, tests: list[str], configuration: Path) -> bool:
    """Judge one mutant in a child process: any failing test, error or endless loop kills it."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            hypothesis.settings.register_profile("mutants", max_examples=40, deadline=None)
            hypothesis.settings.load_profile("mutants")
            os.environ["ORACLE_EXAMPLES"] = "400"
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
            sys.meta_path.insert(0, _Changed(name, path, mutant.tree))
            quiet = io.StringIO()
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                code = int(pytest.main(_arguments(tests, configuration)))
        os._exit(code)
    return _exit_code(child) != 0


def _arguments(tests: list[str], configuration: Path) -> list[str]:
    shown = ["-x", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    return [*shown, "-c", str(configuration), f"--rootdir={PROJECT}", *tests]


def _exit_code(child: int) -> int:
    """Wait for the child, but not for ever."""

    def too_long(*_: object) -> None:
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(TIME_LIMIT_SECONDS)
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status)


def say(line: str) -> None:
    """One line for the person who waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--tests", nargs="+", default=list(DEFAULT_TESTS))
    options = parser.parse_args()
    sys.path.insert(0, str(PROJECT))
    killed = total = 0
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as configuration:
        configuration.write(f"[pytest]\npythonpath = {PROJECT}\n")
        configuration.flush()
        for file in options.files:
            path = file.resolve()
            sound = Mutant(0, "nothing", ast.parse(path.read_text()))
            if is_killed(path, sound, options.tests, Path(configuration.name)):
                say(f"{file}: the tests do not pass as it is; nothing can be said")
                return 2
            for mutant in mutants(path.read_text()):
                total += 1
                if is_killed(path, mutant, options.tests, Path(configuration.name)):
                    killed += 1
                else:
                    say(f"survived {file}:{mutant.line} {mutant.words}")
            say(f"{file}: so far {killed} of {total} killed")
    say(f"{killed} of {total} killed, {100 * killed / max(total, 1):.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
