"""When the invited person uses another address: they confirm the invited one, or a leader sends it elsewhere."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, codes
from core.errors import DomainError, NotAllowed
from core.mail import limits
from members import mails
from members.access import may_invite, proved_addresses
from members.actions.common import check_period, check_takes_members, closed_sentence, in_group, is_over, lock
from members.actions.invitations import check_addressee, sign_and_send
from members.errors import HandshakeClosed
from members.models import Handshake
from members.states import OPEN, HandshakeState


@in_group
def ask_for_new_link(*, handshake: Handshake) -> None:
    """Tell the people who invited that the reader of an expired link wants a new one; one mail for each link.

    The reader needs no account, and the handshake does not change. Raises HandshakeClosed unless the
    invitation has expired.
    """
    handshake = lock(handshake)
    if handshake.state != HandshakeState.EXPIRED and not (
        handshake.state == HandshakeState.INVITED and is_over(handshake)
    ):
        raise HandshakeClosed(closed_sentence(handshake))
    mails.new_link_asked(handshake)


@in_group
def ask_for_other_address(*, handshake: Handshake, by: User) -> None:
    """Ask the people who invited, once, to send the invitation to the address that `by` uses.

    Raises HandshakeClosed when the invitation was answered or withdrawn.
    """
    handshake = lock(handshake)
    if handshake.state not in (HandshakeState.INVITED, HandshakeState.EXPIRED):
        raise HandshakeClosed(closed_sentence(handshake))
    mails.other_address_asked(handshake, by)


@in_group
def readdress(*, handshake: Handshake, by: User, email: str) -> Handshake:
    """Send an invitation to another address: the same record with a new link. The old link stops working.

    Raises NotAllowed, AlreadyMember, HandshakeClosed, GroupTakesNobody, TooManyMails.
    """
    handshake = lock(handshake)
    if not may_invite(by, handshake.group):
        raise NotAllowed(_("Only the group’s leaders send invitations."))
    check_takes_members(handshake.group)
    check_period(handshake)
    if handshake.state not in (HandshakeState.PREPARED, HandshakeState.INVITED, HandshakeState.EXPIRED):
        raise HandshakeClosed(closed_sentence(handshake))
    email = email.strip().lower()
    check_addressee(handshake.group, by, email)
    open_ones = Handshake.objects.filter(quadrennium=handshake.quadrennium, email=email, state__in=OPEN)
    if email != handshake.email and open_ones.exists():
        raise HandshakeClosed(_("An invitation or request of this address stands already."))
    handshake.email = email
    return sign_and_send(handshake, by, "members.invitation_readdressed")


@in_group
def send_address_code(*, handshake: Handshake, by: User) -> str:
    """Send a code to the invited address, so that the person can confirm it. Returns the code's hash.

    Raises TooManyMails after three codes within an hour.
    """
    handshake = lock(handshake)
    own = limits.mails(beginning=f"members.address-code:{handshake.pk}:{by.pk}:")
    to_one = limits.mails(beginning="members.address-code:", to=handshake.email)
    again = limits.ADDRESS_CODES.free_at(own, "queued_at") or limits.ADDRESS_CODES_TO_ONE.free_at(
        to_one, "queued_at"
    )
    if again is not None:
        raise limits.TooManyMails(
            _(
                "Several codes were sent within the hour. Use the latest one. You can get another one after %(moment)s."
            )
            % {"moment": limits.moment_text(again)}
        )
    code = codes.new_code()
    mails.address_code(handshake, code, by)
    return codes.hashed(code)


@transaction.atomic
def attach_address(*, handshake: Handshake, by: User, code: str, expected: str) -> None:
    """Check the code, then add the invited address to the person's confirmed ones. No session changes.

    Raises DomainError for a wrong code, or when another account has confirmed the address.
    """
    if not codes.fits(code, expected):
        raise DomainError(_("Enter the code from the email, eight letters and figures."), code="wrong_code")
    address = handshake.email
    if EmailAddress.objects.filter(email__iexact=address, verified=True).exclude(user=by).exists():
        raise DomainError(
            _("Another account uses this address. Sign out, then sign in with it and open the link again."),
            code="address_of_other_account",
        )
    if address in proved_addresses(by):
        return
    EmailAddress.objects.update_or_create(
        user=by, email=address, defaults={"verified": True, "primary": False}
    )
    # Without a group: leaders must not learn which addresses belong to the same person.
    audit.record("members.address_proved", by=by, about=by)
