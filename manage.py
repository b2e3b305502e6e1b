#!/usr/bin/env python
"""Runs Django's and IsoTrack's commands."""

import os
import sys

from django.core.management import execute_from_command_line

# Commands that only ask the rules need neither secrets nor a database.
RULES_ONLY = {"replay"}

if __name__ == "__main__":
    rules_only = len(sys.argv) > 1 and sys.argv[1] in RULES_ONLY
    settings = "isotrack.settings_rules" if rules_only else "isotrack.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    execute_from_command_line(sys.argv)
