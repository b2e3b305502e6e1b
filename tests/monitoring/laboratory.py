"""The command ``import_labs`` at one clinic, as a laboratory's files meet it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from people.models import Clinic


class Laboratory:
    """The command at one clinic, on files in a folder of its own."""

    def __init__(self, folder: Path, clinic: Clinic) -> None:
        self.folder, self.clinic = folder, clinic

    def file(self, content: bytes, name: str = "a.hl7") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, *paths: Path, options: tuple[str, ...] = ()) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON answer."""
        out, code = StringIO(), 0
        try:
            call_command(
                "import_labs", *map(str, paths), "--clinic", self.clinic.slug, "--json", *options,
                stdout=out, stderr=StringIO(),
            )  # fmt: skip
        except CommandError as error:
            code = error.returncode
        said = out.getvalue()
        return code, json.loads(said) if said else {}

    def send(self, content: bytes, name: str = "a.hl7") -> dict[str, Any]:
        """The one entry of a file that can be used."""
        code, answer = self.run(self.file(content, name))
        assert code == 0, answer
        (entry,) = answer["messages"]
        return entry
