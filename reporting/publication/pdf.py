"""The annual report in print, as HTML and as PDF bytes (design language, section 8)."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from core import pdf, tally
from reporting.publication.document import Publication

STROKE = "#0E6B5C"  # PDF engines do not resolve currentColor
BUNDLES_ACROSS = 8


def report_html(publication: Publication) -> str:
    """The printed report as HTML, in the language that is active."""
    count = publication.members
    art = tally.art(
        count, BUNDLES_ACROSS if count <= 400 else 16, "c", stroke=STROKE, seed=publication.year, width=1.9
    )
    return render_to_string(
        "reporting/pdf/report.html",
        {
            "publication": publication,
            "art": mark_safe(art) if count else "",  # noqa: S308 - drawn by core.tally from numbers alone
            "language": (get_language() or "en")[:2],
        },
    )


def report_pdf(publication: Publication) -> bytes:
    """The tagged PDF. Raises core.pdf.PdfUnavailable with a sentence when no PDF can be made now."""
    return pdf.draw(report_html(publication))


def file_name(publication: Publication) -> str:
    """A safe name for the download."""
    language = (get_language() or "en")[:2]
    return f"{publication.content['group']['slug']}-annual-report-{publication.year}-{language}.pdf"
