"""What must hold for any result at all: nothing is lost, and only what is certain counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.report import Disposition, ResultStatus
from monitoring.intake.values import number_of, read_value
from protocol.plausibility import plausible
from protocol.vocabulary import Analyte
from tests.monitoring.intake.messages import OBR, PID, TODAY, message, obx, only_report

CODES = ["1742-6^ALT^LN", "2571-8^TG^LN", "14927-8^TG^LN", "9^Bilirubin^L", "9^Zinc^L"]
CODES += ["2106-3^hCG^LN", "21198-7^hCG^LN", "2951-2^Na^LN", "1742-6^ALT^X", ""]
VALUES = ["83", "<10", "1.4", "1,4", "1,400", "-3", "99999", "haemolysed", "negative", "POS", ""]
UNITS = ["U/L", "µkat/l", "mg/dL", "mmol/L", "g/l", "IU/L", "%", "kU/L", ""]
DAYS = ["20261102", "20261123", "202611", "", "20261102233000+0000"]
RESULTS = st.builds(
    obx,
    st.sampled_from(CODES),
    st.sampled_from(VALUES),
    st.sampled_from(UNITS),
    st.sampled_from(["7-56", "<1.7 mmol/L", "prose", ""]),
    kind=st.sampled_from(["NM", "ST", "SN", "CE", ""]),
    flag=st.sampled_from(["", "H", "POS"]),
    status=st.sampled_from(list("FCPX?")),
    observed=st.sampled_from(DAYS),
)


@given(st.lists(RESULTS, min_size=1, max_size=6), st.sampled_from(DAYS))
def test_every_result_sent_is_a_line_and_only_certain_ones_are_stored(
    results: list[str], day: str
) -> None:
    order = "|".join([*OBR.split("|")[:7], day])
    report = only_report(message(PID, order, *results))

    assert len(report.lines) == len(results)
    for line in report.lines:
        assert line.why or line.disposition in (Disposition.STORED, Disposition.NOT_MONITORED)
        if line.disposition is not Disposition.STORED:
            continue
        assert line.monitored
        assert line.status is not ResultStatus.PRELIMINARY
        assert line.collected_on is not None
        assert line.collected_on <= TODAY
        if line.status is ResultStatus.CANCELLED:
            continue
        if line.value not in ("negative", "positive", "indeterminate"):
            number = number_of(line.value)
            assert number is not None
            assert plausible(Analyte(line.analyte), number, line.unit) == ""


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=0, max_value=10**6))
def test_a_number_means_the_same_with_point_or_comma(number) -> None:
    with_point = read_value(f"{number:f}")
    with_comma = read_value(f"{number:f}".replace(".", ","))

    assert with_point.number == with_comma.number == number


@given(st.text(max_size=30))
def test_reading_any_text_loses_nothing_it_does_not_understand(text: str) -> None:
    reading = read_value(text)

    assert reading.number is not None or reading.text == text.strip()
