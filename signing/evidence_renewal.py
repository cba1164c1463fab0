"""When evidence has to be renewed, and in which way: before whatever holds it up ends (RFC 4998, 5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from asn1crypto import cms as asn1_cms

from signing.algorithms import acceptance_of, end_of, kind_of, public_key_of
from signing.evidence import ArchiveTimestamp
from signing.timestamp import require_authentic


class Renewal(StrEnum):
    """The two kinds."""

    TIMESTAMP = "timestamp"
    """the old token is stamped anew; nobody has to read the objects"""
    HASH_TREE = "hash-tree"
    """the objects are read and hashed by a stronger algorithm"""


@dataclass(frozen=True, slots=True)
class RenewalTerm:
    """Until when evidence holds as it is, and what has to be done before."""

    until: datetime
    """the end of the authority's certificate or of an algorithm, whichever is sooner"""
    kind: Renewal
    because: str

    def due(self, at: datetime, ahead: timedelta) -> bool:
        """Whether it has to be done now, if it is to be done this long before the end."""
        return at >= self.until - ahead


def renewal_term(newest: ArchiveTimestamp, sooner: Mapping[str, date] | None = None) -> RenewalTerm:
    """Of the newest archive timestamp of a record or a batch.

    :param sooner: days on which the office stops believing an algorithm earlier than `ACCEPTABLE` says, by its label
    :raises TimestampFailed: its token is none
    """
    certificate = require_authentic(asn1_cms.ContentInfo.load(newest.token)["content"])
    ends = certificate.not_valid_after_utc
    key = public_key_of(certificate)
    terms = [RenewalTerm(ends, Renewal.TIMESTAMP, f"the authority's certificate ends on {ends:%Y-%m-%d}")]
    rows = ((kind_of(key), key.key_size, Renewal.TIMESTAMP), (newest.algorithm, 0, Renewal.HASH_TREE))
    for name, bits, kind in rows:
        found = acceptance_of(name, bits)
        last = date.min if found is None else end_of(found, sooner)
        if last is not None:
            end = datetime.combine(last, time.min, UTC)
            terms.append(RenewalTerm(end, kind, f"{name} is believed until {last}"))
    # of two that end together the one that needs the objects also does what the other would
    return min(terms, key=lambda term: (term.until, term.kind is Renewal.TIMESTAMP))
