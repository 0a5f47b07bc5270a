"""Error messages of the sign-in pages. They say what to do, and do not reveal who has an account."""

from django.utils.translation import gettext_lazy as _

SIGN_IN_ERRORS = {
    "account_inactive": _("This account is closed. Ask your group’s leader or the Chair’s Office."),
    "code_outdated": _("This code no longer works. Ask for a new one."),
    "duplicate_email": _("This address already belongs to your account. Give another one."),
    "email_password_mismatch": _("Check the email address and the password: together they are not right."),
    "email_taken": _("Give another email address: this one cannot be used here."),
    "enter_current_password": _("Enter the password you use now"),
    "incorrect_code": _("Enter the code exactly as it stands in the last mail we sent you"),
    "incorrect_password": _("Enter your password again: this one is not right"),
    "invalid_or_expired_key": _("This link is too old. Ask for a new one."),
    "invalid_password_reset": _("This link is too old. Ask for a new one."),
    "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    "same_as_current": _("Give an address other than the one you use now"),
    "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    "unverified_primary_email": _("First prove that your email address is yours"),
}

SECOND_STEP_ERRORS = {
    "incorrect_code": _("Enter the code your app shows now, or a recovery code you have not used yet"),
    "unverified_email": _("First prove that your email address is yours"),
}
