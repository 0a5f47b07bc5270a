"""The portal's own template tags: glyphs, statuses, days, tables, links. They are built in, so no template loads them.

The design language (parts) describes what they draw, and the sheet of components shows it.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypedDict

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import clock, form_keys, htmx, icons, kept, request_id
from core.forms import ErrorLink, error_links
from core.forms import error_texts as texts_of_errors
from core.mail import lines
from core.templatetags.figures import own_drawing

register = template.Library()
register.simple_tag(htmx.in_place)

register.simple_tag(request_id.current, name="request_number")

RED_LIST = ("ex", "ew", "cr", "en", "vu", "nt", "lc", "dd", "ne")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a glyph. Without a label it is decoration. Raises KeyError for an unknown name."""
    return own_drawing(icons.svg(name, str(label)))


@register.simple_tag
def status(kind: str, word: str, tag: bool = False) -> SafeString:
    """Draw a status: a glyph and a word. Use tag=True in lists and the default in tables.

    Raises ValueError for an unknown kind.
    """
    if kind not in icons.STATUSES:
        raise ValueError(f"'{kind}' is no status: choose one of {', '.join(sorted(icons.STATUSES))}.")
    tint = " tag" if tag else ""
    return own_drawing(
        f'<span class="st st--{kind}{tint}">{icons.svg(kind)}{conditional_escape(word)}</span>'
    )


def _as_date(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag
def day(value: date | datetime | None, late: bool = False) -> SafeString:
    """Draw the day of a task: day, month, and the year when it is not this year. Without a date, draw a dash."""
    if value is None:
        return format_html('<p class="{}"><b aria-hidden="true">–</b></p>', "day")
    when = _as_date(value)
    month = date_format(when, "M" if when.year == clock.today().year else "M Y")
    return format_html(
        '<p class="{}"><time datetime="{}"><b>{}</b> {}</time></p>',
        "day day--late" if late else "day",
        when.isoformat(),
        date_format(when, "j"),
        month,
    )


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name, in capitals."""
    words = [word for word in str(name).replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper()


@register.simple_tag
def face(person: Any, light: bool = False) -> SafeString:
    """Draw a person's initials in a circle, as decoration beside the name. `person` is a person or a name."""
    name = getattr(person, "name", None) or str(person)
    css = "face face--l" if light else "face"
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials(name))


@register.simple_tag
def rl(code: str, name: str = "") -> SafeString:
    """Draw a Red List category as two letters in its colour. Use it only to show a category.

    Raises ValueError for letters that are no category.
    """
    letters = str(code).lower()
    if letters not in RED_LIST:
        raise ValueError(f"'{code}' is no Red List category.")
    spoken = format_html('<span class="vh"> {}</span>', name) if name else ""
    return format_html('<span class="rlc rl-{}">{}</span>{}', letters, letters.upper(), spoken)


@register.simple_tag
def time_utc(value: datetime) -> str:
    """Return a moment as day and time in UTC, with "UTC" after it."""
    return _("%(moment)s UTC") % {"moment": date_format(value.astimezone(UTC), "DATETIME_FORMAT")}


@register.simple_tag
def error_summary(form: BaseForm | None = None, more: Iterable[BaseForm] | None = None) -> list[ErrorLink]:
    """Return the errors of one form or several, in order; see core.forms.error_links."""
    every = [form] if form else []
    return [link for one in [*every, *(more or [])] for link in error_links(one)]


@register.filter
def error_texts(field: BoundField) -> list[str]:
    """Return the errors of a field as sentences; see core.forms.error_texts."""
    return texts_of_errors(field)


@register.filter
def mail_address(value: str) -> SafeString:
    """Return an email address that breaks after its @ when the line is too short, and not inside a word."""
    return own_drawing(conditional_escape(value).replace("@", "@<wbr>"))


@register.filter
def inert(value: str) -> str:
    """Return text of a person for a mail, with no address that becomes a link; see core.mail.lines.inert."""
    return lines.inert(str(value))


