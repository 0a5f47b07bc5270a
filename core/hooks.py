"""Questions that a lower app asks and a higher app answers, named here so that nothing imports upwards."""

from collections.abc import Callable

from django.http import HttpRequest

_second_factor: list[Callable[[HttpRequest], bool]] = []


def asks_second_factor(rule: Callable[[HttpRequest], bool]) -> Callable[[HttpRequest], bool]:
    """Register a rule that says whether this signed-in person must hold a second factor."""
    _second_factor.append(rule)
    return rule


def needs_second_factor(request: HttpRequest) -> bool:
    """True when any registered rule asks the person of this request for a second factor."""
    return any(rule(request) for rule in _second_factor)


_public_contact: list[Callable[[HttpRequest], bool]] = []


def shows_public_contact(rule: Callable[[HttpRequest], bool]) -> Callable[[HttpRequest], bool]:
    """Register a rule that says whether this person holds an office whose contact is public."""
    _public_contact.append(rule)
    return rule


def has_public_contact(request: HttpRequest) -> bool:
    """True when an office of this person makes the agreed contact public (guidelines 3.5)."""
    return any(rule(request) for rule in _public_contact)
