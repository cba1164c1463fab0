"""Tokens of evidence carry what is needed to judge them: the authority's chain and revocation lists (RFC 4998, 5.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import structlog
from asn1crypto import cms as asn1_cms
from cryptography import x509

from signing.cms import der_of
from signing.errors import RevocationUnavailable
from signing.evidence import with_validation_data
from signing.revocation import RevocationSource
from signing.revocation_checks import RevocationKind
from signing.timestamp import certificate_of
from signing.tokens import token_info
from signing.trust import TrustStore, chain_of, crl_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TokenMeans:
    """Where the validation data of a token come from."""

    trust: TrustStore
    revocation: RevocationSource
    at: datetime


def filled(token: bytes, means: TokenMeans) -> bytes:
    """The token with its authority's chain, and a list of each issuer in it, as they are now.

    What no list can be had of is left out: whoever judges needs a list of their own then.

    :raises NotSignable: the authority leads to no anchor (rule "chain")
    :raises TimestampFailed: no token, or one without its authority's certificate
    """
    signed_data = asn1_cms.ContentInfo.load(token)["content"]
    path = chain_of(der_of(certificate_of(signed_data)), token_info(token).certificates, means.trust)
    crls = [crl for one, issuer in pairwise(path) for crl in _lists(one, issuer, means)]
    return with_validation_data(token, (der_of(one) for one in path), crls)


def _lists(certificate: x509.Certificate, issuer: x509.Certificate, means: TokenMeans) -> Iterator[bytes]:
    known = [one for one in means.trust.crls if crl_of(one, der_of(issuer)) is not None]
    if known:
        yield from known
        return
    try:
        found = means.revocation.about(certificate, issuer, at=means.at)
    except RevocationUnavailable as error:
        log.warning("signing.evidence_without_list", reason=str(error))
        return
    if found.kind is RevocationKind.CRL:
        yield found.der
