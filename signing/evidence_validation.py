"""Judging evidence records (RFC 4998, 4.3 and 5.3): what is proven, since when, or which rule says it is not.

Every timestamp has to be valid at the time of the next one, the newest at the time of judging; so has its algorithm.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import new as new_hash
from itertools import pairwise
from typing import Any

from asn1crypto import cms as asn1_cms
from cryptography import x509

from signing.algorithms import public_key_of, require_acceptable
from signing.cms import der_of
from signing.errors import EvidenceUnreadable, NotSignable, SigningError
from signing.evidence import ArchiveTimestamp, EvidenceRecord, bound, hash_of_token, read_record
from signing.hash_trees import fold
from signing.report import Verdict, first_line
from signing.timestamp import CLOCK_TOLERANCE, require_authentic
from signing.tokens import TokenInfo, token_info
from signing.trust import TrustStore, chain_of, crl_of

Hashes = Callable[[str], Sequence[bytes]]
"""digest algorithm → hashes of the objects judged"""

_HARMLESS = frozenset(
    {x509.ReasonFlags.affiliation_changed, x509.ReasonFlags.superseded, x509.ReasonFlags.cessation_of_operation}
)


class EvidenceRule(StrEnum):
    """The rule by which evidence fell."""

    FORMAT = "format"
    NOT_COVERED = "not-covered"
    OTHER_OBJECTS = "other-objects"
    ONE_ALGORITHM = "one-algorithm-a-chain"
    IMPRINT = "imprint"
    ORDER = "order-of-times"
    FUTURE = "time-in-future"
    TOKEN = "token-signature"  # noqa: S105 - a rule, no password
    CHAIN = "authority-chain"
    VALIDITY = "authority-validity"
    REVOKED = "authority-revoked"
    REVOCATION_UNKNOWN = "authority-revocation-unknown"
    ALGORITHM = "algorithm-lifetime"


_FAILED = frozenset(
    {
        EvidenceRule.FORMAT,
        EvidenceRule.NOT_COVERED,
        EvidenceRule.OTHER_OBJECTS,
        EvidenceRule.ONE_ALGORITHM,
        EvidenceRule.IMPRINT,
        EvidenceRule.ORDER,
        EvidenceRule.TOKEN,
    }
)
"""these cannot be mended by more knowledge; the others leave it open"""


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What an evidence record proves about objects."""

    verdict: Verdict
    proven_at: datetime | None
    """the objects existed then; None if nothing is proven"""
    timestamps: tuple[datetime, ...]
    """of all archive timestamps, oldest first, as far as they could be read"""
    rule: EvidenceRule | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Strings and lists only."""
        return {
            "verdict": self.verdict.value,
            "proven_at": None if self.proven_at is None else _told(self.proven_at),
            "timestamps": [_told(one) for one in self.timestamps],
            "rule": None if self.rule is None else self.rule.value,
            "reason": self.reason,
        }


class _Fallen(Exception):
    def __init__(self, rule: EvidenceRule, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class EvidenceTrust:
    """What a judgement rests on."""

    store: TrustStore
    at: datetime
    sooner: Mapping[str, date] | None = None
    """days on which the office stops believing an algorithm earlier than `ACCEPTABLE` says, by its label"""


def validate_evidence(data: bytes, hashes: Hashes, trust: EvidenceTrust) -> EvidenceReport:
    """Judge a record about these objects. Never raises on a record: whatever the bytes are, there is a verdict.

    :param hashes: of one object, or of all objects of a group, by the algorithm asked for
    """
    times: list[datetime] = []
    try:
        record = read_record(data)
        infos = [_info(one) for chain in record.chains for one in chain]
        times += [one.at for one in infos]
        _require_covered(record, infos, hashes)
        _require_order(times, trust)
        for archived, info, valid_at in zip(_timestamps(record), infos, [*times[1:], trust.at], strict=True):
            _require_valid(archived, info, valid_at, trust)
    except EvidenceUnreadable as error:
        return EvidenceReport(Verdict.TOTAL_FAILED, None, tuple(times), EvidenceRule.FORMAT, str(error))
    except _Fallen as error:
        verdict = Verdict.TOTAL_FAILED if error.rule in _FAILED else Verdict.INDETERMINATE
        return EvidenceReport(verdict, None, tuple(times), error.rule, str(error))
    except Exception as error:  # noqa: BLE001 - certificates and lists are parsed lazily; a foreign one may raise anything
        reason = f"a part that cannot be read: {first_line(error)}"
        return EvidenceReport(Verdict.TOTAL_FAILED, None, tuple(times), EvidenceRule.FORMAT, reason)
    return EvidenceReport(Verdict.TOTAL_PASSED, times[0], tuple(times))


def hashes_of(*objects: bytes) -> Hashes:
    """The hashes of objects at hand; each is hashed once an algorithm."""
    return lru_cache(lambda algorithm: [new_hash(algorithm, one).digest() for one in objects])


def _timestamps(record: EvidenceRecord) -> Iterator[ArchiveTimestamp]:
    for chain in record.chains:
        yield from chain


def _info(archived: ArchiveTimestamp) -> TokenInfo:
    try:
        return token_info(archived.token)
    except (ValueError, OverflowError) as error:
        raise EvidenceUnreadable(f"a timestamp token that cannot be read: {error}") from error


def _require_covered(record: EvidenceRecord, infos: list[TokenInfo], hashes: Hashes) -> None:
    """Each chain is over the objects and all older chains; within a chain each timestamp is over the one before."""
    readings = iter(infos)
    for number, chain in enumerate(record.chains):
        algorithm = chain[0].algorithm
        objects = hashes(algorithm)
        covered = set(bound(algorithm, objects, record.chains[:number]))
        for archived in chain:
            if archived.algorithm != algorithm:
                raise _Fallen(EvidenceRule.ONE_ALGORITHM, f"{archived.algorithm} in a chain of {algorithm}")
            _require_imprint(archived, next(readings), covered)
            covered = {hash_of_token(archived)}


def _require_imprint(archived: ArchiveTimestamp, info: TokenInfo, covered: set[bytes]) -> None:
    """The objects are in the first list, and the lists lead to what the token stamps (RFC 4998, 4.3)."""
    lists = archived.lists or (tuple(covered),)
    if not covered <= set(lists[0]):
        raise _Fallen(EvidenceRule.NOT_COVERED, "the record is not about these bytes")
    if len(covered) > 1 and covered != set(lists[0]):
        raise _Fallen(EvidenceRule.OTHER_OBJECTS, "the group of the record has further objects")
    if info.algorithm != archived.algorithm or info.imprint != fold(archived.algorithm, lists):
        raise _Fallen(EvidenceRule.IMPRINT, "a timestamp is over something else than the hash tree")


def _require_order(times: list[datetime], trust: EvidenceTrust) -> None:
    if times != sorted(times):
        raise _Fallen(EvidenceRule.ORDER, "a renewal is older than what it renews")
    if times[-1] > trust.at + CLOCK_TOLERANCE:
        raise _Fallen(EvidenceRule.FUTURE, f"a timestamp of {times[-1]:%Y-%m-%d %H:%M} UTC is in the future")


def _require_valid(archived: ArchiveTimestamp, info: TokenInfo, valid_at: datetime, trust: EvidenceTrust) -> None:
    """The token is authentic, and at this time its authority and its algorithms were still believed."""
    try:
        certificate = require_authentic(asn1_cms.ContentInfo.load(archived.token, strict=True)["content"])
    except SigningError as error:
        raise _Fallen(EvidenceRule.TOKEN, str(error)) from error
    try:
        require_acceptable(public_key_of(certificate), archived.algorithm, at=valid_at, sooner=trust.sooner)
    except NotSignable as error:
        reason = f"{error.reason}, and nothing renewed the evidence before"
        raise _Fallen(EvidenceRule.ALGORITHM, reason) from error
    try:
        path = chain_of(der_of(certificate), info.certificates, trust.store)
    except NotSignable as error:
        raise _Fallen(EvidenceRule.CHAIN, error.reason) from error
    for one in path:
        _require_within(one, info.at, valid_at)
    for one, issuer in pairwise(path):
        _require_not_revoked(one, _lists((*trust.store.crls, *info.crls), der_of(issuer)), info.at, valid_at)


def _require_within(certificate: x509.Certificate, stamped_at: datetime, valid_at: datetime) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= stamped_at <= ends or valid_at > ends:
        who = certificate.subject.rfc4514_string()
        reason = f"{who} was valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}, and nothing renewed the evidence by then"
        raise _Fallen(EvidenceRule.VALIDITY, reason)


def _lists(crls: tuple[bytes, ...], issuer: bytes) -> list[x509.CertificateRevocationList]:
    """Those this issuer signed, kept in the token or known here."""
    return [listed for one in crls if (listed := crl_of(one, issuer)) is not None]


def _require_not_revoked(
    certificate: x509.Certificate, lists: list[x509.CertificateRevocationList], stamped_at: datetime, valid_at: datetime
) -> None:
    who = certificate.subject.rfc4514_string()
    if not lists:
        raise _Fallen(EvidenceRule.REVOCATION_UNKNOWN, f"no revocation list speaks of {who}")
    for listed in lists:
        entry = listed.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and not _harmless(entry, stamped_at) and entry.revocation_date_utc <= valid_at:
            raise _Fallen(EvidenceRule.REVOKED, f"{who} was revoked on {entry.revocation_date_utc:%Y-%m-%d %H:%M} UTC")


def _harmless(entry: x509.RevokedCertificate, stamped_at: datetime) -> bool:
    """Revoked later, for a reason that leaves the timestamps made before as they are (RFC 3161, 4, item 1)."""
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return False
    return reason in _HARMLESS and stamped_at < entry.revocation_date_utc


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
