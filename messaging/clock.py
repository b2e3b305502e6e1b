"""The clock of sending: the database's, so that a worker's wrong clock changes nothing (REM-05)."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The instant by PostgreSQL's clock at the start of this statement, aware, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
