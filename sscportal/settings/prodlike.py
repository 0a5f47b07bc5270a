"""Production's settings with the demo's commands installed, only for `make prodlike`.

`make prodlike` runs `portal_state`, `migrate` and `seed_demo` with these settings. The web server, the worker and beat
use the plain production settings. The production image does not contain the two packages, so no process can start
there with these settings.
"""

from sscportal.settings.apps import TOOL_APPS
from sscportal.settings.production import *  # noqa: F403 - settings modules build on each other
from sscportal.settings.production import INSTALLED_APPS

INSTALLED_APPS = [*TOOL_APPS, *INSTALLED_APPS]
