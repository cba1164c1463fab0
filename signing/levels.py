"""Which baseline level a signature has reached (ETSI EN 319 142-1, 6): read from the file, whoever is trusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from signing.errors import DocumentUnusable
from signing.expected import awaited, expected_signatures
from signing.request import SignatureLevel, SignedDocument
from signing.structure import Broken, Stamp, open_pdf, stamps_of

LONGEST_CHAIN = 8


class Missing(StrEnum):
    """What a signature still waits for on its way up."""

    TIMESTAMP = "timestamp"
    VALIDATION_DATA = "validation data"
    ARCHIVE_TIMESTAMP = "archive timestamp"


_STEPS = (
    (SignatureLevel.B_T, Missing.TIMESTAMP),
    (SignatureLevel.B_LT, Missing.VALIDATION_DATA),
    (SignatureLevel.B_LTA, Missing.ARCHIVE_TIMESTAMP),
)


def missing(level: str | None, wanted: SignatureLevel = SignatureLevel.B_LTA) -> tuple[Missing, ...]:
    """What lies between a level and the wanted one, in the order it is appended; no level: nothing can be."""
    if level is None:
        return ()
    reached = SignatureLevel(level).rank
    return tuple(what for step, what in _STEPS if reached < step.rank <= wanted.rank)


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """Validation data a document carries (DSS, ISO 32000-2, 12.8.4.3)."""

    certificates: tuple[asn1_x509.Certificate, ...] = field(default=(), repr=False)
    crls: tuple[asn1_crl.CertificateList, ...] = field(default=(), repr=False)
    ocsps: tuple[asn1_ocsp.OCSPResponse, ...] = field(default=(), repr=False)

    def speaks_of(
        self,
        certificate: asn1_x509.Certificate,
        others: Iterable[asn1_x509.Certificate] = (),
        *,
        after: datetime | None = None,
    ) -> bool:
        """There are revocation data about this certificate and about each issuer above it that the document names.

        A self-signed certificate has none; where no issuer is known, somebody else's trust begins.

        :param others: certificates beside the store's own, such as those in the signature
        :param after: what speaks of the certificate itself was issued no earlier
        """
        known = [*self.certificates, *others]
        current: asn1_x509.Certificate | None = certificate
        for _ in range(LONGEST_CHAIN):
            if current is None or current.subject == current.issuer:
                return True
            if not self._has_data_about(current, after if current is certificate else None):
                return False
            current = next((one for one in known if one.subject == current.issuer), None)
        return True

    def _has_data_about(self, certificate: asn1_x509.Certificate, after: datetime | None) -> bool:
        # such data tell whole seconds
        since = after.replace(microsecond=0) if after else None
        issued = [issued_at(one) for one in self.crls if one.issuer == certificate.issuer]
        issued += [moment for one in self.ocsps for moment in answered_at(one, certificate.serial_number)]
        return any(since is None or moment >= since for moment in issued)


class Proof(Protocol):
    """A timestamp over a signature, as far as the level goes."""

    @property
    def intact(self) -> bool:
        """Its imprint and its own signature are right."""
        ...

    @property
    def field(self) -> str | None:
        """Of a document timestamp."""
        ...

    @property
    def revision(self) -> int:
        """Of a document timestamp."""
        ...


def security_store(handler: Any) -> SecurityStore:
    """The validation data of a document, or of one of its revisions; empty if there are none."""
    try:
        store = DocumentSecurityStore.read_dss(handler)
    except NoDSSFoundError:
        return SecurityStore()
    return SecurityStore(
        certificates=tuple(store.load_certs()),
        crls=tuple(asn1_crl.CertificateList.load(one.get_object().read_data(DecodePurpose.CRL)) for one in store.crls),
        ocsps=tuple(
            asn1_ocsp.OCSPResponse.load(one.get_object().read_data(DecodePurpose.OCSP_RESPONSE)) for one in store.ocsps
        ),
    )


def level_of(
    stamp: Stamp,
    tokens: Sequence[Proof],
    store: SecurityStore,
    reader: PdfFileReader,
    *,
    after: datetime | None = None,
) -> SignatureLevel | None:
    """B-T with an intact timestamp, B-LT with revocation data, B-LTA with a timestamp over those. None: not PAdES.

    :param tokens: timestamps over this signature
    :param after: revocation data about the signer issued earlier do not count; the standard asks for no such thing
    """
    if not stamp.pades:
        return None
    intact = [one for one in tokens if one.intact]
    if not intact:
        return SignatureLevel.B_B
    certificate, others = stamp.embedded.signer_cert, stamp.embedded.other_embedded_certs
    if not store.speaks_of(certificate, others, after=after):
        return SignatureLevel.B_T
    archival = any(
        one.field is not None
        and security_store(reader.get_historical_resolver(one.revision)).speaks_of(certificate, others, after=after)
        for one in intact
    )
    return SignatureLevel.B_LTA if archival else SignatureLevel.B_LT


@dataclass(frozen=True, slots=True)
class Stamped:
    """A timestamp as it stands in the file, unjudged."""

    proves: datetime
    signed_data: Any
    field: str | None = None
    revision: int = -1
    intact: bool = True


@dataclass(frozen=True, slots=True)
class SignatureState:
    """A signature as it stands in the file, unjudged."""

    stamp: Stamp
    level: SignatureLevel
    tokens: tuple[Stamped, ...]
    """timestamps over it"""

    @property
    def proven_at(self) -> datetime | None:
        """The earliest time a timestamp states."""
        return min((one.proves for one in self.tokens), default=None)


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A signed document as it stands, unjudged: what it carries and how far it has come."""

    signatures: tuple[SignatureState, ...]
    """oldest first; at least one"""
    timestamps: tuple[Stamped, ...]
    """document timestamps, oldest first"""
    outstanding: tuple[str, ...]
    """what step.json's expected signatures still wait for, a sentence each"""

    @property
    def level(self) -> SignatureLevel:
        """Of the weakest signature."""
        return min((one.level for one in self.signatures), key=lambda one: one.rank)

    def described(self, pdf: bytes) -> SignedDocument:
        """The document with its newest signature."""
        newest = self.signatures[-1]
        return SignedDocument(
            pdf=pdf,
            level=self.level,
            claimed_at=newest.stamp.claimed_at,
            proven_at=newest.proven_at,
            certificate_serial=f"{newest.stamp.embedded.signer_cert.serial_number:x}",
        )


