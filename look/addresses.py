"""Addresses with ids in them: looked up once for each page, then filled in.

Django's ``reverse`` looks an address up anew at every mention; the course page mentions forty.
"""

from functools import lru_cache
from uuid import UUID

from django.urls import reverse


def address(route: str, *args: UUID | str) -> str:
    """As ``reverse`` says it. Ids are UUIDs, and are not kept; words such as a form's name are."""
    ids = [each for each in args if isinstance(each, UUID)]
    words = tuple(None if isinstance(each, UUID) else each for each in args)
    return _pattern(route, words).format(*ids)


@lru_cache(maxsize=512)
def _pattern(route: str, words: tuple[str | None, ...]) -> str:
    """The address with a place for each id."""
    marks = [UUID(int=number) for number in range(words.count(None))]
    given = iter(marks)
    found = reverse(route, args=[next(given) if each is None else each for each in words])
    for mark in marks:
        found = found.replace(str(mark), "{}")
    return found
