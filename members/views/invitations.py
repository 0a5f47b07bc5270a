"""The pages behind the link of an invitation. Only a posted form changes anything; no page loads a script.

The link in the mail contains a secret. Opening it notes the invitation in the browser's session and redirects to an
address without the secret. So the secret reaches no log, no form and no later page. Opening the link again works
until the invitation is answered, withdrawn or sent again.

A link signs nobody in: to accept, a person needs an account that has confirmed the invited address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ProofCodeForm
from accounts.models import User
from accounts.reauthentication import reauthentication_redirect
from accounts.views import EXPECTED_ADDRESS
from core import audit, clock, codes, scope
from core.access import View
from core.errors import DomainError
from core.kept import shown_on
from core.once import acts_once
from groups.access import AuthedRequest, public_page, signed_in_page
from groups.models import Group
from members import actions, links, queries
from members.access import own_handshake, proved_addresses
from members.actions.common import is_over
from members.errors import ConditionsChanged
from members.forms import AgreeForm
from members.models import Conditions, Handshake, Membership
from members.states import HandshakeState
from members.summary import member_counts

PROOF = "members.address-proof"
# The invitations that this browser has opened: id of the handshake, and hash of the link's secret.
OPENED = "members.opened"
# How many are kept in a session. House rule: more than one person gets at a time.
MOST_OPENED = 20


def remember(request: HttpRequest, handshake: Handshake) -> None:
    """Note in the session that this browser opened the invitation's link: its id with the hash of the secret."""
    opened = {key: link for key, link in request.session.get(OPENED, {}).items() if key != str(handshake.pk)}
    latest = [*opened.items(), (str(handshake.pk), handshake.token_hash)][-MOST_OPENED:]
    request.session[OPENED] = dict(latest)


def unlisted(response: HttpResponse) -> HttpResponse:
    """Forbid caches to keep the page, and search engines to list it."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response


def opened(view: Callable[..., HttpResponse]) -> View:
    """View decorator: find the invitation by its id, if this browser has opened its link.

    The view gets the handshake and `link`, the hash of the secret that was opened. Other readers get a page that
    says how to go on. This page is the same whether the invitation exists or not.
    """

    @wraps(view)
    def found(request: HttpRequest, pk: int) -> HttpResponse:
        link = request.session.get(OPENED, {}).get(str(pk), "")
        handshake = links.find_opened(pk, link)
        if handshake is not None:
            return unlisted(view(request, handshake=handshake, link=link))
        return unlisted(_not_opened(request, pk, replaced=bool(link)))

    return found


def _not_opened(request: HttpRequest, pk: int, *, replaced: bool) -> HttpResponse:
    """The response when the browser has not opened the link, or has opened one that a newer one `replaced`."""
    if request.user.is_authenticated and own_handshake(request.user, pk) is not None:
        return redirect("members:my-invitation", pk=pk)
    if replaced:
        return _closed(
            request,
            None,
            title=_("This link no longer works"),
            text=_("A newer invitation was sent. Open the link in the latest email."),
            status=410,
        )
    return _closed(
        request,
        None,
        title=_("Open the link in your email again"),
        text=_(
            "This page works only in the browser that opened the invitation. "
            "Open the link in the invitation email again."
        ),
        status=410,
    )


def _closed(
    request: HttpRequest, group: Group | None, *, title: str, text: str, status: int, **more: Any
) -> HttpResponse:
    context = {"group": group, "title": title, "text": text, "form_errors": False, **more}
    return render(request, "members/invitation_closed.html", context, status=status)


def masked(address: str) -> str:
    """The address without most letters of its name: the owner recognises it, other people do not learn it."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"


