"""A loop that sends what is due and not marked, and marks it; what fails is met again next time.

Rules: no claim, no attempt on record; the mark comes after the call.
"""

from __future__ import annotations

import contextlib
import sys
import time

import httpx

from tests.faults.baselines.base import connect, post


def main() -> None:
    """Once a second, where such a loop would run once a minute."""
    sys.stdout.write("looking\n")
    sys.stdout.flush()
    while True:
        with connect() as database:
            rows = database.execute(
                "SELECT id, to_whom FROM reminder"
                " WHERE status = 'pending' AND due_at <= statement_timestamp() ORDER BY id"
            ).fetchall()
            for id, to_whom in rows:
                with contextlib.suppress(httpx.HTTPError):
                    post(to_whom)
                    database.execute("UPDATE reminder SET status = 'sent' WHERE id = %s", [id])
        time.sleep(1)


if __name__ == "__main__":
    main()
