"""Where the pilot authority publishes its certificates and revocation lists (RFC 5280, 4.2.1.13; RFC 2585)."""

from flask import Blueprint, Response

from processes.trust import authority_certificate, current_lists
from web.current import office

pages = Blueprint("pki", __name__, url_prefix="/pki")
MINUTES_FRESH = 15


@pages.get("/<any(root, issuing):issuer>.crl")
def revocation_list(issuer: str) -> Response:
    """The newest list, DER."""
    answer = Response(current_lists(office())[issuer], mimetype="application/pkix-crl")
    answer.headers["Cache-Control"] = f"public, max-age={MINUTES_FRESH * 60}"
    return answer


@pages.get("/<any(root, issuing, tsa):role>.cer")
def certificate(role: str) -> Response:
    """A certificate of the authority, DER."""
    return Response(authority_certificate(office(), role), mimetype="application/pkix-cert")
