"""The group's pages about invitations and requests."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.kept import refused, restored, shown_on
from core.once import acts_once
from groups.access import GroupRequest, group_page, request_roles
from groups.models import Group
from groups.roles import Permission
from members import actions, mails, queries
from members.actions.common import is_over
from members.duties import decision_due
from members.forms import AddressForm, InviteForm, WordForm
from members.models import Handshake
from members.states import HandshakeState

PREFILL = ("given_name", "family_name", "email", "language", "message")

# An invitation in these states can be sent, also to another address.
SENDABLE = (HandshakeState.PREPARED, HandshakeState.INVITED, HandshakeState.EXPIRED)


def _handshake(group: Group, pk: int) -> Handshake:
    rows = Handshake.objects.filter(group=group).select_related(
        "group", "person", "started_by", "leader_signed_by", "conditions", "quadrennium"
    )
    return get_object_or_404(rows, pk=pk)


def _home(handshake: Handshake) -> HttpResponse:
    """Redirect to the handshake's page: a request's page once the person has signed, else an invitation's."""
    own = handshake.state == HandshakeState.REQUESTED
    view = "members:request-detail" if own else "members:invitation-detail"
    return redirect(view, group=handshake.group.slug, pk=handshake.pk)


@group_page(Permission.PREPARE_INVITATION)
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once
def person_invite(request: GroupRequest, group: Group) -> HttpResponse:
    """Invite one person. People who may only prepare invitations leave it to a leader to send them."""
    sends = request_roles(request).may(Permission.INVITE_PERSON, group)
    first = {name: request.GET.get(name, "")[:254] for name in PREFILL if request.GET.get(name)}
    form = restored(request, InviteForm(request.POST or None, initial={"language": "en", **first}))
    status = 200
    if request.method == "POST" and form.is_valid():
        act = actions.invite_person if sends else actions.prepare_invitation
        try:
            handshake = act(group=group, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _said(handshake))
            return redirect("members:member-list", group=group.slug)
    elif request.method == "POST":
        status = 422
    context = {
        "group": group,
        "form": form,
        "sends": sends,
    }
    return render(request, "members/person_invite.html", context, status=status)


def _said(handshake: Handshake) -> str:
    """The sentence that says what happened. It is the same for known and unknown addresses."""
    sentence = {
        HandshakeState.INVITED: _("The invitation to %(name)s is on its way. The link works for 21 days."),
        HandshakeState.PREPARED: _("The invitation to %(name)s waits for a leader to send it."),
        HandshakeState.ACCEPTED: _("%(name)s had asked to join and is now a member."),
        HandshakeState.REQUESTED: _("%(name)s has asked to join already. A leader can accept the request."),
        HandshakeState.EXPIRED: _("An invitation to %(name)s ran out. A leader can send it again."),
    }[HandshakeState(handshake.state)]
    return sentence % {"name": handshake.name}


