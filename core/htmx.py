"""Lists that are narrowed in place: htmx exchanges the list, and the page around it stays as it is.

Only a step on top: filters, chips and pages of a list are ordinary forms and links, which load the whole page without
script. What is exchanged has fixed names, so that the script, the style sheet and every list mean the same:
`list-found` (the list itself), `list-count` (how many, a status line that stays and is announced), `list-filters`
with `list-clear` inside, `list` (the heading) and `list-head` (above the page, where it holds the filters too).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django_htmx.middleware import HtmxDetails

FOUND = "list-found"
COUNT = "#list-count:innerHTML"
# A form that is typed into stays; a chip, a page of the list or "Clear the filters" brings its own form along.
KEEPING_FORM = f"{COUNT},#list-clear,#list-head"
WITH_FORM = f"{COUNT},#list,#list-filters,#list-head"


# Choices act at once, words after a pause; the button of the form still works. Each event stands once: htmx offers it
# to the first line that names it, and to no other.
WHEN = "submit, change target:{select,[type=checkbox]}, input target:.in:not(select) delay:600ms"
ATTRIBUTES = {
    "list": {
        "hx-boost": "true",
        "hx-target": f"#{FOUND}",
        "hx-select": f"#{FOUND}",
        "hx-select-oob": WITH_FORM,
        "hx-swap": "outerHTML show:none",
        "hx-sync": "this:replace",
        "hx-indicator": "this",
    },
    "form": {"hx-trigger": WHEN, "hx-select-oob": KEEPING_FORM},
    "clear": {"hx-select-oob": WITH_FORM},
}
WRITTEN = {what: format_html_join(" ", '{}="{}"', given.items()) for what, given in ATTRIBUTES.items()}


def in_place(what: str = "list") -> SafeString:
    """`{% in_place %}`: attributes of the element around filters and list, whose links and forms exchange the list.

    Links to elsewhere inside it belong into an element with `hx-boost="false"`. The form of filters and the link
    that clears them say how they differ: `{% in_place "form" %}`, `{% in_place "clear" %}`. Raises KeyError for others.
    """
    return WRITTEN[what]


class HtmxRequest(HttpRequest):
    """A request as django-htmx leaves it: it knows whether htmx asked, and for what."""

    htmx: HtmxDetails


def asks_for_list(request: HtmxRequest) -> bool:
    """Whether htmx asked for the list of a page that is already open, not somebody for the page."""
    return bool(request.htmx) and request.htmx.target == FOUND


def list_page(request: HtmxRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a list, or only its partial `list` for htmx."""
    name = f"{template}#list" if asks_for_list(request) else template
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
