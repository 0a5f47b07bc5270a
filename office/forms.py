"""Filters of the list of reports: names and values come from lists, never from the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from office.queries import Filters, Grid
from reporting.models import ReportingYear
from reporting.states import Standing


class FilterForm(forms.Form):
    """The list narrowed by words, state, kind, network support, lateness; the year chooses the list."""

    q = forms.CharField(label=_("Group"), required=False, max_length=100)
    year = forms.ChoiceField(label=_("Year"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.ChoiceField(label=_("Kind of group"), required=False)
    support = forms.ChoiceField(label=_("Network support"), required=False)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, data: Any, *, grid: Grid, years: list[ReportingYear]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["year"].choices = [(str(one.year), str(one.year)) for one in years]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("All states")), *Standing.choices]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("All kinds")), *grid.categories]  # type: ignore[attr-defined]
        people = [(str(pk), name) for pk, name in grid.supporters]
        self.fields["support"].choices = [("", _("Everybody")), *people]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """What to narrow to; a value that is in no list narrows nothing."""
        self.is_valid()
        clean = self.cleaned_data
        return Filters(
            words=clean.get("q", ""),
            state=clean.get("state", ""),
            category=clean.get("category", ""),
            support=int(clean["support"]) if clean.get("support") else None,
            overdue=bool(clean.get("overdue")),
        )
