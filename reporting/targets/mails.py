"""Mails about targets, written into the outbox in the transaction of the change."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.mail import outbox
from core.mail.eligibility import about, check_row
from groups.queries import people_in_office
from groups.roles import RoleCode
from reporting.models import TargetSet
from reporting.states import TargetSetState


def _link(person: User, name: str, *args: object) -> str:
    """The full address of a page in the person's language. The host comes from the settings, not from a request."""
    with translation.override(person.language):
        return settings.BASE_URL + reverse(name, args=args)


def _period(target_set: TargetSet) -> tuple[str, int, int]:
    years = target_set.quadrennium.years
    return target_set.group.slug, years[0], years[-1]


def targets_submitted(target_set: TargetSet, *, by: User) -> None:
    """Tell the group's contacts at the Chair's Office that the group sent its targets."""
    for person in people_in_office([RoleCode.NETWORK_SUPPORT], clock.today()):
        outbox.queue_template(
            "reporting/emails/targets_submitted",
            {
                "group": target_set.group,
                "period": target_set.quadrennium.label,
                "by": by.name,
                "button_url": _link(person, "reporting:target-review", *_period(target_set)),
                "button_label": _("Read the targets"),
            },
            key=f"targets-submitted:{target_set.pk}:{target_set.version}:{person.pk}",
            recipient=person,
            still_due=about("reporting.targets_submitted", target_set, person, target_set.version),
        )


def targets_decided(target_set: TargetSet, *, by: User) -> None:
    """Tell the leaders the decision of the Chair's Office."""
    kind = "targets_agreed" if target_set.state == TargetSetState.AGREED else "targets_returned"
    for person in people_in_office([RoleCode.LEADER], clock.today()):
        outbox.queue_template(
            f"reporting/emails/{kind}",
            {
                "group": target_set.group,
                "period": target_set.quadrennium.label,
                "by": by.name,
                "word": target_set.word,
                "button_url": _link(person, "reporting:target-list", *_period(target_set)),
                "button_label": _("Open the targets"),
            },
            key=f"targets-{target_set.state}:{target_set.pk}:{target_set.version}:{person.pk}",
            recipient=person,
            still_due=about(f"reporting.{kind}", target_set, person, target_set.version),
        )


# ---------------------------------------------------------------- What is asked before a mail is sent


def _still(target_set: TargetSet, version: str, state: TargetSetState, reader: int, code: RoleCode) -> bool:
    """Whether the targets are in this state and version, and the reader has the office today."""
    people = {person.pk for person in people_in_office([code], clock.today())}
    return (target_set.state, str(target_set.version)) == (state, version) and reader in people


@check_row("reporting.targets_submitted", TargetSet)
def targets_are_to_review(target_set: TargetSet, reader: int, version: str) -> bool:
    """The targets are with the Chair's Office, and the reader is the group's network support."""
    return _still(target_set, version, TargetSetState.SUBMITTED, reader, RoleCode.NETWORK_SUPPORT)


@check_row("reporting.targets_agreed", TargetSet)
def targets_are_agreed(target_set: TargetSet, reader: int, version: str) -> bool:
    """The targets are approved, and the reader leads the group."""
    return _still(target_set, version, TargetSetState.AGREED, reader, RoleCode.LEADER)


@check_row("reporting.targets_returned", TargetSet)
def targets_are_returned(target_set: TargetSet, reader: int, version: str) -> bool:
    """The targets are with the group again, and the reader leads it."""
    return _still(target_set, version, TargetSetState.RETURNED, reader, RoleCode.LEADER)
