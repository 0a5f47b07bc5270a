"""The filter of the list of published reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import set_choices


class PublishedFilter(forms.Form):
    """Words and year to find published reports with."""

    q = forms.CharField(label=_("Group"), required=False, max_length=80)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "year", [("", _("All years")), *((year, str(year)) for year in years)])
