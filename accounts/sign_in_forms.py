"""allauth's forms for signing in, with the portal's words.

The forms do the same as allauth's. They have no placeholders, because a placeholder repeats the label and disappears
when a person types. The link for a forgotten password is beside the button, and not between label and field.
"""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import limits, mailed_codes

NAMES = {
    "login": _("Email address"),
    "email": _("Email address"),
    "password": _("Password"),
    "remember": _("Keep me signed in on this device"),
    "oldpassword": _("Your password now"),
    "password1": _("New password"),
    "password2": _("The new password once more"),
    "code": _("Code"),
    "name": _("Name of the key"),
    "passwordless": _("Use it as a passkey, so that I sign in without a password"),
}
HINTS = {
    "password": "",
    "oldpassword": "",
    "password1": _("At least 12 characters. Three or four words in a row are easy to remember."),
    "passwordless": _("Your device then asks for a fingerprint, a face or its own code."),
}
WIDTHS = {"code": "w12 num"}


class OurWords:
    """Mixin for allauth's forms: the portal's labels, no placeholders, no link inside the password's hint."""

    fields: dict[str, Any]
    names: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.names.get(name) or NAMES.get(name) or field.label
            field.widget.attrs.pop("placeholder", None)
            field.help_text = HINTS.get(name, field.help_text)
            if name in WIDTHS:
                field.widget.attrs["class"] = WIDTHS[name]


class LoginForm(OurWords, account.LoginForm):
    """Address and password."""


class AddEmailForm(OurWords, account.AddEmailForm):
    """The new address."""

    names = {"email": _("New email address")}


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    """The password now and the new one twice."""


class SetPasswordForm(OurWords, account.SetPasswordForm):
    """A first password, twice."""


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    """Where to send the code."""


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):
    """The new password twice. One code sets one password."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not self.errors:
            mailed_codes.use(mailed_codes.password_code(context.request), "new password")
        return data


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    """The password again."""


class RequestLoginCodeForm(OurWords, account.RequestLoginCodeForm):
    """Where to send the code."""


class ConfirmLoginCodeForm(OurWords, account.ConfirmLoginCodeForm):
    """The code that came by email. It signs in once."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        mailed_codes.use(mailed_codes.sign_in_code(context.request), "sign-in code")
        return code


class ConfirmEmailVerificationCodeForm(OurWords, account.ConfirmEmailVerificationCodeForm):
    """The code that came by email. It confirms the address once."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        mailed_codes.use(mailed_codes.address_code(context.request), "address code")
        return code


class ConfirmPasswordResetCodeForm(OurWords, account.ConfirmPasswordResetCodeForm):
    """The code that came by email. It leads once to the page for the new password."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        mailed_codes.use(mailed_codes.password_code(context.request), "password code")
        return code


class ChangeEmailForm(OurWords, account.ChangeEmailForm):
    """Another address, for a person who has not proved the first one yet."""


class SecondFactorCode:
    """Mixin for the forms that take a code of the app or a recovery code. Each code works once."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Check the code. Posts at the same moment are checked one after the other, because they lock the factors.

        The first one to sign in ends the session before sign-in, so the others open the page anew.
        """
        request = context.request
        list(Authenticator.objects.select_for_update().filter(user=self.user).order_by("pk"))
        if not request.session.exists(request.session.session_key):
            mailed_codes.back_to_page(request)
        code: str = super().clean_code()  # type: ignore[misc] # allauth's form
        if self.authenticator.type == Authenticator.Type.TOTP:
            use_app_code(self.user.pk, code)
        return code


def use_app_code(person: int, code: str) -> None:
    """Mark a code of the app as used. Raises ValidationError when it was used before.

    allauth marks the code in the cache, and only for half a minute. A code is valid for longer than that.
    """
    if not limits.use_once("app code", person, normalize_user_code(code)):
        raise ValidationError(_("This code was used already. Wait until the app shows the next one."))


class AuthenticateForm(SecondFactorCode, OurWords, mfa.AuthenticateForm):
    """The code of the app, or a recovery code."""


class SecondReauthenticateForm(SecondFactorCode, OurWords, mfa.ReauthenticateForm):
    """The code of the app, or a recovery code, again."""


class ActivateTOTPForm(OurWords, totp.ActivateTOTPForm):
    """The first code of the app."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        use_app_code(self.user.pk, code)
        return code


class AddWebAuthnForm(OurWords, webauthn.AddWebAuthnForm):
    """A name for the key, and whether it is a passkey."""


class EditWebAuthnForm(OurWords, webauthn.EditWebAuthnForm):
    """A name for the key."""
