"""The scheduler of beat: it goes on when its file cannot be written, for example because the disk is full."""

from __future__ import annotations

import logging

from celery.beat import PersistentScheduler

logger = logging.getLogger(__name__)


class SurvivingScheduler(PersistentScheduler):
    """Celery's scheduler. The file only says what ran last; the database says what is due.

    While the file is not written, `deploy.healthcheck beat` reports that beat is silent.
    """

    def sync(self) -> None:
        """Write the file, or log that this failed. The next call tries again."""
        try:
            super().sync()
        except OSError as error:
            logger.warning("beat: the schedule could not be written (%s)", type(error).__name__)
            self._store.writeback = True  # shelve leaves this off after an error, and would never write again
