"""Forms about membership. They check what people typed; the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import all_regions
from core.forms import person_name
from members.models import Conditions

WORDS = 2000


class InviteForm(forms.Form):
    """Name, address and language of one person to invite, with a message."""

    given_name = forms.CharField(
        label=_("Given name"),
        max_length=80,
        validators=[person_name],
        error_messages={"required": _("Enter the person’s given name")},
    )
    family_name = forms.CharField(
        label=_("Family name"),
        max_length=80,
        validators=[person_name],
        error_messages={"required": _("Enter the person’s family name")},
    )
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("The invitation counts for this address only. Nobody but the leaders sees it."),
        error_messages={
            "required": _("Enter the address the invitation goes to"),
            "invalid": _("Enter an email address, such as name@example.org"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language of the email"), choices=settings.LANGUAGES)
    message = forms.CharField(
        label=_("A personal word"),
        required=False,
        max_length=WORDS,
        help_text=_("Why you would like to have this person. It stands in the email and on the page."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AgreeForm(forms.Form):
    """The person's signature: the agreement, and the version of the conditions that the person read."""

    conditions = forms.ModelChoiceField(queryset=Conditions.objects.all(), widget=forms.HiddenInput)
    agree = forms.BooleanField(
        label=_("I have read the membership conditions and accept them."),
        error_messages={
            "required": _("Tick the box if you accept the conditions. Without that you cannot join.")
        },
    )

    def __init__(self, *args: Any, shown: Conditions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conditions"].initial = shown.pk
        self.shown = shown

    def show_again(self) -> None:
        """Ask for the agreement again, because the conditions changed. The next post is about the text shown now."""
        data = dict(self.data.items())
        data[self.add_prefix("conditions")] = str(self.shown.pk)
        data.pop(self.add_prefix("agree"), None)
        self.data = data


class JoinForm(AgreeForm):
    """A request to join, with a message to the leaders."""

    message = forms.CharField(
        label=_("A word to the leaders"),
        required=False,
        max_length=WORDS,
        help_text=_("What you work on and what you would like to give. Only the group’s leaders read it."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    field_order = ["conditions", "message", "agree"]


class WordForm(forms.Form):
    """A message to the person who asked."""

    word = forms.CharField(
        label=_("A word to the person"),
        required=False,
        max_length=WORDS,
        help_text=_("It stands in the email with your answer. If you decline, say why."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class EndForm(forms.Form):
    """Why a membership ends."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The person reads it in the email."),
        error_messages={"required": _("Say why the membership ends")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LeaveForm(forms.Form):
    """A person leaves a group."""

    reason = forms.CharField(
        label=_("A word to the leaders"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AddressForm(forms.Form):
    """Where an invitation should go instead."""

    email = forms.EmailField(
        label=_("Send it to another address"),
        max_length=254,
        help_text=_("The link that was sent before stops working."),
        error_messages={
            "required": _("Enter the address the invitation goes to"),
            "invalid": _("Enter an email address, such as name@example.org"),
        },
    )


def region_choices() -> list[tuple[str, str | Promise]]:
    """The choice of any region, then each region by its name in the reader's language."""
    return [("", _("Any region")), *((one.pk, str(one)) for one in all_regions())]


class MemberFilter(forms.Form):
    """The filters of the list of members."""

    q = forms.CharField(
        label=_("Name or institution"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    region = forms.ChoiceField(label=_("Region"), required=False, choices=region_choices)
    show = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
