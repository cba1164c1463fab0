"""Verify a document: by upload or by the code on its page. Plain words first, the ETSI report below."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import NotFound
from processes.use_cases.verify_document import MAX_UPLOAD, Verification, report_as, verify_code, verify_upload
from web.app_limits import UNKNOWN_CODES, limiter, not_found
from web.current import office
from web.findings import PageFinding
from web.texts import gettext as _

pages = Blueprint("verify", __name__, url_prefix="/verify")
Answer = Response | BaseResponse | str
MAX_CODE = 80
REPORTS = {"xml": "application/xml", "json": "application/json"}
"""what a report is downloaded as"""


@pages.get("")
def page() -> Answer:
    """Where a file is chosen or a code typed."""
    code = request.args.get("code", "").strip()[:MAX_CODE]
    return redirect(url_for("verify.by_code", code=code)) if code else _ask()


@pages.post("")
@limiter.limit("20 per minute")
def upload() -> Answer:
    """Verify an uploaded file; it is not kept."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _ask(_("Choose a PDF file first."), "#file", 422)
    content = file.read(MAX_UPLOAD + 1)
    if len(content) > MAX_UPLOAD:
        return _ask(_("The file is larger than 30 MB."), "#file", 413)
    result = verify_upload(office(), content)
    shape = request.form.get("format", "")
    return _report(result, shape) if shape in REPORTS else _shown(result, file.filename)


@pages.get("/<code>")
@limiter.limit(UNKNOWN_CODES, deduct_when=not_found)
def by_code(code: str) -> Answer:
    """Verify an archived document, where the QR on its page leads."""
    try:
        return _shown(verify_code(office(), code[:MAX_CODE]), "", code[:MAX_CODE])
    except NotFound:
        return _ask(_("No document has this code. Compare it with the one on the page."), "#code", 404, code)


@pages.get("/<code>/report.<any(xml, json):shape>")
@limiter.limit(UNKNOWN_CODES, deduct_when=not_found)
def report_by_code(code: str, shape: str) -> Answer:
    """The report on an archived document, for machines."""
    try:
        return _report(verify_code(office(), code[:MAX_CODE]), shape)
    except NotFound:
        return _ask(_("No document has this code. Compare it with the one on the page."), "#code", 404, code)


def _report(result: Verification, shape: str) -> Response:
    answer = Response(report_as(result, shape), mimetype=REPORTS[shape])
    answer.headers["Content-Disposition"] = f'attachment; filename="report.{shape}"'
    return answer


def _ask(text: str = "", href: str = "", status: int = 200, code: str = "") -> Response:
    findings = [PageFinding(text=text, href=href)] if text else []
    return make_response(render_template("verify.html", findings=findings, code=code[:MAX_CODE]), status)


def _shown(result: Verification, name: str, code: str = "") -> str:
    return render_template("verified.html", result=result, report=result.report.as_json(), name=name, code=code)
