"""The product's settings with the route of the bare page, and not as for development.

``DEBUG`` would have Django write down every statement of every request beside the answer.
"""

from isotrack.settings import *  # noqa: F403 - all of them

DEBUG = False
ROOT_URLCONF = "benchmarks.bare"