def _is_member(handshake: Handshake, request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    with scope.group_scope(handshake.group_id):
        return Membership.objects.on().filter(person=request.user).exists()


def show(request: HttpRequest, handshake: Handshake, status: int = 0) -> HttpResponse:
    """The page that fits the invitation's state and the reader."""
    state, group = HandshakeState(handshake.state), handshake.group
    mine = request.user.is_authenticated and handshake.person_id == request.user.pk
    if mine and state in (HandshakeState.ACCEPTED, HandshakeState.REQUESTED):
        return redirect("members:my-invitation", pk=handshake.pk)
    if group.is_closed:
        text = _("The group has closed since, and takes no members.")
        return _closed(request, group, title=_("This invitation no longer stands"), text=text, status=410)
    if state == HandshakeState.EXPIRED or (state == HandshakeState.INVITED and is_over(handshake)):
        return _closed(
            request,
            group,
            title=_("This invitation has expired"),
            text=_(
                "The link worked until the end of %(day)s (UTC). Ask for a new one; we will tell the person who "
                "invited you."
            )
            % {"day": queries.day_text(handshake.expires_at)},
            status=410,
            new_link=reverse("members:invitation-new-link", args=[handshake.pk]),
        )
    if state != HandshakeState.INVITED:
        text = {
            HandshakeState.ACCEPTED: _(
                "It was accepted, and its link works once. Sign in to see your groups."
            ),
            HandshakeState.REQUESTED: _("It was answered, and waits for a leader of the group."),
            HandshakeState.DECLINED: _("It was declined. If you changed your mind, ask to join the group."),
        }.get(state, _("Whoever invited you took it back. If you think this is a mistake, write to them."))
        title = {
            HandshakeState.ACCEPTED: _("This invitation was used already"),
            HandshakeState.REQUESTED: _("This invitation was used already"),
            HandshakeState.DECLINED: _("This invitation was declined"),
        }.get(state, _("This invitation was withdrawn"))
        return _closed(request, group, title=title, text=text, status=410)
    if _is_member(handshake, request):
        text = _("You have nothing to accept: you belong to the group already.")
        return _closed(
            request, group, title=_("You are a member already"), text=text, status=200, inside=True
        )
    if request.user.is_authenticated and handshake.email not in proved_addresses(request.user):
        return render(
            request,
            "members/invitation_other.html",
            {
                "group": group,
                "address": masked(handshake.email),
                "handshake": handshake,
            },
            status=status or 403,
        )
    return offer_page(request, handshake, status=status or 200)


def offer_page(
    request: HttpRequest,
    handshake: Handshake,
    *,
    own_page: bool = False,
    form: AgreeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The invitation: who invites, what membership involves, the conditions, and the form for the answer."""
    with scope.group_scope(handshake.group_id):
        members = member_counts([handshake.group_id], clock.today()).get(handshake.group_id, 0)
    conditions = Conditions.in_force()
    if own_page:
        accept_url = reverse("members:my-invitation-accept", args=[handshake.pk])
        decline_url = reverse("members:my-invitation-decline", args=[handshake.pk])
    else:
        accept_url = reverse("members:invitation-accept", args=[handshake.pk])
        decline_url = reverse("members:invitation-decline", args=[handshake.pk])
    if not request.user.is_authenticated:
        request.session[EXPECTED_ADDRESS] = handshake.email  # the form for a new account is filled in with it
    onward = urlencode({"next": reverse("members:invitation-opened", args=[handshake.pk])})
    context = {
        "handshake": handshake,
        "group": handshake.group,
        "inviter": handshake.leader_signed_by,
        "members": members,
        "conditions": conditions,
        "form": form or AgreeForm(shown=conditions),
        "accept_url": accept_url,
        "decline_url": decline_url,
        "address": masked(handshake.email),
        "days_left": (handshake.expires_at.date() - clock.today()).days if handshake.expires_at else 0,
        "sign_in_url": f"{reverse(settings.LOGIN_URL)}?{onward}",
        "sign_up_url": f"{reverse('account_signup')}?{onward}",
    }
    return render(request, "members/invitation.html", context, status=status)


def sign(request: HttpRequest, handshake: Handshake, link: str | None, *, by: User) -> HttpResponse:
    """Accept the invitation in the person's name, from the link's page or from their own list (`link` is None)."""
    form = AgreeForm(request.POST, shown=Conditions.in_force())
    own_page = link is None
    if not form.is_valid():
        return offer_page(request, handshake, own_page=own_page, form=form, status=422)
    try:
        actions.accept_invitation(
            handshake=handshake, by=by, conditions=form.cleaned_data["conditions"], link=link
        )
    except ConditionsChanged as error:
        form.add_error(None, str(error))
        form.show_again()
        return offer_page(request, handshake, own_page=own_page, form=form, status=error.status)
    except DomainError as error:
        if link is not None:
            # The page shows the invitation's present state.
            reread = links.find_opened(handshake.pk, link)
            if reread is not None:
                return show(request, reread, status=error.status)
        messages.error(request, str(error))
        return redirect("members:my-invitations")
    return redirect("members:my-invitation", pk=handshake.pk)


@public_page
@require_safe
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the link of the mail redirects to the invitation and decides nothing, so a mail scanner does no harm."""
    handshake = links.find(secret)
    if handshake is not None:
        remember(request, handshake)
        return unlisted(redirect("members:invitation-opened", pk=handshake.pk))
    return unlisted(
        _closed(
            request,
            None,
            title=_("This link leads to no invitation"),
            text=_(
                "Check that the whole address was copied. If you were sent a newer invitation, use that one."
            ),
            status=404,
        )
    )


@public_page
@require_safe
@opened
def invitation_opened(request: HttpRequest, handshake: Handshake, link: str) -> HttpResponse:
    """The invitation whose link this browser has opened. Reading it changes nothing."""
    return show(request, handshake)


@public_page
@require_POST
@shown_on("members:invitation-opened", "pk")
@opened
@acts_once
def invitation_accept(request: HttpRequest, handshake: Handshake, link: str) -> HttpResponse:
    """Accept: the person must be signed in and must have confirmed the invited address."""
    if not request.user.is_authenticated:
        here = reverse("members:invitation-opened", args=[handshake.pk])
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': here})}")
    if handshake.state != HandshakeState.INVITED or handshake.email not in proved_addresses(request.user):
        return show(request, handshake)
    return sign(request, handshake, link, by=request.user)


@public_page
@require_POST
@shown_on("members:invitation-opened", "pk")
@opened
def invitation_decline(request: HttpRequest, handshake: Handshake, link: str) -> HttpResponse:
    """Decline: the link is enough."""
    person = request.user if request.user.is_authenticated else None
    try:
        with audit.context(channel="link"):
            actions.decline_invitation(handshake=handshake, by=person, link=link)
    except DomainError:
        return show(request, links.find_opened(handshake.pk, link) or handshake)
    return redirect("members:invitation-declined", pk=handshake.pk)


@public_page
@require_safe
@opened
def invitation_declined(request: HttpRequest, handshake: Handshake, link: str) -> HttpResponse:
    """The confirmation after declining."""
    if handshake.state != HandshakeState.DECLINED:
        return redirect("members:invitation-opened", pk=handshake.pk)
    return render(request, "members/invitation_declined.html", {"group": handshake.group})


@public_page
@require_POST
@shown_on("members:invitation-opened", "pk")
@opened
def invitation_new_link(request: HttpRequest, handshake: Handshake, link: str) -> HttpResponse:
    """Ask for a new link. The people who invited get one mail."""
    try:
        actions.ask_for_new_link(handshake=handshake)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Whoever invited you has been told. A new link comes by email."))
    return redirect("members:invitation-opened", pk=handshake.pk)


@public_page
@require_POST
@shown_on("members:invitation-opened", "pk")
@opened
def invitation_sign_out(request: HttpRequest, handshake: Handshake, link: str) -> HttpResponse:
    """Sign out and show the invitation again. The new session knows this link and nothing else of the old one."""
    get_adapter(request).logout(request)
    remember(request, handshake)
    return redirect("members:invitation-opened", pk=handshake.pk)


@signed_in_page
@require_POST
@shown_on("members:invitation-opened", "pk")
@opened
@acts_once
def invitation_other_address(request: AuthedRequest, handshake: Handshake, link: str) -> HttpResponse:
    """Ask the leader to send the invitation to the address of this account."""
    try:
        actions.ask_for_other_address(handshake=handshake, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Whoever invited you is asked to send the invitation to your address."))
    return redirect("members:invitation-opened", pk=handshake.pk)


@signed_in_page
@require_http_methods(["GET", "HEAD", "POST"])
@opened
def invitation_prove(request: AuthedRequest, handshake: Handshake, link: str) -> HttpResponse:
    """Confirm the invited address with a code. Then it belongs to this account, and the invitation is shown."""
    if handshake.state != HandshakeState.INVITED or is_over(handshake):
        return show(request, handshake)
    if asked := reauthentication_redirect(request):
        return asked
    waiting = request.session.get(PROOF) or {}
    if waiting.get("handshake") != handshake.pk or _too_late(waiting):
        waiting = {}
    form = ProofCodeForm(request.POST if "code" in request.POST else None)
    status = 200
    if request.method == "POST" and "send" in request.POST:
        try:
            expected = actions.send_address_code(handshake=handshake, by=request.user)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            request.session[PROOF] = {
                "handshake": handshake.pk,
                "hash": expected,
                "at": clock.now().isoformat(),
                "tries": 0,
            }
        return redirect("members:invitation-prove", pk=handshake.pk)
    if request.method == "POST" and waiting and form.is_valid():
        waiting["tries"] += 1
        request.session[PROOF] = waiting
        try:
            actions.attach_address(
                handshake=handshake, by=request.user, code=form.cleaned_data["code"], expected=waiting["hash"]
            )
        except DomainError as error:
            form.add_error("code", str(error))
            status = 422
        else:
            del request.session[PROOF]
            messages.success(request, _("The address is yours. You can accept the invitation now."))
            return redirect("members:invitation-opened", pk=handshake.pk)
    elif request.method == "POST":
        status = 422
    return render(
        request,
        "members/invitation_prove.html",
        {
            "group": handshake.group,
            "address": masked(handshake.email),
            "waiting": bool(waiting),
            "form": form,
            "here": reverse("members:invitation-opened", args=[handshake.pk]),
        },
        status=status,
    )


def _too_late(waiting: dict[str, Any]) -> bool:
    """Whether the code no longer works: it is too old, or the person tried too often."""
    sent = datetime.fromisoformat(waiting["at"])
    return clock.now() - sent > codes.LASTS or waiting["tries"] >= codes.TRIES
