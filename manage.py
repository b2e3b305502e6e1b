#!/usr/bin/env python
"""Runs Django's and IsoTrack's commands.

Without settings in the environment it joins the clinic that ``make run`` keeps running in this
folder; where none runs, the settings say what is missing.
"""

import os
import shlex
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

# Commands that only ask the rules need neither secrets nor a database.
RULES_ONLY = {"replay"}
# Written by ``make run`` while it runs, readable by its owner alone.
RUNNING = Path(__file__).resolve().parent / "var" / "environment"


def join_running_clinic() -> None:
    """Take the variables of the running clinic, unless the environment names its own."""
    if "SECRET_KEY" in os.environ or not RUNNING.exists():
        return
    for word in shlex.split(RUNNING.read_text("utf-8")):
        name, _, value = word.partition("=")
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    rules_only = len(sys.argv) > 1 and sys.argv[1] in RULES_ONLY
    if not rules_only:
        join_running_clinic()
    settings = "isotrack.settings_rules" if rules_only else "isotrack.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    execute_from_command_line(sys.argv)
