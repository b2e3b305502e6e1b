"""Conditions, allergies and medicines (rule book 8): level by programme, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from protocol.contraindications import (
    allergy_findings,
    condition_findings,
    interaction_findings,
    uses_hormonal_contraception,
)
from protocol.facts import Allergy, Condition, Contraception, Medication, Supply
from protocol.interactions import (
    clears_on,
    generic_name,
    interaction_of,
    is_tetracycline,
    recently_taken,
)
from protocol.vocabulary import Level, Method, Reason
from tests.protocol.clinical_facts import DAY, MAN, WOMAN, course

START = date(2025, 1, 6)
BLOCK, OVERRIDE, WARN = Level.BLOCK, Level.OVERRIDE, Level.WARN


def condition(name: str, *, on: date = START) -> Condition:
    return Condition(ref=f"c-{name}", on=on, name=name)


def medicine(name: str, *, on: date = START, stopped: date | None = None) -> Medication:
    return Medication(ref=f"m-{name}-{on}", on=on, name=name, stopped=stopped)


def allergy(name: str) -> Allergy:
    return Allergy(ref=f"a-{name}", on=START, name=name)


CONDITIONS = [
    ("pregnancy", Reason.CONDITION_PREGNANCY, BLOCK, BLOCK),
    ("breastfeeding", Reason.CONDITION_BREASTFEEDING, OVERRIDE, BLOCK),
    ("hypervitaminosis-a", Reason.CONDITION_HYPERVITAMINOSIS_A, OVERRIDE, BLOCK),
    ("hepatic-insufficiency", Reason.CONDITION_HEPATIC, OVERRIDE, BLOCK),
    *[
        (name, Reason.CONDITION_HISTORY, WARN, WARN)
        for name in (
            *("depression", "ibd", "diabetes", "obesity", "alcohol", "lipid-disorder"),
            *("osteoporosis", "renal-impairment", "never-heard-of"),
        )
    ],
]


@pytest.mark.parametrize(("name", "reason", "us", "elsewhere"), CONDITIONS)
def test_condition_has_its_level_by_programme(
    name: str, reason: Reason, us: Level, elsewhere: Level
) -> None:
    for programme in ("us-ipledge", "uk-mhra", "eu-ppp", "au", "ca"):
        facts = course(programme=programme, conditions=(condition(name),))
        (finding,) = condition_findings(facts, on=DAY)
        assert finding.reason is reason
        assert finding.level is (us if programme == "us-ipledge" else elsewhere)


def test_condition_recorded_later_is_not_known_yet() -> None:
    facts = course(conditions=(condition("pregnancy", on=DAY + timedelta(days=1)),))
    assert list(condition_findings(facts, on=DAY)) == []


MEDICINES = [
    ("doxycycline", Reason.INTERACTION_TETRACYCLINE, OVERRIDE, BLOCK),
    ("minocycline", Reason.INTERACTION_TETRACYCLINE, OVERRIDE, BLOCK),
    ("lymecycline", Reason.INTERACTION_TETRACYCLINE, OVERRIDE, BLOCK),
    ("tetracycline", Reason.INTERACTION_TETRACYCLINE, OVERRIDE, BLOCK),
    ("vitamin-a", Reason.INTERACTION_RETINOID, OVERRIDE, OVERRIDE),
    ("acitretin", Reason.INTERACTION_RETINOID, OVERRIDE, OVERRIDE),
    ("alitretinoin", Reason.INTERACTION_RETINOID, OVERRIDE, OVERRIDE),
    ("tretinoin", Reason.INTERACTION_RETINOID, OVERRIDE, OVERRIDE),
    ("methotrexate", Reason.INTERACTION_METHOTREXATE, OVERRIDE, OVERRIDE),
    ("phenytoin", Reason.INTERACTION_PHENYTOIN, WARN, WARN),
    ("prednisolone", Reason.INTERACTION_CORTICOSTEROID, WARN, WARN),
    ("carbamazepine", Reason.INTERACTION_CARBAMAZEPINE, WARN, WARN),
    ("itraconazole", Reason.INTERACTION_AZOLE, WARN, WARN),
    ("warfarin", Reason.INTERACTION_WARFARIN, WARN, WARN),
    ("alcohol", Reason.INTERACTION_ALCOHOL, WARN, WARN),
    ("benzoyl-peroxide", Reason.INTERACTION_KERATOLYTIC, WARN, WARN),
]


@pytest.mark.parametrize(("name", "reason", "us", "elsewhere"), MEDICINES)
def test_medicine_has_its_level_by_programme(
    name: str, reason: Reason, us: Level, elsewhere: Level
) -> None:
    for programme, level in (("us-ipledge", us), ("uk-mhra", elsewhere), ("au", elsewhere)):
        facts = course(programme=programme, medications=(medicine(name),))
        (finding,) = interaction_findings(facts, on=DAY)
        assert (finding.reason, finding.level) == (reason, level)


@pytest.mark.parametrize(
    ("name", "days", "counts"),
    [
        ("doxycycline", 0, True),
        ("doxycycline", 7, True),
        ("doxycycline", 8, False),
        ("prednisolone", 0, True),
        ("prednisolone", 1, False),
    ],
)
def test_stopped_tetracycline_counts_for_seven_days_and_others_for_their_last(
    name: str, days: int, counts: bool
) -> None:
    stopped = medicine(name, stopped=DAY - timedelta(days=days))
    findings = list(interaction_findings(course(medications=(stopped,)), on=DAY))
    assert bool(findings) is counts
    if counts:
        assert findings[0].clears_on == DAY - timedelta(days=days) + timedelta(
            days=8 if name == "doxycycline" else 1
        )


def test_medicine_still_taken_clears_a_week_after_it_is_stopped_today() -> None:
    (finding,) = interaction_findings(course(medications=(medicine("doxycycline"),)), on=DAY)
    assert (finding.clears_on, finding.remedy_on) == (None, DAY + timedelta(days=8))
    assert clears_on(medicine("warfarin"), on=DAY) == DAY + timedelta(days=1)


def test_newest_record_of_a_medicine_says_whether_it_was_stopped() -> None:
    began = medicine("doxycycline")
    ended = medicine("doxycycline", on=date(2025, 2, 1), stopped=date(2025, 2, 1))
    facts = course(medications=(began, ended))
    assert list(interaction_findings(facts, on=date(2025, 1, 20)))
    assert not list(interaction_findings(facts, on=DAY))


@pytest.mark.parametrize("name", ["paracetamol", "", "isotretinoin"])
def test_medicine_that_the_rule_book_does_not_name_is_silent(name: str) -> None:
    assert interaction_of(name) is None
    assert not list(interaction_findings(course(medications=(medicine(name),)), on=DAY))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Doxycycline", "doxycycline"),
        ("St John's wort", "st-johns-wort"),
        (" Vitamin A ", "vitamin-a"),
        ("BENZOYL PEROXIDE", "benzoyl-peroxide"),
    ],
)
def test_medicine_names_are_read_as_people_write_them(written: str, name: str) -> None:
    assert generic_name(written) == name
    assert interaction_of(written) is not None


def test_medicine_counts_from_the_day_it_is_recorded() -> None:
    tomorrow = medicine("warfarin", on=DAY + timedelta(days=1))
    today = medicine("warfarin", on=DAY)
    assert [recently_taken(item, on=DAY) for item in (tomorrow, today)] == [False, True]
    assert not list(interaction_findings(course(medications=(tomorrow,)), on=DAY))
    assert list(interaction_findings(course(medications=(today,)), on=DAY))


def test_newest_record_counts_whatever_the_order_of_the_records() -> None:
    began = medicine("doxycycline", on=date(2025, 2, 1))
    ended = medicine("doxycycline", on=date(2025, 1, 10), stopped=date(2025, 1, 20))
    for records in ((began, ended), (ended, began)):
        assert list(interaction_findings(course(medications=records), on=DAY))
    same_day = (began, replace(began, stopped=date(2025, 2, 1)))
    assert not list(interaction_findings(course(medications=same_day), on=DAY))


@pytest.mark.parametrize(
    ("name", "tetracycline"), [("lymecycline", True), ("warfarin", False), ("paracetamol", False)]
)
def test_tetracyclines_are_known_by_name(name: str, tetracycline: bool) -> None:
    assert is_tetracycline(name) is tetracycline


def test_medicine_outside_the_rule_book_has_no_days_after() -> None:
    other = medicine("paracetamol", stopped=DAY)
    assert recently_taken(other, on=DAY)
    assert not recently_taken(other, on=DAY + timedelta(days=1))
    assert clears_on(other, on=DAY) == DAY + timedelta(days=1)


def test_conditions_and_allergies_count_from_the_day_they_are_recorded() -> None:
    for days, known in ((0, True), (1, False)):
        on = DAY + timedelta(days=days)
        facts = course(
            conditions=(condition("ibd", on=on),),
            allergies=(replace(allergy("isotretinoin"), on=on),),
        )
        assert bool(list(condition_findings(facts, on=DAY))) is known
        assert bool(list(allergy_findings(facts, None, on=DAY))) is known


@pytest.mark.parametrize(
    ("name", "programme", "final"),
    [
        ("pregnancy", "us-ipledge", True),
        ("breastfeeding", "us-ipledge", False),
        ("breastfeeding", "uk-mhra", True),
        ("hypervitaminosis-a", "us-ipledge", False),
        ("hypervitaminosis-a", "eu-ppp", True),
        ("hepatic-insufficiency", "au", True),
        ("ibd", "uk-mhra", False),
    ],
)
def test_condition_that_blocks_is_not_cleared_by_waiting(
    name: str, programme: str, final: bool
) -> None:
    facts = course(programme=programme, conditions=(condition(name),))
    assert [finding.final for finding in condition_findings(facts, on=DAY)] == [final]


def test_method_stated_later_does_not_count_yet() -> None:
    for days, hormonal in ((0, True), (1, False)):
        on = DAY + timedelta(days=days)
        facts = course(
            person=WOMAN,
            contraception=(
                said(Method.COPPER_IUD, by_patient=False),
                said(Method.PATCH, by_patient=False, on=on),
            ),
        )
        assert uses_hormonal_contraception(facts, on=DAY) is hormonal


def said(*methods: Method, by_patient: bool, on: date = START) -> Contraception:
    return Contraception(
        ref=f"k-{on}-{by_patient}",
        on=on,
        by_patient=by_patient,
        by_prescriber=not by_patient,
        methods=methods,
    )


@pytest.mark.parametrize(
    ("stated", "warned"),
    [
        ((), True),
        ((said(Method.COMBINED_PILL, by_patient=True),), True),
        ((said(Method.COPPER_IUD, by_patient=True),), False),
        (
            (
                said(Method.COPPER_IUD, by_patient=True),
                said(Method.IMPLANT, by_patient=False),
            ),
            True,
        ),
        (
            (
                said(Method.COMBINED_PILL, by_patient=True),
                said(Method.COPPER_IUD, by_patient=True, on=date(2025, 2, 1)),
            ),
            False,
        ),
    ],
)
def test_st_johns_wort_matters_beside_hormonal_contraception(
    stated: tuple[Contraception, ...], warned: bool
) -> None:
    facts = course(person=WOMAN, medications=(medicine("st-johns-wort"),), contraception=stated)
    assert uses_hormonal_contraception(facts, on=DAY) is warned
    reasons = [finding.reason for finding in interaction_findings(facts, on=DAY)]
    assert reasons == ([Reason.INTERACTION_ST_JOHNS_WORT] if warned else [])


@pytest.mark.parametrize("programme", ["us-ipledge", "uk-mhra", "eu-ppp", "ca", "au"])
def test_st_johns_wort_beside_a_hormonal_method_is_a_warning_everywhere(programme: str) -> None:
    facts = course(
        programme=programme,
        person=WOMAN,
        medications=(medicine("st-johns-wort"),),
        contraception=(said(Method.COMBINED_PILL, by_patient=True),),
    )
    assert [finding.level for finding in interaction_findings(facts, on=DAY)] == [WARN]


def test_st_johns_wort_does_not_matter_without_any_contraception_to_weaken() -> None:
    facts = course(person=MAN, medications=(medicine("st-johns-wort"),))
    assert not list(interaction_findings(facts, on=DAY))


SOYA = Supply(excipients=("gelatin", "soybean-oil"))
FREE = Supply(excipients=("gelatin",))
UNKNOWN = Supply(excipients=None)


@pytest.mark.parametrize(
    ("name", "supply", "found"),
    [
        ("isotretinoin", None, (Reason.ALLERGY_ISOTRETINOIN, BLOCK, True)),
        ("isotretinoin", FREE, (Reason.ALLERGY_ISOTRETINOIN, BLOCK, True)),
        ("other-excipient", None, (Reason.ALLERGY_EXCIPIENT, BLOCK, False)),
        ("soya", SOYA, (Reason.ALLERGY_SOYA, BLOCK, False)),
        ("peanut", SOYA, (Reason.ALLERGY_SOYA, BLOCK, False)),
        ("peanut", UNKNOWN, (Reason.ALLERGY_SOYA, OVERRIDE, False)),
        ("peanut", FREE, None),
        ("soya", Supply(), None),
        ("soya", None, None),
    ],
)
def test_allergy_stops_the_product_it_concerns(
    name: str, supply: Supply | None, found: tuple[Reason, Level, bool] | None
) -> None:
    findings = list(allergy_findings(course(allergies=(allergy(name),)), supply, on=DAY))
    assert [(item.reason, item.level, item.final) for item in findings] == (
        [found] if found else []
    )


@pytest.mark.parametrize(
    ("excipient", "stops"),
    [
        ("soybean-oil", True),
        ("hydrogenated-soybean-oil", True),
        ("refined soya-bean oil", True),
        ("Soya lecithin", True),
        ("sojae oleum", True),
        ("medium-chain-triglycerides", False),
        ("sorbitol", False),
    ],
)
def test_soya_is_found_whatever_the_leaflet_calls_it(excipient: str, stops: bool) -> None:
    facts = course(allergies=(Allergy(ref="soya", on=DAY, name="soya"),))
    found = list(allergy_findings(facts, Supply(excipients=("gelatin", excipient)), on=DAY))
    assert [finding.level for finding in found] == ([BLOCK] if stops else [])
