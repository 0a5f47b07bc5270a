"""Settings that are the same everywhere. Other values come from the environment (see .env.example)."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from core import errors_reported
from core.pg.limits import Limits
from sscportal.settings.apps import PORTAL_APPS

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()


def required(name: str, what: str) -> str:
    """Return the environment variable. Raises ImproperlyConfigured with a sentence when it is not set."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {what}")
    return value


# ---------------------------------------------------------------- Applications
INSTALLED_APPS = [
    "sscportal",
    *PORTAL_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.orcid",
    "guardian",
    "django_htmx",
    "template_partials",
    "django_countries",
    "csp",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "core.access_log.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before WhiteNoise, so that static files have the policy too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.LongRequestMiddleware",
    "core.middleware.ServiceFaultMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.HtmxRedirectMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.destination.DestinationMiddleware",
    "core.middleware.PrivatePagesMiddleware",
    "core.middleware.AuditContextMiddleware",
    "accounts.limited_pages.LimitsMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "sscportal.urls"
WSGI_APPLICATION = "sscportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "core.templatetags.portal",
                "core.templatetags.figures",
                "workspace.templatetags.frame",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.portal",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "core.forms.PortalRenderer"

# ---------------------------------------------------------------- Database
# There are two roles. DATABASE_URL is for the run-time role, which owns no table. Migrations run as the owner.
AS_OWNER = env.str("SSC_DB_AS", default="") == "owner"
OWNER_DATABASE_URL = env.str("SSC_DATABASE_OWNER_URL", default="")
_database_url = OWNER_DATABASE_URL if AS_OWNER else ""
_database_url = _database_url or required(
    "DATABASE_URL",
    "the address of PostgreSQL. 'make demo' and 'make test' start a private one; elsewhere give the address.",
)
DATABASES = {"default": env.db_url_config(_database_url)}
DATABASES["default"].update(
    ENGINE="core.pg",
    ATOMIC_REQUESTS=True,
    CONN_MAX_AGE=env.int("SSC_DB_CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
    DISABLE_SERVER_SIDE_CURSORS=True,  # with a pooler, each transaction may use another connection
)
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
# For how many seconds a statement may run, a statement may wait for a lock, and a transaction may do nothing. 0 is no
# limit. Each is a house rule.
DATABASE_LIMITS = {
    # The slowest page needs well under a second. A page that waits for a lock holds one of the web server's threads, so
    # it gives up before all threads wait. A PDF is drawn within a transaction, after up to 35 seconds (core.pdf).
    "pages": Limits(
        statement=env.float("SSC_PAGE_STATEMENT_SECONDS", default=10),
        lock=env.float("SSC_PAGE_LOCK_SECONDS", default=3),
        idle_in_transaction=60,
    ),
    # Jobs and commands read and write many rows. Celery stops a job after CELERY_TASK_TIME_LIMIT.
    "jobs": Limits(statement=240, lock=30, idle_in_transaction=240),
    # Pages queue behind a migration that waits for a table. The migration gives up before they do, and is run again.
    # Once it has its lock, it may work for as long as it needs.
    "owner": Limits(statement=0, lock=2, idle_in_transaction=0),
}
# The role that pages and jobs use. It gets its rights after each migration.
RUNTIME_ROLE = env.str("SSC_RUNTIME_ROLE", default="ssc_app")
# Web, worker and beat refuse to start as another kind of role. The demo and the tests may be run as any role.
REFUSE_POWERFUL_ROLE = False
# `manage.py backup`: the address of a role that sees every row and changes none, and the folder of pg_dump.
BACKUP_DATABASE_URL = env.str("SSC_BACKUP_URL", default="")
POSTGRES_PROGRAMS = env.str("SSC_PG_BIN", default="")
# The version of the code, which backups and error reports name.
RELEASE = (
    env.str("SSC_RELEASE", default="")
    or tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
)

# ---------------------------------------------------------------- Redis: broker, cache, limits
REDIS_URL = required(
    "REDIS_URL",
    "the address of the Redis or Valkey that queues jobs. 'make demo' and 'make test' start a private one; "
    "elsewhere give it.",
)
# A server of its own, with a bound on its memory and allkeys-lru: drawn PDFs must never fill the memory of the queue.
CACHE_URL = required(
    "SSC_CACHE_URL",
    "the address of the Redis or Valkey that caches. It is not the server of REDIS_URL. 'make demo' and 'make test' "
    "start a private one; elsewhere give it.",
)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "core.cache.FallbackCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "ssc",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    },
    # Limits use this cache when Redis does not answer.
    "database": {"BACKEND": "core.cache.TableCache", "LOCATION": "core_cache"},
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_TRANSPORT = "sscportal.broker:Transport"
CELERY_BEAT_SCHEDULER = "sscportal.beat:SurvivingScheduler"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5, "max_retries": 1}
CELERY_TASK_PUBLISH_RETRY = (
    False  # scheduled tasks read what is due from the database; a lost message delays it a minute
)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "send-waiting-mail": {"task": "core.mail.tasks.send_waiting_mail", "schedule": timedelta(seconds=20)},
    "send-due-reminders": {"task": "duties.tasks.send_due_reminders", "schedule": timedelta(minutes=10)},
    "forget-old-forms": {"task": "core.tasks.forget_old_forms", "schedule": timedelta(hours=24)},
    "forget-old-attempts": {"task": "accounts.tasks.forget_old_attempts", "schedule": timedelta(hours=24)},
    "clear-ended-sessions": {"task": "core.tasks.clear_ended_sessions", "schedule": timedelta(hours=24)},
    "forget-expired-cache": {"task": "core.tasks.forget_expired_cache", "schedule": timedelta(hours=24)},
    # A worker that comes back does not need the beats that it missed.
    "beat": {"task": "core.tasks.beat", "schedule": timedelta(seconds=20), "options": {"expires": 20}},
    "raise-alarms": {
        "task": "core.tasks.raise_alarms",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 240},
    },
    "expire-handshakes": {"task": "members.tasks.expire_handshakes", "schedule": timedelta(minutes=15)},
}

