"""HTML to PDF in a process of its own, kept by content: texts of people never meet the server's files or network."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache as remembered
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.pdf_worker import NO_ENGINE, SECONDS

logger = logging.getLogger(__name__)

STATIC = Path(settings.BASE_DIR) / "static"
KEEP = 30 * 24 * 3600
# At most so many PDFs are drawn at a time; others are asked to come back.
AT_ONCE = 2
ASSET = re.compile(r"""url\("?([^")]+)"?\)""")
KINDS = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


class PdfUnavailable(DomainError):
    """No PDF can be drawn now; the page itself says the same."""

    code = "pdf_unavailable"
    status = 503


@remembered
def style_sheet(name: str) -> str:
    """A print style sheet of the project with its fonts laid in, so that nothing is opened while drawing.

    Raises ValueError for an asset outside the static folder or of an unknown kind.
    """
    path = STATIC / "css" / "print" / name

    def laid_in(match: re.Match[str]) -> str:
        asset = (path.parent / match[1]).resolve()
        if not asset.is_relative_to(STATIC.resolve()) or asset.suffix not in KINDS:
            raise ValueError(f"{match[1]} is no asset of the project.")
        return f'url("data:{KINDS[asset.suffix]};base64,{base64.b64encode(asset.read_bytes()).decode()}")'

    return ASSET.sub(laid_in, path.read_text("utf-8"))


def draw(html: str, sheet: str = "report.css") -> bytes:
    """The PDF of a page, from the cache when the same page was drawn before.

    Raises PdfUnavailable when the engine is missing, when many are being drawn, or when limits were met.
    """
    css = style_sheet(sheet)
    key = "pdf:" + hashlib.sha256(f"{css}\0{html}".encode()).hexdigest()
    kept = cache.get(key)
    if kept is not None:
        return bytes(kept)
    with _slot():
        pdf = _run(json.dumps({"html": html, "css": css}).encode())
    cache.set(key, pdf, KEEP)
    return pdf


@contextmanager
def _slot() -> Iterator[None]:
    """One of the places at which PDFs are drawn. A process that dies gives its place back by time."""
    for number in range(AT_ONCE):
        name = f"pdf-slot:{number}"
        if cache.add(name, 1, SECONDS + 20):
            try:
                yield
            finally:
                cache.delete(name)
            return
    raise PdfUnavailable(_("Several PDFs are being made at the moment. Try again in a minute."))


def _run(given: bytes) -> bytes:
    """Start the worker with an empty environment. Raises PdfUnavailable."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.pdf_worker"],
            input=given,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        logger.warning("pdf: took too long")
        raise PdfUnavailable(_("The PDF took too long to make. The page holds the same content.")) from error
    if done.returncode == 0:
        return done.stdout
    logger.error(
        "pdf: worker ended with %s: %s", done.returncode, done.stderr.decode("utf-8", "replace")[-300:]
    )
    if done.returncode == NO_ENGINE:
        raise PdfUnavailable(
            _(
                "PDFs cannot be made on this server, because a system library is missing. "
                "The page holds the same content."
            )
        )
    raise PdfUnavailable(_("The PDF could not be made. The page holds the same content."))
