"""The product's settings with static files that are built for one run."""

import os

from isotrack.settings import *  # noqa: F403 - all of them

STATIC_ROOT = os.environ["BENCH_STATIC"]
