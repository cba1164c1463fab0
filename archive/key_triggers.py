"""What makes the narrow rows (search_keys.py) and keeps them right: tables, triggers and what fills them at once.

They say what the rows of archive_document say, so whoever writes there writes here, too. PostgreSQL's rows hold the
vector of the words as well: what GIN finds is then a narrow row by itself, and no other is looked up for it.
"""

from archive import eras
from archive.search_keys import CODED, FILED, PLAIN

_OWN = tuple(name for name in CODED if name not in FILED)
_NAMES = ", ".join((*CODED, *PLAIN, "signers"))
_READ = ", ".join((*_OWN, "file_id", *PLAIN, "signers"))
"""a document's columns, of which the narrow row tells"""
_CODE = "(SELECT code FROM archive_search_index_values WHERE value = {})"
_SERIES_OF_FILE = "(SELECT {} FROM archive_file WHERE id = new.file_id)"
_FONDS_OF_FILE = (
    "(SELECT {} FROM archive_file AS file JOIN archive_series AS series ON series.id = file.series_id"
    " WHERE file.id = new.file_id)"
)
_OF_FILE = "(SELECT seq FROM archive_document WHERE file_id {})"
_FILES_OF_SERIES = "IN (SELECT id FROM archive_file WHERE series_id = new.id)"
_TREE = "SELECT id FROM archive_fonds UNION SELECT id FROM archive_series"


def _values(series: str, fonds: str) -> dict[str, str]:
    """Coded column → what its code stands for. An id is kept as 32 hexadecimal digits on both databases."""
    own = {name: f"new.{name}" for name in _OWN}
    return own | {"series": _SERIES_OF_FILE.format(series), "fonds": _FONDS_OF_FILE.format(fonds)}


def _vector(row: str) -> str:
    """SQL: the vector of a row of archive_search_text, told apart so that it is made once."""
    return (
        f"SELECT {row}.seq, array_to_tsvector(string_to_array({eras.words_of(f'{row}.seq')}"
        f" || ' ' || btrim({row}.tokens || {row}.grounds), ' ')) AS vector"
    )


# SQLite: an id is its digits as it stands

_SQLITE = _values("series_id", "series.fonds_id")
_SQLITE_SIGNERS = (
    "(SELECT json_group_array(DISTINCT name) FROM"
    " (SELECT CAST(json_extract(value, '$.name') AS TEXT) AS name FROM json_each(new.signers)) WHERE name <> '')"
)
_SQLITE_ROW = ", ".join((*(_CODE.format(_SQLITE[name]) for name in CODED), *(f"new.{name}" for name in PLAIN)))
_KNOW_VALUES = "INSERT OR IGNORE INTO archive_search_index_values (value)"
_TOLD = " AS told UNION SELECT ".join(_SQLITE.values())
_KNOW = f"{_KNOW_VALUES} SELECT told FROM (SELECT {_TOLD}) WHERE told NOT NULL"  # noqa: S608 - columns named here
_KNOW_TREE = f"{_KNOW_VALUES} {_TREE}"
_WRITE = f"INSERT INTO archive_search_index_keys (seq, {_NAMES}) SELECT new.seq, {_SQLITE_ROW}, {_SQLITE_SIGNERS}"
_FORGET = "DELETE FROM archive_search_index_keys WHERE seq = old.seq"
_REFILED = "UPDATE archive_search_index_keys SET fonds = {}{} WHERE seq IN " + _OF_FILE  # noqa: S608 - filled in here
_FONDS_OF_SERIES = "(SELECT {} FROM archive_series WHERE id = new.series_id)"
_MOVED_FILE = _REFILED.format(
    _CODE.format(_FONDS_OF_SERIES.format("fonds_id")), f", series = {_CODE.format('new.series_id')}", "= new.id"
)
_MOVED_SERIES = _REFILED.format(_CODE.format("new.fonds_id"), "", _FILES_OF_SERIES)

SQLITE_TABLES = (
    "CREATE TABLE archive_search_index_values (code INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE)",
    f"CREATE TABLE archive_search_index_keys (seq INTEGER PRIMARY KEY, {_NAMES})",
)
SQLITE_TRIGGERS = {
    "keys_insert": f"AFTER INSERT ON archive_document BEGIN {_KNOW}; {_WRITE}; END",
    "keys_delete": f"AFTER DELETE ON archive_document BEGIN {_FORGET}; END",
    "keys_update": f"AFTER UPDATE OF {_READ} ON archive_document BEGIN {_KNOW}; {_FORGET}; {_WRITE}; END",
    "keys_file": f"AFTER UPDATE OF series_id ON archive_file BEGIN {_KNOW_TREE}; {_MOVED_FILE}; END",
    "keys_series": f"AFTER UPDATE OF fonds_id ON archive_series BEGIN {_KNOW_TREE}; {_MOVED_SERIES}; END",
}
SQLITE_FILL = (
    *(
        f"{_KNOW_VALUES} SELECT DISTINCT {name} FROM archive_document WHERE {name} NOT NULL"  # noqa: S608 - named here
        for name in _OWN
    ),
    _KNOW_TREE,
    f"{_WRITE} FROM archive_document AS new ORDER BY new.seq",
)
"""The narrow rows of documents that came in while there were no triggers."""


# PostgreSQL: no column is NULL, which would take eight bytes of each row; code 0 says that there is no value

