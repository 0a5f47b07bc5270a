"""Pages about the members of a group: list, one member, export, ending a membership."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.reauthentication import needs_reauthentication
from core import audit, clock
from core.errors import DomainError
from core.htmx import list_page
from core.kept import refused, restored, shown_on
from core.once import acts_once
from core.tables import csv_text
from groups.access import GroupRequest, group_page, request_roles
from groups.models import Group, Quadrennium
from groups.roles import Permission
from members import actions, exports, queries
from members.forms import EndForm, MemberFilter
from members.models import Handshake, Membership
from members.states import HandshakeState
from members.summary import handshake_states, member_counts

# The lists of a group's page, beside its members; each shows handshakes in one state.
STATES = {
    "asked": HandshakeState.REQUESTED,
    "invited": HandshakeState.INVITED,
    "prepared": HandshakeState.PREPARED,
    "expired": HandshakeState.EXPIRED,
}
NOT_YET = "not-yet"
PER_PAGE = 25


@group_page(Permission.VIEW_MEMBERS)
@require_safe
def member_list(request: GroupRequest, group: Group) -> HttpResponse:
    """Members by name. Readers who may see handshakes also find who was invited, who asks, and who is missing."""
    held = request_roles(request)
    sees_handshakes = held.may(Permission.VIEW_HANDSHAKES, group)
    form = MemberFilter(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    words, region = data.get("q", ""), data.get("region", "")
    show = data.get("show", "") if sees_handshakes else ""
    day = clock.today()
    period = Quadrennium.current(day) if sees_handshakes else None
    renewal = queries.renewal(group, period) if period else None
    if show in STATES:
        rows = queries.handshakes_in(group, period, STATES[show], words)
    elif show == NOT_YET and period is not None:
        rows = queries.not_invited(group, period, words)
    else:
        show = ""
        rows = queries.members_of(group, words=words, region=region)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"members": None, "handshakes": None, "former": None}
    if show in STATES:
        context["handshakes"] = [_handshake_row(group, one) for one in page]
    elif show == NOT_YET:
        context["former"] = [_former_row(group, one) for one in page]
    else:
        context["members"] = queries.member_rows(
            group, page, contacts=held.may(Permission.VIEW_CONTACTS, group), reader=request.user
        )
    all_members_listed = not (show or words or region)
    total = page.paginator.count if all_members_listed else member_counts([group.pk], day).get(group.pk, 0)
    if show:
        del form.fields["region"]  # an invitation knows no region
    may_prepare = held.may(Permission.PREPARE_INVITATION, group) and not group.is_closed
    list_url = reverse("members:member-list", args=[group.slug])
    context |= {
        "page": page,
        "filter_form": form,
        "filtered": bool(words or region),
        "chips": _chips(request, total, handshake_states([group.pk], day).get(group.pk, {}), renewal, show)
        if sees_handshakes
        else [],
        "renewal": renewal,
        "renewal_parts": _renewal_parts(renewal) if renewal else [],
        "clear_url": list_url if words or region else "",
        "total": total,
        "may_prepare": may_prepare,
        "may_invite": may_prepare and held.may(Permission.INVITE_PERSON, group),
        "may_export": held.may(Permission.VIEW_CONTACTS, group),
        "list_url": list_url,
    }
    return list_page(request, "members/member_list.html", {"group": group, **context})


def _renewal_parts(renewal: queries.Renewal) -> list[tuple[str, int, str]]:
    return [
        ("k1", renewal.accepted, _("Accepted")),
        ("k2", renewal.invited, _("Invited")),
        ("k3", renewal.missing, _("Not invited yet")),
        ("k4", renewal.leaving, _("Not renewing")),
    ]


def _chips(
    request: HttpRequest, total: int, states: dict[str, int], renewal: queries.Renewal | None, show: str
) -> list[dict[str, Any]]:
    words = request.GET.get("q", "")

    def chip(label: str, name: str, count: int) -> dict[str, Any]:
        query = urlencode({key: value for key, value in (("show", name), ("q", words)) if value})
        return {"label": label, "url": f"?{query}", "count": count, "current": name == show}

    chips = [
        chip(_("Members"), "", total),
        chip(_("Asking to join"), "asked", states.get(HandshakeState.REQUESTED, 0)),
        chip(_("Invited"), "invited", states.get(HandshakeState.INVITED, 0)),
        chip(_("Prepared"), "prepared", states.get(HandshakeState.PREPARED, 0)),
        chip(_("Run out"), "expired", states.get(HandshakeState.EXPIRED, 0)),
    ]
    if renewal is not None:
        chips.append(chip(_("Not invited yet"), NOT_YET, renewal.missing))
    return chips


def _handshake_row(group: Group, one: Handshake) -> dict[str, Any]:
    asks = one.state == HandshakeState.REQUESTED
    when = (one.person_signed_at if asks else one.leader_signed_at) or one.started_at
    view = "members:request-detail" if asks else "members:invitation-detail"
    kind, word = {
        HandshakeState.REQUESTED: ("wait", _("Waits for a leader")),
        HandshakeState.INVITED: ("wait", _("Invited")),
        HandshakeState.PREPARED: ("todo", _("Prepared")),
        HandshakeState.EXPIRED: ("late", _("Run out")),
    }[HandshakeState(one.state)]
    return {
        "name": one.name,
        "url": reverse(view, args=[group.slug, one.pk]),
        "email": one.email,
        "kind": kind,
        "word": word,
        "when": date_format(when, "DATE_FORMAT"),
        "until": date_format(one.expires_at, "DATE_FORMAT") if one.expires_at else "",
    }


def _former_row(group: Group, one: Membership) -> dict[str, Any]:
    person = one.person
    query = urlencode(
        {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "language": person.language,
        }
    )
    return {
        "name": person.listed_name,
        "country": person.country_name,
        "url": f"{reverse('members:person-invite', args=[group.slug])}?{query}",
    }


@group_page(Permission.VIEW_CONTACTS)
@require_POST
@shown_on("members:member-list", "group")
@needs_reauthentication(back="members:member-list")
def member_export(request: GroupRequest, group: Group) -> HttpResponse:
    """The list with addresses for a spreadsheet. The audit trail records who downloaded it."""
    rows = queries.member_rows(group, queries.members_of(group), contacts=True, reader=request.user)
    audit.record("members.list_exported", by=request.user, about=group, group=group, members=len(rows))
    response = HttpResponse(csv_text(exports.member_table(rows)), content_type="text/csv; charset=utf-8")
    name = f"members-{group.slug}-{clock.today().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@group_page(Permission.VIEW_MEMBERS)
@require_safe
def member_detail(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """One member: what all members see, and the address for readers who may see it."""
    membership = _membership(group, pk)
    held = request_roles(request)
    person = membership.person
    shown = queries.email_shown(
        person.pk,
        person.email,
        shared=person.share_contact,
        contacts=held.may(Permission.VIEW_CONTACTS, group),
        reader=request.user,
    )
    offices = queries.offices_of(group, [person.pk])
    history = Membership.objects.filter(group=group, person=person).select_related("quadrennium", "ending")
    ending = getattr(membership, "ending", None)
    facts = [
        {"term": _("Offices"), "value": "\n".join(offices.get(person.pk, []))},
        {"term": _("Country"), "value": person.country_name},
        {"term": _("IUCN region"), "value": str(person.region or "")},
        {"term": _("Institution"), "value": person.institution},
        {"term": _("Expertise"), "value": person.expertise},
        {"term": _("Email address"), "value": shown},
    ]
    context = {
        "group": group,
        "person": person,
        "membership": membership,
        "ending": ending,
        "facts": [fact for fact in facts if fact["value"]],
        "periods": list(history.order_by("-starts_on")),
        "is_self": person.pk == request.user.pk,
        "may_end": ending is None
        and person.pk != request.user.pk
        and held.may(Permission.EDIT_MEMBERS, group),
    }
    return render(request, "members/member_detail.html", context)


def _membership(group: Group, pk: int) -> Membership:
    rows = Membership.objects.filter(group=group).select_related(
        "person", "person__region", "ending", "quadrennium"
    )
    return get_object_or_404(rows, pk=pk)


@group_page(Permission.EDIT_MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_reauthentication
@acts_once
def member_end(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """A leader ends a membership, with a reason."""
    membership = _membership(group, pk)
    form = restored(request, EndForm(request.POST if request.method == "POST" else None))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_membership(membership=membership, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            return refused(request, str(error), reverse("members:member-list", args=[group.slug]))
        messages.success(
            request, _("The membership of %(name)s has ended.") % {"name": membership.person.name}
        )
        return redirect("members:member-list", group=group.slug)
    if request.method == "POST":
        status = 422
    context = {
        "group": group,
        "form": form,
        "membership": membership,
        "person": membership.person,
    }
    return render(request, "members/member_end.html", context, status=status)
