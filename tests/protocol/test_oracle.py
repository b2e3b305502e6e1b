"""The gate against an independent second opinion, over at least 10,000 random stories."""

from __future__ import annotations

import os
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.facts import Dispensed, HomeTesting
from protocol.gate import decide
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Action, Level, Method, Reason, TestResult, TestSetting
from tests.protocol import oracle
from tests.protocol.world import SOUND, in_order, noon, protected, sampled

# Fewer only while mutants are hunted, hundreds of times over (tests/mutants.py).
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "10000"))
ZERO = date(2026, 6, 1)
# Not what the second opinion is asked about: these follow from the story's shape.
ELSEWHERE = {
    Reason.LAB_BASELINE_MISSING,
    Reason.LAB_OVERDUE,
    Reason.WEIGHT_STALE,
    Reason.COURSE_LENGTH,
}
LAST_DAY = 110

OUTCOMES = st.sampled_from(["negative"] * 8 + ["positive", "indeterminate"])
PLACES = st.sampled_from(["clinic"] * 6 + ["home", "home", "remote-supervised", "unknown"])
SPECIMENS = st.builds(
    oracle.Specimen,
    day=st.integers(0, LAST_DAY),
    outcome=OUTCOMES,
    where=PLACES,
    verified=st.booleans(),
)
METHODS = st.one_of(
    st.just(frozenset({"implant", "male-condom"})),
    st.frozensets(st.sampled_from([method.value for method in Method]), max_size=3),
)


@st.composite
def stories(draw: st.DrawFn) -> oracle.Story:
    """Tests that cluster where the rules have their boundaries, with and without earlier fills."""
    asked_on = draw(st.integers(20, LAST_DAY))
    specimens = draw(st.lists(SPECIMENS, max_size=4))
    clinic = {"outcome": "negative", "where": "clinic", "verified": False}
    screening = draw(st.integers(0, 40))
    second = screening + draw(st.integers(17, 34))
    third = second + draw(st.sampled_from([3, 6, 7, 8, 12, 18, 19, 20, 25]))
    for day in (screening, second, third):
        if draw(st.integers(0, 9)) > 0:
            specimens.append(oracle.Specimen(day=day, **clinic))
    if draw(st.booleans()):
        chosen = draw(st.sampled_from([second, third]))
        asked_on = max(20, min(LAST_DAY, chosen + draw(st.integers(-1, 8))))
    fills: tuple[int, ...] = ()
    if draw(st.integers(0, 3)) == 0:
        fills = (draw(st.integers(0, asked_on - 1)),)
    words = sorted(draw(st.lists(st.tuples(st.integers(0, LAST_DAY), st.booleans()), max_size=2)))
    return oracle.Story(
        asked_on=asked_on,
        specimens=tuple(sorted(specimens, key=lambda specimen: specimen.day)),
        methods=draw(METHODS),
        methods_since=second - draw(st.sampled_from([60, 31, 30, 29, 15])),
        fills=fills,
        home_words=tuple(words),
        newer_edition_from=draw(st.sampled_from([0, second, third, 10_000])),
    )


def day_of(number: int) -> date:
    """The calendar day of the oracle's number."""
    return ZERO + timedelta(days=number)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(story=stories())
def test_gate_agrees_with_the_second_opinion(story: oracle.Story) -> None:
    on = day_of(story.asked_on)
    verdict = oracle.judge(visible(story))
    fills = tuple(day_of(number) for number in story.fills)
    since = day_of(story.methods_since)
    facts = in_order(
        on,
        fills=fills,
        contraception=(
            protected(
                min(since, day_of(0)),
                tuple(sorted(Method(name) for name in story.methods)),
                since=since,
            ),
        ),
        pregnancy_tests=tuple(
            sampled(
                day_of(specimen.day),
                TestResult(specimen.outcome),
                None if specimen.where == "unknown" else TestSetting(specimen.where),
                verified=specimen.verified,
            )
            for specimen in story.specimens
        ),
        home_testing=tuple(
            HomeTesting(ref=f"word-{day}-{allowed}", on=day_of(day), allowed=allowed)
            for day, allowed in story.home_words
        ),
        dispensed=tuple(Dispensed(ref=f"fill-{fill}", on=fill, rma="x") for fill in fills),
    )
    starts = min(max(story.newer_edition_from, 0), 4_000)
    decision = decide(
        facts,
        action=Action.DISPENSE,
        at=noon(on),
        policy=ClinicPolicy(us_2026_effective_from=day_of(starts)),
        supply=SOUND,
        rma="RMA-1",
    )
    reasons = set(decision.reasons) - ELSEWHERE
    assert (not reasons - {Reason.TEST_CYCLE_DAY}) == verdict.allowed, (reasons, verdict.objections)
    if not verdict.allowed:
        assert decision.level is Level.BLOCK
    assert ("methods" in verdict.objections) == (Reason.CONTRA_INSUFFICIENT in reasons)
    assert ("result" in verdict.objections) == bool(
        reasons & {Reason.TEST_POSITIVE, Reason.TEST_INDETERMINATE}
    )


def visible(story: oracle.Story) -> oracle.Story:
    """The story as it stands on the day asked about."""
    return oracle.Story(
        asked_on=story.asked_on,
        specimens=tuple(s for s in story.specimens if s.day <= story.asked_on),
        methods=story.methods,
        methods_since=story.methods_since,
        fills=story.fills,
        home_words=tuple(word for word in story.home_words if word[0] <= story.asked_on),
        newer_edition_from=story.newer_edition_from,
    )
