"""What a person may do: their roles are read from dated appointments, once for each request, in one query.

Each view has the decorator `public_page`, `signed_in_page`, `group_page` or `office_page`. A test finds a route
without one. Jobs and exports call `roles_of(person)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse

from accounts.requests import AuthedRequest
from core import audit, clock, scope
from core.access import Declared, View, declare, public_page, signed_in_page
from core.compiled import compiled_query
from core.hooks import asks_second_factor, shows_public_contact
from groups import roles
from groups.models import Appointment, Group, NetworkAppointment
from groups.roles import Permission, RoleCode

__all__ = [
    "AuthedRequest",
    "Declared",
    "GroupRequest",
    "PersonRoles",
    "group_page",
    "office_page",
    "public_page",
    "request_roles",
    "role_source",
    "roles_of",
    "signed_in_page",
]


class GroupRequest(AuthedRequest):
    """A request for a page inside a group, from a person who may open the page."""

    group: Group


# A source takes a person's id and a day, and returns rows (group id, code, region). A code is an office or a role.
Source = Callable[[int, date], QuerySet]
_sources: list[Source] = []


def role_source(source: Source) -> Source:
    """Register a source of roles, such as memberships. Its rows become part of the one query of `roles_of`."""
    _sources.append(source)
    return source


@role_source
def appointments(person: int, day: date) -> QuerySet:
    """The person's offices in groups on the day."""
    return (
        Appointment.objects.on(day)
        .of(person)
        .order_by()
        .values_list(F("group_id"), F("office"), Value("", output_field=CharField()))
    )


@role_source
def network_appointments(person: int, day: date) -> QuerySet:
    """The person's roles in the whole network on the day. These rows have no group."""
    return (
        NetworkAppointment.objects.on(day)
        .of(person)
        .order_by()
        .values_list(
            Value(None, output_field=BigIntegerField()),
            F("role"),
            Cast(F("region_id"), CharField()),
        )
    )


@compiled_query
def role_rows(person: int, day: date) -> QuerySet:
    """The rows of every source in one query. Every page needs them."""
    first, *others = [source(person, day) for source in _sources]
    return first.union(*others, all=True)


@dataclass(frozen=True)
class PersonRoles:
    """What a person may do on a day. `groups` maps a group's id to role codes.

    A role in one group gives no right in another group.
    """

    network: frozenset[RoleCode] = frozenset()
    groups: dict[int, frozenset[RoleCode]] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()

    def codes_in(self, group: Group | int | None) -> frozenset[RoleCode]:
        """Return the role codes that count in the group: the person's roles there and in the network."""
        pk = group.pk if isinstance(group, Group) else group
        return self.network | (self.groups.get(pk, frozenset()) if pk is not None else frozenset())

    def may(self, permission: Permission, group: Group | int | None = None) -> bool:
        """Return whether a role of the person in this group or in the network gives the permission."""
        return any(permission in roles.ROLES[code].permissions for code in self.codes_in(group))

    def knows(self, group: Group | int) -> bool:
        """Return whether the person may know that the group's inner pages exist: 403 if so, otherwise 404."""
        return any(roles.ROLES[code].permissions - roles.SYSTEM for code in self.codes_in(group))

    def works_for(self, group: Group | int) -> bool:
        """Return whether the person has an office in the group other than network support.

        Such a person counts as one of the group's own people, also with a role at the Chair's Office
        (docs/security.md: a reviewer with an interest in a matter counts as having no role in it).
        """
        pk = group.pk if isinstance(group, Group) else group
        return bool(self.groups.get(pk, frozenset()) - {RoleCode.MEMBER, RoleCode.NETWORK_SUPPORT})

    def groups_where(self, permission: Permission) -> list[int]:
        """Return the ids of the groups where the person's role in the group gives the permission."""
        return [
            pk
            for pk, codes in self.groups.items()
            if any(permission in roles.ROLES[c].permissions for c in codes)
        ]

    def everywhere(self, permission: Permission) -> bool:
        """Return whether a network role of the person gives the permission in every group."""
        return any(permission in roles.ROLES[code].permissions for code in self.network)

    @property
    def all_codes(self) -> frozenset[RoleCode]:
        """All role codes of the person, in the network and in any group."""
        return self.network.union(*self.groups.values()) if self.groups else self.network


