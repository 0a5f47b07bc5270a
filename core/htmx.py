"""Lists that are filtered in place: htmx replaces the list, and the rest of the page does not change.

Filters, chips and pages of a list are ordinary forms and links, which load the whole page without script. The parts
that htmx replaces have fixed ids, which the script, the style sheet and every list use:
`list-found` (the list itself), `list-count` (how many; a status line that screen readers announce), `list-filters`
with `list-clear` inside, `list` (the heading) and `list-head` (above the list, where it contains the filters too).
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
# While a person types in the form, the form is not replaced. A chip, a page of the list and "Clear the filters"
# replace the form too.
KEEPING_FORM = f"{COUNT},#list-clear,#list-head"
WITH_FORM = f"{COUNT},#list,#list-filters,#list-head"


# A choice acts at once, typed words act after a pause, and the button of the form still works. Name each event once:
# htmx uses only the first entry for an event.
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
    """`{% in_place %}`: return the attributes of the element around filters and list.

    Links and forms inside this element replace the list. Put links to other pages inside an element with
    `hx-boost="false"`. The form of the filters needs `{% in_place "form" %}`, and the link that clears them needs
    `{% in_place "clear" %}`. Raises KeyError for another word.
    """
    return WRITTEN[what]


class HtmxRequest(HttpRequest):
    """A request after the middleware of django-htmx: `htmx` says whether htmx sent it, and for which element."""

    htmx: HtmxDetails


def asks_for_list(request: HtmxRequest) -> bool:
    """Return whether htmx asks for the list of an open page. False when a person opens the page."""
    return bool(request.htmx) and request.htmx.target == FOUND


def list_page(request: HtmxRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render the page of a list, or only its partial `list` when htmx asks for the list."""
    name = f"{template}#list" if asks_for_list(request) else template
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
