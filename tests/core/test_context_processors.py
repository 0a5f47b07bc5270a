"""The values that the frame of every page gets besides its content."""

from core.context_processors import in_other_language


def test_the_same_page_in_another_language_changes_the_first_part_only(rf):
    assert in_other_language(rf.get("/en/groups/fr/?on=2025-01-01"), "fr") == "/fr/groups/fr/"
    assert in_other_language(rf.get("/en/"), "es") == "/es/"
    assert in_other_language(rf.get("/demo/mail/"), "fr") == "/demo/mail/"
