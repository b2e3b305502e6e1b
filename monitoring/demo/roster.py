"""Who is in the demo clinics. Every person, address and number here is made up.

Telephone numbers come from the ranges that regulators keep free for fiction (555-0100 to 555-0199;
07700 900000 to 900999), addresses from example.org.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from people.permissions import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A demo clinic; ``area`` is the dialling code before its fictional numbers."""

    slug: str
    name: str
    timezone: str
    country: str
    phone: str
    programme: str
    staff: tuple[tuple[Role, str, str], ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A patient's name, sex and the ways to reach them; either half of the name may be empty."""

    given: str
    family: str
    sex: str


NORTHGATE = Place(
    slug="northgate",
    name="Northgate Dermatology",
    timezone="America/New_York",
    country="US",
    phone="+1 212 555 0100",
    programme="us-ipledge",
    staff=(
        (Role.DERMATOLOGIST, "Dr Ruth Abernathy", "ruth.abernathy"),
        (Role.NURSE, "Tomás Quintero", "tomas.quintero"),
        (Role.COORDINATOR, "Ngozi Bello", "ngozi.bello"),
        (Role.ADMINISTRATOR, "Wen Halloran", "wen.halloran"),
        (Role.AUDITOR, "Irene Castellan", "irene.castellan"),
    ),
)
RIVERSIDE = Place(
    slug="riverside",
    name="Riverside Skin Clinic",
    timezone="Europe/London",
    country="GB",
    phone="+44 20 7946 0100",
    programme="uk-mhra",
    staff=(
        (Role.DERMATOLOGIST, "Dr Imogen Farrow", "imogen.farrow"),
        (Role.NURSE, "Callum Adeyemi", "callum.adeyemi"),
        (Role.COORDINATOR, "Zofia Marchetti", "zofia.marchetti"),
        (Role.ADMINISTRATOR, "Hugh Pemberton", "hugh.pemberton"),
    ),
)

SUPPORT = ("IsoTrack Support", "support@example.org")

_FURTHER = (
    ("Harbour", "America/Chicago", NORTHGATE),
    ("Meadow Lane", "Europe/London", RIVERSIDE),
    ("Lakeside", "America/Los_Angeles", NORTHGATE),
    ("Castle Street", "Europe/London", RIVERSIDE),
)


def places(count: int) -> tuple[Place, ...]:
    """The first ``count`` demo clinics; beyond the two named ones they follow their pattern."""
    named = [NORTHGATE, RIVERSIDE]
    for number in range(len(named), count):
        town, zone, like = _FURTHER[number % len(_FURTHER)]
        slug = f"{town.lower().replace(' ', '-')}-{number + 1}"
        named.append(
            Place(
                slug=slug,
                name=f"{town} Dermatology {number + 1}",
                timezone=zone,
                country=like.country,
                phone=like.phone,
                programme=like.programme,
                staff=tuple((role, name, f"{slug}.{role.value}") for role, name, _ in like.staff),
            )
        )
    return tuple(named[:count])


_GIVEN = {
    "female": (
        "Amara", "Beatriz", "Chloé", "Dilnoza", "Eilidh", "Fatou", "Greta", "Hana", "Ines",
        "Jaya", "Katarzyna", "Leilani", "Mariam", "Noor", "Oluchi", "Paulina", "Quỳnh", "Rosalind",
        "Siobhán", "Tamar", "Ulla", "Valentina", "Wanjiru", "Ximena", "Yuki", "Zeynep",
    ),
    "male": (
        "Aarav", "Bogdan", "Caleb", "Dmitri", "Emeka", "Fionn", "Giorgi", "Hamza", "Ivo", "Jamal",
        "Kofi", "Lorenzo", "Mateus", "Nikhil", "Omar", "Pavel", "Rafael", "Søren", "Teodor",
        "Umar", "Viktor", "Wojciech", "Xavier", "Yusuf", "Zoltán",
    ),
}  # fmt: skip
_FAMILY = (
    "Abubakar", "Bergström", "Castellanos", "D'Angelo", "Eze", "Fernández-Ruiz", "Gunnarsdóttir",
    "Haddad", "Ibáñez", "Jovanović", "Kowalczyk", "Lefèvre", "Mukherjee", "Nguyễn", "O'Rourke",
    "Papadopoulos", "Rahimi", "Sánchez y Ortega", "Tanaka", "Ülker", "van der Merwe", "Wiśniewska",
    "Yamamoto", "Zhang",
)  # fmt: skip


def invented(rng: Random) -> Name:
    """A name for a patient who has no story of their own; about half are recorded as female."""
    return invented_for("female" if rng.random() < 0.53 else "male", rng)


def invented_for(sex: str, rng: Random) -> Name:
    """A name for a patient of this recorded sex; where it is neither, from both lists."""
    given = _GIVEN.get(sex) or _GIVEN["female"] + _GIVEN["male"]
    return Name(rng.choice(given), rng.choice(_FAMILY), sex)


def phone(country: str, number: int) -> str:
    """A number that rings nowhere; from the 100th patient on a clinic's range begins anew."""
    if country == "GB":
        return f"+447700900{number % 1000:03}"
    return f"+1{(212, 312, 415, 617, 206)[number // 100 % 5]}55501{number % 100:02}"
