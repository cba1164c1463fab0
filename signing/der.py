"""DER, written directly (X.690): a CMS is a few dozen values, and an ASN.1 library spends milliseconds on them."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

SEQUENCE, SET, BIT_STRING, OCTET_STRING, INTEGER, OID, NULL = 0x30, 0x31, 0x03, 0x04, 0x02, 0x06, b"\x05\x00"
GENERALIZED_TIME = 0x18
BASE128 = 0x80
CONTEXT_0, CONTEXT_1, CONTEXT_2 = 0xA0, 0xA1, 0xA2
_HIGH_TAG = 0x1F
_LONGEST_LENGTH = 4


def tlv(tag: int, *parts: bytes) -> bytes:
    """One value with its tag and definite length."""
    content = b"".join(parts)
    size = len(content)
    if size < BASE128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, BASE128 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of the parts as they stand."""
    return tlv(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF in DER order (X.690, 11.6)."""
    return tlv(SET, *sorted(parts))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(OCTET_STRING, value)


def implicit(tag: int, value: bytes) -> bytes:
    """A value under another tag (IMPLICIT); its own is one octet."""
    return bytes((tag,)) + value[1:]


def integer(value: int) -> bytes:
    """INTEGER in the fewest octets."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


@lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(OID, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime in UTC, to the millisecond, without trailing zeros (RFC 3161, 2.4.2)."""
    text = f"{moment:%Y%m%d%H%M%S}"
    if fraction := f"{moment.microsecond // 1000:03}".rstrip("0"):
        text += f".{fraction}"
    return tlv(GENERALIZED_TIME, f"{text}Z".encode("ascii"))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(BASE128 | (arc & 0x7F))
    return bytes(reversed(groups))


@dataclass(frozen=True, slots=True)
class Value:
    """One value read from DER, with its bytes as they stood."""

    tag: int
    whole: bytes = field(repr=False)
    """tag and length included"""
    content: bytes = field(repr=False)


def read(data: bytes) -> list[Value]:
    """The values `data` is a row of. Only tags below 31 and definite lengths, in as few octets as they need.

    :raises ValueError: not DER, or cut off
    """
    values, at = [], 0
    while at < len(data):
        start, end = _extent(data, at)
        values.append(Value(data[at], data[at:end], data[start:end]))
        at = end
    return values


def read_one(data: bytes, tag: int) -> list[Value]:
    """The values inside the one constructed value that `data` is.

    :raises ValueError: not DER, another tag, or bytes after it
    """
    values = read(data)
    if len(values) != 1 or values[0].tag != tag:
        raise ValueError("not the one value expected")
    return read(values[0].content)


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at `at` begins and ends."""
    if at + 2 > len(data) or data[at] & _HIGH_TAG == _HIGH_TAG:
        raise ValueError("cut off, or a tag of several octets")
    size, start = data[at + 1], at + 2
    if size >= BASE128:
        octets_of_length = size & 0x7F
        length = data[start : start + octets_of_length]
        size, start = int.from_bytes(length, "big"), start + octets_of_length
        if not 1 <= octets_of_length <= _LONGEST_LENGTH or length[:1] == b"\0" or size < BASE128:
            raise ValueError("a length that is not DER")
    if start + size > len(data):
        raise ValueError("cut off")
    return start, start + size
