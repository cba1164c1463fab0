"""What a judgement rests on: anchors, certificates and revocation data, at one time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing import anchoring
from signing.acceptable import DATED_ALGORITHMS
from signing.cms import der_of
from signing.errors import CertificateUnusable, NotSignable
from signing.levels import SecurityStore, answered_at, issued_at
from signing.services import Purpose, TrustedService
from signing.trust import TrustStore, chain_of

Value = TypeVar("Value", asn1_x509.Certificate, asn1_crl.CertificateList)
TIME_TOLERANCE = timedelta(seconds=60)

anchoring.install()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known when a document is judged."""

    at: datetime
    anchors: tuple[asn1_x509.Certificate, ...] = field(repr=False)
    certificates: tuple[asn1_x509.Certificate, ...] = field(repr=False)
    crls: tuple[asn1_crl.CertificateList, ...] = field(repr=False)
    ocsps: tuple[asn1_ocsp.OCSPResponse, ...] = field(default=(), repr=False)
    services: tuple[tuple[TrustedService, asn1_x509.Certificate], ...] = field(default=(), repr=False)
    """of trusted lists; each anchors chains for its purpose, while it was granted"""
    grace: timedelta = timedelta()
    """how long after a signature revocation data about its signer must be issued to count"""

    def context(
        self,
        moment: datetime | None = None,
        *,
        purpose: Purpose = Purpose.SIGNATURES,
        trusted_at: datetime | None = None,
    ) -> ValidationContext:
        """For one path. An earlier moment looks back with today's revocation data: revoked later was not revoked.

        :param trusted_at: when services of trusted lists must have been granted; None: at the moment
        """
        roots = (*self.anchors, *self._granted(purpose, trusted_at or moment or self.at))
        return ValidationContext(
            trust_manager=SimpleTrustManager.build(trust_roots=roots),
            other_certs=self.certificates,
            moment=moment or self.at,
            allow_fetching=False,
            crls=self.crls,
            ocsps=self.ocsps,
            revocation_mode="require",
            algorithm_usage_policy=DATED_ALGORITHMS,
            retroactive_revinfo=moment is not None,
            time_tolerance=TIME_TOLERANCE,
        )

    def against(self, certificate: asn1_x509.Certificate) -> "Knowledge | None":
        """Of what speaks of a certificate, only the lists that may name it as revoked; None: none does.

        A document may carry an answer of before, which says "good" and has not ended yet: it does not outweigh a list
        of afterwards, and revoked for good stays revoked. Whether such a list is genuine is left to who judges by it.
        """
        serial = certificate["tbs_certificate"]["serial_number"].dump()
        others = tuple(one for one in self.crls if one.issuer != certificate.issuer)
        naming = tuple(one for one in self.crls if one.issuer == certificate.issuer and serial in one.dump())
        return replace(self, crls=(*others, *naming), ocsps=()) if naming else None

    def issued_since(self, certificate: asn1_x509.Certificate, moment: datetime) -> "Knowledge":
        """Without the revocation data about a certificate that were issued before a moment."""
        serial = certificate.serial_number
        return replace(
            self,
            crls=tuple(one for one in self.crls if one.issuer != certificate.issuer or issued_at(one) >= moment),
            ocsps=tuple(one for one in self.ocsps if all(told >= moment for told in answered_at(one, serial))),
        )

    def issued_until(self, moment: datetime) -> "Knowledge":
        """Without the revocation data that were issued after a moment."""
        return replace(
            self,
            crls=tuple(one for one in self.crls if issued_at(one) <= moment),
            ocsps=tuple(one for one in self.ocsps if one.response_data["produced_at"].native <= moment),
        )

    def _granted(self, purpose: Purpose, moment: datetime) -> list[asn1_x509.Certificate]:
        return [certificate for one, certificate in self.services if one.purpose is purpose and one.granted_at(moment)]

    def service_above(self, certificate: bytes, others: Sequence[bytes], purpose: Purpose) -> TrustedService | None:
        """The service of a trusted list that a chain leads to, whether it is granted or not.

        :param certificate: DER, with others that may stand between
        """
        listed = {one.certificate: one for one, _ in self.services if one.purpose is purpose}
        if not listed:
            return None
        between = tuple(one.dump() for one in self.certificates)
        try:
            path = chain_of(certificate, tuple(others), TrustStore(anchors=tuple(listed), intermediates=between))
        except (NotSignable, CertificateUnusable):
            return None
        return listed[der_of(path[-1])]


def knowledge_of(trust: TrustStore, store: SecurityStore, at: datetime) -> Knowledge:
    """What can be read of it: less knowledge can only make a verdict worse."""
    return Knowledge(
        at=at,
        anchors=_readable(asn1_x509.Certificate, trust.anchors),
        certificates=(*_readable(asn1_x509.Certificate, trust.intermediates), *store.certificates),
        crls=(*_readable(asn1_crl.CertificateList, trust.crls), *store.crls),
        ocsps=store.ocsps,
        grace=trust.grace,
        services=tuple(
            (one, certificate)
            for one in trust.services
            for certificate in _readable(asn1_x509.Certificate, (one.certificate,))
        ),
    )


def _readable(kind: type[Value], encoded: Sequence[bytes]) -> tuple[Value, ...]:
    values = []
    for one in encoded:
        try:
            value: Value = kind.load(one, strict=True)
            # asn1crypto parses when asked
            _ = value.issuer.dump()
        except ValueError:
            continue
        values.append(value)
    return tuple(values)
