"""Forms whose content another person saved first."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from core.forms import DayField, over_version


def test_what_was_posted_comes_back_over_the_new_version_and_nothing_else_changes():
    posted = QueryDict("version=1&text=Mine&regions=ms&regions=af")
    data = over_version(posted, 7)
    assert dict(data.lists()) == {"version": ["7"], "text": ["Mine"], "regions": ["ms", "af"]}
    assert posted["version"] == "1"


@pytest.mark.parametrize("box", [0, 1, 2])
@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "-1", "0", "²"])
def test_a_date_with_an_absurd_number_is_refused_in_the_words_of_the_field(box, number):
    boxes = ["27", "3", "2026"]
    boxes[box] = number
    with pytest.raises(ValidationError, match="Enter a real date"):
        DayField().clean(boxes)
