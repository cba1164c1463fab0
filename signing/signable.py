"""The gate before embedding: the product takes no signature on trust, not even its own (ETSI EN 319 102-1, 5.2)."""

import hashlib
import hmac
from datetime import datetime

from signing.algorithms import require_acceptable, require_signature
from signing.cms import Signer, signed_attributes, signer_of
from signing.errors import NotSignable
from signing.policy import require_signing_usage
from signing.request import PreparedSignature
from signing.trust import TrustStore, require_chain


def require_signable(prepared: PreparedSignature, signature: bytes, *, trust: TrustStore | None, at: datetime) -> None:
    """The value, the digest, the certificate and its chain are right, now.

    :param trust: None: the chain given with the request counts as trusted (tests and tools)
    :raises NotSignable: `rule` is digest, certificate, value, algorithm, usage, chain, validity or revocation
    """
    signer = signer_of(prepared.certificate, prepared.chain)
    _require_digest(prepared, signer)
    require_signature(signer.public_key, signature, prepared.to_be_signed)
    require_acceptable(signer.public_key, signer.mechanism.digest, at=at)
    require_signing_usage(signer.certificate)
    require_chain(prepared.certificate, prepared.chain, trust, at=at)


def _require_digest(prepared: PreparedSignature, signer: Signer) -> None:
    """The document is the prepared one, and the signed attributes speak of it and of this certificate."""
    start, end = prepared.reserved
    document = memoryview(prepared.pdf)
    digest = signer.mechanism.hashed(document[:start], document[end:])
    if not hmac.compare_digest(digest, prepared.digest):
        raise NotSignable("digest", "the prepared document was changed")
    if not hmac.compare_digest(prepared.to_be_signed, signed_attributes(signer, digest)):
        sha256 = hashlib.sha256(prepared.certificate).hexdigest()
        raise NotSignable("certificate", f"the signed attributes are not those of this document and of {sha256}")
