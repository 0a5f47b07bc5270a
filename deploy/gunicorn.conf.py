"""Settings of the web server in production. Sizes come from the environment; other values are the same everywhere."""

import gc
import os
from typing import Any

from gunicorn.glogging import Logger

from core.logs import client_address, without_secrets

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
accesslog = "-"
# No query strings, because they may contain what a person searched for.
access_log_format = "%(h)s %(t)s %(m)s %(U)s %(s)s %(B)s %(M)sms"


class AccessLogger(Logger):
    """gunicorn's logger. The access log names the client's own address, and no secret of a path."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """Return the values that `access_log_format` may use."""
        proxies = int(os.environ.get("SSC_TRUSTED_PROXIES", "0"))
        return super().atoms(resp, req, environ, request_time) | {
            "h": client_address(environ, proxies),
            "U": without_secrets(environ.get("PATH_INFO", "")),
        }

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log an error of the server itself. Its arguments may contain the address of the request."""
        super().exception(msg, *(without_secrets(str(value)) for value in args), **kwargs)


logger_class = AccessLogger


def post_worker_init(worker: Any) -> None:
    """Exclude the objects that were loaded at the start from garbage collection: they are needed until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
