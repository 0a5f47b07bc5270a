"""The process that turns HTML into a PDF, without network and files, and with limits on time and memory.

Run it as `python -m core.pdf_worker` with JSON on standard input ({"html", "css"}). It writes the PDF to standard
output. It does not load Django. It sets the limits before it reads any content. The audit hook refuses every
connection and every child process, also when a library tries to start one.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

SECONDS = 20
MEMORY = 1536 * 1024 * 1024
REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "ftplib.",
    "urllib.",
)
NO_ENGINE = 3  # exit code: the PDF engine or its system libraries are missing


def limit() -> None:
    """Limit time, memory and the size of files, and turn core dumps off."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, 1024 * 1024))  # caches of the font library
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    """Audit hook: raises PermissionError for connections and child processes."""
    # WeasyPrint opens data: addresses with urllib too. The fetcher refuses all other addresses before this.
    if event.startswith(REFUSED) and event not in ("urllib.Request", "socket.__new__"):
        raise PermissionError(event)


def render(html: str, css: str) -> bytes:
    """Return the tagged PDF of a page. Only data: addresses are opened."""
    # Imported here, because `main` first sets the limits and reports a missing engine.
    from weasyprint import CSS, HTML  # noqa: PLC0415 - see above
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - see above
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - see above

    fetcher, fonts = URLFetcher(allowed_protocols=["data"], allow_redirects=False), FontConfiguration()
    sheet = CSS(string=css, url_fetcher=fetcher, font_config=fonts)
    page = HTML(string=html, url_fetcher=fetcher)
    pdf: bytes = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


def main() -> int:
    """Read the page, render it and write the PDF. Returns the exit code: 0, or NO_ENGINE without an engine."""
    limit()
    try:
        # Loaded before the audit hook is set, because WeasyPrint searches for its system libraries.
        import weasyprint  # noqa: F401, PLC0415 - loaded under the limits, and a missing engine is reported
    except (ImportError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return NO_ENGINE
    sys.addaudithook(refuse)
    given = json.load(sys.stdin)
    sys.stdout.buffer.write(render(given["html"], given["css"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
