"""The parts of `make bench`: the bare page, the larger network, the statements, the visits, and the budgets."""

from __future__ import annotations

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import call_command
from django.test import override_settings

from core import scope
from groups.access import roles_of
from groups.models import Group
from tests import factories
from tests.pg.owner import as_owner
from tools import bench, bench_grow, bench_pages
from tools.bench_walk import BARE, Server, Times, Walked, walk
from workspace.views import directory


def grow(wanted: int) -> int:
    """The tool, on a connection of the owner as it would open one."""
    with as_owner():
        return bench_grow.grow(wanted)


@pytest.fixture
def network(reference, capsys):
    """A small demo network."""
    with as_owner():
        call_command("seed_demo", groups=4, members=80, verbosity=0)


@override_settings(ROOT_URLCONF="devstack.bench_urls")
def test_the_bare_page_reads_session_person_and_roles_and_nothing_else(reference):
    asked = bench_pages.statements(bench_pages.Visit(factories.make_person(), BARE))
    assert len(asked) == 3
    for table, sql in zip(("django_session", "accounts_user", "groups_appointment"), asked, strict=True):
        assert sql.startswith(("SELECT", "(SELECT"))
        assert f'FROM "{table}"' in sql


def test_the_network_grows_to_the_number_wanted_and_each_new_group_has_a_leader(network):
    assert grow(40) == 40
    assert Group.objects.open().count() == 40
    assert grow(10) == 40
    led = bench_pages.led_groups(60)
    grown = [(group, person) for group, person in led if group.slug.startswith("bench-")]
    assert len(grown) == 40 - 4
    assert len({person.pk for _, person in led}) == len(led)
    group, person = grown[-1]
    assert roles_of(person).codes_in(group) == {"LE", "ME"}


def test_statements_are_equal_in_a_grown_network_and_one_for_each_row_is_seen(network, monkeypatch):
    def counts() -> dict[str, dict[str, int]]:
        found = bench_pages.count(3)["pages"]
        return {name: {when: of[when] for when in ("first", "again")} for name, of in found.items()}

    def one_by_one(groups, day):
        return {pk: number for group in groups for pk, number in at_once([group], day).items()}

    few = counts()
    assert set(few) == {
        "workspace",
        "member list",
        "targets",
        "report editor",
        "directory",
        "office dashboard",
        "office reports",
    }
    assert all(3 <= number for of in few.values() for number in of.values())
    at_once = directory.member_counts
    with monkeypatch.context() as planted:
        planted.setattr(directory, "member_counts", one_by_one)
        few_planted = counts()
    grow(40)
    assert counts() == few
    monkeypatch.setattr(directory, "member_counts", one_by_one)
    many_planted = counts()
    assert many_planted["directory"]["first"] > few_planted["directory"]["first"] + 10
    assert many_planted["workspace"] == few["workspace"]


def test_a_page_that_does_not_open_is_an_error_and_no_figure(network):
    group, _ = bench_pages.led_groups(1)[0]
    stranger = factories.make_person()
    with pytest.raises(RuntimeError, match="answers 404"):
        bench_pages.statements(bench_pages.Visit(stranger, bench_pages.in_group(group.slug)["workspace"]))


def test_visits_differ_in_group_person_and_address(network):
    grow(80)
    for name, page in bench_pages.pages(60).items():
        addresses = {visit.address for visit in page.visits}
        assert len(page.visits) == len(addresses) == 60, name
        assert page.demo.address not in addresses, name
        if name not in bench.OFFICE:
            assert len({visit.person.pk for visit in page.visits} | {page.demo.person.pk}) == 61, name
    with scope.read_everywhere("checks"):
        assert "cat" not in {group.slug for group, _ in bench_pages.led_groups(60)}


