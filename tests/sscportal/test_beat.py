"""Beat goes on when its file cannot be written."""

from __future__ import annotations

import errno
import shelve

import pytest
from celery.beat import PersistentScheduler

from sscportal.beat import SurvivingScheduler
from sscportal.celery import app


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def scheduler_of(kind, folder):
    return kind(app=app, schedule_filename=str(folder / "schedule"), lazy=False)


def test_a_full_disk_does_not_end_beat_and_the_file_is_written_once_there_is_room(
    tmp_path, monkeypatch, caplog
):
    scheduler = scheduler_of(SurvivingScheduler, tmp_path)
    with monkeypatch.context() as full:
        full.setattr(shelve.Shelf, "__setitem__", full_disk)
        scheduler.schedule["send-waiting-mail"].total_run_count = 41
        scheduler.sync()
    assert "could not be written" in caplog.text
    assert set(scheduler.schedule) >= set(app.conf.beat_schedule)

    scheduler.sync()
    scheduler.close()
    again = scheduler_of(SurvivingScheduler, tmp_path)
    assert again.schedule["send-waiting-mail"].total_run_count == 41
    again.close()


def test_celerys_own_scheduler_ends_with_a_full_disk(tmp_path, monkeypatch):
    """The control."""
    scheduler = scheduler_of(PersistentScheduler, tmp_path)
    scheduler.schedule["send-waiting-mail"].total_run_count = 41
    monkeypatch.setattr(shelve.Shelf, "__setitem__", full_disk)
    with pytest.raises(OSError, match="No space left"):
        scheduler.sync()


def test_the_settings_name_this_scheduler():
    assert app.conf.beat_scheduler == "sscportal.beat:SurvivingScheduler"
