"""Legacy intake: a folder of old documents and a table that describes them, read line by line.

Nothing here writes: what a line describes is either complete, or refused with what is wrong and where.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from archive.documents import STATE_SECRET, AccessLevel
from archive.errors import IngestRefused
from archive.index_tables import ReadSheet, says_something, table_rows
from archive.legacy_text import MendedText, mend
from archive.spelling import fold

LONGEST, LONGEST_NAME = 1000, 100
"""characters of one cell, and kept of a column's name"""
TITLES = "line 1"
"""the table's, which names the columns"""
__all__ = ["COLUMNS", "LegacyEntry", "MendedText", "Refusal", "mend", "read_folder", "read_text"]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "fayl", "файл"),
    "number": ("number", "nömrə", "нөмір", "нөмірі", "номер"),
    "title": ("title", "başlıq", "ad", "атауы", "тақырып", "название", "заголовок"),
    "date": ("date", "tarix", "күні", "дата"),
    "type": ("type", "növ", "түрі", "вид", "тип"),
    "language": ("language", "dil", "тіл", "тілі", "язык"),
    "signer": ("signer", "imzalayan", "қол қойған", "подписал"),
    "access": ("access", "giriş", "қолжетімділік", "доступ"),
    "ground": ("ground", "əsas", "негіз", "основание"),
    "retention": ("retention", "saxlama", "сақтау", "хранение"),
}
"""what a column may be called, in the four languages"""
MOST_OTHERS = 40
"""further columns that are kept with the document as they stand"""
REQUIRED = ("file", "number", "title", "date")
LANGUAGES = ("az", "kk", "ru", "en")
DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line that was not taken: in which column it is wrong, and how."""

    line: int
    file: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyEntry:
    """An old document as its line describes it; its file is there and is a file."""

    line: int
    file: str
    """below the folder, as the table names it"""
    path: Path
    number: str
    title: str
    dated_on: date
    type: str
    language: str
    """empty: not said"""
    signer: str
    access_level: str
    access_ground: str | None
    retention_class: str | None
    others: Mapping[str, str] = field(default_factory=dict)
    """what further columns say, by their names"""

    def refused(self, column: str, reason: str) -> Refusal:
        """The line after all refused."""
        return Refusal(line=self.line, file=self.file, column=column, reason=reason)


@dataclass(frozen=True, slots=True)
class FolderEntries:
    """What each line of a folder's table describes, in its order, and how many lines there are."""

    entries: Iterator[LegacyEntry | Refusal]
    total: int

    def __iter__(self) -> Iterator[LegacyEntry | Refusal]:
        return self.entries


def read_folder(folder: Path, read_sheet: ReadSheet, named: Mapping[str, str] | None = None) -> FolderEntries:
    """What the folder's table describes.

    The table is index.csv (comma, semicolon or tab) or a spreadsheet, index.xlsx or index.ods; its first line names the
    columns, in any of the four languages, or as `named` says. `file` is a path below the folder.

    :param named: column → what the table calls it
    :raises IngestRefused: no table, not readable, or a needed column is missing
    """
    table = table_rows(folder, read_sheet)
    columns, others = _columns(next(table.rows, (1, []))[1], named or {})

    def entries() -> Iterator[LegacyEntry | Refusal]:
        for line, cells in table.rows:
            if says_something(cells):
                more = {name: value for name, place in others.items() if (value := _cell(cells, place))}
                yield _entry(folder, line, {name: _cell(cells, place) for name, place in columns.items()}, more)

    return FolderEntries(entries(), table.total - 1)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def read_text(content: bytes) -> MendedText:
    """The text of an old text file, mended: UTF-8, UTF-16 with its mark, or Windows-1251."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return mend(content.decode("utf-16", "replace"))
    try:
        return mend(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        # what KZ-1048 looks like when it is read so, `mend` knows
        return mend(content.decode("cp1251", "replace"))


def _columns(names: Sequence[str], named: Mapping[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """The place of each column that is known, and of each other one."""
    known = {fold(alias): column for column, aliases in COLUMNS.items() for alias in aliases}
    known |= {fold(name.strip()): column for column, name in named.items()}
    columns: dict[str, int] = {}
    others: dict[str, int] = {}
    for place, name in enumerate(each.strip() for each in names):
        column = known.get(fold(name))
        if column in columns or name in others:
            raise IngestRefused(file=TITLES, reason=f"two columns say {column or name}")
        if column is not None:
            columns[column] = place
        elif name:
            others[name[:LONGEST_NAME]] = place
    if missing := [column for column in REQUIRED if column not in columns]:
        raise IngestRefused(file=TITLES, reason=f"there is no column {', '.join(missing)}")
    if len(others) > MOST_OTHERS:
        raise IngestRefused(file=TITLES, reason=f"more than {MOST_OTHERS} columns that mean nothing here")
    return columns, others


def _entry(folder: Path, line: int, values: Mapping[str, str], others: Mapping[str, str]) -> LegacyEntry | Refusal:
    def refused(column: str, reason: str) -> Refusal:
        return Refusal(line=line, file=values["file"], column=column, reason=reason)

    for column in REQUIRED:
        if not values[column]:
            return refused(column, "empty")
    if too_long := [column for column, value in {**others, **values}.items() if len(value) > LONGEST]:
        return refused(too_long[0], f"longer than {LONGEST} characters")
    for column, reason in _wrong(folder, values):
        return refused(column, reason)
    dated_on = _day(values["date"])
    if dated_on is None:
        return refused("date", "no date: write 2019-03-21 or 21.03.2019")
    return LegacyEntry(
        line=line,
        file=values["file"],
        path=folder / values["file"],
        number=values["number"],
        title=values["title"],
        dated_on=dated_on,
        type=values.get("type") or "legacy",
        language=values.get("language", ""),
        signer=values.get("signer", ""),
        access_level=_access(values),
        access_ground=values.get("ground") or None,
        retention_class=values.get("retention") or None,
        others=others,
    )


def _access(values: Mapping[str, str]) -> str:
    return values.get("access") or AccessLevel.OPEN


def _wrong(folder: Path, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Column and reason of each thing that is wrong."""
    level = _access(values)
    if level == STATE_SECRET:
        yield "access", "a state secret is never taken in (B16)"
    elif level not in set(AccessLevel):
        yield "access", f"unknown: {', '.join(AccessLevel)}"
    elif level != AccessLevel.OPEN and not values.get("ground"):
        yield "ground", "a restriction needs its ground (B9)"
    if values.get("language") and values["language"] not in LANGUAGES:
        yield "language", f"unknown: {', '.join(LANGUAGES)}"
    path = folder / values["file"]
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        found = inside and path.is_file()
    except (OSError, ValueError, RuntimeError):  # a name no file system takes, a ring of links
        inside, found = True, False
    if not inside:
        yield "file", "outside the folder"
    elif not found:
        yield "file", "there is no such file"


def _day(text: str) -> date | None:
    written = DAY.fullmatch(text)
    try:
        return date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(text)
    except ValueError:
        return None