NOBODY = PersonRoles()


def roles_of(person: Any, on: date | None = None) -> PersonRoles:
    """Return the person's roles on a day (default: today), read from dated rows in one query."""
    if not person.is_authenticated or not person.is_active:
        return NOBODY
    day = on or clock.today()
    # The scope needs a transaction, and middleware calls this before the page has opened one.
    with transaction.atomic(savepoint=False), scope.read_everywhere("own-roles"):
        rows = role_rows(person=person.pk, day=day)
    network: set[RoleCode] = {RoleCode.SUPERUSER} if person.is_superuser else set()
    regions: set[str] = set()
    groups: dict[int, set[RoleCode]] = {}
    for group_id, code, region in rows:
        if group_id is None:
            network.add(RoleCode(code))
            regions.update([region] if region else [])
        else:
            groups.setdefault(group_id, set()).add(
                roles.OFFICES[code].role.code if code in roles.OFFICES else RoleCode(code)
            )
    for codes in groups.values():
        if RoleCode.DEPUTY not in codes:  # a delegation ends when the person is no longer a deputy
            codes.discard(RoleCode.DELEGATED)
    return PersonRoles(
        frozenset(network),
        {pk: frozenset(codes) for pk, codes in groups.items() if codes},
        frozenset(regions),
    )


def request_roles(request: HttpRequest) -> PersonRoles:
    """Return the roles of the person who sent the request. They are read once for each request."""
    if not hasattr(request, "_roles"):
        # Stored on the request. Only this function reads the attribute.
        request._roles = roles_of(request.user)  # type: ignore[attr-defined]
    return request._roles  # type: ignore[attr-defined]


@asks_second_factor
def role_asks_second_factor(request: HttpRequest) -> bool:
    """Return whether the person's role needs a second factor: office roles, treasurers and superusers do."""
    return bool(request_roles(request).all_codes & roles.SECOND_FACTOR)


@shows_public_contact
def role_has_public_contact(request: HttpRequest) -> bool:
    """Return whether the person is a leader or Red List Authority coordinator, whose contact is public.

    It is public only while the person is in office (guidelines 3.5).
    """
    return bool(request_roles(request).all_codes & roles.PUBLIC_CONTACT)


def group_named(slug: str) -> Group | None:
    """Return the group with this slug and its category, or None."""
    return Group.objects.select_related("category").filter(slug=slug).first()


def group_page(permission: Permission) -> Callable[[View], View]:
    """View decorator for a page inside one group. The address has its slug (`<slug:group>`); the view gets the Group.

    A person without a role in the group gets 404, as if the group did not exist. A person with a role but without
    the permission gets 403. The view runs in the group's scope.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: GroupRequest, group: str, **kwargs: Any) -> HttpResponse:
            found = group_named(group)
            held = request_roles(request)
            if found is None or not held.knows(found):
                raise Http404
            if not held.may(permission, found):
                raise PermissionDenied
            request.group = found
            audit.context(role=",".join(sorted(held.codes_in(found))))
            with scope.group_scope(found):
                return view(request, group=found, **kwargs)

        return declare(guarded, "group", permission)

    return decorate


def office_page(permission: Permission) -> Callable[[View], View]:
    """View decorator for a page of the Chair's Office over all groups. A person without the permission gets 404."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            held = request_roles(request)
            if not held.everywhere(permission) and not held.groups_where(permission):
                raise Http404
            audit.context(role=",".join(sorted(held.network)))
            return view(request, **kwargs)

        return declare(guarded, "office", permission)

    return decorate
