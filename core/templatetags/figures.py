"""Template tags that draw figures: strokes, the cycle, bars. They are built in, so no template loads them.

The design language (parts) describes what they draw, and the sheet of components shows it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import tally as drawing

register = template.Library()

# The five parts of the Species Conservation Cycle, in their fixed order (Guidelines, section on the cycle).
CYCLE = ("assess", "plan", "act", "network", "communicate")


def own_drawing(svg: str) -> SafeString:
    """Mark our own drawing as safe HTML. The code that drew it has escaped every text in it."""
    return mark_safe(svg)  # noqa: S308 - drawn by our own code, where labels are escaped


@register.simple_tag
def tally(n: int, of: int | None = None, label: str = "") -> SafeString:
    """Draw n strokes out of `of` (without `of`, n strokes). Use it for counts up to about forty."""
    return own_drawing(drawing.tally(int(n), int(n if of is None else of), str(label)))


@register.simple_tag
def tally_art(n: int, cols: int, uid: str = "a", **options: Any) -> SafeString:
    """Draw n strokes as hand-drawn bundles in rows of `cols`. It is decoration: say the count in words beside it."""
    return own_drawing(drawing.art(int(n), int(cols), str(uid), **options))


@register.simple_tag
def five(part: str | int | None = None, css: str = "cyc") -> SafeString:
    """Draw the sign of the cycle with the stroke of this part heavy. `part` is a name such as 'plan', or 0 to 4.

    Raises ValueError for a name that is no part of the cycle.
    """
    index: int | None
    if part is None or part == "":
        index = None
    elif isinstance(part, int):
        index = part
    else:
        index = CYCLE.index(str(part).lower())
    return own_drawing(drawing.five(index, css))


def whole_percent(value: Any) -> int:
    """Return a share as a whole percent between 0 and 100. An empty value is 0."""
    return max(0, min(100, round(float(value or 0))))


@register.filter
def v(value: Any) -> str:
    """Return the CSS class for the length of a bar: 58 becomes v58 (the content policy forbids style attributes)."""
    return f"v{whole_percent(value)}"


@register.filter
def m(value: Any) -> str:
    """Return the CSS class for the position of a marker on a bar: 58 becomes m58."""
    return f"m{whole_percent(value)}"


@register.simple_tag
def bar(percent: Any, label: str = "") -> SafeString:
    """Draw a progress bar. Its name for screen readers is the label, or '58% of the way'."""
    value = whole_percent(percent)
    name = label or _("%(percent)d%% of the way") % {"percent": value}
    return format_html('<span class="bar" role="img" aria-label="{}"><i class="v{}"></i></span>', name, value)


def shares(counts: Sequence[int]) -> list[int]:
    """Return counts as whole percents that add up to 100. A count above 0 gets at least 1 percent."""
    total = sum(counts)
    if total <= 0:
        return [0 for _count in counts]
    exact = [100 * count / total for count in counts]
    result = [max(1, int(share)) if count else 0 for share, count in zip(exact, counts, strict=True)]
    by_rest = sorted(range(len(counts)), key=lambda k: exact[k] - int(exact[k]), reverse=True)
    for k in by_rest:
        if sum(result) < 100 and counts[k]:
            result[k] += 1
    if (over := sum(result) - 100) > 0:
        result[result.index(max(result))] -= over
    return result


# The least width of a part that shows its count: percent of the bar times percent of the whole width (500 is 5%).
ROOM_FOR_A_COUNT = 500


@register.simple_tag
def seg(
    parts: Iterable[Sequence[Any]],
    label: str = "",
    key: bool = True,
    small: bool = False,
    length: float | None = None,
) -> SafeString:
    """Draw a bar in parts with its key.

    Each part is (class, count, label): k1 done, k2 in hand, k3 not yet, k4 left or unknown, k5 overdue, k6 sent
    back. A part with the count 0 appears only in the key.

    Pass `length` for one of several bars: the bar is this many percent long, and wide parts show their count.
    """
    rows = [(str(css), int(count), str(name)) for css, count, name in parts]
    widths = shares([count for _css, count, _name in rows])
    drawn = [
        (css, width, count if length and css != "k6" and width * length >= ROOM_FOR_A_COUNT else "")
        for (css, count, _name), width in zip(rows, widths, strict=True)
        if count
    ]
    name = label or ", ".join(f"{count} {text}" for _css, count, text in rows)
    html = format_html(
        '<div class="{}" role="img" aria-label="{}">{}</div>',
        "seg seg--s" if small else "seg" if length is None else f"seg v{whole_percent(length)}",
        name,
        format_html_join("", '<i class="{} v{}">{}</i>', drawn),
    )
    if not key:
        return html
    items = format_html_join(
        "", '<li><i class="{}"></i>{} <b>{}</b></li>', ((css, text, count) for css, count, text in rows)
    )
    return html + format_html('<ul class="key">{}</ul>', items)


@register.simple_tag
def hbars(rows: Iterable[Sequence[Any]], small: bool = False) -> SafeString:
    """Draw bars with names and figures.

    Each row is (name, percent, figure) or (name, percent, figure, marker percent).
    """
    parts = []
    for row in rows:
        name, percent, figure, *rest = row
        mark = (
            format_html('<u class="m{}"></u>', whole_percent(rest[0])) if rest and rest[0] is not None else ""
        )
        parts.append((name, whole_percent(percent), mark, figure))
    return format_html(
        '<div class="{}">{}</div>',
        "hbars hbars--s num" if small else "hbars num",
        format_html_join(
            "",
            '<span>{}</span><span class="t" aria-hidden="true"><i class="v{}"></i>{}</span>'
            '<span class="n"><b>{}</b></span>',
            parts,
        ),
    )
