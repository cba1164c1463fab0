"""Follow an appeal by its tracking code."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import NotFound
from processes.queries.tracking import track
from processes.use_cases.view_document import view_tracked
from web.app_limits import UNKNOWN_CODES, limiter, not_found
from web.current import office
from web.documents import pdf
from web.findings import PageFinding
from web.texts import gettext as _

pages = Blueprint("tracking", __name__, url_prefix="/track")
Answer = Response | BaseResponse | str
MAX_CODE = 60


@pages.get("")
def page() -> Answer:
    """Where a code is typed; `?code=` leads on, so the form works without scripts."""
    code = request.args.get("code", "").strip()[:MAX_CODE]
    if code:
        return redirect(url_for("tracking.one", code=code))
    return render_template("track_code.html", findings=[], code="")


@pages.get("/<code>")
@limiter.limit(UNKNOWN_CODES, deduct_when=not_found)
def one(code: str) -> Answer:
    """The state of an appeal. An unknown code is an everyday thing: a calm page, and slower from the tenth on."""
    try:
        appeal = track(office(), code[:MAX_CODE])
    except NotFound:
        finding = PageFinding(
            text=_("No appeal has this code. Check it against the receipt: it has twelve letters and digits."),
            href="#code",
        )
        return make_response(render_template("track_code.html", findings=[finding], code=code[:MAX_CODE]), 404)
    return render_template("track.html", appeal=appeal, code=code)


@pages.get("/<code>/<uuid:document_id>.pdf")
@limiter.limit(UNKNOWN_CODES, deduct_when=not_found)
def document(code: str, document_id: UUID) -> Answer:
    """A paper on the track: the receipt, a notice, the answer."""
    return pdf(view_tracked(office(), code[:MAX_CODE], document_id), f"{document_id}.pdf")
