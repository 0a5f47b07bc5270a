"""Filters of the list of reports: names and values come from lists, never from the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from office.queries import Filters, Grid, Supporter
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

    def __init__(self, data: Any, offers: FilterBar) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["year"].choices = [(str(one), str(one)) for one in offers.years]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("All states")), *Standing.choices]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("All kinds")), *offers.categories]  # type: ignore[attr-defined]
        people = [(str(one.pk), one.name) for one in offers.supporters]
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


@dataclass(frozen=True)
class FilterBar:
    """What was asked of the filters and what they offer. Plain values: most pages are asked for with nothing
    filtered and are drawn already, so the form comes to be only when it is needed.
    """

    asked: dict[str, str]
    years: list[int]
    categories: list[tuple[str, str]]
    supporters: list[Supporter]

    @classmethod
    def of(cls, asked: Mapping[str, str], grid: Grid, years: list[ReportingYear]) -> FilterBar:
        """The filters over a year's grid, as far as the address names them."""
        named = {name: asked[name] for name in FilterForm.base_fields if name in asked}
        return cls(
            {**named, "year": str(grid.year.year)},
            [one.year for one in years],
            grid.categories,
            grid.supporters,
        )

    @cached_property
    def form(self) -> FilterForm:
        """The form with what was asked in it."""
        return FilterForm(self.asked, self)

    @cached_property
    def filters(self) -> Filters:
        """What to narrow to."""
        if any(value for name, value in self.asked.items() if name != "year"):
            return self.form.filters()
        return Filters()
