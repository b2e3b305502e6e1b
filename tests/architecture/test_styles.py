"""The patients' one sheet says what the sheets it is made of say."""

from __future__ import annotations

import pytest

from local import styles
from tests.conftest import PROJECT


@pytest.mark.parametrize("name", styles.MADE)
def test_patients_sheet_is_joined_from_the_sheets_it_is_made_of(name: str) -> None:
    """``python -m local.styles`` after a change of a sheet, or of the classes a page uses."""
    made = styles.joined(styles.MADE[name], styles.used_words())
    assert (PROJECT / "static/css" / name).read_text() == made
    for rule in (".btn{", ".form-control{", ".visually-hidden", ".it-card{", ".it-choice"):
        assert rule in made, rule
    assert ".carousel" not in made and ".offcanvas" not in made
