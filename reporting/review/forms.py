"""Forms of the review: comment and decide, give more time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.forms import DayField, set_choices
from reporting.reports.forms import not_past
from reporting.review.actions import Decision, NewComment
from reporting.review.queries import Review
from reporting.states import CommentState, Outcome


class ReviewForm(forms.Form):
    """All that a reviewer types on the page of one report: comments on sections, settled comments, the decision.

    Each section has two fields: `comment_<key>` for the text, and `staff_<key>` to keep it among staff.
    """

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    settled = forms.TypedMultipleChoiceField(coerce=int, required=False)
    message = forms.CharField(
        label=_("Message to the leaders"),
        help_text=_("The leaders get your message and all open comments in one email."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    answer_by = DayField(
        label=_("If you send it back: answer by"),
        required=False,
        help_text=_("Leave this empty to keep the deadline."),
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"number": review.submission.number, "sha256": review.submission.sha256})
        super().__init__(*args, **kwargs)
        self.keys = [one.part.key for one in review.sections]
        self.open_comments = {
            comment.pk
            for one in review.sections
            for comment in one.talk
            if comment.from_office and not comment.staff_only and comment.state == CommentState.OPEN
        }
        set_choices(
            self, "settled", [(comment.pk, comment.pk) for one in review.sections for comment in one.talk]
        )
        for one in review.sections:
            self.fields[f"comment_{one.part.key}"] = forms.CharField(
                label=_("Comment on “%(section)s”") % {"section": one.part.title},
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"staff_{one.part.key}"] = forms.BooleanField(
                label=_("Only staff can read this comment"), required=False
            )

    @property
    def ticked(self) -> set[int]:
        """Ids of the comments that the reviewer ticked as settled in the form that was sent."""
        given = self["settled"].data if self.is_bound else None
        return {int(pk) for pk in given or () if str(pk).isdecimal()}

    def check_acceptance(self) -> bool:
        """Whether nothing speaks against accepting: no comment for the group is typed or open. Else adds errors."""
        for one in self.comments:
            if not one.staff_only:
                self.add_error(
                    f"comment_{one.section_key}",
                    _("Send the report back with this comment, or keep the comment for staff only."),
                )
        left = self.open_comments - set(self.cleaned_data["settled"])
        if left:
            self.add_error(
                None,
                ngettext(
                    "%(count)d comment is open. Mark it as settled, or send the report back.",
                    "%(count)d comments are open. Mark them as settled, or send the report back.",
                    len(left),
                )
                % {"count": len(left)},
            )
        return not self.errors

    @property
    def comments(self) -> list[NewComment]:
        """The comments that were typed."""
        given = self.cleaned_data
        return [
            NewComment(key, given[f"comment_{key}"], staff_only=given[f"staff_{key}"])
            for key in self.keys
            if given.get(f"comment_{key}")
        ]

    def decision(self, outcome: Outcome) -> Decision:
        """The decision with this outcome about the version that the form was shown with."""
        given = self.cleaned_data
        return Decision(
            number=given["number"],
            sha256=given["sha256"],
            outcome=outcome,
            message=given["message"],
            answer_by=given["answer_by"] if outcome == Outcome.RETURNED else None,
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
