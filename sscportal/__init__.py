"""The project: settings, addresses, the Celery application, the WSGI application. No app imports this package.

Django loads the Celery application when it starts the apps (sscportal.apps). This module does not load it: the settings
are modules of this package, and Celery needs the settings when its application is created.
"""
