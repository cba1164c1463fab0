"""The table that describes old documents: CSV in the encodings that are met, or a spreadsheet's first sheet.

A spreadsheet is a stranger's file and is read elsewhere, by whoever calls, in a process that may be killed.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import IngestRefused
from archive.legacy_text import as_kazakh

TABLE, SHEETS = "index.csv", ("index.xlsx", "index.ods")
LARGEST_TABLE = 64 * 2**20
"""bytes of a table"""
MIXED_WORD = re.compile(r"[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]")
CYRILLIC_WORD = re.compile(r"[А-яЁё]{3,}")

Rows = Iterator[tuple[int, list[str]]]
"""lines, each with its number in the table, from 1"""
ReadSheet = Callable[[bytes], list[list[str]]]
"""a spreadsheet's bytes → the cells of its first sheet. Raises IngestRefused"""


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table, and how many of them say something, the first included."""

    rows: Rows
    total: int


def table_rows(folder: Path, read_sheet: ReadSheet) -> Table:
    """The folder's table.

    :raises IngestRefused: none, or more than one; too big; in no encoding that is read; torn quotation marks
    """
    found = [folder / name for name in (TABLE, *SHEETS) if (folder / name).is_file()]
    if len(found) > 1:
        told = " and ".join(path.name for path in found)
        raise IngestRefused(file=str(folder), reason=f"it has {told}: keep the one that counts")
    table = found[0] if found else folder / TABLE
    content = _content(table)
    if table.name == TABLE:
        return _csv_table(table, content)
    sheet = read_sheet(content)
    return Table(iter(enumerate(sheet, start=1)), sum(map(says_something, sheet)))


def says_something(cells: Sequence[str]) -> bool:
    """Whether a line is not empty."""
    return any(cell.strip() for cell in cells)


def decoded(content: bytes) -> tuple[str, str]:
    """A table's text and the encoding it was in: UTF-8, UTF-16 with its mark, Windows-1251 or KZ-1048.

    :raises UnicodeDecodeError: neither; its position is in the error
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        return _eight_bit(content, error)


def _eight_bit(content: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """Cyrillic of eight bits; letters of two alphabets within words say that it was another table, Turkish for one."""
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        raise error from None
    if len(MIXED_WORD.findall(text)) > len(CYRILLIC_WORD.findall(text)):
        raise error
    kazakh = as_kazakh(text)
    return (text, "windows-1251") if kazakh == text else (kazakh, "kz-1048")


def _content(table: Path) -> bytes:
    try:
        with table.open("rb") as file:
            content = file.read(LARGEST_TABLE + 1)
    except OSError as error:
        raise IngestRefused(file=str(table), reason=error.strerror or "not readable") from error
    if len(content) > LARGEST_TABLE:
        raise IngestRefused(file=str(table), reason=f"over {LARGEST_TABLE // 2**20} MB: split it")
    return content


def _csv_table(table: Path, content: bytes) -> Table:
    """Read through once before anything of it is taken, so that it is whole and its length known."""
    try:
        text, _ = decoded(content)
    except UnicodeDecodeError as error:
        reason = f"neither UTF-8 nor Windows-1251 at byte {error.start}: save it as UTF-8"
        raise IngestRefused(file=str(table), reason=reason) from error
    total = sum(says_something(cells) for _, cells in _csv_rows(table, text))
    return Table(_csv_rows(table, text), total)


def _csv_rows(table: Path, text: str) -> Rows:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise IngestRefused(file=str(table), reason=f"line {reader.line_num}: {error}") from error
