"""Questions that a lower app asks and a higher app answers.

A higher app registers its answer here, so that the lower app does not import the higher one.
"""

from collections.abc import Callable

from django.http import HttpRequest

_second_factor: list[Callable[[HttpRequest], bool]] = []


def asks_second_factor(rule: Callable[[HttpRequest], bool]) -> Callable[[HttpRequest], bool]:
    """Register a rule that says whether the signed-in person of a request needs a second factor."""
    _second_factor.append(rule)
    return rule


def needs_second_factor(request: HttpRequest) -> bool:
    """Return whether any registered rule says that the person of this request needs a second factor."""
    return any(rule(request) for rule in _second_factor)


_public_contact: list[Callable[[HttpRequest], bool]] = []


def shows_public_contact(rule: Callable[[HttpRequest], bool]) -> Callable[[HttpRequest], bool]:
    """Register a rule that says whether the person of a request has an office whose contact is public."""
    _public_contact.append(rule)
    return rule


def has_public_contact(request: HttpRequest) -> bool:
    """Return whether this person has an office that makes the agreed contact public (guidelines 3.5)."""
    return any(rule(request) for rule in _public_contact)
