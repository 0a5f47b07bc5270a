"""What changed between two texts, word by word, and paragraph by paragraph where a paragraph was written anew."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

PARAGRAPHS = re.compile(r"[^\n]*\n+|[^\n]+")
# A word with the blanks after it, or line ends. So what was removed and what was added do not run together.
PIECES = re.compile(r"\S+[^\S\n]*|\s+")
# House rule: a paragraph that shares less than this part of its words with the former one counts as written anew.
SAME_PARAGRAPH = 0.5


@dataclass(frozen=True)
class Piece:
    """A run of text: `same`, `ins` or `del`."""

    kind: str
    text: str


def word_changes(before: str, after: str) -> list[Piece]:
    """The later text in pieces, with what was added and removed. All pieces without the removed ones make `after`."""
    old, new = PARAGRAPHS.findall(before), PARAGRAPHS.findall(after)
    pieces: list[Piece] = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[b1:b2])))
            continue
        for one, other in zip_longest(old[a1:a2], new[b1:b2], fillvalue=""):
            pieces += _in_paragraph(one, other)
    return pieces


def _in_paragraph(before: str, after: str) -> list[Piece]:
    """The words that changed in one paragraph; the whole paragraph twice when it was written anew."""
    old, new = PIECES.findall(before), PIECES.findall(after)
    words = SequenceMatcher(None, old, new, autojunk=False)
    if words.ratio() < SAME_PARAGRAPH:
        return [Piece(kind, text) for kind, text in (("del", before), ("ins", after)) if text]
    pieces = []
    for kind, a1, a2, b1, b2 in words.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[b1:b2])))
            continue
        if a2 > a1:
            pieces.append(Piece("del", "".join(old[a1:a2])))
        if b2 > b1:
            pieces.append(Piece("ins", "".join(new[b1:b2])))
    return pieces
