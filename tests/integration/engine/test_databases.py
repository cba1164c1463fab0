"""The databases of the tests themselves."""

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
