"""Until when a document's newest archive timestamp proves anything: before that it must be renewed, or covered."""

from dataclasses import dataclass
from datetime import datetime

from signing.errors import DocumentUnusable
from signing.levels import document_state
from signing.request import SignatureLevel
from signing.timestamp import certificate_of


@dataclass(frozen=True, slots=True)
class RenewalDue:
    """The end of what a document's newest timestamp proves."""

    ends_at: datetime
    why: str
    """which certificate ends"""


def renewal_due(pdf: bytes) -> RenewalDue | None:
    """When the newest archive timestamp ends: with its authority's certificate.

    None: the document is not at B-LTA, so that there is nothing to renew.

    :raises DocumentUnusable: no signed PDF
    """
    state = document_state(pdf)
    if state.level is not SignatureLevel.B_LTA:
        return None
    if not state.timestamps:
        raise DocumentUnusable("B-LTA without a timestamp")
    certificate = certificate_of(state.timestamps[-1].signed_data)
    return RenewalDue(certificate.not_valid_after_utc, f"certificate of {certificate.subject.rfc4514_string()}")
