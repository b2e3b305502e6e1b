"""Maya is 17, and her test was unclear: one calm answer, and whom to call where she lives."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from monitoring.actions.pregnancy_tests import record_test
from tests import world
from tests.world import BY, NOW, TODAY


@pytest.mark.parametrize(
    ("programme", "language", "lines", "calm"),
    [
        ("us-ipledge", "en", ["988", "911"], "This happens, and often means nothing."),
        ("uk-mhra", "en", ["116 123", "999"], "Your clinic will call you and tell you what to do."),
        ("uk-mhra", "es", ["116 123", "999"], "<h1>Hola, Maya</h1>"),
    ],
)
def test_an_unclear_test_frightens_nobody(
    client: Client, db: None, programme: str, language: str, lines: list[str], calm: str
) -> None:
    maya = world.patient(
        world.clinic(programme), login=True, given_name="Maya", born=date(2009, 3, 12),
        language=language,
    )  # fmt: skip
    course = world.course(maya, programme=programme)
    record_test(
        course, collected_on=TODAY, result="indeterminate", setting="clinic", specimen="serum",
        verified=True, cycle_day=None, by=BY, now=NOW,
    )  # fmt: skip
    client.force_login(maya.user)
    home = client.get("/home/").content.decode()
    assert calm in home
    assert home.count("it-advice") == 1
    test_row = home.partition("Your test was not clear.")[2].partition("</li>")[0]
    assert "For you to do." not in test_row
    for word in ("pregnan", "embaraz", "positive", "positiv", "emergency", "danger"):
        assert word not in home.lower(), word
    help_page = client.get("/help/").content.decode()
    assert all(line in help_page for line in lines)
