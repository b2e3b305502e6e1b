"""Has a clinician looked at what was reported? One way of asking, for all that is reported."""

from collections.abc import Iterable

from protocol.facts import Fact, Reviewed
from protocol.vocabulary import ReviewOf


def settles(review: Reviewed, reported: Fact) -> bool:
    """The review is not older than the report.

    Within one day the instants decide where both are known; otherwise a review of that day is
    taken to have seen what was reported on it.
    """
    if review.on != reported.on or review.at is None or reported.at is None:
        return review.on >= reported.on
    return review.at >= reported.at


def is_reviewed(reported: Fact, reviews: Iterable[Reviewed], *, of: ReviewOf) -> bool:
    """A clinician recorded a review of this kind when the report was there to be seen."""
    return any(review.of is of and settles(review, reported) for review in reviews)
