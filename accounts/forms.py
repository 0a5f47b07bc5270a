"""Forms of the account: sign-up, profile, and the code of a fresh proof."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sign_in_forms import OurWords
from core.context_processors import OWN_NAMES
from core.forms import person_name


class SignupForm(OurWords, AllauthSignupForm):
    """Name, address and password. People enter everything else later in their profile."""

    given_name = forms.CharField(
        label=_("Given name"),
        max_length=80,
        validators=[person_name],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=_("Family name"),
        max_length=80,
        validators=[person_name],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    names = {"password1": _("Password")}
    field_order = ["given_name", "family_name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def try_save(self, request: HttpRequest) -> tuple[Any, Any]:
        """Create the account. A known address gets a mail instead, after the same work.

        Without the same work, the time of the response would reveal that the address has an account.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ProfileForm(forms.ModelForm):
    """A person's profile, and who can see it. Without `public_contact` there is no field for a public address."""

    language = forms.ChoiceField(
        label=_("Language of mails"), choices=[(code, OWN_NAMES[code]) for code, _name in settings.LANGUAGES]
    )
    orcid = forms.CharField(
        label="ORCID",
        required=False,
        max_length=19,
        validators=[
            RegexValidator(
                r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$", _("Enter the sixteen figures, such as 0000-0002-1825-0097")
            )
        ],
    )

    class Meta:
        model = User
        fields = [
            "given_name",
            "family_name",
            "country",
            "institution",
            "expertise",
            "orcid",
            "language",
            "public_email",
            "share_contact",
        ]
        help_texts = {
            "country": _("Where you live. It decides the IUCN region you are counted in."),
            "expertise": _("Species, places or methods. Members of your groups can read it."),
            "public_email": _(
                "Everybody can read it on your group’s page while you are in office, and not a day longer."
            ),
        }
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "institution": forms.TextInput(attrs={"autocomplete": "organization"}),
            "public_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, public_contact: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("given_name", "family_name"):
            self.fields[name].validators.append(person_name)
        if not public_contact:
            del self.fields["public_email"]


class ProofCodeForm(forms.Form):
    """The code from the mail, with which a person confirms that it is they who use the page."""

    code = forms.CharField(
        label=_("Code from the email"),
        max_length=20,
        help_text=_("Eight letters and figures."),
        error_messages={"required": _("Enter the code from the email, eight letters and figures.")},
        widget=forms.TextInput(attrs={"class": "w12", "autocomplete": "one-time-code"}),
    )
