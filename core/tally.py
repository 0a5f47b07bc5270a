"""Tally marks as inline SVG: the portal's own drawing for counts.

`five` is the sign of the conservation cycle: one bundle of five strokes, with one stroke heavy. `tally` draws n
strokes out of a small number, and the rest dotted. `art` draws a large count as if by hand, for covers, public
pages and turnout. All three return plain SVG with presentation attributes only, so that the page (whose content
policy forbids style attributes) and the printed report can use the same text. The same arguments always give the
same drawing, so the last drawings are cached.
"""

import random
from functools import lru_cache
from html import escape

# The x positions of the four upright strokes of one bundle, in units of the drawing.
UPRIGHTS = (4, 10, 16, 22)
HANDS = 6  # how many differently drawn bundles one picture mixes


@lru_cache(maxsize=32)
def five(emphasis: int | None = None, css: str = "cyc") -> str:
    """Draw one bundle with stroke `emphasis` (0 to 4) heavy: Assess, Plan, Act, Network, Communicate."""

    def stroke(index: int, path: str) -> str:
        return f'<path{" class=on" if index == emphasis else ""} d="{path}"/>'

    uprights = "".join(stroke(k, f"M{x} 1.5 {x - 0.5} 20") for k, x in enumerate(UPRIGHTS))
    return (
        f'<svg class="{escape(css)}" viewBox="0 0 27 21.5" aria-hidden="true">'
        f"{uprights}{stroke(4, 'M0 17 26.5 4.5')}</svg>"
    )


@lru_cache(maxsize=512)
def tally(n: int, of: int, label: str = "") -> str:
    """Draw `n` strokes out of `of`, and the others dotted. Use it for counts up to about forty.

    With a label the drawing is an image with this name. Without one it is decoration, and the page must say the
    count in words beside it.
    """
    x, drawn, dotted, start = 2, "", "", 0
    while start < of:
        size = min(5, of - start)
        for j in range(min(size, 4)):
            path = f"M{x + j * 6} 2v17"
            drawn, dotted = (drawn + path, dotted) if start + j < n else (drawn, dotted + path)
        if size == 5:
            path = f"M{x - 4} 16 {x + 22} 5"
            drawn, dotted = (drawn + path, dotted) if start + 4 < n else (drawn, dotted + path)
        x += (min(size, 4) - 1) * 6 + 13
        start += size
    name = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    width = max(x - 5, 6)
    return (
        f'<svg class="tally" viewBox="-3 0 {width} 21" {name}>'
        f'<path d="{drawn}"/><path class="off" d="{dotted}"/></svg>'
    )


def _bundles(rnd: random.Random, uid: str, across: str | None) -> str:
    """Return the bundles that a picture uses, as SVG definitions."""
    defs = ""
    for hand in range(HANDS):
        uprights = ""
        for x in UPRIGHTS:
            lean, foot, bow = rnd.uniform(-0.8, 0.8), rnd.uniform(-0.8, 0.8), rnd.uniform(-0.7, 0.7)
            top, bottom = 1.5 + rnd.uniform(-1, 1), 20 + rnd.uniform(-1, 1)
            uprights += f"M{x + lean:.1f} {top:.1f}q{bow:.1f} 9 {foot - lean:.1f} {bottom - top:.1f}"
        y1, y2 = 17 + rnd.uniform(-1.5, 1), 4.5 + rnd.uniform(-1.5, 1.5)
        colour = f' stroke="{escape(across)}"' if across else ""
        defs += (
            f'<g id="{uid}{hand}"><path d="{uprights}"/>'
            f'<path{colour} d="M-.5 {y1:.1f}Q13 {(y1 + y2) / 2:.1f} 27 {y2:.1f}"/></g>'
        )
    return defs


@lru_cache(maxsize=64)
def art(
    n: int,
    cols: int,
    uid: str = "a",
    *,
    seed: int = 4,
    stroke: str = "currentColor",
    across: str | None = None,
    gap: tuple[int, int] = (40, 34),
    width: float = 2.3,
) -> str:
    """Draw `n` strokes as bundles that look drawn by hand, with `cols` bundles in a row.

    `uid` must be unique on the page, because the bundles are defined once and used by id. The same count and seed
    always give the same picture, so pages can be compared and cached. PDF engines do not know `currentColor`: pass
    a hex colour as `stroke`.
    """
    rnd = random.Random(seed)
    uid = escape(uid)
    defs = _bundles(rnd, uid, across)
    gx, gy = gap
    full, rest = divmod(max(n, 0), 5)
    body = "".join(
        f'<use href="#{uid}{rnd.randrange(HANDS)}" x="{k % cols * gx}" y="{k // cols * gy}"/>'
        for k in range(full)
    )
    if rest:
        x0, y0 = full % cols * gx, full // cols * gy
        lines = "".join(f"M{x0 + UPRIGHTS[j]} {y0 + 1.5}l-.4 18.6" for j in range(rest))
        body += f'<path d="{lines}"/>'
    rows = max(-(-(full + bool(rest)) // cols), 1)
    box = f"-1 0 {(cols - 1) * gx + 28} {(rows - 1) * gy + 22}"
    return (
        f'<svg class="tallyart" viewBox="{box}" aria-hidden="true" fill="none" stroke="{escape(stroke)}" '
        f'stroke-width="{width}" stroke-linecap="round"><defs>{defs}</defs>{body}</svg>'
    )
