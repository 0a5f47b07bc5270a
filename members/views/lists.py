"""Pages about the members of a group: list, one member, export, ending a membership."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.reauthentication import needs_reauthentication
from core import audit, clock
from core.errors import DomainError
from core.htmx import list_page
from core.kept import refused, restored, shown_on
from core.once import acts_once
from core.sorting import headings, read_sort
from core.tables import csv_text
from groups.access import GroupRequest, group_page, request_roles
from groups.models import Group, Quadrennium
from groups.roles import Permission
from members import actions, exports, queries
from members.access import contact_rights
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
    asked = data.get("sort", "")
    if show in STATES:
        sort = read_sort(asked, queries.HANDSHAKE_SORTS, "-since")
        rows = queries.handshakes_in(group, period, STATES[show], words, sort)
    elif show == NOT_YET and period is not None:
        sort = read_sort(asked, queries.FORMER_SORTS, "name")
        rows = queries.not_invited(group, period, words, sort)
    else:
        show = ""
        sort = read_sort(asked, queries.MEMBER_SORTS, "name")
        rows = queries.members_of(group, words=words, region=region, sort=sort)
    region = "" if show else region  # an invitation knows no region
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"members": None, "handshakes": None, "former": None}
    if show in STATES:
        context["handshakes"] = [_handshake_row(group, one) for one in page]
    elif show == NOT_YET:
        may_prepare = held.may(Permission.PREPARE_INVITATION, group) and not group.is_closed
        context["former"] = [_former_row(group, one, invite=may_prepare) for one in page]
    else:
        context["members"] = queries.member_rows(
            group, page, contacts=contact_rights(request.user, held, group)
        )
    all_members_listed = not (show or words or region)
    total = page.paginator.count if all_members_listed else member_counts([group.pk], day).get(group.pk, 0)
    if show:
        del form.fields["region"]
    may_prepare = held.may(Permission.PREPARE_INVITATION, group) and not group.is_closed
    list_url = reverse("members:member-list", args=[group.slug])
    context |= {
        "page": page,
        "filter_form": form,
        "filtered": bool(words or region),
        "chips": _chips(_counts(group, period, renewal, total, page, show, words), show, words, region)
        if sees_handshakes
        else [],
        "columns": headings(
            _columns(show, held.may(Permission.VIEW_CONTACTS, group), may_prepare),
            sort,
            {"show": show, "q": words, "region": region},
        ),
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
        ("k1", renewal.accepted, pgettext("renewal", "Accepted")),
        ("k2", renewal.invited, _("Invited again")),
        ("k3", renewal.missing, _("Not invited yet")),
        ("k4", renewal.leaving, _("Not renewing")),
    ]


def _counts(
    group: Group,
    period: Quadrennium | None,
    renewal: queries.Renewal | None,
    total: int,
    page: Page,
    show: str,
    words: str,
) -> dict[str, int]:
    """The number of people in each list of the page within the search; one query without words, three with words."""
    if words:
        states = queries.handshake_counts(group, period, words)
    else:
        states = handshake_states([group.pk], clock.today()).get(group.pk, {})
    counts = {name: states.get(state, 0) for name, state in STATES.items()}
    if renewal is not None and period is not None:
        counts[NOT_YET] = queries.not_invited(group, period, words).count() if words else renewal.missing
    counts[""] = queries.members_of(group, words=words).count() if show and words else total
    # The list that is shown has been counted already.
    return {**counts, show: page.paginator.count}


def _chips(counts: dict[str, int], show: str, words: str, region: str) -> list[dict[str, Any]]:
    """Links to the lists with their numbers. The region narrows members only."""
    labels = {
        "": _("Members"),
        "asked": _("Asking to join"),
        "invited": _("Invited"),
        "prepared": _("Prepared"),
        "expired": _("Run out"),
        NOT_YET: _("Not invited yet"),
    }

    def chip(label: str, name: str, count: int) -> dict[str, Any]:
        given = {"show": name, "q": words, "region": "" if name else region}
        query = urlencode({key: value for key, value in given.items() if value})
        return {"label": label, "url": f"?{query}", "count": count, "current": name == show}

    return [chip(label, name, counts[name]) for name, label in labels.items() if name in counts]


def _columns(show: str, sees_addresses: bool, may_prepare: bool) -> list[dict[str, Any]]:
    """The headings of the list that is shown, with the names that sort it."""
    if show in STATES:
        return [
            {"label": _("Name"), "name": "name"},
            {"label": _("Email address"), "name": "email"},
            {"label": _("State")},
            {"label": _("Since"), "name": "since"},
            {"label": _("Open until"), "name": "until"},
        ]
    if show == NOT_YET:
        action = [{"label": _("Action"), "hidden": True}] if may_prepare else []
        return [{"label": _("Name"), "name": "name"}, {"label": _("Since")}, *action]
    address = [{"label": _("Email address")}] if sees_addresses else []
    return [
        {"label": _("Name"), "name": "name"},
        {"label": _("Country"), "name": "country"},
        {"label": _("Since"), "name": "since"},
        {"label": _("Expertise"), "name": "expertise"},
        *address,
    ]


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
    if one.refused_at is not None and one.state == HandshakeState.INVITED:
        kind, word = "late", _("Email refused")
    return {
        "name": one.name,
        "url": reverse(view, args=[group.slug, one.pk]),
        "email": one.email,
        "kind": kind,
        "word": word,
        "when": date_format(when, "DATE_FORMAT"),
        "until": date_format(one.expires_at, "DATE_FORMAT") if one.expires_at else "",
    }


def _former_row(group: Group, one: Membership, *, invite: bool) -> dict[str, Any]:
    """A member of the last quadrennium: name and first day. Only the link to invite has the address."""
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
        "since": date_format(one.starts_on, "DATE_FORMAT"),
        "url": f"{reverse('members:person-invite', args=[group.slug])}?{query}" if invite else "",
    }


@group_page(Permission.VIEW_CONTACTS)
@require_POST
@shown_on("members:member-list", "group")
@needs_reauthentication(back="members:member-list")
def member_export(request: GroupRequest, group: Group) -> HttpResponse:
    """The list with addresses for a spreadsheet. The audit trail records who downloaded it."""
    contacts = contact_rights(request.user, request_roles(request), group)
    rows = queries.member_rows(group, queries.members_of(group), contacts=contacts)
    audit.record("members.list_exported", by=request.user, about=group, group=group, members=len(rows))
    response = HttpResponse(csv_text(exports.member_table(rows)), content_type="text/csv; charset=utf-8")
    name = f"members-{group.slug}-{clock.today().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@group_page(Permission.VIEW_MEMBERS)
@require_safe
def member_detail(request: GroupRequest, group: Group, pk: int) -> HttpResponse:
    """One membership: what all members see of a member, and the address for readers who may see it.

    Of a person who is not a member today, the page shows the name and the dates, and nothing of today's profile.
    """
    membership = _membership(group, pk)
    held, day = request_roles(request), clock.today()
    person = membership.person
    history = Membership.objects.filter(group=group, person=person).select_related("quadrennium", "ending")
    periods = list(history.order_by("-starts_on"))
    is_member = any(_counts_on(one, day) for one in periods)
    context = {
        "group": group,
        "person": person,
        "membership": membership,
        "is_member": is_member,
        "is_over": not _counts_on(membership, day),
        "facts": _facts(request, group, person) if is_member else [],
        "periods": periods,
        "is_self": person.pk == request.user.pk,
        "may_end": _counts_on(membership, day)
        and person.pk != request.user.pk
        and held.may(Permission.EDIT_MEMBERS, group),
    }
    return render(request, "members/member_detail.html", context)


def _counts_on(membership: Membership, day: date) -> bool:
    """Whether the membership counts on the day. The caller has read its ending."""
    last = membership.last_day
    return membership.starts_on <= day and (last is None or last >= day)


def _facts(request: GroupRequest, group: Group, person: User) -> list[dict[str, str]]:
    """The facts about a member that this reader may see; those without a value are left out."""
    contacts = contact_rights(request.user, request_roles(request), group)
    offices = queries.offices_of(group, [person.pk])
    facts = [
        {"term": _("Offices"), "value": "\n".join(offices.get(person.pk, []))},
        {"term": _("Country"), "value": person.country_name},
        {"term": _("IUCN region"), "value": str(person.region or "")},
        {"term": _("Institution"), "value": person.institution},
        {"term": _("Expertise"), "value": person.expertise},
        {
            "term": _("Email address"),
            "value": contacts.shown(person.pk, person.email, shares=person.share_contact),
        },
    ]
    return [fact for fact in facts if fact["value"]]


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
