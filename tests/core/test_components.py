"""The parts of the pages: each declared, each drawn, each what it says it is."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from core import components, icons
from core import forms as portal_forms
from core.templatetags import figures


def draw(source: str, **values) -> str:
    return Template(source).render(Context(values))


def visit(path: str) -> HttpRequest:
    """A visitor's request."""
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def draw_for(request: HttpRequest, source: str, **values) -> str:
    return Template(source).render(RequestContext(request, values))


# ---------------------------------------------------------------- the register


def test_every_component_file_is_declared_and_every_declaration_has_a_file():
    files = {path.stem for path in components.FOLDER.glob("*.html")}

    assert files == set(components.register())


@pytest.mark.parametrize("example", components.examples(), ids=lambda example: example.component.name)
def test_component_draws_its_example_from_declared_attributes_only(example):
    part = example.component
    assert set(part.needs) <= set(example.values)
    assert set(example.values) <= {*part.needs, *part.takes}

    html = draw_for(visit("/en/components/?state=open"), "{% load sheet %}{% example one %}", one=example)

    assert html.strip()
    assert "style=" not in html
    assert "None" not in html


def test_component_sheet_shows_every_part_in_the_demo(client, db):
    page = client.get("/en/components/")

    assert page.status_code == 200
    text = page.content.decode()
    for example in components.examples():
        drawn = text.split(f'id="p-{example.component.name}"')[1].split("</section>")[0]
        assert len(drawn) > 100, f"{example.component.name} shows nothing"
    assert 'class="seg"' in text
    assert 'class="hbars num"' in text


def test_component_sheet_does_not_exist_outside_the_demo(client, db, settings):
    settings.DEMO_MODE = False

    assert client.get("/en/components/").status_code == 404


# ---------------------------------------------------------------- glyphs and statuses


def test_icon_is_decoration_unless_it_has_a_name():
    assert 'aria-hidden="true"' in draw('{% icon "done" %}')
    named = draw("{% icon 'lock' label %}", label='Secret "vote"')
    assert 'role="img" aria-label="Secret &quot;vote&quot;"' in named
    assert "aria-hidden" not in named


def test_icon_that_was_never_drawn_is_a_slip_and_says_so():
    with pytest.raises(KeyError):
        draw('{% icon "unicorn" %}')


@pytest.mark.parametrize("kind", sorted(icons.STATUSES))
def test_status_carries_glyph_and_word(kind):
    html = draw("{% status kind word tag=True %}", kind=kind, word="<9 days>")

    assert html.startswith(f'<span class="st st--{kind} tag"><svg')
    assert html.endswith("&lt;9 days&gt;</span>")


def test_status_refuses_a_kind_the_design_does_not_know():
    with pytest.raises(ValueError, match="no status"):
        draw('{% status "urgent" "Now" %}')


def test_five_takes_the_name_of_a_part_or_its_place():
    assert draw('{% five "plan" %}') == draw("{% five 1 %}")
    assert draw('{% five "plan" %}') != draw('{% five "act" %}')
    with pytest.raises(ValueError, match=r"tuple\.index"):
        draw('{% five "dream" %}')


# ---------------------------------------------------------------- bars


@pytest.mark.parametrize(
    ("value", "css"), [(0, "v0"), (57.6, "v58"), (100, "v100"), (130, "v100"), (-4, "v0"), (None, "v0")]
)
def test_v_gives_the_class_for_a_length(value, css):
    assert draw("{{ value|v }}", value=value) == css


def test_bar_says_how_far_it_is():
    assert 'aria-label="58% of the way"><i class="v58">' in draw("{% bar 58 %}")
    assert 'aria-label="7 of 9"' in draw('{% bar 78 "7 of 9" %}')


@pytest.mark.parametrize(
    "counts", [(138, 41, 20, 15), (1, 999, 0, 0), (1, 1, 1), (0, 0), (5,), (1, 1, 1, 997), (3, 3, 3, 3, 3, 3)]
)
def test_shares_fill_the_bar_and_lose_nobody(counts):
    shares = figures.shares(counts)

    assert sum(shares) == (100 if sum(counts) else 0)
    assert [share > 0 for share in shares] == [count > 0 for count in counts]


def test_seg_keeps_empty_parts_in_the_key_and_out_of_the_bar():
    html = draw("{% seg parts %}", parts=[("k1", 3, "Done"), ("k5", 0, "Overdue")])

    assert 'aria-label="3 Done, 0 Overdue"' in html
    assert '<i class="k1 v100"></i></div>' in html
    assert '<li><i class="k5"></i>Overdue <b>0</b></li>' in html


