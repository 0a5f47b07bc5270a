"""Settings of `make bench` and `make shots`: the demo's settings, with one bare page to compare with."""

from sscportal.settings.demo import *  # noqa: F403 - settings modules build on each other

ROOT_URLCONF = "devstack.bench_urls"
