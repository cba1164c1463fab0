"""The administrator's pages."""

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import EntryRefused
from processes.queries.admin import audit_trail, outbox
from processes.queries.certificates import certificate_requests, certificates, request_pem
from processes.queries.incidents import incidents
from processes.use_cases.grant_certificate import GrantCertificate, grant_certificate
from processes.use_cases.register_key_file import LARGEST
from web.current import my_id, office
from web.entries import refused
from web.findings import PageFinding
from web.requests import number
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("admin", __name__, url_prefix="/admin")
MAX_TEXT = 200


@pages.get("/certificates")
@signed_in_only
def certificate_list() -> str:
    """Certificates, those that need attention first."""
    return _certificates([])


@pages.get("/certificates/requests/<uuid:request_id>.csr")
@signed_in_only
def certificate_request(request_id: UUID) -> Response:
    """A request, PKCS#10, for the outside authority."""
    answer = Response(request_pem(office(), my_id(), request_id), mimetype="application/pkcs10")
    answer.headers["Content-Disposition"] = f'attachment; filename="{request_id}.csr"'
    return answer


@pages.post("/certificates/requests/<uuid:request_id>")
@signed_in_only
def certificate_granted(request_id: UUID) -> BaseResponse | Response:
    """The certificate that the outside authority has issued."""
    sent = request.files.get("certificate")
    content = sent.stream.read(LARGEST + 1) if sent else b""
    try:
        grant_certificate(office(), GrantCertificate(by=my_id(), request_id=request_id, content=content))
    except EntryRefused as error:
        return make_response(_certificates([refused(error)]), 422)
    flash(_("The certificate is entered: its holder signs with it from now on."), "ok")
    return redirect(url_for("admin.certificate_list"))


def _certificates(findings: list[PageFinding]) -> str:
    return render_template(
        "admin_certificates.html",
        certificates=certificates(office(), my_id()),
        requests=certificate_requests(office(), my_id()),
        findings=findings,
    )


@pages.get("/outbox")
@signed_in_only
def outbox_list() -> str:
    """Notices, sent or waiting."""
    return render_template(
        "admin_outbox.html",
        outbox=outbox(office(), my_id(), number(request.args.get("page"))),
        page_url=lambda n: url_for("admin.outbox_list", page=n),
    )


@pages.get("/incidents")
@signed_in_only
def incident_list() -> str:
    """Jobs that failed."""
    return render_template("admin_incidents.html", incidents=incidents(office(), my_id()))


@pages.get("/audit")
@signed_in_only
def audit() -> str:
    """The audit trail."""
    action, text = request.args.get("action", "")[:MAX_TEXT], request.args.get("text", "")[:MAX_TEXT]
    return render_template(
        "admin_audit.html",
        trail=audit_trail(office(), my_id(), action=action, text=text, page=number(request.args.get("page"))),
        action=action,
        text=text,
        page_url=lambda n: url_for("admin.audit", **{**request.args, "page": n}),
    )
