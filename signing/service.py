"""The door of the signing room: allot fields, prepare, complete, sign, raise the level, validate."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from signing import pades
from signing.algorithms import ecdsa_der
from signing.cms import Signer, signed_attributes, signed_data, signer_of
from signing.errors import NotSignable, RoomTooSmall, TimestampFailed
from signing.evidence_tokens import TokenMeans, filled
from signing.fetching import HttpTransport
from signing.foreign import covered, require_foreign
from signing.keys import SigningKey
from signing.levels import Missing, document_state, missing
from signing.raising import Means, raised, renewed
from signing.renewal import RenewalDue, renewal_due
from signing.report import ValidationReport, Verdict, require_passed
from signing.request import PreparedSignature, SignatureLevel, SignatureRequest, SignedDocument
from signing.revocation import RevocationSource
from signing.signable import require_signable
from signing.structure import read_attachment
from signing.timestamp import Timestamper, TimestampToken, request_token
from signing.trust import TrustStore, read_trust
from signing.validation import validate, verify_files

__all__ = [
    "Missing",
    "PreparedSignature",
    "RenewalDue",
    "SignatureLevel",
    "SignatureRequest",
    "SignedDocument",
    "Signing",
    "TrustStore",
    "ValidationReport",
    "Verdict",
    "covered",
    "document_state",
    "missing",
    "read_attachment",
    "read_trust",
    "renewal_due",
    "require_passed",
    "require_signable",
    "verify_files",
]

ATTRIBUTES_ROOM = 2048
"""bytes of a CMS beside certificates and timestamp"""
TOKEN_ROOM = 8192
"""bytes of a timestamp token at most, and as long as none has been seen"""
TOKEN_SPARE = 256

log = structlog.get_logger(__name__)


class Signing:
    """Makes and judges signatures. Keeps nothing; thread-safe.

    :param timestamper: None: signatures stay at B-B
    :param trust: the office's trust now, asked at each signature; None: the chain of the request counts as trusted
    :param revocation: where B-LT's data come from; None: over HTTP, and not kept
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        timestamper: Timestamper | None = None,
        trust: Callable[[], TrustStore] | None = None,
        revocation: RevocationSource | None = None,
    ) -> None:
        self._clock = clock
        self._timestamper = timestamper
        self._trust = trust
        self._revocation = revocation or RevocationSource(HttpTransport())
        self._largest_token = 0

    def allot_fields(self, pdf: bytes, fields: Sequence[str], *, closing: str | None = None) -> bytes:
        """`pdf` with empty, invisible signature fields appended; the signature in `closing` will lock the document.

        :raises FieldUnavailable: a name is taken
        :raises DocumentUnusable: not a PDF that can be signed
        """
        return pades.allot_fields(pdf, fields, closing=closing)

    def prepare(self, request: SignatureRequest) -> PreparedSignature:
        """What the key has to sign; plain data that any process completes later.

        :raises FieldUnavailable: no such field, or signed already
        :raises DocumentLocked: certified against further signatures
        :raises CertificateUnusable: unreadable certificate or unfit key
        """
        # /M tells whole seconds of UTC; what we report is what stands there
        request = replace(request, claimed_at=request.claimed_at.astimezone(UTC).replace(microsecond=0))
        signer = signer_of(request.certificate, request.chain)
        level = min(request.level, SignatureLevel.B_T, key=lambda one: one.rank)
        room = _room(signer) + request.spare + (self._token_room if level is SignatureLevel.B_T else 0)
        placeholder = pades.prepare_signature(request, digest=signer.mechanism.digest, room=room)
        return PreparedSignature(
            pdf=placeholder.pdf,
            field=request.field,
            digest=placeholder.digest,
            reserved=placeholder.reserved,
            to_be_signed=signed_attributes(signer, placeholder.digest),
            certificate=request.certificate,
            chain=request.chain,
            level=level,
            claimed_at=request.claimed_at,
        )

    def complete(self, prepared: PreparedSignature, signature: bytes) -> SignedDocument:
        """Check the signature value and embed it; with a timestamp, if one is wanted and the authority answers.

        :param signature: PKCS#1 v1.5, or ECDSA as DER or as r‖s, which WebCrypto gives
        :raises NotSignable: value, digest, certificate, chain, validity or revocation; `rule` says which
        """
        trust = None if self._trust is None else self._trust()
        signer = signer_of(prepared.certificate, prepared.chain)
        signature = ecdsa_der(signer.public_key, signature)
        require_signable(prepared, signature, trust=trust, at=self._clock())
        return self._embedded(prepared, signer, prepared.to_be_signed, signature)

    def complete_cms(self, prepared: PreparedSignature, cms: bytes) -> SignedDocument:
        """The same with a complete CMS from an agent or a service, detached, over `covered(prepared)`.

        :raises NotSignable: `rule` as `require_foreign` has it
        """
        trust = None if self._trust is None else self._trust()
        foreign = require_foreign(prepared, cms, trust=trust, at=self._clock())
        return self._embedded(prepared, foreign.signer, foreign.attributes, foreign.value)

    def _embedded(
        self, prepared: PreparedSignature, signer: Signer, attributes: bytes, signature: bytes
    ) -> SignedDocument:
        token = self._token(signature, prepared)
        cms = signed_data(signer, attributes, signature, token=token.der if token else None)
        placeholder = pades.Placeholder(prepared.pdf, prepared.digest, prepared.reserved)
        return SignedDocument(
            pdf=placeholder.filled(cms),
            level=SignatureLevel.B_T if token else SignatureLevel.B_B,
            claimed_at=prepared.claimed_at,
            proven_at=token.proven_at if token else None,
            certificate_serial=f"{signer.certificate.serial_number:x}",
        )

    def sign(self, request: SignatureRequest, key: SigningKey) -> SignedDocument:
        """Prepare, sign with a key at hand, complete.

        :raises NotSignable: the key is not the certificate's, or `complete` refuses
        """
        if key.certificate != request.certificate:
            raise NotSignable("certificate", "the key belongs to another certificate than the one requested")
        prepared = self.prepare(request)
        return self.complete(prepared, key.sign(prepared.to_be_signed))

    def raise_level(self, pdf: bytes, level: SignatureLevel) -> SignedDocument:
        """Append what the level needs; no byte of `pdf` changes. Already there: `pdf` comes back as it was.

        :raises TimestampFailed: the authority did not answer; try again later
        :raises RevocationUnavailable: no revocation data that would do; try again later
        :raises CertificateRevoked: revoked before what it signed was proven to exist
        :raises NotSignable: a certificate leads to no anchor (rule "chain")
        :raises LevelNotOffered: B-LT and B-LTA, where no trust is configured
        :raises DocumentUnusable: no signed PDF
        """
        return raised(pdf, level, self._means())

    def renew(self, pdf: bytes) -> SignedDocument:
        """Append validation data about the newest timestamps of a B-LTA document, and a timestamp over them.

        :raises LevelNotOffered: it is not at B-LTA, or no trust is configured
        :raises TimestampFailed, RevocationUnavailable, CertificateRevoked: as `raise_level`
        """
        return renewed(pdf, self._means())

    def stamp(self, digest: bytes, algorithm: str = "sha256") -> TimestampToken:
        """A checked timestamp token over a digest, with what is needed to judge it later in it.

        :param algorithm: of the digest: sha256, sha384 or sha512
        :raises TimestampFailed: the authority did not answer
        :raises NotSignable: the authority leads to no anchor (rule "chain")
        """
        token = self._requested(digest, algorithm)
        return replace(token, der=self.fill_token(token.der))

    def fill_token(self, token: bytes) -> bytes:
        """The same token with its authority's newest revocation lists: to be done before a renewal hashes it.

        :raises NotSignable: the authority leads to no anchor (rule "chain")
        """
        trust = self._trust() if self._trust is not None else TrustStore()
        return filled(token, TokenMeans(trust, self._revocation, self._clock()))

    def validate(self, pdf: bytes, trust: TrustStore, *, at: datetime) -> ValidationReport:
        """Judge a document at `at`. Never raises: whatever the bytes are, there is a verdict."""
        return validate(pdf, trust, at=at)

    def _token(self, signature: bytes, prepared: PreparedSignature) -> TimestampToken | None:
        """A signature timestamp; none costs a level, never the signature."""
        if prepared.level is SignatureLevel.B_B or self._timestamper is None:
            return None
        try:
            token = self._requested(hashlib.sha256(signature).digest())
        except TimestampFailed as error:
            log.warning("signing.timestamp_failed", field=prepared.field, reason=str(error))
            return None
        start, end = prepared.reserved
        if len(token.der) > (end - start - 2) // 2 - _room(signer_of(prepared.certificate, prepared.chain)):
            log.warning("signing.timestamp_too_large", field=prepared.field, bytes=len(token.der))
            return None
        return token

    def _means(self) -> Means:
        return Means(
            stamped=self._stamped,
            trust=self._trust() if self._trust is not None else None,
            revocation=self._revocation,
            at=self._clock(),
        )

    def _requested(self, digest: bytes, algorithm: str = "sha256") -> TimestampToken:
        if self._timestamper is None:
            raise TimestampFailed("no time-stamping authority is configured")
        token = request_token(self._timestamper, digest, at=self._clock(), algorithm=algorithm)
        self._largest_token = max(self._largest_token, len(token.der))
        return token

    @property
    def _token_room(self) -> int:
        """Bytes kept for a token: as the authority's have been so far. Every reader reads all of them, each time."""
        seen = self._largest_token
        return min(TOKEN_ROOM, seen + seen // 4 + TOKEN_SPARE) if seen else TOKEN_ROOM

    def _stamped(self, pdf: bytes) -> bytes:
        """With a document timestamp; a token larger than any before gets its room in a second try."""

        def token_over(digest: bytes) -> bytes:
            return self._requested(digest).der

        try:
            return pades.append_timestamp(pdf, token_over, room=self._token_room)
        except RoomTooSmall:
            return pades.append_timestamp(pdf, token_over, room=self._token_room)


def _room(signer: Signer) -> int:
    """Bytes kept for the CMS; an estimate by pyHanko's dry run would cost a third of the signature."""
    return len(signer.certificates) + 2 * len(signer.identifier) + ATTRIBUTES_ROOM
