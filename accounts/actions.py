"""What people change about themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RegionCountry, User
from core import audit, codes
from core.errors import DomainError
from core.mail import limits, outbox
from core.mail.eligibility import Unchecked

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


def lock_person(person: User) -> None:
    """Lock the person's row: acts that call this for one person come one after the other.

    The lock is FOR NO KEY UPDATE, so rows that refer to the person can still be added.
    """
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)


def proof_address(person: User) -> str:
    """Return the proved address that codes are sent to, or '' when the person has none."""
    proved = EmailAddress.objects.filter(user=person, verified=True).order_by("-primary", "pk")
    return proved.values_list("email", flat=True).first() or ""


@transaction.atomic
def send_proof_code(*, person: User) -> str:
    """Mail a code for a fresh proof to the person's own proved address. Returns the code's hash.

    Raises DomainError when the person has no proved address, TooManyMails after six codes within an hour.
    """
    lock_person(person)  # requests at the same moment are counted one after the other
    address = proof_address(person)
    if not address:
        raise DomainError(_("First prove that your email address is yours"), code="no_address")
    sent = limits.mails(beginning=f"accounts.proof-code:{person.pk}:")
    if again := limits.PROOF_CODES.free_at(sent, "queued_at"):
        raise limits.TooManyMails(
            _(
                "Several codes were sent within the hour. Use the latest one. You can get another one after %(moment)s."
            )
            % {"moment": limits.moment_text(again)}
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
