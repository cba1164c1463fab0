"""pyHanko reads and writes strings and names byte by byte; a signature's /Contents has tens of thousands of digits.

A good part of the time a document took to read and to sign was spent there. What this does not know it leaves to
pyHanko; what it does comes out the same.
"""

import codecs
import re
from typing import Any

from pyhanko.pdf_utils import generic

from signing import plain_objects

FIRST, LONGEST = 256, 1024 * 1024
"""bytes read at first, each time twice as many; a longer string is pyHanko's to read, or to refuse"""
_DIGITS = re.compile(rb"<[0-9A-Fa-f]*>")
_PLAIN_NAME = re.compile(rb"[A-Za-z0-9_.+-]*")
"""names whose bytes stand for themselves (ISO 32000-1, 7.3.5)"""
_WRITTEN = [bytes([c]) if bytes([c]).isalnum() or c == ord(" ") else b"\\%03o" % c for c in range(256)]
"""how pyHanko writes each byte of a string"""
_digit_by_digit = generic.read_hex_string_from_stream
_name_by_byte = generic._decode_name  # noqa: SLF001  (there is no other door to how names are read)
_write_name_by_byte = generic.NameObject.write_to_stream
_write_text_by_byte = generic.TextStringObject.write_to_stream


def read_hex_string(stream: Any) -> Any:
    """A string of nothing but an even number of digits at once; any other as pyHanko reads it."""
    start, size = stream.tell(), FIRST
    data: bytes = stream.read(size)
    while b">" not in data and len(data) == size and size < LONGEST:
        data += stream.read(size)
        size *= 2
    found = _DIGITS.match(data)
    if found is None or found.end() % 2:
        stream.seek(start)
        return _digit_by_digit(stream)
    stream.seek(start + found.end())
    return generic.pdf_string(bytes.fromhex(found[0][1:-1].decode("ascii")))


def decode_name(name: bytes) -> Any:
    """A name without its slash, of letters and digits, at once; any other as pyHanko reads it."""
    if _PLAIN_NAME.fullmatch(name):
        return generic.NameObject("/" + name.decode("ascii"))
    return _name_by_byte(name)


def write_name(self: Any, stream: Any, handler: Any = None, container_ref: Any = None) -> None:
    """A plain name at once; any other as pyHanko writes it."""
    encoded = self.encode()
    if encoded.startswith(b"/") and _PLAIN_NAME.fullmatch(encoded, 1):
        stream.write(encoded)
    else:
        _write_name_by_byte(self, stream, handler, container_ref)


def write_text(self: Any, stream: Any, handler: Any = None, container_ref: Any = None) -> None:
    """A text at once; one to be encrypted, or in an encoding that is asked for, as pyHanko writes it."""
    if handler is not None or self.force_output_encoding is not None:
        _write_text_by_byte(self, stream, handler, container_ref)
        return
    try:
        encoded = generic.encode_pdfdocencoding(self)
    except UnicodeEncodeError:
        encoded = codecs.BOM_UTF16_BE + self.encode("utf-16be")
    stream.write(b"(" + b"".join(map(_WRITTEN.__getitem__, encoded)) + b")")


def install() -> None:
    """Let pyHanko read and write by these. Again does nothing."""
    generic.read_hex_string_from_stream = read_hex_string
    generic._decode_name = decode_name  # noqa: SLF001
    generic.NameObject.write_to_stream = write_name
    generic.TextStringObject.write_to_stream = write_text
    plain_objects.install()
