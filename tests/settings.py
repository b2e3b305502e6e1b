"""Settings of the tests: the product's own, on servers of this test process.

Django reads its settings before any conftest, so the servers are started here. Everything the
product reads from the environment is named, so that a developer's own variables change nothing.
"""

from __future__ import annotations

import os

from local import for_tests

_database, _broker = for_tests.start()
os.environ.update(
    DATABASE_URL=_database,
    REDIS_URL=_broker,
    DEBUG="false",
    SECRET_KEY="only-for-tests-0123456789-abcdefghijklmnop",
    FIELD_KEY="only-for-tests-9876543210-ponmlkjihgfedcba",
    SITE_URL="http://localhost:8000",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    EMAIL_URL="smtp://127.0.0.1:9",
    EMAIL_WEBHOOK_SECRET="",
    SMS_PROVIDER="console",
    SMS_WEBHOOK_URL="",
    SMS_WEBHOOK_SECRET="",
    SMS_PER_SECOND="0",
    EMAIL_PER_SECOND="0",
    TWILIO_ACCOUNT_SID="",
    TWILIO_AUTH_TOKEN="",
    TWILIO_FROM="",
    TWILIO_MESSAGING_SERVICE_SID="",
    TWILIO_API_URL="",
    HEARTBEAT_URL="",
    SENTRY_DSN="",
)

from isotrack.settings import *  # noqa: E402, F403 - the environment comes first

# The password's strength is not what is tested here, and the real hash takes 0.1 s each time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No manifest: the files are served from where they lie.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# Found when asked for: listing them all would cost every new test client 50 ms.
WHITENOISE_AUTOREFRESH = True
