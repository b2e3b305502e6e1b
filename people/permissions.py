"""Who may do what: verbs and roles, in code, in one file.

Roles are granted per clinic by a membership. There are no per-user permission rows: a matrix that
can be edited by hand cannot be reviewed (architecture, section 11).
"""

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    """Verbs that a screen or an action may need."""

    READ_COURSE = "read-course"
    READ_SENSITIVE = "read-sensitive"  # pregnancy, contraception, mood
    ADD_PATIENT = "add-patient"
    START_COURSE = "start-course"
    RECORD_CARE = "record-care"
    CHANGE_DOSE = "change-dose"
    ACKNOWLEDGE_RESULT = "acknowledge-result"
    LINK_RESULT = "link-result"
    SIGN_PRESCRIPTION = "sign-prescription"
    OVERRIDE = "override"
    RECORD_DISPENSE = "record-dispense"
    READ_MESSAGES = "read-messages"
    EDIT_POLICY = "edit-policy"
    EDIT_STAFF = "edit-staff"
    READ_AUDIT = "read-audit"


class Role(models.TextChoices):
    """What a member of staff is in a clinic."""

    DERMATOLOGIST = "dermatologist", "Dermatologist"
    NURSE = "nurse", "Nurse"
    COORDINATOR = "coordinator", "Coordinator"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor"


_NURSE = frozenset(
    {
        Permission.READ_COURSE,
        Permission.READ_SENSITIVE,
        Permission.ADD_PATIENT,
        Permission.START_COURSE,
        Permission.RECORD_CARE,
        Permission.LINK_RESULT,
        Permission.RECORD_DISPENSE,
        Permission.READ_MESSAGES,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.DERMATOLOGIST: _NURSE
    | {
        Permission.CHANGE_DOSE,
        Permission.ACKNOWLEDGE_RESULT,
        Permission.SIGN_PRESCRIPTION,
        Permission.OVERRIDE,
    },
    Role.NURSE: _NURSE,
    # Coordinates windows and tests, so must see them; records and signs nothing.
    Role.COORDINATOR: frozenset(
        {
            Permission.READ_COURSE,
            Permission.READ_SENSITIVE,
            Permission.ADD_PATIENT,
            Permission.LINK_RESULT,
            Permission.READ_MESSAGES,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {Permission.EDIT_POLICY, Permission.EDIT_STAFF, Permission.READ_AUDIT}
    ),
    Role.AUDITOR: frozenset({Permission.READ_AUDIT}),
}


def grants(role: str, permission: Permission) -> bool:
    """Whether the role holds the permission; an unknown role holds none."""
    return role in Role.values and permission in GRANTS[Role(role)]
