"""What several tests of the whole share."""

from tests.repository.world import world

__all__ = ["world"]
