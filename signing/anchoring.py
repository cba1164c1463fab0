"""pyHanko takes an issuer that is trusted itself, but not self-signed, for nobody who may sign revocation lists.

Trusted lists name issuing authorities, seldom roots: without this, no list of theirs would ever be believed.
"""

from typing import Any

from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.path import ValidationPath

_truncated = ValidationPath.truncate_to_issuer_and_append


def install() -> None:
    """From now on an anchor's own revocation lists are checked with the anchor's key."""
    ValidationPath.truncate_to_issuer_and_append = _to_anchor


def _to_anchor(path: Any, certificate: Any) -> Any:
    authority = path.trust_anchor.authority
    if isinstance(authority, AuthorityWithCert) and authority.certificate.dump() == certificate.dump():
        # as pyHanko itself does for an anchor that is self-signed
        return ValidationPath(path.trust_anchor, interm=[], leaf=None)
    return _truncated(path, certificate)