@register.filter
def quoted(value: str) -> str:
    """Return text with "> " before each line, as mails without formatting show the words of another person."""
    return "\n".join(f"> {line}".rstrip() for line in str(value).splitlines())


@register.simple_tag
def filter_control(field: BoundField) -> SafeString:
    """Draw the control of a filter at the height of the filter row."""
    return field.as_widget(attrs={"class": "in"})


def _printed(value: Any) -> str:
    """Return a value as `{{ value }}` prints it: escaped, with numbers and dates in the reader's language."""
    if isinstance(value, Promise):
        value = str(value)
    return conditional_escape(value if isinstance(value, str) else str(localize(value)))


class Cell(TypedDict, total=False):
    """A cell of components/table.html that holds more than a plain value."""

    text: Any
    # Where the text leads.
    url: str
    # The status sign in front of the text (core.icons); not in the first column.
    kind: str
    # A second, smaller line.
    sub: Any
    # What the link is about, for screen readers.
    about: str


def _cell(cell: Any, column: dict[str, Any], first: bool) -> str:
    """Draw one cell of a table. `cell` is a Cell or a plain value; None becomes an empty cell."""
    if not isinstance(cell, dict):
        cell = {"text": "" if cell is None else cell}
    text, url, kind = _printed(cell.get("text", "")), cell.get("url"), cell.get("kind")
    if url and (first or not kind):
        about = cell.get("about")
        more = f'<span class="vh"> {_printed(about)}</span>' if about and not first else ""
        plain = ' class="plain"' if first else ""
        text = f'<a{plain} href="{_printed(url)}">{text}{more}</a>'
    elif kind and not first:
        text = status(kind, own_drawing(text))
    if cell.get("sub"):
        text += f'<span class="sub">{_printed(cell["sub"])}</span>'
    if first:
        return f'<th scope="row" role="rowheader">{text}</th>'
    label = "" if column.get("bare") else f' data-l="{_printed(column["label"])}"'
    right = ' class="r"' if column.get("num") else ""
    return f'<td role="cell"{label}{right}>{text}</td>'


@register.simple_tag
def table_rows(rows: Iterable[Sequence[Any]], columns: Sequence[dict[str, Any]]) -> SafeString:
    """Draw the rows of components/table.html. In template tags, a long list would take ten times as long.

    Raises ValueError when a row has more or fewer cells than the table has columns.
    """
    drawn = []
    for row in rows:
        cells = (
            _cell(cell, column, place == 0)
            for place, (cell, column) in enumerate(zip(row, columns, strict=True))
        )
        drawn.append(f'<tr role="row">{"".join(cells)}</tr>\n')
    return own_drawing("".join(drawn))


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """Draw the options of a select for django/forms/widgets/select.html.

    They are drawn in Python because lists of people are long.
    """
    drawn = []
    for name, choices, _place in groups:
        inside = "".join(
            f'<option value="{conditional_escape(str(one["value"]))}"'
            f"{''.join(f' {flag}' for flag in ('selected', 'disabled') if one['attrs'].get(flag))}>"
            f"{_printed(one['label'])}</option>"
            for one in choices
        )
        drawn.append(f'<optgroup label="{_printed(name)}">{inside}</optgroup>' if name else inside)
    return own_drawing("".join(drawn))


@register.simple_tag
def language_links(languages: Iterable[dict[str, Any]], menu: bool = False) -> SafeString:
    """Draw links to the page in each language. The phone's menu (`menu`) leaves out the present language."""
    drawn = []
    for one in languages:
        code = one["code"]
        link = f'<a href="{escape(one["url"])}"'
        tail = f' lang="{code}" hreflang="{code}">'
        if not menu:
            current = ' aria-current="true"' if one["current"] else ""
            shown = f'<span aria-hidden="true">{one["label"]}</span><span class="vh">{one["name"]}</span>'
            drawn.append(f"{link}{current}{tail}{shown}</a>")
        elif not one["current"]:
            drawn.append(f"{link}{tail}{one['name']}</a>")
    return own_drawing("".join(drawn))


