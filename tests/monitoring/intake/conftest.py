"""What every test of the laboratory readers runs with."""

from __future__ import annotations

from hypothesis import settings

# The first example of a property pays for imports and caches; on a busy machine that is no fault.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
