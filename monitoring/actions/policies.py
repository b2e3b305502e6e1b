"""Changing what a clinic may choose: contested settings, and the first day of an edition.

Both are new rows, never changes of old ones, so an old decision can always be explained. Every
course of the clinic is planned anew at the next tick.
"""

from collections.abc import Mapping
from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from monitoring.models import ClinicPolicyVersion, CourseStanding, EditionActivation
from monitoring.policies import policies_for
from people.models import Clinic, User
from protocol import programmes
from protocol.ladders import DEFAULT_LADDER, LabLadder
from protocol.own_ladder import as_settings as as_own_steps
from protocol.programmes import EditionUnknown
from protocol.reminders import DEFAULT_LADDERS, ReminderLadder, as_settings


class NotAllowed(ValueError):
    """The change would leave a programme without rules, or names what does not exist."""


@trail.action
def move_edition(
    clinic: Clinic,
    *,
    programme: str,
    edition: str,
    effective_from: date,
    reason: str,
    by: User,
    now: datetime,
) -> EditionActivation:
    """Move the first day of an edition for one clinic (GEN-8).

    The edition before it then ends on that day: there is never a gap or an overlap.

    Raises:
        NotAllowed: there is no such edition, or it would push out every other one.
    """
    before = editions_now(clinic, programme, on=effective_from)
    if edition not in {each.id for each in before} or before[0].id == edition:
        raise NotAllowed(f"{edition} cannot be moved")
    row = EditionActivation.objects.create(
        clinic=clinic,
        edition=edition,
        effective_from=effective_from,
        reason=reason,
        recorded_at=now,
        recorded_by=by,
    )
    try:
        after = editions_now(clinic, programme, on=effective_from)
    except EditionUnknown as error:
        raise NotAllowed(str(error)) from error
    if len(after) < len(before):
        raise NotAllowed(f"{edition} would push out an edition that is in force before it")
    trail.record(
        Kind.EDITION_MOVED,
        by=by,
        subject=f"edition:{edition}",
        now=now,
        clinic=clinic.slug,
        old=next(each.effective_from for each in before if each.id == edition).isoformat(),
        new=effective_from.isoformat(),
        reason=reason,
    )
    _plan_soon(clinic, now=now)
    return row


@trail.action
def change_policy(
    clinic: Clinic,
    *,
    settings: Mapping[str, object],
    effective_from: date,
    reason: str,
    by: User,
    now: datetime,
) -> ClinicPolicyVersion | None:
    """A new version of the clinic's contested settings (rule book 13), old and new value kept."""
    newest = (
        ClinicPolicyVersion.objects.filter(clinic=clinic).order_by("effective_from", "pk").last()
    )
    old = dict(newest.settings) if newest else {}
    changed = {name: value for name, value in settings.items() if old.get(name) != value}
    if not changed:
        trail.unchanged()
        return None
    row = ClinicPolicyVersion.objects.create(
        clinic=clinic,
        effective_from=effective_from,
        settings={**old, **changed},
        reason=reason,
        recorded_at=now,
        recorded_by=by,
    )
    trail.record(
        Kind.POLICY_CHANGED,
        by=by,
        subject=f"policy:{row.pk}",
        now=now,
        clinic=clinic.slug,
        old={name: old.get(name) for name in changed},
        new=changed,
        reason=reason,
    )
    _plan_soon(clinic, now=now)
    return row


def change_ladder(
    clinic: Clinic,
    *,
    key: str,
    ladder: ReminderLadder,
    effective_from: date,
    reason: str,
    by: User,
    now: datetime,
) -> ClinicPolicyVersion | None:
    """Another reminder ladder for one kind of task; ``None`` where nothing differs.

    What has been sent stays sent; the courses are planned anew at the next tick.

    Raises:
        NotAllowed: there is no such kind of task.
    """
    if key not in DEFAULT_LADDERS:
        raise NotAllowed(f"{key} has no ladder")
    in_force = policies_for([clinic.pk], on=effective_from)[clinic.pk].reminders
    own = {
        name: as_settings(each)
        for name, each in {**in_force, key: ladder}.items()
        if each != DEFAULT_LADDERS[name]
    }
    return change_policy(
        clinic,
        settings={} if in_force[key] == ladder else {"reminders": own},
        effective_from=effective_from,
        reason=reason,
        by=by,
        now=now,
    )


def change_lab_ladder(
    clinic: Clinic,
    *,
    ladder: LabLadder,
    effective_from: date,
    reason: str,
    by: User,
    now: datetime,
) -> ClinicPolicyVersion | None:
    """Other steps of laboratory tiers (rule book 5.2); ``None`` where nothing differs.

    Every course is read anew at the next tick; what was decided or signed stays as it is.
    """
    in_force = policies_for([clinic.pk], on=effective_from)[clinic.pk].ladder or DEFAULT_LADDER
    unchanged = as_own_steps(in_force) == as_own_steps(ladder)
    return change_policy(
        clinic,
        settings={} if unchanged else {"ladder": as_own_steps(ladder)},
        effective_from=effective_from,
        reason=reason,
        by=by,
        now=now,
    )


def editions_now(clinic: Clinic, programme: str, *, on: date) -> tuple[programmes.Edition, ...]:
    """The programme's editions as this clinic has them."""
    policy = policies_for([clinic.pk], on=on)[clinic.pk]
    return programmes.editions_of(programme, policy=policy)


def _plan_soon(clinic: Clinic, *, now: datetime) -> None:
    CourseStanding.objects.filter(clinic=clinic).update(replan_after=now)
