"""Checks that the sender runs before it sends a mail: is the mail still due?

A mail names its check as "name:argument" in `still_due`. The app that queues the mail registers the check:

    @check("duties.reminder")
    def still_due(argument: str) -> bool: ...

The check runs in a transaction of its own and opens the scope that it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.mail.models import MailClass

if TYPE_CHECKING:
    from core.mail.models import OutgoingMail

Check = Callable[[str], bool]
_checks: dict[str, Check] = {}


class UnknownCheck(LookupError):
    """A queued mail names a check that no app has registered."""


def check(name: str) -> Callable[[Check], Check]:
    """Register the function that returns whether a mail with `still_due="name:argument"` is still due."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


def why_not(mail: OutgoingMail) -> str:
    """Return why the mail must not be sent any more, or '' when it may be sent.

    Raises UnknownCheck when the mail names a check that is not registered.
    """
    person = mail.recipient
    if person is not None and not person.is_active:
        return "The account is closed."
    if mail.mail_class == MailClass.OPTIONAL and person is not None and not person.wants_optional_mail:
        return "The person does not want optional mail."
    if mail.still_due:
        name, _colon, argument = mail.still_due.partition(":")
        if name not in _checks:
            raise UnknownCheck(name)
        if not _checks[name](argument):
            return "It was settled before the mail left."
    return ""
