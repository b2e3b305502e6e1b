"""Words about guardians, for them and for the patient."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.guardianship import Area, Relation

AREAS: dict[Area, str | Promise] = {
    Area.DATES: _("Dates of blood tests, and how long your capsules last"),
    Area.DOSE: _("How much you take each day"),
    Area.SUPPLY: _("If capsules wait at the pharmacy"),
    Area.RESULTS: _("Results of liver and blood fat tests"),
}
RELATIONS: dict[Relation, str | Promise] = {
    Relation.MOTHER: _("Mother"),
    Relation.FATHER: _("Father"),
    Relation.GUARDIAN: _("Guardian"),
    Relation.OTHER: _("Someone close to you"),
}
