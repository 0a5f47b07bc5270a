"""Reference data of every app, for a fresh portal."""

from groups.reference import load as load_groups
from members.reference import load as load_members
from reporting.reference import load as load_reporting


def load_reference() -> None:
    """Load what each app brings, in the order they need each other. Rows that exist are left as edited."""
    load_groups()
    load_members()
    load_reporting()