# ---------------------------------------------------------------- Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:task-list"
LOGOUT_REDIRECT_URL = "workspace:directory"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.validators.VariedPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.sign_in_forms.LoginForm",
    "add_email": "accounts.sign_in_forms.AddEmailForm",
    "change_email": "accounts.sign_in_forms.ChangeEmailForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
    "request_login_code": "accounts.sign_in_forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.sign_in_forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "accounts.sign_in_forms.ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": "accounts.sign_in_forms.ConfirmPasswordResetCodeForm",
}
MFA_FORMS = {
    "authenticate": "accounts.sign_in_forms.AuthenticateForm",
    "reauthenticate": "accounts.sign_in_forms.SecondReauthenticateForm",
    "activate_totp": "accounts.sign_in_forms.ActivateTOTPForm",
    "add_webauthn": "accounts.sign_in_forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.sign_in_forms.EditWebAuthnForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
# The portal counts attempts in the database (accounts.limited_pages).
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("SSC_TRUSTED_PROXIES", default=0)
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "SSC Groups"
MFA_TOTP_TOLERANCE = 1  # a code also counts 30 seconds before and after its time
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_STORE_TOKENS = False
ORCID_CLIENT_ID = env.str("SSC_ORCID_CLIENT_ID", default="")
SOCIALACCOUNT_PROVIDERS = (
    {
        "orcid": {
            "BASE_DOMAIN": env.str("SSC_ORCID_DOMAIN", default="orcid.org"),
            "APPS": [
                {
                    "client_id": ORCID_CLIENT_ID,
                    "secret": env.str("SSC_ORCID_SECRET", default=""),
                    "key": "",
                }
            ],
        }
    }
    if ORCID_CLIENT_ID
    else {}
)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # messages name people
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None

# ---------------------------------------------------------------- Audit
# Each event row contains who acted, in which role and through which channel, so no row is updated later.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()

# ---------------------------------------------------------------- Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "sscportal.formats"  # English dates as "6 March 2026"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# How many seconds the portal's clock is ahead of the machine's clock, for tests and rehearsals.
CLOCK_SHIFT = timedelta(seconds=env.int("SSC_CLOCK_SHIFT", default=0))

# ---------------------------------------------------------------- Pages
BASE_URL = env.str("SSC_BASE_URL", default="http://localhost:8000").rstrip("/")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("SSC_STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static_files.PortalStaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A longer request is refused before any of its body is read. The largest upload is a logo (core.pictures). The proxy
# has the same limit (deploy/Caddyfile).
LONGEST_REQUEST = 12_000_000
# Where people report a weakness of the portal: mailto:… or https://…. Without it there is no security.txt.
SECURITY_CONTACT = env.str("SSC_SECURITY_CONTACT", default="")
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []

# ---------------------------------------------------------------- Mail
_smtp = env.email_url_config(env.str("SSC_SMTP_URL", default="smtp://127.0.0.1:1025"))
EMAIL_BACKEND = "core.mail.backend.WatchedBackend"
EMAIL_HOST, EMAIL_PORT = _smtp["EMAIL_HOST"], _smtp["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _smtp["EMAIL_HOST_USER"] or "", _smtp["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = bool(_smtp.get("EMAIL_USE_TLS")), bool(_smtp.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 20  # well below MAIL_STALE_AFTER, or mails of a slow worker are sent again
DEFAULT_FROM_EMAIL = env.str("SSC_MAIL_FROM", default="SSC Groups <portal@ssc.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# The address of the Chair's Office, in the footer of pages and mails. Answers to mails go there. Empty: none is shown.
OFFICE_ADDRESS = env.str("SSC_OFFICE_ADDRESS", default="")
MAIL_STALE_AFTER = timedelta(minutes=10)
MAIL_BATCH = 100
# false: no mail is sent. A restored copy sends none in either case, until an operator says so (core.mail.live).
MAIL_LIVE = env.bool("SSC_MAIL_LIVE", default=True)

# For how many seconds a process may show reference data that another process has changed (core.cached).
REFERENCE_SECONDS = 15

# ---------------------------------------------------------------- Alarms and metrics
# People who get a mail when the portal has a problem. Django's own ADMINS stays empty: its mails contain requests.
ADMIN_ADDRESSES = env.list("SSC_ADMINS", default=[])
# With an address of Sentry, problems and errors are reported there instead.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    errors_reported.start(SENTRY_DSN, RELEASE)
# Prometheus shows this token to read /metrics. Without a token, the address answers nobody.
METRICS_TOKEN = env.str("SSC_METRICS_TOKEN", default="")

# ---------------------------------------------------------------- Demo
DEMO_MODE = False
SINK_DIR: Path | None = None

# ---------------------------------------------------------------- Logs
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "core.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("SSC_LOG_LEVEL", default="INFO")},
    "loggers": {
        # Logs contain the traceback, and no local variables or request bodies.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        # Django's access log of the development server and its notes about 404s repeat what the access log says.
        "access": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # The development server's lines have paths, so the formatter must see them.
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
