"""Texts as they are searched, folded by PostgreSQL: what is kept and what is asked for alike."""

from django.db import models


class Folded(models.Func):
    """A text as it is searched: in capitals, and a letter with a mark as the letter without it.

    ``Nguyễn Đức`` and ``nguyen duc`` are the same. PostgreSQL counts each step as immutable, which
    a generated column asks for; its extension ``unaccent`` is not.
    """

    template = (
        "upper(translate("
        "regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036f]', '', 'g'),"
        " 'đĐøØłŁ', 'dDoOlL'))"
    )
    output_field = models.TextField()