@register.simple_tag(takes_context=True)
def page_links(context: Context, page: Page) -> dict[str, Any]:
    """Return what the pager under a list shows.

    These are the first and last pages, the pages beside this one with their addresses, and the gaps between them.
    """
    given = [(name, values) for name, values in context["request"].GET.lists() if name != "page"]

    def link(number: int) -> str:
        return f"?{urlencode([*given, ('page', number)], doseq=True)}"

    paginator = page.paginator
    numbers = paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": paginator.count,
        "before": link(page.previous_page_number()) if page.has_previous() else "",
        "after": link(page.next_page_number()) if page.has_next() else "",
        "numbers": [
            {
                "number": one,
                "url": link(int(one)) if one != paginator.ELLIPSIS else "",
                "current": one == page.number,
            }
            for one in numbers
        ],
    }


@register.simple_block_tag
def section(
    content: str, title: str, ident: str = "", url: str = "", link: str = "", quiet: bool = False
) -> SafeString:
    """Draw a section with a heading: {% section _("Now") url=all link=_("All tasks") %}…{% endsection %}."""
    ident = ident or f"s-{slugify(title) or 'section'}"
    heading = format_html('<h2 id="{}">{}</h2>', ident, title)
    if url:
        heading = format_html('<div class="split">{}<a class="sm" href="{}">{}</a></div>', heading, url, link)
    css = "sec sec--quiet" if quiet else "sec"
    return format_html(
        '<section class="{}" aria-labelledby="{}">{}{}</section>', css, ident, heading, content
    )


NOTE_GLYPH = {"done": "done", "info": "info", "wait": "wait", "late": "late"}


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "", role: str = "") -> SafeString:
    """Draw a notice of several sentences: {% notice "wait" _("Due in 10 days") %}<p>…</p>{% endnotice %}.

    Raises KeyError for a kind other than done, info, wait and late.
    """
    glyph = own_drawing(icons.svg(NOTE_GLYPH[kind]))
    css = "note" if kind == "done" else f"note note--{kind}"
    heading = format_html('<p class="b">{}</p>', title) if title else ""
    attribute = format_html(' role="{}"', role) if role else ""
    return format_html('<div class="{}"{}>{}<div>{}{}</div></div>', css, attribute, glyph, heading, content)


# The kind of notice for each message level of Django.
LEVELS = {"success": "done", "info": "info", "debug": "info", "warning": "wait", "error": "late"}


@register.filter
def note_kind(level: str) -> str:
    """Return the kind of notice that shows a message of this level."""
    return LEVELS.get(level, "info")


@register.simple_tag(takes_context=True, name="once")
def once_field(context: Context, form: BaseForm | None = None) -> SafeString:
    """Draw the hidden key of a form that posts, so that a double click acts once (core.once).

    With `{% once form %}` the portal also keeps what a person enters (core.kept). Then the tag draws the labels of the
    form, and, above a form that shows kept text, what happened.
    """
    request = context["request"]
    hidden = [(form_keys.FIELD, _form_key(request, form))]
    if form is not None:
        number = form_keys.sequence_of(request) if _is_posted(request, form) else 0
        hidden += [(form_keys.SEQUENCE, str(number)), *((form_keys.LABEL, one) for one in kept.labels(form))]
    fields = format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden)
    row = getattr(form, "kept", None)
    return fields + render_to_string("components/kept.html", {"kept": row}) if row else fields


def _is_posted(request: HttpRequest, form: BaseForm) -> bool:
    """Return whether the page shows the form again that this request has posted."""
    key = form_keys.key_of(request) if form.is_bound else None
    return key is not None and key.person == (request.user.pk or 0)


def _form_key(request: HttpRequest, form: BaseForm | None) -> str:
    """Return the key of the form: the posted one when the form comes back with errors, otherwise a new one."""
    if form is not None and _is_posted(request, form):
        return request.POST[form_keys.FIELD]
    row = getattr(form, "kept", None)
    return form_keys.new_key(request.user.pk, row.form if row else None)
