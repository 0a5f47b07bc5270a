"""The WSGI application, which the web server runs. It does not start as a powerful role of the database."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sscportal.settings.production")

application = get_wsgi_application()

from core.pg import roles  # noqa: E402 - the settings are read by now

roles.refuse_power()
