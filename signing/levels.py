"""Which baseline level a signature has reached (ETSI EN 319 142-1, 6): read from the file, whoever is trusted."""

from dataclasses import dataclass, field
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError

from signing.judgement import Token
from signing.request import SignatureLevel
from signing.structure import Stamp


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """Validation data a document carries (DSS, ISO 32000-2, 12.8.4.3)."""

    certificates: tuple[asn1_x509.Certificate, ...] = field(default=(), repr=False)
    crls: tuple[asn1_crl.CertificateList, ...] = field(default=(), repr=False)
    ocsps: tuple[asn1_ocsp.OCSPResponse, ...] = field(default=(), repr=False)

    def speaks_of(self, certificate: asn1_x509.Certificate) -> bool:
        """There are revocation data about this certificate."""
        return any(one.issuer == certificate.issuer for one in self.crls) or any(
            _names(one, certificate.serial_number) for one in self.ocsps
        )


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


def level_of(stamp: Stamp, tokens: list[Token], store: SecurityStore, reader: PdfFileReader) -> SignatureLevel | None:
    """B-T with an intact timestamp, B-LT with revocation data, B-LTA with a timestamp over those. None: not PAdES.

    :param tokens: timestamps over this signature
    """
    if not stamp.pades:
        return None
    intact = [one for one in tokens if one.intact]
    if not intact:
        return SignatureLevel.B_B
    certificate = stamp.embedded.signer_cert
    if not store.speaks_of(certificate):
        return SignatureLevel.B_T
    archival = any(
        one.field is not None and security_store(reader.get_historical_resolver(one.revision)).speaks_of(certificate)
        for one in intact
    )
    return SignatureLevel.B_LTA if archival else SignatureLevel.B_LT


def _names(response: asn1_ocsp.OCSPResponse, serial: int) -> bool:
    if response["response_status"].native != "successful":
        return False
    answers = response.basic_ocsp_response["tbs_response_data"]["responses"]
    return any(one["cert_id"]["serial_number"].native == serial for one in answers)
