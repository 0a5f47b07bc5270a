"""A pytest plugin: starts a temporary PostgreSQL and Valkey for the run, unless the environment names servers.

It is loaded by `-p tests.services_plugin` before the settings are read. Workers of pytest-xdist inherit the
variables.
"""

from __future__ import annotations

import atexit
import os

import pytest

from devstack.services import Stack

_stack: Stack | None = None

if "PYTEST_XDIST_WORKER" not in os.environ:
    _stack = Stack(throwaway=True).start()
    if _stack.sockets:
        # For the one test that makes roles: docs/operations.md gives this to PostgreSQL's superuser.
        os.environ.setdefault(
            "SSC_TEST_SUPERUSER_URL", f"postgres://postgres@/postgres?host={_stack.sockets}"
        )
    atexit.register(_stack.stop)  # when pytest gives up before it is configured


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the run is over, also after an interrupt."""
    if _stack is not None:
        _stack.stop()