def document_state(pdf: bytes, *, grace: timedelta = timedelta()) -> DocumentState:
    """Read what a signed document carries; nothing is validated.

    :param grace: revocation data about a signer count when issued so long after the signature
    :raises DocumentUnusable: no signed PDF, or a signature nobody can read
    """
    try:
        reader = open_pdf(pdf)
        stamps, broken = stamps_of(reader)
        _require_readable(broken)
        timestamps = tuple(_stamped(one) for one in stamps if one.is_timestamp)
        store = security_store(reader)
        read = partial(_state, timestamps=timestamps, store=store, reader=reader, grace=grace)
        signatures = tuple(read(one) for one in stamps if not one.is_timestamp)
        expected = expected_signatures(reader) or {}
    except DocumentUnusable:
        raise
    except Exception as error:
        raise DocumentUnusable(f"not a signed PDF: {error}") from error
    if not signatures:
        raise DocumentUnusable("not a signed PDF: it has no signature")
    signed = [one.stamp.field for one in signatures]
    return DocumentState(signatures, timestamps, tuple(awaited(expected, signed)))


def _require_readable(broken: Sequence[Broken]) -> None:
    if broken:
        raise DocumentUnusable(f"field {broken[0].field}: {broken[0].reason}")


def _state(
    stamp: Stamp, *, timestamps: tuple[Stamped, ...], store: SecurityStore, reader: PdfFileReader, grace: timedelta
) -> SignatureState:
    attached = tuple(
        Stamped(_time(token), token) for token in extract_tst_data_iter(stamp.embedded.signer_info, signed=False)
    )
    tokens = (*attached, *(one for one in timestamps if one.revision > stamp.revision))
    # a co-signer's own data must be newer than the co-signature, whatever the store held before
    proven_at = min((one.proves for one in tokens), default=None)
    level = level_of(stamp, tokens, store, reader, after=proven_at and proven_at + grace)
    # a foreign signature that is not PAdES gets timestamps and validation data all the same
    return SignatureState(stamp, level or SignatureLevel.B_B, tokens)


def _stamped(stamp: Stamp) -> Stamped:
    token = stamp.embedded.signed_data
    return Stamped(_time(token), token, stamp.field, stamp.revision)


def _time(token: Any) -> datetime:
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def issued_at(crl: asn1_crl.CertificateList) -> datetime:
    """ThisUpdate of a list."""
    moment: datetime = crl["tbs_cert_list"]["this_update"].native
    return moment


def answered_at(response: asn1_ocsp.OCSPResponse, serial: int) -> list[datetime]:
    """ThisUpdate of what an answer says of a certificate."""
    if response["response_status"].native != "successful":
        return []
    answers = response.basic_ocsp_response["tbs_response_data"]["responses"]
    return [one["this_update"].native for one in answers if one["cert_id"]["serial_number"].native == serial]
