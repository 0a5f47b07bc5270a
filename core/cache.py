"""The shared cache. When Redis does not answer, a table of the database serves, so that limits still work.

Nothing is pickled: a person who can write into Redis or into the table must not be able to run code in the portal. A
value is a number, text, True, False, None, a list or a dict of these, or bytes.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# The first byte of a stored value says what follows.
_BYTES, _JSON = b"b", b"j"
# A table is no place for large values, such as PDFs.
LONGEST_IN_TABLE = 64 * 1024
# After a failure, a process asks Redis again after this time. Otherwise each call of a request would wait for it.
PAUSE = 5.0


# The statements of the cache table, whose name is put in. A row that has expired counts as missing.
_GET = "SELECT value FROM {} WHERE cache_key = %s AND expires > clock_timestamp()"
_WRITE = (
    "INSERT INTO {} AS old (cache_key, value, expires) VALUES (%s, %s, to_timestamp(%s))"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
)
_IF_EXPIRED = "WHERE old.expires <= clock_timestamp()"
_TOUCH = "UPDATE {} SET expires = to_timestamp(%s) WHERE cache_key = %s AND expires > clock_timestamp()"
_DELETE = "DELETE FROM {} WHERE cache_key = %s"
_CLEAR = "DELETE FROM {}"
_FORGET = "DELETE FROM {} WHERE expires <= clock_timestamp()"


class Unreadable(ValueError):
    """A stored value was not written by this module."""


class Serializer:
    """Turns values into bytes and back. Django's Redis cache uses it. Whole numbers stay numbers for Redis."""

    def dumps(self, value: Any) -> int | bytes:
        """Return what is stored. Raises ValueError for a value that JSON would change, such as a tuple."""
        return value if type(value) is int else to_bytes(value)

    def loads(self, data: Any) -> Any:
        """Return the value. Raises Unreadable when this class did not write the data."""
        try:
            return int(data)
        except ValueError:
            return from_bytes(data)


def to_bytes(value: Any) -> bytes:
    """Return the value as bytes. Raises ValueError for a value that JSON would change, such as a tuple."""
    if isinstance(value, bytes):
        return _BYTES + value
    text = json.dumps(value)
    if json.loads(text) != value:
        raise ValueError(f"The cache cannot store a {type(value).__name__} without changing it.")
    return _JSON + text.encode()


def from_bytes(data: bytes) -> Any:
    """Return the value that `to_bytes` wrote. Raises Unreadable for other data."""
    kind, rest = data[:1], data[1:]
    if kind == _BYTES:
        return rest
    if kind == _JSON:
        try:
            return json.loads(rest)
        except ValueError as error:
            raise Unreadable("The JSON is damaged.") from error
    raise Unreadable("The value has no known kind.")


class FallbackCache(RedisCache):
    """Django's Redis cache with JSON. A call that Redis does not answer goes to the cache table instead.

    A value that another program wrote counts as missing, and is deleted.
    """

    # Until when a process does not ask the Redis of an address. Django makes a cache object for each thread.
    _paused_until: dict[str, float] = {}

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**params.get("OPTIONS", {}), "serializer": Serializer}
        super().__init__(server, {**params, "OPTIONS": options})
        self._address = str(server)

    def _either(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._paused_until.get(self._address, 0):
            try:
                return getattr(super(), name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                logger.warning("cache: Redis did not answer (%s), the database serves", type(error).__name__)
                self._paused_until[self._address] = time.monotonic() + PAUSE
        return getattr(caches["database"], name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._either("add", *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return self._either("get", key, default, version)
        except Unreadable:
            logger.warning("cache: a value of unknown origin was deleted")
            self.delete(key, version)
            return default

    def set(self, *args: Any, **kwargs: Any) -> None:
        return self._either("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._either("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._either("delete", *args, **kwargs)

    def get_many(self, keys: Any, version: int | None = None) -> dict:
        found = {key: self.get(key, self, version) for key in keys}
        return {key: value for key, value in found.items() if value is not self}

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._either("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return self._either("incr", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list:
        return self._either("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        return self._either("delete_many", *args, **kwargs)


class TableCache(BaseCache):
    """A cache in a table of the database, which serves while Redis is away. Django's own would pickle the values.

    A value that is longer than LONGEST_IN_TABLE is not stored.
    """

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._table = connection.ops.quote_name(table)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = self._run(_GET, [self._name(key, version)])
        try:
            return from_bytes(base64.b64decode(found[0], validate=True)) if found else default
        except ValueError:  # damaged, or written by Django's own cache
            return default

    def set(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write(_WRITE, key, value, timeout, version)

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._write(f"{_WRITE} {_IF_EXPIRED}", key, value, timeout, version)

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._run(_TOUCH, [self._ends(timeout), self._name(key, version)]))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._run(_DELETE, [self._name(key, version)]))

    def clear(self) -> None:
        self._run(_CLEAR, [])

    def forget_expired(self) -> None:
        """Delete the rows that have expired."""
        self._run(_FORGET, [])

    def _write(
        self, statement: str, key: Any, value: Any, timeout: float | None, version: int | None
    ) -> bool:
        written = base64.b64encode(to_bytes(value)).decode()
        if len(written) > LONGEST_IN_TABLE:
            return False
        return bool(self._run(statement, [self._name(key, version), written, self._ends(timeout)]))

    def _run(self, statement: str, values: list[Any]) -> Any:
        """Run a statement. Return the row that it found, or how many rows it changed."""
        with connection.cursor() as cursor:
            cursor.execute(statement.format(self._table), values)
            return cursor.fetchone() if cursor.description else cursor.rowcount

    def _name(self, key: Any, version: int | None) -> str:
        name: str = self.make_and_validate_key(key, version=version)
        return name

    def _ends(self, timeout: float | None) -> float:
        end = self.get_backend_timeout(timeout)
        return float("inf") if end is None else end
