"""The sentences about acts of this app in the group's history."""

from django.utils.translation import gettext_lazy as _

from groups.activity import register

SENTENCES = {
    "members.person_invited": _("%(by)s invited %(name)s."),
    "members.invitation_prepared": _("%(by)s prepared an invitation for %(name)s."),
    "members.invitation_sent_again": _("%(by)s sent the invitation to %(name)s again."),
    "members.invitation_readdressed": _("%(by)s sent the invitation to %(name)s to another address."),
    "members.invitation_withdrawn": _("%(by)s withdrew the invitation to %(name)s."),
    "members.invitation_declined": _("The invitation to %(name)s was declined."),
    "members.invitation_expired": _("The invitation to %(name)s ran out."),
    "members.invitation_awaits_leader": _(
        "%(by)s accepted an invitation; a leader of today has to confirm it."
    ),
    "members.join_requested": _("%(by)s asked to join."),
    "members.request_declined": _("%(by)s declined the request of %(name)s."),
    "members.request_withdrawn": _("%(by)s withdrew the request to join."),
    "members.request_accepted_in_leaders_place": _(
        "%(by)s accepted the request of %(name)s on behalf of the leaders."
    ),
    "members.membership_began": _("%(name)s became a member."),
    "members.membership_ended": _("%(by)s ended the membership of %(name)s."),
    "members.memberships_closed_with_group": _("%(members)s memberships ended when the group closed."),
    "members.member_left": _("%(name)s left the group."),
    "members.closed_with_group": _("The invitation or request of %(name)s fell when the group closed."),
    "members.list_exported": _("%(by)s exported the list of members."),
    "members.address_proved": _("%(by)s proved the address that was invited."),
}

register(SENTENCES)
