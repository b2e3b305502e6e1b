"""No abnormal value is left out of the list: any history, without a database (UX-06)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring import to_read
from protocol import labs
from protocol.facts import LabAcknowledged, LabResult, Symptom
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Analyte, ResultStatus, Tier
from tests.protocol.clinical_facts import DAY, course
from tests.protocol.clinical_facts import result as drawn

POLICY = ClinicPolicy()
_COUNTS = {ResultStatus.FINAL, ResultStatus.CORRECTED}


@st.composite
def histories(draw: st.DrawFn) -> tuple[tuple[LabResult, ...], tuple[LabAcknowledged, ...]]:
    """Draws of ALT and triglycerides over three weeks, some of them decided about."""
    results = []
    for number in range(draw(st.integers(1, 6))):
        on = DAY - timedelta(days=draw(st.integers(0, 20)))
        analyte, limit, unit = draw(
            st.sampled_from([(Analyte.ALT, 40, "U/L"), (Analyte.TRIGLYCERIDES, 150, "mg/dL")])
        )
        results.append(
            LabResult(
                ref=f"observation:{number}",
                on=on,
                specimen=f"specimen:{draw(st.integers(0, 3))}-{on}",
                analyte=analyte,
                value=Decimal(draw(st.sampled_from([25, 60, 130, 210, 520, 900, 20_000]))),
                unit=unit,
                uln=Decimal(limit),
                status=draw(st.sampled_from(ResultStatus)),
            )
        )
    results.sort(key=lambda result: result.on)
    decided = [
        LabAcknowledged(
            ref=f"acknowledgement:{number}",
            on=DAY,
            plan="seen",
            specimens=(result.specimen,),
            results=(result.ref,),
        )
        for number, result in enumerate(results)
        if draw(st.booleans())
    ]
    return tuple(results), tuple(decided)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_abnormal_value_without_a_decision_is_on_the_list(
    history: tuple[tuple[LabResult, ...], tuple[LabAcknowledged, ...]],
) -> None:
    results, decided = history
    facts = course(labs=results, lab_acknowledged=decided)
    found = to_read.findings(facts, policy=POLICY, as_of=DAY)
    read = {ref for word in decided for ref in word.results}
    for result in results:
        if result.status not in _COUNTS or result.ref in read:
            continue
        tier = labs.grade(result, person=facts.person, policy=POLICY).tier
        if tier is not None and tier >= Tier.T2:
            finding = found[result.specimen]
            assert finding.needs_decision
            assert not finding.settled
            assert (finding.tier or 0) >= tier


@settings(max_examples=100, deadline=None)
@given(histories())
def test_what_the_gate_waits_for_is_on_the_list_and_no_milder(
    history: tuple[tuple[LabResult, ...], tuple[LabAcknowledged, ...]],
) -> None:
    results, decided = history
    facts = course(labs=results, lab_acknowledged=decided)
    reading = labs.read(facts, as_of=DAY, policy=POLICY)
    found = to_read.findings(facts, policy=POLICY, as_of=DAY)
    for graded in (*reading.awaiting, *reading.to_confirm):
        finding = found[graded.result.specimen]
        assert finding.needs_decision
        assert (finding.tier or 0) >= (graded.tier or 0)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_rule_never_closes_what_is_raised_or_doubtful(
    history: tuple[tuple[LabResult, ...], tuple[LabAcknowledged, ...]],
) -> None:
    results, _ = history
    for finding in to_read.findings(course(labs=results), policy=POLICY, as_of=DAY).values():
        if all(to_read.is_plainly_normal(each) for each in finding.graded):
            assert not finding.needs_decision
            assert finding.tier is Tier.T0


def test_list_grades_an_older_draw_with_what_was_reported_and_drawn_with_it() -> None:
    """Nausea makes 210 mg/dL of glucose critical (5.2), though a newer value is normal."""
    then = DAY - timedelta(days=9)
    old = drawn("glucose", 210, "mg/dL", 99, on=then)
    newer = drawn("glucose", 88, "mg/dL", 99)
    facts = course(
        labs=(old, newer),
        symptoms=(Symptom(ref="s", on=then, code="headache", features=("nausea",)),),
    )
    assert to_read.findings(facts, policy=POLICY, as_of=DAY)[old.specimen].tier is Tier.T4
    quiet = course(labs=(old, newer))
    assert to_read.findings(quiet, policy=POLICY, as_of=DAY)[old.specimen].tier is Tier.T2
