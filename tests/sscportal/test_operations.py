"""docs/operations.md is true: its commands set up a portal in a copy of the tree, upgrade, back up and restore it.

Each block of the page under a comment `<!-- run: … -->` is run as it is written. Only the folders of a real machine are
replaced by temporary ones, and the portal's account by that of the test.
"""

from __future__ import annotations

import configparser
import http.client
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core import catalogue
from devstack.keeper import Service, stop_all
from devstack.processes import free_port
from devstack.sink import KeepingHandler, controller

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("production")]

ROOT = Path(__file__).resolve().parents[2]
HOST = "groups.example.org"
PAGE = (ROOT / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"<!-- run: ([\w-]+) -->\n```sh\n(.*?)```", PAGE, re.DOTALL)

CONFIRM = """
from allauth.account.models import EmailAddress
from accounts.models import User
User.objects.get_or_create(email="office@example.org")
for person in User.objects.filter(email__in=["system@example.org", "office@example.org"]):
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
"""


class Installation:
    """A copy of the tree and an empty database, with the page's folders inside a temporary one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code, self.etc = folder / "srv", folder / "etc"
        self.backups, self.lib = folder / "backups", folder / "lib"
        self.database = f"ssc_operations_{secrets.token_hex(4)}"
        self.restored = f"{self.database}_restored"
        self.port, self.smtp_port = free_port(), free_port()
        self.services: list[Service] = []
        self.words: dict[str, str] = {}

    def prepare(self) -> None:
        """Copy the tracked files, and write the two files of the environment from their examples."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                target = self.code / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        for path in (self.etc, self.lib / "beat"):
            path.mkdir(parents=True)
        # In place of step 3: the environment in which the test itself runs.
        (self.code / ".venv").symlink_to(sys.prefix)
        self.write("portal.env", self.portal_env())
        self.write(
            "owner.env",
            {
                "SSC_DATABASE_OWNER_URL": self.address("SSC_DATABASE_OWNER_URL"),
                "SSC_BACKUP_URL": self.address("SSC_BACKUP_URL"),
                "SSC_PG_BIN": os.environ.get("SSC_PG_BIN", ""),
            },
        )

    def address(self, variable: str) -> str:
        """A role's address in the database of this installation."""
        return urlsplit(os.environ[variable])._replace(path=f"/{self.database}").geturl()

    def portal_env(self) -> dict[str, str]:
        return {
            "SSC_SECRET_KEY": secrets.token_hex(40),
            "SSC_ALLOWED_HOSTS": HOST,
            "SSC_BASE_URL": f"https://{HOST}",
            "DATABASE_URL": self.address("DATABASE_URL"),
            "REDIS_URL": os.environ["REDIS_URL"],
            "SSC_CACHE_URL": os.environ["SSC_CACHE_URL"],
            "SSC_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "SSC_MAIL_FROM": "portal@groups.example.org",
            "SSC_ADMINS": "keeper@example.org",
            "SSC_WEB_BIND": f"127.0.0.1:{self.port}",
            "SSC_STATIC_ROOT": str(self.lib / "static"),
            "SSC_METRICS_TOKEN": "a-token-of-prometheus",
        }

    def write(self, name: str, values: dict[str, str]) -> None:
        """Fill in the example. A variable that the example does not have is a mistake of the test or of the example."""
        lines = (self.code / f"deploy/{name}.example").read_text().splitlines()
        named = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
        assert set(values) <= named
        filled = [
            f"{word}={shlex.quote(values[word]) if '?' in values[word] else values[word]}"
            if (word := line.partition("=")[0]) in values
            else line
            for line in lines
        ]
        (self.etc / name).write_text("\n".join(filled) + "\n")

    def here(self, text: str) -> str:
        """The page's text with this installation's folders, port and names."""
        for written, present in {
            "/srv/ssc-portal": str(self.code),
            "/etc/ssc-portal": str(self.etc),
            "/var/lib/ssc-portal": str(self.lib),
            "/var/backups/ssc-portal": str(self.backups),
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
            "ssc_restored": self.restored,
            "createsuperuser": "createsuperuser --no-input",  # there is nobody at a terminal
        }.items():
            text = text.replace(written, present)
        return text

    def run(self, *names: str, fails: bool = False, **env: str) -> str:
        """Run the page's blocks of these names, one after the other. Return what they printed."""
        said = ""
        blocks = [text for name, text in BLOCKS if name in names]
        assert blocks, names
        for text in blocks:
            done = self.shell(self.here(text), **env)
            said += done.stdout + done.stderr
            assert (done.returncode != 0) == fails, f"{text}\n{said}"
        return said

    def shell(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a script as an operator's shell would, in the folder of the code, with no variable of the test run."""
        path = os.pathsep.join(filter(None, [os.environ.get("SSC_PG_BIN"), os.environ["PATH"]]))
        return subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=self.code,
            env={
                "PATH": path,
                "HOME": str(self.folder),
                "LC_ALL": "C.UTF-8",
                "SSC_ETC": str(self.etc),
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def manage(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return self.shell(shlex.join(["deploy/manage", *argv]))

    def start(self, unit: str) -> None:
        """Start what a systemd unit starts, with the environment that the unit names."""
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names keep their letters
        parser.read(self.code / "deploy/systemd" / unit)
        script = f"set -a; . {self.etc}/portal.env; set +a; exec {self.here(parser['Service']['ExecStart'])}"
        service = Service(
            name=unit,
            argv=["sh", "-c", script],
            log=self.folder / f"{unit}.log",
            stop_signal=15,
            options={"cwd": self.code, "env": {"PATH": os.environ["PATH"], "HOME": str(self.folder)}},
        )
        self.services.append(service)
        service.start()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        client.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers})
        answer = client.getresponse()
        return answer.status, answer.read().decode()

    def await_until(self, reached: Callable[[], bool], within: float = 120) -> None:
        end = time.monotonic() + within
        while True:
            try:
                if reached():
                    return
            except OSError:
                pass
            assert time.monotonic() < end, [path.read_text()[-2000:] for path in self.folder.glob("*.log")]
            time.sleep(0.3)

    def statement(self, database: str, sql: str) -> list[tuple]:
        url = urlsplit(os.environ["SSC_BACKUP_URL"])._replace(path=f"/{database}").geturl()
        connection = catalogue.connect(url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()

    def stop(self) -> None:
        stop_all(self.services)
        owner = catalogue.connect(os.environ["SSC_DATABASE_OWNER_URL"])
        owner.autocommit = True
        for name in (self.restored, self.database):
            owner.cursor().execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        owner.close()


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Iterator[Installation]:
    """A portal that was set up by steps 2, 5 and 6 of the page, with its processes running."""
    made = Installation(tmp_path_factory.mktemp("operations"))
    kept = made.folder / "mail"
    kept.mkdir()
    sink = controller(KeepingHandler(kept), made.smtp_port)
    sink.start()
    try:
        made.prepare()
        as_superuser(made)
        made.run("install")
        for unit in ("ssc-web.service", "ssc-worker.service", "ssc-beat.service"):
            made.start(unit)
        made.await_until(lambda: made.get("/health/ready")[0] == 200)
        yield made
    finally:
        made.stop()
        sink.stop()


def as_superuser(made: Installation) -> None:
    """Step 2. The passwords are those that the private server's roles have already, and the database is a new one."""
    password = {
        name: urlsplit(os.environ[variable]).password or "not-asked-for"
        for name, variable in {
            "OWNER_PASSWORD": "SSC_DATABASE_OWNER_URL",
            "APP_PASSWORD": "DATABASE_URL",
            "BACKUP_PASSWORD": "SSC_BACKUP_URL",
        }.items()
    }
    ((_name, text),) = [block for block in BLOCKS if block[0] == "superuser"]
    command = made.here(text).replace("psql ", f"psql --set database={made.database} ")
    server = catalogue.variables(os.environ["SSC_TEST_SUPERUSER_URL"])
    for _twice in range(2):  # the file can be repeated
        done = made.shell(command, **password, **server)
        assert done.returncode == 0, done.stderr


def test_the_page_has_a_block_for_every_step():
    assert [name for name, _text in BLOCKS] == [
        "superuser",
        "install",
        "install",
        "first-person",
        "second-person",
        "look",
        "upgrade",
        "backup",
        "drill",
        "go-live",
    ]


def test_the_steps_give_a_portal_that_speaks_three_languages(installation):
    for language, words in {"en": "Directory", "fr": "Répertoire", "es": "Directorio"}.items():
        status, page = installation.get(f"/{language}/")
        assert status == 200
        assert f'lang="{language}"' in page
        assert words in page or language != "en"
    french, english = installation.get("/fr/privacy/")[1], installation.get("/en/privacy/")[1]
    headings = [re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL) for page in (french, english)]
    assert [len(found) for found in headings] == [1, 1]
    assert headings[0] != headings[1]


def test_the_first_people_are_appointed_as_the_page_says_and_everything_works(installation):
    installation.run("first-person", DJANGO_SUPERUSER_PASSWORD="a long enough passphrase")
    assert installation.manage("shell", "-c", CONFIRM).returncode == 0
    assert "office@example.org is appointed: CA." in installation.run("second-person")
    installation.await_until(lambda: json.loads(installation.get("/health/ready")[1])["problems"] == [])
    said = installation.run("look")
    assert '"database": true' in said
    assert "The portal is well." in said
    (mail,) = (installation.folder / "mail").glob("*.eml")
    assert b"keeper@example.org" in mail.read_bytes()


def test_the_web_server_s_processes_answer_prometheus_together(installation):
    assert installation.get("/metrics")[0] == 401
    for _several in range(4):
        installation.get("/en/privacy/")
    status, text = installation.get("/metrics", Authorization="Bearer a-token-of-prometheus")
    counted = re.findall(r'ssc_answers_total\{.*view="core:privacy".*\} ([\d.]+)', text)
    assert status == 200
    assert sum(map(float, counted)) >= 4


def test_the_web_server_writes_one_json_line_for_each_answer(installation):
    installation.get("/en/invitation/a-secret-that-opens/?q=a-search", **{"X-Forwarded-For": "203.0.113.9"})
    lines = (installation.folder / "ssc-web.service.log").read_text().splitlines()
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    (line,) = [line for line in logged if line.get("view") == "members:invitation"]
    assert (line["path"], line["address"]) == ("/en/invitation/…/", "203.0.113.9")
    assert "a-secret-that-opens" not in "".join(lines)


def test_an_upgrade_and_a_drill_go_as_the_page_says(installation):
    """Backs up a filled database, restores it into a new one, and finds it whole and silent."""
    fill(installation)
    installation.run("upgrade")
    said = installation.run("backup")
    assert re.search(r"\d+ rows of \d+ tables", said)
    dumps = sorted(installation.backups.glob("*.dump"))
    manifest = json.loads(dumps[-1].with_suffix(".json").read_text())
    assert all(path.stat().st_mode & 0o077 == 0 for path in installation.backups.iterdir())
    for table in ("members_membership", "reporting_report", "core_auditentry", "groups_appointment"):
        assert manifest["rows"][table] > 0, table

    said = installation.run("drill")
    assert "FAIL" not in said
    assert "ok   As many rows as in the backup" in said
    assert "ok   Tables, policies, triggers, constraints and rights" in said
    assert "This database sends no mail." in said
    # Counted by the role that no policy hides anything from.
    names = ", ".join(f"(SELECT count(*) FROM {table})" for table in sorted(manifest["rows"]))
    copied = installation.statement(installation.restored, f"SELECT {names}")
    assert copied == [tuple(manifest["rows"][table] for table in sorted(manifest["rows"]))]

    again = installation.manage("--database", installation.restored, "--owner", "restore", str(dumps[-1]))
    assert again.returncode == 1
    assert "has tables: restore into an empty database only" in again.stderr
    lost = installation.manage("--database", installation.restored, "shell", "-c", LOSE_A_ROW)
    assert lost.returncode == 0, lost.stderr
    compared = installation.manage(
        "--database", installation.restored, "check_stored", "--data-only", "--manifest", str(dumps[-1])
    )
    assert compared.returncode == 1
    assert "FAIL As many rows as in the backup\n       django_session: " in compared.stdout
    assert "This database sends mail." in installation.run("go-live")


LOSE_A_ROW = """
from django.contrib.sessions.models import Session
from core import clock
Session.objects.create(session_key="lost", session_data="", expire_date=clock.now())
"""


FILL = """
from django.db import transaction
from core import audit, scope
from groups.models import Group
from reporting.models import Report, ReportingYear
from tests import factories
year = ReportingYear.objects.earliest("year")
for group in Group.objects.order_by("pk")[:2]:
    leader = factories.make_person("Leader", group.slug)
    factories.make_member(group, leader)
    factories.appoint(group, leader, "chair")
    with transaction.atomic(), scope.group_scope(group):
        report = Report.objects.create(group=group, reporting_year=year, template=year.template)
        audit.record("reporting.report_started", by=leader, about=report, group=group)
"""


def fill(made: Installation) -> None:
    """Give two groups a leader, a member and a report."""
    done = made.manage("--owner", "shell", "-c", FILL)
    assert done.returncode == 0, done.stderr
