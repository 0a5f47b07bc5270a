"""Text of people in mails and logs: on one line where it must be, and without anything that becomes a link."""

from __future__ import annotations

import re

# "http:" of an address, and a dot between two parts of one. Browsers take the other full stops for dots too.
SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*):(?=//)")
DOT = re.compile(r"(?<=[^\W_])[.\u3002\uff0e\uff61](?=[^\W\d_]{2})")
EMAIL = re.compile(r"[^\w]*[\w.+-]+@[\w-]+(\.[\w-]+)+[^\w/]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def one_line(text: str, limit: int = 250) -> str:
    """Return the text on one line, cut at `limit`. A run of control characters and line ends becomes one space."""
    return CONTROL.sub(" ", text).strip()[:limit]


def inert(text: str) -> str:
    """Return the text with every address of a website written so that no mail program makes a link of it.

    "http://www.example.org" becomes "http[:]//www[.]example[.]org". Email addresses stay as they are.
    """
    words = re.split(r"(\s+)", text)
    return "".join(
        word if EMAIL.fullmatch(word) else DOT.sub("[.]", SCHEME.sub(r"\1[:]", word)) for word in words
    )


def names_website(text: str) -> bool:
    """Return whether the text contains something that a mail program may make a link of."""
    return inert(text) != text or "@" in text or bool(re.search(r"(?i)\bwww\b", text))
