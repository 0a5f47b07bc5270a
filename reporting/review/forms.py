"""Forms of the review: comment, decide, give more time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayField, Radios
from reporting.reports.forms import WordsForm, not_past
from reporting.states import Outcome


class CommentForm(WordsForm):
    """A comment of the Chair's Office about one section."""

    text = forms.CharField(
        label=_("Add to this conversation"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class StackedRadios(Radios):
    """Radio buttons in boxes, one below the other, for a narrow column."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The context of the parent widget, in one column."""
        context = super().get_context(name, value, attrs)
        context["widget"]["layout"] += " opts--1"
        return context


class DecisionForm(forms.Form):
    """The decision about the version that was read."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[(Outcome.ACCEPTED, _("Accept and publish")), (Outcome.RETURNED, _("Send back"))],
        widget=StackedRadios(
            hints={
                Outcome.ACCEPTED: _("The report is public at once, as a page and as a PDF."),
                Outcome.RETURNED: _("The leaders get your message and all open comments in one mail."),
            },
            boxed=True,
        ),
        error_messages={"required": _("Choose whether you accept the report or send it back")},
    )
    message = forms.CharField(
        label=_("Message to the leaders"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    answer_by = DayField(
        label=_("If you send it back: answer by"),
        required=False,
        help_text=_("Leave it empty to keep the deadline."),
    )


class ExtendForm(forms.Form):
    """A later deadline for one group, and the reason."""

    to = DayField(
        label=_("New deadline"), help_text=_("For example 28 2 2027. The day ends at midnight UTC.")
    )
    why = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("The leaders read it."), widget=forms.TextInput
    )

    def clean_to(self) -> date:
        """The day, if it has not passed."""
        return not_past(self.cleaned_data["to"])
