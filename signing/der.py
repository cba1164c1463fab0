"""DER, written directly (X.690): a CMS is a few dozen values, and an ASN.1 library spends milliseconds on them."""

from datetime import datetime

SEQUENCE, SET, OCTET_STRING, INTEGER, OID, NULL = 0x30, 0x31, 0x04, 0x02, 0x06, b"\x05\x00"
GENERALIZED_TIME = 0x18
BASE128 = 0x80


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


def integer(value: int) -> bytes:
    """INTEGER in the fewest octets."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


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
