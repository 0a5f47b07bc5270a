"""The register of components (templates/components.toml), with an example of each for the sheet and its test.

The sheet is the page that shows every component.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator

from core.forms import Checkboxes, DayField, Radios, dressed

FOLDER = Path(settings.BASE_DIR) / "templates" / "components"
REGISTER = FOLDER.with_suffix(".toml")


@dataclass(frozen=True)
class Component:
    """What the register says about one component."""

    name: str
    about: str
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The path of its template, as `{% include %}` needs it."""
        return f"components/{self.name}.html"


@dataclass(frozen=True)
class Example:
    """A component with values to draw it with."""

    component: Component
    values: dict[str, Any]


@cache
def register() -> dict[str, Component]:
    """Return all declared components by name."""
    entries = tomllib.loads(REGISTER.read_text("utf-8"))
    return {
        name: Component(name, entry["about"], tuple(entry["needs"]), tuple(entry.get("takes", ())))
        for name, entry in entries.items()
    }


class SampleForm(forms.Form):
    """A form with one field of each kind, for the sheet."""

    institution = forms.CharField(
        label="Institution",
        help_text="As it should appear on the public page.",
        initial="Universidad de los Andes",
    )
    email = forms.EmailField(
        label="Email address", error_messages={"invalid": "Enter an email address, such as name@example.org"}
    )
    region = forms.ChoiceField(label="Region", choices=[("ms", "Meso and South America"), ("af", "Africa")])
    amount = dressed(
        forms.IntegerField(label="Amount", widget=forms.TextInput(attrs={"class": "w8 num"})), affix="US$"
    )
    day = DayField(label="When do you plan to ask?", help_text="For example 27 3 2026")
    stay = dressed(
        forms.ChoiceField(
            label="Do you stay on for 2026–2029?",
            choices=[("yes", "Yes"), ("no", "No")],
            widget=Radios(hints={"no": "We thank you and tell the Co-Chairs."}, boxed=True),
        ),
        question=True,
    )
    topics = forms.MultipleChoiceField(
        label="What do you know about?",
        choices=[("p", "Planning"), ("r", "Red List"), ("g", "Genetics")],
        widget=Checkboxes,
        required=False,
    )
    note = forms.CharField(label="Anything else", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    country = forms.BooleanField(label="Show my country on the public page", required=False)


class SampleFilter(forms.Form):
    """Filters of a list, for the sheet."""

    name = forms.CharField(label="Name", required=False)
    state = forms.ChoiceField(label="State", choices=[("", "Any"), ("open", "Open")], required=False)


def sample_forms() -> dict[str, forms.Form]:
    """Return a form as it opens, and a form with errors."""
    return {
        "fresh": SampleForm(auto_id="fresh_%s"),
        "wrong": SampleForm(
            {"email": "name@", "amount": "a lot", "day_0": "31", "day_1": "2", "day_2": "2026"}
        ),
    }


def _values() -> dict[str, dict[str, Any]]:
    sample = sample_forms()
    columns = [{"label": "Name"}, {"label": "Country"}, {"label": "Members", "num": True}, {"label": "State"}]
    rail = [
        {"label": "Overview", "url": "#overview", "current": True},
        {"label": "Annual report", "url": "#report", "count": "Due 6 Mar", "due": True},
    ]
    return {
        "head": {
            "title": "Members",
            "lead": "Nine have not answered yet.",
            "url": "#add",
            "button": "Invite people",
        },
        "back": {"url": "#all", "label": "All targets"},
        "task_list": {
            "tasks": [
                {
                    "day": date(2026, 2, 15),
                    "late": True,
                    "title": "Send the last invitations",
                    "url": "#one",
                    "kind": "late",
                    "status": "9 days overdue",
                    "meta": "Cat Specialist Group. About 10 minutes.",
                },
                {
                    "day": date(2026, 3, 6),
                    "title": "Finish the annual report",
                    "url": "#two",
                    "kind": "going",
                    "status": "7 of 9 sections",
                    "meta": "Cat Specialist Group. About 25 minutes.",
                },
            ]
        },
        "rows": {
            "rows": [
                {
                    "title": "41 people have not answered",
                    "url": "#people",
                    "text": "A reminder goes out on 1 March.",
                    "aside": "Since 19 Jan",
                },
                {"title": "Sustainable use", "text": "Focal point", "kind": "todo", "status": "Vacant"},
            ]
        },
        "notice": {"kind": "wait", "title": "The report is due in 10 days", "text": "Two sections are left."},
        "error_summary": {"form": sample["wrong"]},
        "field": {"field": sample["fresh"]["institution"]},
        "field_hint": {"field": sample["fresh"]["institution"]},
        "field_error": {"field": sample["wrong"]["email"]},
        "table": {
            "caption": "Groups by name",
            "columns": columns,
            "rows": [
                [
                    {"text": "Antelope", "url": "#antelope", "sub": "90 species"},
                    "Kenya",
                    118,
                    {"text": "Sent", "kind": "done"},
                ],
                ["Bat", "Peru", 236, {"text": "Overdue", "kind": "late"}],
            ],
        },
        "pager": {"page": Paginator(range(230), 20).page(4), "label": "Pages of members"},
        "filters": {
            "form": SampleFilter(auto_id="filter_%s"),
            "label": "Filter the list",
            "clear_url": "#clear",
        },
        "list_state": {"text": "12 of 200 groups"},
        "chips": {
            "label": "Part of the cycle",
            "chips": [
                {"label": "All", "url": "#all", "count": 14, "current": True},
                {"label": "Assess", "url": "#assess", "count": 4},
            ],
        },
        "empty": {
            "title": "No requests yet",
            "text": "Ask for clearance before you approach a donor for more than US$100,000.",
            "url": "#ask",
            "button": "Ask for clearance",
        },
        "timeline": {
            "events": [
                {
                    "when": datetime(2026, 2, 24, 9, 14, tzinfo=UTC),
                    "who": "Lucía Ferreyra",
                    "text": "changed the target’s 2025 figure.",
                    "old": "5 countries",
                    "new": "6 countries",
                    "big": True,
                },
                {
                    "when": date(2026, 2, 18),
                    "who": "Marta Lindqvist",
                    "text": "moved the deadline to 6 March.",
                    "note": "Reason: Co-Chair on fieldwork.",
                },
                {"when": "In January", "text": "The portal sent 179 invitations."},
            ]
        },
        "done": {
            "title": "Your request is with the office",
            "text": "You hear by 6 March.",
            "reference": "C-2026-041",
        },
        "savebar": {"button": "Save and go on", "later": True, "saved": "Draft saved at 14:02"},
        "summary_list": {
            "rows": [
                {"term": "Name", "value": "Oyelaran Adebayo", "url": "#name", "about": "name"},
                {"term": "Country", "value": "Nigeria"},
            ]
        },
        "cycle": {
            "parts": [
                {
                    "key": "assess",
                    "label": "Assess",
                    "url": "#a",
                    "percent": 75,
                    "text": "4 targets: 3 achieved",
                },
                {
                    "key": "plan",
                    "label": "Plan",
                    "url": "#p",
                    "percent": 58,
                    "text": "3 targets",
                    "now": True,
                },
                {"key": "act", "label": "Act", "percent": 40, "text": "2 targets: 1 behind"},
                {"key": "network", "label": "Network", "percent": 80, "text": "3 targets"},
                {"key": "communicate", "label": "Communicate", "percent": 100, "text": "2 targets achieved"},
            ]
        },
        "steps": {
            "steps": [
                {"label": "The project", "url": "#project", "done": True},
                {"label": "Donor and amount", "current": True},
                {"label": "Check and send"},
            ]
        },
        "figures": {
            "figures": [
                {"value": 121, "label": "reports received", "url": "#received"},
                {"value": 51, "label": "overdue", "kind": "late"},
            ]
        },
        "facts": {
            "facts": [
                {"term": "Co-Chairs", "value": "Inès Vauclair\nTendai Mukwashi"},
                {"term": "Your contact", "value": "Marta Lindqvist", "url": "#contact"},
            ]
        },
        "figures_table": {
            "caption": "Reports received by week",
            "columns": ["Week to", "2025", "2024"],
            "rows": [["11 January", 8, 5], ["18 January", 21, 14]],
        },
        "rail": {"rail": rail, "rail_name": "Cat Specialist Group", "rail_here": "In this group:"},
    }


def examples() -> list[Example]:
    """Return an example of every component that can be drawn alone, in the order of the register."""
    values = _values()
    return [Example(part, values[name]) for name, part in register().items() if name in values]
