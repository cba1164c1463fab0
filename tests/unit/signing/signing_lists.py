"""Trusted lists made for tests: their operator, their services and the histories of those."""

import base64
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signing_pilot import CREATED, JUDGED
from signxml import SignatureConstructionMethod
from signxml.xades import XAdESSigner

GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
WITHDRAWN = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn"
CA_QC = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
QTST = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
SITES = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication"


@dataclass(frozen=True)
class Operator:
    """Signs trusted lists."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@lru_cache
def operator(name: str = "Scheme operator", begins: datetime = CREATED) -> Operator:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(len(name)).not_valid_before(begins).not_valid_after(begins + timedelta(days=3650))
    return Operator(builder.sign(key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Listed:
    """A service and its statuses, the newest first."""

    certificate: bytes
    statuses: tuple[tuple[str, datetime], ...] = ((GRANTED, CREATED),)
    kind: str = CA_QC
    name: str = "Issuing"
    extension: str = ""


@dataclass(frozen=True)
class ListText:
    """A list before it is signed."""

    services: tuple[Listed, ...] = ()
    sequence: int = 7
    version: int = 6
    kind: str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric"
    issued_at: datetime = CREATED
    next_update: datetime | None = field(default=JUDGED + timedelta(days=90))

    def xml(self) -> bytes:
        ends = f"<NextUpdate><dateTime>{stamp(self.next_update)}</dateTime></NextUpdate>" if self.next_update else ""
        services = "".join(map(service, self.services))
        return (
            '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list" '
            'TSLTag="http://uri.etsi.org/19612/TSLTag"><SchemeInformation>'
            f"<TSLVersionIdentifier>{self.version}</TSLVersionIdentifier>"
            f"<TSLSequenceNumber>{self.sequence}</TSLSequenceNumber><TSLType>{self.kind}</TSLType>"
            '<SchemeOperatorName><Name xml:lang="az">Nazirlik</Name><Name xml:lang="en">The Ministry</Name>'
            "</SchemeOperatorName><SchemeTerritory>AZ</SchemeTerritory>"
            f"<ListIssueDateTime>{stamp(self.issued_at)}</ListIssueDateTime>{ends}</SchemeInformation>"
            "<TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName>"
            '<Name xml:lang="en">Provider</Name></TSPName></TSPInformation>'
            f"<TSPServices>{services}</TSPServices></TrustServiceProvider></TrustServiceProviderList>"
            "</TrustServiceStatusList>"
        ).encode()

    def signed(self, by: Operator | None = None) -> bytes:
        return signed(self.xml(), by or operator())


def signed(xml: bytes, by: Operator) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        signer = XAdESSigner(
            method=SignatureConstructionMethod.enveloped, signature_algorithm="ecdsa-sha256", digest_algorithm="sha256"
        )
        root = signer.sign(etree.fromstring(xml), key=by.key, cert=[by.certificate])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def service(one: Listed) -> str:
    der = base64.b64encode(one.certificate).decode()
    told = f"<Extension><AdditionalServiceInformation><URI>{one.extension}</URI></AdditionalServiceInformation>"
    extension = f"<ServiceInformationExtensions>{told}</Extension></ServiceInformationExtensions>"
    (now, *earlier) = [
        f"<ServiceTypeIdentifier>{one.kind}</ServiceTypeIdentifier>"
        f'<ServiceName><Name xml:lang="en">{one.name}</Name></ServiceName><ServiceDigitalIdentity><DigitalId>'
        f"<X509Certificate>{der}</X509Certificate></DigitalId></ServiceDigitalIdentity>"
        f"<ServiceStatus>{status}</ServiceStatus><StatusStartingTime>{stamp(begins)}</StatusStartingTime>"
        for status, begins in one.statuses
    ]
    history = "".join(f"<ServiceHistoryInstance>{each}</ServiceHistoryInstance>" for each in earlier)
    information = f"<ServiceInformation>{now}{extension if one.extension else ''}</ServiceInformation>"
    return f"<TSPService>{information}<ServiceHistory>{history}</ServiceHistory></TSPService>"


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
