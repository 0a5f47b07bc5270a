"""The files of an installation without Docker say the same as docker-compose.yml and docs/operations.md."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
TIMERS = sorted((ROOT / "deploy" / "systemd").glob("*.timer"))
PAGE = (ROOT / "docs" / "operations.md").read_text()
HARDENED = {
    "NoNewPrivileges=true",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=true",
    "PrivateTmp=true",
    "PrivateDevices=true",
    "RestrictNamespaces=true",
    "SystemCallFilter=@system-service",
    "User=ssc-portal",
    "UMask=0077",
}


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def value(path: Path, name: str) -> str:
    (found,) = [line.partition("=")[2] for line in lines(path) if line.startswith(f"{name}=")]
    return found


def test_the_units_are_those_of_the_page():
    assert [path.name for path in (*UNITS, *TIMERS)] == [
        *(
            "ssc-alarms.service",
            "ssc-backup.service",
            "ssc-beat.service",
            "ssc-web.service",
            "ssc-worker.service",
        ),
        *("ssc-alarms.timer", "ssc-backup.timer"),
    ]
    for name in ("ssc-web ", "ssc-worker ", "ssc-beat ", "ssc-backup.timer", "ssc-alarms.timer"):
        assert name in PAGE.split("systemctl enable --now ")[1].splitlines()[0], name


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_unit_runs_the_command_of_the_compose_file(name):
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    unit = value(ROOT / "deploy/systemd" / f"ssc-{name}.service", "ExecStart").split()

    def alike(words: list[str]) -> list[str]:
        text = " ".join(words).replace("--pidfile= ", "--pidfile  ").removesuffix(":application")
        return (
            text.replace("/srv/ssc-portal/.venv/bin/", "")
            .replace("/var/lib/ssc-portal/beat", "/srv/beat")
            .split()
        )

    assert alike(unit) == alike([str(word) for word in services[name]["command"]])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_may_do_little_and_writes_only_where_the_page_makes_a_folder(unit):
    assert HARDENED - set(lines(unit)) == set()
    for line in lines(unit):
        if line.startswith("ReadWritePaths="):
            assert f" {line.partition('=')[2]}\n" in PAGE, line
    with_owner = [path.name for path in UNITS if "owner.env" in path.read_text()]
    assert with_owner == ["ssc-backup.service"]


@pytest.mark.parametrize("unit", [*UNITS, *TIMERS], ids=lambda path: path.name)
def test_systemd_understands_the_unit(unit, tmp_path):
    """Where systemd is: it names every word that it does not know."""
    for path in (*UNITS, *TIMERS):
        (tmp_path / path.name).write_text(
            re.sub(r"/srv/ssc-portal/\.venv/bin/\w+", "/bin/true", path.read_text())
        )
    if program := shutil.which("systemd-analyze"):
        argv = [program, "verify", "--man=no", str(tmp_path / unit.name)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert unit.name not in done.stderr, done.stderr
    else:
        assert {line for line in lines(unit) if line and not re.match(r"#|\[\w+\]$|\w+=", line)} == set()


def test_the_examples_name_every_variable_that_production_needs():
    settings = [(ROOT / "sscportal/settings" / f"{name}.py").read_text() for name in ("base", "production")]
    read = set(re.findall(r'(?:env\.\w+|required)\(\s*"(\w+)"', "".join(settings)))
    needed = set(re.findall(r'required\(\s*"(\w+)"', "".join(settings)))
    given = {
        name: set(re.findall(r"^(\w+)=", (ROOT / f"deploy/{name}.env.example").read_text(), re.MULTILINE))
        for name in ("portal", "owner")
    }
    assert needed >= {"DATABASE_URL", "REDIS_URL", "SSC_SECRET_KEY"}
    assert needed - given["portal"] == set()
    assert given["owner"] <= read
    assert given["portal"] - read == {
        "DJANGO_SETTINGS_MODULE",
        "SSC_WEB_BIND",
        "SSC_WEB_WORKERS",
        "SSC_WEB_THREADS",
    }
    assert given["portal"] & given["owner"] == set()


def test_every_proxy_says_that_it_speaks_tls_limits_bodies_and_hides_the_figures():
    texts = {
        name: (ROOT / "deploy" / name).read_text() for name in ("nginx.conf", "Caddyfile", "Caddyfile.host")
    }
    nginx = texts["nginx.conf"]
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in nginx  # Caddy does this by itself
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    for name, text in texts.items():
        assert re.search(r"(?:max_size|client_max_body_size) 12m", text, re.IGNORECASE), name
        assert "/metrics" in text, name


def test_the_page_installs_what_the_image_does():
    (found, *_same) = re.findall(r"(libpango-1.0-0[^\\]*?) \\\n", (ROOT / "Dockerfile").read_text())
    libraries = found.split()
    assert len(libraries) > 2
    assert set(libraries) <= set(PAGE.split("apt-get install ")[1].splitlines()[0].split())