@group_page(Permission.VIEW_HANDSHAKES)
@require_safe
def invitation_detail(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """One invitation: its state, its history, and what the reader can do with it."""
    return _invitation_page(request, group, _handshake(group, pk))


def _invitation_page(
    request: HttpRequest,
    group: Group,
    handshake: Handshake,
    form: AddressForm | None = None,
    status: int = 200,
) -> HttpResponse:
    held = request_roles(request)
    invites = held.may(Permission.INVITE_PERSON, group) and not group.is_closed
    state = HandshakeState(handshake.state)
    sendable = state in SENDABLE
    may_withdraw = (
        sendable and invites
        if state != HandshakeState.PREPARED
        else held.may(Permission.PREPARE_INVITATION, group)
    )
    address_form = form or restored(
        request,
        AddressForm(initial={"email": request.GET.get("address", "")[:254]}),
        reverse("members:invitation-readdress", args=[group.slug, handshake.pk]),
    )
    context = {
        "group": group,
        "handshake": handshake,
        "events": queries.handshake_history(handshake),
        "over": state == HandshakeState.INVITED and is_over(handshake),
        "mail": mails.invitation_mail(handshake) if state == HandshakeState.INVITED else None,
        "may_send": sendable and invites,
        "may_withdraw": may_withdraw,
        "form": form,
        "address_form": address_form,
    }
    return render(request, "members/invitation_detail.html", context, status=status)


@group_page(Permission.INVITE_PERSON)
@require_POST
@shown_on("members:invitation-detail", "group", "pk")
@acts_once
def invitation_send(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """Send a prepared invitation, or a new link."""
    handshake = _handshake(group, pk)
    return _act(
        request,
        handshake,
        lambda: actions.send_again(handshake=handshake, by=request.user),
        _("The invitation to %(name)s is on its way. The link works for 21 days."),
    )


@group_page(Permission.PREPARE_INVITATION)
@require_POST
@shown_on("members:invitation-detail", "group", "pk")
@acts_once
def invitation_withdraw(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    handshake = _handshake(group, pk)
    return _act(
        request,
        handshake,
        lambda: actions.withdraw(handshake=handshake, by=request.user),
        _("The invitation to %(name)s is withdrawn."),
    )


@group_page(Permission.INVITE_PERSON)
@require_POST
@shown_on("members:invitation-detail", "group", "pk")
@acts_once
def invitation_readdress(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """Send an invitation to another address."""
    handshake = _handshake(group, pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _invitation_page(request, group, handshake, form, 422)
    try:
        sent = actions.readdress(handshake=handshake, by=request.user, email=form.cleaned_data["email"])
    except DomainError as error:
        handshake = _handshake(group, pk)
        if handshake.state not in SENDABLE:  # the page shows the form no more
            return refused(request, str(error), reverse("members:invitation-detail", args=[group.slug, pk]))
        form.add_error("email", str(error))
        return _invitation_page(request, group, handshake, form, error.status)
    messages.success(
        request, _("The invitation to %(name)s is on its way to the other address.") % {"name": sent.name}
    )
    return _home(sent)


@group_page(Permission.VIEW_HANDSHAKES)
@require_safe
def request_detail(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """One request to join: who asks, the person's message, and the form for the answer."""
    answers = [
        reverse(name, args=[group.slug, pk]) for name in ("members:request-accept", "members:request-decline")
    ]
    return _request_page(request, group, _handshake(group, pk), restored(request, WordForm(), *answers))


def _request_page(
    request: HttpRequest, group: Group, handshake: Handshake, form: WordForm, status: int = 200
) -> HttpResponse:
    waits = handshake.state == HandshakeState.REQUESTED
    person = handshake.person
    facts = []
    if person is not None and waits:  # once the request is answered, its reader needs no profile of today
        facts = [
            {"term": _("Country"), "value": person.country_name},
            {"term": _("Institution"), "value": person.institution},
            {"term": _("Expertise"), "value": person.expertise},
            {"term": _("Email address"), "value": handshake.email},
        ]
    context = {
        "group": group,
        "handshake": handshake,
        "person": person,
        "facts": [fact for fact in facts if fact["value"]],
        "events": queries.handshake_history(handshake),
        "form": form,
        "due": decision_due(handshake) if waits else None,
        "may_decide": waits
        and handshake.person_id != request.user.pk
        and request_roles(request).may(Permission.DECIDE_REQUEST, group),
    }
    return render(request, "members/request_detail.html", context, status=status)


@group_page(Permission.DECIDE_REQUEST)
@require_POST
@shown_on("members:request-detail", "group", "pk")
@acts_once
def request_accept(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """Accept a request, with a message."""
    return _decide(request, group, pk, accept=True)


@group_page(Permission.DECIDE_REQUEST)
@require_POST
@shown_on("members:request-detail", "group", "pk")
@acts_once
def request_decline(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """Decline a request, with a message."""
    return _decide(request, group, pk, accept=False)


def _decide(request: GroupRequest, group: Group, pk: int, *, accept: bool) -> HttpResponse:
    handshake = _handshake(group, pk)
    form = WordForm(request.POST)
    if not form.is_valid():
        return _request_page(request, group, handshake, form, 422)
    word = form.cleaned_data["word"]
    try:
        if accept:
            actions.accept_request(handshake=handshake, by=request.user, word=word)
        else:
            actions.decline_request(handshake=handshake, by=request.user, word=word)
    except DomainError as error:
        handshake = _handshake(group, pk)
        if handshake.state != HandshakeState.REQUESTED:  # the page shows the form no more
            here = reverse("members:request-detail", args=[group.slug, pk])
            return refused(request, str(error), here, status=error.status)
        form.add_error("word" if error.code == "word_missing" else None, str(error))
        return _request_page(request, group, handshake, form, error.status)
    sentence = _("%(name)s is now a member.") if accept else _("The request of %(name)s is declined.")
    messages.success(request, sentence % {"name": handshake.name})
    return redirect("members:member-list", group=group.slug)


def _act(request: HttpRequest, handshake: Handshake, act: Callable[[], Handshake], said: str) -> HttpResponse:
    try:
        handshake = act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said % {"name": handshake.name})
    return _home(handshake)
