"""A large office for the inbox to be asked about: bodies, roles, people and their open work items, made by SQL.

Every group (a role of a body) has ten people; each of them has one mandate of their own and substitutes the next.
Of ten open items four are claimed by somebody of the group; every twentieth is overdue, every tenth has no deadline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from benchmarks.engine import model
from engine.tables import Base as EngineBase
from processes.tables import Base as OfficeBase

BODIES, ROLES, PEOPLE = 20, 10, 10
GROUPS = BODIES * ROLES
BASE = datetime(2026, 3, 19, 5, 0, tzinfo=UTC)
_KINDS = {"body": 1, "person": 2, "mandate": 3, "substitution": 4, "case": 5, "item": 6}
_STRIDE = 10**9
_LARGE = ("engine_instance", "process_case", "engine_work_item")


def person_id(number: int) -> UUID:
    """A person of the crowd, from 0; the n-th of group g is g + 200 * n."""
    return UUID(int=_KINDS["person"] * _STRIDE + number)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the two databases write differently."""

    dialect: str

    def ident(self, kind: str, number: str) -> str:
        value = f"({_KINDS[kind] * _STRIDE} + {number})"
        if self.dialect == "sqlite":
            return f"printf('%032x', {value})"
        return f"lpad(to_hex({value}::bigint), 32, '0')::uuid"

    def ident_text(self, kind: str, number: str) -> str:
        """As str(UUID) writes it."""
        value = f"({_KINDS[kind] * _STRIDE} + {number})"
        if self.dialect == "sqlite":
            return f"('00000000-0000-0000-0000-' || printf('%012x', {value}))"
        return f"('00000000-0000-0000-0000-' || lpad(to_hex({value}::bigint), 12, '0'))"

    def at(self, seconds: str) -> str:
        if self.dialect == "sqlite":
            return f"strftime('%Y-%m-%d %H:%M:%f000', '{BASE:%Y-%m-%d %H:%M:%S}', ({seconds}) || ' seconds')"
        return f"timestamptz '{BASE.isoformat()}' + ({seconds}) * interval '1 second'"

    def text(self, number: str) -> str:
        return f"CAST({number} AS TEXT)"


def populate(database: sa.Engine, items: int) -> None:
    """Fill a migrated, otherwise empty database, fast: rows first, then the indexes, then the planner's statistics."""
    with database.connect() as connection:
        if connection.dialect.name == "sqlite":
            for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
                connection.connection.execute(f"PRAGMA {pragma}")
        indexes = [index for table in _LARGE for index in _table(table).indexes]
        for index in indexes:
            index.drop(connection)
        _people(connection)
        _work(connection, items)
        for index in indexes:
            index.create(connection)
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
        connection.invalidate()
    if database.dialect.name == "postgresql":
        # as autovacuum does in service, where it passes over these tables often (see the migration)
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM ANALYZE {', '.join(_LARGE)}")


def _people(connection: sa.Connection) -> None:
    words = _Words(connection.dialect.name)
    titles = """'{"az": "Qurum", "kk": "Орган", "ru": "Орган", "en": "Body"}'"""
    group, people = "(i % 200)", GROUPS * PEOPLE
    body, role, place = f"({group} % 20)", f"({group} / 20)", "((i / 200) % 10)"
    _fill(connection, "process_body", BODIES, {
        "id": words.ident("body", "i"), "code": f"'body-' || {words.text('i')}", "title": titles,
        "calendar": "'AZ'", "time_zone": "'Asia/Baku'", "language": "'az'", "functions": "'[]'",
    })  # fmt: skip
    _fill(connection, "process_person", people, {
        "id": words.ident("person", "i"), "login": f"'person-' || {words.text('i')}",
        "name": f"'Məmmədov Əli ' || {words.text('i')}", "language": "'az'",
        "body_id": words.ident("body", body), "active": "true",
    })  # fmt: skip
    mandate = {
        "holder_id": words.ident("person", "i"), "role": f"'role-' || {words.text(role)}", "capacity": "'officer'",
        "body_id": words.ident("body", body), "scope": "'[]'", "valid_from": words.at("-86400"),
        "ground_act": "'order'",
        "ground_number": "'1'", "ground_date": "'2026-01-01'",
    }  # fmt: skip
    _fill(connection, "process_mandate", people, {"id": words.ident("mandate", "i"), **mandate})
    next_group = "((i + 1) % 200)"
    _fill(connection, "process_mandate", people, {
        "id": words.ident("substitution", "i"), **mandate, "role": f"'role-' || {words.text(f'({next_group} / 20)')}",
        "body_id": words.ident("body", f"({next_group} % 20)"), "capacity": "'substitute'",
        "acts_for_id": words.ident("mandate", f"({next_group} + 200 * {place})"),
    })  # fmt: skip


