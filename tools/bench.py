"""The speed table: `make bench`.

Leaders of 60 different groups visit each kind of page on a fresh web process: these are the first visits. Then they
visit the same addresses again: these are the repeated visits. After each visit the same person asks for a bare page,
which only reads session, person and roles. The budgets are about the ratio of both times, so a slow or busy machine
does not matter. The table also shows the SQL statements in networks of three sizes, the weights of pages, and the
memory of a web process. The command ends with 1 when a figure exceeds its budget, and names the figure. Requests
go to this machine only, one after the other.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tools import measured
from tools.bench_walk import Server, Visit, Walked, ask_many, walk, warm_up
from tools.measured import say

TIMES, OFFICE_TIMES = 6.0, 8.0  # times the bare page, at the middle of the first visits
STATEMENTS = 16
FIRST_KB, LATER_KB = 60.0, 20.0
# Pages of many groups may leave this many MB more in memory than the same number of pages of few groups. Runs
# of the command differ by less than 1 MB. If a page of 25 KB stayed for each group and kind, it would be 7 MB.
MORE_MB = 2.0
OFFICE = ("office dashboard", "office reports")
FEW = 10


@dataclass(frozen=True)
class Counted:
    """The SQL statements of one page: at the first and second visit in each network, and the most of all visits."""

    first: dict[int, int]
    again: dict[int, int]
    most: int


@dataclass(frozen=True)
class Memory:
    """MB of a web process: after the warm-up, after each page in few groups, and after many pages."""

    warm: float
    after_few: float
    many_groups: float
    few_groups: float
    pages: int
    few: int
    many: int


def slips(walked: dict[str, Walked], counted: dict[str, Counted], memory: Memory) -> list[str]:
    """The figures that exceed their budgets, one sentence each."""
    judged: list[tuple[str, float, float]] = []  # name of the figure, its value, its budget
    for name, one in walked.items():
        times = OFFICE_TIMES if name in OFFICE else TIMES
        judged += [
            (f"{name}, times the bare page at first visits", one.first.at(0.5)[1], times),
            (f"{name}, KB of a first load", one.first_kb, FIRST_KB),
            (f"{name}, KB of a later page", one.later_kb, LATER_KB),
        ]
    for name, sql in counted.items():
        most = max(sql.most, *sql.first.values(), *sql.again.values())
        judged.append((f"{name}, statements", most, STATEMENTS))
    judged.append(("memory, MB more for many groups", memory.many_groups - memory.few_groups, MORE_MB))
    found = [f"{what}: {value:.4g}, and {most:g} allowed" for what, value, most in judged if value > most]
    for name, sql in counted.items():
        for when, counts in (("first", sql.first), ("repeated", sql.again)):
            if len(set(counts.values())) > 1:
                told = ", ".join(f"{number} with {groups} groups" for groups, number in counts.items())
                found.append(f"{name}, statements of {when} visits: {told}")
    return found


def compare_memory(env: dict[str, str], pages: dict[str, dict], asked: int) -> Memory:
    """Ask a fresh web process for pages of few groups, another one for pages of many, and compare their memory.

    Both get `asked` requests and each kind of page equally often; only the number of groups differs.
    """
    groups = max(len(page["visits"]) for page in pages.values())
    in_turn = [
        tuple(page["visits"][number % len(page["visits"])])
        for number in range(groups)
        for page in pages.values()
    ]
    demo = [tuple(page["demo"]) for page in pages.values()]
    few = in_turn[: min(FEW * len(pages), asked)]
    with measured.web_server(env) as web:
        server = Server(web.address)
        warm_up(server, *demo)
        warm = web.resident()
        ask_many(server, few, len(few))
        after_few = web.resident()
        ask_many(server, in_turn[len(few) :] or in_turn, asked - len(few))
        many_groups = web.resident()
    with measured.web_server(env) as web:
        server = Server(web.address)
        warm_up(server, *demo)
        ask_many(server, few, asked)
        few_groups = web.resident()
    return Memory(warm, after_few, many_groups, few_groups, asked, min(FEW, groups), groups)


def walk_all(env: dict[str, str], pages: dict[str, dict], rounds: int) -> dict[str, Walked]:
    """Visit each kind of page on its own web process, so that no earlier page makes the first visits faster."""
    found = {}
    for name, page in pages.items():
        visits: Sequence[Visit] = [tuple(one) for one in page["visits"]]
        say(f"Visiting {len(visits)} times: {name}.")
        with measured.web_server(env) as web:
            found[name] = walk(Server(web.address), tuple(page["demo"]), visits, rounds)
    return found


def gathered(counts: Sequence[dict]) -> dict[str, Counted]:
    """The counts of statements by page, from the counts of each network."""
    return {
        name: Counted(
            first={one["groups"]: one["pages"][name]["first"] for one in counts},
            again={one["groups"]: one["pages"][name]["again"] for one in counts},
            most=max(one["pages"][name]["most"] for one in counts),
        )
        for name in counts[0]["pages"]
    }


def tell(walked: dict[str, Walked], counted: dict[str, Counted], memory: Memory) -> None:
    """Print the table."""
    networks = list(next(iter(counted.values())).first)
    say(f"\n{'':<17}{'':>7}{'':>7}{'first visits':>30}{'repeated visits':>30}{'statements':>28}{'KB':>15}")
    four = f"{'p50 ms':>9}{'times':>6}{'p95 ms':>9}{'times':>6}"
    sizes = "".join(f"{groups:>7}" for groups in networks)
    say(f"{'Page':<17}{'visits':>7}{'bare':>7}{four}{four}{sizes}{'most':>7}{'first':>9}{'later':>6}")
    for name, one in walked.items():
        bare, sql = statistics.median(one.first.bare), counted[name]
        row = f"{name:<17}{len(one.first.page):>7}{bare:>7.1f}"
        for times in (one.first, one.again):
            for took, ratio in (times.at(0.5), times.at(0.95)):
                row += f"{took:>9.1f}{ratio:>6.2f}"
        row += "".join(f"{sql.first[groups]:>7}" for groups in networks)
        say(f"{row}{sql.most:>7}{one.first_kb:>9.1f}{one.later_kb:>6.1f}")
    say("\nTimes: how many times the p50 of the bare page, asked in turn with these visits.")
    say("Statements: a first visit in networks of so many open groups; the most of all visits.")
    say(
        f"Memory of a web process: {memory.warm:.1f} MB warm, "
        f"{memory.after_few:.1f} MB after pages of {memory.few} groups, "
        f"{memory.many_groups:.1f} MB after {memory.pages} pages of {memory.many} groups."
    )
    say(
        f"{memory.pages} pages of {memory.few} groups leave {memory.few_groups:.1f} MB: "
        f"{memory.many_groups - memory.few_groups:+.1f} MB for the number of groups."
    )


def main() -> int:
    """Measure, print the table, and return 1 when a figure exceeds its budget."""
    parser = argparse.ArgumentParser(description="Measures the portal's pages.")
    parser.add_argument("--groups", default="all", help="groups of the measured network")
    parser.add_argument("--members", type=int, default=10000, help="people of the measured network")
    parser.add_argument("--few", default="17", help="groups of the small network")
    parser.add_argument("--many", type=int, default=17000, help="groups of the large network")
    parser.add_argument("--visits", type=int, default=60, help="groups in which each page is visited")
    parser.add_argument("--rounds", type=int, default=2, help="how often the visits are repeated")
    parser.add_argument("--pages", type=int, default=400, help="pages after which memory is measured")
    chosen = parser.parse_args()
    with measured.network(groups=chosen.groups, members=chosen.members) as env:
        pages = measured.inside("pages", str(chosen.visits), env=env)
        walked = walk_all(env, pages, chosen.rounds)
        say(f"Asking for {chosen.pages} pages twice, for the memory they leave.")
        memory = compare_memory(env, pages, chosen.pages)
        say("Counting statements in three networks.")
        counts = [measured.inside("count", str(chosen.visits), env=env)]
        small = {**env, **measured.make_database("bench_small", groups=chosen.few, members=400)}
        counts.insert(0, measured.inside("count", str(FEW), env=small))
        measured.inside("grow", str(chosen.many), env=small)
        measured.settle("bench_small")
        counts.append(measured.inside("count", str(FEW), env=small))
    counted = gathered(counts)
    tell(walked, counted, memory)
    say(f"Budgets: {TIMES:g} times the bare page at first visits, the office pages {OFFICE_TIMES:g} times;")
    say(
        f"{STATEMENTS} statements, equal in each network; {FIRST_KB:g} KB at first, {LATER_KB:g} KB later, gzipped;"
    )
    say(f"{MORE_MB:g} MB more for pages of many groups.")
    passed = slips(walked, counted, memory)
    for slip in passed:
        say(f"Over budget: {slip}.")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
