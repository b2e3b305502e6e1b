"""The production files: no container engine runs here, so what can be read is checked."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import PROJECT

READ_BY_ENV = re.compile(
    r"env\.(?:text|flag|number|words|choice|secret|database|mail|vapid_keys)\(\s*\"(\w+)\""
)
# Read by Docker's own image or by the web server, not by our settings.
BY_OTHERS = re.compile("POSTGRES_|GRANIAN_|REDISCLI_")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml as data, anchors and merges resolved."""
    content = YAML(typ="safe").load(PROJECT / "docker-compose.yml")
    assert isinstance(content, dict)
    return content


def read_by_settings() -> set[str]:
    """Names of all variables the product reads."""
    found: set[str] = set()
    for package in ("isotrack", "people", "messaging", "monitoring", "local"):
        for path in (PROJECT / package).rglob("*.py"):
            found |= set(READ_BY_ENV.findall(path.read_text("utf-8")))
    return found


def fits_schema(path: Path) -> subprocess.CompletedProcess[str]:
    """Ask the compose specification's own schema."""
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*checker, str(path)], capture_output=True, text=True, check=False)


def test_compose_file_fits_the_published_schema(tmp_path: Path) -> None:
    checked = fits_schema(PROJECT / "docker-compose.yml")
    broken = tmp_path / "docker-compose.yml"
    right = (PROJECT / "docker-compose.yml").read_text("utf-8")
    broken.write_text(right.replace("    healthcheck:", "    healthchek:", 1))

    assert checked.returncode == 0, checked.stdout
    assert fits_schema(broken).returncode == 1


@pytest.mark.parametrize("service", ["migrate", "web", "worker", "beat"])
def test_own_service_has_few_rights(compose: dict[str, Any], service: str) -> None:
    described = compose["services"][service]

    assert described["read_only"] is True
    assert described["user"] == "10001:10001"
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_nothing_starts_before_the_tables_are_ready(compose: dict[str, Any], service: str) -> None:
    waits_for = compose["services"][service]["depends_on"]

    assert waits_for["migrate"] == {"condition": "service_completed_successfully"}
    assert waits_for["postgres"] == {"condition": "service_healthy"}


def test_every_lasting_service_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    lasting = {
        name
        for name, described in compose["services"].items()
        if name != "migrate" and "profiles" not in described
    }

    assert lasting == {"web", "worker", "beat", "postgres", "redis"}
    assert all("healthcheck" in compose["services"][name] for name in lasting)


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    for name in ("SECRET_KEY", "FIELD_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        assert ":?" in compose["services"]["web"]["environment"][name], name
    assert ":?" in compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]


def test_database_and_broker_are_reached_from_inside_only(compose: dict[str, Any]) -> None:
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["inside"]
        assert "ports" not in compose["services"][name]
    assert compose["networks"]["inside"] == {"internal": True}


def test_broker_refuses_before_it_forgets(compose: dict[str, Any]) -> None:
    """REM-19."""
    command = compose["services"]["redis"]["command"]
    for option, value in (("--maxmemory-policy", "noeviction"), ("--appendonly", "yes")):
        assert command[command.index(option) + 1] == value


def test_every_variable_that_is_read_stands_in_the_example() -> None:
    example = (PROJECT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^(\w+)=", example, re.MULTILINE))

    assert read_by_settings() - named == set()
    for variable in re.findall(r"\$\{(\w+)", (PROJECT / "docker-compose.yml").read_text("utf-8")):
        assert variable in named, variable


def test_every_variable_of_the_compose_file_is_read(compose: dict[str, Any]) -> None:
    given = {
        name
        for service in compose["services"].values()
        for name in service.get("environment", {})
        if not BY_OTHERS.match(name)
    }

    assert given - read_by_settings() == set()


def test_image_copies_every_package_the_settings_install() -> None:
    allowed = re.findall(r"^!(\w+)$", (PROJECT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")}

    assert packages - set(allowed) <= {"local", "tests", "benchmarks"}
    assert "local" not in allowed


def test_image_runs_as_nobody_in_particular_and_the_web_command_agrees(
    compose: dict[str, Any],
) -> None:
    lines = (PROJECT / "Dockerfile").read_text("utf-8").splitlines()
    command = next(line for line in lines if line.startswith("CMD"))

    assert "USER 10001:10001" in lines
    assert (
        YAML(typ="safe").load(command.removeprefix("CMD ")) == compose["services"]["web"]["command"]
    )
