"""What remains after the last dose: tests, contraception, blood donation, procedures (US-24 to
US-26, UK-16, UK-17, EU-03, CI-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from protocol.calendar import add_months
from protocol.category import effective_category
from protocol.facts import CourseFacts, PregnancyTest
from protocol.findings import Ref
from protocol.parameters import AfterCourse as Rules
from protocol.policy import ClinicPolicy
from protocol.programmes import edition_for
from protocol.timeline import course_boundary, known_by, started_on
from protocol.vocabulary import Category, TestResult, TestSetting

PROCEDURES_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterCourse:
    """Dates after the last dose; all None while no course has ended.

    Tests and contraception are None for patients who cannot become pregnant.
    ``contraception_until`` is the last day of it, ``blood_donation_from`` the first day on which
    donating is allowed again (US-25, US-26), ``procedures_until`` the last day on which waxing and
    ablative treatments are discouraged.
    """

    last_dose: date | None = None
    end_test_due: date | None = None
    final_test_due: date | None = None
    contraception_until: date | None = None
    blood_donation_from: date | None = None
    final_test_open: bool = False
    procedures_until: date | None = None
    end_test: Ref | None = None
    final_test: Ref | None = None


def follow_up(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> AfterCourse:
    """The dates after the newest course that had ended by ``as_of``, by the edition of its end.

    None of them while another course is under way: its own end will set them.
    ``final_test_open``: the test is asked for and has not been done. US-24, UK-16: a test counts
    from its due day on, when it is negative and done where the programme accepts it. Raises
    ``EditionUnknown``.
    """
    known = known_by(facts, as_of)
    last_dose = course_boundary(known)
    if last_dose is None or started_on(known) is not None:
        return AfterCourse()
    rules = edition_for(known.programme, last_dose, policy=policy).params
    ends_on = waiting_ends_on(rules.after_course, last_dose)
    dates = AfterCourse(
        last_dose=last_dose,
        blood_donation_from=ends_on + timedelta(days=1),
        procedures_until=add_months(last_dose, PROCEDURES_MONTHS),
    )
    if effective_category(known.person) is Category.NCP:
        return dates
    counted = tuple(
        test
        for test in known.pregnancy_tests
        if test.result is TestResult.NEGATIVE
        and _is_accepted(known, test, home=rules.pregnancy_tests.home_by_permission)
    )
    final_test = next((_ref(test) for test in counted if test.on >= ends_on), None)
    end_test = next((_ref(test) for test in counted if test.on >= last_dose), None)
    wants_end_test = rules.after_course.end_test
    return AfterCourse(
        last_dose=last_dose,
        end_test_due=last_dose if wants_end_test else None,
        final_test_due=ends_on,
        contraception_until=ends_on,
        blood_donation_from=dates.blood_donation_from,
        final_test_open=final_test is None,
        procedures_until=dates.procedures_until,
        end_test=end_test if wants_end_test else None,
        final_test=final_test,
    )


def waiting_ends_on(rules: Rules, last_dose: date) -> date:
    """US-24: 30 days after the last dose. UK-16: one calendar month after it (GEN-4)."""
    if rules.wait_days is not None:
        return last_dose + timedelta(days=rules.wait_days)
    return add_months(last_dose, rules.wait_months or 0)


def _is_accepted(facts: CourseFacts, test: PregnancyTest, *, home: bool) -> bool:
    """In a clinic or under supervision; at home by permission and verified (US-13, US-24)."""
    if test.setting is TestSetting.CLINIC:
        return True
    if not home:
        return test.setting is TestSetting.REMOTE_SUPERVISED
    said = [word for word in facts.home_testing if word.on <= test.on]
    allowed = bool(said) and said[-1].allowed
    verified = test.verified or test.setting is TestSetting.REMOTE_SUPERVISED
    return test.setting is not None and allowed and verified


def _ref(test: PregnancyTest) -> Ref:
    return Ref("pregnancy-test", test.ref, test.on)
