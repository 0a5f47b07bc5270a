"""Requests of `make bench` to a running portal: they measure the time and the size of pages."""

from __future__ import annotations

import gzip
import http.client
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from urllib.parse import urlsplit

BARE = "/bare/"
ASSETS = re.compile(r"""<(?:link[^>]+?(?:rel="stylesheet"|as="font")|script)[^>]*?>""")
SOURCE = re.compile(r'(?:href|src)="([^"]+)"')
WARM_UP = 4  # requests of the bare page and of a page, before the first one that is measured

# A session and an address.
Visit = tuple[str, str]


class Server:
    """Requests to one web server, one after the other over one connection."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def get(self, path: str, session: str = "") -> tuple[float, bytes]:
        """The milliseconds and the body of one page. Raises RuntimeError when the status is not 200."""
        headers = {"Host": self.host, "Cookie": f"sessionid={session}"}
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
        return took, body


@dataclass
class Times:
    """Milliseconds of a page, and of the bare page that the same person asked for right after it."""

    page: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def at(self, share: float) -> tuple[float, float]:
        """The time within which this share of the requests ends, and its ratio to the bare page's median."""
        own = percentile(self.page, share)
        return own, own / statistics.median(self.bare)


@dataclass
class Walked:
    """The times of one kind of page, and the KB of its heaviest page, at first and at later visits."""

    first: Times
    again: Times
    first_kb: float
    later_kb: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed; the median for 0.5."""
    if share == 0.5:
        return statistics.median(values)
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def kilobytes(content: bytes, path: str = "") -> float:
    """The KB that are sent: fonts as they are, all else gzipped."""
    return len(content if path.endswith(".woff2") else gzip.compress(content, 6)) / 1024


def assets(server: Server, page: bytes) -> float:
    """The KB of the style sheets, scripts and fonts of the page."""
    found = {match.group(1) for tag in ASSETS.findall(page.decode()) if (match := SOURCE.search(tag))}
    return sum(kilobytes(server.get(path)[1], path) for path in sorted(found))


def warm_up(server: Server, *visits: Visit) -> None:
    """Visit pages without measuring, so that templates are compiled and connections are open."""
    for session, path in visits * WARM_UP:
        server.get(BARE, session)
        server.get(path, session)


def walk(server: Server, demo: Visit, visits: Sequence[Visit], rounds: int) -> Walked:
    """Visit pages for the first time, then all of them again `rounds` times, each time followed by the bare page."""
    warm_up(server, demo)
    first, again, heaviest = Times(), Times(), 0.0
    for times in (first, *[again] * rounds):
        for session, path in visits:
            took, page = server.get(path, session)
            times.page.append(took)
            times.bare.append(server.get(BARE, session)[0])
            if times is first:
                heaviest = max(heaviest, kilobytes(page))
    linked = assets(server, server.get(demo[1], demo[0])[1])
    return Walked(first, again, heaviest + linked, heaviest)


def ask_many(server: Server, visits: Sequence[Visit], pages: int) -> None:
    """Send this many requests. When there are fewer visits, start again with the first one."""
    for session, path in islice(cycle(visits), pages):
        server.get(path, session)
