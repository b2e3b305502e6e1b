"""PostgreSQL restarted, locked and filled up."""

from __future__ import annotations

import contextlib
import subprocess
import time

import httpx
import psycopg

from tests.faults.matrix import Seen, Skipped, count, row
from tests.faults.opening import opened
from tests.faults.rig import Rig
from tests.faults.rows_workers import SLOW, post_result, sign_in


@row(
    "F-11",
    "PostgreSQL restarted in mid-batch, and locked for five seconds",
    allowed="as many as were under way",
    within_s=2 * 60 + 30,
    own_server=True,
)
def restarted(rig: Rig, size: int) -> Seen:
    """Pages answer 503 meanwhile; nothing is half written."""
    assert rig.postgres is not None
    rig.fresh()
    lab = rig.hand.laboratory(many=1)
    meant = rig.hand.plan(many=size)
    rig.workers(2)
    address, _ = rig.web()
    rig.sms.plan = lambda call: SLOW
    rig.ring(4)
    rig.until(lambda: len(rig.sms.accepted) >= size // 4, "a quarter is sent")
    with httpx.Client(base_url=address, timeout=90) as browser:
        assert sign_in(browser).status_code == 200
        rig.postgres.stop()
        # The first two need no database, and may as well be answered.
        pages = [browser.get(path).status_code for path in ("/", "/account/login/")]
        pages += [sign_in(browser).status_code, browser.get("/health/ready").status_code]
        pages.append(post_result(address, lab["token"], lab["bodies"][0]).status_code)
    rig.postgres.start()
    began = rig.now()
    rig.advance(121)  # what was held when the connections broke comes back
    rig.ring(4)
    rig.until(lambda: len(rig.sms.accepted) > size // 2, "a half is sent", 120)
    with rig.connected() as stranger:
        stranger.execute("BEGIN")
        stranger.execute("LOCK TABLE messaging_message IN ACCESS EXCLUSIVE MODE")
        time.sleep(5)
        stranger.execute("COMMIT")
    rig.settle()
    took = (rig.now() - began).total_seconds()
    assert pages[2:] == [503, 503, 503], f"pages without a database answered {pages}"
    assert max(pages[:2]) in {200, 302, 503}, f"pages without a database answered {pages}"
    assert httpx.get(f"{address}/account/login/", timeout=90).status_code == 200
    return count(rig, meant, most_plain=4, recovery_s=took, note="web answered 503, then 200")


@row(
    "F-22",
    "disk full under the database",
    allowed="as many as were under way",
    own_server=True,
)
def disk_full(rig: Rig, size: int) -> Seen:
    """A small file system of its own; filled, then emptied."""
    small = rig.folder / "small"
    small.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m,mode=0711", "none", str(small)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        raise Skipped("F-22: mounting a small file system needs root")
    try:
        with opened(size=min(size, 100), name="faults_full", folder=small) as full:
            return _filled(full, min(size, 100), small / "ballast")
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


def _filled(rig: Rig, size: int, ballast) -> Seen:  # type: ignore[no-untyped-def]
    rig.fresh()
    lab = rig.hand.laboratory(many=1)
    meant = rig.hand.plan(many=size)
    rig.workers(1)
    address, _ = rig.web()
    rig.sms.plan = lambda call: SLOW
    rig.ring(2)
    rig.until(lambda: len(rig.sms.accepted) >= size // 4, "a quarter is sent")
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    refused = _refuses_to_write(rig)
    page = post_result(address, lab["token"], lab["bodies"][0])
    ballast.unlink()
    assert refused, "the disk was never full"
    assert page.status_code == 503, (
        f"a result that cannot be stored was answered {page.status_code}"
    )
    assert rig.postgres is not None
    with contextlib.suppress(psycopg.Error):
        rig.query("SELECT 1")
    rig.postgres.stop()
    rig.postgres.start()
    took = rig.settle()
    assert post_result(address, lab["token"], lab["bodies"][0]).status_code == 200
    rig.query("SET statement_timeout = '60s'")
    return count(rig, meant, most_plain=2, recovery_s=took, note="the result was refused, not lost")


def _refuses_to_write(rig: Rig) -> bool:
    """Whether a table can no longer grow."""
    try:
        rig.query(
            "CREATE TABLE rig.ballast AS SELECT repeat('x', 5000) FROM generate_series(1, 5000)"
        )
    except psycopg.Error:
        return True
    return False
