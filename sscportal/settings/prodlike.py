"""Production's settings with the demo's commands installed, for `make prodlike` alone.

`make prodlike` runs `portal_state`, `migrate` and `seed_demo` with these settings. The web server, the worker and beat
run under plain production settings. The image of production does not contain the two packages, so nothing starts there
under these settings.
"""

from sscportal.settings.apps import TOOL_APPS
from sscportal.settings.production import *  # noqa: F403 - settings modules build on each other
from sscportal.settings.production import INSTALLED_APPS

INSTALLED_APPS = [*TOOL_APPS, *INSTALLED_APPS]
