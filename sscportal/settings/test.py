"""Settings of the test suite: the demo's settings, with plain static files and a fast password hasher."""

from urllib.parse import urlsplit

from sscportal.settings.base import (
    BASE_DIR,
    CACHE_URL,
    CACHES,
    DATABASES,
    RUNTIME_ROLE,
    STORAGES,
    env,
    required,
)
from sscportal.settings.demo import *  # noqa: F403 - settings modules build on each other

# The owner creates and migrates the test database; the tests themselves run under the run-time role.
DATABASES["default"].update(
    env.db_url_config(
        required("SSC_DATABASE_OWNER_URL", "the owner's address, who creates the test database.")
    ),
    ENGINE="tests.pg",
    CONN_MAX_AGE=0,
)
DATABASES["default"]["TEST"] = {"RUNTIME_ROLE": RUNTIME_ROLE}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = False
SINK_DIR = BASE_DIR / "var" / "test-mail"
SECURITY_CONTACT = "mailto:security@example.org"
# Each worker of the suite has its own cache. If all shared one, a worker would empty it during another one's test.
_number = int(env.str("PYTEST_XDIST_WORKER", default="gw0").removeprefix("gw")) % 8 + 1
_place = urlsplit(CACHE_URL)
if _place.scheme == "unix":
    CACHES["default"]["OPTIONS"]["db"] = _number
else:  # the client would use a number in the address instead of the option
    CACHES["default"]["LOCATION"] = _place._replace(path=f"/{_number}").geturl()
