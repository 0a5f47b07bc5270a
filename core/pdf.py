"""Make PDFs from HTML in a separate process, which can open neither the server's files nor the network.

A PDF is cached under a hash of its content.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache as remembered
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from core import metrics
from core.errors import DomainError
from core.pdf_worker import NO_ENGINE, SECONDS

logger = logging.getLogger(__name__)

STATIC = Path(settings.BASE_DIR) / "static"
KEEP = 30 * 24 * 3600
# How many PDFs are drawn at the same time, how many people wait for a place, and for how many seconds. A person
# who waits holds one of the web server's threads, so other people are asked to try again in a minute. House rules.
AT_ONCE = 2
WAITING = 8
PATIENCE = 10.0
ASK_AGAIN = 0.2
ASSET = re.compile(r"""url\("?([^")]+)"?\)""")
KINDS = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


class PdfUnavailable(DomainError):
    """No PDF can be drawn now. The page has the same content."""

    code = "pdf_unavailable"
    status = 503


@remembered
def style_sheet(name: str) -> str:
    """Return a print style sheet of the project, with its fonts and images as data: addresses.

    The worker then opens no file while it draws. Raises ValueError for an asset outside the static folder or of
    an unknown kind.
    """
    path = STATIC / "css" / "print" / name

    def as_data(match: re.Match[str]) -> str:
        asset = (path.parent / match[1]).resolve()
        if not asset.is_relative_to(STATIC.resolve()) or asset.suffix not in KINDS:
            raise ValueError(f"{match[1]} is no asset of the project.")
        return f'url("data:{KINDS[asset.suffix]};base64,{base64.b64encode(asset.read_bytes()).decode()}")'

    return ASSET.sub(as_data, path.read_text("utf-8"))


def draw(html: str, sheet: str = "report.css") -> bytes:
    """Return the PDF of a page. It comes from the cache when the same page was drawn before.

    Raises PdfUnavailable when the engine is missing, when too many PDFs are being drawn, or when the worker fails
    or takes too long.
    """
    css = style_sheet(sheet)
    key = "pdf:" + hashlib.sha256(f"{css}\0{html}".encode()).hexdigest()
    pdf: bytes | None = cache.get(key)
    if pdf is not None:
        return pdf
    with ExitStack() as places:
        if not _take(places, "pdf-slot", AT_ONCE):
            pdf = _wait(places, key)
        if pdf is None:
            with measured():
                pdf = _run(json.dumps({"html": html, "css": css}).encode())
            cache.set(key, pdf, KEEP)
    return pdf


def _take(places: ExitStack, kind: str, number: int) -> bool:
    """Take one of a number of places until `places` is closed. Return whether one was free.

    When a process dies, its place becomes free after a time.
    """
    for one in range(number):
        name = f"{kind}:{one}"
        if cache.add(name, 1, SECONDS + 20):
            places.callback(cache.delete, name)
            return True
    return False


def _wait(places: ExitStack, key: str) -> bytes | None:
    """Wait for a place to draw, or for the PDF with the key that another person asked for a moment ago.

    Return the PDF, or None with a place to draw. Raises PdfUnavailable when too many people wait already, or when
    nothing comes in PATIENCE seconds.
    """
    end = time.monotonic() + PATIENCE
    with ExitStack() as queue:
        if _take(queue, "pdf-wait", WAITING):
            while time.monotonic() < end:
                time.sleep(ASK_AGAIN)
                pdf: bytes | None = cache.get(key)
                if pdf is not None or _take(places, "pdf-slot", AT_ONCE):
                    return pdf
    raise PdfUnavailable(_("Several PDFs are being made at the moment. Try again in a minute."))


@contextmanager
def measured() -> Iterator[None]:
    """Measure how long a PDF takes, for the metrics."""
    began = time.monotonic()
    result = "failed"
    try:
        yield
        result = "drawn"
    finally:
        metrics.PDF_SECONDS.labels(result).observe(time.monotonic() - began)


def _run(given: bytes) -> bytes:
    """Start the worker with a minimal environment and return the PDF. Raises PdfUnavailable when the worker fails."""
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
