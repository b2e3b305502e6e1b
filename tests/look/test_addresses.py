"""An address that is filled in is the one that Django looks up, each with its own ids."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, reverse

from look.addresses import address


def test_address_is_as_reverse_says_it_for_every_id() -> None:
    for _ in range(2):
        course, other = uuid4(), uuid4()
        assert address("clinic:course", course) == reverse("clinic:course", args=[course])
        for names in ((course, "dose"), (course, "stop")):
            assert address("clinic:record", *names) == reverse("clinic:record", args=names)
        two = (course, other)
        assert address("clinic:waive", *two) == reverse("clinic:waive", args=two)


def test_an_address_that_does_not_exist_fails() -> None:
    with pytest.raises(NoReverseMatch):
        address("clinic:course")