_HEX = "replace(({})::text, '-', '')"
_POSTGRESQL = {
    name: told if name in _OWN else _HEX.format(told) for name, told in _values("series_id", "series.fonds_id").items()
}
_OR_NONE = f"coalesce({_CODE}, 0)"
_POSTGRESQL_SIGNERS = (
    "(SELECT coalesce(json_agg(DISTINCT signer ->> 'name'), '[]')::text FROM json_array_elements(new.signers) AS signer"
    " WHERE signer ->> 'name' <> '')"
)
_POSTGRESQL_ROW = ", ".join(
    (*(_OR_NONE.format(_POSTGRESQL[name]) for name in CODED), *(f"new.{name}" for name in PLAIN), _POSTGRESQL_SIGNERS)
)
# PostgreSQL lays a value apart only if its row has more than 2,032 bytes; blanks are thirty bytes once compressed
_BLANKS = "CASE WHEN pg_column_size({0}) < 2032 THEN repeat(' ', 2032) ELSE '' END"
_WITH_VECTOR = (
    f"INSERT INTO archive_search_index_keys (seq, {_NAMES}, vector, blanks)"
    f" SELECT new.seq, {_POSTGRESQL_ROW}, vector, {_BLANKS.format('vector')} FROM"
)
_FOUND = f"({_vector('found')} FROM archive_search_text AS found{{}} OFFSET 0) AS found"
_TELL_CODES = "PERFORM archive_search_index_know(ARRAY[{}])"
_MOVED_FILE_CODES = _HEX.format("new.series_id"), _HEX.format(_FONDS_OF_SERIES.format("fonds_id"))
_BODIES = {
    "keys_insert": f"{_TELL_CODES.format(', '.join(_POSTGRESQL.values()))};"
    f" {_WITH_VECTOR} {_FOUND.format(' WHERE found.seq = new.seq')};",
    "keys_delete": f"{_FORGET};",
    "keys_update": f"{_TELL_CODES.format(', '.join(_POSTGRESQL.values()))};"  # noqa: S608 - columns named here
    f" UPDATE archive_search_index_keys SET ({_NAMES}) = ROW({_POSTGRESQL_ROW}) WHERE seq = new.seq;",
    "keys_words": "UPDATE archive_search_index_keys AS keys SET vector = found.vector,"  # noqa: S608 - fixed names
    f" blanks = {_BLANKS.format('found.vector')} FROM ({_vector('new')} OFFSET 0) AS found"
    " WHERE keys.seq = found.seq;",
    "keys_file": f"{_TELL_CODES.format(', '.join(_MOVED_FILE_CODES))}; "
    + _REFILED.format(
        _CODE.format(_MOVED_FILE_CODES[1]), f", series = {_CODE.format(_MOVED_FILE_CODES[0])}", "= new.id"
    )
    + ";",
    "keys_series": f"{_TELL_CODES.format(_HEX.format('new.fonds_id'))}; "
    + _REFILED.format(_CODE.format(_HEX.format("new.fonds_id")), "", _FILES_OF_SERIES)
    + ";",
}
_EVENTS = {
    "keys_insert": "INSERT ON archive_document",
    "keys_delete": "DELETE ON archive_document",
    "keys_update": f"UPDATE OF {_READ} ON archive_document",
    "keys_words": "UPDATE OF tokens, grounds ON archive_search_text",
    "keys_file": "UPDATE OF series_id ON archive_file",
    "keys_series": "UPDATE OF fonds_id ON archive_series",
}
_UNKNOWN = (
    "SELECT DISTINCT told FROM unnest(those) AS told WHERE told IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM archive_search_index_values WHERE value = told)"
)
POSTGRESQL_TABLES = (
    """CREATE TABLE archive_search_index_values (
        code integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text NOT NULL UNIQUE)""",
    # room on each page for what changes of a document later, so that its row stays where it is
    f"""CREATE TABLE archive_search_index_keys (
        seq bigint PRIMARY KEY, {", ".join(f"{name} integer NOT NULL" for name in CODED)},
        year integer NOT NULL, dated_on date NOT NULL, official_until date NOT NULL, secret_until date NOT NULL,
        quarantined boolean NOT NULL, signers text NOT NULL, blanks text NOT NULL, vector tsvector NOT NULL
        ) WITH (fillfactor = 95, toast_tuple_target = 128)""",
    # the vector lies apart, and nothing else does
    "ALTER TABLE archive_search_index_keys ALTER signers SET STORAGE MAIN, ALTER blanks SET STORAGE MAIN",
)
POSTGRESQL_FUNCTIONS = {
    # who finds a new value waits for whoever else has one: in turns, two documents' values cannot lock one another out
    "know(those text[])": f"""void LANGUAGE plpgsql AS $body$ BEGIN
        IF EXISTS ({_UNKNOWN}) THEN
            LOCK TABLE archive_search_index_values IN SHARE ROW EXCLUSIVE MODE;
            INSERT INTO archive_search_index_values (value) {_UNKNOWN};
        END IF; END $body$""",
    # as whoever made the index, who alone may
    "merge()": """void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $body$ BEGIN
        PERFORM gin_clean_pending_list('archive_search_index'); END $body$""",
    **{
        f"{name}()": f"trigger LANGUAGE plpgsql AS $body$ BEGIN {body} RETURN NULL; END $body$"
        for name, body in _BODIES.items()
    },
}
POSTGRESQL_TRIGGERS = {
    name: f"AFTER {event} FOR EACH ROW EXECUTE FUNCTION archive_search_index_{name}()"
    for name, event in _EVENTS.items()
}
POSTGRESQL_FILL = (
    *(
        f"SELECT archive_search_index_know(array_agg(DISTINCT {name})) FROM archive_document"  # noqa: S608 - named here
        for name in _OWN
    ),
    f"SELECT archive_search_index_know(array_agg({_HEX.format('id')})) FROM ({_TREE}) AS tree",  # noqa: S608 - fixed names
    f"{_WITH_VECTOR} archive_document AS new JOIN {_FOUND.format('')} ON found.seq = new.seq ORDER BY new.seq",
)
