"""Run the portal on one machine, for demos, tests and measuring: services, processes, launchers, demo pages.

Production neither imports nor installs this package, and its image does not contain it. The modules that start the
services and processes do not import Django. Only `mail`, `codes`, `urls`, `bench_urls` and the command do.
"""
