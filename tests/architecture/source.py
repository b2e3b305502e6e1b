"""The project's own Python as syntax trees, for rules that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "protocol",
    "audit",
    "people",
    "messaging",
    "courses",
    "monitoring",
    "look",
    "clinic",
    "portal",
    "isotrack",
)


@dataclass(frozen=True)
class Function:
    """One function, with where it stands."""

    module: str
    name: str
    node: ast.FunctionDef

    @property
    def label(self) -> str:
        """``package.module.name``."""
        return f"{self.module}.{self.name}"

    def decorators(self) -> set[str]:
        """As written, without arguments."""
        return {ast.unparse(each).partition("(")[0] for each in self.node.decorator_list}

    def calls(self) -> Iterator[str]:
        """What is called, as written: ``planning.replan``, ``row.save``."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func)

    def names(self) -> set[str]:
        """Every name that is used, also where a function is handed on instead of called."""
        found = set()
        for node in ast.walk(self.node):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
        return found


def files(*packages: str) -> list[Path]:
    """Every file of the packages but the migrations."""
    return [
        path
        for package in packages or PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def functions() -> tuple[Function, ...]:
    """Every function and method of the product."""
    return tuple(
        Function(module_of(path), node.name, node)
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
    )
