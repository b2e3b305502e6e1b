"""Questions about the body: the words of each choice and the symptom it reports (rule book 10)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from monitoring.check_in_shapes import Choice, Question, Reported, Shape

NONE = "none"
_NONE_OF_THESE = Choice(value=NONE, label=_("None of these"), alone=True)

DANGER = Question(
    number=1,
    name="danger",
    shape=Shape.MANY,
    title=_("Do you have any of these right now, or have you had them this month?"),
    note=_("These are rare. We ask first, because they need help at once."),
    choices=(
        _NONE_OF_THESE,
        Choice(
            value="head",
            label=_("A bad headache with feeling sick, or with trouble seeing"),
            reports=(Reported(code="headache", features=("nausea", "visual-change")),),
        ),
        Choice(
            value="belly",
            label=_("Very bad belly pain"),
            hint=_("High up, with or without being sick"),
            reports=(Reported(code="abdominal-pain", features=("severe",)),),
        ),
        Choice(
            value="bowel-blood",
            label=_("Blood when you poo"),
            reports=(Reported(code="rectal-bleeding", features=("blood",)),),
        ),
        Choice(
            value="bowel",
            label=_("Very bad diarrhoea"),
            reports=(Reported(code="diarrhoea", features=("severe",)),),
        ),
        Choice(
            value="yellow",
            label=_("Yellow skin or eyes, or very dark pee"),
            reports=(Reported(code="jaundice", features=("dark-urine",)),),
        ),
        Choice(
            value="rash",
            label=_("A rash with blisters, sores in the mouth, or fever"),
            reports=(Reported(code="rash", features=("blisters", "mouth-sores", "fever")),),
        ),
        Choice(
            value="sight",
            label=_("Sudden loss of sight, or bad eye pain"),
            reports=(Reported(code="dry-eyes", features=("eye-pain", "vision-loss")),),
        ),
        Choice(
            value="hearing",
            label=_("Sudden loss of hearing"),
            reports=(Reported(code="hearing", features=("sudden",)),),
        ),
        Choice(
            value="muscle",
            label=_("Muscle pain with weak arms or legs"),
            reports=(Reported(code="muscle-joint-pain", features=("weakness",)),),
        ),
        Choice(
            value="breath",
            label=_("Trouble breathing, a swollen face, or passing out"),
            reports=(Reported(code="breathless", features=("swelling",)),),
        ),
        Choice(
            value="self-harm",
            label=_("Thoughts of hurting yourself or of not wanting to live"),
            reports=(Reported(code="low-mood", features=("suicidal-thoughts",)),),
        ),
        Choice(
            value="voices",
            label=_("Seeing or hearing things that other people do not"),
            reports=(Reported(code="low-mood", features=("psychosis",)),),
        ),
    ),
)

LIPS = Question(
    number=10,
    name="lips",
    title=_("How have your lips been this month?"),
    note=_("Dry lips are normal on this medicine. Balm many times a day helps."),
    choices=(
        Choice(value=NONE, label=_("No problem"), hint=_("Not dry"), alone=True),
        Choice(
            value="little",
            label=_("A little dry"),
            hint=_("Balm is enough"),
            reports=(Reported(code="dry-lips"),),
        ),
        Choice(
            value="very",
            label=_("Very dry"),
            hint=_("Peeling most days"),
            reports=(Reported(code="dry-lips"),),
        ),
        Choice(
            value="cracked",
            label=_("Cracked"),
            hint=_("Sore when I eat or speak"),
            reports=(Reported(code="dry-lips"),),
        ),
        Choice(
            value="bleeding",
            label=_("Bleeding or infected"),
            hint=_("Hurts a lot, or will not heal"),
            reports=(Reported(code="dry-lips", features=("bleeding", "infection")),),
        ),
    ),
)

SKIN = Question(
    number=11,
    name="skin",
    shape=Shape.MANY,
    title=_("How have your skin and hair been?"),
    note=_("Tick all that fit. Dry skin is normal. Spots can get worse in the first weeks."),
    choices=(
        _NONE_OF_THESE,
        Choice(value="dry", label=_("Dry skin"), reports=(Reported(code="dry-skin"),)),
        Choice(value="rash", label=_("A red or itchy rash"), reports=(Reported(code="rash"),)),
        Choice(value="burn", label=_("Sunburn"), reports=(Reported(code="sunburn"),)),
        Choice(
            value="burn-blisters",
            label=_("Sunburn with blisters"),
            reports=(Reported(code="sunburn", features=("blisters",)),),
        ),
        Choice(
            value="flare",
            label=_("More spots than before"),
            reports=(Reported(code="acne-flare"),),
        ),
        Choice(
            value="flare-ill",
            label=_("Open, sore spots, or spots with fever"),
            reports=(Reported(code="acne-flare", features=("ulcerating", "fever")),),
        ),
        Choice(value="hair", label=_("Thinner hair"), reports=(Reported(code="hair-thinning"),)),
    ),
)

EYES = Question(
    number=12,
    name="eyes",
    shape=Shape.MANY,
    title=_("How have your eyes and ears been?"),
    note=_("Tick all that fit. Eye drops help with dry eyes."),
    choices=(
        _NONE_OF_THESE,
        Choice(
            value="dry",
            label=_("Dry or gritty eyes"),
            hint=_("Or contact lenses hurt"),
            reports=(Reported(code="dry-eyes"),),
        ),
        Choice(
            value="dark",
            label=_("Hard to see in the dark"),
            hint=_("Please do not drive at night"),
            reports=(Reported(code="night-vision"),),
        ),
        Choice(
            value="pain",
            label=_("Eye pain"),
            reports=(Reported(code="dry-eyes", features=("eye-pain",)),),
        ),
        Choice(
            value="ears",
            label=_("Ringing ears, or hearing less well"),
            reports=(Reported(code="hearing"),),
        ),
    ),
)

NOSE = Question(
    number=13,
    name="nose",
    title=_("Have you had nosebleeds?"),
    note=_("A little jelly or balm inside the nose helps."),
    choices=(
        Choice(value=NONE, label=_("No"), alone=True),
        Choice(value="some", label=_("A few short ones"), reports=(Reported(code="nosebleed"),)),
        Choice(
            value="long",
            label=_("One that was heavy or took over 20 minutes"),
            reports=(Reported(code="nosebleed", features=("over-20-minutes", "heavy")),),
        ),
    ),
)

MUSCLES = Question(
    number=14,
    name="muscles",
    shape=Shape.MANY,
    title=_("Do your muscles, joints or back hurt?"),
    note=_("Tick all that fit. Aches are common. Go easy on hard sport."),
    choices=(
        Choice(value=NONE, label=_("No"), alone=True),
        Choice(
            value="mild",
            label=_("Mild aches"),
            reports=(Reported(code="muscle-joint-pain"),),
        ),
        Choice(
            value="strong",
            label=_("Strong pain"),
            hint=_("It stops me doing things"),
            reports=(Reported(code="muscle-joint-pain", features=("severe",)),),
        ),
        Choice(
            value="back",
            label=_("Back pain that stays, or a stiff back in the morning"),
            reports=(Reported(code="back-pain", features=("persistent", "morning-stiffness")),),
        ),
        Choice(
            value="urine",
            label=_("Muscle pain with dark pee"),
            reports=(Reported(code="muscle-joint-pain", features=("dark-urine",)),),
        ),
    ),
)

HEAD = Question(
    number=15,
    name="head",
    shape=Shape.MANY,
    title=_("Have you had headaches?"),
    note=_("Tick all that fit."),
    choices=(
        Choice(value=NONE, label=_("No"), alone=True),
        Choice(value="one", label=_("A mild one"), reports=(Reported(code="headache"),)),
        Choice(
            value="often",
            label=_("Often, or a strong one"),
            reports=(Reported(code="headache", features=("persistent",)),),
        ),
        Choice(
            value="sick",
            label=_("With feeling sick or being sick"),
            reports=(Reported(code="headache", features=("nausea",)),),
        ),
        Choice(
            value="sight",
            label=_("With blurred or double sight"),
            reports=(Reported(code="headache", features=("visual-change",)),),
        ),
        Choice(
            value="lying",
            label=_("Worse when I lie down"),
            reports=(Reported(code="headache", features=("worse-lying-down",)),),
        ),
    ),
)

TEMPER = Question(
    number=16,
    name="temper",
    title=_("Have you been much more angry or on edge than usual?"),
    choices=(
        Choice(value=NONE, label=_("No"), alone=True),
        Choice(value="yes", label=_("Yes"), reports=(Reported(code="low-mood"),)),
    ),
)

BODY = (LIPS, SKIN, EYES, NOSE, MUSCLES, HEAD, TEMPER)
