"""``python -m local run | manage COMMAND ... | reset``: IsoTrack on one machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from local.children import CannotStart, guarded, last_line, spawn, stop
from local.servers import Postgres, Valkey, free_port
from local.supervisor import (
    Part,
    Stopped,
    Supervisor,
    part,
    refuse_taken_port,
    wait_for_web,
)
from local.surroundings import (
    PROJECT,
    State,
    forget,
    hold,
    joined,
    open_state,
    port_of,
    publish,
    variables,
)

USAGE = """\
usage: python -m local run              start everything; Ctrl-C stops it
       python -m local manage COMMAND   a manage.py command on the same clinic
       python -m local reset            forget the clinic's data, secrets and messages
"""
MANAGE = ".venv/bin/python -m local manage"
ALREADY = "IsoTrack is already running from this folder; stop it first (Ctrl-C where it runs)."


def start_servers(supervisor: Supervisor, state: State, environment: dict[str, str]) -> None:
    """Start the database and the broker unless the environment names others; add their URLs."""
    if not environment.get("REDIS_URL"):
        valkey = Valkey(state.folder / "valkey", state.logs / "broker.log")
        supervisor.add(Part("broker", started(valkey), valkey.log))
        environment["REDIS_URL"] = valkey.url()
    if not environment.get("DATABASE_URL"):
        postgres = Postgres(state.folder / "postgres", state.sockets, state.logs / "database.log")
        supervisor.add(
            Part("database", started(postgres), postgres.log, signal.SIGINT, patience_s=20)
        )
        environment["DATABASE_URL"] = postgres.url


def started(server: Postgres | Valkey) -> Callable[[], subprocess.Popen[bytes]]:
    """The server's start as a part wants it: answering when it returns."""

    def start() -> subprocess.Popen[bytes]:
        server.start()
        assert server.process is not None
        return server.process

    return start


def manage(state: State, environment: dict[str, str], *arguments: str) -> str:
    """Run a manage.py command to its end and give what it said; CannotStart with its last line."""
    log = state.logs / f"{arguments[0]}.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "manage.py", *arguments]
    process = spawn(guarded(command), log=log, environment=environment, folder=PROJECT)
    try:
        code = process.wait()
    except BaseException:
        stop(process)
        raise
    if code != 0:
        # "django.core.exceptions.ImproperlyConfigured: X is not set." -> "X is not set."
        line = last_line(log)
        name, _, words = line.partition(": ")
        raise CannotStart(words if " " not in name and "." in name and words else line)
    return log.read_text("utf-8", "replace")


