"""When evidence has to be renewed, and in which way: before whatever holds it up ends (RFC 4998, 5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from asn1crypto import cms as asn1_cms

from signing.acceptable import ACCEPTED_UNTIL
from signing.evidence import ArchiveTimestamp
from signing.evidence_validation import key_kind
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


def renewal_term(newest: ArchiveTimestamp, accepted_until: Mapping[str, date | None] = ACCEPTED_UNTIL) -> RenewalTerm:
    """Of the newest archive timestamp of a record or a batch.

    :raises TimestampFailed: its token is none
    """
    certificate = require_authentic(asn1_cms.ContentInfo.load(newest.token)["content"])
    kind = key_kind(certificate)
    ends = certificate.not_valid_after_utc
    terms = [RenewalTerm(ends, Renewal.TIMESTAMP, f"the authority's certificate ends on {ends:%Y-%m-%d}")]
    for name, renewal in ((kind, Renewal.TIMESTAMP), (newest.algorithm, Renewal.HASH_TREE)):
        last = accepted_until.get(name, date.min)
        if last is not None:
            end = datetime.combine(last, time.max, UTC)
            terms.append(RenewalTerm(end, renewal, f"{name} is believed until {last}"))
    # of two that end together the one that needs the objects also does what the other would
    return min(terms, key=lambda term: (term.until, term.kind is Renewal.TIMESTAMP))
