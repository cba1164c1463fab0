"""Error code → HTTP status and wording. A page says what happened, what comes next, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Flask, Response, g, make_response, redirect, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from processes.attachments import AttachmentRefused
from processes.errors import (
    CaseSuspended,
    DocumentBusy,
    DocumentMoved,
    GroundTooShort,
    NotPermitted,
    PinLocked,
    ProcessesError,
    ProcessSuspended,
    RouteBarred,
    SignatureRefused,
    StepOvertaken,
    TooManyAttempts,
    TooManyCases,
)
from web import resume
from web.current import my_id, now, office
from web.i18n import moment, titled, zone
from web.retention_words import disposal_refused
from web.session import sign_in_first
from web.texts import gettext as _

log = structlog.get_logger("web")

STATUS = {
    "not-found": 404,
    "unknown-process": 404,
    "not-permitted": 403,
    "wrong-credentials": 401,
    "too-many-attempts": 429,
    "pin-locked": 429,
    "wrong-pin": 422,
    "no-certificate": 422,
    "signature-refused": 422,
    "key-store-failed": 503,
    "invalid-form": 422,
    "entry-refused": 422,
    "state-secret": 422,
    "route-barred": 422,
    "disposal-refused": 422,
    "export-refused": 422,
    "step-overtaken": 409,
    "bad-input": 422,
    "unknown-field": 400,
    "attachment-refused": 422,
    "attempt-expired": 410,
    "office-busy": 503,
    "case-stuck": 503,
    "ground-too-short": 422,
    "case-ended": 409,
    "case-suspended": 409,
    "case-not-suspended": 409,
    "case-changed": 409,
    "process-suspended": 409,
    "message-not-awaited": 409,
    "migration-impossible": 422,
    "too-many-cases": 422,
    "cosigners-unknown": 422,
    "no-place-to-sign": 409,
    "document-busy": 409,
    "document-moved": 409,
}
"""what is missing here is our fault: 500"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an error page says."""

    status: int
    title: str
    text: str
    next: str = ""


def _not_permitted(error: ProcessesError) -> tuple[str, str, str]:
    rule = error.rule if isinstance(error, NotPermitted) else "mandate"
    reasons = {
        "assignment": _("It has been given to somebody else."),
        "named": _("It was given to a person by name: only the head or a supervisor gives it to somebody else."),
        "delegation": _("It was not delegated, or not by you or to you."),
        "four-eyes": _("Whoever did the earlier step must not do this one: two people have to look at it."),
        "barrier": _("A person complained about never works on the complaint."),
        "turn": _("It waits for your signature, but it is not your turn yet: those before you sign first."),
        "access": _("Its access level is above what your mandates cover."),
    }
    reason = reasons.get(rule, _("None of your mandates covers it."))
    return _("You may not do this"), reason, _("Nothing has changed. The attempt is kept in the audit trail.")


def _overtaken(error: ProcessesError) -> tuple[str, str, str]:
    by, at = (error.by, error.at) if isinstance(error, StepOvertaken) else (None, None)
    if isinstance(error, StepOvertaken) and error.state == "suspended" and at:
        return _stands_still(by or "", at)
    if by and at:
        text = _("%(name)s was faster, on %(moment)s.", name=by, moment=moment(at, zone()))
    elif at:
        text = _("The process went on without it on %(moment)s.", moment=moment(at, zone()))
    else:
        text = _("It changed after you opened it.")
    return (
        _("This step has changed meanwhile"),
        text,
        _("Nothing of yours took effect. Open the case to see how it stands."),
    )


def _stands_still(by: str, since: datetime) -> tuple[str, str, str]:
    text = _("%(name)s suspended it on %(moment)s.", name=by, moment=moment(since, zone()))
    return (
        _("The case is suspended"),
        text,
        _("Until it is resumed nobody can claim, complete or sign its steps. Drafts are kept, and no deadline runs."),
    )


def _suspended(error: ProcessesError) -> tuple[str, str, str]:
    by, since = (error.by, error.since) if isinstance(error, CaseSuspended) else ("", now())
    return _stands_still(by, since)


def _process_suspended(error: ProcessesError) -> tuple[str, str, str]:
    by, since = (error.by, error.since) if isinstance(error, ProcessSuspended) else ("", now())
    text = _("%(name)s suspended it on %(moment)s.", name=by, moment=moment(since, zone()))
    return _("The process is suspended"), text, _("No new case of it begins until it is resumed.")


def _ground_too_short(error: ProcessesError) -> tuple[str, str, str]:
    count = error.shortest if isinstance(error, GroundTooShort) else 10
    text = _("Say why, in at least %(count)d characters.", count=count)
    return _("A ground is needed"), text, _("It stands in the history of the case and in the audit trail.")


