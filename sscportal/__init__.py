"""The project: settings, addresses, the Celery application, the door for the web server. No app imports this package.

Django loads the Celery application when it starts the apps (sscportal.apps), not here: the settings are modules of this
package, and Celery looks for the settings' name when its application is made.
"""
