"""What the archive can prove: evidence batches, and reports of the audit."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.queries.proof_pages import audit_list, audit_report, evidence_page
from processes.use_cases.start_audit import start_audit
from processes.use_cases.view_document import ViewDocument, view_evidence
from web.current import my_id, office
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("proof", __name__, url_prefix="/archive/proof")


@pages.get("/evidence")
@signed_in_only
def evidence() -> str:
    """Every batch, and until when it holds."""
    return render_template("proof_evidence.html", status=evidence_page(office(), my_id()))


@pages.get("/audits")
@signed_in_only
def audits() -> str:
    """The newest audits."""
    return render_template("proof_audits.html", audits=audit_list(office(), my_id()))


@pages.get("/audits/<uuid:report_id>")
@signed_in_only
def audit(report_id: UUID) -> str:
    """One audit with its findings."""
    report, names = audit_report(office(), report_id, my_id())
    return render_template("proof_audit.html", report=report, names=names)


@pages.post("/audits")
@signed_in_only
def begin() -> BaseResponse:
    """Audit everything now."""
    start_audit(office(), my_id())
    flash(_("The audit begins. This page shows how far it is."))
    return redirect(url_for("proof.audits"))


@pages.get("/records/<uuid:document_id>.ers")
@signed_in_only
def record(document_id: UUID) -> Response:
    """The evidence record of a document's newest covered revision."""
    name, content = view_evidence(office(), ViewDocument(document_id=document_id, by=my_id()))
    return Response(
        content,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
