"""pyHanko reads a hexadecimal string digit by digit; a signature's /Contents has tens of thousands of them.

A good part of the time a document took to read was spent there. What this does not know it leaves to pyHanko.
"""

import re
from typing import Any

from pyhanko.pdf_utils import generic

FIRST, LONGEST = 256, 1024 * 1024
"""bytes read at first, each time twice as many; a longer string is pyHanko's to read, or to refuse"""
_DIGITS = re.compile(rb"<[0-9A-Fa-f]*>")
_digit_by_digit = generic.read_hex_string_from_stream


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


def install() -> None:
    """Let pyHanko read by `read_hex_string`. Again does nothing."""
    generic.read_hex_string_from_stream = read_hex_string