# ---------------------------------------------------------------- days, faces


def test_day_shows_the_year_only_when_it_is_another(settings):
    this_year = datetime.now(UTC).year

    assert str(this_year) not in draw("{% day value %}", value=date(this_year, 3, 6)).replace(
        f"{this_year}-03", ""
    )
    other = draw("{% day value late=True %}", value=date(2019, 2, 15))
    assert other == '<p class="day day--late"><time datetime="2019-02-15"><b>15</b> Feb 2019</time></p>'


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Inès Vauclair", "IV"), ("Bao Minh Tran", "BT"), ("Plato", "P"), ("J. R. Doe", "JD"), ("", "")],
)
def test_face_shows_first_and_last_initial(name, letters):
    assert draw("{% face name %}", name=name) == f'<span class="face" aria-hidden="true">{letters}</span>'


def test_time_utc_says_that_it_is_utc():
    two_hours_east = timezone(timedelta(hours=2))

    html = draw("{% time_utc value %}", value=datetime(2026, 2, 24, 11, 14, tzinfo=two_hours_east))

    assert html == "24 February 2026, 09:14 UTC"


def test_rl_refuses_letters_that_are_no_category():
    assert "rl-en" in draw('{% rl "EN" "Endangered" %}')
    with pytest.raises(ValueError, match="no Red List category"):
        draw('{% rl "XX" %}')


# ---------------------------------------------------------------- forms


def test_field_ties_label_hint_and_error_to_its_control():
    form = components.SampleForm({"email": "name@"})

    html = form["email"].as_field_group()

    assert '<label for="id_email">' in html
    assert 'id="id_email_error"' in html
    assert 'aria-describedby="id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert "Enter an email address, such as name@example.org" in html
    hint = components.SampleForm()["institution"].as_field_group()
    assert 'aria-describedby="id_institution_helptext"' in hint
    assert 'id="id_institution_helptext"' in hint


def test_radios_are_a_fieldset_with_the_question_as_its_legend():
    html = components.SampleForm()["stay"].as_field_group()

    assert html.strip().startswith('<fieldset class="field q1"')
    assert "<legend>Do you stay on for 2026–2029?</legend>" in html
    assert 'class="opts opts--box"' in html
    assert "<small>We thank you and tell the Co-Chairs.</small>" in html
    assert " checked" not in html


def test_fields_that_may_stay_empty_say_so_and_others_do_not():
    form = components.SampleForm()

    assert "(optional)" in form["note"].as_field_group()
    assert "(optional)" not in form["institution"].as_field_group()
    assert "(optional)" not in form["country"].as_field_group()


def test_what_was_typed_is_kept_and_escaped():
    html = str(components.SampleForm({"institution": '"><script>alert(1)</script>', "email": "name@"}))

    assert "<script>" not in html
    assert "&quot;&gt;&lt;script&gt;" in html
    assert 'value="name@"' in html


