"""Reproductive potential: what the anatomy says and what was recorded (US-01, US-02)."""

from __future__ import annotations

from protocol.facts import Anatomy, Person
from protocol.vocabulary import Category


def implied_category(anatomy: Anatomy) -> Category | None:
    """US-02: the category that the anatomy makes, None when too little is recorded.

    Without a uterus, without ovaries, before menarche or after a confirmed menopause: cannot. A
    tubal ligation changes nothing. With a uterus or ovaries, what is not recorded is taken as
    present, so that silence never makes a patient one who cannot.
    """
    if (
        anatomy.uterus is False
        or anatomy.ovaries is False
        or anatomy.menarche is False
        or anatomy.postmenopausal is True
    ):
        return Category.NCP
    if anatomy.uterus or anatomy.ovaries:
        return Category.FCP
    return None


def effective_category(person: Person) -> Category | None:
    """The category recorded by the prescriber, else the one that the anatomy makes, else None."""
    if person.category is not None:
        return person.category
    return implied_category(person.anatomy) if person.anatomy else None
