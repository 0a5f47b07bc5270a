"""Rules for passwords, beside Django's own."""

from __future__ import annotations

from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# House rule. A password of 12 random letters has about 10 different ones.
FEWEST_CHARACTERS = 5
FEWEST_STEPS = 3


def is_repetitive(password: str) -> bool:
    """Return whether a password has very few different characters, repeats a piece, or counts up or down."""
    text = password.casefold()
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    repeats = any(
        all(text[place] == text[place - length] for place in range(length, len(text)))
        for length in range(1, len(text) // 2 + 1)
    )
    return len(set(text)) < FEWEST_CHARACTERS or len(steps) < FEWEST_STEPS or repeats


class VariedPasswordValidator:
    """Refuses passwords such as "aaaaaaaaaaaa", "abcabcabcabc" and "123456789012"."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when the password is repetitive."""
        if is_repetitive(password):
            raise ValidationError(self.get_help_text(), code="password_repetitive")

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("Choose a password that repeats less. Three or four words in a row are easy to remember.")
