"""Queries that are written once and asked often, several of them in one round trip.

Django builds a query and writes it as SQL anew each time it is asked. That takes it about a
millisecond, several times what PostgreSQL takes to find a few rows by an index, and a page about
one course asks forty such questions. So a query that every request asks is kept: Django writes its
SQL once, PostgreSQL keeps it planned, and rows come back as tuples with names instead of models.

    _WEIGHTS = Kept(
        lambda: Weight.objects.filter(course_id__among=Given("courses")).order_by("measured_on"),
        "course_id", "kg",
    )
    weights, visits = ask({_WEIGHTS: {"courses": [1, 2]}, _VISITS: {"courses": [1, 2]}})

Without columns the rows are models after all, with the others that ``select_related`` names.

Only what is marked as ``Given`` may differ from one time to the next. Everything else is part of
the statement, so that an index with a condition fits it as well.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    Expression,
    Field,
    ForeignObject,
    IntegerField,
    Lookup,
    QuerySet,
    Subquery,
)
from django.db.models.query import get_related_populators
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.numeric import Int8

Values = Mapping[str, object]
# Told from lists at once; asked of each value of each statement.
_SINGLE = frozenset([str, bool, datetime, date, UUID, type(None)])


class _Moment(Loader):
    """A moment as PostgreSQL writes it, read in one step: Django's own way takes ten times as long.

    Django's connections are in UTC, and its own way says so without looking.
    """

    def load(self, data: Buffer) -> datetime:
        """The moment, in UTC."""
        return datetime.fromisoformat(str(data, "ascii"))


class Given(Expression):
    """A value that is only told when the query is asked; ``__among`` compares with a list."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=Field())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A place in the statement, with this as its parameter."""
        return "%s", [self]


