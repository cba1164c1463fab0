"""An office with a time-stamping authority and its successor; renewals of evidence as tests need them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from signing_pilot import JUDGED, SetClock

from signing.authority import PilotAuthority, Revoked
from signing.certificates import Certified, Issuer, Profile, authority_name, issue
from signing.cms import der_of, load_certificate
from signing.evidence import Batch, EvidenceRecord, hash_of_token, make_batch, with_validation_data
from signing.evidence_validation import EvidenceTrust, hashes_of
from signing.keys.software import SoftwareKey
from signing.timestamp import request_token
from signing.trust import TrustStore
from signing.tsa import PilotTimestamper

DOCUMENTS = [f"document {number}".encode() for number in range(7)]
LATER = datetime(2033, 5, 1, tzinfo=UTC)
MUCH_LATER = datetime(2041, 5, 1, tzinfo=UTC)


@dataclass
class Office:
    """A time-stamping authority, and its successor, on a clock that tests set."""

    authority: PilotAuthority
    clock: SetClock
    tsa: SoftwareKey

    def stamp(self, digest: bytes, algorithm: str) -> bytes:
        timestamper = PilotTimestamper(self.tsa, self.clock)
        return request_token(timestamper, digest, at=self.clock(), algorithm=algorithm).der

    def succeeded(self) -> "Office":
        """With a new key and certificate, from now on for ten years."""
        key = ec.generate_private_key(ec.SECP256R1())
        root = load_certificate(self.authority.root.certificate)
        certified = Certified(authority_name("TSA 2"), key.public_key(), Profile.TSA, self.clock())
        certificate = issue(certified, Issuer(root, self.authority.root.private_key))
        return replace(self, tsa=SoftwareKey(der_of(certificate), (), key))

    def crl(self, *revoked: Revoked) -> bytes:
        return self.authority.crl("root", revoked, at=self.clock())

    def trust(self, at: datetime = JUDGED, *revoked: Revoked) -> EvidenceTrust:
        store = TrustStore(anchors=(self.authority.root.certificate,), crls=(self.crl(*revoked),))
        return EvidenceTrust(store, at)

    def batch(self, documents: Sequence[bytes] = DOCUMENTS, algorithm: str = "sha256") -> Batch:
        return make_batch(algorithm, [hashes_of(one)(algorithm) for one in documents], self.stamp)


@pytest.fixture
def office(authority: PilotAuthority) -> Office:
    return Office(authority, SetClock(), authority.tsa)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def renewed_by_timestamp(office: Office, record: EvidenceRecord) -> EvidenceRecord:
    """As the law of renewal wants it: first the revocation data go in, then the old token is hashed, among others."""
    filled = record.with_newest_token(with_validation_data(record.newest.token, (), (office.crl(),)))
    own = [hash_of_token(filled.newest)]
    batch = make_batch("sha256", [own, [sha256(b"another old token")]], office.stamp)
    return filled.renewed_by_timestamp(batch.archive_timestamp(own))


def renewed_by_hash_tree(office: Office, record: EvidenceRecord, *documents: bytes) -> EvidenceRecord:
    own = record.rehashed("sha512", hashes_of(*documents)("sha512"))
    batch = make_batch("sha512", [own, hashes_of(b"x")("sha512"), hashes_of(b"y")("sha512")], office.stamp)
    return record.renewed_by_hash_tree(batch.archive_timestamp(own))
