"""Forms of targets and progress."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import Radios, dressed, set_choices
from groups.models import Quadrennium
from reporting.models import CyclePair, KeyResult, Target, TargetStatus
from reporting.targets.actions import TargetAnswers
from reporting.targets.figures import plain_number


def number_field(**kwargs: Any) -> forms.DecimalField:
    """A field for a figure of 0 or more with up to two decimal places. Its errors say how to correct the figure."""
    return forms.DecimalField(
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"class": "w8 num", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("Enter a number, such as 12"),
            "min_value": gettext_lazy("Enter a number of 0 or more"),
            "max_digits": gettext_lazy("Enter a number with at most ten digits before the point"),
            "max_decimal_places": gettext_lazy("Enter a number with at most two decimal places"),
            "max_whole_digits": gettext_lazy("Enter a number with at most ten digits before the point"),
        },
        **kwargs,
    )


class TargetForm(forms.Form):
    """One target. Part of the cycle and sub-category are one choice, so people can choose only pairs of the plan."""

    text = forms.CharField(
        label=gettext_lazy("What will the group reach?"),
        help_text=gettext_lazy("One sentence that somebody outside the group understands."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": gettext_lazy("Enter the target in one sentence")},
    )
    dressed(text, question=True)
    pair = forms.ChoiceField(
        label=gettext_lazy("Part of the cycle and sub-category"),
        error_messages={
            "required": gettext_lazy("Choose a sub-category"),
            "invalid_choice": gettext_lazy("Choose a sub-category of the list"),
        },
    )
    key_result = forms.TypedChoiceField(
        label=gettext_lazy("Key Species Result"),
        help_text=gettext_lazy("The result of the Species Strategic Plan that this target adds to."),
        required=False,
        coerce=int,
        empty_value=None,
    )
    indicator = forms.CharField(
        label=gettext_lazy("How will you measure it?"),
        help_text=gettext_lazy("What you count, such as species assessed."),
        required=False,
        max_length=250,
    )
    baseline = forms.CharField(
        label=gettext_lazy("Where do you stand today?"),
        help_text=gettext_lazy("Such as 40 species assessed by 2025."),
        required=False,
        max_length=250,
    )
    quantity = number_field(
        label=gettext_lazy("How many will you reach in all?"),
        help_text=gettext_lazy("A number, if the target can be counted."),
    )
    due_year = forms.TypedChoiceField(
        label=gettext_lazy("By the end of which year?"),
        coerce=int,
        widget=forms.Select(attrs={"class": "w8"}),
        error_messages={
            "required": gettext_lazy("Choose the year by which the target is due"),
            "invalid_choice": gettext_lazy("Choose a year of the quadrennium"),
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, period: Quadrennium, target: Target | None = None, **kwargs: Any) -> None:
        if target is not None:
            kwargs.setdefault("initial", initial_of(target))
        super().__init__(*args, **kwargs)
        self.target = target
        set_choices(self, "pair", pair_choices(period))
        named = target.key_result_id if target is not None else None
        results = list(KeyResult.objects.filter(Q(listed=True) | Q(pk=named), plan__quadrennium=period))
        if not results:  # no Key Species Results are known for this quadrennium
            self.fields["key_result"].widget = forms.HiddenInput()
        set_choices(
            self, "key_result", [("", _("None of them")), *((str(row.pk), str(row)) for row in results)]
        )
        set_choices(
            self, "due_year", [("", _("Choose a year")), *((str(year), str(year)) for year in period.years)]
        )

    def clean_text(self) -> str:
        """The text as one paragraph: line ends become spaces."""
        return " ".join(self.cleaned_data["text"].split())

    def clean_due_year(self) -> int:
        """The due year. Raises ValidationError for a year that is over, unless the target has this year already."""
        year: int = self.cleaned_data["due_year"]
        now = clock.today().year
        if year < now and not (self.target and self.target.due_year == year):
            raise forms.ValidationError(
                _("%(year)d is over. Choose %(now)d or a later year.") % {"year": year, "now": now}
            )
        return year

    @property
    def answers(self) -> TargetAnswers:
        """The answers of a valid form."""
        data = self.cleaned_data
        component, subcategory = data["pair"].split(":")
        return TargetAnswers(
            component=component,
            subcategory=subcategory,
            text=data["text"],
            due_year=data["due_year"],
            key_result=data["key_result"],
            indicator=data["indicator"],
            baseline=data["baseline"],
            quantity=data["quantity"],
        )


def pair_choices(period: Quadrennium) -> list[Any]:
    """The pairs of the period's plan, by part of the cycle in its order; one query."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for pair in (
        CyclePair.objects.filter(plan__quadrennium=period)
        .select_related("component", "subcategory")
        .order_by("component__order", "subcategory__order")
    ):
        groups.setdefault(str(pair.component), []).append(
            (f"{pair.component_id}:{pair.subcategory_id}", f"{pair.component} · {pair.subcategory}")
        )
    return [("", _("Choose a sub-category")), *groups.items()]


