"""A database that is away for a moment costs patience, not an answer that is already known."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError

from messaging import patience

AWAY = OperationalError("the server is shutting down")


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Instead of the thread's own; it counts how often it is given up, and how long is waited."""
    seen = SimpleNamespace(in_atomic_block=False, closed=0, waited=[])
    seen.close = lambda: setattr(seen, "closed", seen.closed + 1)
    monkeypatch.setattr(patience, "connection", seen)
    monkeypatch.setattr(patience.time, "sleep", seen.waited.append)
    return seen


def _failing(*errors: Exception) -> tuple[list[str], object]:
    left, done = list(errors), []

    def write(answer: str) -> str:
        if left:
            raise left.pop(0)
        done.append(answer)
        return answer

    return done, patience.through_an_outage(write)


def test_answer_is_written_down_once_the_database_is_back(connection: SimpleNamespace) -> None:
    done, write = _failing(AWAY, InterfaceError("connection already closed"), AWAY)
    assert write("accepted") == "accepted"  # type: ignore[operator]
    assert done == ["accepted"]
    assert connection.closed == 3, "each try begins with a new connection"
    assert connection.waited == sorted(connection.waited), "each time longer"


def test_patience_ends_long_before_a_lease(connection: SimpleNamespace) -> None:
    done, write = _failing(*[AWAY] * 50)
    with pytest.raises(OperationalError):
        write("accepted")  # type: ignore[operator]
    assert not done
    assert 10 < sum(connection.waited) < 30


def test_callers_transaction_is_lost_and_not_tried_again(connection: SimpleNamespace) -> None:
    connection.in_atomic_block = True
    _, write = _failing(AWAY)
    with pytest.raises(OperationalError):
        write("accepted")  # type: ignore[operator]
    assert (connection.closed, connection.waited) == (0, [])


def test_other_errors_are_not_waited_for(connection: SimpleNamespace) -> None:
    _, write = _failing(ValueError("a text that cannot be made"))
    with pytest.raises(ValueError, match="cannot be made"):
        write("accepted")  # type: ignore[operator]
    assert connection.waited == []
