"""What people change about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from core import audit

if TYPE_CHECKING:
    from accounts.models import User

PROFILE = (
    "given_name",
    "family_name",
    "country",
    "institution",
    "expertise",
    "orcid",
    "language",
    "public_email",
    "share_contact",
)


@transaction.atomic
def update_profile(*, person: User, by: User, **data: Any) -> User:
    """Save what a person tells about themselves; the region follows from the country.

    The sign-in address is not among it: it changes by proving a new one. Saving what stands changes nothing.
    """
    from accounts.models import RegionCountry, User

    row = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    changed = {name: data[name] for name in PROFILE if name in data and getattr(row, name) != data[name]}
    if not changed:
        return row
    for name, value in changed.items():
        setattr(row, name, value)
    fields = [*changed]
    if "country" in changed:
        place = RegionCountry.objects.filter(country=row.country).first() if row.country else None
        row.region_id = place.region_id if place else None
        fields.append("region")
    row.save(update_fields=fields)
    # Field names only: the trail tells that something changed, the row history what.
    audit.record("accounts.profile_changed", by=by, about=row, fields=sorted(changed))
    return row
