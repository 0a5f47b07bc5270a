"""Promises about pieces that are drawn once: never out of date, never another person's, nothing that was not named."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core.remembered import MOST, TOKEN, Pieces, frozen

ENGINE = Engine(
    builtins=["django.templatetags.i18n", "core.templatetags.portal"],
    libraries={},
)


class Counted:
    """Something shown, that counts how often it was asked for its text."""

    def __init__(self, text="shown"):
        self.text, self.asked = text, 0

    def remembered_as(self):
        return self.text

    def __str__(self):
        self.asked += 1
        return self.text


def template(source):
    return ENGINE.from_string(source)


def test_a_piece_is_drawn_once_for_the_same_values():
    drawn, shown = template("{% remember shown %}<b>{{ shown }}</b>{% endremember %}"), Counted()
    assert (
        drawn.render(Context({"shown": shown})) == drawn.render(Context({"shown": shown})) == "<b>shown</b>"
    )
    assert shown.asked == 1


def test_a_piece_is_drawn_anew_when_a_value_changes():
    drawn = template("{% remember rows %}{% for row in rows %}{{ row.n }};{% endfor %}{% endremember %}")
    assert drawn.render(Context({"rows": [{"n": 1}, {"n": 2}]})) == "1;2;"
    assert drawn.render(Context({"rows": [{"n": 1}, {"n": 3}]})) == "1;3;"
    assert drawn.render(Context({"rows": [{"n": 1}, {"n": 2}]})) == "1;2;"


def test_what_is_not_named_is_not_there():
    drawn = template("{% remember name %}{{ name }}{{ user }}{% endremember %}{{ user }}")
    assert drawn.render(Context({"name": "Cats", "user": "Amara"})) == "CatsAmara"


def test_each_language_has_its_own_piece():
    drawn = template('{% remember %}{% translate "Sign in" %}{% endremember %}')
    with translation.override("fr"):
        french = drawn.render(Context())
    with translation.override("en"):
        assert drawn.render(Context()) == "Sign in" != french


def test_a_piece_lasts_one_day_at_most(settings):
    drawn, shown = template("{% remember shown %}{{ shown }}{% endremember %}"), Counted()
    drawn.render(Context({"shown": shown}))
    settings.CLOCK_SHIFT = timedelta(days=1)
    drawn.render(Context({"shown": shown}))
    assert shown.asked == 2


def test_each_reader_gets_the_token_of_the_own_form():
    drawn = template("{% remember %}<form>{% csrf_token %}</form>{% endremember %}")
    pages = [drawn.render(Context({"csrf_token": token})) for token in ("first-token", "second-token")]
    assert "first-token" in pages[0]
    assert "second-token" in pages[1]
    assert not any(TOKEN in page for page in pages)


def test_text_is_escaped_and_marked_text_is_not_mistaken_for_it():
    drawn = template("{% remember text %}{{ text }}{% endremember %}")
    assert drawn.render(Context({"text": mark_safe("<b>")})) == "<b>"
    assert drawn.render(Context({"text": "<b>"})) == "&lt;b&gt;"


def test_a_block_inside_is_refused():
    with pytest.raises(TemplateSyntaxError, match="can't hold a block"):
        template("{% remember %}{% block inside %}{% endblock %}{% endremember %}")


def test_the_key_of_a_form_that_acts_once_is_refused_inside():
    with pytest.raises(TemplateSyntaxError, match="never change"):
        template("{% remember %}{% once %}{% endremember %}").render(Context())


def test_something_that_can_not_be_compared_is_refused(rf):
    with pytest.raises(TypeError, match="WSGIRequest"):
        template("{% remember request %}{% endremember %}").render(Context({"request": rf.get("/")}))


def test_old_pieces_make_room():
    pieces, drawn = Pieces(), []

    def draw(values):
        drawn.append(values["n"])
        return str(values["n"])

    for n in [*range(MOST + 1), 0, MOST]:
        assert pieces.get({"n": n}, draw) == str(n)
    assert drawn == [*range(MOST + 1), 0]  # the oldest was dropped, the newest kept


@dataclass(frozen=True)
class Row:
    name: str
    n: int


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates()
shown = st.recursive(
    plain | st.builds(Row, st.text(), st.integers()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(shown, shown)
def test_two_values_count_as_one_only_when_they_are_printed_alike(one, other):
    if frozen(one) == frozen(other):
        assert repr(one) == repr(other)


@given(shown)
def test_a_value_is_recognised_when_it_comes_again(value):
    assert hash(frozen(value)) == hash(frozen(value))
    assert frozen(value) == frozen(value)


def test_a_text_to_be_translated_counts_by_what_it_says():
    lazy = gettext_lazy("Sign in")
    with translation.override("fr"):
        french = frozen(lazy)
    assert french != frozen(lazy)
    assert frozen(date(2026, 1, 2)) != frozen("2026-01-02")
