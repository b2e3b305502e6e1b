"""Settings: one file, every value that differs between places from the environment.

``isotrack.env`` reads strictly; ``.env.example`` lists every variable. Nothing secret has a
default: ``make run`` writes its own secrets, production must name them.
"""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from isotrack import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What kind of place is this -------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY")
FIELD_KEY = env.secret("FIELD_KEY")
SITE_URL = env.text("SITE_URL", "http://localhost:8000" if DEBUG else "https://localhost").rstrip(
    "/"
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "localhost")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# The number of proxies in front that rewrite X-Forwarded-For (SEC-09): rate limits rely on it.
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
HTTPS = SITE_URL.startswith("https://")

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "isotrack.console_app.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # its widgets, found by the TemplatesSetting renderer
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "phonenumber_field",
    "template_partials",
    "audit",
    "people",
    "messaging",
    "courses",
    "monitoring",
    "look",
    "clinic",
    "portal",
    "isotrack",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before everything that may answer by itself, so that its answers carry the header too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "isotrack.middleware.headers",
    "isotrack.middleware.body_limit",
    "isotrack.middleware.language",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "isotrack.middleware.polled",
    "isotrack.middleware.session_limits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "isotrack.middleware.second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "isotrack.urls"
WSGI_APPLICATION = "isotrack.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "isotrack.context.page",
            ],
            "builtins": [
                "look.templatetags.components",
                "look.templatetags.structure",
                "look.templatetags.clinical",
                "look.templatetags.rows",
            ],
        },
    }
]

# --- Database, cache, broker ----------------------------------------------------------------
DATABASES = {"default": {**env.database("DATABASE_URL"), "CONN_MAX_AGE": 60}}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Django's own cursors never prepare; messaging/quick.py does, with the one statement of every text,
# and people/kept.py, with what a page asks each time. Both find rows by indexes whatever is given,
# so PostgreSQL keeps one plan of each: planning again took it a third of its time for a page.
DATABASES["default"]["OPTIONS"] = {
    "prepare_threshold": 1,
    "options": "-c plan_cache_mode=force_generic_plan",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In PostgreSQL, so that sign-in limits hold while Redis is away (SEC-09).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

REDIS_URL = env.text("REDIS_URL")

# --- Who signs in, and how ------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:front"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "people.forms.ResetPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "people.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# Patients only: staff have no page on which to make one (portal.views.passkeys).
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "IsoTrack"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

SESSION_IDLE_SECONDS = 15 * 60  # staff, SEC-10
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-isotrack" if HTTPS else "isotrack"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "isotrack.errors.csrf_failure"

# --- What every response says ---------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# --- Language, time, files ------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# A made-up language from the right, for looking at pages: `python -m local.pseudo` writes it.
_PSEUDO = BASE_DIR / "var" / "pseudo-locale"
if DEBUG and _PSEUDO.is_dir():
    LOCALE_PATHS.append(_PSEUDO)
    LANGUAGES.append(("xb", "xb"))
    LANGUAGES_BIDI = ["ar", "fa", "he", "ur", "xb"]
    LANG_INFO["xb"] = {"bidi": True, "code": "xb", "name": "Pseudo", "name_local": "xb"}
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "look.fields.Renderer"

# --- Reaching people ------------------------------------------------------------------------
EMAIL_WEBHOOK_SECRET = env.text("EMAIL_WEBHOOK_SECRET", "")
_mail = env.mail("EMAIL_URL", "smtp://localhost:25", proof=EMAIL_WEBHOOK_SECRET)
EMAIL_PROVIDER = str(_mail["EMAIL_PROVIDER"])
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
ANYMAIL = _mail["ANYMAIL"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "IsoTrack <no-reply@localhost>")
SMS_PROVIDER = env.choice("SMS_PROVIDER", ("console", "webhook", "twilio"), "console")
SMS_WEBHOOK_URL = env.text("SMS_WEBHOOK_URL", "")
SMS_WEBHOOK_SECRET = env.text("SMS_WEBHOOK_SECRET", "")
if SMS_PROVIDER == "webhook" and not (SMS_WEBHOOK_URL and SMS_WEBHOOK_SECRET):
    raise ImproperlyConfigured("SMS_PROVIDER=webhook needs SMS_WEBHOOK_URL and SMS_WEBHOOK_SECRET.")
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = env.text("TWILIO_FROM", "")
TWILIO_MESSAGING_SERVICE_SID = env.text("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_API_URL = env.text("TWILIO_API_URL", "https://api.twilio.com").rstrip("/")
if SMS_PROVIDER == "twilio":
    if not (TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN):
        raise ImproperlyConfigured(
            "SMS_PROVIDER=twilio needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        )
    if bool(TWILIO_FROM) == bool(TWILIO_MESSAGING_SERVICE_SID):
        raise ImproperlyConfigured(
            "SMS_PROVIDER=twilio needs either TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID."
        )
# Notifications on patients' devices; off without a key. `manage.py vapid_key` makes one.
VAPID_PRIVATE_KEY, VAPID_PUBLIC_KEY = env.vapid_keys("VAPID_PRIVATE_KEY")
VAPID_SUBJECT = env.text("VAPID_SUBJECT", "")
if VAPID_PRIVATE_KEY and not VAPID_SUBJECT.startswith(("mailto:", "https://")):
    raise ImproperlyConfigured("VAPID_SUBJECT must be a mailto: or https: address of yours.")
# The services of browsers' makers, the only ones that notifications are sent to.
PUSH_HOSTS = env.words(
    "PUSH_HOSTS",
    "fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,"
    "*.push.apple.com,*.notify.windows.com",
)
# What each provider takes in a second, over all workers; 0: as fast as we can (REM-15).
MOST_A_SECOND = {
    "sms": env.number("SMS_PER_SECOND", 10),
    "email": env.number("EMAIL_PER_SECOND", 10),
    "push": env.number("PUSH_PER_SECOND", 0),
}
if min(MOST_A_SECOND.values()) < 0:
    raise ImproperlyConfigured("SMS_, EMAIL_ and PUSH_PER_SECOND cannot be less than 0.")
HEARTBEAT_URL = env.text("HEARTBEAT_URL", "")
# No error tracker is built in yet: what it would see must first be proved free of private data.
if env.text("SENTRY_DSN", ""):
    raise ImproperlyConfigured("SENTRY_DSN is not available yet; leave it empty.")
PHONENUMBER_DEFAULT_FORMAT = "E164"
PHONENUMBER_DB_FORMAT = "E164"

# --- Logs: structured, with a correlation id, without private data ---------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"redacted": {"()": "isotrack.logs.Redacted"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["redacted"],
        }
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
}
logs.configure()
