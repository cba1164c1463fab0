"""The databases of the tests themselves."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa


def test_a_test_has_a_database_of_its_own_with_the_schema(database: sa.Engine) -> None:
    with database.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM engine_instance")) == 0


def test_sqlite_never_loses_a_commit(sqlite_url: str) -> None:
    from processes.database import create_engine

    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_who_only_reads_waits_for_no_writer_and_leaves_no_mark(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from processes import database

    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 0.0)
    engine = database.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE said (word TEXT)")
    with engine.begin() as writer:
        writer.exec_driver_sql("INSERT INTO said VALUES ('yes')")
        with database.readonly(engine).connect() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM said").scalar() == 0
        with engine.connect().execution_options(readonly=True) as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM said").scalar() == 0
        # the connections they have handed back ask for the write lock again
        with pytest.raises(sa.exc.OperationalError, match="locked"), engine.begin():
            pass
    with engine.begin() as writer:
        assert writer.exec_driver_sql("SELECT count(*) FROM said").scalar() == 1
    engine.dispose()


def test_eight_who_read_and_then_write_at_once_all_get_through(sqlite_url: str) -> None:
    """With a plain BEGIN one does, and seven fail at once however long they are willing to wait."""
    from processes.database import create_engine

    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counted (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counted VALUES (0)")

    def count(_: int) -> None:
        with engine.begin() as connection:
            seen = connection.exec_driver_sql("SELECT n FROM counted").scalar_one()
            connection.exec_driver_sql("UPDATE counted SET n = ?", (seen + 1,))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(40)))
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counted").scalar() == 40
    engine.dispose()


def test_who_only_reads_cannot_write(postgresql_url: str) -> None:
    """Nor does it on SQLite, where the same code runs; asking the database there would cost each reading too much."""
    from processes.database import create_engine, readonly

    database = create_engine(postgresql_url)
    writing = sa.text("DELETE FROM engine_instance")
    with readonly(database).connect() as reader, pytest.raises(sa.exc.DBAPIError, match=r"(?i)read-?only"):
        reader.execute(writing)
    with database.begin() as connection:
        connection.execute(writing)
    database.dispose()


def test_a_connection_the_server_has_ended_is_replaced_before_it_is_used(postgresql_url: str) -> None:
    from processes.database import create_engine

    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        ended = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    other = create_engine(postgresql_url)
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 30000)"), {"pid": ended})
    other.dispose()
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_backend_pid()")) != ended
    engine.dispose()
