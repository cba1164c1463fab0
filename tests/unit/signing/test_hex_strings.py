"""Hexadecimal strings read at once are what pyHanko reads digit by digit, and what it refuses is refused."""

import importlib
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from signing import reading

PIECES = st.lists(
    st.sampled_from([b"<", b">", b"0", b"aF", b"FEFF", b" ", b"\n", b"x", b"%", b"00" * 300]), max_size=12
)


def outcome(read, data: bytes):
    stream = BytesIO(data)
    stream.read(1)
    try:
        value = read(stream)
    except Exception as error:  # noqa: BLE001 - whatever it is, both must raise it
        return type(error)
    return type(value), value, stream.tell()


@given(PIECES)
def test_what_is_read_is_what_pyhanko_reads(pieces: list[bytes]):
    data = b"[<" + b"".join(pieces) + b"> /Next"
    assert outcome(reading.read_hex_string, data) == outcome(reading._digit_by_digit, data)


def test_a_string_without_end_is_refused():
    for data in (b"[<", b"[<00", b"[<" + b"0" * 3000):
        assert issubclass(outcome(reading.read_hex_string, data), Exception)


def test_signed_documents_are_read_by_it():
    importlib.import_module("signing.structure")
    assert generic.read_hex_string_from_stream is reading.read_hex_string
