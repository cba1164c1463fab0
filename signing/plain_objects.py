"""pyHanko reads dictionaries and cross-reference tables byte by byte; plain ones are read here at once.

Plain is what our own documents are written in: names of letters and digits, numbers, references, strings without
escapes but octal ones, and rows of twenty bytes. Whatever else stands there is pyHanko's to read, or to refuse, from
its beginning.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count, repeat
from typing import Any

from pyhanko.pdf_utils import generic, misc, xref

LONGEST = 4096
"""bytes of a dictionary that is read at once. Not more: one that turns out not to be plain is read again by pyHanko,
and so is each within it"""
_TOKEN = re.compile(
    rb"[\0\t\n\f\r ]*(?:"
    rb"(?P<open><<|\[)|(?P<close>>>|\])|<(?P<digits>(?:[0-9A-Fa-f]{2})*)>|\((?P<text>(?:[^\\()\r\n]|\\[0-3][0-7]{2})*)\)"
    rb"|(?:/(?P<name>[A-Za-z0-9_.+-]*)|(?P<reference>[1-9]\d{0,9} \d{1,5}) R"
    rb"|(?P<integer>[+-]?\d+)|(?P<real>[+-]?\d+\.\d*)|(?P<word>true|false|null))(?=[\0\t\n\f\r ()<>\[\]{}/%]))"
)
_OCTAL = re.compile(rb"\\([0-7]{3})")
_SECTION = re.compile(rb"[\0\t\n\f\r ]*(\d{1,10}) (\d{1,10}) *(?:\r\n|\n|\r)(?=[\dt])")
_LONGEST_HEAD = 48
_ROW = 20
_ROWS = re.compile(rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*")
_PARTS = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_IN_USE = re.compile(rb"(?:\d{10} 00000 n(?: \r| \n|\r\n))*")
_PLACES = re.compile(rb"(\d{10}) 00000 n")
_USED, _FREE = xref.XRefType.STANDARD, xref.XRefType.FREE
_TRAILER = b"trailer"
_token_by_token = generic.DictionaryObject.read_from_stream
_row_by_row = xref.parse_xref_table
_entry_by_entry = xref.XRefSectionData.process_entries


def read_dictionary(
    stream: Any,
    container_ref: Any,
    as_metadata_stream: bool = False,
    in_content_stream: generic.ContentOpReading = generic.ContentOpReading.NO,
) -> Any:
    """A dictionary of plain values at once, the stream's bytes after it as pyHanko reads them."""
    start, handler = stream.tell(), container_ref.get_pdf_handler()
    if not as_metadata_stream and not in_content_stream:
        found = _plain(stream.read(LONGEST), container_ref, handler)
        if found is not None:
            values, size = found
            stream.seek(start + size)
            payload = generic._maybe_read_stream_payload(stream, values, handler)  # noqa: SLF001  (as pyHanko goes on)
            if payload is None:
                return generic.DictionaryObject(values)
            return generic.StreamObject(values, encoded_data=payload)
    stream.seek(start)
    return _token_by_token(stream, container_ref, as_metadata_stream, in_content_stream)


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 8)])


_WORDS: Mapping[bytes, Callable[[], Any]] = {
    b"true": lambda: generic.BooleanObject(True),
    b"false": lambda: generic.BooleanObject(False),
    b"null": generic.NullObject,
}
_VALUES: Mapping[str, Callable[[bytes], Any]] = {
    "name": lambda token: generic.NameObject("/" + token.decode("ascii")),
    "integer": lambda token: generic.NumberObject(token.decode("ascii")),
    "real": lambda token: generic.FloatObject(token.decode("ascii")),
    "digits": lambda token: generic.pdf_string(bytes.fromhex(token.decode("ascii"))),
    "text": lambda token: generic.pdf_string(_OCTAL.sub(_byte, token)),
    "word": lambda token: _WORDS[token](),
}


