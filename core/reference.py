"""Read reference data from the CSV files of the apps."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps


def rows(app: str, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of `<app>/data/<name>.csv` as dictionaries, in the order of the file."""
    path = Path(apps.get_app_config(app).path) / "data" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
