"""Forms of the annual report: write, share, send, answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.forms import DayField, dressed
from members.models import Membership
from reporting.reports.actions import SectionText


class LongText(forms.CharField):
    """A text that may be saved empty, though the section asks for it."""

    def validate(self, value: str) -> None:
        """Check nothing: a text is required only when the section is marked complete."""


class SectionForm(forms.Form):
    """The page of one section: its text, whether it is complete, the version seen, and an answer to the office."""

    use_required_attribute = False
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = LongText(label=_("Text of the section"), widget=forms.Textarea(attrs={"rows": 14}))
    is_complete = forms.BooleanField(label=_("This section is complete"), required=False)
    answer = forms.CharField(
        label=_("Your answer"),
        help_text=_("The Chair’s Office reads it when you send the report."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    dressed(text, question=True)

    def __init__(
        self,
        *args: Any,
        title: str,
        help_text: str,
        max_length: int,
        may_write: bool,
        may_answer: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        text = self.fields["text"]
        text.label, text.help_text = title, help_text
        self.max_length, self.may_write = max_length, may_write
        if not may_write:
            for name in ("version", "text", "is_complete"):
                del self.fields[name]
        if not may_answer:
            del self.fields["answer"]

    @property
    def section(self) -> SectionText | None:
        """The text with its version, or None when the person cannot write it now."""
        if not self.may_write:
            return None
        return SectionText(**{name: self.cleaned_data[name] for name in ("text", "is_complete", "version")})

    def clean_text(self) -> str:
        """The text with plain line ends. Raises ValidationError with the number of characters too many."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > self.max_length:
            raise ValidationError(
                _("Shorten the text by %(over)d characters; it may have %(limit)d."),
                code="too_long",
                params={"over": len(text) - self.max_length, "limit": self.max_length},
            )
        return text


class MemberChoice(forms.ModelChoiceField):
    """A choice among the group's members, sorted by family name."""

    def label_from_instance(self, obj: User) -> str:
        """Family name first."""
        return obj.listed_name


class ShareForm(forms.Form):
    """A member who helps with one report, and until when."""

    person = MemberChoice(label=_("Who helps to write?"), queryset=User.objects.none())
    ends_on = DayField(
        label=_("Until when?"),
        help_text=_("The last day on which the person can write. For example 31 1 2027"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.on().order_by().values("person")
        person = self.fields["person"]
        assert isinstance(person, MemberChoice)
        person.queryset = User.objects.filter(pk__in=members, is_active=True).order_by("sort_key")

    def clean_ends_on(self) -> date:
        """The day, if it has not passed."""
        return not_past(self.cleaned_data["ends_on"])


class SendForm(forms.Form):
    """The hash of what the leader saw before sending."""

    revision = forms.CharField(widget=forms.HiddenInput, max_length=16)


def not_past(day: date) -> date:
    """The day, if it has not passed. Raises ValidationError for an earlier one."""
    if day < clock.today():
        raise ValidationError(_("Choose a day that has not passed yet"), code="past")
    return day
