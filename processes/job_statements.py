"""What enqueues a job is compiled once, as a step's own statements are (decision 22).

DBOS keeps its statements compiled for connections of its own on PostgreSQL only. On one that the caller brings, and on
SQLite always, it builds and compiles them anew each time: SQLAlchemy caches no INSERT with ON CONFLICT.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient
from dbos._schemas import SCHEMA_PLACEHOLDER
from sqlalchemy.orm import Session

from engine.prepared import Prepared


def compile_once(client: DBOSClient) -> None:
    """Let the client run its hot statements, which DBOS calls by names, as they were compiled the first time."""
    system = client._sys_db  # noqa: SLF001  (DBOS is pinned to one release; its own door compiles anew)
    schemas = {SCHEMA_PLACEHOLDER: system.schema}
    known: dict[tuple[str, tuple[str, ...]], Prepared] = {}

    def execute(
        session: Session | sa.Connection,
        name: str,
        values: Mapping[str, Any],
        build: Callable[[], Any],
        *,
        insert_columns: bool = True,
    ) -> sa.CursorResult[Any]:
        connection = session.connection() if isinstance(session, Session) else session
        statement = known.get((name, tuple(values)))
        if statement is None:
            statement = Prepared(build(), columns=values if insert_columns else None, schemas=schemas)
            known[name, tuple(values)] = statement
        text, parameters = statement.written(connection.dialect, values)
        return connection.exec_driver_sql(text, parameters)

    vars(system)["_execute_prepared"] = execute
