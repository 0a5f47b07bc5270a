"""The membership conditions as a fresh portal has them. A version that exists is never changed."""

from datetime import date
from pathlib import Path

from members.models import Conditions

DATA = Path(__file__).parent / "data"
VERSIONS = {"2026": date(2021, 1, 1)}


def load() -> None:
    """Add the versions that are missing. Running this again changes nothing."""
    for version, valid_from in VERSIONS.items():
        texts = {
            f"text_{code}": (DATA / f"conditions-{version}.{code}.txt").read_text(encoding="utf-8").strip()
            for code in ("en", "fr", "es")
        }
        Conditions.objects.get_or_create(version=version, defaults={"valid_from": valid_from, **texts})
