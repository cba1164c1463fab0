"""The database engine: SQLite so that it never loses a commit nor deadlocks, PostgreSQL as it is."""

import select
import sqlite3
import time
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.characteristics import ConnectionCharacteristic

LOCK_WAIT_SECONDS = 30.0
_DRIVERS = {"sqlite": "sqlite+karguzar", "postgresql": "postgresql+karguzar"}
_POSTGRESQL = {
    # seconds, and how many unanswered: so a connection whose server is gone ends, and its end can be seen
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    # the statements are short: to compile one takes longer than to run it
    "options": "-c jit=off",
}


def create_engine(url: str) -> sa.Engine:
    """An engine for `url`. SQLite: WAL, synchronous=FULL, BEGIN IMMEDIATE unless the connection is marked readonly.

    The lock is asked for again each millisecond: SQLite's own back-off doubles the wait (findings: 55 → 27 ms).
    """
    made = sa.make_url(url)
    sqlite = made.get_backend_name() == "sqlite"
    engine = sa.create_engine(
        made.set(drivername=_DRIVERS.get(made.get_backend_name(), made.drivername)),
        pool_size=20,
        max_overflow=20,
        json_serializer=_json,
        json_deserializer=orjson.loads,
        # what a statement was given must not stand in an error's message
        hide_parameters=True,
        # a server that was restarted is connected to anew
        pool_pre_ping=not sqlite,
        connect_args={"factory": _Connection} if sqlite else _POSTGRESQL,
    )
    if sqlite:
        sa.event.listen(engine, "connect", _on_connect)
    return engine


@lru_cache(maxsize=16)
def readonly(database: sa.Engine) -> sa.Engine:
    """The same for those who only read: no write lock, and PostgreSQL refuses what writes.

    Kept: making it costs more than a read.
    """
    return database.execution_options(readonly=True, postgresql_readonly=True)


def _json(value: Any) -> str:
    """For JSON columns; as strict about what may stand there as the standard library's."""
    return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS).decode()


class _Connection(sqlite3.Connection):
    """Whoever has it from the pool may mark it readonly, until it goes back there."""

    readonly = False


class _Readonly(ConnectionCharacteristic):
    """The execution option `readonly` on SQLite."""

    transactional = True

    def set_characteristic(self, _dialect: Any, dbapi_conn: Any, value: Any) -> None:
        # no PRAGMA query_only: SQLite would compile every statement anew each time
        dbapi_conn.readonly = bool(value)

    def reset_characteristic(self, _dialect: Any, dbapi_conn: Any) -> None:
        dbapi_conn.readonly = False

    def get_characteristic(self, _dialect: Any, dbapi_conn: Any) -> Any:
        return dbapi_conn.readonly


class SqliteDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's, except for how a transaction begins; an event would say so, too, and cost each of them more."""

    supports_statement_cache = True
    connection_characteristics = SQLiteDialect_pysqlite.connection_characteristics.union({"readonly": _Readonly()})

    def do_begin(self, dbapi_connection: Any) -> None:
        """Take the write lock at once, unless there is nothing to be written."""
        _begin(dbapi_connection.dbapi_connection)


class PostgresqlDialect(PGDialect_psycopg):
    """SQLAlchemy's, except for how a connection from the pool is asked whether it still stands."""

    supports_statement_cache = True

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Ask the server only if it has sent something unasked: its farewell, or that the connection has ended.

        To ask it each time costs a page one more way to the database, and more than some of its statements.
        """
        silent = select.poll()
        silent.register(dbapi_connection.fileno(), select.POLLIN)
        base: Any = super()
        return not silent.poll(0) or bool(base.do_ping(dbapi_connection))


registry.register("sqlite.karguzar", __name__, SqliteDialect.__name__)
registry.register("postgresql.karguzar", __name__, PostgresqlDialect.__name__)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    # a commit may still meet a checkpoint; only BEGIN IMMEDIATE is retried by us
    pragmas = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in pragmas:
        connection.execute("PRAGMA " + pragma)


def _begin(raw: _Connection) -> None:
    if raw.readonly:
        raw.execute("BEGIN")
        return
    raw.execute("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    try:
        while not _begin_immediate(raw, last=time.monotonic() > deadline):
            time.sleep(0.001)
    finally:
        raw.execute("PRAGMA busy_timeout=30000")


def _begin_immediate(raw: _Connection, *, last: bool) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if last or "locked" not in str(error):
            raise
        return False
    return True


def empty_log(engine: sa.Engine) -> bool:
    """Empty SQLite's log, which keeps what was erased until then; whether it is empty. PostgreSQL has none such."""
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not busy
