"""docker-compose.yml follows the rules of production: secrets have no default, and one service is reachable."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SECRETS = re.compile(r"PASSWORD|SECRET|_KEY|TOKEN|SMTP_URL")
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<kind>:\?|:-|\?|-)?(?P<rest>[^}]*)\}")
TOP = {"name", "services", "networks", "volumes", "x-portal", "x-environment"}
KEYS = {
    *(
        "build",
        "cap_drop",
        "command",
        "depends_on",
        "deploy",
        "environment",
        "healthcheck",
        "image",
        "logging",
        "mem_limit",
    ),
    *(
        "networks",
        "ports",
        "profiles",
        "read_only",
        "restart",
        "security_opt",
        "shm_size",
        "stop_grace_period",
        "tmpfs",
        "volumes",
    ),
}
OURS = {"web", "worker", "beat", "migrate", "operator"}


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return compose["services"]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


def test_compose_names_every_part_and_nothing_unknown(compose, services):
    assert set(compose) == TOP
    assert set(services) == {
        *("proxy", "web", "worker", "beat", "migrate", "operator", "db", "pgbouncer", "redis", "cache")
    }
    for name, service in services.items():
        assert set(service) <= KEYS, name
        assert set(service.get("networks", [])) <= set(compose["networks"]), name
        for needed in service.get("depends_on", {}):
            assert needed in services, name
    named = {volume.partition(":")[0] for s in services.values() for volume in s.get("volumes", [])}
    assert {volume for volume in named if not volume.startswith((".", "/"))} == set(compose["volumes"])


def test_every_image_has_a_version(services):
    for name, service in services.items():
        tag = service["image"].partition(":")[2]
        assert re.match(r"\d+\.\d+", tag), f"{name}: {service['image']}"
    for dockerfile in (ROOT / "Dockerfile", ROOT / "deploy/pgbouncer/Dockerfile"):
        bases = re.findall(r"^FROM (\S+)", dockerfile.read_text(), re.MULTILINE)
        assert bases, dockerfile
        assert all(re.search(r":\d+\.\d+", base) for base in bases), dockerfile


def test_the_operator_has_the_programs_of_the_database_s_version(services):
    """pg_dump must not be older than the server."""
    (base,) = re.findall(r"^FROM (\S+) AS operator$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert base == services["db"]["image"]
    assert services["operator"]["build"]["target"] == "operator"
    assert services["operator"]["profiles"] == ["operator"]  # so `docker compose up` does not start it


def test_the_database_s_settings_are_those_of_an_installation_without_docker(services):
    written = re.findall(
        r"^([\w.]+) = (\S+)$", (ROOT / "deploy/postgres/portal.conf").read_text(), re.MULTILINE
    )
    given = [word for word in services["db"]["command"] if "=" in word]
    assert [f"{name}={value}" for name, value in written] == given
    assert {"log_error_verbosity=terse", "log_statement=none", "pg_stat_statements.track_utility=off"} <= set(
        given
    )


def test_only_the_proxy_can_be_reached_from_outside(compose, services):
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inner"] == {"internal": True}
    for name in ("db", "pgbouncer", "redis", "cache"):
        assert services[name]["networks"] == ["inner"]


def test_every_service_has_a_bound_on_its_memory(services):
    assert [name for name, service in services.items() if "mem_limit" not in service] == []


def test_queue_and_cache_are_two_servers_and_only_the_cache_forgets(services):
    addresses = services["web"]["environment"]
    assert "@redis:6379/" in addresses["REDIS_URL"]
    assert "@cache:6379/" in addresses["SSC_CACHE_URL"]
    policies = {
        name: re.findall(r"--maxmemory-policy (\S+?)'?$", services[name]["command"][-1])
        for name in ("redis", "cache")
    }
    assert policies == {"redis": ["noeviction"], "cache": ["allkeys-lru"]}


def test_no_secret_has_a_default(text):
    found = list(VARIABLE.finditer(text))
    assert {match["name"] for match in found} > {
        "SSC_SECRET_KEY",
        "SSC_APP_DB_PASSWORD",
        "SSC_REDIS_PASSWORD",
    }
    for match in found:
        assert match["kind"] in {":?", ":-"}, match.group()
        if match["kind"] == ":?":
            assert match["rest"].startswith(("give ", "say ")), match.group()
        elif SECRETS.search(match["name"]):
            assert match["rest"] == "", match.group()  # empty: the feature stays off


def test_no_password_is_written_out(services):
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if SECRETS.search(variable):
                assert VARIABLE.fullmatch(str(value)), f"{name}: {variable}"
            for word in re.findall(r"://\w*:([^@]+)@", str(value)):
                assert VARIABLE.fullmatch(word), f"{name}: {variable}"


def test_the_example_lists_exactly_the_variables(text):
    wanted = {match["name"] for match in VARIABLE.finditer(text)}
    example = re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name for name, _ in example} == wanted
    assert [name for name, value in example if value and SECRETS.search(name)] == []


def test_every_lasting_service_says_whether_it_is_well(services):
    for name, service in services.items():
        if name in ("migrate", "operator"):
            assert service["restart"] in ("on-failure", "no")
        else:
            assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
            assert service["restart"] == "unless-stopped", name


def test_our_processes_can_write_nowhere_but_where_they_must(services):
    for name in OURS:
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert services[name]["security_opt"] == ["no-new-privileges:true"], name
    assert re.search(r"^USER portal$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_only_the_migration_holds_the_owner_s_password(services):
    holders = {name for name, service in services.items() if "SSC_OWNER_DB_PASSWORD" in str(service)}
    assert holders == {"db", "migrate", "operator"}
    readers = {name for name, service in services.items() if "SSC_BACKUP_DB_PASSWORD" in str(service)}
    assert readers == {"db", "operator"}
    for name in OURS - {"migrate", "operator"}:
        assert services[name]["environment"]["DATABASE_URL"].startswith("postgres://ssc_app:"), name
        assert "@pgbouncer:6432/" in services[name]["environment"]["DATABASE_URL"], name
    assert services["migrate"]["environment"]["SSC_DB_AS"] == "owner"
    assert "@db:5432/" in services["migrate"]["environment"]["SSC_DATABASE_OWNER_URL"]


def test_pages_and_jobs_start_after_the_migration(services):
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["environment"]["DJANGO_SETTINGS_MODULE"] == "sscportal.settings.production"


def test_files_that_are_mounted_or_started_exist(services):
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith(".") or (ROOT / source).exists(), source
        for word in strings(service.get("command", [])):
            if word.startswith("deploy/") or word == "manage.py":
                assert (ROOT / word).is_file(), word