def _work(connection: sa.Connection, items: int) -> None:
    words = _Words(connection.dialect.name)
    body, role = "(i % 200 % 20)", "(i % 200 / 20)"
    holder = "(i % 2000)"
    case = {
        "id": words.ident("case", "i"), "definition_key": f"'{model.PROCESS}'", "started_at": words.at("-i % 864000"),
        "status": "'running'",
    }  # fmt: skip
    _fill(connection, "engine_instance", items, {**case, "definition_version": "1", "started_by": "'crowd'"})
    _fill(connection, "process_case", items, {
        **case, "number": f"'M-2026-' || {words.text('i')}", "subject": f"'Su təchizatı ' || {words.text('i')}",
        "body_id": words.ident("body", body), "access_level": "'open'", "access_flags": "'[]'",
    })  # fmt: skip
    claimed = "i / 2000 % 10 < 4"
    due = f"CASE WHEN i % 11 = 0 THEN NULL ELSE {words.at('(i * 79 % 2000000) - 100000')} END"
    _fill(connection, "engine_work_item", items, {
        "id": words.ident("item", "i"), "instance_id": words.ident("case", "i"),
        "definition_key": f"'{model.PROCESS}'", "definition_version": "1", "element_id": "'review'",
        "role": f"'role-' || {words.text(role)}", "scope": words.ident_text("body", body), "signature": "'personal'",
        "four_eyes_with": "CASE WHEN i % 13 = 0 THEN 'register' END", "visit": "1", "version": "1",
        "state": f"CASE WHEN {claimed} THEN 'reserved' ELSE 'ready' END",
        "assignee": f"CASE WHEN {claimed} THEN {words.ident_text('person', holder)} END",
        "data": """'{"applicant": "Əli Məmmədov", "subject": "Su təchizatı", "topic": "water", "pages": 3}'""",
        "created_at": words.at("-i % 864000"), "due_at": due,
    })  # fmt: skip


def _table(name: str) -> sa.Table:
    return next(base.metadata.tables[name] for base in (EngineBase, OfficeBase) if name in base.metadata.tables)


def _fill(connection: sa.Connection, table: str, rows: int, given: Mapping[str, str]) -> None:
    """Insert rows numbered `i` from 0; columns that are not given are empty."""
    found = _table(table)
    values = {column.name: given.get(column.name, _empty(column, connection.dialect.name)) for column in found.columns}
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {rows})"
    if connection.dialect.name == "postgresql":
        numbers = f"WITH n(i) AS (SELECT generate_series(0, {rows - 1}))"
        values = {name: _cast(found.columns[name], value) for name, value in values.items()}
    select = f"SELECT {', '.join(values.values())} FROM n"
    into = f"INSERT INTO {table} ({', '.join(values)})"
    text = f"{into} {numbers} {select}" if connection.dialect.name == "sqlite" else f"{numbers} {into} {select}"
    connection.exec_driver_sql(text.replace("%", "%%") if connection.dialect.paramstyle == "pyformat" else text)


def _empty(column: sa.Column[object], dialect: str) -> str:
    if column.nullable:
        return "NULL"
    if isinstance(column.type, sa.JSON):
        return "'{}'"
    if isinstance(column.type, sa.LargeBinary):
        return "x''" if dialect == "sqlite" else "''::bytea"
    if isinstance(column.type, sa.Boolean):
        return "false"
    return "0" if isinstance(column.type, sa.Integer | sa.Float) else "''"


def _cast(column: sa.Column[object], value: str) -> str:
    kinds = ((sa.JSON, "json"), (sa.Date, "date"), (sa.Uuid, "uuid"))
    wanted = next((name for kind, name in kinds if isinstance(column.type, kind)), None)
    return f"({value})::{wanted}" if wanted else value
