"""No write without a trace: the rule of ADR 0008, read from the source.

The rule: in a module of an ``actions`` package, a function that writes (calls create, save, update,
delete, get_or_create, update_or_create or a bulk form of these) is an action, or every function of
the product that names it is an action or is itself reached from actions only. What departs from
it stands below with the reason.
"""

from __future__ import annotations

from tests.architecture.source import Function, functions

WRITES = {
    "create",
    "save",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
}
REASONS = {
    "monitoring.actions.prescribing._keep": "the signature and the refusal beside it speak",
    "monitoring.actions.pulses.beat": "a heartbeat is about nobody",
    "monitoring.actions.keeping.keep_all": "a raw message is kept first; filing each part speaks",
    "monitoring.actions.keeping._content_hash": "updates a digest, not a row",
}


def _writes(function: Function) -> bool:
    return any("." in call and call.rpartition(".")[2] in WRITES for call in function.calls())


def _in_actions(function: Function) -> bool:
    return "actions" in function.module.split(".")


def _is_action(function: Function) -> bool:
    return bool({"trail.action", "action"} & function.decorators())


def _speaks(function: Function, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the function is an action, or only actions lead to it."""
    if _is_action(function) or function.label in REASONS:
        return True
    if function.label in seen:
        return True
    callers = [
        other
        for other in functions()
        if function.name in other.names()
        and other.label != function.label
        and (other.module == function.module or not function.name.startswith("_"))
    ]
    return bool(callers) and all(_speaks(each, seen | {function.label}) for each in callers)


def test_every_writing_function_of_an_action_module_leaves_a_trace() -> None:
    writing = [each for each in functions() if _in_actions(each) and _writes(each)]
    assert len(writing) > 30
    silent = [each.label for each in writing if not _speaks(each)]
    assert "\n".join(silent) == ""


def test_departures_from_the_rule_still_exist() -> None:
    labels = {each.label for each in functions()}
    assert set(REASONS) <= labels


def test_screens_and_tasks_do_not_write() -> None:
    edges = ("clinic.", "portal.", "monitoring.tasks", "messaging.tasks", "look.")
    found = [
        f"{each.label}: {call}"
        for each in functions()
        if each.module.startswith(edges)
        for call in each.calls()
        if ".objects." in call
    ]
    assert found == []
