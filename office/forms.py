"""Filters of the list of reports. Apart from the search words, a filter accepts only values from its list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import set_choices
from office.queries import Filters, Grid
from reporting.models import ReportingYear
from reporting.states import ReportStage


class FilterForm(forms.Form):
    """The year of the list, and its filters: words, state, kind, network support, overdue."""

    q = forms.CharField(label=_("Group"), required=False, max_length=100)
    year = forms.ChoiceField(label=_("Year"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.ChoiceField(label=_("Kind of group"), required=False)
    support = forms.ChoiceField(label=_("Network support"), required=False)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, data: Mapping[str, str], grid: Grid, years: Iterable[ReportingYear]) -> None:
        """Offer the filters of one year's grid, and `years` to choose from."""
        super().__init__({**data, "year": str(grid.year.year)}, auto_id="filter_%s")
        choices: dict[str, list[tuple[str, Any]]] = {
            "year": [(str(one.year), str(one.year)) for one in years],
            "state": [("", _("All states")), *ReportStage.choices],
            "category": [("", _("All kinds")), *grid.categories],
            "support": [("", _("Everybody")), *((str(one.pk), one.name) for one in grid.supporters)],
        }
        for name, offered in choices.items():
            set_choices(self, name, offered)

    def filters(self) -> Filters:
        """The chosen filters. A value that is in no list is ignored."""
        self.is_valid()
        clean = self.cleaned_data
        return Filters(
            words=clean.get("q", ""),
            state=clean.get("state", ""),
            category=clean.get("category", ""),
            support=int(clean["support"]) if clean.get("support") else None,
            overdue=bool(clean.get("overdue")),
        )
