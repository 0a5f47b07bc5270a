"""How forms look: the renderer, and the widgets and fields that the design adds to Django's own.

`{{ form }}` or `{{ form.name.as_field_group }}` draws label, hint, error and control in that order, and connects
them for screen readers. A field can have four more attributes (`dressed` sets them):

    question = True      the label is a question and is set in serif
    affix = "US$"        a unit before the control
    suffix = _("of 8")   words in a quiet colour after the control
    say_optional = True  a checkbox shows "(optional)"
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

from core.mail.lines import names_website


def person_name(value: str) -> None:
    """Validator for a name. Mails show names to other people, so a name must not become a link in them.

    Raises ValidationError when the name contains an address of a website or an email address.
    """
    if names_website(value):
        raise ValidationError(
            _(
                "A name cannot contain a web or email address. Enter the name only, with a space after a full stop."
            ),
            code="address",
        )


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
    """Set on the field how it is drawn, and return the field. The module's docstring explains each attribute."""
    vars(field).update(question=question, affix=affix, suffix=suffix, say_optional=say_optional)
    return field


def _choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"The field {name} has no choices.")
    return field


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Set the choices of the form's field with this name. Raises TypeError when the field cannot have choices."""
    _choice_field(form, name).choices = choices


def choices_of(form: forms.BaseForm, name: str) -> list[Any]:
    """Return the choices of the form's field with this name. Raises TypeError when the field cannot have choices."""
    given: Any = _choice_field(form, name).choices  # pairs; the stubs name the types that may be set
    return list(given)


class Radios(forms.RadioSelect):
    """Radio buttons with a hint under each answer for whose value `hints` has one.

    `boxed` puts each answer in a box; use it only for a decision. `row` puts short answers side by side.
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
        """Return the context that Django builds, with the CSS class of the layout."""
        context = super().get_context(name, value, attrs)
        context["widget"]["layout"] = " opts--box" if self.boxed else " opts--row" if self.row else ""
        return context


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes with a hint under each answer for whose value `hints` has one."""

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
    """Return day, month and year of a date, or three times None."""
    return [value.day, value.month, value.year] if value else [None, None, None]


class DayWidget(forms.MultiWidget):
    """A date as day, month and year in three boxes. People type a date they know faster than they pick it."""

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
        """Return the values of the three boxes for a date."""
        return boxes(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context that Django builds, with a label for each box."""
        context = super().get_context(name, value, attrs)
        for box, label in zip(
            context["widget"]["subwidgets"], (_("Day"), _("Month"), _("Year")), strict=True
        ):
            box["box_label"] = label
        return context

    def id_for_label(self, id_: str) -> str:
        """Return the id of the first box, so that a link in the error summary leads to it."""
        return f"{id_}_0" if id_ else id_


class DayField(forms.MultiValueField):
    """A date typed in three boxes. `clean` returns a date or None.

    For a date that does not exist, the error says what to enter.
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
        """Return the date, or None. Raises ValidationError with one message, even when several boxes are wrong."""
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
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not 1900 <= result.year <= 2199:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        self.validate(result)
        self.run_validators(result)
        return result

    def compress(self, data_list: list[Any]) -> date | None:
        """Return three numbers as a date, or None. Callers that clean the boxes themselves use it."""
        return date(data_list[2], data_list[1], data_list[0]) if data_list and all(data_list) else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the three boxes contain another date than before."""
        before = initial if isinstance(initial, list) else boxes(initial)
        return [str(part or "") for part in before] != [
            str(part or "").lstrip("0") for part in data or [""] * 3
        ]


def over_version(posted: QueryDict, version: int) -> QueryDict:
    """Return the posted data with the number of the version that another person saved first.

    A form with this data shows the person's answers again. When the person saves again, they have seen both texts.
    """
    data = posted.copy()
    data["version"] = str(version)
    return data


class ErrorLink:
    """One line of the error summary: the error's text and the id of the control to correct."""

    def __init__(self, text: str, target: str) -> None:
        self.text, self.target = text, target


def error_texts(field: forms.BoundField) -> list[str]:
    """Return the errors of a field as sentences that say what to do.

    Django's "This field is required." is replaced by a sentence with the field's label.
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
    """Yield the errors of a form in the order of its fields, each with the id of its control.

    For a group of radio buttons or checkboxes, this is the id of the first choice. Errors of the form as a
    whole come first and have no target.
    """
    for text in form.non_field_errors():
        yield ErrorLink(str(text), "")
    for field in [*form.hidden_fields(), *form.visible_fields()]:
        for text in error_texts(field):
            target = "" if field.is_hidden else field.id_for_label or first_choice_id(field) or ""
            yield ErrorLink(text, target)


def first_choice_id(field: forms.BoundField) -> str:
    """Return the id of the first choice of a group of radio buttons or checkboxes, or '' for other controls."""
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple) and field.auto_id:
        return f"{field.auto_id}_0"
    return ""