@ForeignObject.register_lookup  # which looks no further than at its own
@Field.register_lookup
class Among(Lookup):
    """One of the values of a list, which stays one parameter however long it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """``= ANY``, which an index answers as it does ``IN``."""
        left, left_given = self.process_lhs(compiler, connection)
        right, right_given = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_given, *right_given]


class HowMany(Subquery):
    """How many rows a query has, as a column of another; its limit stands inside.

    ``different``: a column of which each value counts once.
    """

    template = "(SELECT count(%(what)s) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()

    def __init__(self, found: QuerySet[Any], *, different: str = "") -> None:
        what = f'DISTINCT "{different}"' if different else "*"
        super().__init__(found.values(different or "pk"), what=what)


class Kept:
    """One query. It is written when it is asked first, so that models may still be loading here.

    Args:
        query: makes the query; called once.
        columns: names as ``values_list`` takes them, and as the rows have them; none: models.
    """

    def __init__(self, query: Callable[[], QuerySet[Any]], *columns: str) -> None:
        self._query, self._columns = query, columns

    @cached_property
    def _written(self) -> tuple[str, Any, dict[int, Any]]:
        """The statement, its compiler, and what Django does to columns it reads."""
        asked_for = self._query()
        if self._columns:
            asked_for = asked_for.values_list(*self._columns)
        compiler = asked_for.query.get_compiler(DEFAULT_DB_ALIAS)
        text, asked = compiler.as_sql()
        pieces = text.split("%s")
        if "%" in "".join(pieces):
            raise ValueError(f"a kept statement may not hold a percent sign: {text}")
        places = [*(_place(each) for each in asked), ""]
        statement = "".join(piece + place for piece, place in zip(pieces, places, strict=True))
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        return statement, compiler, compiler.get_converters(columns)

    @cached_property
    def _make(self) -> Callable[[Sequence[Any]], Any]:
        """What makes a row of the values of one."""
        if self._columns:
            return _row_of(self._columns)._make
        _, compiler, _ = self._written
        return _model_of(compiler)

    def send(self, cursor: "psycopg.Cursor[Any]", given: Values) -> str:
        """Ask; the answer may come later. Gives the statement back."""
        statement, *_ = self._written
        cursor.execute(statement, {name: _sent(each) for name, each in given.items()}, prepare=True)
        return statement

    def rows(self, cursor: "psycopg.Cursor[Any]") -> list[Any]:
        """The rows of an answer, as a model would hold their values."""
        _, compiler, converters = self._written
        found: Any = cursor.fetchall()
        if converters:
            found = compiler.apply_converters(found, converters)
        return list(map(self._make, found))

    def ask(self, **given: object) -> list[Any]:
        """The rows of this query alone."""
        (rows,) = ask({self: given})
        return rows


# What was asked for a whole page, by query: with which values, and the rows.
_ANSWERED: ContextVar[Mapping[Kept, tuple[Values, list[Any]]]] = ContextVar("answered")


@contextmanager
def asked_at_once(questions: Mapping[Kept, Values]) -> Iterator[None]:
    """Whoever asks one of these in the block, with the same values, has its answer already.

    For a page that only reads, whose parts ask for themselves: one round trip instead of one for
    each. After a write in the block an answer would be old, so there none may be.
    """
    rows = zip(questions.values(), ask(questions), strict=True)
    told = _ANSWERED.set(dict(zip(questions, rows, strict=True)))
    try:
        yield
    finally:
        _ANSWERED.reset(told)


def ask(questions: Mapping[Kept, Values]) -> list[list[Any]]:
    """The rows of each query, in the order of the questions, all sent before any is answered."""
    told = _ANSWERED.get({})
    known = {
        kept: told[kept][1]
        for kept, given in questions.items()
        if kept in told and told[kept][0] == given
    }
    if known:
        rest = {kept: given for kept, given in questions.items() if kept not in known}
        known |= dict(zip(rest, _ask(rest), strict=True)) if rest else {}
        return [list(known[kept]) for kept in questions]
    return _ask(questions)


def _ask(questions: Mapping[Kept, Values]) -> list[list[Any]]:
    # Looked up once: the connection that Django offers everywhere is looked up at every mention.
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        # Cursors that bind on the server; Django's own write the values into the text.
        cursors = [psycopg.Cursor(database.connection) for _ in questions]
        for cursor in cursors:
            cursor.adapters.register_loader("timestamptz", _Moment)
        with database.connection.pipeline():
            sent = [
                kept.send(cursor, given)
                for cursor, (kept, given) in zip(cursors, questions.items(), strict=True)
            ]
        if database.queries_logged:
            # Counted where statements are counted.
            database.queries_log.extend({"sql": each, "time": "0.000"} for each in sent)
        return [kept.rows(cursor) for cursor, kept in zip(cursors, questions, strict=True)]


def run(statement: str, given: Values) -> list[Any]:
    """The rows of a statement written in SQL, which PostgreSQL keeps planned as well.

    For the few that write: a text that leaves, and the links of a batch.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        cursor.execute(statement, {name: _sent(each) for name, each in given.items()}, prepare=True)
        if database.queries_logged:
            database.queries_log.append({"sql": statement, "time": "0.000"})
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


def _row_of(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)  # noqa: PYI024 - the columns differ


def _model_of(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """Makes a model of a row, and of what stands beside it; as Django does for each query anew."""
    described = compiler.klass_info
    own = slice(described["select_fields"][0], described["select_fields"][-1] + 1)
    names = [column.target.attname for column, *_ in compiler.select[own]]
    # The types are those of a Django to come, which asks for one thing more.
    related = get_related_populators(described, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def make(row: Sequence[Any]) -> Any:
        found = described["model"].from_db(DEFAULT_DB_ALIAS, names, row[own])
        for each in related:
            each.populate(row, found)
        return found

    return make


def _place(asked: object) -> str:
    """A place for what is given; a fixed value as it is written in SQL."""
    if isinstance(asked, Given):
        return f"%({asked.name})s"
    if isinstance(asked, list | tuple):
        raise TypeError("a list in a kept statement is given, or Django writes it out")
    return sql.Literal(asked).as_string(connection.connection).replace("%", "%%")


def _sent(value: object) -> object:
    """Numbers of one type, whatever their size: else PostgreSQL would keep a plan for each."""
    kind = type(value)
    if kind is int:
        return Int8(value)  # type: ignore[arg-type]  # it is one
    if kind in _SINGLE:
        return value
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [_sent(each) for each in value]
    return value
