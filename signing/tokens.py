"""What stands in a timestamp token (RFC 3161), read from its DER as it stands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from signing import der
from signing.algorithms import digest_named

MOST_CARRIED = 32
"""certificates, and revocation lists, in one token"""
_FRACTION_DIGITS = 6
_SECONDS = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """TSTInfo as far as a proof needs it, and the revocation data that came with it. Nothing of it is verified here."""

    algorithm: str
    """of the imprint"""
    imprint: bytes
    at: datetime
    certificates: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)


def token_info(token: bytes) -> TokenInfo:
    """The contents of a DER ContentInfo with a TSTInfo in it.

    :raises ValueError: it is none
    """
    try:
        _kind, wrapped = der.read_one(token, der.SEQUENCE)
        _version, _digests, encapsulated, *optional = der.read_one(wrapped.content, der.SEQUENCE)
        _type, content = der.read(encapsulated.content)
        [octets] = der.read(content.content)
        _version, _policy, imprint, _serial, moment, *_rest = der.read_one(octets.content, der.SEQUENCE)
        identifier, digest = der.read(imprint.content)
        algorithm = digest_named(der.read(identifier.content)[0].whole)
    except IndexError as error:
        raise ValueError("not a timestamp token") from error
    if octets.tag != der.OCTET_STRING or moment.tag != der.GENERALIZED_TIME:
        raise ValueError("not a timestamp token")
    carried = {one.tag: tuple(value.whole for value in der.read(one.content)) for one in optional}
    if any(len(values) > MOST_CARRIED for values in carried.values()):
        raise ValueError(f"more than {MOST_CARRIED} certificates or revocation lists")
    return TokenInfo(
        algorithm,
        digest.content,
        _moment(moment.content),
        carried.get(der.CONTEXT_0, ()),
        carried.get(der.CONTEXT_1, ()),
    )


def _moment(content: bytes) -> datetime:
    """GeneralizedTime in UTC with any fraction of a second (RFC 3161, 2.4.2); beyond microseconds it is cut."""
    text = content.decode("ascii")
    if not text.endswith("Z"):
        raise ValueError("a time that is not in UTC")
    seconds, _, fraction = text[:-1].partition(".")
    moment = datetime.strptime(seconds, _SECONDS).replace(tzinfo=UTC)
    if not fraction:
        return moment
    if not fraction.isdecimal():
        raise ValueError("a time with a fraction that is no number")
    return moment.replace(microsecond=int(fraction[:_FRACTION_DIGITS].ljust(_FRACTION_DIGITS, "0")))
