"""Reference data of every app, for a new portal."""

from groups.reference import load as load_groups
from members.reference import load as load_members
from reporting.reference import load as load_reporting


def load_reference() -> None:
    """Load each app's reference data; lower apps come first. Existing rows do not change."""
    load_groups()
    load_members()
    load_reporting()
