"""Settings of the web server in production. Sizes come from the environment; other values are the same everywhere."""

import gc
import os
import tempfile
from typing import Any

bind = os.environ.get("SSC_WEB_BIND", "0.0.0.0:8000")  # in the container's own network
workers = int(os.environ.get("SSC_WEB_WORKERS", "2"))
threads = int(os.environ.get("SSC_WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 2000  # gunicorn replaces a worker after this many requests; the jitter spreads this over time
max_requests_jitter = 400
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - memory, not a disk
accesslog = None  # core.access_log writes one line for each answer, without queries and secrets
# The processes share their figures for Prometheus in this folder, which is empty at each start.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="ssc-metrics-"))


def post_worker_init(worker: Any) -> None:
    """Exclude the objects that were loaded at the start from garbage collection: they are needed until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def child_exit(server: Any, worker: Any) -> None:
    """Remove the gauges of a process that has ended."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - reads the folder's name when it is loaded

    multiprocess.mark_process_dead(worker.pid)
