"""Appoint a person from the command line: a new portal gets its Chair's Office, network support and leaders so.

The appointment is recorded in the name of a person (`--by`), as every change is. A person with a role appoints
by the same rules as in the pages. A system administrator may only fill the staff's roles (security model, "Staff
accounts, assignment to groups").
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Region, User
from core import audit, clock, scope
from core.errors import DomainError
from groups import actions, staff
from groups.actions import LEADING
from groups.models import Appointment, Group, NetworkAppointment
from groups.roles import NETWORK_ROLES, RoleCode


class Command(BaseCommand):
    help = (
        "Appoints a person to a role: CS, CA, SC, DC, SM, RR, or an office of a group (--group). "
        "With --end, the role ends today, with what rests on it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        offices = sorted(LEADING | {"network_support"})
        parser.add_argument("email", help="the person's proved address; the person registers first")
        parser.add_argument(
            "role", choices=[*(code for code in NETWORK_ROLES if code != RoleCode.SUPERUSER), *offices]
        )
        parser.add_argument("--by", required=True, help="the address of the person who decides this")
        parser.add_argument("--group", help="the short name of the group in its address, such as cat")
        parser.add_argument("--region", help="the region's code, for RR")
        parser.add_argument("--end", action="store_true", help="end the role instead")
        parser.add_argument("--until", type=date.fromisoformat, help="the last day, such as 2029-12-31")

    def handle(self, *args: Any, **options: Any) -> None:
        person, by = self._person(options["email"]), self._person(options["by"])
        try:
            with transaction.atomic(), audit.context(by=by, channel="command"):
                if options["end"]:
                    self._end(person, by, options)
                elif options["role"] in NETWORK_ROLES:
                    self._network(person, by, options)
                else:
                    self._office(person, by, options)
        except DomainError as error:
            raise CommandError(str(error)) from error
        done = "ended the role" if options["end"] else "is appointed"
        # The first people have no name yet, and the operator knows them by their address.
        self.stdout.write(f"{person.email} {done}: {options['role']}.")

    def _person(self, email: str) -> User:
        """The account that has confirmed this address."""
        person = User.objects.by_email(email).filter(is_active=True, emailaddress__verified=True).first()
        if person is None:
            raise CommandError(
                f"Nobody has proved the address {email}: the person registers on the portal first."
            )
        return person

    def _end(self, person: User, by: User, options: dict[str, Any]) -> None:
        """End the person's present terms in the role."""
        if options["role"] in NETWORK_ROLES:
            roles = list(
                NetworkAppointment.objects.on().of(person).filter(role=options["role"]).order_by("pk")
            )
            for role in roles:
                staff.end_staff(appointment=role, by=by)
            ended = len(roles)
        else:
            group = self._group(options)
            with scope.group_scope(group):
                terms = Appointment.objects.on().of(person).filter(office=options["role"]).order_by("pk")
                ended = len([actions.end_leader(appointment=term, by=by) for term in terms])
        if not ended:
            raise CommandError(f"{person.name} does not have the role {options['role']} today.")

    def _network(self, person: User, by: User, options: dict[str, Any]) -> None:
        region = Region.objects.filter(pk=options["region"]).first() if options["region"] else None
        if options["region"] and region is None:
            raise CommandError(f"There is no region {options['region']}.")
        staff.appoint_staff(
            person=person, role=RoleCode(options["role"]), by=by, region=region, ends_on=options["until"]
        )

    def _office(self, person: User, by: User, options: dict[str, Any]) -> None:
        group = self._group(options)
        if options["role"] == "network_support":
            staff.assign_support(group=group, person=person, by=by, ends_on=options["until"])
            return
        actions.appoint_leader(
            group=group,
            person=person,
            office=options["role"],
            by=by,
            starts_on=clock.today(),
            ends_on=options["until"],
        )

    def _group(self, options: dict[str, Any]) -> Group:
        group = Group.objects.filter(slug=options["group"] or "").first()
        if group is None:
            raise CommandError("Name the group with --group, as its address does: cat for /groups/cat/.")
        return group
