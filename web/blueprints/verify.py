"""Verify a document: by upload or by the code on its page. Plain words first, the ETSI report below."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import NotFound
from processes.use_cases.verify_document import (
    MAX_UPLOAD,
    MOST_FILES,
    Upload,
    Verification,
    report_as,
    verify_code,
    verify_upload,
    verify_uploads,
)
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


def _handed_in() -> list[FileStorage]:
    return [one for one in request.files.getlist("file") if one.filename]


def _cost() -> int:
    """Each file counts; a lot that is refused counts as one knock."""
    number = len(_handed_in())
    return number if 0 < number <= MOST_FILES else 1


@pages.post("")
@limiter.limit("40 per minute", cost=_cost)
def upload() -> Answer:
    """Verify uploaded files; they are not kept. Documents of one case are compared with each other."""
    files = _handed_in()
    if not files:
        return _ask(_("Choose a PDF file first."), "#file", 422)
    if len(files) > MOST_FILES:
        return _ask(_("Choose at most %(most)s files.", most=MOST_FILES), "#file", 413)
    uploads = [Upload(one.filename or "", one.read(MAX_UPLOAD + 1)) for one in files]
    if sum(len(one.content) for one in uploads) > MAX_UPLOAD:
        return _ask(_("The file is larger than 30 MB."), "#file", 413)
    results = [verify_upload(office(), uploads[0].content)] if len(uploads) == 1 else verify_uploads(office(), uploads)
    shape = request.form.get("format", "")
    if shape in REPORTS:
        return _report(results, shape)
    return _shown(results[0], uploads[0].name) if len(results) == 1 else _together(results)


def _together(results: list[Verification]) -> str:
    passed = sum(one.passed for one in results)
    return render_template("verified_many.html", results=results, passed=passed)


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
        return _report([verify_code(office(), code[:MAX_CODE])], shape)
    except NotFound:
        return _ask(_("No document has this code. Compare it with the one on the page."), "#code", 404, code)


def _report(results: list[Verification], shape: str) -> Response:
    answer = Response(report_as(results, shape), mimetype=REPORTS[shape])
    answer.headers["Content-Disposition"] = f'attachment; filename="report.{shape}"'
    return answer


def _ask(text: str = "", href: str = "", status: int = 200, code: str = "") -> Response:
    findings = [PageFinding(text=text, href=href)] if text else []
    return make_response(render_template("verify.html", findings=findings, code=code[:MAX_CODE]), status)


def _shown(result: Verification, name: str, code: str = "") -> str:
    return render_template("verified.html", result=result, report=result.report.as_json(), name=name, code=code)
