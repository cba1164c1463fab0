"""The full-text index over archive_search_text, made by hand where SQLAlchemy has no words for it.

SQLite: an FTS5 table that keeps no text of its own, and narrow rows of what else is asked of a document
(search_keys.py). PostgreSQL: the same narrow rows, each with a tsvector made without any dictionary, and a GIN index of
these. All is fed by triggers (key_triggers.py). Both index the same tokens and grounds and neither changes them: what a
word is was decided before. PostgreSQL adds when a document came in (eras.py).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive import key_triggers

INDEX_TABLE = "archive_search_index"
"""SQLite's FTS5 table; its shadow tables begin with the same name."""
KEYS_TABLE = f"{INDEX_TABLE}_keys"
VECTOR_COLUMN = "vector"
"""of PostgreSQL's narrow rows"""
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
    *key_triggers.SQLITE_TABLES,
    *(f"CREATE TRIGGER archive_search_index_{name} {told}" for name, told in key_triggers.SQLITE_TRIGGERS.items()),
)
_FILL = "INSERT INTO archive_search_index(rowid, tokens) SELECT seq, tokens || grounds FROM archive_search_text"
_POSTGRESQL = (
    # relevance and phrases read the tokens of many documents: each in its row, and the text apart
    "ALTER TABLE archive_search_text SET (toast_tuple_target = 200)",
    "ALTER TABLE archive_search_text ALTER tokens SET STORAGE MAIN",
    *key_triggers.POSTGRESQL_TABLES,
    *(
        f"CREATE FUNCTION archive_search_index_{name} RETURNS {told}"
        for name, told in key_triggers.POSTGRESQL_FUNCTIONS.items()
    ),
    *(f"CREATE TRIGGER archive_search_index_{name} {told}" for name, told in key_triggers.POSTGRESQL_TRIGGERS.items()),
)
# PostgreSQL writes the words of new documents to a list first, and into the index when it is told (merge_new_words), or
# when there is a megabyte of them: every search reads through that list
_NO_GIN = f"DROP INDEX {INDEX_TABLE}"
_GIN = (
    "CREATE INDEX archive_search_index ON archive_search_index_keys USING gin (vector)"
    " WITH (fastupdate = on, gin_pending_list_limit = 1024)"
)
_MERGE = sa.select(sa.func.archive_search_index_merge())


def create_search_index(connection: sa.Connection) -> None:
    """Create the index of this database over the table archive_search_text, which must exist. A migration calls it."""
    statements = _SQLITE if connection.dialect.name == "sqlite" else (*_POSTGRESQL, _GIN)
    for statement in statements:
        connection.exec_driver_sql(statement)


def fill_search_index(connection: sa.Connection) -> None:
    """Index what came in while there was no index."""
    sqlite = connection.dialect.name == "sqlite"
    # to build GIN of all words at once takes a small part of the time
    filled = (_FILL, *key_triggers.SQLITE_FILL) if sqlite else (_NO_GIN, *key_triggers.POSTGRESQL_FILL, _GIN)
    for statement in filled:
        connection.exec_driver_sql(statement)


def merge_new_words(connection: sa.Connection) -> None:
    """Write the words of documents just taken in into PostgreSQL's index: of all at once in half the time of each."""
    if connection.dialect.name == "postgresql":
        connection.execute(_MERGE)


def drop_search_index(connection: sa.Connection) -> None:
    """Take the index away again; the tokens stay."""
    if connection.dialect.name == "sqlite":
        for trigger in ("insert", "delete", "update", *key_triggers.SQLITE_TRIGGERS):
            connection.exec_driver_sql(f"DROP TRIGGER {INDEX_TABLE}_{trigger}")
        tables: tuple[str, ...] = ("_words", "", "_keys", "_values")
    else:
        for function in key_triggers.POSTGRESQL_FUNCTIONS:
            connection.exec_driver_sql(f"DROP FUNCTION {INDEX_TABLE}_{function} CASCADE")
        tables = ("_keys", "_values")
    for table in tables:
        connection.exec_driver_sql(f"DROP TABLE {INDEX_TABLE}{table}")


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
