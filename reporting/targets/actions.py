"""Acts on the targets of a quadrennium: add, change, drop, send, and the decision of the Chair's Office.

Each act locks the set of targets, so codes are given out one after the other and nothing changes while it is
being decided about (guidelines 8.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, clock
from core.errors import Conflict, NotAllowed
from groups.access import roles_of
from groups.models import Group, Quadrennium
from groups.roles import Permission
from reporting.errors import MovedOn, NothingToSend, TargetsLocked, WrongTarget
from reporting.models import CyclePair, KeyResult, Target, TargetSet
from reporting.states import TARGET_MOVES, TargetSetState
from reporting.targets import mails
from reporting.targets.access import (
    why_no_targets,
    why_not_decide_targets,
    why_not_edit_target,
    why_not_edit_targets,
)


@dataclass(frozen=True)
class TargetAnswers:
    """The answers that describe a target. Component and sub-category are codes of a pair in the plan."""

    component: str
    subcategory: str
    text: str
    due_year: int
    key_result: int | None = None
    indicator: str = ""
    baseline: str = ""
    quantity: Decimal | None = None

    @classmethod
    def of(cls, target: Target) -> TargetAnswers:
        """The target's present answers."""
        return cls(
            component=target.component_id,
            subcategory=target.subcategory_id,
            text=target.text,
            due_year=target.due_year,
            key_result=target.key_result_id,
            indicator=target.indicator,
            baseline=target.baseline,
            quantity=target.quantity,
        )

    def put_on(self, target: Target) -> None:
        """Write the answers into the row, without saving it."""
        target.component_id = self.component
        target.subcategory_id = self.subcategory
        target.key_result_id = self.key_result
        target.text = self.text
        target.indicator = self.indicator
        target.baseline = self.baseline
        target.quantity = self.quantity
        target.due_year = self.due_year


def require(by: User, permission: Permission, group: Group | int) -> None:
    """Raise NotAllowed unless the person has the permission now."""
    if not roles_of(by).may(permission, group):
        raise NotAllowed(_("Your offices in this group do not include this step."))


def _check(answers: TargetAnswers, period: Quadrennium, *, before: int | None = None) -> None:
    """Raise WrongTarget when the answers do not fit the period's plan or years. `before` is the earlier due year."""
    if answers.due_year not in period.years:
        raise WrongTarget(
            _("Choose a due year between %(first)d and %(last)d.")
            % {"first": period.years[0], "last": period.years[-1]}
        )
    if answers.due_year < clock.today().year and answers.due_year != before:
        raise WrongTarget(
            _("%(year)d is over. Choose %(now)d or a later year.")
            % {"year": answers.due_year, "now": clock.today().year}
        )
    if answers.quantity is not None and answers.quantity < 0:
        raise WrongTarget(_("Enter a quantity of 0 or more."))
    if not CyclePair.objects.filter(
        plan__quadrennium=period, component=answers.component, subcategory=answers.subcategory
    ).exists():
        raise WrongTarget(_("Choose a sub-category that belongs to this part of the cycle."))
    if (
        answers.key_result
        and not KeyResult.objects.filter(plan__quadrennium=period, pk=answers.key_result).exists()
    ):
        raise WrongTarget(
            _("Choose a Key Species Result of the plan for %(period)s.") % {"period": period.label}
        )


def _lock(target_set: TargetSet) -> TargetSet:
    return (
        TargetSet.objects.select_for_update(of=("self",))
        .select_related("quadrennium", "group")
        .get(pk=target_set.pk)
    )


def _touch(target_set: TargetSet) -> None:
    """Increase the set's version, so that a decision about an older version is refused."""
    target_set.version += 1
    target_set.save(update_fields=["version"])


@transaction.atomic
def add_target(*, group: Group, period: Quadrennium, by: User, answers: TargetAnswers) -> Target:
    """Add a target with the next code of the group's set; the first one begins the set.

    Raises NotAllowed, TargetsLocked, WrongTarget.
    """
    require(by, Permission.EDIT_TARGETS, group)
    if reason := why_no_targets(group):
        raise TargetsLocked(reason)
    _check(answers, period)
    with audit.context(by=by):
        TargetSet.objects.bulk_create([TargetSet(group=group, quadrennium=period)], ignore_conflicts=True)
        target_set = _lock(TargetSet.objects.get(group=group, quadrennium=period))
        if reason := why_not_edit_targets(target_set, period, clock.today()):
            raise TargetsLocked(reason)
        last = target_set.targets.aggregate(last=Max("number"))["last"] or 0
        target = Target(group=group, target_set=target_set, number=last + 1)
        answers.put_on(target)
        target.save()
        _touch(target_set)
        audit.record("reporting.target_added", by=by, about=target, group=group, code=target.code)
    return target


def _lock_target(target: Target) -> Target:
    """Lock the target's set and return the target as it is now."""
    target_set = _lock(target.target_set)
    fresh = Target.objects.select_for_update(of=("self",)).get(pk=target.pk)
    fresh.target_set = target_set
    return fresh


