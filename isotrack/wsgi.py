"""The WSGI application any server can run: ``isotrack.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isotrack.settings")
application = get_wsgi_application()
