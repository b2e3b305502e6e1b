"""Editions: dated, checked, hashed; chosen by the day judged (GEN-8, rule book 2.1)."""

from __future__ import annotations

import copy
import tomllib
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.editionfile import EditionFileError, parse_edition, read_edition
from protocol.policy import ClinicPolicy
from protocol.programmes import (
    EDITIONS,
    EditionUnknown,
    check_together,
    clock_zone,
    edition_for,
    editions_of,
    programme_names,
)

PLAIN = ClinicPolicy()


@pytest.mark.parametrize(
    ("programme", "on", "expected"),
    [
        ("us-ipledge", date(2021, 12, 13), "us-2021"),
        ("us-ipledge", date(2026, 11, 14), "us-2021"),
        ("us-ipledge", date(2026, 11, 15), "us-2026"),
        ("uk-mhra", date(2018, 3, 22), "uk-2018"),
        ("uk-mhra", date(2023, 10, 30), "uk-2018"),
        ("uk-mhra", date(2023, 10, 31), "uk-2023"),
        ("uk-mhra", date(2026, 1, 21), "uk-2023"),
        ("uk-mhra", date(2026, 1, 22), "uk-2026"),
        ("eu-ppp", date(2018, 3, 22), "eu-2018"),
        ("ca", date(2026, 11, 22), "ca"),
        ("au", date(2026, 11, 22), "au"),
    ],
)
def test_edition_is_the_one_in_force_on_the_day(programme: str, on: date, expected: str) -> None:
    assert edition_for(programme, on, policy=PLAIN).wire == expected


@pytest.mark.parametrize(
    ("programme", "on"),
    [
        ("us-ipledge", date(2021, 12, 12)),
        ("uk-mhra", date(2018, 3, 21)),
        ("mars", date(2026, 1, 1)),
    ],
)
def test_no_edition_is_an_error_and_never_a_guess(programme: str, on: date) -> None:
    with pytest.raises(EditionUnknown):
        edition_for(programme, on, policy=PLAIN)


@given(starts=st.dates(date(2020, 1, 1), date(2035, 1, 1)), on=st.dates(date(2020, 1, 1)))
def test_moving_the_us_date_leaves_no_gap_and_no_overlap(starts: date, on: date) -> None:
    policy = ClinicPolicy(us_2026_effective_from=starts)
    spans = editions_of("us-ipledge", policy=policy)
    for earlier, later in zip(spans, spans[1:], strict=False):
        assert earlier.effective_to == later.effective_from
    assert spans[-1].effective_to is None
    assert sum(span.covers(on) for span in spans) == (on >= spans[0].effective_from)
    if on >= starts:
        assert edition_for("us-ipledge", on, policy=policy).id == "US-2026"
    elif on >= date(2021, 12, 13):
        assert edition_for("us-ipledge", on, policy=policy).id == "US-2021"


@given(
    second=st.dates(date(2010, 1, 1), date(2035, 1, 1)),
    third=st.dates(date(2010, 1, 1), date(2035, 1, 1)),
    on=st.dates(date(2010, 1, 1), date(2036, 1, 1)),
)
def test_moving_any_dates_keeps_one_edition_a_day(second: date, third: date, on: date) -> None:
    policy = ClinicPolicy(go_live={"UK-2023": second, "UK-2026": third})
    spans = editions_of("uk-mhra", policy=policy)
    assert all(
        earlier.effective_to == later.effective_from
        for earlier, later in zip(spans, spans[1:], strict=False)
    )
    assert sum(span.covers(on) for span in spans) == (on >= spans[0].effective_from)
    if on >= spans[0].effective_from:
        assert (edition_for("uk-mhra", on, policy=policy).id == "UK-2026") == (on >= third)


def test_moving_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(EditionUnknown, match="US-2099"):
        editions_of("us-ipledge", policy=ClinicPolicy(go_live={"US-2099": date(2027, 1, 1)}))


def test_every_edition_is_a_draft_until_two_people_sign() -> None:
    for name in programme_names():
        for edition in editions_of(name, policy=PLAIN):
            assert edition.status == "draft"
            assert len(edition.hash) == 64


def test_hash_differs_between_all_editions() -> None:
    hashes = [
        edition.hash for name in programme_names() for edition in editions_of(name, policy=PLAIN)
    ]
    assert len(hashes) == len(set(hashes)) == 8


@pytest.mark.parametrize(
    ("programme", "expected"),
    [
        ("us-ipledge", "America/New_York"),
        ("uk-mhra", "Europe/London"),
        ("eu-ppp", "Europe/Athens"),
        ("ca", "Europe/Athens"),
        ("au", "Europe/Athens"),
    ],
)
def test_clock_is_the_programmes_or_the_clinics(programme: str, expected: str) -> None:
    assert clock_zone(programme, "Europe/Athens") == expected


