"""The speed table: `make bench`.

Each page is asked in turn with a bare page for a signed-in person on the same server, database and data; what is
printed is the ratio, so that a slow machine does not matter. Beside it the number of SQL statements in networks of 17,
of the real and of 17,000 groups, and the weight of a first and of a later visit. Ends with 1 when a budget is passed.
Requests go to this machine only, one after the other.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import re
import statistics
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from devstack.processes import say
from tools import measured

MOST_QUERIES = 12
MOST_TIMES = 3.0
FIRST_KB, LATER_KB = 60.0, 20.0
BARE = "/bare/"
ASSETS = re.compile(r"""<(?:link[^>]+?(?:rel="stylesheet"|as="font")|script)[^>]*?>""")
SOURCE = re.compile(r'(?:href|src)="([^"]+)"')


@dataclass
class Server:
    """Sequential requests to one server over a kept connection."""

    address: str
    connection: http.client.HTTPConnection

    def get(self, path: str, session: str = "") -> tuple[float, bytes]:
        """Milliseconds and body of one page. Raises RuntimeError when it does not answer 200."""
        headers = {"Host": urlsplit(self.address).netloc, "Cookie": f"sessionid={session}"}
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
        return took, body


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def kilobytes(content: bytes, path: str = "") -> float:
    """What travels: fonts as they are, everything else gzipped."""
    return len(content if path.endswith(".woff2") else gzip.compress(content, 6)) / 1024


def weights(server: Server, path: str, session: str) -> tuple[float, float]:
    """KB of a first visit with style sheets, scripts and fonts, and of a later one."""
    _, page = server.get(path, session)
    later = kilobytes(page)
    assets = {SOURCE.search(tag).group(1) for tag in ASSETS.findall(page.decode()) if SOURCE.search(tag)}  # type: ignore[union-attr]
    return later + sum(kilobytes(server.get(asset)[1], asset) for asset in sorted(assets)), later


def measure(
    server: Server, pages: dict[str, tuple[str, str]], sessions: dict[str, str], rounds: int
) -> dict[str, list]:
    """Times of every page and of the bare page asked right before it."""
    found: dict[str, list] = {name: [] for name in pages}
    for code, path in pages.values():
        for _ in range(3):  # templates and connections that are made once
            server.get(BARE, sessions[code])
            server.get(path, sessions[code])
    for _ in range(rounds):
        for name, (code, path) in pages.items():
            bare, _ = server.get(BARE, sessions[code])
            took, _ = server.get(path, sessions[code])
            found[name].append((bare, took))
    return found


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description="Measures the portal's pages.")
    parser.add_argument("--rounds", type=int, default=100, help="how often each page is asked")
    parser.add_argument("--groups", default="all", help="groups of the measured network")
    parser.add_argument("--members", type=int, default=10000, help="people of the measured network")
    parser.add_argument("--many", type=int, default=17000, help="groups of the large network")
    chosen = parser.parse_args()
    with measured.portal(groups=chosen.groups, members=chosen.members) as (address, env):
        counts = {"here": measured.inside("count", env=env)}
        pages, sessions = measured.inside("pages", env=env), measured.inside("sessions", env=env)
        server = Server(address, http.client.HTTPConnection(urlsplit(address).netloc, timeout=60))
        say(f"Asking each page {chosen.rounds} times.")
        times = measure(server, pages, sessions, chosen.rounds)
        weighed = {name: weights(server, path, sessions[code]) for name, (code, path) in pages.items()}
        say("Counting statements with 17 groups.")
        small = {**env, **measured.make_database("bench_small", groups="17", members=400)}
        counts["17"] = measured.inside("count", env=small)
        say(f"Counting statements with {chosen.many} groups.")
        measured.inside("grow", str(chosen.many), env=small)
        counts["many"] = measured.inside("count", env=small)

    say(
        f"\n{'Page':<18}{'p50 ms':>8}{'bare':>7}{'ratio':>7}{'p95 ms':>8}{'ratio':>7}"
        f"{'SQL 17':>8}{'here':>6}{chosen.many:>8}{'first KB':>10}{'later':>7}"
    )
    slips = []
    for name, pairs in times.items():
        bare, took = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        half, base = statistics.median(took), statistics.median(bare)
        late, late_base = percentile(took, 0.95), percentile(bare, 0.95)
        queries = [counts[key][name] for key in ("17", "here", "many")]
        first, later = weighed[name]
        say(
            f"{name:<18}{half:>8.1f}{base:>7.1f}{half / base:>7.2f}{late:>8.1f}{late / late_base:>7.2f}"
            f"{queries[0]:>8}{queries[1]:>6}{queries[2]:>8}{first:>10.1f}{later:>7.1f}"
        )
        slips += [f"{name}: {half / base:.2f} times the bare page"] * (half / base > MOST_TIMES)
        slips += [f"{name}: {max(queries)} statements"] * (max(queries) > MOST_QUERIES)
        slips += [f"{name}: statements grow with the network, {queries}"] * (len(set(queries)) > 1)
        slips += [f"{name}: first visit {first:.1f} KB"] * (first > FIRST_KB)
        slips += [f"{name}: later visit {later:.1f} KB"] * (later > LATER_KB)
    say(f"\nBudgets: {MOST_TIMES:g} times the bare page at p50, {MOST_QUERIES} statements.")
    say(f"First visit {FIRST_KB:g} KB, later ones {LATER_KB:g} KB, gzipped.")
    for slip in slips:
        say(f"Over budget: {slip}.")
    return 1 if slips else 0


if __name__ == "__main__":
    sys.exit(main())
