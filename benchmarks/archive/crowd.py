"""A large archive to search: a million synthetic documents in three languages, the same every time, written in bulk.

One document goes in by the archive's own door; its row is the pattern of all others, so that each has every column the
archive knows. What differs is made here: texts and their tokens, bodies, kinds, dates, signers, levels, files.
"""

import csv
import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.arrangement import FONDS
from archive.blobs.memory import MemoryBlobStore
from archive.documents import Accession
from archive.folding import FOLDING_VERSION, token_string
from archive.grounds import grounds_of
from archive.restrictions import Access
from archive.search_conditions import FILE, SERIES
from archive.search_index import KEYS_TABLE, create_search_index, drop_search_index, fill_search_index
from archive.service import Archive
from archive.store import DOCUMENT, SEARCH_TEXT, SIGNER
from benchmarks.archive.words import Language, Passage, joined, language, passage

BODIES, CASES_OF, FILES_OF = 40, 5, 50
"""bodies; documents of a case; documents of a file"""
NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
OLDEST = date(2007, 1, 1)
MOST = 1_000_000
_DAYS = (NOW.date() - OLDEST).days
_SHARES = (("az", 45), ("kk", 25), ("ru", 30))
_TYPES = (
    "answer",
    "notice",
    "appeal",
    "resolution",
    "finding",
    "questionnaire",
    "receipt",
    "attachment",
    "act",
    "order",
)
_LEVELS = (("B-LTA", 60), ("B-LT", 15), ("B-T", 20), (None, 5))
_VERDICTS = (("TOTAL-PASSED", 93), ("INDETERMINATE", 5), ("TOTAL-FAILED", 1), (None, 1))
_ACCESS = (("open", 70), ("official_use", 25), ("commercial_secret", 5))
TITLE = {"az": "Fond", "kk": "Қор", "ru": "Фонд", "en": "Fonds"}
_ACCESS_COLUMNS = {level: Access(level=level).columns() for level, _share in _ACCESS}
_CLASSES = tuple(f"class-{number}" for number in range(12))
_SIGNERS = 3_000
_BATCH = 5_000


def body(number: int) -> str:
    """A body; the first have most of the documents."""
    return str(UUID(int=7 << 64 | number))


def case(number: int) -> UUID:
    """The case of the documents from CASES_OF * number on."""
    return UUID(int=5 << 64 | number)


