"""What a clinic has written in the place of a shipped card, or beside the shipped ones."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from people.constraints import both_or_neither
from people.models import Clinic, User


class ClinicCard(models.Model):
    """One card that a clinic has touched: a shipped one by its slug, or one of its own.

    Its own have a place (theme, weeks, for whom); a shipped card keeps the place it was shipped
    with.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="cards")
    slug = models.SlugField(max_length=40, help_text="the clinic's own ones begin with own-")
    own = models.BooleanField(default=False)
    theme = models.CharField(max_length=20, blank=True)
    first_week = models.PositiveSmallIntegerField(null=True, blank=True)
    last_week = models.PositiveSmallIntegerField(null=True, blank=True)
    only_if_pregnancy_is_possible = models.BooleanField(default=False)
    after = models.BooleanField(default=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "slug"], name="one_card_per_clinic_and_slug"),
            both_or_neither("hidden", model="clinic_card"),
            models.CheckConstraint(
                condition=Q(own=False, first_week__isnull=True, last_week__isnull=True)
                | Q(own=True, slug__startswith="own-", last_week__gte=F("first_week"))
                & ~Q(theme=""),
                name="own_card_has_a_place_and_a_shipped_one_keeps_its_own",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="card_never_becomes_another",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("clinic", "slug", "own"),
            ),
        ]

    def __str__(self) -> str:
        return f"card {self.slug} of {self.clinic_id}"


class CardVersion(models.Model):
    """The words of a card in one language: a draft, and once published for ever what it is.

    The newest published one is in force. ``as_shipped`` ones have no words: with them the clinic
    went back to the shipped text. ``base`` is the shipped text that the words were written
    against; when another is shipped, the two are shown side by side.
    """

    card = models.ForeignKey(ClinicCard, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(max_length=7)
    number = models.PositiveSmallIntegerField()
    as_shipped = models.BooleanField(default=False)
    title = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True, help_text="plain; an empty line begins a paragraph")
    source = models.CharField(max_length=200, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    review_by = models.DateField(null=True, blank=True)
    base = models.JSONField(default=list, help_text="title and paragraphs as shipped; empty: none")
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["card", "language", "number"], name="one_version_per_card_and_language"
            ),
            models.UniqueConstraint(
                fields=["card", "language"],
                condition=Q(published_at__isnull=True),
                name="one_draft_per_card_and_language",
            ),
            both_or_neither("published", model="card_version"),
            models.CheckConstraint(
                condition=Q(as_shipped=True, title="", text="", source="")
                | Q(as_shipped=False, review_by__gt=F("reviewed_on"))
                & ~Q(title="")
                & ~Q(text="")
                & ~Q(source=""),
                name="own_words_name_their_source_and_their_review",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="immutable_once_published",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.published_at IS NOT NULL"),
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.card_id} in {self.language}"
