"""Records which columns this version of the code writes, so that the next version's migrations can be tested with them.

Run it at each release, before the first migration of the next version is written:

    .venv/bin/python -m tools.former

tests/repository/test_former_version.py then runs the recorded statements on the newest schema, because the processes of
the former version go on working while the migrations of a release run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import django

RECORD = Path("tests/repository/former_columns.json")


def columns() -> dict[str, list[str]]:
    """Return the columns that an INSERT of Django names, by table, for every model of the portal that the code writes.

    Set Django up before. Triggers write the event tables, and migrations replace the triggers themselves.
    """
    import pghistory.models  # noqa: PLC0415 - models are there once Django is set up
    from django.apps import apps  # noqa: PLC0415 - as above
    from django.db.models import AutoField  # noqa: PLC0415 - as above

    from sscportal.settings.apps import PORTAL_APPS  # noqa: PLC0415 - as above

    ours = {name.partition(".")[0] for name in PORTAL_APPS}
    return {
        model._meta.db_table: sorted(
            str(field.column)
            for field in model._meta.local_concrete_fields
            if not isinstance(field, AutoField)
        )
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in ours
        and model._meta.managed
        and not issubclass(model, pghistory.models.Event)
    }


def main() -> None:
    """Write the record."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sscportal.settings.demo")
    for name in ("DATABASE_URL", "REDIS_URL"):  # the models are read, and no server is asked
        os.environ.setdefault(name, "postgres:///unused" if name == "DATABASE_URL" else "redis://localhost")
    django.setup()
    RECORD.write_text(json.dumps(columns(), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
