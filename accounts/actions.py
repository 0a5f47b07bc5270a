"""What people change about themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RegionCountry, User
from core import audit, clock, codes
from core.errors import DomainError
from core.mail import outbox
from core.mail.eligibility import Unchecked
from core.mail.models import OutgoingMail

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

# A fresh proof is valid for a quarter of an hour, so an hour's work needs four codes. Two more are for mistakes.
PROOF_CODES_PER_HOUR = 6


@transaction.atomic
def update_profile(*, person: User, by: User, **data: Any) -> User:
    """Save a person's profile. The country decides the region.

    The sign-in address is not part of the profile: a person changes it by proving a new one. Saving the same values
    again changes nothing. Raises TypeError for a field that is not in PROFILE.
    """
    if unknown := sorted(data.keys() - set(PROFILE)):
        raise TypeError(f"update_profile does not know these fields: {', '.join(unknown)}")
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
    # Field names only: the audit trail says that a field changed, and the row history says from what to what.
    audit.record("accounts.profile_changed", by=by, about=row, fields=sorted(changed))
    return row


def proof_address(person: User) -> str:
    """Return the proved address that codes are sent to, or '' when the person has none."""
    proved = EmailAddress.objects.filter(user=person, verified=True).order_by("-primary", "pk")
    return proved.values_list("email", flat=True).first() or ""


@transaction.atomic
def send_proof_code(*, person: User) -> str:
    """Mail a code for a fresh proof to the person's own proved address. Returns the code's hash.

    Raises DomainError when the person has no proved address, and after six codes within an hour. The codes are
    counted in the outbox, so the limit works without a cache.
    """
    address = proof_address(person)
    if not address:
        raise DomainError(_("First prove that your email address is yours"), code="no_address")
    sent = OutgoingMail.objects.filter(
        key__startswith=f"accounts.proof-code:{person.pk}:", queued_at__gt=clock.now() - timedelta(hours=1)
    ).count()
    if sent >= PROOF_CODES_PER_HOUR:
        raise DomainError(
            _("Several codes were sent within the hour. Use the latest one, or wait an hour."),
            code="too_many_codes",
            status=429,
        )
    code = codes.new_code()
    context = {
        "heading": gettext_lazy("Your code to confirm that it is you"),
        "sentence": gettext_lazy("Here is the code that confirms that it is you:"),
        "code": code,
    }
    outbox.queue_template(
        "accounts/emails/proof_code",
        context,
        key=outbox.once_only(f"accounts.proof-code:{person.pk}"),
        to=address,
        recipient=person,
        still_due=Unchecked.PERSON_WAITS,
        holds_secret=True,
    )
    return codes.hashed(code)
