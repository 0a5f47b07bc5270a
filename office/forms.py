"""The filters of the lists of reports and of target sets, as a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import set_choices
from core.sorting import PARAMETER
from office.queries import category_names
from reporting.network import ALL, IN_TIME, NOBODY, OVERDUE, REPORTS, Filters, Listing, Row, supporters_in

TOGETHER = [("received", _("Received (with the Chair’s Office or accepted)")), ("unsent", _("Not yet sent"))]


class FilterForm(forms.Form):
    """The years of a list and its filters: words, state, kind, network support, overdue. Keeps the order."""

    q = forms.CharField(
        label=_("Group"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    years = forms.ChoiceField(label=_("Year"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.ChoiceField(label=_("Kind of group"), required=False)
    support = forms.ChoiceField(label=_("Network support"), required=False)
    overdue = forms.ChoiceField(label=pgettext_lazy("filter", "Deadline"), required=False)

    def __init__(
        self,
        listing: Listing,
        filters: Filters,
        rows: Collection[Row],
        offered: Iterable[tuple[str, str]],
        years: str,
    ) -> None:
        """Offer what the rows have; `offered` are the years or quadrennia, of which `years` is chosen."""
        super().__init__({**filters.query, "years": years, PARAMETER: filters.sort.text}, auto_id="filter_%s")
        self.fields[PARAMETER] = forms.CharField(required=False, widget=forms.HiddenInput)
        everything = _("All years")
        if listing is not REPORTS:
            self.fields["years"].label = _("Quadrennium")
            everything = _("All quadrennia")
        present = {row.group.category_id for row in rows}
        choices: dict[str, list[tuple[str, Any]]] = {
            "years": [*offered, (ALL, everything)],
            "state": [
                ("", _("All states")),
                *((stage.value, stage.label) for stage in listing.stages),
                *(TOGETHER if listing is REPORTS else []),
            ],
            "category": [
                ("", _("All kinds")),
                *((code, name) for code, name in category_names().items() if code in present),
            ],
            "support": [
                ("", _("Everybody")),
                (NOBODY, _("Nobody assigned")),
                *((str(one.pk), one.name) for one in supporters_in(rows)),
            ],
            "overdue": [("", _("All")), (OVERDUE, _("Overdue")), (IN_TIME, _("Not overdue"))],
        }
        for name, values in choices.items():
            set_choices(self, name, values)
