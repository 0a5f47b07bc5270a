"""Forms for a group's details and offices. They validate input; the actions check the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import DayField, set_choices
from core.web_addresses import WebAddressField
from groups.models import FocalTopic, Group
from groups.roles import FILLED_BY_LEADER, OFFICES


class DetailsForm(forms.ModelForm):
    """What leaders write about their group. The Chair's Office decides the name and the category."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Group
        field_classes = {"website": WebAddressField}
        fields = ["remit", "mission", "membership_criteria", "website", "host_institution"]
        widgets = {
            "mission": forms.Textarea(attrs={"rows": 6}),
            "membership_criteria": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "remit": _("The species, the region or the theme. Everybody sees it in the directory."),
            "mission": _("One or two sentences for everybody who opens the group’s page."),
            "membership_criteria": _("Shown to people who would like to join."),
            "host_institution": _(
                "Where the group’s work is based. Groups are no legal entities of their own."
            ),
        }


class OfficeForm(forms.Form):
    """Appoint a member to an office of the group."""

    office = forms.ChoiceField(
        label=_("Office"),
        choices=[("", "")]
        + [(code, office.name) for code, office in OFFICES.items() if code in FILLED_BY_LEADER],
        error_messages={"required": _("Choose the office")},
    )
    topic = forms.ChoiceField(
        label=_("Looks after"),
        required=False,
        choices=[("", ""), *FocalTopic.choices],
        help_text=_("For focal points only."),
    )
    person = forms.TypedChoiceField(
        label=_("Member"), coerce=int, error_messages={"required": _("Choose the member")}
    )
    ends_on = DayField(
        label=_("Last day"), required=False, help_text=_("Without one, the office ends with the quadrennium.")
    )

    def __init__(self, *args: Any, people: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "person", [("", ""), *people.items()])

    def clean(self) -> dict[str, Any]:
        """Check that a focal point has a topic and that the last day is not past. Other offices have no topic."""
        data = super().clean() or self.cleaned_data
        office = data.get("office")
        if office and OFFICES[office].has_topic and not data.get("topic"):
            self.add_error("topic", _("Choose what the focal point looks after"))
        if office and not OFFICES[office].has_topic:
            data["topic"] = ""
        if data.get("ends_on") and data["ends_on"] < clock.today():
            self.add_error("ends_on", _("Enter today or a later day"))
        return data


class DelegationForm(forms.Form):
    """Delegate leadership to a deputy, in writing and with dates."""

    deputy = forms.TypedChoiceField(
        label=_("Deputy"), coerce=int, error_messages={"required": _("Choose the deputy")}
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    note = forms.CharField(
        label=_("What you delegate"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands in the record and the deputy reads it."),
        error_messages={"required": _("Write what you delegate")},
    )

    def __init__(self, *args: Any, deputies: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "deputy", [("", ""), *deputies.items()])
        self.fields["starts_on"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        """Check that the first day is not past and that the last day is not before the first."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and first < clock.today():
            self.add_error("starts_on", _("Enter today or a later day"))
        if first and last and last < first:
            self.add_error("ends_on", _("Enter a day that is not before the first"))
        return data


class EndOfficeForm(forms.Form):
    """End an office today, with a reason for the group's history."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("It stands in the group’s history.")
    )


class DayQuery(forms.Form):
    """The day of `?on=`, for a page that shows the state on that day."""

    on = forms.DateField(
        label=_("As of the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def asked_day(request: HttpRequest) -> date:
    """Return the day of `?on=`, but never a day after today. Without a valid day, return today."""
    form = DayQuery(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    today = clock.today()
    return min(day, today) if day else today
