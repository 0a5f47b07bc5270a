"""Fixtures that several tests of the whole project share."""

from tests.repository.world import world

__all__ = ["world"]
