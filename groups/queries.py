"""Reads across groups and offices, as small frozen rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Count, Q, QuerySet

from accounts.models import User, full_name
from core import clock, scope
from core.compiled import compiled_query
from core.models import AuditEntry
from groups import activity, roles
from groups.models import Appointment, Group, NetworkAppointment, last_day, office_in_words
from groups.roles import RoleCode
from groups.sections import SECTIONS, section_of

# Offices whose terms are counted and shown: the SSC appoints to them and not the group (guidelines 6.1).
COUNTED = frozenset({"chair", "co_chair", "red_list_coordinator"})
# How many acts the overview of a group shows.
LAST_ACTS = 5


class InOffice(NamedTuple):
    """A person in office: what the pages show of them, and what lists are sorted by."""

    pk: int
    given_name: str
    family_name: str
    email: str
    public_email: str
    sort_key: str
    is_active: bool

    @property
    def name(self) -> str:
        """The given name and the family name, or a stand-in when the person has entered no name."""
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True)
class Holder:
    """One person in one office for one term. `appointment` is the id of the row."""

    appointment: int
    person: InOffice
    office: str
    topic: str
    note: str
    starts_on: date
    last_day: date | None
    term: int
    # The address a leader or coordinator agreed to make public; empty from the day the office ends (guidelines 3.5).
    contact: str = ""

    @property
    def role(self) -> roles.Role:
        """The role that the office gives."""
        return roles.OFFICES[self.office].role

    @property
    def office_name(self) -> str:
        """The name of the office, with its topic if it has one."""
        return office_in_words(self.office, self.topic)

    @property
    def work_address(self) -> str:
        """The address at which network support is written to: the agreed one, else the one of the account.

        For readers with Permission.VIEW_SUPPORT_CONTACT only (guidelines 3.5).
        """
        return self.person.public_email or self.person.email


@dataclass(frozen=True)
class Leadership:
    """The people in the offices of a group on a day (`now`), before that day, and after it (`coming`)."""

    day: date
    now: list[Holder] = field(default_factory=list)
    before: list[Holder] = field(default_factory=list)
    coming: list[Holder] = field(default_factory=list)

    def with_role(self, *codes: RoleCode) -> list[Holder]:
        """Return the people in office now whose office gives one of the roles."""
        return [holder for holder in self.now if holder.role.code in codes]


@compiled_query
def _appointments(group: int) -> QuerySet:
    """The appointments of the group, oldest first, each with the day of an early ending and its person."""
    return (
        Appointment.objects.filter(group=group)
        .order_by("starts_on", "pk")
        .values_list(
            *("pk", "office", "topic", "note", "starts_on", "ends_on", "ending__from_day"),
            *(f"person__{name}" for name in ("id", *InOffice._fields[1:])),
        )
    )


def leadership(group: Group, day: date | None = None) -> Leadership:
    """Return the offices of a group as of a day (default: today), in one query. Call this in the group's scope."""
    day, today = day or clock.today(), clock.today()
    terms: dict[tuple[int, RoleCode], int] = {}
    found = Leadership(day)
    for pk, office, topic, note, starts_on, ends_on, ended_from, *names in _appointments(group=group.pk):
        last = last_day(ends_on, ended_from)
        if last is not None and last < starts_on:
            continue  # ended before it began
        person, role = InOffice(*names), roles.OFFICES[office].role.code
        # A chair who becomes co-chair is still a leader, so terms are counted by role (guidelines 6.1).
        number = terms[(person.pk, role)] = terms.get((person.pk, role), 0) + 1
        in_office = starts_on <= today and (last is None or last >= today)
        public = in_office and role in roles.PUBLIC_CONTACT
        holder = Holder(
            *(pk, person, office, topic, note, starts_on, last, number),
            contact=person.public_email if public else "",
        )
        if last is not None and last < day:
            found.before.append(holder)
        elif starts_on > day:
            found.coming.append(holder)
        else:
            found.now.append(holder)
    found.now.sort(key=lambda one: (roles.OFFICES[one.office].order, one.person.sort_key))
    found.before.sort(key=lambda one: (one.last_day or date.min, one.person.sort_key), reverse=True)
    return found


# The people in office in a group: role code -> ids of the people.
Holders = Mapping[RoleCode, tuple[int, ...]]


def holders(day: date, group_ids: Collection[int] | None = None) -> dict[int, Holders]:
    """Return the active people in office on the day, in these groups or in all, by group id and role code.

    This takes one query. The caller must open a scope that can read these groups.
    """
    rows = Appointment.objects.on(day).filter(person__is_active=True)
    if group_ids is not None:
        rows = rows.filter(group__in=group_ids)
    found: dict[int, dict[RoleCode, set[int]]] = {}
    for group_id, office, person_id in rows.order_by().values_list("group_id", "office", "person_id"):
        code = roles.OFFICES[office].role.code
        found.setdefault(group_id, {}).setdefault(code, set()).add(person_id)
    return {
        group_id: {code: tuple(sorted(people)) for code, people in by_role.items()}
        for group_id, by_role in found.items()
    }


def network_holders(codes: Collection[RoleCode], day: date) -> tuple[int, ...]:
    """Return the ids of the active people who have one of these roles of the whole network on the day."""
    rows = NetworkAppointment.objects.on(day).filter(role__in=codes, person__is_active=True)
    return tuple(sorted(set(rows.order_by().values_list("person_id", flat=True))))


