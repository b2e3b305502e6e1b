"""``python -m tests.faults``: the whole matrix and the comparison, printed and kept."""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from tests.faults import rows_broker, rows_database, rows_provider, rows_time, rows_workers
from tests.faults.baselines.compare import FAULTS, Result, run
from tests.faults.baselines.designs import DESIGNS
from tests.faults.matrix import ROWS, Row, Seen, Skipped, hold_to
from tests.faults.opening import opened
from tests.faults.processes import PROJECT
from tests.faults.report import PAGE, comparison, keep_design, keep_row, renew_page, table
from tests.faults.rig import Rig

__all__ = ["rows_broker", "rows_database", "rows_provider", "rows_time", "rows_workers"]

# As many kills as messages would prove nothing; as many courses would take an hour to make.
MOST = {"F-06": 200, "F-14": 60, "F-16": 10}


def main(arguments: list[str]) -> int:
    """Exit code 0 when every row held, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--size", type=int, default=200, help="messages due in each row")
    parser.add_argument("--only", default="", help="rows, such as F-01,F-05")
    parser.add_argument("--compare", type=int, default=40, help="messages for each design; 0: none")
    asked = parser.parse_args(arguments)
    chosen = [each for each in ROWS if not asked.only or each.id in asked.only.split(",")]
    began = time.monotonic()
    failed = []
    with opened(size=max(asked.size, asked.compare) + 10) as rig:
        for each in sorted(chosen, key=lambda each: each.id):
            seen = play(rig, each, min(asked.size, MOST.get(each.id, asked.size)))
            keep_row(each, seen)
            if isinstance(seen, str) and seen.startswith("FAIL"):
                failed.append(each.id)
        if asked.compare:
            compare(rig, asked.compare)
    print("\n".join(["", *table(), "", *comparison()]))
    renew_page()
    print(f"\n{time.monotonic() - began:.0f} s in all; {PAGE.relative_to(PROJECT)} is renewed.")
    print("failed: " + ", ".join(failed) if failed else "Every row held.")
    return 1 if failed else 0


def play(rig: Rig, each: Row, size: int) -> Seen | str:
    """One row, with a line when it begins and one when it ends."""
    began = time.monotonic()
    print(f"{each.id}  {each.fault} ...", flush=True)
    try:
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


def compare(rig: Rig, size: int) -> None:
    """Each fault for each design; one that cannot be played says so in its cell."""
    for _, words, fault in FAULTS:
        for made in DESIGNS:
            began = time.monotonic()
            result: Result | str
            try:
                result = run(rig, made(rig), fault, size)
            except Exception as error:  # noqa: BLE001 - the others shall be seen as well
                traceback.print_exc()
                result = f"not played: {type(error).__name__}"
            keep_design(words, made.name, result)
            print(f"{words}: {made.name}: {result} {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
