"""Statements compiled once give what SQLAlchemy itself would have given, errors among it."""

from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from engine.prepared import Prepared, rows_of_all
from engine.tables import Base

timers = Base.metadata.tables["engine_timer"]
history = Base.metadata.tables["engine_history"]
instances = Base.metadata.tables["engine_instance"]
NOW = datetime(2026, 3, 19, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=4)))


def instance(ident: UUID) -> dict[str, object]:
    return {
        "id": ident,
        "definition_key": "p",
        "definition_version": 1,
        "bindings": {"p": "0" * 64},
        "status": "running",
        "revision": 1,
        "state": b"\x00state",
        "variables": {"ad": "Əli", "rows": [1, 2.5, None, {"typename": "UUID"}]},
        "history_seq": 0,
        "history_head": "",
        "started_at": NOW,
        "started_by": "leyla",
        "ended_at": None,
        "suspension": None,
    }


def insert(table: sa.Table) -> Prepared:
    return Prepared(table.insert(), columns=table.columns.keys())


def test_a_row_comes_back_as_sqlalchemy_reads_it(database: sa.Engine) -> None:
    ident = uuid4()
    wanted = sa.select(instances).where(instances.c.id == sa.bindparam("wanted"))
    with database.begin() as connection:
        insert(instances).run(connection, instance(ident))
        found = Prepared(wanted).one(connection, {"wanted": ident})
        assert found == connection.execute(wanted, {"wanted": ident}).one()._asdict()
        assert found == instance(ident)
        assert Prepared(wanted).one(connection, {"wanted": uuid4()}) is None


def test_several_are_asked_for_at_once_and_a_failing_one_is_named(database: sa.Engine) -> None:
    first, second = uuid4(), uuid4()
    wanted = Prepared(sa.select(instances.c.id).where(instances.c.id == sa.bindparam("wanted")))
    with database.begin() as connection:
        for ident in (first, second):
            insert(instances).run(connection, instance(ident))
        asked = [(wanted, {"wanted": ident}) for ident in (second, uuid4(), first)]
        assert rows_of_all(connection, asked) == [[{"id": second}], [], [{"id": first}]]
        assert rows_of_all(connection, asked[:1]) == [[{"id": second}]]
        assert rows_of_all(connection, []) == []
    nonsense = Prepared(sa.select(sa.literal_column("nonsense").label("it")).select_from(instances))
    with pytest.raises(sa.exc.DBAPIError, match="nonsense"), database.begin() as connection:
        rows_of_all(connection, [asked[0], (nonsense, {})])


def test_values_a_statement_brings_along_are_kept(database: sa.Engine) -> None:
    ident = uuid4()
    running = sa.select(instances.c.id).where(
        instances.c.id == sa.bindparam("wanted"), instances.c.status == "running", instances.c.started_at <= NOW
    )
    with database.begin() as connection:
        insert(instances).run(connection, instance(ident))
        assert Prepared(running).one(connection, {"wanted": ident}) == {"id": ident}
        end = Prepared(instances.update().where(instances.c.id == sa.bindparam("wanted")).values(status="completed"))
        assert end.run(connection, {"wanted": ident}) == 1
        assert Prepared(running).one(connection, {"wanted": ident}) is None
        assert end.run(connection, {"wanted": uuid4()}) == 0


def test_many_rows_at_once_and_none(database: sa.Engine) -> None:
    ident = uuid4()
    rows = [
        {"id": uuid4(), "instance_id": ident, "element_id": "late", "definition_key": "p", "due_at": NOW}
        for _ in range(3)
    ]
    delete = Prepared(timers.delete().where(timers.c.id == sa.bindparam("wanted")))
    with database.begin() as connection:
        insert(instances).run(connection, instance(ident))
        insert(timers).run_each(connection, rows)
        insert(timers).run_each(connection, [])
        assert connection.scalar(sa.select(sa.func.count()).select_from(timers)) == 3
        delete.run_each(connection, [{"wanted": row["id"]} for row in rows[:2]])
        assert connection.scalars(sa.select(timers.c.id)).all() == [rows[2]["id"]]


def test_an_error_is_sqlalchemy_s_and_the_transaction_is_undone(database: sa.Engine) -> None:
    twice = [instance(uuid4())] * 2
    with pytest.raises(sa.exc.IntegrityError), database.begin() as connection:
        insert(instances).run_each(connection, twice)
    with database.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(instances)) == 0


def test_one_statement_serves_several_databases(sqlite_url: str, postgresql_url: str) -> None:
    from processes.database import create_engine

    statement = insert(instances)
    for url in (sqlite_url, postgresql_url, sqlite_url):
        engine = create_engine(url)
        with engine.begin() as connection:
            statement.run(connection, instance(uuid4()))
        engine.dispose()
