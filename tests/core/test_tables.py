"""Tables for spreadsheets: no cell starts a formula, and every text stays complete."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import csv_text, inert, starts_formula

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "|cmd",
    "%x",
    "\t=1",
    "\r=1",
    "\n=1",
    "\u000b=1",
    "\u0000=1",
    " =1",
    "\u00a0=1",  # no-break space
    "\u3000=1",  # ideographic space
    "\u200b=1",  # zero-width space
    "\ufeff=1",  # byte order mark
    "\u202e=1",  # turns the direction of writing
    "\u00a0 \u200b\u2060=1",
    "\uff1d1+1",  # full width: equals, plus, minus, at
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "\u200b\uff1d1",
    "\ufe661",  # small form
    '=HYPERLINK("https://example.org/"&A1,"here")',
    "=cmd|'/c calc'!A1",
]
HARMLESS = [
    "",
    " ",
    "\u200b",
    "a=b",
    "1-2",
    "Wanjiru Kamande",
    "“=1”",
    "'=1",
    "ﾊ=1",
    "\u00e9-1",
    "#1",
    "5 %",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_could_start_a_formula_gets_an_apostrophe_and_loses_nothing(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_other_texts_stay_as_they_are(text):
    assert inert(text) == text


@given(st.text(max_size=20))
def test_a_cell_keeps_its_text_and_starts_no_formula(text):
    cell = inert(text)
    assert cell in (text, f"'{text}")
    assert not starts_formula(cell)


def test_the_table_reads_back_cell_by_cell():
    rows: list[list[object]] = [["Name", "Amount"], *([text, -5] for text in HOSTILE), [None, 5]]
    text = csv_text(rows)
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert read == [["Name", "Amount"], *([f"'{text}", "'-5"] for text in HOSTILE), ["", "5"]]
