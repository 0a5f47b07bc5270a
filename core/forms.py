"""How forms look: the renderer, and the few widgets and fields the design adds to Django's own.

A form needs nothing to look right: `{{ form }}` or `{{ form.name.as_field_group }}` draws label, hint, error
and control in that order, tied together for screen readers. Four attributes of a field add to it (`dressed` sets them):

    question = True      the label is a question of its own, in serif
    affix = "US$"        a unit before the control
    suffix = _("of 8")   quiet words after the control
    say_optional = True  a checkbox says that it may stay empty
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class PortalRenderer(TemplatesSetting):
    """Draws forms with the project's own templates (templates/django/forms)."""

    form_template_name = "django/forms/portal_form.html"
    field_template_name = "django/forms/portal_field.html"


def dressed(
    field: forms.Field,
    *,
    question: bool = False,
    affix: Any = "",
    suffix: Any = "",
    say_optional: bool = False,
) -> Any:
    """The field, with what its drawing adds: a question in serif, a unit beside it, "(optional)" at a checkbox."""
    vars(field).update(question=question, affix=affix, suffix=suffix, say_optional=say_optional)
    return field


def _choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"The field {name} has no choices.")
    return field


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Give the form's field of this name its choices. Raises TypeError for a field that has none."""
    _choice_field(form, name).choices = choices


def choices_of(form: forms.BaseForm, name: str) -> list[Any]:
    """The choices of the form's field of this name. Raises TypeError for a field that has none."""
    given: Any = _choice_field(form, name).choices  # read, they are pairs; the stubs name all that may be set
    return list(given)


class Radios(forms.RadioSelect):
    """Radio buttons with a quiet line under each answer, where `hints` has one for its value.

    `boxed` puts each answer in a box; only for a decision. `row` puts short answers side by side.
    """

    template_name = "django/forms/widgets/multiple_input.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Iterable[Any] = (),
        *,
        hints: Mapping[str, Any] | None = None,
        boxed: bool = False,
        row: bool = False,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = dict(hints or {})
        self.boxed, self.row = boxed, row

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option as Django builds it, with its hint."""
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        return option

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The group as Django builds it, with the classes of its layout."""
        context = super().get_context(name, value, attrs)
        context["widget"]["layout"] = " opts--box" if self.boxed else " opts--row" if self.row else ""
        return context


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes with a quiet line under each answer, where `hints` has one for its value."""

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Iterable[Any] = (),
        *,
        hints: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = dict(hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option as Django builds it, with its hint."""
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        return option


def boxes(value: date | None) -> list[int | None]:
    """Day, month and year of a date, or three empty boxes."""
    return [value.day, value.month, value.year] if value else [None, None, None]


class DayWidget(forms.MultiWidget):
    """A date as day, month and year in three boxes: known dates are typed faster than picked."""

    template_name = "django/forms/widgets/day.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            [
                forms.TextInput({**number, "class": "w4 num", "maxlength": "2"}),
                forms.TextInput({**number, "class": "w4 num", "maxlength": "2"}),
                forms.TextInput({**number, "class": "w8 num", "maxlength": "4"}),
            ],
            attrs,
        )

    def decompress(self, value: date | None) -> list[Any]:
        """The three boxes of a date."""
        return boxes(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The three boxes, each with its own label."""
        context = super().get_context(name, value, attrs)
        for box, label in zip(
            context["widget"]["subwidgets"], (_("Day"), _("Month"), _("Year")), strict=True
        ):
            box["box_label"] = label
        return context

    def id_for_label(self, id_: str) -> str:
        """The first box, so that a link from the error summary lands in it."""
        return f"{id_}_0" if id_ else id_


class DayField(forms.MultiValueField):
    """A date typed in three boxes; cleans to a date or None.

    Refuses a date that does not exist with a sentence that says how to put it right.
    """

    widget = DayWidget
    default_error_messages = {
        "invalid": _("Enter a real date, such as 27 3 2026"),
        "incomplete": _("Enter the day, the month and the year"),
        "required": _("Enter the date"),
    }

    def __init__(self, **kwargs: Any) -> None:
        message = {"invalid": self.default_error_messages["invalid"]}
        boxes = [forms.IntegerField(min_value=1, error_messages=message) for _box in range(3)]
        super().__init__(boxes, require_all_fields=True, **kwargs)

    def clean(self, value: Any) -> date | None:
        """The date; raises ValidationError with one message however many boxes are wrong."""
        filled = [str(part).strip() for part in value or [] if part not in (None, "")]
        if not filled:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if len(filled) < 3:
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        try:
            day, month, year = (int(part) for part in filled)
            result = date(year, month, day)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not 1900 <= result.year <= 2199:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        self.validate(result)
        self.run_validators(result)
        return result

    def compress(self, data_list: list[Any]) -> date | None:
        """Three numbers as a date; used by callers that clean the boxes themselves."""
        return date(data_list[2], data_list[1], data_list[0]) if data_list and all(data_list) else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the three boxes say another date than before."""
        before = initial if isinstance(initial, list) else boxes(initial)
        return [str(part or "") for part in before] != [
            str(part or "").lstrip("0") for part in data or [""] * 3
        ]


def over_version(posted: QueryDict, version: int) -> QueryDict:
    """What was posted, with the version that another person saved first.

    A form that is filled with it shows the same answers again. Saving it once more is then a choice made in sight
    of both texts.
    """
    data = posted.copy()
    data["version"] = str(version)
    return data


class ErrorLink:
    """One line of the error summary: what is wrong and the control to put it right in."""

    def __init__(self, text: str, target: str) -> None:
        self.text, self.target = text, target


def error_texts(field: forms.BoundField) -> list[str]:
    """What is wrong with a field, in sentences that say how to put it right.

    Where a form kept Django's "This field is required.", the label says what is missing.
    """
    texts = []
    for error in field.errors.as_data():
        default = error.code == "required" and error.message == forms.Field.default_error_messages["required"]
        if not default:
            texts.extend(error.messages)
        elif isinstance(field.field, forms.ChoiceField | forms.ModelChoiceField | forms.BooleanField):
            texts.append(gettext("Choose an answer: %(label)s") % {"label": field.label})
        else:
            texts.append(gettext("Fill in: %(label)s") % {"label": field.label})
    return texts


def error_links(form: forms.BaseForm) -> Iterator[ErrorLink]:
    """The errors of a form, in the order of its fields, each with the id of the control it belongs to.

    A group of radio buttons or checkboxes is reached through its first choice. Errors of the form as a
    whole come first and carry no target.
    """
    for text in form.non_field_errors():
        yield ErrorLink(str(text), "")
    for field in [*form.hidden_fields(), *form.visible_fields()]:
        for text in error_texts(field):
            target = "" if field.is_hidden else field.id_for_label or first_choice_id(field) or ""
            yield ErrorLink(text, target)


def first_choice_id(field: forms.BoundField) -> str:
    """The id of the first choice of a group of radio buttons or checkboxes; empty when there is none."""
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple) and field.auto_id:
        return f"{field.auto_id}_0"
    return ""