@pytest.fixture
def tables() -> dict[str, Any]:
    """The tables of a sound edition file, to be spoilt."""
    return tomllib.loads((EDITIONS / "us_ipledge_2021.toml").read_text())


def spoilt(tables: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The tables with one entry replaced, or removed when the value is ``...``."""
    tables = copy.deepcopy(tables)
    *way, last = path.split("/")
    place = tables
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return tables


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("clock", ..., "missing clock"),
        ("colour", "red", "unknown colour"),
        ("window", ..., "missing window"),
        ("based_on", ..., "missing based_on"),
        ("based_on", [], "names no source"),
        ("based_on", [2023], "are texts"),
        ("unconfirmed", True, "are texts"),
        ("window/days_from_specimen", ..., "missing days_from_specimen"),
        ("window/weeks", {"is": 1, "rule": "US-09", "evidence": "M"}, "unknown weeks"),
        ("window/days_from_specimen/is", "seven", "must be of kind int"),
        ("window/days_from_specimen/is", True, "must be of kind int"),
        ("window/days_from_specimen/rule", "", "not a rule id"),
        ("window/days_from_specimen/evidence", "V9", "not an evidence tag"),
        ("window/days_from_specimen", 7, "must be written"),
        ("window/days_from_specimen/until", 9, "unknown until"),
        ("prescription/too_much_can/is", "perhaps", "not a level"),
        ("contraception/primary/is", ["chastity-belt"], "chastity-belt"),
        ("contraception/primary/is", "implant", "must be a list"),
        ("contraception/months_before/is", 1, "not both"),
        ("after_course/wait_days/is", "none", "not both"),
        ("effective_to", date(2021, 12, 13), "effective_to"),
        ("effective_from", "2021-12-13", "effective_from must be a date"),
        ("status", "final", "draft or signed"),
        ("status", "signed", "names dermatologist"),
        ("sign_off/pharmacist", ..., "missing pharmacist"),
    ],
)
def test_spoilt_edition_file_is_refused_by_name(
    tables: dict[str, Any], path: str, value: Any, named: str
) -> None:
    with pytest.raises(EditionFileError, match=named) as refusal:
        parse_edition(spoilt(tables, path, value), name="us.toml", digest="")
    assert str(refusal.value).startswith("us.toml")


def test_sound_edition_file_is_read(tables: dict[str, Any]) -> None:
    file = parse_edition(tables, name="us.toml", digest="")
    assert file.params.window.days_from_specimen == 7
    source = next(line for line in file.sources if line.key == "days_from_specimen")
    assert (source.rule, source.evidence) == ("US-09", "V2")


def test_every_value_of_every_edition_names_rule_and_evidence() -> None:
    for path in EDITIONS.glob("*.toml"):
        file = read_edition(path)
        assert len(file.sources) > 40
        assert all(line.rule and line.evidence for line in file.sources)


def test_contested_values_are_marked_as_contested() -> None:
    contested = {
        (path.stem, line.key)
        for path in EDITIONS.glob("*.toml")
        for line in read_edition(path).sources
        if line.evidence == "C"
    }
    assert ("us_ipledge_2021", "last_day_after_visit") in contested
    assert ("uk_mhra_2026", "last_day_after_issue") in contested


def test_contested_settings_start_from_what_the_edition_says() -> None:
    visit = edition_for("us-ipledge", date(2026, 1, 1), policy=ClinicPolicy()).params.window
    assert visit.last_day_after_visit == ClinicPolicy().us_ncp_window_last_day
    for on in (date(2020, 1, 1), date(2024, 1, 1), date(2027, 1, 1)):
        issued = edition_for("uk-mhra", on, policy=ClinicPolicy()).params.prescription
        assert issued.last_day_after_issue == ClinicPolicy().uk_rx_last_day
        assert issued.supply_days == ClinicPolicy().uk_supply_days


def test_only_the_newest_us_edition_is_still_to_be_confirmed() -> None:
    open_ones = {path.stem for path in EDITIONS.glob("*.toml") if read_edition(path).unconfirmed}
    assert open_ones == {"us_ipledge_2026"}


def test_editions_of_a_programme_that_do_not_meet_are_refused() -> None:
    files = [read_edition(EDITIONS / f"us_ipledge_{year}.toml") for year in (2021, 2026)]
    check_together(files)
    object.__setattr__(files[1], "effective_from", files[1].effective_from + timedelta(1))
    with pytest.raises(EditionFileError, match="us_ipledge_2021"):
        check_together(files)
