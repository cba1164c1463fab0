"""Where the pilot authority publishes its certificates and lists, and answers OCSP and timestamp requests over HTTP.

RFC 5280, 4.2.1.13; RFC 2585; RFC 6960, appendix A; RFC 3161, 3.4. Machines ask here: no session, no form, no cookie.
"""

import base64
import binascii
from urllib.parse import unquote

from flask import Blueprint, Response, abort, request

from processes.pilot_authority import (
    OCSP_REQUEST,
    OCSP_RESPONSE,
    TIMESTAMP_QUERY,
    TIMESTAMP_REPLY,
    answer_ocsp,
    answer_timestamp,
)
from processes.trust import authority_certificate, current_lists
from web.app_limits import limiter
from web.current import office

pages = Blueprint("pki", __name__, url_prefix="/pki")
MINUTES_FRESH = 15
LARGEST_QUESTION = 8 * 1024
"""bytes of a request; a real one has a few hundred"""
OFTEN = "600 per minute"
"""of one address: a signature costs processor time"""


@pages.get("/<any(root, issuing):issuer>.crl")
def revocation_list(issuer: str) -> Response:
    """The newest list, DER."""
    answer = Response(current_lists(office())[issuer], mimetype="application/pkix-crl")
    answer.headers["Cache-Control"] = f"public, max-age={MINUTES_FRESH * 60}"
    return answer


@pages.get("/<any(root, issuing, tsa, ocsp):role>.cer")
def certificate(role: str) -> Response:
    """A certificate of the authority, DER."""
    return Response(authority_certificate(office(), role), mimetype="application/pkix-cert")


@pages.post("/ocsp")
@limiter.limit(OFTEN)
def ocsp() -> Response:
    """Whether a certificate is revoked."""
    return Response(answer_ocsp(office(), _question(OCSP_REQUEST)), mimetype=OCSP_RESPONSE)


@pages.get("/ocsp/<path:encoded>")
@limiter.limit(OFTEN)
def ocsp_by_get(encoded: str) -> Response:
    """The same, with the request in the address: base64, then percent-encoded (RFC 6960, A.1)."""
    try:
        question = base64.b64decode(unquote(encoded), validate=True)
    except (binascii.Error, ValueError):
        abort(400)
    return Response(answer_ocsp(office(), question), mimetype=OCSP_RESPONSE)


@pages.post("/tsa")
@limiter.limit(OFTEN)
def timestamp() -> Response:
    """A timestamp token over a digest."""
    return Response(answer_timestamp(office(), _question(TIMESTAMP_QUERY)), mimetype=TIMESTAMP_REPLY)


def _question(kind: str) -> bytes:
    if request.mimetype != kind:
        abort(415)
    question = request.stream.read(LARGEST_QUESTION + 1)
    if len(question) > LARGEST_QUESTION:
        abort(413)
    return question
