"""A frozen report in one language. The page, the PDF and the table of figures all use this object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import charts
from groups.roles import OFFICES
from reporting.standing import standing_at

# How each status of the reference list is filled in the chart, by its glyph.
FILLS = {
    "done": ("#0E6B5C", True, False),
    "going": ("#94BFB4", False, False),
    "todo": ("#FFFFFF", False, False),
    "late": ("#8A2541", True, False),
    "no": ("#FFFFFF", False, True),
}
NO_ENTRY = ""  # the code of "no entry" among the statuses
TRIPLE = 3  # the margin of the PDF shows at most this many key figures


def words(name: Mapping[str, Any], language: str | None = None) -> str:
    """The name in the reader's language, or in English."""
    return str(name.get((language or get_language() or "en")[:2]) or name["en"])


def figure(value: str | None) -> str:
    """An exact figure as people write it; a dash for None."""
    if value is None:
        return "–"
    number = Decimal(value)
    return number_format(
        number, decimal_pos=0 if number == number.to_integral() else 2, use_l10n=True, force_grouping=True
    )


def in_order(names: Mapping[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Frozen names in the order of the reference list. Copies without an order keep the order of the copy."""
    return sorted(names.items(), key=lambda named: named[1].get("order", 0))


def is_final(statuses: Mapping[str, Mapping[str, Any]], entry: Mapping[str, Any]) -> bool:
    """Whether a frozen entry has a final status, so that later years need no entry."""
    return bool(statuses.get(entry["status"], {}).get("is_final"))


@dataclass(frozen=True)
class ReportedTarget:
    """One target with its figures."""

    code: str
    component: str
    component_name: str
    subcategory_name: str
    text: str
    planned: str
    before: str
    reached: str
    status: str
    status_name: str
    glyph: str
    note: str
    dropped: bool
    # Whether the group recorded an entry for the report's own year.
    has_entry: bool
    # The exact total at the end of the year, as it was frozen; None without a figure.
    quantity: str | None
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class CycleLine:
    """One part of the cycle with its number of targets in each status."""

    component: str
    name: str
    total: int
    achieved: int
    counts: tuple[int, ...]

    @property
    def percent(self) -> int:
        """The share of achieved targets, as a whole percent."""
        return round(100 * self.achieved / self.total) if self.total else 0


@dataclass(frozen=True)
class SectionPart:
    """One section of the text with its targets."""

    number: int
    key: str
    title: str
    component: str
    paragraphs: tuple[str, ...]
    targets: tuple[ReportedTarget, ...]


class Publication:
    """The report for a reader. Strange texts raise nothing: they are shown escaped."""

    def __init__(
        self, content: Mapping[str, Any], *, number: int = 0, published_on: date | None = None
    ) -> None:
        self.content, self.number, self.published_on = content, number, published_on
        self.year: int = content["year"]
        self.group: str = content["group"]["name"]
        self.year_before: int = self.year - 1
        self.members: int = content["members"]
        self.quadrennium: str = content["quadrennium"]["label"]

    @property
    def title(self) -> str:
        """Such as "Annual report 2025"."""
        return _("Annual report %(year)s") % {"year": self.year}

    @property
    def cite(self) -> str:
        """How to cite the report."""
        when = self.published_on.year if self.published_on else _("draft")
        return _("%(group)s (%(when)s). Annual report %(year)s. IUCN Species Survival Commission.") % {
            "group": self.group,
            "when": when,
            "year": self.year,
        }

    @cached_property
    def people(self) -> list[tuple[str, list[str]]]:
        """The offices by name, each with the names of its holders."""
        found: dict[str, list[str]] = {}
        for person in self.content["people"]:
            found.setdefault(str(OFFICES[person["office"]].name), []).append(person["name"])
        return list(found.items())

    @cached_property
    def targets(self) -> list[ReportedTarget]:
        """All targets of the quadrennium with the figures of this year and the one before."""
        return [self._line(target) for target in self.content["targets"]]

    def _line(self, target: Mapping[str, Any]) -> ReportedTarget:
        names = self.content["names"]
        entries = {entry["year"]: entry for entry in target["progress"]}
        now, before = self._known_at(entries, self.year), self._known_at(entries, self.year - 1)
        status = now["status"] if now else NO_ENTRY
        known = names["statuses"].get(status)
        note = now["text"] if now else ""
        if now and now["year"] != self.year:
            note = _("%(status)s in %(year)s") % {
                "status": words(known) if known else "",
                "year": now["year"],
            }
        return ReportedTarget(
            code=target["code"],
            component=target["component"],
            component_name=words(names["components"][target["component"]]),
            subcategory_name=words(names["subcategories"][target["subcategory"]]),
            text=target["text"],
            planned=figure(target["quantity"]),
            before=figure(before["quantity"] if before else None),
            reached=figure(now["quantity"] if now else None),
            status=status,
            status_name=_("Given up") if target["dropped"] else words(known) if known else _("No entry"),
            glyph="no" if target["dropped"] else known["glyph"] if known else "todo",
            note=target["dropped_why"] if target["dropped"] else note,
            dropped=target["dropped"],
            has_entry=self.year in entries,
            quantity=now["quantity"] if now else None,
            raw=target,
        )

    def _known_at(self, entries: Mapping[int, dict[str, Any]], year: int) -> dict[str, Any] | None:
        """The frozen entry that says how a target stands at the end of the year, or None."""
        statuses = self.content["names"]["statuses"]
        return standing_at(entries, year, lambda entry: is_final(statuses, entry)).known

    @cached_property
    def _kinds(self) -> list[tuple[str, str, str]]:
        """The statuses that occur, as (code, name, glyph) in the order of their list; "no entry" comes last."""
        used = {line.status for line in self.targets if not line.dropped}
        kinds = [
            (code, words(word), word["glyph"])
            for code, word in in_order(self.content["names"]["statuses"])
            if code in used
        ]
        return [*kinds, (NO_ENTRY, _("No entry"), "todo")] if NO_ENTRY in used else kinds

    @cached_property
    def cycle(self) -> list[CycleLine]:
        """The figures of the conservation cycle, without dropped targets."""
        statuses = self.content["names"]["statuses"]
        lines = []
        for code, name in in_order(self.content["names"]["components"]):
            own = [line for line in self.targets if line.component == code and not line.dropped]
            achieved = sum(1 for line in own if statuses.get(line.status, {}).get("is_achieved"))
            counts = tuple(
                sum(1 for line in own if line.status == kind) for kind, _words, _glyph in self._kinds
            )
            lines.append(CycleLine(code, words(name), len(own), achieved, counts))
        return lines

    @property
    def status_names(self) -> list[str]:
        """The columns of the cycle's table."""
        return [name for _code, name, _glyph in self._kinds]

    @property
    def cycle_rows(self) -> list[list[str]]:
        """The figures of the cycle's chart as a table."""
        return [[line.name, *map(str, line.counts), str(line.total)] for line in self.cycle]

    @cached_property
    def total(self) -> int:
        """The number of targets that were not dropped."""
        return sum(line.total for line in self.cycle)

    @cached_property
    def achieved(self) -> int:
        """The number of achieved targets."""
        return sum(line.achieved for line in self.cycle)

    @cached_property
    def figures(self) -> list[tuple[str, str]]:
        """The key figures as (number, what the number counts)."""
        active = sum(1 for line in self.targets if not line.dropped and line.has_entry)
        return [
            (
                number_format(self.members, force_grouping=True),
                ngettext("member in %(year)s", "members in %(year)s", self.members) % {"year": self.year},
            ),
            (
                str(self.achieved),
                ngettext("of %(n)d target achieved", "of %(n)d targets achieved", self.total)
                % {"n": self.total},
            ),
            (
                str(active),
                ngettext("target with an entry for the year", "targets with an entry for the year", active),
            ),
        ][:TRIPLE]

    @cached_property
    def sections(self) -> list[SectionPart]:
        """The sections with their paragraphs and targets."""
        return [
            SectionPart(
                number,
                section["key"],
                words(section["title"]),
                section["component"],
                tuple(part.strip() for part in section["text"].split("\n\n") if part.strip()),
                tuple(
                    line
                    for line in self.targets
                    if section["component"] and line.component == section["component"]
                ),
            )
            for number, section in enumerate(self.content["sections"], 1)
        ]

    @property
    def finding(self) -> str:
        """The main finding of the chart, in a sentence."""
        return ngettext(
            "%(achieved)d of %(total)d target is achieved.",
            "%(achieved)d of %(total)d targets are achieved.",
            self.total,
        ) % {"achieved": self.achieved, "total": self.total}

    @property
    def chart(self) -> SafeString:
        """The chart of targets by part of the cycle and status."""
        parts = []
        for _code, name, glyph in self._kinds:
            fill, dark, hatch = FILLS.get(glyph, FILLS["todo"])
            parts.append(charts.BarPart(name, fill, dark, hatch))
        label = " ".join(
            [self.finding]
            + [
                _("%(part)s: %(achieved)d of %(total)d.")
                % {"part": line.name, "achieved": line.achieved, "total": line.total}
                for line in self.cycle
            ]
        )
        drawn = charts.stacked(
            [(line.name, line.counts) for line in self.cycle], parts, label=label, uid="cyclechart"
        )
        return mark_safe(drawn)  # noqa: S308 - drawn by core.charts, which escapes every text

    @property
    def table(self) -> list[list[str]]:
        """The table for the CSV file: exact numbers, one line for each target."""
        return [
            [
                line.code,
                line.component_name,
                line.subcategory_name,
                line.text,
                line.raw["quantity"] or "",
                str(line.raw["due_year"]),
                line.quantity or "",
                line.status_name,
            ]
            for line in self.targets
        ]
