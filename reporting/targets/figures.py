"""How much of the targets is reached: the cycle, the tables, the report and the export use these figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format


def share_reached(quantity: Decimal | None, reached: Decimal | None, *, achieved: bool) -> int:
    """The share of one target that is reached, as a whole percent from 0 to 100.

    An achieved target counts as 100, even if its figures are lower. A target without figures counts as 0 until
    it is achieved.
    """
    if achieved:
        return 100
    if not quantity or reached is None:
        return 0
    return max(0, min(100, int(Fraction(100) * Fraction(reached) / Fraction(quantity))))


def mean_percent(shares: Sequence[int]) -> int:
    """The mean of the shares, rounded down, so that pages show 100 only when all targets are reached; 0 for none."""
    return sum(shares) // len(shares) if shares else 0


def plain_number(value: Decimal | None) -> str:
    """The figure as people write it in the reader's language: 12, not 12.00; empty for None."""
    if value is None:
        return ""
    exponent = value.normalize().as_tuple().exponent
    return number_format(value, decimal_pos=max(0, -exponent) if isinstance(exponent, int) else None)
