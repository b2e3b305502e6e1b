"""Who may be treated, by whom and with which papers (US-01 to US-04, UK-01 to UK-06, UK-09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from protocol.category import effective_category, implied_category
from protocol.facts import Anatomy, Consent, Counselling, Enrolled, SecondPrescriber, Visit
from protocol.vocabulary import Action, Category, Check, Form, Level, Reason
from tests.protocol.world import asked, codes, days, in_order

DAY = date(2026, 12, 1)
START = Action.START
PROGRAMMES = ["us-ipledge", "uk-mhra", "eu-ppp", "ca", "au"]
FULL = Anatomy(uterus=True, ovaries=True, menarche=True, postmenopausal=False)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_unset_category_stops(programme: str) -> None:
    decision = asked(in_order(DAY, programme, None), DAY, START)
    assert Reason.CATEGORY_UNSET in codes(decision)
    assert decision.level is Level.BLOCK


@pytest.mark.parametrize(
    ("anatomy", "implied"),
    [
        (FULL, Category.FCP),
        (replace(FULL, tubal_ligation=True), Category.FCP),
        (replace(FULL, uterus=False), Category.NCP),
        (replace(FULL, ovaries=False), Category.NCP),
        (replace(FULL, menarche=False), Category.NCP),
        (replace(FULL, postmenopausal=True), Category.NCP),
        (Anatomy(uterus=False, ovaries=False), Category.NCP),
        (Anatomy(uterus=True), Category.FCP),
        (Anatomy(ovaries=True), Category.FCP),
        (Anatomy(), None),
        (Anatomy(tubal_ligation=True), None),
    ],
)
def test_anatomy_makes_the_category(anatomy: Anatomy, implied: Category | None) -> None:
    assert implied_category(anatomy) is implied


@pytest.mark.parametrize(
    ("category", "anatomy", "expected"),
    [
        (Category.NCP, FULL, {Reason.CATEGORY_INVALID}),
        (Category.NCP, replace(FULL, uterus=False), set()),
        (Category.NCP, Anatomy(), set()),
        (Category.FCP, FULL, set()),
        (Category.FCP, replace(FULL, uterus=False), {Reason.CATEGORY_INVALID}),
    ],
)
def test_category_and_anatomy_agree(
    category: Category, anatomy: Anatomy, expected: set[Reason]
) -> None:
    facts = in_order(DAY, category=category)
    facts = replace(facts, person=replace(facts.person, anatomy=anatomy))
    assert codes(asked(facts, DAY)) == expected


def test_unset_category_is_read_from_the_anatomy_for_the_other_rules() -> None:
    person = replace(in_order(DAY, category=None).person, anatomy=FULL)
    assert effective_category(person) is Category.FCP
    facts = replace(in_order(DAY, pregnancy_tests=()), person=person)
    assert codes(asked(facts, DAY)) == {Reason.CATEGORY_UNSET, Reason.TEST_MISSING}


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2014, 12, 1), set()),
        (date(2014, 12, 2), {Reason.AGE_LT_12}),
        (None, {Reason.AGE_LT_12}),
    ],
)
def test_twelve_years_are_completed(
    programme: str, born: date | None, expected: set[Reason]
) -> None:
    facts = in_order(DAY, programme, Category.NCP, born=born)
    decision = asked(facts, DAY, START)
    assert codes(decision) & {Reason.AGE_LT_12} == expected
    if born and expected:
        assert decision.earliest_on == date(2026, 12, 2)


def test_age_is_counted_where_the_clinic_is() -> None:
    facts = in_order(DAY, category=Category.NCP, born=date(2014, 12, 2), clinic_zone="Asia/Tokyo")
    # Midday in Tokyo is the evening before in the east; the birthday is the clinic's.
    from_tokyo = asked(facts, DAY, START)
    assert from_tokyo.judged_on == date(2026, 11, 30)
    assert Reason.AGE_LT_12 in codes(from_tokyo)
    assert Reason.AGE_LT_12 not in codes(asked(facts, date(2026, 12, 2), START))


@pytest.mark.parametrize("indication", [None, "", " "])
def test_us_indication_warns(indication: str | None) -> None:
    decision = asked(replace(in_order(DAY), indication=indication), DAY)
    assert codes(decision) == {Reason.INDICATION_MISSING}
    assert decision.level is Level.WARN
    elsewhere = replace(in_order(DAY, "uk-mhra"), indication=indication)
    assert codes(asked(elsewhere, DAY)) == set()


ROW = Enrolled(ref="e", on=DAY - days(90), registry_id="8800001")


@pytest.mark.parametrize(
    ("programme", "category", "enrolled", "expected"),
    [
        ("us-ipledge", Category.FCP, (), {Reason.NOT_ENROLLED}),
        ("us-ipledge", Category.NCP, (), {Reason.NOT_ENROLLED}),
        ("us-ipledge", Category.FCP, (replace(ROW, registry_id=""),), {Reason.NOT_ENROLLED}),
        ("us-ipledge", Category.FCP, (ROW,), set()),
        (
            "us-ipledge",
            Category.FCP,
            (replace(ROW, prescriber_certified=False),),
            {Reason.PRESCRIBER_NOT_CERTIFIED},
        ),
        ("uk-mhra", Category.FCP, (), {Reason.NOT_ENROLLED}),
        ("uk-mhra", Category.FCP, (replace(ROW, registry_id=""),), set()),
        ("uk-mhra", Category.FCP, (replace(ROW, prescriber_certified=False),), set()),
        ("uk-mhra", Category.NCP, (), set()),
        ("eu-ppp", Category.FCP, (), {Reason.NOT_ENROLLED}),
        ("ca", Category.FCP, (), set()),
        ("au", Category.FCP, (), set()),
    ],
)
def test_enrolment_is_what_the_programme_asks(
    programme: str, category: Category, enrolled: tuple, expected: set[Reason]
) -> None:
    assert codes(asked(in_order(DAY, programme, category, enrolled=enrolled), DAY)) == expected


LONG_AGO = DAY - days(90)


def signed(*forms: Form, on: date = LONG_AGO) -> tuple[Consent, ...]:
    """Forms signed on a day."""
    return tuple(Consent(ref=f"form-{form}", on=on, form=form) for form in forms)


ADULT, MINOR = date(2008, 12, 1), date(2008, 12, 2)
INFORMATION, DEFECTS, GUARDIAN = Form.PATIENT_INFORMATION, Form.BIRTH_DEFECTS, Form.GUARDIAN


@pytest.mark.parametrize(
    ("category", "born", "forms", "missing"),
    [
        (Category.FCP, ADULT, (INFORMATION, DEFECTS), []),
        (Category.FCP, ADULT, (INFORMATION,), ["birth-defects"]),
        (Category.FCP, ADULT, (), ["patient-information", "birth-defects"]),
        (Category.NCP, ADULT, (INFORMATION,), []),
        (Category.NCP, ADULT, (), ["patient-information"]),
        (Category.NCP, MINOR, (INFORMATION,), ["guardian"]),
        (Category.NCP, MINOR, (INFORMATION, GUARDIAN), []),
    ],
)
def test_us_forms_by_category_and_age(
    category: Category, born: date, forms: tuple, missing: list[str]
) -> None:
    decision = asked(in_order(DAY, category=category, born=born, consents=signed(*forms)), DAY)
    found = [dict(f.detail)["form"] for f in decision.findings]
    assert found == missing
    assert codes(decision) == ({Reason.CONSENT_MISSING} if missing else set())


A23, A26 = Form.ARF_2023, Form.ARF_2026
MISSING, OUTDATED = {Reason.ARF_MISSING}, {Reason.ARF_OUTDATED}


@pytest.mark.parametrize(
    ("started", "on", "forms", "expected"),
    [
        (None, date(2023, 10, 30), (), set()),
        (None, date(2023, 10, 31), (), MISSING),
        (None, date(2023, 10, 31), (A23,), set()),
        (None, date(2026, 1, 21), (A23,), set()),
        (None, date(2026, 1, 21), (A26,), set()),
        (None, date(2026, 1, 22), (A23,), MISSING),
        (None, date(2026, 1, 22), (A26,), set()),
        (date(2026, 1, 10), date(2026, 1, 21), (A23,), set()),
        (date(2026, 1, 10), date(2026, 1, 22), (A23,), OUTDATED),
        (date(2026, 1, 10), date(2026, 1, 22), (A23, A26), set()),
        (date(2026, 1, 10), date(2026, 2, 9), (), MISSING),
        (date(2023, 10, 20), date(2023, 11, 19), (), set()),
        (date(2026, 1, 22), date(2026, 2, 21), (A23,), MISSING),
    ],
)
def test_uk_risk_form_is_the_one_of_the_first_prescription(
    started: date | None, on: date, forms: tuple, expected: set[Reason]
) -> None:
    fills = (started,) if started else ()
    long_ago = signed(*forms, on=date(2023, 1, 1))
    facts = in_order(on, "uk-mhra", Category.NCP, fills=fills, consents=long_ago)
    decision = asked(facts, on, Action.PRESCRIBE)
    assert codes(decision) == expected
    if expected == OUTDATED:
        assert decision.level is Level.WARN


def test_uk_first_fill_is_judged_by_the_day_of_its_prescription() -> None:
    issued = date(2026, 1, 20)
    facts = in_order(issued, "uk-mhra", Category.NCP, consents=signed(A23, on=date(2025, 1, 1)))
    # Filled after the change, prescribed before it: the older form was in force (GEN-8, UK-03).
    assert codes(asked(facts, date(2026, 1, 22))) == OUTDATED


BORN_2008 = date(2008, 6, 1)


@pytest.mark.parametrize(
    ("on", "agreed", "expected"),
    [
        (date(2023, 10, 30), False, set()),
        (date(2023, 10, 31), False, {Reason.SECOND_PRESCRIBER_REQUIRED}),
        (date(2026, 1, 21), False, {Reason.SECOND_PRESCRIBER_REQUIRED}),
        (date(2026, 1, 21), True, set()),
        (date(2026, 1, 22), False, set()),
    ],
)
def test_uk_two_prescribers_under_eighteen_inside_the_dates(
    on: date, agreed: bool, expected: set[Reason]
) -> None:
    second = (SecondPrescriber(ref="s", on=on),) if agreed else ()
    facts = in_order(on, "uk-mhra", Category.NCP, born=BORN_2008, second_prescriber=second)
    assert codes(asked(facts, on, START)) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [(date(2007, 6, 1), set()), (date(2007, 6, 2), {Reason.SECOND_PRESCRIBER_REQUIRED})],
)
def test_uk_second_prescriber_ends_on_the_eighteenth_birthday(
    born: date, expected: set[Reason]
) -> None:
    on = date(2025, 6, 1)
    assert codes(asked(in_order(on, "uk-mhra", Category.NCP, born=born), on, START)) == expected


def test_uk_second_prescriber_is_asked_for_at_the_start_only() -> None:
    on = date(2025, 6, 1)
    facts = in_order(on, "uk-mhra", Category.NCP, born=BORN_2008, fills=(on - days(30),))
    assert codes(asked(facts, on)) == set()


def visit(on: date, *, remote: bool = False, lead: bool = True, first: bool = False) -> Visit:
    """An appointment."""
    return Visit(ref=f"visit-{on}", on=on, remote=remote, lead=lead, first=first)


@pytest.mark.parametrize(
    ("visits", "fills", "expected"),
    [
        ((), (), {Reason.VISIT_MISSING}),
        ((visit(DAY, first=True),), (), set()),
        ((visit(DAY, remote=True, first=True),), (), {Reason.FIRST_VISIT_REMOTE}),
        ((visit(DAY, remote=True),), (), {Reason.FIRST_VISIT_REMOTE}),
        ((visit(DAY - days(9), first=True), visit(DAY, remote=True)), (), set()),
        (
            (visit(DAY - days(9), remote=True, first=True), visit(DAY)),
            (),
            {Reason.FIRST_VISIT_REMOTE},
        ),
        (
            (visit(DAY - days(9), remote=True, first=True), visit(DAY, first=True)),
            (),
            set(),
        ),
        ((visit(DAY, lead=False, first=True),), (), {Reason.PRESCRIBER_NOT_LEAD}),
        ((visit(DAY, remote=True),), (DAY - days(30),), set()),
        ((visit(DAY - days(30)),), (DAY - days(30),), {Reason.VISIT_MISSING}),
        ((visit(DAY, lead=False),), (DAY - days(30),), {Reason.PRESCRIBER_NOT_LEAD}),
    ],
)
def test_uk_visits(visits: tuple, fills: tuple, expected: set[Reason]) -> None:
    facts = in_order(DAY, "uk-mhra", Category.NCP, fills=fills, visits=visits)
    decision = asked(facts, DAY, Action.PRESCRIBE)
    assert codes(decision) == expected
    assert decision.level is (Level.BLOCK if expected else Level.ALLOW)


@pytest.mark.parametrize("programme", ["us-ipledge", "eu-ppp", "ca", "au"])
def test_elsewhere_no_visit_is_asked_for(programme: str) -> None:
    assert codes(asked(in_order(DAY, programme, visits=()), DAY)) == set()


@pytest.mark.parametrize(
    ("programme", "recorded", "expected"),
    [
        ("uk-mhra", DAY - days(200), set()),
        ("uk-mhra", None, {Reason.COUNSEL_MISSING}),
        ("eu-ppp", None, set()),
    ],
)
def test_uk_counselling_is_on_record_once(
    programme: str, recorded: date | None, expected: set[Reason]
) -> None:
    told = (Counselling(ref="c", on=recorded),) if recorded else ()
    facts = in_order(DAY, programme, fills=(DAY - days(30),), counselling=told)
    assert codes(asked(facts, DAY)) == expected


@pytest.mark.parametrize(
    ("programme", "category", "check", "kinds"),
    [
        ("uk-mhra", Category.FCP, Check.CONSENT, {"consent"}),
        ("uk-mhra", Category.FCP, Check.ENROLMENT, {"enrolment"}),
        ("uk-mhra", Category.FCP, Check.VISIT, {"visit"}),
        ("uk-mhra", Category.FCP, Check.COUNSELLING, {"counselling"}),
        ("us-ipledge", Category.FCP, Check.CONSENT, {"consent"}),
        ("us-ipledge", Category.FCP, Check.CONTRACEPTION, {"contraception"}),
        ("us-ipledge", Category.FCP, Check.COMPREHENSION, {"comprehension"}),
        ("us-ipledge", Category.FCP, Check.PRESCRIPTION, {"prescription"}),
        ("us-ipledge", Category.FCP, Check.WINDOW, {"pregnancy-test"}),
    ],
)
def test_what_met_a_requirement_is_shown_with_it(
    programme: str, category: Category, check: Check, kinds: set[str]
) -> None:
    decision = asked(in_order(DAY, programme, category), DAY)
    row = next(row for row in decision.checks if row.check is check)
    assert row.met
    assert {ref.kind for ref in row.evidence} == kinds
