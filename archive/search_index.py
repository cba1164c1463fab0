"""The full-text index over archive_search_text, made by hand where SQLAlchemy has no words for it.

SQLite: an FTS5 table that keeps no text of its own, and narrow rows of what else is asked of a document
(search_keys.py), both fed by triggers. PostgreSQL: a generated tsvector made without any dictionary, with a GIN index.
Both index the same tokens and grounds and neither changes them: what a word is was decided before. PostgreSQL adds when
a document came in (eras.py).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive import eras, search_keys

INDEX_TABLE = "archive_search_index"
"""SQLite's FTS5 table; its shadow tables begin with the same name."""
VECTOR_COLUMN = "vector"
"""PostgreSQL's generated column of archive_search_text."""
_PAGES = 500
"""of the index, merged in one transaction: others write in between"""

# tokenize ascii: all beyond ASCII belongs to a token; only what folding.py puts between tokens separates them, and what
# it puts between parts of a text is a token, over which no phrase reaches. No sizes are kept: nothing asks for them
_SQLITE = (
    """CREATE VIRTUAL TABLE archive_search_index
        USING fts5(tokens, content='', columnsize=0, tokenize='ascii tokenchars ''|''')""",
    # the words of the index, read in it, nothing is stored; 'instance', since 'row' reads all hits of each word
    "CREATE VIRTUAL TABLE archive_search_index_words USING fts5vocab(archive_search_index, 'instance')",
    """CREATE TRIGGER archive_search_index_insert AFTER INSERT ON archive_search_text BEGIN
        INSERT INTO archive_search_index(rowid, tokens) VALUES (new.seq, new.tokens || new.grounds); END""",
    """CREATE TRIGGER archive_search_index_delete AFTER DELETE ON archive_search_text BEGIN
        INSERT INTO archive_search_index(archive_search_index, rowid, tokens)
        VALUES ('delete', old.seq, old.tokens || old.grounds); END""",
    """CREATE TRIGGER archive_search_index_update AFTER UPDATE OF tokens, grounds ON archive_search_text BEGIN
        INSERT INTO archive_search_index(archive_search_index, rowid, tokens)
        VALUES ('delete', old.seq, old.tokens || old.grounds);
        INSERT INTO archive_search_index(rowid, tokens) VALUES (new.seq, new.tokens || new.grounds); END""",
    *search_keys.TABLES,
    *(f"CREATE TRIGGER archive_search_index_{name} {told}" for name, told in search_keys.TRIGGERS.items()),
)
_FILL = "INSERT INTO archive_search_index(rowid, tokens) SELECT seq, tokens || grounds FROM archive_search_text"
_POSTGRESQL = (
    # text, tokens and vector apart from the row, which a search then finds beside many others
    "ALTER TABLE archive_search_text SET (toast_tuple_target = 200)",
    f"""ALTER TABLE archive_search_text ADD COLUMN vector tsvector GENERATED ALWAYS AS
        (array_to_tsvector(string_to_array({eras.WORDS} || ' ' || btrim(tokens || grounds), ' '))) STORED""",
    # a list of pending entries would be read through by every search
    "CREATE INDEX archive_search_index ON archive_search_text USING gin (vector) WITH (fastupdate = off)",
)


def create_search_index(connection: sa.Connection) -> None:
    """Create the index of this database over the table archive_search_text, which must exist. A migration calls it."""
    statements = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        connection.exec_driver_sql(statement)


def fill_search_index(connection: sa.Connection) -> None:
    """Index what came in while there was no index; PostgreSQL does so by itself."""
    if connection.dialect.name == "sqlite":
        for statement in (_FILL, *search_keys.FILL):
            connection.exec_driver_sql(statement)


def drop_search_index(connection: sa.Connection) -> None:
    """Take the index away again; the tokens stay."""
    if connection.dialect.name == "sqlite":
        for trigger in ("insert", "delete", "update", *search_keys.TRIGGERS):
            connection.exec_driver_sql(f"DROP TRIGGER {INDEX_TABLE}_{trigger}")
        for table in ("_words", "", "_keys", "_values"):
            connection.exec_driver_sql(f"DROP TABLE {INDEX_TABLE}{table}")
    else:
        connection.exec_driver_sql(f"ALTER TABLE archive_search_text DROP COLUMN {VECTOR_COLUMN}")


def is_index_object(name: str | None, kind: str) -> bool:
    """Whether Alembic should leave a reflected object alone, because it belongs to this index."""
    if kind == "column":
        return name == VECTOR_COLUMN
    return name is not None and name.startswith(INDEX_TABLE)


def forget_removed_words(session: Session, *, begins: bool) -> bool:
    """Merge the next part of SQLite's index, which keeps a removed word until its part is merged; whether more is left.

    :param begins: the first of the transactions that merge the whole index
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return False
    before = _changes(connection)
    statement = sa.text(f"INSERT INTO {INDEX_TABLE}({INDEX_TABLE}, rank) VALUES ('merge', :pages)")  # noqa: S608 a fixed name
    connection.execute(statement, {"pages": -_PAGES if begins else _PAGES})
    return _changes(connection) - before > 1  # FTS5's own sign that there was something to merge


def _changes(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())
