"""A citizen's appeal: the body, the form, the receipt with the tracking code. No account."""

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from processes.appeals import tracking_code
from processes.errors import InvalidStep
from processes.forms import FieldFinding
from processes.queries.starting import StartPage, StartQuery, appeal_bodies, appeal_body, public_process, start_page
from processes.queries.tracking import track
from processes.use_cases.start_case import StartCase, start_case
from web.app_limits import limiter
from web.current import office
from web.findings import PageFinding
from web.form_view import page_form, posted, summary
from web.i18n import language, use_language
from web.kept_files import KeptFiles
from web.requests import identity
from web.texts import gettext as _

pages = Blueprint("appeals", __name__, url_prefix="/appeal")
Answer = Response | BaseResponse | str
RECEIPT = "appeal"
"""in the citizen's session: [case id, tracking code] of the appeal just sent"""


@pages.get("")
def form() -> str:
    """Which body the citizen writes to."""
    return render_template("appeal_body.html", bodies=appeal_bodies(office()))


@pages.get("/<code>")
def write(code: str) -> Answer:
    """The form for one body."""
    return _form(start_page(office(), _query(code)), KeptFiles())


def _only_refreshed() -> bool:
    """A form that redraws itself while somebody fills it in; nothing is kept of it."""
    return request.form.get("_action") == "refresh" and not request.files


@pages.post("/<code>")
@limiter.limit("30 per minute; 200 per hour", exempt_when=_only_refreshed)
@limiter.limit("600 per minute")
def submit(code: str) -> Answer:
    """Take the appeal in, or show what is wrong; files stay attached."""
    kept = KeptFiles.from_request(office())
    if session.get(RECEIPT, [""])[0] == kept.case_id:
        return redirect(url_for("appeals.received"))  # a double click: it is in already
    view = start_page(office(), _query(code, kept))
    if kept.refused or request.form.get("_action", "submit") != "submit":
        _switch_language()
        return _form(start_page(office(), _query(code, kept)), kept, status=422 if kept.refused else 200)
    command = StartCase(
        definition_key=view.key,
        body_id=view.body_id,
        by=None,
        language=language(),
        fields=view.form.fields if view.form else {},
        files=kept.files,
        channel="portal",
        case_id=identity(kept.case_id),
    )
    try:
        started = start_case(office(), command)
    except InvalidStep as error:
        findings = [each for each in error.findings if isinstance(each, FieldFinding)]
        return _form(start_page(office(), _query(code, kept, findings)), kept, status=422, told=True)
    # the code stands in the citizen's own session only, never in an address that a log might keep
    session[RECEIPT] = [kept.case_id, tracking_code(office(), started.case_id)]
    return redirect(url_for("appeals.received"))


@pages.errorhandler(CSRFError)
def sent_too_late(_error: CSRFError) -> Answer:
    """The session ended while the citizen was writing: the form again with everything in it, to be sent once more."""
    kept = KeptFiles.from_request(office())
    code = str((request.view_args or {}).get("code", ""))
    finding = PageFinding(
        text=_("Your session ended before this was sent. Everything is still in the form: please send it again.")
    )
    return _form(start_page(office(), _query(code, kept)), kept, status=400, findings=[finding])


def _switch_language() -> None:
    action, _sep, argument = request.form.get("_action", "").partition(":")
    if action == "language":
        use_language(argument)


@pages.get("/received")
def received() -> Answer:
    """The receipt: number and tracking code, shown to whoever sent the appeal."""
    if RECEIPT not in session:
        return redirect(url_for("tracking.page"))
    code = session[RECEIPT][1]
    return render_template("appeal_received.html", code=code, appeal=track(office(), code))


def _query(code: str, kept: KeptFiles | None = None, findings: list[FieldFinding] | None = None) -> StartQuery:
    return StartQuery(
        key=public_process(office()),
        body_id=appeal_body(office(), code),
        by=None,
        posted=posted() if request.method == "POST" else None,
        findings=findings,
        files=kept.as_fields() if kept else None,
    )


def _form(
    view: StartPage, kept: KeptFiles, *, status: int = 200, told: bool = False, findings: Sequence[PageFinding] = ()
) -> Response:
    findings = [*findings, *kept.refused, *(summary(view.form) if told and view.form else [])]
    shown = render_template(
        "start.html",
        page=view,
        form=page_form(view.form) if view.form else None,
        kept=kept,
        findings=findings,
        action=url_for("appeals.submit", code=view.body_code),
        public=True,
    )
    return make_response(shown, status)
