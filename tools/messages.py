"""The translations: one catalogue per language for the whole project, in locale/<language>/LC_MESSAGES/django.po.

    extract          collects the marked texts of modules and templates; texts no longer used are set aside
    missing          prints the texts without a translation as JSON, ready to be filled in
    fill FILE.json   takes translations over: {"text": {"fr": "…", "es": "…"}}, plural forms as lists,
                     a text with a context as "context\\u0004text"
    compile          writes the .mo files that Django reads, where they are older than the catalogue
    check            says what is missing, stale or wrong; ends with 1 if anything is

Python is read with its own parser and templates with Django's, so no gettext program is needed.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sscportal.settings.apps import PACKAGES  # noqa: E402 - found through the line above

LANGUAGES = ("fr", "es")
# Function name -> which argument is the context, the text, the plural (counted from 0; None: there is none).
KEYWORDS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
CALL = re.compile(r"\b(?:n?p?gettext|_)\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?([a-z][a-z0-9]*)")
NOT_KEPT = ("POT-Creation", "PO-Revision", "Generated-By", "Report-Msgid", "Last-Translator", "Language-Team")
HEADERS = tuple(f'"{name}' for name in NOT_KEPT)
ENTITY = re.compile(r"&#?\w+;")
# French puts a no-break space before : ; ? ! and on the inner sides of « ».
BARE_FRENCH = re.compile(
    r"[^\u00a0\u202f?!.…][?!](?=[\s»)]|$)|[^\u00a0\u202f][;:](?=\s|$)|«(?![\u00a0\u202f])|(?<![\u00a0\u202f])»"
)

Text = tuple[str | None, str, str | None]  # context, text, plural


def texts_in_python(source: str) -> Iterator[Text]:
    """Yield the marked texts of a module, also those inside f-strings. Raises SyntaxError when it is not Python."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (found := _text_of(node)):
            yield found


def _text_of(call: ast.Call) -> Text | None:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in KEYWORDS:
        return None

    def argument(index: int | None) -> str | None:
        if index is None or index >= len(call.args):
            return None
        value = call.args[index]
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    context, text, plural = (argument(index) for index in KEYWORDS[name])
    return (context, text, plural) if text else None


def texts_in_template(source: str) -> Iterator[Text]:
    """Yield the marked texts of a template. Raises SyntaxError where Django's own reading of the tags fails."""
    code = templatize(source)
    for match in CALL.finditer(code):
        yield from texts_in_python(_call_at(code, match.start()))


