"""Sign in and out."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import TooManyAttempts, WrongCredentials
from processes.queries.people import signed_in
from processes.use_cases.sign_in import SignIn
from processes.use_cases.sign_in import sign_in as sign_in_use_case
from web import resume
from web.current import office
from web.findings import PageFinding
from web.i18n import moment
from web.requests import line
from web.session import SessionUser, safe_target
from web.texts import gettext as _

pages = Blueprint("session", __name__)
MAX_NAME = 200


@pages.get("/sign-in")
def sign_in() -> Response | BaseResponse:
    """The sign-in page."""
    target = safe_target(request.args.get("next")) or ""
    if current_user.is_authenticated:
        return redirect(target or url_for("inbox.page"))
    return _page(target=target)


@pages.post("/sign-in")
def signed() -> Response | BaseResponse:
    """Sign in, then on to where the person wanted to go."""
    target = safe_target(request.form.get("next")) or ""
    login = line("login", MAX_NAME)
    password = request.form.get("password", "").replace("\x00", "")
    try:
        person = sign_in_use_case(
            office(), SignIn(login=login, password=password, address=request.remote_addr or "unknown")
        )
    except WrongCredentials:
        text = _("Login and password do not fit together. Check both and try again.")
        return _page(target=target, login=login, text=text, status=401)
    except TooManyAttempts as error:
        text = _("There were too many tries. Try again after %(moment)s.", moment=moment(error.retry_at, "Asia/Baku"))
        return _page(target=target, login=login, text=text, status=429)
    kept = session.get("language")
    session.clear()  # a session from before must not be carried into this one
    if kept:
        session["language"] = kept
    found = signed_in(office(), person.id, person.session_epoch)
    if found is not None:
        login_user(SessionUser(found))
    step = resume.take_up(office(), person.id, request.form.get(resume.FIELD, ""))
    return redirect(step or target or url_for("inbox.page"))


@pages.post("/sign-out")
def sign_out() -> BaseResponse:
    """End this session."""
    logout_user()
    kept = session.get("language")
    session.clear()
    if kept:
        session["language"] = kept
    return redirect(url_for("public.home"))


def _page(*, target: str, login: str = "", text: str = "", status: int = 200) -> Response:
    findings = [PageFinding(text=text, href="#login")] if text else []
    kept = request.form.get(resume.FIELD, "")
    shown = render_template("signin.html", target=target, login=login, findings=findings, resume=kept)
    return make_response(shown, status)
