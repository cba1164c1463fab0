"""Until when a document's newest archive timestamp proves anything: before that it must be renewed, or covered."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from signing.algorithms import Acceptance, acceptance_of, label_of, public_key_of
from signing.errors import DocumentUnusable
from signing.levels import document_state
from signing.request import SignatureLevel
from signing.timestamp import certificate_of


@dataclass(frozen=True, slots=True)
class RenewalDue:
    """The end of what a document's newest timestamp proves."""

    ends_at: datetime
    why: str
    """which certificate or algorithm ends"""


def renewal_due(pdf: bytes) -> RenewalDue | None:
    """When the newest archive timestamp ends: with its authority's certificate or algorithms.

    None: the document is not at B-LTA, so that there is nothing to renew.

    :raises DocumentUnusable: no signed PDF
    """
    state = document_state(pdf)
    if state.level is not SignatureLevel.B_LTA:
        return None
    if not state.timestamps:
        raise DocumentUnusable("B-LTA without a timestamp")
    certificate = certificate_of(state.timestamps[-1].signed_data)
    who = certificate.subject.rfc4514_string()
    ends = [RenewalDue(certificate.not_valid_after_utc, f"certificate of {who}")]
    for acceptance in _algorithms(state.timestamps[-1].signed_data, certificate):
        if acceptance.until is not None:
            until = datetime.combine(acceptance.until, time.min, UTC)
            ends.append(RenewalDue(until, f"{label_of(acceptance)}, used by {who}"))
    return min(ends, key=lambda one: one.ends_at)


def _algorithms(token: Any, certificate: x509.Certificate) -> list[Acceptance]:
    """Of the token's digest and of its authority's key."""
    (signer_info,) = token["signer_infos"]
    key = public_key_of(certificate)
    kind = "rsa" if isinstance(key, rsa.RSAPublicKey) else "ecdsa"
    digest = signer_info["digest_algorithm"]["algorithm"].native
    found = (acceptance_of(digest), acceptance_of(kind, key.key_size))
    return [one for one in found if one is not None]