def _call_at(code: str, start: int) -> str:
    """Return the call that begins at `start`, up to its closing bracket; quoted brackets do not count."""
    depth, quote, at = 0, "", code.index("(", start)
    while at < len(code):
        letter = code[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        else:
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if depth == 0:
                return code[start : at + 1]
        at += 1
    raise SyntaxError(f"A marked text does not end: {code[start : start + 60]}")


def marked_texts(root: Path = ROOT) -> dict[Text, list[str]]:
    """Return every marked text of the project with the files that contain it."""
    found: dict[Text, list[str]] = {}
    modules = [path for app in PACKAGES for path in sorted((root / app).rglob("*.py"))]
    templates = [
        path
        for folder in ("templates", *(f"{app}/templates" for app in PACKAGES))
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in {".html", ".txt", ".xml", ".svg"}
    ]
    for path in modules + templates:
        read = texts_in_python if path.suffix == ".py" else texts_in_template
        try:
            for text in read(path.read_text(encoding="utf-8")):
                places = found.setdefault(text, [])
                if (place := str(path.relative_to(root))) not in places:
                    places.append(place)
        except SyntaxError as error:
            raise SystemExit(f"{path.relative_to(root)} cannot be read for its texts: {error}") from error
    return found


def catalogue_path(language: str, root: Path = ROOT) -> Path:
    """Return the path of a language's catalogue."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def load(language: str, root: Path = ROOT) -> Catalog:
    """Return a language's catalogue; an empty one when there is none yet."""
    path = catalogue_path(language, root)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as handle:
        return read_po(handle, locale=language)


def save(catalogue: Catalog, language: str, root: Path = ROOT) -> None:
    """Write a catalogue, sorted and without dates and line numbers, so that git shows only changes of texts."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=100, sort_output=True, no_location=True)
    lines = [line for line in buffer.getvalue().decode().splitlines() if not line.startswith(HEADERS)]
    path = catalogue_path(language, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).strip() + "\n", encoding="utf-8")


def extract(root: Path = ROOT) -> dict[str, int]:
    """Update the catalogues to the marked texts; return the number of texts without a translation."""
    texts, waiting = marked_texts(root), {}
    for language in LANGUAGES:
        old = load(language, root)
        new = Catalog(locale=language, project="SSC portal", version="1", fuzzy=False)
        new.header_comment = "# The portal's texts. Collected and checked by tools/messages.py."
        known = {(message.context, _singular(message)): message for message in old if message.id}
        aside = {(message.context, _singular(message)): message for message in old.obsolete.values()}
        for context, text, plural in texts:
            before = known.get((context, text)) or aside.get((context, text))
            string = before.string if before else ""
            if plural and not isinstance(string, tuple | list):
                string = ("",) * new.num_plurals
            elif not plural and isinstance(string, tuple | list):
                string = ""
            new.add((text, plural) if plural else text, string, context=context)
        wanted = {(context, text) for context, text, _ in texts}
        for key, message in {**aside, **known}.items():
            if key not in wanted and _is_whole(message):
                text = _singular(message)
                new.obsolete[(text, message.context) if message.context else text] = message
        save(new, language, root)
        waiting[language] = sum(not _is_whole(message) for message in new if message.id)
    return waiting


def _singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def _is_whole(message: Message) -> bool:
    return all(_forms(message)) and not message.fuzzy


def _key(message: Message) -> str:
    return f"{message.context}\u0004{_singular(message)}" if message.context else _singular(message)


def missing(root: Path = ROOT) -> dict[str, dict[str, str | list[str]]]:
    """Return the texts without a translation, in the form that `fill` takes."""
    waiting: dict[str, dict[str, str | list[str]]] = {}
    for language in LANGUAGES:
        for message in load(language, root):
            if message.id and not _is_whole(message):
                forms = _forms(message)
                waiting.setdefault(_key(message), {})[language] = forms if message.pluralizable else forms[0]
    return waiting


def fill(translations: dict[str, dict[str, str | list[str]]], root: Path = ROOT) -> list[str]:
    """Write translations into the catalogues; return the texts that are in no catalogue."""
    unknown: set[str] = set()
    for language in LANGUAGES:
        catalogue = load(language, root)
        messages = {_key(message): message for message in catalogue if message.id}
        for key, given in translations.items():
            if key not in messages:
                unknown.add(key)
            elif value := given.get(language):
                message = messages[key]
                message.string = tuple(value) if isinstance(value, list) else value
                message.flags.discard("fuzzy")
        save(catalogue, language, root)
    return sorted(unknown)


def compile_catalogues(root: Path = ROOT) -> list[str]:
    """Write the compiled catalogues that are older than their source; return the languages written."""
    written = []
    for language in LANGUAGES:
        source = catalogue_path(language, root)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        part = target.with_suffix(".part")
        with part.open("wb") as handle:
            write_mo(handle, load(language, root))
        part.replace(target)  # a server that reads now gets the whole old file or the whole new file
        written.append(language)
    return written


def faults(language: str, message: Message) -> Iterator[str]:
    """Yield what is wrong with one translation: missing, other placeholders or tags, wrong punctuation."""
    if not _is_whole(message):
        yield "is not translated" if not message.fuzzy else "is marked fuzzy"
        return
    ids = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
    for form in _forms(message):
        # A plural form may match either English text, because the English singular may have no number.
        if not any(Counter(PLACEHOLDER.findall(form)) == Counter(PLACEHOLDER.findall(text)) for text in ids):
            yield f"has other placeholders in “{form}”"
        if not any(Counter(TAG.findall(form)) == Counter(TAG.findall(text)) for text in ids):
            yield f"has other tags in “{form}”"
        if form[:1].isspace() != ids[0][:1].isspace() or form[-1:].isspace() != ids[0][-1:].isspace():
            yield f"begins or ends with other space in “{form}”"
        if language == "fr" and BARE_FRENCH.search(ENTITY.sub("x", form)):
            yield f"lacks a no-break space before : ; ? ! or inside « » in “{form}”"
        if language == "es" and (form.count("?") > form.count("¿") or form.count("!") > form.count("¡")):
            yield f"lacks an opening ¿ or ¡ in “{form}”"


def check(root: Path = ROOT) -> list[str]:
    """Return what is wrong with the catalogues, one sentence each."""
    wanted, problems = {(context, text) for context, text, _ in marked_texts(root)}, []
    for language in LANGUAGES:
        messages = {(m.context, _singular(m)): m for m in load(language, root) if m.id}
        absent, stale = sorted(wanted - set(messages), key=str), sorted(set(messages) - wanted, key=str)
        problems += [f"{language}: “{text}” is not in the catalogue" for _, text in absent]
        problems += [f"{language}: “{text}” is no longer used" for _, text in stale]
        for key in sorted(set(messages) & wanted, key=str):
            problems += [f"{language}: “{key[1]}” {fault}" for fault in faults(language, messages[key])]
    return problems


def main(argv: list[str]) -> int:
    """Run one of the commands named above; return the exit status."""
    match argv:
        case ["extract"]:
            for language, count in extract().items():
                print(f"{language}: {count} texts wait for a translation.")
        case ["missing"]:
            print(json.dumps(missing(), ensure_ascii=False, indent=1))
        case ["fill", name]:
            unknown = fill(json.loads(Path(name).read_text(encoding="utf-8")))
            for text in unknown:
                print(f"No catalogue knows “{text}”.")
            return 1 if unknown else 0
        case ["compile"]:
            for language in compile_catalogues():
                print(f"{language}: compiled.")
        case ["check"]:
            problems = check()
            for problem in problems:
                print(problem)
            return 1 if problems else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
