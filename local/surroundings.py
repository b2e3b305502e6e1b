"""Where a run on one machine keeps its things, and what it tells the product.

Everything lies in ``var/`` of the checkout, which only its owner can enter: the databases, the
secrets (made once), the messages that were sent, the logs. Whatever the caller's environment
names is used instead of our own.
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.children import CannotStart
from local.servers import LONGEST_SOCKET_FOLDER

PROJECT = Path(__file__).resolve().parent.parent
ROOM_MB = 150
SECRETS = ("SECRET_KEY", "FIELD_KEY", "SMS_WEBHOOK_SECRET")
# What `python -m local manage` must know to join a run that is going on.
JOINED = (
    *SECRETS,
    *("DEBUG", "DATABASE_URL", "REDIS_URL", "SITE_URL", "EMAIL_URL", "MAILBOX_DIR"),
    *("SMS_PROVIDER", "SMS_WEBHOOK_URL"),
)


@dataclass(frozen=True, slots=True)
class State:
    """The folder of one run, held by one process at a time."""

    folder: Path
    sockets: Path

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.folder / "log"

    @property
    def mailbox(self) -> Path:
        """The messages that were sent."""
        return self.folder / "mailbox"

    @property
    def environment(self) -> Path:
        """The variables of the run that is going on."""
        return self.folder / "environment"

    @property
    def logins(self) -> Path:
        """What the demo clinic's seeding said about signing in."""
        return self.folder / "demo.txt"


def open_state(folder: Path = PROJECT / "var") -> State:
    """Make the folders. The sockets lie in it, or elsewhere when its path is too long for them.

    Raises CannotStart when the disk is full or the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in ("log", "mailbox", "beat", "run"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError as error:
        raise CannotStart(f"{folder} cannot be written: {error.strerror}.") from error
    if free < ROOM_MB:
        raise CannotStart(f"The disk is full: {free} MB are free, {ROOM_MB} MB are needed.")
    sockets = folder / "run"
    if len(str(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = Path(tempfile.mkdtemp(prefix="isotrack-run-"))
    return State(folder, sockets)


def hold(state: State) -> IO[str] | None:
    """Take the folder for this process until the file is closed; ``None`` if another has it."""
    lock = (state.folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def port_of(environment: Mapping[str, str]) -> int:
    """PORT, 8000 unless named; refuses what is not a port."""
    value = environment.get("PORT", "").strip() or "8000"
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise CannotStart(f"PORT={value!r} is not a whole number from 1 to 65535.")
    return int(value)


def kept_secrets(state: State) -> dict[str, str]:
    """The secrets of this checkout, made at the first start and kept from then on."""
    path = state.folder / "secrets.json"
    known: dict[str, str] = {}
    if path.exists():
        try:
            known = json.loads(path.read_text("utf-8"))
        except ValueError:
            raise CannotStart(
                f"{path} cannot be read; `make reset` starts over with an empty clinic."
            ) from None
    missing = [name for name in SECRETS if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(48) for name in missing}
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(known), "utf-8")
        draft.rename(path)
    return known


def variables(
    state: State, *, port: int, smtp_port: int, sms_port: int, given: Mapping[str, str]
) -> dict[str, str]:
    """The environment of every process of a run; what was ``given`` wins. No database yet."""
    ours = kept_secrets(state) | {
        "DEBUG": "true",
        "DJANGO_SETTINGS_MODULE": "isotrack.settings",
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MAILBOX_DIR": str(state.mailbox),
        "PYTHONUNBUFFERED": "1",
    }
    if not given.get("SMS_PROVIDER", "").strip():
        ours |= {
            "SMS_PROVIDER": "webhook",
            "SMS_WEBHOOK_URL": f"http://127.0.0.1:{sms_port}/sms",
        }
    return ours | {name: value for name, value in given.items() if value.strip()}


def publish(state: State, environment: Mapping[str, str]) -> None:
    """Write what another terminal needs, readable by a shell and by ``joined``."""
    lines = [f"{name}={shlex.quote(environment[name])}\n" for name in JOINED if name in environment]
    state.environment.touch(mode=0o600)
    state.environment.write_text("".join(lines), "utf-8")


def joined(state: State) -> dict[str, str]:
    """The variables of the run that is going on."""
    words = shlex.split(state.environment.read_text("utf-8"))
    return dict(word.split("=", 1) for word in words)


def forget(state: State) -> None:
    """Clean up what only means something while running."""
    state.environment.unlink(missing_ok=True)
    if state.sockets.parent != state.folder:
        shutil.rmtree(state.sockets, ignore_errors=True)