def _plain(data: bytes, container_ref: Any, handler: Any) -> tuple[dict[Any, Any], int] | None:
    """The dictionary that `data` begins with, and its length; None where it is not plain, or longer."""
    outer: list[list[Any]] = []
    inner: list[Any] = []
    at = 0
    while (token := _TOKEN.match(data, at)) is not None:
        kind, at = token.lastgroup or "", token.end()
        if kind == "open":
            outer.append(inner)
            inner = [token["open"]]
        elif kind == "close":
            closed = _closed(inner, token["close"], container_ref) if outer else None
            if closed is None or len(outer) == 1:
                return None if closed is None or type(closed) is not dict else (closed, at)
            inner = outer.pop()
            inner.append(generic.DictionaryObject(closed) if type(closed) is dict else closed)
        elif kind == "reference":
            number, generation = token["reference"].split()
            inner.append(generic.IndirectObject(int(number), int(generation), handler))
        elif not outer:
            return None
        else:
            inner.append(_VALUES[kind](token[kind]))
    return None


def _closed(items: list[Any], end: bytes, container_ref: Any) -> Any:
    """A dictionary's values by name, or an array; None where neither can be told, or a name comes twice."""
    opened, *values = items
    if opened == b"[":
        if end != b"]":
            return None
        array = generic.ArrayObject(values)
    else:
        names, values = values[::2], values[1::2]
        distinct = len(set(names)) == len(names) == len(values) if _all_names(names) else False
        if end != b">>" or not distinct:
            return None
        array = dict(zip(names, values, strict=True))
    for value in values:
        value.container_ref = container_ref
    return array


def _all_names(items: list[Any]) -> bool:
    return all(type(item) is generic.NameObject for item in items)


class _Table(list[tuple[int, bytes]]):
    """A plain table: its sections, each as the number of its first object and its rows."""

    def entries(self) -> Iterator[Any]:
        """Row by row."""
        for first, rows in self:
            yield from map(_entry, count(first), _PARTS.findall(rows))


def parse_xref_table(stream: Any, strict: bool) -> Any:
    """The rows of a table that are written as the standard has them (ISO 32000-1, 7.5.4) at once."""
    start = stream.tell()
    table = _table(stream)
    if table is None:
        stream.seek(start)
        return _row_by_row(stream, strict)
    return table


def process_entries(self: Any, entries: Any, strict: bool) -> int:
    """The rows of a plain table that are all in use at generation 0, but for object 0, at once."""
    if type(entries) is not _Table:
        return int(_entry_by_entry(self, entries, strict))
    found: dict[int, tuple[int, int]] = {}
    for first, rows in entries:
        skipped = first == 0 and bool(rows)  # the head of the list of free objects
        used = _IN_USE.fullmatch(rows, _ROW if skipped else 0)
        if used is None:
            return int(_entry_by_entry(self, entries.entries(), strict))
        places = _PLACES.findall(rows, _ROW if skipped else 0)
        found.update(zip(count(first + skipped), zip(repeat(0), map(int, places), strict=False), strict=False))
    self.standard_xrefs.update(found)
    self.explicit_refs_in_revision.update(zip(found, repeat(0), strict=False))
    return max(found, default=0)


def _table(stream: Any) -> _Table | None:
    """All of the table, the stream left where its trailer begins; None where it is not plain."""
    table = _Table()
    while True:
        start = stream.tell()
        head = _SECTION.match(stream.read(_LONGEST_HEAD))
        if head is None:
            return None
        first, size = int(head[1]), _ROW * int(head[2])
        stream.seek(start + head.end())
        rows = stream.read(size)
        if len(rows) != size or _ROWS.fullmatch(rows) is None:
            return None
        table.append((first, rows))
        end = stream.tell()
        if stream.read(len(_TRAILER)) == _TRAILER:
            misc.read_non_whitespace(stream, seek_back=True)
            return table
        stream.seek(end)


def _entry(number: int, row: tuple[bytes, bytes, bytes]) -> Any:
    location, generation, marker = row
    if marker == b"n":
        return xref.XRefEntry(_USED, int(location), number, int(generation))
    return xref.XRefEntry(_FREE, None, number, int(generation))


def install() -> None:
    """Let pyHanko read by these. Again does nothing."""
    generic.DictionaryObject.read_from_stream = staticmethod(read_dictionary)
    xref.parse_xref_table = parse_xref_table
    xref.XRefSectionData.process_entries = process_entries
