"""What a mail server's refusal is about: the address of one reader, or the server itself and its rules.

Relays answer 550 and 554 for a wrong address, and also when a quota is used up, when they do not know the portal, or
when they block it. Only the first is final. The enhanced status code (RFC 3463) tells them apart; without one, the
basic code and the step at which the server refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.mail.models import OutgoingMail

ENHANCED = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")
# Subjects and details that concern the reader's own address: unknown, moved, ambiguous, switched off (RFC 3463).
ADDRESS_CODES = frozenset({(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10), (2, 0), (2, 1)})
# Without an enhanced code: no such mailbox, the person has moved, the name of the mailbox is not allowed (RFC 5321).
ADDRESS_REPLIES = frozenset({550, 551, 553})
# Words of servers that refuse the portal, and not the address.
ABOUT_THE_SERVER = re.compile(
    r"relay|quota|limit|rate|spam|block|black|reputation|polic|auth|denied|unavailable|too many|try again",
    re.I,
)
# House rule: so many addresses refused one after the other, in so many domains, are a fault of the server.
MANY, DOMAINS = 5, 3


def is_about_address(code: int, words: str, *, at_recipient: bool) -> bool:
    """Return whether the refusal says that the address does not work.

    `at_recipient` is true when the server refused the address itself (RCPT), and false when it refused the message.
    """
    if not 500 <= code < 600:
        return False
    found = ENHANCED.search(words)
    if found:
        return (int(found[1]), int(found[2])) in ADDRESS_CODES
    return at_recipient and code in ADDRESS_REPLIES and not ABOUT_THE_SERVER.search(words)


def are_too_many(refused: Sequence[OutgoingMail]) -> bool:
    """Return whether these mails, refused one after the other, show a fault of the server and not of addresses."""
    return len(refused) >= MANY and len({mail.to.rpartition("@")[2].lower() for mail in refused}) >= DOMAINS
