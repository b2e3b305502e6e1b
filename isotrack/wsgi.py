"""The WSGI application any server can run: ``isotrack.wsgi:application``."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isotrack.settings")
application = get_wsgi_application()
# Loads every view now; else whoever asks a new worker first waits for it.
reverse("portal:front")
# What is loaded stays: the collector need not look through it again in the midst of a request.
gc.collect()
gc.freeze()
