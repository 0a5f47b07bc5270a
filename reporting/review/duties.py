"""The duty of the Chair's Office: answer what groups without network support have sent.

House rule: a report or a target set of a group with network support is the duty of that person. The others are the
duty of the Chair's Office as a queue, one line for all of them (docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duties.registry import Duty, DutyQuery, Step, provider
from groups.access import roles_of
from groups.queries import network_holders
from groups.roles import NETWORK_ROLES, Permission
from reporting.deadlines import answer_due_on
from reporting.network import NOBODY, REPORTS, TARGETS, waiting_reports, waiting_targets, waiting_url

MINUTES_EACH = 30
# The staff of the Chair's Office: the network roles that decide about reports and targets.
OFFICE = tuple(code for code, role in NETWORK_ROLES.items() if Permission.REVIEW_REPORT in role.permissions)
# One line of a reminder in a week, from a week before the oldest answer is due, as long as something waits.
STEPS = (Step("queue", -7),)


@provider("reporting.review")
def duties(query: DutyQuery) -> Iterator[Duty]:
    """The queue of the Chair's Office as one duty of each of its staff; none about single groups. Seven queries.

    The key names the week, because the queue is never the same for long: a person gets one line a week at most.
    """
    if query.group_ids is not None:
        return
    if query.person is None:
        people = network_holders(OFFICE, query.day)
    else:
        held = query.held or roles_of(query.person, query.day)
        people = (query.person.pk,) if held.network.intersection(OFFICE) else ()
    if not people:
        return
    reports = [row for row in waiting_reports(None, query.day) if not row.network_support]
    targets = [row for row in waiting_targets(None, query.day) if not row.network_support]
    sent = [row.standing.submitted_at for row in (*reports, *targets) if row.standing.submitted_at]
    if not sent:
        return
    year, week, _day = query.day.isocalendar()
    yield Duty(
        key=f"office-queue:{year}:{week}",
        title=_("Review %(what)s of groups without network support")
        % {"what": in_words(len(reports), len(targets))},
        url=waiting_url(REPORTS if reports else TARGETS, support=NOBODY),
        due_on=answer_due_on(min(sent)),
        people=people,
        minutes=MINUTES_EACH * len(sent),
        steps=STEPS,
    )


def in_words(reports: int, targets: int) -> str:
    """The numbers of reports and target sets for use in a sentence, without those that are 0."""
    of_reports = ngettext("%(n)d report", "%(n)d reports", reports) % {"n": reports}
    of_targets = ngettext("%(n)d target set", "%(n)d target sets", targets) % {"n": targets}
    if reports and targets:
        return _("%(reports)s and %(targets)s") % {"reports": of_reports, "targets": of_targets}
    return of_targets if targets else of_reports
