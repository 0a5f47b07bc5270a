"""Checks that the sender runs before it sends a mail: may the reader still get it, and is it still true?

Every mail says in `still_due` how it is checked. Most mails name a check and its argument, "name:argument". The app
that queues the mail registers the check:

    @check("duties.reminder")
    def still_owed(argument: str) -> bool: ...

Most checks ask about one row of a group and one reader; `check_row` and `about` are for these. A check asks two
things: does the reader still have the right (leader of the group today, reviewer today, the member in question), and
is the fact still so (the request is open, the report is in that state)? A mail without a check names its reason,
`Unchecked`. The outbox refuses a mail with neither, so no kind of mail is without an answer.

The check runs in a transaction of its own and opens the scope that it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress

from core import scope
from core.mail.models import MailClass

if TYPE_CHECKING:
    from django.db import models

    from core.mail.models import OutgoingMail

Check = Callable[[str], bool]
# A question about a row, the id of the reader (0 when the mail goes to an address without an account), and a detail
# that the mail was queued with, such as the number of a version.
Question = Callable[[Any, int, str], bool]
_checks: dict[str, Check] = {}


class Unchecked(StrEnum):
    """Why a mail is sent without a check. These mails go to the address that they were queued for."""

    # A code, a link or an answer, for the person who asked for it a moment ago at a page and waits for it.
    PERSON_WAITS = "unchecked:person-waits"
    # A notice to owners about their own account. After a change of the address it goes to the former one on purpose.
    OWN_ACCOUNT = "unchecked:own-account"


class UnknownCheck(LookupError):
    """A mail names a check that no app has registered, or no check and no reason."""


def check(name: str) -> Callable[[Check], Check]:
    """Register the function that returns whether a mail with `still_due="name:argument"` is still due."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


def check_row(name: str, model: type[models.Model], *related: str) -> Callable[[Question], Question]:
    """Register a question about one row of a group, which mails name with `about`. It is asked in the group's scope.

    `related` are the relations that the question reads. A mail about a row that is gone is not due.
    """

    def register(question: Question) -> Question:
        @check(name)
        def still_due(argument: str) -> bool:
            group, row, reader, detail = argument.split(".", 3)
            with scope.group_scope(int(group)):
                found = model._default_manager.select_related(*related).filter(pk=row).first()
                return found is not None and question(found, int(reader), detail)

        return question

    return register


def about(name: str, row: Any, reader: Any = None, detail: object = "") -> str:
    """Return the value of `still_due` for a check that `check_row` registered."""
    return f"{name}:{row.group_id}.{row.pk}.{reader.pk if reader else 0}.{detail}"


def demand(still_due: str) -> None:
    """Raise UnknownCheck unless `still_due` is a reason or names a check that an app has registered."""
    if still_due not in set(Unchecked) and still_due.partition(":")[0] not in _checks:
        raise UnknownCheck(still_due)


def _is_checked(mail: OutgoingMail) -> bool:
    """Whether the mail names a check. Mails that an earlier release queued may have an empty `still_due`."""
    return bool(mail.still_due) and mail.still_due not in set(Unchecked)


def why_not(mail: OutgoingMail) -> str:
    """Return why the mail must not be sent any more, or '' when it may be sent.

    Raises UnknownCheck when the mail names a check that is not registered.
    """
    person = mail.recipient
    if person is not None and not person.is_active:
        return "The account is closed."
    if mail.mail_class == MailClass.OPTIONAL and person is not None and not person.wants_optional_mail:
        return "The person does not want optional mail."
    if not _is_checked(mail):
        return ""
    name, _colon, argument = mail.still_due.partition(":")
    if name not in _checks:
        raise UnknownCheck(name)
    if not _checks[name](argument):
        return "It was settled before the mail left."
    if not present_address(mail):
        return "The person has no confirmed address."
    return ""


def present_address(mail: OutgoingMail) -> str:
    """Return the address to send the mail to, or '' when there is none.

    A checked mail to a person goes to an address that the person has confirmed today: the one it was queued for, or
    after a change the present one. Other mails go to the address that they were queued for.
    """
    if mail.recipient_id is None or not _is_checked(mail):
        return mail.to
    rows = EmailAddress.objects.filter(user=mail.recipient_id, verified=True).order_by("-primary", "pk")
    confirmed = list(rows.values_list("email", flat=True))
    if mail.to.lower() in {address.lower() for address in confirmed}:
        return mail.to
    return confirmed[0] if confirmed else ""