@pytest.fixture
def recorded():
    """A web server that writes down what it is asked; its address and the list."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append((self.path, self.headers["Cookie"].removeprefix("sessionid=")))
            body = b'<link rel="stylesheet" href="/a.css"><p>page</p>'
            self.send_response(404 if self.path == "/nowhere" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_the_walk_asks_each_address_once_then_again_and_the_bare_page_in_turn(recorded):
    address, asked = recorded
    visits = [("one", "/g/1/"), ("two", "/g/2/")]
    found = walk(Server(address), ("demo", "/g/demo/"), visits, rounds=2)
    in_turn = [("/g/1/", "one"), (BARE, "one"), ("/g/2/", "two"), (BARE, "two")]
    start = asked.index(in_turn[0])
    assert {path for path, _ in asked[:start]} == {"/g/demo/", BARE}
    assert asked[start : start + 12] == in_turn * 3
    assert (len(found.first.page), len(found.first.bare)) == (2, 2)
    assert (len(found.again.page), len(found.again.bare)) == (4, 4)
    assert found.first_kb > found.later_kb > 0


def test_an_answer_other_than_200_stops_the_walk(recorded):
    with pytest.raises(RuntimeError, match="/nowhere answers 404"):
        Server(recorded[0]).get("/nowhere")


def test_times_are_told_by_the_middle_of_the_bare_page():
    times = Times(page=[float(one) for one in range(1, 101)], bare=[5.0, 10.0, 400.0])
    assert times.at(0.5) == (50.5, 5.05)
    assert times.at(0.95) == (96.0, 9.6)


def walked(times: float, first_kb: float = 60, later_kb: float = 20) -> Walked:
    taken = Times(page=[10 * times] * 4, bare=[10.0] * 4)
    return Walked(taken, taken, first_kb, later_kb)


def test_the_table_has_a_line_for_each_page_and_tells_the_memory(capsys):
    sql = bench.Counted(first={17: 9, 191: 8, 17000: 7}, again={17: 9, 191: 8, 17000: 7}, most=11)
    memory = bench.Memory(
        warm=100, after_few=101, many_groups=107, few_groups=103, pages=400, few=10, many=60
    )
    bench.tell({"workspace": walked(4, 46, 3)}, {"workspace": sql}, memory)
    printed = capsys.readouterr().out
    line = next(line for line in printed.splitlines() if line.startswith("workspace"))
    assert line.split() == [
        *("workspace", "4", "10.0"),
        *("40.0", "4.00", "40.0", "4.00") * 2,
        *("9", "8", "7", "11", "46.0", "3.0"),
    ]
    assert "400 pages of 10 groups leave 103.0 MB: +4.0 MB for the number of groups." in printed


def test_each_budget_that_is_passed_is_named_and_the_bound_itself_is_allowed():
    sql = bench.Counted(first={17: 16, 191: 16}, again={17: 15, 191: 15}, most=16)
    memory = bench.Memory(
        warm=100, after_few=101, many_groups=105, few_groups=103, pages=400, few=10, many=60
    )
    good = {"workspace": walked(6), "office dashboard": walked(8)}
    assert bench.slips(good, {"workspace": sql}, memory) == []

    slow = {"workspace": walked(6.1), "office dashboard": walked(8.1)}
    heavy = {"workspace": walked(6, first_kb=60.1, later_kb=20.1)}
    for pages, counts, left, named in (
        (
            slow,
            sql,
            memory,
            [
                "workspace, times the bare page at first visits: 6.1, and 6 allowed",
                "office dashboard, times the bare page at first visits: 8.1, and 8 allowed",
            ],
        ),
        (heavy, sql, memory, ["workspace, KB of a first load: 60.1", "workspace, KB of a later page: 20.1"]),
        (good, replace(sql, most=17), memory, ["workspace, statements: 17, and 16 allowed"]),
        (good, replace(sql, again={17: 17, 191: 17}), memory, ["workspace, statements: 17"]),
        (good, replace(sql, first={17: 9, 191: 8}), memory, ["first visits: 9 with 17 groups, 8 with 191"]),
        (good, replace(sql, again={17: 9, 191: 8}), memory, ["repeated visits: 9 with 17 groups"]),
        (good, sql, replace(memory, many_groups=105.1), ["memory, MB more for many groups: 2.1"]),
    ):
        found = bench.slips(pages, {"workspace": counts}, left)
        assert len(found) == len(named), found
        for slip, words in zip(found, named, strict=True):
            assert words in slip
