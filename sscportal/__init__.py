"""The project: settings, addresses, processes. Everything here may use every app; no app uses this package.

The Celery application is loaded by the processes that need it (`celery -A sscportal`) and by the apps' start,
not here: the supervisor of the embedded services imports this package before any settings exist.
"""
