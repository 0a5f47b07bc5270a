"""Texts about duties: days late or left, minutes, counts in words up to nine (design language, section 7)."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

# Starts with two: "one" is part of the whole sentence, because in some languages it depends on the noun's gender.
WORDS = {
    2: gettext_lazy("two"),
    3: gettext_lazy("three"),
    4: gettext_lazy("four"),
    5: gettext_lazy("five"),
    6: gettext_lazy("six"),
    7: gettext_lazy("seven"),
    8: gettext_lazy("eight"),
    9: gettext_lazy("nine"),
}


def spelled(number: int) -> str:
    """Return a count for use in a sentence: two to nine in words, other numbers in figures."""
    return str(WORDS.get(number, number))


def days_late(days: int) -> str:
    """Return how many days something is overdue."""
    return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}


def days_left(days: int) -> str:
    """Return in how many days something is due."""
    if days == 0:
        return _("Due today")
    if days == 1:
        return _("Due tomorrow")
    return ngettext("Due in %(days)d day", "Due in %(days)d days", days) % {"days": days}


def how_soon(due_on: date | None, today: date) -> str:
    """Return how many days something is overdue or has left, or '' without a due day."""
    if due_on is None:
        return ""
    return days_late((today - due_on).days) if due_on < today else days_left((due_on - today).days)


def due_phrase(due_on: date | None, day: date) -> str:
    """Return when something is due, seen from `day`: how many days, the date, and that the day ends in UTC."""
    if due_on is None:
        return ""
    written = date_format(due_on, "DATE_FORMAT")
    if due_on < day:
        return _("%(due)s (%(date)s)") % {"due": days_late((day - due_on).days), "date": written}
    return _("%(due)s (%(date)s, until the end of the day in UTC)") % {
        "due": days_left((due_on - day).days),
        "date": written,
    }


def minutes_phrase(minutes: int) -> str:
    """Return a sentence that says how long a task takes, or '' for 0 minutes."""
    if minutes <= 0:
        return ""
    return ngettext("About %(minutes)d minute.", "About %(minutes)d minutes.", minutes) % {"minutes": minutes}


def duration(minutes: int) -> str:
    """Return a duration for use in a sentence: minutes, rounded to five, or hours, rounded to half an hour."""
    if minutes < 50:
        rounded = max(5, 5 * round(minutes / 5))
        return ngettext("%(count)d minute", "%(count)d minutes", rounded) % {"count": rounded}
    halves = round(minutes / 30)
    if halves == 2:
        return _("an hour")
    if halves == 3:
        return _("an hour and a half")
    hours = spelled(halves // 2)
    if halves % 2:
        return _("%(hours)s and a half hours") % {"hours": hours}
    return _("%(hours)s hours") % {"hours": hours}


def heading(count: int) -> str:
    """Return the heading of My tasks."""
    if count == 0:
        return _("You have nothing to do")
    return ngettext("You have one thing to do", "You have %(number)s things to do", count) % {
        "number": spelled(count)
    }


def lead(groups: int, minutes: int, late: int) -> str:
    """Return one or two sentences under the heading: in how many groups, how long in all, how many are overdue."""
    said = []
    span = duration(minutes) if minutes else ""
    if groups and span:
        said.append(
            ngettext(
                "In one group, about %(span)s in all.",
                "Across %(number)s groups, about %(span)s in all.",
                groups,
            )
            % {"number": spelled(groups), "span": span}
        )
    elif groups:
        said.append(
            ngettext("In one group.", "Across %(number)s groups.", groups) % {"number": spelled(groups)}
        )
    elif span:
        said.append(_("About %(span)s in all.") % {"span": span})
    if late:
        number = spelled(late).capitalize()
        said.append(ngettext("One is overdue.", "%(number)s are overdue.", late) % {"number": number})
    return " ".join(said)
