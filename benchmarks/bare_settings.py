"""The product's settings with the route of the bare page."""

from isotrack.settings import *  # noqa: F403 - all of them

ROOT_URLCONF = "benchmarks.bare"
