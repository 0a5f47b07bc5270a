"""The audit trail as sentences. Each app registers a sentence for each of its verbs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups.roles import OFFICES

if TYPE_CHECKING:
    from core.models import AuditEntry

_sentences: dict[str, str | Promise] = {}
_office_only: set[str] = set()

SENTENCES = {
    "groups.details_changed": gettext_lazy("%(by)s changed the group’s details."),
    "groups.person_appointed": gettext_lazy("%(by)s appointed %(name)s: %(office)s."),
    "groups.appointment_ended": gettext_lazy("%(by)s ended the office of %(name)s: %(office)s."),
    "groups.leadership_delegated": gettext_lazy(
        "%(by)s delegated leadership in writing to %(name)s until %(until)s."
    ),
    "groups.leader_appointed": gettext_lazy("%(by)s appointed %(name)s: %(office)s."),
    "groups.leader_ended": gettext_lazy("%(by)s ended the office of %(name)s: %(office)s."),
    "groups.staff_appointed": gettext_lazy("%(by)s appointed %(name)s: %(staff_role)s."),
    "groups.staff_ended": gettext_lazy("%(by)s ended the role of %(name)s: %(staff_role)s."),
    "groups.logo_changed": gettext_lazy("%(by)s changed the group’s logo."),
    "groups.logo_removed": gettext_lazy("%(by)s took the group’s logo away."),
    "groups.group_closed": gettext_lazy("%(by)s closed the group."),
}


def register(sentences: Mapping[str, str | Promise], *, office_only: bool = False) -> None:
    """Add sentences by verb. A sentence may contain %(by)s and every key of the act's detail.

    With `office_only`, the group's own people never learn that such an act happened. Acts without a sentence are not
    shown to them either.
    """
    _sentences.update(sentences)
    if office_only:
        _office_only.update(sentences)


def for_the_group() -> list[str]:
    """Return the verbs of the acts that the group's leaders may read about."""
    return sorted(_sentences.keys() - _office_only)


class Act(NamedTuple):
    """One act of the audit trail. `by` is the name of the person who acted, or '' when the portal itself acted."""

    at: datetime
    verb: str
    detail: dict[str, Any]
    by: str


def act_of(entry: AuditEntry) -> Act:
    """Return the act that an entry of the audit trail records."""
    return Act(entry.at, entry.verb, entry.detail, entry.by.name if entry.by else "")


def sentence(act: Act) -> str:
    """Return an act as a sentence in the reader's language. When no person acted, it names the portal."""
    pattern = _sentences.get(act.verb) or _("%(by)s made a change.")
    values: defaultdict[str, object] = defaultdict(lambda: "–", act.detail)
    if (office := str(values.get("office", ""))) in OFFICES:
        values["office"] = OFFICES[office].name
    values["by"] = act.by or _("The portal")
    return str(pattern) % values


register(SENTENCES)
