"""Settings of `make bench` and `make shots`: the demo's, with one bare page to measure against."""

from sscportal.settings.demo import *  # noqa: F403 - settings modules build on each other

ROOT_URLCONF = "devstack.bench_urls"
