"""Where each demo patient stands today, and how they came there.

The first patients of the first two clinics have stories of their own, so that every group of the
dashboard and every page of the portal has somebody in it. Further patients live one of
``COMMON`` lives, drawn with the weights beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from monitoring.demo.pictures import with_home_test, with_photos
from monitoring.demo.roster import Name, invented
from monitoring.demo.treatment import SUPPLY_DAYS, Regimen, Treatment

Telling = Callable[[Treatment], None]

PILL_AND_CONDOM = ("combined-pill", "male-condom")
IMPLANT_AND_CONDOM = ("implant", "male-condom")
COIL_AND_CONDOM = ("hormonal-iud", "male-condom")


@dataclass(frozen=True, slots=True)
class Story:
    """One patient: who, how old, what is prescribed, what happened; ``zone`` if living elsewhere.

    ``stands`` is the reason for which the worklist must show the patient at the end; empty where
    it depends on the programme.
    """

    name: Name
    age: int
    regimen: Regimen
    tell: Telling
    stands: str = ""
    zone: str = ""
    language: str = "en"
    login: bool = False


def running(t: Treatment, fills: int, last: int) -> None:
    """A course with its fills so far, the newest ``last`` days ago."""
    first = last + SUPPLY_DAYS * (fills - 1)
    t.enrol(first + (33 if t.fcp else 8))
    for number in range(fills):
        t.month(first - SUPPLY_DAYS * number)


def ready(fills: int) -> Telling:
    """All is met for the next signature."""

    def tell(t: Treatment) -> None:
        running(t, fills, SUPPLY_DAYS - 1)
        with t.lately():
            t.prepare(0)

    return tell


def ready_to_start(t: Treatment) -> None:
    """All is met for the first signature."""
    t.enrol(33 if t.fcp else 8)
    t.prepare(0)
    t.arrive()


def window_closing(t: Treatment) -> None:
    """Tested five days ago, but the questions are not answered: the window ends tomorrow."""
    running(t, 2, SUPPLY_DAYS + 1)
    with t.lately():
        t.draw(6)
        t.test(5)
        t.prepare(3, labs=False, test=False, check_in=False)


def high_alt(t: Treatment) -> None:
    """ALT at almost four times the limit after a week of hard training; nobody has read it."""
    running(t, 2, 17)
    with t.lately():
        t.draw(1, values={"alt": 188, "ast": 104, "ck": 2400})


def high_triglycerides(t: Treatment) -> None:
    """Triglycerides raised in a sample that was not taken fasting."""
    running(t, 1, 16)
    with t.lately():
        t.draw(2, values={"triglycerides": 412}, fasting=False)


def low_mood(t: Treatment) -> None:
    """The check-in of this morning says that there are thoughts of self-harm."""
    running(t, 1, 26)
    items = {f"phq{number}": str(min(2, 3 - number % 3)) for number in range(1, 9)}
    with t.lately():
        t.check_in(0, {**items, "phq9": "1"}, minutes=12)


def red_symptom(t: Treatment) -> None:
    """Headache with sickness and trouble seeing, reported minutes ago."""
    running(t, 1, 25)
    with t.lately():
        t.check_in(0, {"danger": ["head"]}, minutes=8)


def unclear_test(t: Treatment) -> None:
    """The test of today could not be read."""
    running(t, 1, 28)
    with t.lately():
        t.prepare(0, test=False, check_in=False)
        t.test(0, "indeterminate", minutes=20)


def bloods_overdue(t: Treatment) -> None:
    """No blood was drawn for the supply in hand."""
    running(t, 1, 42)
    t.month(12, labs=False)
    t.arrive()


def check_in_overdue(t: Treatment) -> None:
    """The supply ended days ago and nothing was heard."""
    running(t, 1, SUPPLY_DAYS + 4)
    with t.lately():
        t.draw(6)


def check_in_due(fills: int) -> Telling:
    """The month's questions are open since last week and due tomorrow."""

    def tell(t: Treatment) -> None:
        running(t, fills, SUPPLY_DAYS - 1)
        with t.lately():
            t.draw(3)

    return tell


def waiting_to_start(days_ago: int) -> Telling:
    """Enrolled; contraception has to be in use for a month first."""

    def tell(t: Treatment) -> None:
        t.enrol(days_ago)
        t.arrive()

    return tell


def on_hold(t: Treatment) -> None:
    """Paused for liver values until they are repeated."""
    running(t, 1, 22)
    with t.lately():
        t.draw(9, values={"alt": 171, "ast": 96})
        t.hold(8, plan="Stop the capsules, no alcohol, repeat ALT and CK in two weeks.")


def completed(t: Treatment) -> None:
    """Through; the test one month after the last dose is still to come."""
    running(t, 4, 36)
    t.miss(8, 2)
    t.stop(6)
    with t.lately():
        if t.fcp:
            t.test(5)


def second_course(t: Treatment) -> None:
    """Relapsed a year after a first course that ended short of its target."""
    running(t, 2, 470)
    t.stop(440)
    midway(1, 11)(t)


def signed(t: Treatment) -> None:
    """Signed this morning, not collected yet."""
    running(t, 1, SUPPLY_DAYS)
    with t.lately():
        t.prepare(0)
        t.sign(0)


def midway(fills: int, last: int) -> Telling:
    """In the middle of a supply; nothing to do."""

    def tell(t: Treatment) -> None:
        running(t, fills, last)
        t.arrive()

    return tell


