"""Charts as plain SVG, the same on a page and in a printed report.

Charts use presentation attributes only, so that the content policy and the PDF engine both accept them. Each chart
has a name for people who do not see it, and the page shows its figures in a table beside it. Colour is never the
only difference: columns show their figure, and parts of a bar show their figure and a pattern of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

INK, QUIET = "#14211E", "#43524E"
STRONG, SOFT = "#0E6B5C", "#94BFB4"
FONT = "Faustina P, Georgia, serif"


@dataclass(frozen=True)
class BarPart:
    """A kind of part in a stacked bar: its name and how it is filled. On a `dark` fill the figures are white."""

    name: str
    fill: str
    dark: bool = False
    hatch: bool = False


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="11" font-family="{FONT}"{weight} '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _svg(width: float, height: float, label: str, body: str) -> str:
    name = escape(label)
    return (
        f'<svg class="chart" viewBox="0 0 {width:g} {height:g}" width="100%" role="img" aria-label="{name}">'
        f"<title>{name}</title>{body}</svg>"
    )


def columns(
    values: Sequence[tuple[str, float, str]],
    *,
    label: str,
    planned: float | None = None,
    planned_text: str = "",
) -> str:
    """Draw columns over time, the last one in the strong colour. Each value is (name, amount, amount in words).

    `planned` adds a dotted line at this amount, with `planned_text` above. Without values, returns an empty string.
    """
    if not values:
        return ""
    top, foot, step = 22.0, 98.0, 300 / len(values)
    highest = max([amount for _name, amount, _words in values] + [planned or 0]) or 1
    wide = min(48.0, step * 0.78)
    body = ""
    for index, (name, amount, words) in enumerate(values):
        height = max(0.0, amount) / highest * (foot - top)
        x, y = index * step + (step - wide) / 2, foot - height
        fill = STRONG if index == len(values) - 1 else SOFT
        if height:
            body += f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{height:.1f}" fill="{fill}"/>'
        body += _text(x + wide / 2, y - 5, words, anchor="middle", bold=True)
        body += _text(x + wide / 2, 114, name, anchor="middle", fill=QUIET)
    body += f'<path d="M0 {foot}H300" stroke="{INK}" stroke-width="1"/>'
    if planned is not None:
        y = foot - planned / highest * (foot - top)
        body += (
            f'<path d="M0 {y:.1f}H300" stroke="{INK}" stroke-width="1" stroke-dasharray="2 3" fill="none"/>'
        )
        body += _text(0, 8, planned_text, fill=QUIET)
    return _svg(300, 120, label, body)


def stacked(
    rows: Sequence[tuple[str, Sequence[int]]], parts: Sequence[BarPart], *, label: str, uid: str = "h"
) -> str:
    """Draw one bar in parts for each row: (name, counts in the order of the parts). All bars have the same scale.

    `uid` must be unique on the page. When all counts are 0, returns an empty string.
    """
    longest = max((sum(counts) for _name, counts in rows), default=0)
    if not longest:
        return ""
    left, width, line = 92.0, 368.0, 24
    body = (
        f'<defs><pattern id="{escape(uid)}" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<rect width="5" height="5" fill="#fff"/><path d="M0 5 5 0" stroke="{QUIET}" stroke-width="1.2"/>'
        "</pattern></defs>"
    )
    for index, (name, counts) in enumerate(rows):
        y, x = index * line + 2.0, left
        body += _text(0, y + 13, name)
        for part, count in zip(parts, counts, strict=True):
            if not count:
                continue
            size = count / longest * width
            fill = f"url(#{escape(uid)})" if part.hatch else part.fill
            body += (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="17" fill="{fill}" '
                f'stroke="{QUIET if not part.dark else part.fill}" stroke-width=".8"/>'
            )
            if part.hatch:  # a white background, so that the figure is readable
                body += (
                    f'<rect x="{x + size / 2 - 7:.1f}" y="{y + 2:.1f}" width="14" height="13" fill="#fff"/>'
                )
            body += _text(
                x + size / 2,
                y + 13,
                str(count),
                anchor="middle",
                fill="#fff" if part.dark else INK,
                bold=True,
            )
            x += size
    height = len(rows) * line + 4
    x = left
    for part in parts:
        if not any(counts[parts.index(part)] for _name, counts in rows):
            continue
        fill = f"url(#{escape(uid)})" if part.hatch else part.fill
        body += (
            f'<rect x="{x:.1f}" y="{height + 4}" width="10" height="10" fill="{fill}" stroke="{QUIET}" '
            'stroke-width=".8"/>'
        )
        body += _text(x + 14, height + 13, part.name, fill=QUIET)
        x += 26 + 5.6 * len(part.name)
    return _svg(left + width, height + 20, label, body)
