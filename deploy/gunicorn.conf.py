"""Settings of the web server in production. Sizes come from the environment; other values are the same everywhere."""

import contextlib
import gc
import os
import socket
import struct
import tempfile
import threading
from typing import Any

from gunicorn.glogging import Logger

from core.logs import without_secrets

bind = os.environ.get("SSC_WEB_BIND", "0.0.0.0:8000")  # in the container's own network
workers = int(os.environ.get("SSC_WEB_WORKERS", "2"))
threads = int(os.environ.get("SSC_WEB_THREADS", "8"))
timeout = 60
# The proxy hands on complete requests (deploy/Caddyfile). These bounds hold where a request arrives without it: seconds
# without a byte, and seconds for a whole body. A thread that waits for a body serves nobody else.
SILENCE = int(os.environ.get("SSC_WEB_SILENCE_SECONDS", "5"))
BODY = int(os.environ.get("SSC_WEB_BODY_SECONDS", "20"))
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
graceful_timeout = 30
keepalive = 5
max_requests = 2000  # gunicorn replaces a worker after this many requests; the jitter spreads this over time
max_requests_jitter = 400
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - memory, not a disk
accesslog = None  # core.access_log writes one line for each answer, without queries and secrets
# The processes share their figures for Prometheus in this folder, which is empty at each start.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="ssc-metrics-"))


class ServerLogger(Logger):
    """gunicorn's logger, without the secrets of paths."""

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log an error of the server itself. Its arguments may contain the address of the request."""
        super().exception(msg, *(without_secrets(str(value)) for value in args), **kwargs)


logger_class = ServerLogger


def post_worker_init(worker: Any) -> None:
    """Bound the silence of clients, and exclude loaded objects from garbage collection."""
    for listener in worker.sockets:  # accepted connections inherit the option
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE, 0))
    keep_loaded_objects()


def pre_request(worker: Any, req: Any) -> None:
    """Stop reading from the client when its body takes longer than BODY seconds."""
    if bytes_missing(req):
        req.body_timer = threading.Timer(BODY, stop_reading, [req.unreader.sock])
        req.body_timer.daemon = True
        req.body_timer.start()


def post_request(worker: Any, req: Any, environ: Any, resp: Any) -> None:
    """End the timer of a body. When a part of the body has not arrived, do not wait for it any more.

    gunicorn would wait for the rest, and then for the client's end of the connection, in its main thread.
    """
    if timer := getattr(req, "body_timer", None):
        timer.cancel()
    if bytes_missing(req):
        stop_reading(req.unreader.sock)


def bytes_missing(req: Any) -> bool:
    """Return whether a part of the request's body has not arrived. A body without a length counts as incomplete."""
    left = getattr(req.body.reader, "length", None)
    return left is None or left > len(req.unreader.buf.getvalue())


def stop_reading(connection: socket.socket) -> None:
    """Make the next read from the client end at once. The answer can still be sent."""
    with contextlib.suppress(OSError):  # the client has gone
        connection.shutdown(socket.SHUT_RD)


def keep_loaded_objects() -> None:
    """Exclude the objects that were loaded at the start from garbage collection: they are needed until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def child_exit(server: Any, worker: Any) -> None:
    """Remove the gauges of a process that has ended."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - reads the folder's name when it is loaded

    multiprocess.mark_process_dead(worker.pid)