def _case_ended(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("Nothing of yours took effect.")
    return _("The case has ended meanwhile"), text, _("Open the case to see how it ended.")


def _not_suspended(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("Somebody was faster, or its whole process is suspended and only an administrator resumes that.")
    return _("There is nothing to resume"), text, _("Open the case to see how it stands.")


def _case_changed(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("It has moved on since the page was shown, so what you saw may no longer hold. Nothing has changed.")
    return _("The case has changed meanwhile"), text, _("Open the case and look again.")


def _not_awaited(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("The case does not wait for this message.")
    return _("Nothing waits for it"), text, _("Nothing has changed. Open the case to see what it waits for.")


def _no_place(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("It waits for something that has no place in the new version.")
    return _("The case cannot go there"), text, _("Say in the preview which element takes its place.")


def _too_many(error: ProcessesError) -> tuple[str, str, str]:
    most = error.most if isinstance(error, TooManyCases) else 0
    text = _("One selection may hold %(most)d cases.", most=most)
    return _("These are too many"), text, _("Narrow the filter and begin again.")


def _later(error: ProcessesError) -> tuple[str, str, str]:
    until = error.retry_at if isinstance(error, TooManyAttempts) else now()
    text = _("There were too many tries in a short time.")
    return _("Please wait a little"), text, _("Try again after %(moment)s.", moment=moment(until, zone()))


def _pin_locked(error: ProcessesError) -> tuple[str, str, str]:
    until = error.until if isinstance(error, PinLocked) else now()
    text = _("The PIN was wrong too often, so the key is locked for a while. Your document waits, nothing is lost.")
    return _("The key is locked"), text, _("Try again after %(moment)s.", moment=moment(until, zone()))


def _route_barred(error: ProcessesError) -> tuple[str, str, str]:
    about = error.about if isinstance(error, RouteBarred) else ""
    text = _("The complaint is about %(about)s. The law forbids sending it to them.", about=about)
    return _("This way is barred"), text, _("Choose another body or person.")


def _expired(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("The document waited for a signature for too long and was withdrawn. Your entries are kept as a draft.")
    return _("The document has expired"), text, _("Open the step again and submit it: a new document is made.")


def _refused(error: ProcessesError) -> tuple[str, str, str]:
    rule = error.rule if isinstance(error, SignatureRefused) else ""
    reasons = {
        "kind": _("This step asks for another kind of signature: a person's, the body's seal, or none."),
        "key-store": _("Keys of this kind are not taken for this step."),
        "sole-control": _("This step asks for a key that you alone control; yours is kept by the server."),
        "holder": _("The certificate is not known to be yours in a way that this office takes."),
        "usage": _("The certificate was not issued for signing documents."),
        "algorithm": _("The certificate's key or algorithm is no longer taken as safe."),
        "chain": _("The certificate does not come from an authority this office trusts."),
        "validity": _("The certificate is not valid now."),
        "revocation": _("The certificate has been revoked."),
        "certificate": _("It was signed with another certificate than the one this document names."),
        "shape": _("What came back is no signature: it was declined, or the program gave something else."),
        "digest": _("The signature was made over another document."),
        "value": _("The signature does not belong to the certificate this document names."),
        "attributes": _("The signature does not say what a signature of this document has to say."),
        "declined": _("The signature was declined there, or it took too long."),
        "consent": _("You came back from the signing service a second time, or with what was not asked for here."),
    }
    text = reasons.get(rule, _("The signature was not accepted. Nothing was changed."))
    waits = _("The document waits, nothing is lost. Rule: %(rule)s.", rule=rule)
    return _("The signature was not accepted"), text, waits


def _store_failed(_error: ProcessesError) -> tuple[str, str, str]:
    return (
        _("The key could not be reached"),
        _("The token or the signing service gave no signature. The document waits, nothing is lost."),
        _("Try again in a moment; if it stays, the administrator sees why in the log."),
    )


def _state_secret(_error: ProcessesError) -> tuple[str, str, str]:
    text = _("A state secret must not enter this system. Nothing has been kept.")
    return _("Not accepted here"), text, _("Hand it over in the way the law on state secrets prescribes.")


def _not_found(_error: ProcessesError | None) -> tuple[str, str, str]:
    text = _("There is nothing at this address, or it is not open to you.")
    return _("Nothing found"), text, _("Check the address, or go on from the first page.")


def _attachment(error: ProcessesError) -> tuple[str, str, str]:
    text = titled(error.messages) if isinstance(error, AttachmentRefused) else ""
    return _("The file was not taken"), text, _("Everything else in the form is kept.")


def _busy(error: ProcessesError) -> tuple[str, str, str]:
    by = error.by if isinstance(error, DocumentBusy) else ""
    text = _("%(name)s is signing this document just now.", name=by)
    return _("Please wait a little"), text, _("Try again in a minute; nothing is lost.")


def _moved(error: ProcessesError) -> tuple[str, str, str]:
    by = error.by if isinstance(error, DocumentMoved) else ""
    text = _("%(name)s has signed this document meanwhile. Look at it as it is now, and sign that.", name=by)
    return _("The document has changed meanwhile"), text, _("Open the step again: the document is prepared anew.")


WORDING: dict[str, Callable[[ProcessesError], tuple[str, str, str]]] = {
    "not-permitted": _not_permitted,
    "step-overtaken": _overtaken,
    "too-many-attempts": _later,
    "pin-locked": _pin_locked,
    "route-barred": _route_barred,
    "disposal-refused": disposal_refused,
    "attempt-expired": _expired,
    "state-secret": _state_secret,
    "signature-refused": _refused,
    "key-store-failed": _store_failed,
    "attachment-refused": _attachment,
    "ground-too-short": _ground_too_short,
    "case-ended": _case_ended,
    "case-suspended": _suspended,
    "case-not-suspended": _not_suspended,
    "case-changed": _case_changed,
    "process-suspended": _process_suspended,
    "message-not-awaited": _not_awaited,
    "migration-impossible": _no_place,
    "too-many-cases": _too_many,
    "document-busy": _busy,
    "document-moved": _moved,
    "not-found": _not_found,
    "unknown-process": _not_found,
}


def told(error: ProcessesError) -> Told:
    """Status and words for an error of a use case."""
    wording = WORDING.get(error.code)
    if wording:
        title, text, after = wording(error)
    else:
        title, text, after = _plain(error.code)
    return Told(status=STATUS.get(error.code, 500), title=title, text=text, next=after)


def _plain(code: str) -> tuple[str, str, str]:
    texts = {
        "no-certificate": _(
            "You have no certificate in force: make a key under “My password and signing key”, then come back. "
            "Your draft is kept."
        ),
        "case-stuck": _("The case cannot go on by itself. The administrator sees why; nothing you did is lost."),
        "unknown-field": _("The form holds a field that this step does not have. Reload the page."),
        "cosigners-unknown": _("Who is to sign the document beside you cannot be told from what you entered."),
        "no-place-to-sign": _("The document names others who sign it. Whoever made it has to make it anew with you."),
        "office-busy": _("Another process is serving this office."),
        "bad-input": _("A date or a word you gave cannot be: it has passed, lies too far ahead, or is missing."),
        "invalid-form": _("The form has errors. Go back: they stand beside the fields."),
    }
    return _("This did not work"), texts.get(code, _("The request could not be carried out.")), ""


def page(status: int, title: str, text: str, after: str = "") -> Response:
    """A calm page that says what happened and what comes next."""
    shown = Told(status=status, title=title, text=text, next=after)
    return make_response(render_template("error.html", told=shown), status)


def _on_processes_error(error: ProcessesError) -> Response:
    shown = told(error)
    log.info("refused", id=g.get("request_id"), code=error.code, status=shown.status)
    if shown.status >= 500:  # noqa: PLR2004
        log.error("use case failed", id=g.get("request_id"), code=error.code, exc_info=error)
    response = page(shown.status, shown.title, shown.text, shown.next)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(max(1, int((error.retry_at - now()).total_seconds())))
    return response


def _http_wording(status: int) -> tuple[str, str, str]:
    texts = {
        400: (
            _("The request was not understood"),
            _("Something in it was missing or damaged."),
            _("Reload the page and try again."),
        ),
        403: (_("You may not do this"), _("None of your mandates covers it."), ""),
        405: (_("Not like this"), _("This address takes no such request."), _("Go on from the first page.")),
        413: (
            _("That is too large"),
            _("The files together are larger than one request may be. Nothing was lost on our side."),
            _("Go back and attach smaller files."),
        ),
        429: (
            _("Please wait a little"),
            _("There were too many requests in a short time."),
            _("Try again in a minute."),
        ),
    }
    return texts.get(status, _not_found(None))


def _on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004
        return error.get_response()  # type: ignore[return-value]
    response = page(status, *_http_wording(status))
    if status == 429:  # noqa: PLR2004
        response.headers["Retry-After"] = "60"
    if status == 405 and error.get_response().headers.get("Allow"):  # noqa: PLR2004
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _on_csrf(_error: CSRFError) -> Response | BaseResponse:
    if kept := resume.keep():
        here = current_user.is_authenticated and resume.take_up(office(), my_id(), kept)
        return redirect(here) if here else sign_in_first()
    return page(
        400,
        _("Your session has ended"),
        _("For safety the form was not sent. What was saved as a draft is still there."),
        _("Sign in again and open the step once more."),
    )


def _on_crash(error: Exception) -> Response:
    log.error("crash", id=g.get("request_id"), endpoint=request.endpoint, exc_info=error)
    g.crashed = True  # the page must not ask what may just have failed
    return page(
        500,
        _("Something went wrong on our side"),
        _("It has been written down and will be looked at. Nothing you signed is lost."),
        _("Try again in a moment; if it stays, tell the administrator this number."),
    )


def init_app(app: Flask) -> None:
    """Pages for everything that can go wrong."""
    app.jinja_env.globals["told_text"] = lambda error: told(error).text
    app.register_error_handler(ProcessesError, _on_processes_error)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_crash)
