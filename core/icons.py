"""The portal's glyphs, drawn on a 24 by 24 grid. A glyph always has a word beside it."""

from html import escape

# The glyphs are not in the template tags, so that print pages and mails can use them without loading templates.
GLYPHS: dict[str, str] = {
    "done": '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/>'
    '<path d="m7.5 12.5 3 3 6-6.5" stroke="#fff" stroke-width="2.4"/>',
    "going": '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor" stroke="none"/>',
    "todo": '<circle cx="12" cy="12" r="9"/>',
    "wait": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.4l3.4 2"/>',
    "late": '<path d="M12 2.6 22 20.4H2z" fill="currentColor" stroke-linejoin="round"/>'
    '<path d="M12 9v5.2M12 17.4v.2" stroke="#fff" stroke-width="2.3"/>',
    "back": '<path d="M9 6 4 11l5 5M4.5 11H15a5 5 0 0 1 0 10h-3"/>',
    "info": '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/>'
    '<path d="M12 11v6M12 7.2v.1" stroke="#fff" stroke-width="2.4"/>',
    "lock": '<rect x="4.5" y="10.5" width="15" height="10" rx="1.5"/><path d="M8 10.5V7.8a4 4 0 0 1 8 0v2.7"/>',
    "no": '<circle cx="12" cy="12" r="9"/><path d="m5.8 5.8 12.4 12.4"/>',
    "down": '<path d="m5 9 7 7 7-7"/>',
    "left": '<path d="m15 5-7 7 7 7"/>',
    "right": '<path d="m9 5 7 7-7 7"/>',
    "menu": '<path d="M3 6h18M3 12h18M3 18h18"/>',
    "download": '<path d="M12 3v12m-5-5 5 5 5-5M4 20.5h16"/>',
    "eye": '<path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z"/><circle cx="12" cy="12" r="3"/>',
    "overlap": '<circle cx="8.5" cy="12" r="6"/><circle cx="15.5" cy="12" r="6"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="1.5"/><path d="m3.5 6.5 8.5 7 8.5-7"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "key": '<circle cx="7.5" cy="14.5" r="4.5"/><path d="M10.8 11.2 20 2m-3.5 3.5 3 3m-6 0 2 2"/>',
}
GLYPHS["chevron"] = GLYPHS["down"]
GLYPHS["arrow"] = GLYPHS["right"]

# The kinds of a status. Each has a glyph of the same name and a colour in portal.css.
STATUSES = frozenset({"done", "going", "todo", "wait", "late", "back", "info", "lock", "no"})


def svg(name: str, label: str = "") -> str:
    """Return the glyph as inline SVG. With a label it is an image with this name, without one it is decoration.

    Raises KeyError for a name without a glyph.
    """
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<svg class="i" viewBox="0 0 24 24" {role}>{GLYPHS[name]}</svg>'