def series_of(seq: int) -> UUID:
    """The series in which a document is filed."""
    return UUID(int=2 << 64 | seq // FILES_OF % BODIES)


@dataclass(frozen=True, slots=True)
class Made:
    """One document: what differs from the pattern."""

    seq: int
    text: str
    tokens: str
    columns: dict[str, Any]
    signers: tuple[str, ...]


class Writer:
    """Makes documents; number n is the same whenever it is asked for after n - 1."""

    def __init__(self) -> None:
        self._chance = random.Random(20260319)
        self._languages = {name: language(name) for name, _share in _SHARES}
        self._names = [self._name(self._languages[_SHARES[number % 3][0]]) for number in range(_SIGNERS)]

    def _name(self, words: Language) -> Passage:
        return joined([passage(each.written.capitalize()) for each in self._chance.sample(words.seldom, 2)])

    def documents(self, count: int, *, first: int = 1) -> Iterator[Made]:
        """Those from the first up to number `count`."""
        for seq in range(first, count + 1):
            yield self._document(seq, count)

    def _document(self, seq: int, count: int) -> Made:
        chance = self._chance
        words = self._languages[_drawn(chance, _SHARES)]
        title = chance.choice(words.titles)
        text = words.text(chance)
        signers = chance.sample(self._names, 2 if seq % 7 == 0 else 1)
        number = f"R-{seq:07}"
        parts = Passage(number, f"r {seq:07}", f"r {seq:07}"), title, *signers, text
        dated = OLDEST + timedelta(days=_DAYS * seq // count)
        columns = {
            "id": UUID(int=9 << 64 | seq),
            "seq": seq,
            "case_id": case(seq // CASES_OF),
            "owner": body(int(BODIES * chance.random() ** 2)),
            "number": number,
            "type": _TYPES[int(len(_TYPES) * chance.random() ** 1.5)],
            "title": title.written.capitalize(),
            "language": words.name,
            "level": _drawn(chance, _LEVELS),
            "verdict": _drawn(chance, _VERDICTS),
            "status": "in effect" if seq % 100 else "without effect",
            **_ACCESS_COLUMNS[_drawn(chance, _ACCESS)],
            "retention_class": chance.choice(_CLASSES),
            "file_id": UUID(int=3 << 64 | seq // FILES_OF),
            "dated_on": dated,
            "year": dated.year,
            "signers": [{"name": name.written, "capacity": "head", "serial": serial(name.written)} for name in signers],
            "sha256": f"{seq:064x}",
        }
        return Made(seq, text.written, _token_string(parts), columns, tuple(name.written for name in signers))


def serial(name: str) -> str:
    """A certificate's serial number for a name, the same in every process."""
    return name.encode().hex()[:24]


def populate(database: sa.Engine, count: int) -> None:
    """Fill a migrated, otherwise empty database: rows first, then the indexes, then the planner's statistics."""
    with database.connect() as connection:
        pattern = _pattern(connection)
        _arrangement(connection, pattern, count)
        if connection.dialect.name == "sqlite":
            connection.commit()
            for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
                connection.connection.execute(f"PRAGMA {pragma}")
        drop_search_index(connection)
        indexes = [index for table in (DOCUMENT, SEARCH_TEXT, SIGNER) for index in table.indexes]
        for index in indexes:
            index.drop(connection)
        _write(connection, pattern[DOCUMENT], count)
        for index in indexes:
            index.create(connection)
        create_search_index(connection)
        fill_search_index(connection)
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
        connection.invalidate()
    if database.dialect.name == "postgresql":
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            tables = f"archive_search_text, archive_document, archive_signer, {KEYS_TABLE}"
            connection.exec_driver_sql(f"VACUUM ANALYZE {tables}")


def _pattern(connection: sa.Connection) -> dict[sa.Table, dict[str, Any]]:
    """Table → the row that came in by the door; all are then taken away again."""
    blobs = MemoryBlobStore(lambda: NOW)
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        archive = Archive(session, blobs=blobs, now=NOW)
        fonds = archive.create_fonds(code="", title=TITLE, owner="")
        series = archive.create_series(fonds.id, code="", title=TITLE, retention_class="class-0")
        archive.create_file(series.id, title="")
        accession = Accession(
            id=UUID(int=1), owner=body(0), number="", type="", title="", blob=blobs.put(b"%PDF"), signed_at=NOW
        )
        archive.accession(accession, actor="benchmark")
        tables = FONDS, SERIES, FILE, DOCUMENT
        rows = {table: dict(session.execute(sa.select(table)).mappings().one()) for table in tables}
        session.rollback()
    return rows


def _arrangement(connection: sa.Connection, pattern: dict[sa.Table, dict[str, Any]], count: int) -> None:
    """A fonds and a series of each body, and the files in turn."""
    numbers = range(BODIES)
    fonds = [{"id": UUID(int=1 << 64 | i), "code": f"F{i}", "owner": body(i)} for i in numbers]
    series = [{"id": UUID(int=2 << 64 | i), "fonds_id": fonds[i]["id"], "code": "S"} for i in numbers]
    opened = [
        {"id": UUID(int=3 << 64 | i), "series_id": series_of(i * FILES_OF), "code": f"S-{i:06}", "title": f"File {i}"}
        for i in range(count // FILES_OF + 1)
    ]
    for table, rows in ((FONDS, fonds), (SERIES, series), (FILE, opened)):
        connection.execute(sa.insert(table), [pattern[table] | row for row in rows])


def _write(connection: sa.Connection, pattern: dict[str, Any], count: int) -> None:
    insert = _copied if connection.dialect.name == "postgresql" else _inserted
    batch: list[Made] = []
    for made in Writer().documents(count):
        batch.append(made)
        if len(batch) == _BATCH:
            _write_batch(connection, insert, pattern, batch)
            connection.commit()
            batch.clear()
    _write_batch(connection, insert, pattern, batch)


def _write_batch(connection: sa.Connection, insert: Any, pattern: dict[str, Any], batch: Sequence[Made]) -> None:
    for made in batch[:1]:
        _check(made)
    searchable = [
        {
            "seq": made.seq,
            "text": made.text,
            "tokens": made.tokens,
            "grounds": grounds_of(pattern | made.columns | {"series_id": series_of(made.seq)}),
            "folding": FOLDING_VERSION,
        }
        for made in batch
    ]
    insert(connection, SEARCH_TEXT, searchable)
    insert(connection, DOCUMENT, [pattern | made.columns for made in batch])
    signers = [
        {"document_id": made.columns["id"], "position": place, "name": name, "capacity": "head", "serial": serial(name)}
        for made in batch
        for place, name in enumerate(made.signers)
    ]
    insert(connection, SIGNER, signers)


def _inserted(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _copied(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = [name for name in rows[0] if name in table.columns]
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN WITH (FORMAT csv, NULL '\\N')") as copy:
        told = io.StringIO()
        writer = csv.writer(told)
        writer.writerows([_plain(row[name]) for name in names] for row in rows)
        copy.write(told.getvalue())


def _plain(value: Any) -> Any:
    if value is None:
        return "\\N"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _check(made: Made) -> None:
    """The tokens made here are those the archive would have made."""
    if made.tokens != token_string(made.columns["number"], made.columns["title"], *made.signers, made.text):
        raise RuntimeError(f"document {made.seq} has other tokens than the archive would give it")


def _token_string(parts: Sequence[Passage]) -> str:
    first = "".join([f"{part.first} | " for part in parts])
    second = "".join([f"{part.second} | " for part in parts])
    return f" {first}" if first == second else f" {first}{second}"


def _drawn(chance: random.Random, shares: Sequence[tuple[Any, int]]) -> Any:
    drawn = chance.random() * sum(share for _value, share in shares)
    for value, share in shares:
        drawn -= share
        if drawn < 0:
            return value
    return shares[-1][0]
