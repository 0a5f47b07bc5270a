"""A person's own invitations, requests and memberships."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import scope
from core.errors import DomainError
from core.kept import restored, shown_on
from core.once import acts_once
from groups.access import AuthedRequest, signed_in_page
from members import actions
from members.access import my_handshakes, own_handshake
from members.actions.common import closed_sentence, is_over
from members.forms import LeaveForm
from members.models import Handshake, Membership
from members.states import HandshakeState
from members.views.invitations import offer_page, sign


@signed_in_page
@require_safe
def my_invitations(request: AuthedRequest) -> HttpResponse:
    """Invitations to the person's confirmed addresses, even if the mail was lost, and the person's own requests."""
    mine = my_handshakes(request.user)
    return render(
        request,
        "members/my_invitations.html",
        {
            "invited": [one for one in mine if one.state == HandshakeState.INVITED and not is_over(one)],
            "asked": [one for one in mine if one.state == HandshakeState.REQUESTED],
            "declined": [one for one in mine if one.state == HandshakeState.DECLINED],
        },
    )


def _own(request: AuthedRequest, pk: int) -> Handshake:
    handshake = own_handshake(request.user, pk)
    if handshake is None:
        raise Http404
    return handshake


@signed_in_page
@require_safe
def my_invitation(request: AuthedRequest, pk: int) -> HttpResponse:
    """One handshake as the person sees it: unanswered, waiting for a leader, accepted, or closed."""
    handshake = _own(request, pk)
    if handshake.state == HandshakeState.INVITED and not is_over(handshake):
        return offer_page(request, handshake, own_page=True)
    return render(
        request,
        "members/my_handshake.html",
        {
            "handshake": handshake,
            "group": handshake.group,
            "state": handshake.state,
            "sentence": closed_sentence(handshake),
            "waits": handshake.state == HandshakeState.REQUESTED,
            "accepted": handshake.state == HandshakeState.ACCEPTED and handshake.person_id == request.user.pk,
        },
    )


@signed_in_page
@require_POST
@shown_on("members:my-invitation", "pk")
@acts_once
def my_invitation_accept(request: AuthedRequest, pk: int) -> HttpResponse:
    """Accept without the mail's link, because the person has confirmed the address."""
    return sign(request, _own(request, pk), link=None, by=request.user)


@signed_in_page
@require_POST
@shown_on("members:my-invitation", "pk")
@acts_once
def my_invitation_decline(request: AuthedRequest, pk: int) -> HttpResponse:
    """Decline without the mail's link."""
    handshake = _own(request, pk)
    try:
        actions.decline_invitation(handshake=handshake, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("members:my-invitation", pk=pk)
    messages.success(
        request, _("You declined the invitation to %(group)s.") % {"group": handshake.group.name}
    )
    return redirect("members:my-invitations")


@signed_in_page
@require_POST
@shown_on("members:my-invitation", "pk")
@acts_once
def my_request_withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    """Withdraw a request."""
    handshake = _own(request, pk)
    try:
        actions.withdraw_request(handshake=handshake, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("members:my-invitation", pk=pk)
    messages.success(
        request, _("Your request to join %(group)s is withdrawn.") % {"group": handshake.group.name}
    )
    return redirect("members:my-invitations")


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
@acts_once
def membership_leave(request: AuthedRequest, pk: int) -> HttpResponse:
    """Leave a group."""
    with scope.read_everywhere("own-groups"):
        membership = (
            Membership.objects.on().of(request.user).filter(pk=pk).select_related("group", "person").first()
        )
    if membership is None:
        raise Http404
    form = restored(request, LeaveForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_membership(membership=membership, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, str(error))
            return _leave_page(request, membership, form, error.status)
        messages.success(request, _("You have left %(group)s.") % {"group": membership.group.name})
        return redirect(reverse("workspace:my-groups"))
    return _leave_page(request, membership, form, 422 if request.method == "POST" else 200)


def _leave_page(request: HttpRequest, membership: Membership, form: LeaveForm, status: int) -> HttpResponse:
    context = {"membership": membership, "group": membership.group, "form": form}
    return render(request, "members/membership_leave.html", context, status=status)