def people_in_office(codes: Collection[RoleCode], day: date) -> list[User]:
    """Return the active people with one of the roles on the day in the scope's group, each once, sorted by name."""
    rows = Appointment.objects.on(day).with_role(*codes).order_by().values("person")
    return list(User.objects.filter(pk__in=rows, is_active=True).order_by("sort_key"))


def leaders_of(group_ids: Collection[int], day: date | None = None) -> dict[int, list[str]]:
    """Return the names of the leaders in office of each group, in one query. For lists over many groups."""
    found: dict[int, list[str]] = {}
    names = ("given_name", "family_name")
    with scope.read_everywhere("directory"):
        rows = Appointment.objects.on(day).with_role(RoleCode.LEADER).filter(group__in=group_ids)
        rows = rows.order_by("office", "person__sort_key")
        for group_id, *parts in rows.values_list("group_id", *(f"person__{name}" for name in names)):
            found.setdefault(group_id, []).append(full_name(*parts))
    return found


@dataclass(frozen=True)
class Heading:
    """One heading of the directory with its number of open groups, in all and by category."""

    slug: str
    name: str
    groups: int
    by_category: dict[str, int]


def directory_headings() -> list[Heading]:
    """Return the headings of the directory with the number of open groups in each, in one query."""
    counts: dict[str, dict[str, int]] = {}
    rows = Group.objects.open().order_by().values_list("category_id", "subcategory").annotate(n=Count("pk"))
    for category, subcategory, n in rows:
        slug = section_of(category, subcategory).slug
        inside = counts.setdefault(slug, {})
        inside[category] = inside.get(category, 0) + n
    return [
        Heading(
            section.slug,
            str(section.name),
            sum(counts[section.slug].values()),
            counts[section.slug],
        )
        for section in SECTIONS
        if section.slug in counts
    ]


def found_groups(words: str) -> QuerySet[Group]:
    """Return the open groups whose name, acronym or remit contains the words, or the name of a leader in office.

    Accents and case make no difference. Without words, return all open groups.
    """
    groups = Group.objects.open()
    if not words:
        return groups
    with scope.read_everywhere("directory"):
        led = list(
            Appointment.objects.on()
            .with_role(RoleCode.LEADER, RoleCode.RED_LIST)
            .filter(person__in=User.objects.matching(words).order_by().values("pk"))
            .order_by()
            .values_list("group_id", flat=True)
        )
    return groups.filter(Q(pk__in=groups.matching(words).order_by().values("pk")) | Q(pk__in=led))


@dataclass(frozen=True)
class Event:
    """One line of a group's history, as the component timeline draws it."""

    when: Any
    text: str
    who: str = ""
    old: str = ""
    new: str = ""
    note: str = ""
    big: bool = False


def acts(group: Group | int, *, staff: bool = False) -> QuerySet[AuditEntry]:
    """Return the audit trail of a group, newest first. Only `staff` also see what the office keeps to itself.

    Other readers see the acts whose sentences are registered for the group, and no act that is marked `staff_only`.
    """
    entries = AuditEntry.objects.filter(group=group).select_related("by").order_by("-at", "-pk")
    if staff:
        return entries
    return entries.filter(verb__in=activity.for_the_group()).exclude(detail__contains={"staff_only": True})


def as_event(act: activity.Act) -> Event:
    """Return an act as a line of the timeline."""
    note = "; ".join(str(act.detail[key]) for key in ("reason", "word") if act.detail.get(key))
    return Event(
        when=act.at,
        text=activity.sentence(act),
        old=str(act.detail.get("old", "") or ""),
        new=str(act.detail.get("new", "") or ""),
        note=note,
        big=act.verb.startswith("groups."),
    )


def recent_activity(group: Group) -> list[Event]:
    """Return the last acts in the group as events for its overview, in one query."""
    return [as_event(activity.act_of(entry)) for entry in acts(group)[:LAST_ACTS]]


# The fields of the details whose history pages show.
DETAIL_FIELDS = (
    "name",
    "remit",
    "mission",
    "membership_criteria",
    "website",
    "host_institution",
    "closed_on",
)


def detail_changes(group: Group, limit: int = 30) -> list[Event]:
    """Return the changes of the group's details, field by field, newest first. They come from the row history."""
    rows = list(
        apps.get_model("groups", "GroupEvent")
        .objects.filter(pgh_obj_id=group.pk)
        .order_by("-pgh_id")
        .values("pgh_created_at", "pgh_context", *DETAIL_FIELDS)[: limit + 1]
    )
    writers = _names({row["pgh_context"]["user"] for row in rows if (row["pgh_context"] or {}).get("user")})
    found: list[Event] = []
    for after, before in pairwise(rows):
        writer = (after["pgh_context"] or {}).get("user")
        found += [
            Event(
                when=after["pgh_created_at"],
                who=writers.get(writer, "") if writer else "",
                text=str(getattr(Group._meta.get_field(name), "verbose_name", name)),
                old=str(before[name] or ""),
                new=str(after[name] or ""),
            )
            for name in DETAIL_FIELDS
            if after[name] != before[name]
        ]
    return found


def _names(ids: Collection[int]) -> dict[int, str]:
    return {person.pk: person.name for person in User.objects.filter(pk__in=ids)} if ids else {}
