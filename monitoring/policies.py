"""A clinic's policy on a day, as the frozen value that the rules read."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, time
from typing import Any

from django.db.models import Q

from courses.models import Course
from monitoring.models import ClinicPolicyVersion, EditionActivation
from people.kept import Given, Kept, ask
from protocol import own_ladder
from protocol.policy import ClinicPolicy
from protocol.reminders import ladder_from
from protocol.review_levels import read_levels
from protocol.vocabulary import LabSchedule

# Fields that a version row may set; what a row does not name keeps the shipped default.
_PLAIN = frozenset({"ctcae_version", "us_ncp_window_last_day", "uk_rx_last_day", "uk_supply_days"})
VERSIONS = Kept(
    lambda: ClinicPolicyVersion.objects.filter(
        clinic_id__among=Given("clinics"), effective_from__lte=Given("on")
    ).order_by("effective_from", "pk"),
    *("pk", "clinic_id", "settings"),
)
MOVED = Kept(
    lambda: EditionActivation.objects.filter(
        Q(clinic_id__among=Given("clinics")) | Q(clinic__isnull=True)
    ).order_by("recorded_at", "pk"),
    *("clinic_id", "edition", "effective_from"),
)


def policies_for(clinic_ids: Iterable[int], *, on: date) -> dict[int, ClinicPolicy]:
    """Each clinic's policy on a day, in one round trip whatever the number of clinics.

    A moved go-live date (``EditionActivation``) is its clinic's own, or every clinic's where the
    row names none; the newest row wins.
    """
    wanted = list(clinic_ids)
    activations, versions = ask(
        {MOVED: {"clinics": wanted}, VERSIONS: {"clinics": wanted, "on": on}}
    )
    moved = _moved_editions(wanted, activations)
    newest = {row.clinic_id: row for row in versions}
    return {pk: _policy(newest.get(pk), moved[pk]) for pk in wanted}


def policy_for(course: Course, *, on: date) -> ClinicPolicy:
    """The policy that governs one course: its clinic's, with the course's own lab schedule."""
    return of_course(course, policies_for([course.clinic_id], on=on))


def of_course(course: Course, policies: dict[int, ClinicPolicy]) -> ClinicPolicy:
    """The clinic's policy with the course's own lab schedule, where it has one."""
    policy = policies[course.clinic_id]
    if not course.lab_schedule:
        return policy
    return replace(policy, lab_schedule=LabSchedule(course.lab_schedule))


def _moved_editions(clinic_ids: list[int], rows: list[Any]) -> dict[int, dict[str, date]]:
    moved: dict[int, dict[str, date]] = {pk: {} for pk in clinic_ids}
    for row in rows:
        for pk in clinic_ids if row.clinic_id is None else [row.clinic_id]:
            moved[pk][row.edition] = row.effective_from
    return moved


def _policy(row: Any | None, moved: dict[str, date]) -> ClinicPolicy:
    us_2026 = moved.get("US-2026")
    others = {edition: day for edition, day in moved.items() if edition != "US-2026"}
    policy = ClinicPolicy(us_2026_effective_from=us_2026, go_live=others)
    if row is None:
        return policy
    known = {field.name for field in fields(ClinicPolicy)}
    changes: dict[str, object] = {"version": f"clinic-{row.pk}"}
    for name, value in row.settings.items():
        if name not in known:
            raise ValueError(f"policy version {row.pk} sets {name!r}, which is no setting")
        if name in _PLAIN:
            changes[name] = int(value)
        elif name == "lab_schedule":
            changes[name] = LabSchedule(value)
        elif name == "reminder_time":
            changes[name] = time.fromisoformat(value)
        elif name in {"close_normal_results", "home_test_second_reader"}:
            changes[name] = value is True
        elif name == "result_hours":
            changes[name] = {**policy.result_hours, **{k: int(v) for k, v in value.items()}}
        elif name == "review_levels":
            changes[name] = read_levels(value)
        elif name == "ladder":
            changes[name] = own_ladder.from_settings(value)
        elif name == "reminders":
            own = {key: ladder_from(ladder) for key, ladder in value.items()}
            changes[name] = {**policy.reminders, **own}
    return replace(policy, **changes)  # type: ignore[arg-type]
