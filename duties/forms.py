"""The form in which a person chooses whether they want optional mail."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NotificationsForm(forms.Form):
    """Whether the person wants optional mail."""

    wants_optional_mail = forms.BooleanField(
        label=_("Remind me before something is due"),
        help_text=_("One mail at most each time, about a week before the day."),
        required=False,
    )