def initial_of(target: Target) -> dict[str, Any]:
    """The form's values for an existing target."""
    return {
        "text": target.text,
        "pair": f"{target.component_id}:{target.subcategory_id}",
        "key_result": str(target.key_result_id or ""),
        "indicator": target.indicator,
        "baseline": target.baseline,
        "quantity": plain_number(target.quantity),
        "due_year": str(target.due_year),
        "version": target.version,
    }


class WordForm(forms.Form):
    """The reason why a target is dropped."""

    why = forms.CharField(
        label=gettext_lazy("Why does the group drop it?"),
        help_text=gettext_lazy("The group and the Chair’s Office read this beside the target."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        error_messages={"required": gettext_lazy("Say in a few words why the group drops this target")},
    )


class DecisionForm(forms.Form):
    """The decision of the Chair's Office about a group's targets, and the version that the office read."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What is your answer?"),
        choices=[
            ("agree", gettext_lazy("Agree the targets")),
            ("return", gettext_lazy("Send them back to the group")),
        ],
        widget=Radios(
            boxed=True,
            hints={
                "agree": gettext_lazy("They are locked and stand on the group’s public page."),
                "return": gettext_lazy("The group can change them and send them again."),
            },
        ),
        error_messages={"required": gettext_lazy("Choose whether you agree or send the targets back")},
    )
    dressed(outcome, question=True)
    word = forms.CharField(
        label=gettext_lazy("Your word to the leaders"),
        help_text=gettext_lazy(
            "It goes to the leaders by mail and stands above the targets. Say what should change."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        max_length=4000,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Require a message when the targets are sent back."""
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == "return" and not data.get("word"):
            self.add_error("word", _("Tell the leaders what should change"))
        return data


class ProgressForm(forms.Form):
    """The progress on one target by the end of one year."""

    status = forms.ModelChoiceField(
        queryset=TargetStatus.objects.all(),
        empty_label=None,
        widget=Radios(boxed=True),
        error_messages={
            "required": gettext_lazy("Choose where the target stands"),
            "invalid_choice": gettext_lazy("Choose one of the answers"),
        },
    )
    dressed(status, question=True)
    quantity = number_field(label=gettext_lazy("How many are reached so far?"))
    dressed(quantity, question=True)
    text = forms.CharField(
        label=gettext_lazy("What changed for the species or its people?"),
        help_text=gettext_lazy(
            "Two or three sentences a donor could read. Name countries and partners. "
            "It stands in the annual report, which is public once it is accepted."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        max_length=4000,
    )
    dressed(text, question=True)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    # Shown only when status and figure do not fit together: a person can confirm them.
    SURE = "sure"

    def __init__(
        self, *args: Any, target: Target, year: int, before: tuple[int, str] | None, **kwargs: Any
    ) -> None:
        """`before` is the latest earlier year with a figure."""
        super().__init__(*args, **kwargs)
        self.planned = target.quantity
        self.fields["status"].label = _("Where did this target stand at the end of %(year)d?") % {
            "year": year
        }
        field = self.fields["quantity"]
        first = target.target_set.quadrennium.years[0]
        if target.quantity is not None:
            dressed(
                field, question=True, suffix=_("of %(planned)s") % {"planned": plain_number(target.quantity)}
            )
        if target.indicator:
            field.label = _("%(indicator)s: how many so far?") % {"indicator": target.indicator}
        field.help_text = (
            _("Running total since %(first)d. It was %(figure)s at the end of %(year)d.")
            % {"first": first, "figure": before[1], "year": before[0]}
            if before
            else _("Running total since %(first)d.") % {"first": first}
        )

    def clean(self) -> dict[str, Any]:
        """Ask once when status and figure do not fit together; a person who confirms can save them.

        House rule: an achieved target has reached its planned figure, and whole things are counted in whole numbers.
        """
        data = super().clean() or self.cleaned_data
        doubts = list(self._doubts(data.get("status"), data.get("quantity")))
        if doubts:
            self.fields[self.SURE] = forms.BooleanField(
                label=_("The status and the figure are right as I entered them"), required=False
            )
            if self.SURE not in self.data:
                self.add_error(self.SURE, " ".join([*doubts, _("Correct them, or confirm them here.")]))
        return data

    def _doubts(self, status: TargetStatus | None, reached: Decimal | None) -> Iterator[str]:
        """What does not fit together, each as a sentence."""
        if self.planned is None or status is None:
            return
        values = {"reached": plain_number(reached), "planned": plain_number(self.planned)}
        if status.is_achieved and reached is None:
            yield _("You chose “Achieved” and entered no figure; %(planned)s were planned.") % values
        elif status.is_achieved and reached is not None and reached < self.planned:
            yield _("You chose “Achieved” and entered %(reached)s of %(planned)s.") % values
        if reached is not None and reached % 1 and not self.planned % 1:
            yield _("You entered %(reached)s, and the planned %(planned)s is a whole number.") % values

    def clean_text(self) -> str:
        """The text with plain line ends, as the database has them."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").strip()
