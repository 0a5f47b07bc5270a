"""Choices that a form sets on its fields in its constructor."""

import pytest
from django import forms

from core.forms import choices_of, set_choices


class Colours(forms.Form):
    """A form with a field that has choices and one that has none."""

    colour = forms.ChoiceField(choices=[("old", "Old")])
    name = forms.CharField()


def test_choices_are_set_for_this_form_and_no_other():
    form, other = Colours({"colour": "green", "name": "Leaf"}), Colours({"colour": "green", "name": "Leaf"})
    set_choices(form, "colour", [("red", "Red"), ("green", "Green")])
    assert choices_of(form, "colour") == [("red", "Red"), ("green", "Green")]
    assert form.is_valid()
    assert choices_of(other, "colour") == [("old", "Old")]
    assert not other.is_valid()


def test_a_field_without_choices_is_refused_by_name():
    form = Colours()
    with pytest.raises(TypeError, match="name has no choices"):
        set_choices(form, "name", [("red", "Red")])
    with pytest.raises(TypeError, match="name has no choices"):
        choices_of(form, "name")
