"""Finds scenario files: a file is taken as it is, a folder is walked in order."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from monitoring.replay.reading import Place


def scenario_files(paths: Iterable[str]) -> Iterator[Path]:
    """The files that ``paths`` name, each once, folders sorted by path.

    Raises StoryError where a path does not exist or a folder holds no ``*.yaml``.
    """
    seen: set[Path] = set()
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found = sorted(each for each in path.rglob("*.yaml") if each.is_file())
            if not found:
                raise Place(text, 1).refuse("the folder holds no *.yaml")
        elif path.exists():
            found = [path]
        else:
            raise Place(text, 1).refuse("there is no such file or folder")
        for each in found:
            resolved = each.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield each