def every_id(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


def test_error_summary_links_each_error_to_a_control_that_exists():
    form = components.SampleForm({"email": "name@", "day_0": "31", "day_1": "2", "day_2": "2026"})

    links = list(portal_forms.error_links(form))
    summary = render_to_string("components/error_summary.html", {"form": form})

    assert [link.target for link in links] == [
        "id_institution", "id_email", "id_region", "id_amount", "id_day_0", "id_stay_0",
    ]  # fmt: skip
    assert {link.target for link in links} <= every_id(str(form))
    assert 'role="alert"' in summary
    assert 'href="#id_day_0">Enter a real date' in summary
    assert "6 answers need another look" in summary


def test_error_summary_puts_errors_of_the_whole_form_first():
    class Pair(forms.Form):
        name = forms.CharField()

        def clean(self):
            raise forms.ValidationError("These two do not go together")

    links = list(portal_forms.error_links(Pair({})))

    assert [(link.text, link.target) for link in links] == [
        ("These two do not go together", ""),
        ("Fill in: Name", "id_name"),
    ]


def test_a_missing_answer_is_named_by_its_label():
    form = components.SampleForm({"email": "name@example.org"})

    assert portal_forms.error_texts(form["institution"]) == ["Fill in: Institution"]
    assert portal_forms.error_texts(form["stay"]) == ["Choose an answer: Do you stay on for 2026–2029?"]
    assert portal_forms.error_texts(form["email"]) == []


def test_a_forms_own_words_for_a_missing_answer_are_kept():
    class Own(forms.Form):
        year = forms.CharField(error_messages={"required": "Enter the year of the first report"})

    assert portal_forms.error_texts(Own({})["year"]) == ["Enter the year of the first report"]


def test_error_summary_of_a_form_without_errors_is_nothing():
    assert render_to_string("components/error_summary.html", {"form": components.SampleForm()}).strip() == ""


class DayForm(forms.Form):
    day = portal_forms.DayField(label="Day")
    later = portal_forms.DayField(label="Later", required=False)


def day_form(day, month, year):
    return DayForm({"day_0": day, "day_1": month, "day_2": year})


def test_day_field_reads_three_boxes():
    form = day_form("06", "3", "2026")

    assert form.is_valid()
    assert form.cleaned_data == {"day": date(2026, 3, 6), "later": None}


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        (("", "", ""), "Enter the date"),
        (("6", "", "2026"), "Enter the day, the month and the year"),
        (("31", "2", "2026"), "Enter a real date, such as 27 3 2026"),
        (("six", "3", "2026"), "Enter a real date, such as 27 3 2026"),
        (("6", "3", "26"), "Enter a real date, such as 27 3 2026"),
        (("6", "3", "99999"), "Enter a real date, such as 27 3 2026"),
    ],
)
def test_day_field_says_once_how_to_put_a_date_right(boxes, message):
    form = day_form(*boxes)

    assert form.errors["day"] == [message]
    if boxes[0]:
        assert f'value="{boxes[0]}"' in str(form["day"])


def test_day_field_shows_the_date_it_starts_from():
    html = str(DayForm(initial={"day": date(2026, 3, 6)})["day"])

    assert re.findall(r'value="(\d+)"', html) == ["6", "3", "2026"]


def test_day_field_knows_whether_it_changed():
    field = portal_forms.DayField()

    assert not field.has_changed(date(2026, 3, 6), ["06", "3", "2026"])
    assert field.has_changed(date(2026, 3, 6), ["7", "3", "2026"])
    assert not field.has_changed(None, ["", "", ""])


# ---------------------------------------------------------------- lists


def test_table_row_that_does_not_fit_its_columns_is_a_slip():
    values = {"caption": "Groups", "columns": [{"label": "Name"}], "rows": [["Bat", "Peru"]]}

    with pytest.raises(ValueError, match="zip"):
        render_to_string("components/table.html", values)


def test_table_names_its_columns_for_phones_and_keeps_roles():
    values = {
        "caption": "Groups",
        "columns": [{"label": "Name"}, {"label": "Members", "num": True}],
        "rows": [["Bat", 0]],
    }

    html = render_to_string("components/table.html", values)

    assert '<th scope="row" role="rowheader">Bat</th>' in html
    assert '<td role="cell" data-l="Members" class="r">0</td>' in html


def test_pager_keeps_the_filters_of_the_address():
    request = visit("/en/groups/?kind=mammal&page=2")

    html = draw_for(request, '{% include "components/pager.html" %}', page=Paginator(range(100), 10).page(2))

    assert 'rel="next" href="?kind=mammal&amp;page=3"' in html
    assert "11 to 20 of 100" in html


def test_pager_of_a_single_page_is_nothing():
    page = Paginator(range(3), 10).page(1)

    assert draw_for(visit("/"), '{% include "components/pager.html" %}', page=page).strip() == ""


def test_section_has_a_heading_that_names_it():
    html = draw('{% section title url="/all/" link="All" %}<p>x</p>{% endsection %}', title="Now & then")

    assert html.startswith('<section class="sec" aria-labelledby="s-now-then">')
    assert '<h2 id="s-now-then">Now &amp; then</h2><a class="sm" href="/all/">All</a>' in html


def test_one_of_several_bars_is_as_long_as_its_share_and_says_the_counts_that_have_room():
    html = draw("{% seg parts key=False length=50 %}", parts=[("k1", 18, "Accepted"), ("k5", 1, "Overdue")])

    assert 'class="seg v50"' in html
    assert '<i class="k1 v95">18</i>' in html
    assert '<i class="k5 v5"></i>' in html  # too narrow for a figure; the label says it
    assert "1 Overdue" in html


def test_an_address_breaks_after_its_at_sign_only_and_stays_inert():
    html = draw("{{ address|mail_address }}", address="a.long<b>@people.example")

    assert html == "a.long&lt;b&gt;@<wbr>people.example"