@transaction.atomic
def edit_target(*, target: Target, by: User, answers: TargetAnswers, version: int) -> Target:
    """Change a target; `version` is the version that the person saw. Saving the same answers changes nothing.

    Raises Conflict with both texts when another person saved first; NotAllowed, TargetsLocked, WrongTarget.
    """
    require(by, Permission.EDIT_TARGETS, target.group_id)
    with audit.context(by=by):
        target = _lock_target(target)
        if reason := why_not_edit_target(target, clock.today()):
            raise TargetsLocked(reason)
        present = TargetAnswers.of(target)
        if answers == present:
            return target
        _check(answers, target.target_set.quadrennium, before=target.due_year)
        if version != target.version:
            raise Conflict(
                _("Somebody else changed this target while you were writing. Nothing of yours is lost."),
                theirs=_as_words(present),
                yours=_as_words(answers),
            )
        answers.put_on(target)
        target.version += 1
        target.save()
        _touch(target.target_set)
        changed = [
            field.name
            for field in fields(answers)
            if getattr(answers, field.name) != getattr(present, field.name)
        ]
        audit.record(
            "reporting.target_changed",
            by=by,
            about=target,
            group=target.group_id,
            code=target.code,
            fields=changed,
        )
    return target


def _as_words(answers: TargetAnswers) -> dict[str, str]:
    """The answers as text, by field; codes are not replaced by names."""
    return {
        field.name: "" if getattr(answers, field.name) is None else str(getattr(answers, field.name))
        for field in fields(answers)
    }


@transaction.atomic
def drop_target(*, target: Target, by: User, why: str) -> Target:
    """Drop a target with a reason. It stays in the list, and no other target gets its code.

    Dropping a dropped target changes nothing. Raises NotAllowed, TargetsLocked.
    """
    require(by, Permission.EDIT_TARGETS, target.group_id)
    with audit.context(by=by):
        target = _lock_target(target)
        if target.dropped_at is not None:
            return target
        if reason := why_not_edit_target(target, clock.today()):
            raise TargetsLocked(reason)
        target.dropped_at = clock.now()
        target.dropped_why = why
        target.version += 1
        target.save(update_fields=["dropped_at", "dropped_why", "version"])
        _touch(target.target_set)
        audit.record("reporting.target_dropped", by=by, about=target, group=target.group_id, code=target.code)
    return target


def _move(target_set: TargetSet, to: TargetSetState) -> None:
    """Set the new state. Raises TargetsLocked when TARGET_MOVES does not allow it from the present state."""
    if to not in TARGET_MOVES.get(TargetSetState(target_set.state), set()):
        raise TargetsLocked(
            _("This step does not fit: the targets are “%(state)s”.")
            % {"state": target_set.get_state_display()}
        )
    target_set.state = to


@transaction.atomic
def submit_targets(*, target_set: TargetSet, by: User, version: int | None = None) -> TargetSet:
    """Send the targets to the Chair's Office. The group's network support gets a mail.

    Sending sent targets changes nothing. `version` is the version of the set that the leader saw; None skips
    this check.
    Raises NotAllowed, NothingToSend, MovedOn, TargetsLocked.
    """
    require(by, Permission.SUBMIT_TARGETS, target_set.group_id)
    with audit.context(by=by):
        target_set = _lock(target_set)
        if target_set.state == TargetSetState.SUBMITTED:
            return target_set
        if not target_set.targets.filter(dropped_at=None).exists():
            raise NothingToSend(_("Add at least one target before you send them."))
        if version is not None and version != target_set.version:
            raise MovedOn(_("The targets changed while you were reading. Read them again, then send them."))
        _move(target_set, TargetSetState.SUBMITTED)
        target_set.submitted_at = clock.now()
        target_set.submitted_by = by
        target_set.version += 1
        target_set.save(update_fields=["state", "submitted_at", "submitted_by", "version"])
        audit.record(
            "reporting.targets_submitted",
            by=by,
            about=target_set,
            group=target_set.group_id,
            period=target_set.quadrennium.label,
        )
        mails.targets_submitted(target_set, by=by)
    return target_set


def agree_targets(*, target_set: TargetSet, by: User, version: int, word: str = "") -> TargetSet:
    """Approve the version that was read. The targets are then locked and public. See `_decide`."""
    return _decide(target_set, TargetSetState.AGREED, by=by, version=version, word=word)


def return_targets(*, target_set: TargetSet, by: User, version: int, word: str) -> TargetSet:
    """Send the targets back with a message. The group can change them again. See `_decide`."""
    return _decide(target_set, TargetSetState.RETURNED, by=by, version=version, word=word)


@transaction.atomic
def _decide(target_set: TargetSet, to: TargetSetState, *, by: User, version: int, word: str) -> TargetSet:
    """Record the decision. The leaders get a mail; the same decision by the same person again changes nothing.

    Raises NotAllowed when the person sent or changed the targets or holds an office in the group, MovedOn when
    the person saw another version, TargetsLocked when the targets are not with the Chair's Office.
    """
    held = roles_of(by)
    if not held.may(Permission.DECIDE_TARGETS, target_set.group_id):
        raise NotAllowed(_("Your offices in this group do not include this step."))
    with audit.context(by=by):
        target_set = _lock(target_set)
        if (
            target_set.state == to
            and target_set.decided_by_id == by.pk
            and version in (target_set.version, target_set.version - 1)
        ):
            return target_set
        if target_set.state == TargetSetState.SUBMITTED and version != target_set.version:
            raise MovedOn(_("The group sent a newer version. Read it before you decide."))
        _move(target_set, to)
        if reason := why_not_decide_targets(target_set, by, held):
            raise NotAllowed(reason)
        target_set.decided_at = clock.now()
        target_set.decided_by = by
        target_set.word = word
        target_set.version += 1
        target_set.save(update_fields=["state", "decided_at", "decided_by", "word", "version"])
        agreed = to == TargetSetState.AGREED
        audit.record(
            "reporting.targets_agreed" if agreed else "reporting.targets_returned",
            by=by,
            about=target_set,
            group=target_set.group_id,
            period=target_set.quadrennium.label,
        )
        mails.targets_decided(target_set, by=by)
    return target_set
