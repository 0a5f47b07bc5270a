"""Figures for Prometheus: answers and their durations, PDFs, mails, jobs.

The processes of a web server share a folder (PROMETHEUS_MULTIPROC_DIR, set by deploy/gunicorn.conf.py), and any of them
answers for all. Nothing here names a person or a group: a view's name stands for its address.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

from core import health

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
ANSWERS = Counter("ssc_answers", "Answers by view, method and status", ["view", "method", "status"])
ANSWER_SECONDS = Histogram(
    "ssc_answer_seconds",
    "Seconds to an answer, by view",
    ["view"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
PDF_SECONDS = Histogram(
    "ssc_pdf_seconds",
    "Seconds to draw a PDF, by result",
    ["result"],
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
)


def count_answer(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count one answer. Methods that the portal does not know are counted together."""
    ANSWERS.labels(view, method if method in METHODS else "other", str(status)).inc()
    ANSWER_SECONDS.labels(view).observe(seconds)


class StateCollector:
    """The portal's state at the moment of the question, from core.health."""

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges. A figure that cannot be read is left out."""
        state = health.state()
        mails = GaugeMetricFamily("ssc_mails", "Mails of the outbox by state", labels=["state"])
        for name, number in state.mails.items():
            mails.add_metric([name], number)
        yield mails
        single = {
            "ssc_database_up": ("1 when the database answers", float(state.database)),
            "ssc_redis_up": ("1 when Redis answers", float(state.redis)),
            "ssc_mail_live": ("1 when this database sends mail", state.mail_live),
            "ssc_oldest_mail_seconds": ("Age of the oldest mail that is due", state.oldest_mail_seconds),
            "ssc_jobs_waiting": ("Jobs that no worker has taken yet", state.jobs_waiting),
            "ssc_beat_seconds": ("Seconds since a scheduled job ran last", state.beat_seconds),
        }
        for name, (meaning, value) in single.items():
            if value is not None:
                yield GaugeMetricFamily(name, meaning, value=value)


def exposition() -> bytes:
    """Return all figures in Prometheus's text format."""
    state = CollectorRegistry()
    state.register(StateCollector())
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)
    return generate_latest(counted) + generate_latest(state)
