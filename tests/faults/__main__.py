"""``python -m tests.faults``: the whole matrix and the comparison, printed and kept."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import time
import traceback
from collections.abc import Iterator

from tests.faults import rows_broker, rows_database, rows_provider, rows_time, rows_workers
from tests.faults.baselines.compare import FAULTS, compared
from tests.faults.baselines.designs import DESIGNS
from tests.faults.matrix import ROWS, Row, Seen, Skipped, hold_to
from tests.faults.opening import opened
from tests.faults.processes import PROJECT, NotInTime
from tests.faults.report import PAGE, Run, begun, comparison, renew_page, table, together
from tests.faults.rig import Rig
from tests.faults.together import TOGETHER

__all__ = ["rows_broker", "rows_database", "rows_provider", "rows_time", "rows_workers"]

# A row that hangs shall not keep the others from being seen.
_PATIENCE_S = 420


def main(arguments: list[str]) -> int:
    """Exit code 0 when every row held, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--size", type=int, default=60, help="messages due in each row")
    parser.add_argument("--only", default="", help="rows, such as F-01,F-05,all: prints only")
    parser.add_argument("--together", type=int, default=1000, help="messages due with all at once")
    parser.add_argument("--compare", type=int, default=40, help="messages for each design; 0: none")
    asked = parser.parse_args(arguments)
    wanted = [word for word in asked.only.split(",") if word]
    chosen = [each for each in ROWS if not wanted or each.id in wanted]
    run, began = begun(), time.monotonic()
    with_all = bool(asked.together) and (not wanted or TOGETHER.id in wanted)
    most = max(asked.size, asked.compare, asked.together if with_all else 0)
    with opened(size=most + 10) as rig:
        for each in sorted(chosen, key=lambda each: each.id):
            run.rows[each.id] = play(rig, each, asked.size)
            run.keep()
        if with_all:
            run.rows[TOGETHER.id] = play(rig, TOGETHER, asked.together)
            run.keep()
        if asked.compare:
            compare(rig, asked.compare, run)
    print("\n".join(["", *table(run), "", *together(run), "", *comparison(run)]))
    took_s = time.monotonic() - began
    print(f"\n{took_s:.0f} s in all.")
    if not wanted and with_all and asked.compare:
        renew_page(run, took_s=took_s)
        print(f"{PAGE.relative_to(PROJECT)} is renewed.")
    failed = run.failed()
    print("failed: " + "; ".join(failed) if failed else "Every row held.")
    return 1 if failed else 0


@contextlib.contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """:class:`NotInTime` in the midst of whatever takes longer."""

    def too_long(*_: object) -> None:
        raise NotInTime(f"it took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def play(rig: Rig, each: Row, size: int) -> Seen | str:
    """One row, with a line when it begins and one when it ends."""
    began = time.monotonic()
    print(f"{each.id}  {each.fault} ...", flush=True)
    try:
        rig.mend()
        with no_longer_than(_PATIENCE_S):
            seen = each.play(rig, size)
        hold_to(each, seen)
    except Skipped as skipped:
        print(f"      skipped: {skipped}", flush=True)
        return f"skipped: {skipped}"
    except Exception as error:  # noqa: BLE001 - the other rows shall be seen as well
        traceback.print_exc()
        for running in rig.running:
            print(f"{running.log.name}: {running.said()[-1500:]}")
        print(f"      FAIL after {time.monotonic() - began:.0f} s", flush=True)
        return f"FAIL: {error}"
    print(f"      ok, {seen.note or 'as expected'}; {time.monotonic() - began:.0f} s", flush=True)
    return seen


def compare(rig: Rig, size: int, run: Run) -> None:
    """Each fault for each design; one that cannot be played says so in its cell."""
    for _, words, fault in FAULTS:
        cells = run.compared.setdefault(words, {})
        for made in DESIGNS:
            began = time.monotonic()
            try:
                rig.mend()
                with no_longer_than(_PATIENCE_S):
                    cells[made.name] = compared(rig, made(rig), fault, size)
            except Exception as error:  # noqa: BLE001 - the others shall be seen as well
                traceback.print_exc()
                cells[made.name] = f"not played: {type(error).__name__}"
            run.keep()
            took_s = time.monotonic() - began
            print(f"{words}: {made.name}: {cells[made.name]} {took_s:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
