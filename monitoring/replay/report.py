"""The run in words: each ask that fails, with what was expected beside what was got."""

import json
from collections.abc import Iterator

from monitoring.replay.asked import Ask
from monitoring.replay.compare import plain
from monitoring.replay.running import Answered, Replayed

_SHOWN_WIDTH = 46


def lines(replayed: list[Replayed]) -> Iterator[str]:
    """One line a story, a table under it for each failing ask, and the totals."""
    passed = failed = 0
    for one in replayed:
        bad = [ask for ask in one.asks if not ask.passed]
        passed += len(one.asks) - len(bad)
        failed += len(bad)
        mark = "FAIL" if bad else "ok"
        yield f"{mark:4}  {one.story.scenario}: {one.story.title}"
        for ask in bad:
            yield from _failure(ask, one.story.file)
    yield f"{passed} passed, {failed} failed"


def _failure(answered: Answered, file: str) -> Iterator[str]:
    yield f"      {file}, ask {answered.number}: {_question(answered.ask)}"
    if "error" in answered.got:
        yield f"        the rules could not answer: {answered.got['error']}"
    yield f"        {'key':22}{'expected':{_SHOWN_WIDTH}}got"
    for each in answered.failing:
        expected = _text(each.written)
        got = _text(answered.got.get(each.reads))
        yield f"        {each.key:22}{expected:{_SHOWN_WIDTH}}{got}"


def _question(ask: Ask) -> str:
    what = ask.action.value if ask.action else f"query {ask.query.value if ask.query else ''}"
    return f"{ask.at.isoformat(timespec='minutes')} {what}"


def _text(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
