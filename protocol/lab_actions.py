"""What one graded result asks for: action, repeat and notes (rule book 5.2, LAB-6, LAB-9)."""

from enum import StrEnum

from protocol.grading import LIPIDS, LIVER_ENZYMES, Graded, Held
from protocol.ladders import LADDER_ANALYTES, LabLadder
from protocol.vocabulary import Analyte, Tier

# Analytes on which a decision rests: the ladder's, and bilirubin for the liver rule. A doubtful
# value of any other analyte is shown but stops nothing.
_DECISIVE = frozenset({*LADDER_ANALYTES, Analyte.BILIRUBIN})


class LabAction(StrEnum):
    """What to do next, mildest first; the most severe of all analytes is the answer."""

    CONTINUE = "continue"
    ACKNOWLEDGE = "acknowledge"
    REPEAT = "repeat"
    CONFIRM_UNIT = "confirm-unit"
    REDUCE = "reduce"
    HOLD = "hold"
    STOP = "stop"


SEVERITY = {action: rank for rank, action in enumerate(LabAction)}


class LabNote(StrEnum):
    """What belongs to the action (rule book 5.2, tier actions; LAB-7, LAB-9)."""

    PROBABLE_MUSCLE_SOURCE = "probable-muscle-source"
    WITH_CK_AND_BILIRUBIN = "with-ck-and-bilirubin"
    FASTING_REPEAT = "fasting-repeat"
    RENAL_FUNCTION = "renal-function"
    NO_STRENUOUS_EXERCISE = "no-strenuous-exercise"
    SAME_DAY_CONTACT = "same-day-contact"
    HEPATOLOGY = "hepatology"
    PANCREATITIS_SCREEN = "pancreatitis-screen"
    RHABDOMYOLYSIS_WORK_UP = "rhabdomyolysis-work-up"
    LIFESTYLE = "lifestyle"


def group_of(analyte: Analyte) -> str:
    """The line of the tier actions (5.2) that an analyte belongs to."""
    if analyte in LIVER_ENZYMES:
        return "liver"
    return "lipids" if analyte in LIPIDS else analyte.value


def non_fasting(graded: Graded) -> bool:
    """A lipid in t1 to t3 that is known not to be fasting (LAB-9); unknown is read as fasting."""
    return (
        graded.analyte in LIPIDS
        and graded.result.fasting is False
        and graded.tier in (Tier.T1, Tier.T2, Tier.T3)
    )


def action_for(graded: Graded) -> LabAction:
    """The action of one result by its tier (5.2), LAB-6 and LAB-9."""
    if needs_confirmation(graded):
        return LabAction.CONFIRM_UNIT
    if non_fasting(graded):
        return LabAction.REPEAT
    if graded.tier is Tier.T4:
        return LabAction.STOP
    if graded.tier is Tier.T3:
        by_group = {"liver": LabAction.HOLD, "lipids": LabAction.REDUCE}
        return by_group.get(group_of(graded.analyte), LabAction.REPEAT)
    return LabAction.ACKNOWLEDGE if graded.tier is Tier.T2 else LabAction.CONTINUE


def needs_confirmation(graded: Graded) -> bool:
    """Held for a reason that a person must settle before anything is decided on it (LAB-6)."""
    return (
        graded.analyte in _DECISIVE
        and bool(graded.held)
        and graded.held not in (Held.NOT_FINAL, Held.CANCELLED)
    )


def repeat_within(graded: Graded, ladder: LabLadder) -> int | None:
    """Days within which one result is to be repeated (5.2, LAB-9), None where none are named."""
    if graded.tier is None:
        return None
    if non_fasting(graded):
        return ladder.non_fasting_repeat_days
    return ladder.repeat_days.get((group_of(graded.analyte), graded.tier))


def notes_for(graded: Graded) -> tuple[LabNote, ...]:
    """What goes with the action of one result (5.2)."""
    analyte, tier = graded.analyte, graded.tier
    notes: list[LabNote] = []
    if tier is Tier.T1:
        notes.append(LabNote.LIFESTYLE)
    if tier is Tier.T4:
        notes.append(LabNote.SAME_DAY_CONTACT)
    if analyte in LIVER_ENZYMES and tier is Tier.T3:
        notes.append(LabNote.WITH_CK_AND_BILIRUBIN)
    if analyte in LIVER_ENZYMES and tier is Tier.T4:
        notes.append(LabNote.HEPATOLOGY)
    if analyte in LIPIDS and (tier in (Tier.T2, Tier.T3) or non_fasting(graded)):
        notes.append(LabNote.FASTING_REPEAT)
    if analyte is Analyte.TRIGLYCERIDES and tier is Tier.T4:
        notes.append(LabNote.PANCREATITIS_SCREEN)
    if analyte is Analyte.CK and tier in (Tier.T3, Tier.T4):
        notes += [LabNote.NO_STRENUOUS_EXERCISE, LabNote.RENAL_FUNCTION]
    if analyte is Analyte.CK and tier is Tier.T4:
        notes.append(LabNote.RHABDOMYOLYSIS_WORK_UP)
    if analyte is Analyte.GLUCOSE and tier and graded.result.fasting is False:
        notes.append(LabNote.FASTING_REPEAT)
    return tuple(notes)
