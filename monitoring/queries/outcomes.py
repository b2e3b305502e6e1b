"""How bad the acne was on each visit, as a clinician scored it (rule book 11)."""

from dataclasses import dataclass
from datetime import date

from courses.models import Course, Statement
from people.kept import Given, Kept
from protocol import outcomes

SCORES = Kept(
    lambda: Statement.objects.filter(
        course_id=Given("course"), kind=Statement.Kind.OUTCOME
    ).order_by("stated_on", "pk"),
    *("stated_on", "content"),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """One day's IGA; ``dlqi`` None where no questionnaire was filled in.

    ``success``: clear or almost clear, and two grades better than the first score of the course;
    None for the first.
    """

    on: date
    iga: int
    dlqi: outcomes.Dlqi | None
    success: bool | None


def scores_of(course: Course) -> tuple[Scored, ...]:
    """Oldest first; of one day the newest row counts."""
    by_day = {row.stated_on: row.content for row in SCORES.ask(course=course.pk)}
    first: int = next((content["iga"] for content in by_day.values()), 0)
    return tuple(
        Scored(
            on=on,
            iga=content["iga"],
            dlqi=outcomes.dlqi(content["dlqi"]) if content["dlqi"] is not None else None,
            success=outcomes.iga_success(first, content["iga"]) if number else None,
        )
        for number, (on, content) in enumerate(by_day.items())
    )
