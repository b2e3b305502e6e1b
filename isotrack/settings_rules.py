"""Settings for commands that only ask the rules: no secrets, no database, nothing to configure.

``manage.py replay`` judges stories that are complete in themselves. It must run on any machine,
before anything has been set up, and quickly.
"""

INSTALLED_APPS = ["monitoring.replay.apps.RulesOnly"]
DATABASES: dict[str, dict[str, str]] = {}
USE_TZ = True
TIME_ZONE = "UTC"
