"""The commands of docker-compose.yml, run as processes with production settings."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from ruamel.yaml import YAML

from local.children import stop
from local.servers import Postgres, Valkey, free_port
from tests.platform.fresh import fresh_environment, wait_until_gone

HOST = "isotrack.example.org"
Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def compose(clone: Path) -> dict[str, Any]:
    """docker-compose.yml as data."""
    content = YAML(typ="safe").load(clone / "docker-compose.yml")
    assert isinstance(content, dict)
    return content


@pytest.fixture(scope="module")
def production(clone: Path) -> Iterator[dict[str, str]]:
    """Servers of their own, and the environment a production process has."""
    postgres = Postgres(clone / "pg", clone, clone / "pg.log", forgetful=True)
    valkey = Valkey(clone / "valkey", clone / "valkey.log", forgetful=True)
    postgres.start()
    valkey.start()
    yield fresh_environment() | {
        "SECRET_KEY": "production-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
        "FIELD_KEY": "production-9876543210-zyxwvutsrqponmlkjihgfedcba-GFEDCBA",
        "DATABASE_URL": postgres.url,
        "REDIS_URL": valkey.url(),
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "TRUSTED_PROXY_COUNT": "1",
        "EMAIL_URL": "smtp+tls://user:password@127.0.0.1:9",
        "DEFAULT_FROM_EMAIL": f"IsoTrack <no-reply@{HOST}>",
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_PORT": str(free_port()),
        "GRANIAN_WORKERS": "2",
        "HOSTNAME": socket.gethostname(),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    valkey.stop()
    postgres.stop()
    wait_until_gone(clone, 10)


@pytest.fixture
def start(clone: Path, compose: dict[str, Any], production: dict[str, str]) -> Iterator[Start]:
    """Starts a service's very command; whatever is left is ended after the test."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(service: str) -> subprocess.Popen[bytes]:
        command = [
            word.replace("/tmp/schedule", f"{clone}/schedule")
            for word in compose["services"][service]["command"]
        ]
        with (clone / f"{service}.log").open("wb") as log:
            running.append(
                subprocess.Popen(
                    command,
                    cwd=clone,
                    env=production,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
        return running[-1]

    yield begin
    for process in running:
        stop(process, patience_s=20)


def eventually(true: Callable[[], bool], what: str, patience_s: float = 60.0) -> None:
    """Wait until something holds."""
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.2)


def asks_well(compose: dict[str, Any], production: dict[str, str], clone: Path, name: str) -> bool:
    """Run a service's own health check."""
    kind, *words = compose["services"][name]["healthcheck"]["test"]
    command = words if kind == "CMD" else ["sh", "-c", words[0].replace("$$", "$")]
    command = [word.replace("find /tmp", f"find {clone}") for word in command]
    asked = subprocess.run(command, cwd=clone, env=production, capture_output=True, check=False)
    return asked.returncode == 0


@pytest.fixture(scope="module")
def migrated(clone: Path, compose: dict[str, Any], production: dict[str, str]) -> None:
    """The tables, made by the migrate service's command; static files, as the image has them."""
    for command in (
        compose["services"]["migrate"]["command"],
        ["python", "manage.py", "collectstatic", "--noinput"],
    ):
        done = subprocess.run(
            command, cwd=clone, env=production, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("migrated")
def test_migrate_makes_the_tables(production: dict[str, str]) -> None:
    with psycopg.connect(production["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT count(*) FROM django_migrations").fetchone()

    assert found is not None
    assert found[0] > 10


@pytest.mark.usefixtures("migrated")
def test_web_is_well_refuses_other_names_and_stops_in_order(
    clone: Path, compose: dict[str, Any], production: dict[str, str], start: Start
) -> None:
    web = start("web")
    address = f"http://127.0.0.1:{production['GRANIAN_PORT']}"
    eventually(lambda: asks_well(compose, production, clone, "web"), "web is never well")

    behind_proxy = {"Host": HOST, "X-Forwarded-Proto": "https"}
    page = httpx.get(f"{address}/account/login/", headers=behind_proxy)
    plain = httpx.get(f"{address}/account/login/", headers={"Host": HOST})
    stranger = httpx.get(f"{address}/account/login/", headers={"Host": "other.example.org"})
    development = httpx.get(f"{address}/dev/outbox/", headers=behind_proxy)

    assert page.status_code == 200
    assert plain.status_code == 301
    assert plain.headers["Location"].startswith(f"https://{HOST}/")
    assert stranger.status_code == 400
    assert development.status_code in (302, 404)
    assert "Sent messages" not in development.text
    web.send_signal(signal.SIGTERM)
    assert web.wait(20) == 0


@pytest.mark.usefixtures("migrated")
def test_worker_and_beat_are_well_and_stop_in_order(
    clone: Path, compose: dict[str, Any], production: dict[str, str], start: Start
) -> None:
    worker, beat = start("worker"), start("beat")
    eventually(lambda: asks_well(compose, production, clone, "worker"), "worker is never well")
    eventually(lambda: asks_well(compose, production, clone, "beat"), "beat is never well")

    for process in (beat, worker):
        process.send_signal(signal.SIGTERM)
    assert (beat.wait(20), worker.wait(30)) == (0, 0)


def test_deployment_check_is_clean(clone: Path, production: dict[str, str]) -> None:
    checked = subprocess.run(
        ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=clone,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEY", "DATABASE_URL", "REDIS_URL"])
def test_missing_secret_refuses_to_start_and_names_itself(
    clone: Path, production: dict[str, str], missing: str
) -> None:
    without = {name: value for name, value in production.items() if name != missing}
    asked = subprocess.run(
        ["python", "manage.py", "check"],
        cwd=clone,
        env=without,
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode != 0
    assert f"{missing} is not set" in asked.stderr
