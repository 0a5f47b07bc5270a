"""Tally strokes: the drawing has as many strokes as the number."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import tally

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    """The drawing as a tree; unquoted attributes are quoted first, as a browser would read them."""
    quoted = re.sub(r"class=(\w+)", r'class="\1"', svg)
    return ElementTree.fromstring(quoted)  # noqa: S314 - our own drawing


def strokes(path: ElementTree.Element) -> int:
    return path.attrib["d"].count("M")


@given(of=st.integers(1, 45), data=st.data())
def test_tally_draws_one_stroke_for_each_and_dots_the_rest(of, data):
    n = data.draw(st.integers(0, of))

    drawn, dotted = parse(tally.tally(n, of)).findall("path")

    assert strokes(drawn) == n
    assert dotted.get("class") == "off"
    assert strokes(dotted) == of - n


def test_tally_with_a_label_is_an_image_of_that_name():
    drawing = parse(tally.tally(7, 9, 'seven "of" <nine>'))

    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == 'seven "of" <nine>'
    assert drawing.get("aria-hidden") is None


def test_tally_without_a_label_is_hidden_from_screen_readers():
    assert parse(tally.tally(2, 3)).get("aria-hidden") == "true"


@pytest.mark.parametrize("n", [0, 1, 4, 5, 6, 138, 172])
def test_art_draws_as_many_bundles_and_single_strokes_as_counted(n):
    drawing = parse(tally.art(n, 7, uid="t"))

    bundles = drawing.findall("use")
    rest = drawing.findall("path")
    assert len(bundles) == n // 5
    assert sum(strokes(path) for path in rest) == n % 5


def test_art_is_the_same_each_time_and_differs_by_seed():
    assert tally.art(138, 6) == tally.art(138, 6)
    assert tally.art(138, 6) != tally.art(138, 6, seed=5)


def test_art_keeps_ids_of_two_pictures_apart():
    one, two = parse(tally.art(10, 2, uid="one")), parse(tally.art(10, 2, uid="two"))

    def ids(drawing):
        return {group.get("id") for group in drawing.iter("g")}

    assert ids(one).isdisjoint(ids(two))
    assert {use.attrib["href"][1:] for use in one.findall("use")} <= ids(one)


def test_five_makes_one_stroke_heavy_and_only_that_one():
    for part in range(5):
        paths = parse(tally.five(part)).findall("path")
        assert [path.get("class") == "on" for path in paths] == [k == part for k in range(5)]


def test_five_without_a_part_has_no_heavy_stroke():
    assert [path.get("class") for path in parse(tally.five()).findall("path")] == [None] * 5
