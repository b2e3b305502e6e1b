"""Many new rows at once by COPY, which costs PostgreSQL and this process far less than INSERT.

Triggers, constraints and defaults of the database hold as for any other row.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Field, ForeignKey, Model, fields

Row = TypeVar("Row", bound=Model)

# Fields whose values the driver can write as they stand, if they are of one of these types.
_PLAIN_FIELDS = {
    fields.BigAutoField,
    fields.BooleanField,
    fields.CharField,
    fields.DateField,
    fields.DateTimeField,
    fields.DecimalField,
    fields.PositiveSmallIntegerField,
    fields.UUIDField,
}
_PLAIN = {bool, date, datetime, Decimal, int, str, UUID, type(None)}


def add(rows: Sequence[Row]) -> None:
    """Write new rows of one model in the current transaction, and give each its key, in order.

    Like ``bulk_create``, but for models whose values are already of their field's own type. Raises
    what the database refuses, as Django's own errors; then nothing is written.
    """
    if not rows:
        return
    model = type(rows[0])
    meta = model._meta
    own = [field for field in meta.concrete_fields if not field.generated]
    prepared = [_prepare(field) for field in own]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in own)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [quote(meta.db_table), meta.pk.column, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        statement = f"COPY {quote(meta.db_table)} ({names}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([value_of(row) for value_of in prepared])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _prepare(field: "Field[Any, Any]") -> Callable[[Model], object]:
    """How a row's value of this field is handed to the driver."""
    name = field.attname
    target = field.target_field if isinstance(field, ForeignKey) else field
    plain = type(target) in _PLAIN_FIELDS

    def value_of(row: Model) -> object:
        value = getattr(row, name)
        if plain and type(value) in _PLAIN:
            return value
        return field.get_db_prep_save(value, connection)

    return value_of
