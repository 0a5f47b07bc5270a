"""The tool for translations: it finds every marked text, keeps translations, and names each fault."""

from pathlib import Path

import pytest

from tools import messages


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "core").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "core" / "words.py").write_text(
        'A = _("Plain")\n'
        "B = f\"{gettext('In an f-string')}!\"\n"
        'C = ngettext("%(count)d report", "%(count)d reports", n)\n'
        'D = pgettext("month", "May")\n'
        "E = gettext(name)\n"
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}<h1>{% translate "Title (short)" %}</h1>{{ _("Said \\"so\\"") }}\n'
        "{% blocktranslate trimmed with who=name %}\n  Hello <b>{{ who }}</b>,\n  welcome.\n{% endblocktranslate %}\n"
        "{% blocktranslate count n=total trimmed %}{{ n }} group{% plural %}{{ n }} groups{% endblocktranslate %}\n"
        '{% translate "May" context "permission" %}{# {% translate "Not me" %} #}\n'
    )
    return tmp_path


TRANSLATIONS: dict[str, dict[str, str | list[str]]] = {
    "Plain": {"fr": "Simple", "es": "Sencillo"},
    "In an f-string": {"fr": "Dans une chaîne", "es": "En una cadena"},
    "%(count)d report": {
        "fr": ["%(count)d rapport", "%(count)d rapports"],
        "es": ["%(count)d informe", "%(count)d informes"],
    },
    "month\u0004May": {"fr": "mai", "es": "mayo"},
    "permission\u0004May": {"fr": "Peut", "es": "Puede"},
    "Title (short)": {"fr": "Titre (court)", "es": "Título (corto)"},
    'Said "so"': {"fr": "Dit «\u00a0ainsi\u00a0»", "es": "Dicho «así»"},
    "Hello <b>%(who)s</b>, welcome.": {"fr": "Bonjour <b>%(who)s</b>.", "es": "Hola, <b>%(who)s</b>."},
    "%(n)s group": {"fr": ["%(n)s groupe", "%(n)s groupes"], "es": ["%(n)s grupo", "%(n)s grupos"]},
}


def test_every_marked_text_is_found_with_its_context_and_plural(project):
    assert set(messages.marked_texts(project)) == {
        (None, "Plain", None),
        (None, "In an f-string", None),
        (None, "%(count)d report", "%(count)d reports"),
        ("month", "May", None),
        ("permission", "May", None),
        (None, "Title (short)", None),
        (None, 'Said "so"', None),
        (None, "Hello <b>%(who)s</b>, welcome.", None),
        (None, "%(n)s group", "%(n)s groups"),
    }


def test_missing_translations_come_in_the_form_that_fill_takes(project):
    assert messages.extract(project) == {"fr": 9, "es": 9}
    waiting = messages.missing(project)
    assert waiting["Plain"] == {"fr": "", "es": ""}
    assert waiting["%(n)s group"] == {"fr": ["", ""], "es": ["", ""]}
    assert set(waiting) == set(TRANSLATIONS)


def test_translated_project_is_found_right_and_compiles(project):
    messages.extract(project)
    assert messages.fill(TRANSLATIONS, project) == []
    assert messages.missing(project) == {}
    assert messages.check(project) == []
    assert messages.compile_catalogues(project) == ["fr", "es"]
    assert messages.compile_catalogues(project) == []  # nothing is newer


def test_second_extraction_changes_nothing(project):
    messages.extract(project)
    messages.fill(TRANSLATIONS, project)
    before = messages.catalogue_path("fr", project).read_text()
    messages.extract(project)
    assert messages.catalogue_path("fr", project).read_text() == before
    assert not any(word in before for word in ("POT-Creation-Date", "EMAIL@ADDRESS", "words.py:"))


def test_translation_of_a_text_that_goes_and_comes_back_is_kept(project):
    messages.extract(project)
    messages.fill(TRANSLATIONS, project)
    words = project / "core" / "words.py"
    text = words.read_text()
    words.write_text("")
    messages.extract(project)
    assert messages.check(project) == []
    words.write_text(text)
    assert messages.extract(project) == {"fr": 0, "es": 0}


def test_unknown_text_is_named(project):
    messages.extract(project)
    assert messages.fill({"Nobody says this": {"fr": "Personne"}}, project) == ["Nobody says this"]


@pytest.mark.parametrize(
    ("key", "language", "text", "fault"),
    [
        ("Plain", "fr", "", "is not translated"),
        ("Hello <b>%(who)s</b>, welcome.", "fr", "Bonjour <b>%(name)s</b>.", "other placeholders"),
        ("Hello <b>%(who)s</b>, welcome.", "es", "Hola, %(who)s.", "other tags"),
        ("Plain", "fr", "Vraiment ?", "no-break space"),
        ("Plain", "fr", "Vraiment?", "no-break space"),
        ("Plain", "fr", "Nom :", "no-break space"),
        ("Plain", "fr", "« Nom »", "no-break space"),
        ("Plain", "es", "Qué?", "opening"),
        ("Plain", "es", "Sencillo ", "other space"),
        ("%(n)s group", "es", ["%(n)s grupo", ""], "is not translated"),
        # In French the first form also stands for nought, so it cannot say "one".
        ("%(n)s group", "fr", ["un groupe", "%(n)s groupes"], "other placeholders"),
    ],
)
def test_each_fault_of_a_translation_is_named(project, key, language, text, fault):
    messages.extract(project)
    messages.fill(TRANSLATIONS, project)
    catalogue = messages.load(language, project)
    message = next(message for message in catalogue if message.id and messages._key(message) == key)
    message.string = tuple(text) if isinstance(text, list) else text
    messages.save(catalogue, language, project)
    (problem,) = messages.check(project)
    assert problem.startswith(f"{language}: ")
    assert fault in problem


def test_fuzzy_new_and_stale_texts_are_named(project):
    messages.extract(project)
    messages.fill(TRANSLATIONS, project)
    catalogue = messages.load("fr", project)
    catalogue["Plain"].flags.add("fuzzy")
    catalogue.add("Old", "Vieux")
    messages.save(catalogue, "fr", project)
    (project / "core" / "more.py").write_text('_("New")')
    assert messages.check(project) == [
        "fr: “New” is not in the catalogue",
        "fr: “Old” is no longer used",
        "fr: “Plain” is marked fuzzy",
        "es: “New” is not in the catalogue",
    ]
