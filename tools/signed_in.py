"""Signed-in clients of people, for tools that open pages. Set Django up before you import this module."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from accounts import sessions
from accounts.models import User
from core import clock
from demo.personas import GROUP, PERSONAS
from reporting.models import ReportingYear

__all__ = ["GROUP", "PERSONAS", "client_for", "persona", "report_year", "session_of"]


def persona(code: str) -> User:
    """The demo's person with the role of this code, such as LE."""
    email = next(one.email for one in PERSONAS if one.code == code)
    return User.objects.by_email(email).get()


def client_for(person: User) -> Client:
    """A client in which the person has signed in just now, with their second factor if they have one."""
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    request = HttpRequest()
    request.session, request.user = client.session, person
    record_authentication(
        request, person, method="password"
    )  # for the forms that ask people to sign in again
    for factor in Authenticator.objects.filter(user=person):
        sessions.count_as_used(request, factor)
    request.session.save()
    return client


def session_of(person: User) -> str:
    """The session cookie of a new sign-in of the person."""
    return client_for(person).cookies[settings.SESSION_COOKIE_NAME].value


def report_year() -> int:
    """The year whose report the groups write now."""
    return ReportingYear.objects.filter(opens_on__lte=clock.today()).latest("year").year
