"""Settings of the demo on one machine: http, a local mail server (the sink), personas with known passwords."""

from pathlib import Path

from sscportal.settings.apps import TOOL_APPS
from sscportal.settings.base import *  # noqa: F403 - settings modules build on each other
from sscportal.settings.base import BASE_DIR, INSTALLED_APPS, env

DEBUG = False
DEMO_MODE = True
INSTALLED_APPS = [*TOOL_APPS, *INSTALLED_APPS]
SECRET_KEY = env.str(
    "SSC_SECRET_KEY", default="the demo signs nothing of value with this key, so it may be known"
)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
OFFICE_ADDRESS = env.str("SSC_OFFICE_ADDRESS", default="office@ssc.example")
SINK_DIR = Path(env.str("SSC_SINK_DIR", default=str(BASE_DIR / "var" / "demo-mail")))
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # browsers allow passkeys on http://localhost only
