"""Sign with a program on the officer's computer, or on another device: what the page asks, and where it waits.

With scripts the waiting page asks on by itself; without them a button does. What was asked lies beside the document, so
a reload, another tab or a restart of the server go on from there.
"""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import DocumentMoved, KeyStoreFailed, NotFound, ProcessesError
from processes.queries.signing import item_of_attempt, signing_page
from processes.use_cases.sign_by_agent import AskAgent, ask_agent
from processes.use_cases.sign_by_consent import AskConsent, Consent, address_of_consent, attempt_of, finish_consent
from processes.use_cases.sign_later import SignLater, poll_signing, start_signing, stop_asking
from web.current import my_id, office
from web.errors import told
from web.i18n import language
from web.session import signed_in_only
from web.texts import gettext as _

pages = Blueprint("signing_elsewhere", __name__, url_prefix="/sign")
Answer = Response | BaseResponse | str
MOST_RETURNED = 4096
"""characters of what a service gives an officer back; codes may be whole tokens"""


@pages.post("/<uuid:attempt_id>/agent")
@signed_in_only
def question(attempt_id: UUID) -> Answer:
    """Where the page finds the program, and what it asks there."""
    try:
        asked = ask_agent(office(), AskAgent(attempt_id=attempt_id, by=my_id(), language=language()))
    except ProcessesError as error:
        shown = told(error)
        return make_response(jsonify(refused=f"{shown.text} {shown.next}".strip()), shown.status)
    return jsonify(agent=asked.url, question=asked.question)


@pages.post("/<uuid:attempt_id>/consent")
@signed_in_only
def consent(attempt_id: UUID) -> Answer:
    """The way to the service that asks on its own page: a link, because no form of ours is sent to another host."""
    try:
        address = address_of_consent(office(), AskConsent(attempt_id=attempt_id, by=my_id()))
    except ProcessesError as error:
        return _told_on_the_page(attempt_id, error)
    view = signing_page(office(), attempt_id, my_id())
    return render_template("sign_consent.html", page=view, address=address, place=urlsplit(address).hostname)


@pages.get("/returned")
@signed_in_only
def returned() -> Answer:
    """Back from the service, with a code or without: the state says for which document, and lets nobody in twice."""
    told_here = {name: request.args.get(name, "")[:MOST_RETURNED] for name in ("state", "code", "error")}
    attempt_id = attempt_of(told_here["state"])
    if attempt_id is None:
        raise NotFound
    try:
        finish_consent(office(), Consent(by=my_id(), **told_here))
    except NotFound:
        raise
    except ProcessesError as error:
        return _told_on_the_page(attempt_id, error)
    return redirect(url_for("signing.receipt", attempt_id=attempt_id))


@pages.post("/<uuid:attempt_id>/ask")
@signed_in_only
def ask(attempt_id: UUID) -> Answer:
    """Have the service ask the officer on the other device."""
    try:
        start_signing(office(), _later(attempt_id))
    except ProcessesError as error:
        return _told_on_the_page(attempt_id, error)
    return redirect(url_for("signing_elsewhere.waiting", attempt_id=attempt_id))


@pages.get("/<uuid:attempt_id>/waiting")
@signed_in_only
def waiting(attempt_id: UUID) -> Answer:
    """The officer has been asked; the page waits for what comes of it."""
    view = signing_page(office(), attempt_id, my_id())
    if view.signed or not view.asked:
        return redirect(url_for("signing.page", attempt_id=attempt_id))
    return render_template("sign_waiting.html", page=view, silent=False)


@pages.post("/<uuid:attempt_id>/poll")
@signed_in_only
def poll(attempt_id: UUID) -> Answer:
    """How it stands; once there is a signature, on to the receipt."""
    try:
        signed = poll_signing(office(), _later(attempt_id))
    except KeyStoreFailed:
        return _waits_on(attempt_id, silent=True)
    except DocumentMoved as moved:
        flash(told(moved).text, "warn")
        return _on(url_for("signing.page", attempt_id=moved.attempt_id or attempt_id))
    except ProcessesError as error:
        shown = told(error)
        flash(f"{shown.text} {shown.next}".strip(), "danger")
        return _on(url_for("signing.page", attempt_id=attempt_id))
    if signed is None:
        return _waits_on(attempt_id, silent=False)
    return _on(url_for("signing.receipt", attempt_id=attempt_id))


@pages.post("/<uuid:attempt_id>/stop")
@signed_in_only
def stop(attempt_id: UUID) -> Answer:
    """Not to wait any longer; the document stays where it is."""
    try:
        stop_asking(office(), _later(attempt_id))
    except DocumentMoved as moved:
        flash(told(moved).text, "warn")
        return redirect(url_for("tasks.form", item_id=item_of_attempt(office(), attempt_id, my_id())))
    flash(_("The question was taken back. The document still waits for your signature."), "ok")
    return redirect(url_for("signing.page", attempt_id=attempt_id))


def _later(attempt_id: UUID) -> SignLater:
    return SignLater(attempt_id=attempt_id, by=my_id())


def _told_on_the_page(attempt_id: UUID, error: ProcessesError) -> Answer:
    shown = told(error)
    flash(f"{shown.text} {shown.next}".strip(), "danger")
    target = error.attempt_id if isinstance(error, DocumentMoved) else None
    return redirect(url_for("signing.page", attempt_id=target or attempt_id))


def _waits_on(attempt_id: UUID, *, silent: bool) -> Answer:
    if not _by_script():
        if silent:
            flash(_("The service does not answer just now. Nothing is lost: ask again in a moment."), "warn")
        return redirect(url_for("signing_elsewhere.waiting", attempt_id=attempt_id))
    view = signing_page(office(), attempt_id, my_id())
    return render_template("_sign_waiting.html", page=view, silent=silent)


def _on(url: str) -> Answer:
    """Away from the waiting page, whoever asked: htmx would put the next page into this one."""
    if not _by_script():
        return redirect(url)
    answer = make_response("")
    answer.headers["HX-Redirect"] = url
    return answer


def _by_script() -> bool:
    return "HX-Request" in request.headers
