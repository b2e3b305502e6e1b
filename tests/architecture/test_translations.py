"""What the patient's pages say is said in every language, and what was compiled is what is read."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from local import translations

FIELD = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return translations.found()


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_text_for_patients_is_translated(wanted: Catalog, language: str) -> None:
    waiting = translations.untranslated(translations.kept(language), wanted)
    assert [each.id for each in waiting] == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_translation_fills_in_the_same_fields(language: str) -> None:
    for each in translations.kept(language):
        ids = each.id if isinstance(each.id, tuple | list) else (each.id,)
        said = each.string if isinstance(each.string, tuple | list) else (each.string,)
        fields = set(FIELD.findall(" ".join(map(str, ids))))
        assert not each.id or set(FIELD.findall(" ".join(map(str, said)))) == fields, each.id


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_compiled_texts_are_those_that_people_edit(language: str) -> None:
    made = translations.compiled(translations.kept(language))
    assert translations.mo(language).read_bytes() == made, "run python -m local.translations"
