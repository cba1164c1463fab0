"""The pilot authority's OCSP responder, on the office's clock (RFC 6960). Not qualified."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.algorithms import mechanism_of
from signing.cms import load_certificate
from signing.keys.software import SoftwareKey
from signing.revocation_checks import names_issuer

OCSP_RESPONSE = "application/ocsp-response"
LIFE = timedelta(days=1)
"""from thisUpdate to nextUpdate"""
LONGEST_NONCE = 32
"""octets echoed (RFC 8954, 2.1)"""


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that is revoked."""

    serial: str
    at: datetime
    reason: str = "unspecified"
    """a CRLReason: keyCompromise, affiliationChanged, superseded, cessationOfOperation … (RFC 5280, 5.3.1)"""


StatusOf = Callable[[str], Revoked | bool]
"""by serial (lower-case hex): how it was revoked; True: issued and good; False: never issued"""


@dataclass(frozen=True)
class PilotResponder:
    """Answers about the certificates of one issuer."""

    key: SoftwareKey = field(repr=False)
    issuer: bytes = field(repr=False)
    """DER"""
    status_of: StatusOf
    clock: Callable[[], datetime]

    def respond(self, request: bytes) -> bytes:
        """The answer to a request about one certificate, or a refusal that says why. DER both."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
            # of a request about several certificates, which nobody sends, cryptography reads none
            ours = names_issuer(asked, self._certificate)
        except (ValueError, NotImplementedError, UnsupportedAlgorithm):
            return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if not ours:
            return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        return self._answer(asked)

    def _answer(self, asked: ocsp.OCSPRequest) -> bytes:
        found = self.status_of(f"{asked.serial_number:x}")
        now = self.clock().astimezone(UTC).replace(microsecond=0)
        revoked = found if isinstance(found, Revoked) else None
        status = ocsp.OCSPCertStatus.GOOD if found else ocsp.OCSPCertStatus.UNKNOWN
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=asked.issuer_name_hash,
                issuer_key_hash=asked.issuer_key_hash,
                serial_number=asked.serial_number,
                algorithm=asked.hash_algorithm,
                cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else status,
                this_update=now,
                next_update=now + LIFE,
                revocation_time=revoked.at.astimezone(UTC).replace(microsecond=0) if revoked else None,
                revocation_reason=x509.ReasonFlags(revoked.reason) if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self._responder)
            .certificates([self._responder])
        )
        nonce = _nonce(asked)
        if nonce is not None:
            builder = builder.add_extension(nonce, critical=False)
        algorithm = mechanism_of(self.key.private_key.public_key()).hash()
        return builder.sign(self.key.private_key, algorithm).public_bytes(Encoding.DER)

    @cached_property
    def _certificate(self) -> x509.Certificate:
        return load_certificate(self.issuer)

    @cached_property
    def _responder(self) -> x509.Certificate:
        return load_certificate(self.key.certificate)


def _nonce(asked: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    try:
        nonce = asked.extensions.get_extension_for_class(x509.OCSPNonce).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    return nonce if 0 < len(nonce.nonce) <= LONGEST_NONCE else None


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
