"""Birth control, and the programme's questions, for patients who can become pregnant.

The programme's own text is not free to copy; these questions teach the same points in our words
(US-14). A wrong answer explains and asks again: nobody is locked out by a question.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from monitoring.check_in_shapes import Answers, Choice, Question, Reported, Shape, Words
from protocol.vocabulary import Method

NONE = "none"
SAME = "same"
CHANGED = "changed"

METHOD_WORDS: dict[Method, Words] = {
    Method.COMBINED_PILL: _("The pill (combined)"),
    Method.PATCH: _("Patch"),
    Method.VAGINAL_RING: _("Ring"),
    Method.INJECTION: _("Injection"),
    Method.IMPLANT: _("Implant in the arm"),
    Method.HORMONAL_IUD: _("Hormone coil (IUD)"),
    Method.COPPER_IUD: _("Copper coil (IUD)"),
    Method.TUBAL_STERILISATION: _("My tubes are tied"),
    Method.PARTNER_VASECTOMY: _("My partner had a vasectomy"),
    Method.MALE_CONDOM: _("Condom"),
    Method.DIAPHRAGM_SPERMICIDE: _("Diaphragm with gel"),
    Method.CERVICAL_CAP_SPERMICIDE: _("Cervical cap with gel"),
    Method.SPONGE: _("Sponge"),
    Method.ABSTINENCE: _("No sex at all"),
    Method.PROGESTIN_ONLY_PILL: _("Mini-pill (one hormone)"),
    Method.FEMALE_CONDOM: _("Inner (female) condom"),
    Method.WITHDRAWAL: _("Pulling out"),
    Method.FERTILITY_AWARENESS: _("Counting days"),
    Method.BREASTFEEDING: _("Breastfeeding"),
}

METHODS = Question(
    number=41,
    name="methods",
    shape=Shape.MANY,
    title=_("Which birth control do you use now?"),
    note=_("Tick all that you use. If you do not have sex at all, tick that."),
    choices=tuple(
        Choice(value=method.value, label=METHOD_WORDS[method], method=method) for method in Method
    )
    + (Choice(value=NONE, label=_("None of these"), alone=True),),
)

EVENTS = Question(
    number=42,
    name="events",
    shape=Shape.MANY,
    title=_("Did any of these happen this month?"),
    note=_("It happens. We ask so that we can help in time."),
    choices=(
        Choice(value=NONE, label=_("None of these"), alone=True),
        Choice(
            value="missed-method",
            label=_("I missed pills, or my patch, ring or injection was late"),
            reports=(Reported(code="unprotected-sex"),),
        ),
        Choice(
            value="without",
            label=_("I had sex without birth control, or a condom broke"),
            reports=(Reported(code="unprotected-sex"),),
        ),
        Choice(
            value="late",
            label=_("My period is late or did not come"),
            reports=(Reported(code="late-period"),),
        ),
        Choice(
            value="positive",
            label=_("A home test was positive"),
            reports=(Reported(code="late-period", features=("positive-test",)),),
        ),
    ),
)


# The page lists what is on file under the note.
SAME_OR_CHANGED = Question(
    number=40,
    name="method-change",
    title=_("Is your birth control still the same?"),
    note=_("Your clinic has on file:"),
    choices=(
        Choice(value=SAME, label=_("Yes, the same")),
        Choice(value=CHANGED, label=_("No, something changed")),
    ),
)


def questions(answers: Answers, *, on_file: tuple[Method, ...]) -> list[Question]:
    """Confirm or change the methods, then what may have gone wrong."""
    asked = [SAME_OR_CHANGED] if on_file else []
    if not on_file or answers.get("method-change") == CHANGED:
        asked.append(METHODS)
    return [*asked, EVENTS]


def stated_methods(answers: Answers, *, on_file: tuple[Method, ...]) -> tuple[Method, ...] | None:
    """The methods as the patient states them now; None before the patient has said."""
    if on_file and answers.get("method-change") == SAME:
        return on_file
    chosen = answers.get("methods")
    if chosen is None or (on_file and answers.get("method-change") != CHANGED):
        return None
    return tuple(Method(value) for value in chosen if value != NONE)


COMPREHENSION = (
    Question(
        number=50,
        name="teach-harm",
        title=_("This medicine can badly harm an unborn baby. When is the risk there?"),
        choices=(
            Choice(value="first", label=_("Only in the first month")),
            Choice(value="whole", label=_("The whole time I take it, and for 1 month after")),
            Choice(value="never", label=_("Never, if I take a low dose")),
        ),
        right="whole",
        teach=_(
            "Even a small dose for a short time can harm a baby. The risk is there each day you "
            "take it, and for 1 month after your last dose."
        ),
    ),
    Question(
        number=51,
        name="teach-two",
        title=_("How do you stay safe from getting pregnant?"),
        choices=(
            Choice(value="one", label=_("One method is enough when I am careful")),
            Choice(value="both", label=_("Two methods at the same time, or no sex at all")),
            Choice(value="test", label=_("The monthly test is enough")),
        ),
        right="both",
        teach=_(
            "Use two methods at the same time, each time. Or have no sex at all. The test only "
            "tells you what has already happened."
        ),
    ),
    Question(
        number=52,
        name="teach-missed",
        title=_("What do you do if your period is late or you had sex without birth control?"),
        choices=(
            Choice(value="wait", label=_("Wait for the next visit")),
            Choice(value="stop", label=_("Stop the capsules and call the clinic the same day")),
            Choice(value="half", label=_("Take half the dose")),
        ),
        right="stop",
        teach=_(
            "Stop the capsules at once and call your clinic the same day. They can help, and the "
            "first days matter most."
        ),
    ),
    Question(
        number=53,
        name="teach-share",
        title=_("May you share your capsules or give blood?"),
        choices=(
            Choice(value="blood", label=_("Giving blood is fine")),
            Choice(value="share", label=_("Sharing with a good friend is fine")),
            Choice(value="neither", label=_("Neither, and no blood for 1 month after")),
        ),
        right="neither",
        teach=_(
            "Never share capsules. Do not give blood while you take them, nor for 1 month after. "
            "Your blood could go to someone who is pregnant."
        ),
    ),
)
