"""Mails about targets, written into the outbox in the transaction of the change."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.mail import outbox
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
        )


def targets_decided(target_set: TargetSet, *, by: User) -> None:
    """Tell the leaders the decision of the Chair's Office."""
    agreed = target_set.state == TargetSetState.AGREED
    for person in people_in_office([RoleCode.LEADER], clock.today()):
        outbox.queue_template(
            "reporting/emails/targets_agreed" if agreed else "reporting/emails/targets_returned",
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
        )
