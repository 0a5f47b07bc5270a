"""Settings of production: all values come from the environment. Values that protect people have no default."""

from django.core.exceptions import ImproperlyConfigured

from sscportal.settings.base import *  # noqa: F403 - settings modules build on each other
from sscportal.settings.base import BASE_URL, env, required

DEBUG = False
DEMO_MODE = False
REFUSE_POWERFUL_ROLE = True
if env.bool("SSC_DEMO_MODE", default=False):
    raise ImproperlyConfigured("SSC_DEMO_MODE is set: production settings never run with demo personas.")

SECRET_KEY = required("SSC_SECRET_KEY", "a random string of at least 50 characters, kept secret.")
if len(SECRET_KEY) < 50 or "demo" in SECRET_KEY or SECRET_KEY.startswith(("change", "django-insecure")):
    raise ImproperlyConfigured(
        "SSC_SECRET_KEY is a sample or too short: give a random string of 50 characters."
    )
ALLOWED_HOSTS = [
    h for h in required("SSC_ALLOWED_HOSTS", "the portal's host names, with commas.").split(",") if h
]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("SSC_ALLOWED_HOSTS is open to every name: list the portal's own.")
required(
    "SSC_BASE_URL",
    "the portal's own address, such as https://groups.example.org; mail links are built from it.",
)
required("SSC_SMTP_URL", "the mail server, such as smtp+tls://user:password@mail.example.org:587.")

# Plain http is allowed only on localhost, for measuring and for security tests (make prodlike).
PLAIN_HTTP = env.bool("SSC_PLAIN_HTTP", default=False)
if PLAIN_HTTP and not BASE_URL.startswith(("http://localhost", "http://127.0.0.1")):
    raise ImproperlyConfigured(
        "SSC_PLAIN_HTTP is set: that is for this machine alone, with SSC_BASE_URL on localhost."
    )
if not PLAIN_HTTP:
    if not BASE_URL.startswith("https://"):
        raise ImproperlyConfigured("SSC_BASE_URL must start with https:// in production.")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked on the machine itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Browsers keep a host name on the list for years, so the operator says so (hstspreload.org).
    SILENCED_SYSTEM_CHECKS = ["security.W021"]  # asks for preloading
    SECURE_HSTS_PRELOAD = env.bool("SSC_HSTS_PRELOAD", default=False)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_SECURE = True
else:
    MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