def _fcp(kg: str, methods: tuple[str, ...], daily_mg: tuple[int, ...] = (20, 40)) -> Regimen:
    return Regimen("fcp", Decimal(kg), daily_mg, methods)


def _ncp(kg: str, daily_mg: tuple[int, ...] = (40, 60)) -> Regimen:
    return Regimen("ncp", Decimal(kg), daily_mg)


_F, _M, _O = "female", "male", "other"

_NORTHGATE = (
    Story(Name("Maya", "Okafor-Lindqvist", _F), 22,
          _fcp("61.5", PILL_AND_CONDOM, (20, 40, 45)), ready(3),
          "ready-to-sign"),
    Story(Name("Sam", "Whitfield", _M), 28, _ncp("78.0"), low_mood, "concern:mood"),
    Story(Name("Aisha", "Rahman", _F), 24, _fcp("57.2", IMPLANT_AND_CONDOM), window_closing,
          "window-closing"),
    Story(Name("Ana Lucía", "Fernández de la Cruz", _F), 19, _fcp("54.0", PILL_AND_CONDOM),
          check_in_due(2), "runs-out", language="es", login=True),
    Story(Name("Tom", "Brannigan", _M), 19, _ncp("82.4"), high_alt, "LAB_T3"),
    Story(Name("Đức", "Nguyễn", _M), 26, _ncp("66.0", (40,)), high_triglycerides, "LAB_T2"),
    Story(Name("Beatriz", "Nakamura", _F), 31, _fcp("63.8", COIL_AND_CONDOM), ready_to_start,
          "ready-to-sign"),
    Story(Name("Jonah", "Abelson", _M), 17, _ncp("64.5"), ready(3), "ready-to-sign"),
    Story(Name("Maximiliano", "Etxeberria-Goikoetxea", _M), 21, _ncp("91.0"), bloods_overdue,
          "overdue:labs"),
    Story(Name("Hannah", "Schreiber", _F), 16, _fcp("55.1", ("abstinence",)),
          waiting_to_start(12), "not-started"),
    Story(Name("Viktor", "Petrov", _M), 23, _ncp("74.3"), on_hold, "nothing-due"),
    Story(Name("Grace", "Mbeki", _F), 27, _fcp("68.9", PILL_AND_CONDOM, (20, 40, 60)), completed,
          "nothing-due"),
    Story(Name("Léo", "Marchand", _M), 22, _ncp("70.2"), second_course, "nothing-due"),
    Story(Name("Emily", "Castellanos", _F), 20, _fcp("59.0", PILL_AND_CONDOM),
          with_home_test(check_in_due(1)), "runs-out", zone="Pacific/Auckland"),
)  # fmt: skip

_RIVERSIDE = (
    Story(Name("Oluwaseun", "Achebe-Brown", _F), 25,
          _fcp("65.0", IMPLANT_AND_CONDOM, (20, 40, 45)), ready(2),
          "ready-to-sign"),
    Story(Name("Priya", "Raghunathan", _F), 31, _fcp("58.4", PILL_AND_CONDOM), unclear_test,
          "concern:pregnancy-test"),
    Story(Name("Chloe", "Pritchard", _F), 23, _fcp("60.3", COIL_AND_CONDOM),
          with_photos(check_in_due(2)), "runs-out", login=True),
    Story(Name("Callum", "MacAskill", _M), 20, _ncp("77.0"), red_symptom, "concern:symptom"),
    Story(Name("Ifeanyi", "", _M), 29, _ncp("84.6"), check_in_overdue, "runs-out"),
    Story(Name("Mateusz", "Zieliński", _M), 18, _ncp("69.5"), signed, "signed-not-collected"),
    Story(Name("Róisín", "Ní Dhomhnaill", _F), 21, _fcp("56.7", PILL_AND_CONDOM),
          waiting_to_start(14), "not-started"),
    Story(Name("Robin", "Ashworth", _O), 26, _ncp("72.8"), ready_to_start, "ready-to-sign"),
    Story(Name("晓明", "王", _M), 24, _ncp("67.1", (40,)), check_in_due(1), "runs-out",
          zone="Asia/Kolkata"),
    Story(Name("Alexandra", "Papadopoulou", _F), 33, _fcp("64.2", COIL_AND_CONDOM),
          midway(2, 12), "nothing-due"),
)  # fmt: skip

SCRIPTED = {"northgate": _NORTHGATE, "riverside": _RIVERSIDE}

COMMON: tuple[tuple[int, Telling], ...] = (
    (30, midway(2, 10)),
    (14, midway(4, 15)),
    (12, check_in_due(2)),
    (8, ready(2)),
    (10, ready_to_start),
    (10, waiting_to_start(12)),
    (8, completed),
    (4, check_in_overdue),
    (4, bloods_overdue),
)


def common(rng: Random) -> Story:
    """One of the usual lives for a patient without a story."""
    name = invented(rng)
    _, tell = rng.choices(COMMON, weights=[weight for weight, _ in COMMON])[0]
    age = max(13, min(45, round(rng.gauss(21, 6))))
    if name.sex == "female":
        methods = rng.choice((PILL_AND_CONDOM, IMPLANT_AND_CONDOM, COIL_AND_CONDOM))
        regimen = _fcp(f"{rng.uniform(50, 75):.1f}", methods)
    else:
        regimen = _ncp(f"{rng.uniform(62, 92):.1f}")
    return Story(name, age, regimen, tell)
