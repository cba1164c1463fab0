"""Sign: the exact document, who signs in which capacity with which certificate, the PIN, and the receipt."""

from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import DocumentMoved, PinRefused, ProcessesError
from processes.queries.signing import SigningPage, item_of_attempt, signed_receipt, signing_page
from processes.use_cases.abandon_attempt import AbandonAttempt, abandon_attempt
from processes.use_cases.seal_step import SealStep, seal_step
from processes.use_cases.sign_by_agent import AgentAnswer, sign_by_agent
from processes.use_cases.sign_outside import (
    CompleteSignature,
    PrepareSignature,
    complete_signature,
    prepare_signature,
)
from processes.use_cases.sign_step import SignStep, sign_step
from processes.use_cases.submit_step import attempt_pdf
from web.current import my_id, office
from web.documents import pdf
from web.errors import told
from web.findings import PageFinding
from web.own_keys import octets, to_be_signed
from web.requests import line
from web.security import let_through
from web.session import signed_in_only
from web.texts import gettext as _
from web.texts import ngettext

pages = Blueprint("signing", __name__, url_prefix="/sign")
Answer = Response | BaseResponse | str
STAY = frozenset(
    {"wrong-pin", "pin-locked", "no-certificate", "signature-refused", "document-busy", "key-store-failed"}
)
"""after these the document still waits, and the page says what happened"""
MAX_REASON = 500


@pages.get("/<uuid:attempt_id>")
@signed_in_only
def page(attempt_id: UUID) -> Answer:
    """The document that waits for a signature."""
    try:
        view = signing_page(office(), attempt_id, my_id())
    except DocumentMoved as moved:
        flash(told(moved).text, "warn")
        return redirect(url_for("tasks.form", item_id=item_of_attempt(office(), attempt_id, my_id())))
    if view.signed:
        return redirect(url_for("signing.receipt", attempt_id=attempt_id))
    if view.asked:
        return redirect(url_for("signing_elsewhere.waiting", attempt_id=attempt_id))
    return _page(view, [])


@pages.get("/<uuid:attempt_id>/document.pdf")
@signed_in_only
def document(attempt_id: UUID) -> Answer:
    """The exact bytes that will be signed."""
    return pdf(attempt_pdf(office(), attempt_id, my_id()), f"{attempt_id}.pdf")


@pages.post("/<uuid:attempt_id>")
@signed_in_only
def sign(attempt_id: UUID) -> Answer:
    """Sign it, with the PIN or with the value an own key has made. A double click signs once, same receipt."""
    try:
        _sign(attempt_id)
    except DocumentMoved as moved:
        flash(told(moved).text, "warn")
        return redirect(url_for("signing.page", attempt_id=moved.attempt_id or attempt_id))
    except ProcessesError as error:
        if error.code not in STAY:
            raise
        view = signing_page(office(), attempt_id, my_id())
        typed = "value" not in request.form and "answer" not in request.form
        finding = PageFinding(text=_why(error), href="#pin" if typed else "#own-key")
        return make_response(_page(view, [finding]), told(error).status)
    return redirect(url_for("signing.receipt", attempt_id=attempt_id))


@pages.post("/<uuid:attempt_id>/seal")
@signed_in_only
def sealed(attempt_id: UUID) -> Answer:
    """Have the body's seal put on it, where the task asks for that."""
    seal_step(office(), SealStep(attempt_id=attempt_id, by=my_id()))
    return redirect(url_for("signing.receipt", attempt_id=attempt_id))


@pages.post("/<uuid:attempt_id>/prepare")
@signed_in_only
def prepare(attempt_id: UUID) -> Answer:
    """What an own key is to sign: the signed attributes, and the bytes they speak of beside those shown."""
    prepared = prepare_signature(office(), PrepareSignature(attempt_id=attempt_id, by=my_id()))
    return jsonify(to_be_signed(prepared))


@pages.get("/<uuid:attempt_id>/receipt")
@signed_in_only
def receipt(attempt_id: UUID) -> Answer:
    """What has been signed, and that it is safe."""
    return render_template("signed.html", page=signed_receipt(office(), attempt_id, my_id()))


@pages.post("/<uuid:attempt_id>/abandon")
@signed_in_only
def abandon(attempt_id: UUID) -> Answer:
    """Not to sign: back to the form, everything entered still in it."""
    reason = line("reason", MAX_REASON) or "back to the form"
    item_id = abandon_attempt(office(), AbandonAttempt(attempt_id=attempt_id, by=my_id(), reason=reason))
    flash(_("The document was withdrawn unsigned. Your entries are still in the form."), "ok")
    return redirect(url_for("tasks.form", item_id=item_id))


def _page(view: SigningPage, findings: list[PageFinding]) -> str:
    if view.certificate and view.certificate.manner == "agent":
        agent = office().key_stores.agents().get(view.certificate.store)
        let_through([agent.origin] if agent else [])
    return render_template("sign.html", page=view, findings=findings)


def _sign(attempt_id: UUID) -> None:
    if "answer" in request.form:
        sign_by_agent(office(), AgentAnswer(attempt_id=attempt_id, by=my_id(), answer=request.form["answer"]))
    elif "value" not in request.form:
        secret = " ".join(filter(None, (request.form.get("pin", ""), request.form.get("otp", "").strip())))
        sign_step(office(), SignStep(attempt_id=attempt_id, by=my_id(), pin=secret))
    else:
        complete_signature(office(), CompleteSignature(attempt_id=attempt_id, by=my_id(), value=octets("value")))


def _why(error: ProcessesError) -> str:
    if isinstance(error, PinRefused):
        left = ngettext("%(num)d try is left.", "%(num)d tries are left.", error.left)
        return _("The PIN does not open your key.") + " " + left
    shown = told(error)
    return f"{shown.text} {shown.next}".strip()
