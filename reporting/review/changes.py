"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

PIECES = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A run of text: `same`, `ins` or `del`."""

    kind: str
    text: str


def word_changes(before: str, after: str) -> list[Piece]:
    """The later text in pieces, with what was added and removed. All pieces without the removed ones make `after`."""
    old, new = PIECES.findall(before), PIECES.findall(after)
    pieces: list[Piece] = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[b1:b2])))
            continue
        if a2 > a1:
            pieces.append(Piece("del", "".join(old[a1:a2])))
        if b2 > b1:
            pieces.append(Piece("ins", "".join(new[b1:b2])))
    return pieces