def has_no_clinic(database_url: str) -> bool:
    """Whether the database holds no clinic yet."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT NOT EXISTS (SELECT FROM people_clinic)").fetchone()
    return bool(found and found[0])


def seed(state: State, environment: dict[str, str], port: int) -> None:
    """Bring the demo clinic into an empty database, once."""
    if has_no_clinic(environment["DATABASE_URL"]):
        print(f"http://localhost:{port}/ answers. Opening the demo clinic (once) ...", flush=True)
        said = manage(state, environment, "seed_demo", "--quiet")
        state.logins.write_text(said, "utf-8")


def banner(state: State, environment: dict[str, str], port: int, took_s: float) -> str:
    """What a person needs to begin."""
    address = f"http://localhost:{port}"
    lines = ["", f"IsoTrack is running (started in {took_s:.1f} s).", ""]
    lines += [f"  Address        {address}/"]
    if environment["DEBUG"].strip().lower() in {"1", "true", "yes", "on"}:
        lines += [f"  Sent messages  {address}/dev/outbox/"]
    lines += [f"  Logs           {state.logs.relative_to(PROJECT)}/"]
    lines += [f"  Commands       {MANAGE} COMMAND"]
    if state.logins.exists():
        said = state.logins.read_text("utf-8").replace("manage.py ", f"{MANAGE} ")
        lines += ["", "Demo clinic:", "", *(f"  {line}".rstrip() for line in said.splitlines())]
    return "\n".join([*lines, "", "Ctrl-C stops everything; the data stay.", ""])


def run() -> int:
    """The whole of IsoTrack until told to stop; 0 after an orderly end, 1 with one line if not."""
    began = time.monotonic()
    port = port_of(os.environ)
    state = open_state()
    lock = hold(state)
    if lock is None:
        raise CannotStart(ALREADY)
    refuse_taken_port(port)
    smtp_port, sms_port = free_port(), free_port()
    environment = variables(
        state, port=port, smtp_port=smtp_port, sms_port=sms_port, given=os.environ
    )
    supervisor = Supervisor()
    supervisor.listen()
    code = 0
    try:
        start_servers(supervisor, state, environment)
        manage(state, environment, "migrate", "--noinput", "-v", "0")
        start_product(supervisor, state, environment, port, (smtp_port, sms_port))
        publish(state, environment)
        print(banner(state, environment, port, time.monotonic() - began), flush=True)
        supervisor.watch()
    except Stopped:
        print("\nStopping ...", flush=True)
    except (CannotStart, psycopg.Error) as refusal:
        print(f"IsoTrack stopped: {str(refusal).strip().splitlines()[0]}", file=sys.stderr)
        code = 1
    finally:
        gently = supervisor.stop()
        forget(state)
        lock.close()
    if code == 0:
        print("Stopped." if gently else "Stopped; something had to be forced.", flush=True)
    return code


def start_product(
    supervisor: Supervisor,
    state: State,
    environment: dict[str, str],
    port: int,
    mail_ports: tuple[int, int],
) -> None:
    """Mailbox, web, worker and beat.

    The demo clinic is opened before anything rings, so that nothing is sent from half a story.
    """

    def add(name: str, arguments: list[str], patience_s: float = 10.0) -> Part:
        new = part(name, arguments, environment=environment, logs=state.logs, patience_s=patience_s)
        return supervisor.add(new)

    smtp_port, sms_port = (str(number) for number in mail_ports)
    add("mailbox", ["-m", "local.mailbox", str(state.mailbox), smtp_port, sms_port])
    server = ["-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--no-ws"]
    server += ["--port", str(port), "isotrack.asgi:application"]
    web = add("web", server)
    wait_for_web(port, web)
    seed(state, environment, port)
    celery = ["-m", "celery", "-A", "isotrack"]
    add("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"], 20)
    schedule = str(state.folder / "beat" / "schedule")
    add("beat", [*celery, "beat", "--schedule", schedule, "--loglevel", "INFO"])


def manage_by_hand(arguments: list[str]) -> int:
    """A manage.py command on this folder's clinic; the servers are started for it if need be."""
    state = open_state()
    lock = hold(state)
    command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    if lock is None:
        until = time.monotonic() + 60
        while not state.environment.exists() and time.monotonic() < until:
            time.sleep(0.2)  # still starting
        if not state.environment.exists():
            raise CannotStart("IsoTrack is starting or stopping in this folder; try again.")
        return subprocess.call(command, env=joined(state) | dict(os.environ))
    smtp_port, sms_port = free_port(), free_port()
    environment = variables(
        state, port=port_of(os.environ), smtp_port=smtp_port, sms_port=sms_port, given=os.environ
    )
    supervisor = Supervisor()
    supervisor.listen()
    try:
        start_servers(supervisor, state, environment)
        return subprocess.call(command, env=environment)
    except Stopped:
        return 1
    finally:
        supervisor.stop()
        forget(state)
        lock.close()


def reset() -> int:
    """Forget everything a run has kept."""
    state = open_state()
    lock = hold(state)
    if lock is None:
        raise CannotStart(ALREADY)
    for path in state.folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in ("lock", "environment.lock"):
            path.unlink()
    forget(state)
    lock.close()
    print("The clinic's data, secrets and messages are gone; the next `make run` starts afresh.")
    return 0


def main(arguments: list[str]) -> int:
    """Exit code 0, 1 with one line on standard error, or 2 for a wrong call."""
    try:
        if arguments == ["run"]:
            return run()
        if arguments == ["reset"]:
            return reset()
        if arguments[:1] == ["manage"] and len(arguments) > 1:
            return manage_by_hand(arguments[1:])
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1
    sys.stderr.write(USAGE)
    return 2


if __name__ == "__main__":
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(Path(PROJECT)))
    sys.exit(main(sys.argv[1:]))
