"""The queue of jobs in Redis: what is no message is logged and dropped, and the worker goes on.

Kombu's own transport takes text from the queue and reads it. When the text is no message, its exception ends the
worker.
"""

from __future__ import annotations

import logging
from queue import Empty
from typing import Any

from kombu.transport import redis

logger = logging.getLogger(__name__)


class Channel(redis.Channel):
    """Kombu's channel, which passes over text that is no message."""

    def _brpop_read(self, **options: Any) -> Any:
        """Read one message and hand it to the worker. Raises Empty when there is none, or when it is unreadable.

        Redis has removed the text from the queue by then, so it does not come back. The log does not repeat the text.
        """
        try:
            return super()._brpop_read(**options)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            logger.warning(
                "queue: a message was dropped, because it cannot be read (%s)", type(error).__name__
            )
            raise Empty from error


class Transport(redis.Transport):
    """Kombu's Redis transport with the channel above."""

    Channel = Channel
