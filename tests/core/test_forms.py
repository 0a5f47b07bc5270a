"""Forms whose content another person saved first."""

from django.http import QueryDict

from core.forms import over_version


def test_what_was_posted_comes_back_over_the_new_version_and_nothing_else_changes():
    posted = QueryDict("version=1&text=Mine&regions=ms&regions=af")
    data = over_version(posted, 7)
    assert dict(data.lists()) == {"version": ["7"], "text": ["Mine"], "regions": ["ms", "af"]}
    assert posted["version"] == "1"
