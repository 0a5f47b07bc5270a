"""The one choice about mail."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NotificationsForm(forms.Form):
    """Whether the person wants mail that they can do without."""

    wants_optional_mail = forms.BooleanField(
        label=_("Remind me before something is due"),
        help_text=_("One mail at most each time, about a week before the day."),
        required=False,
    )
