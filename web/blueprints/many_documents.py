"""Many documents at once: the same answer to many steps, and their signatures in one authentication.

With scripts the page sends a few at a time and shows how far it is; without them a form sends one portion.
"""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from processes.errors import BadInput, PinRefused, ProcessesError
from processes.queries.many_documents import chosen_steps, waiting_documents
from processes.use_cases.many_documents import (
    Outcome,
    PrepareMany,
    SignMany,
    complete_signatures,
    prepare_many,
    prepare_signatures,
    sign_many,
)
from web.current import my_id, office
from web.errors import told
from web.findings import PageFinding
from web.own_keys import decoded, keys_here, to_be_signed
from web.requests import identity, selection
from web.session import signed_in_only
from web.texts import gettext as _
from web.texts import ngettext

pages = Blueprint("many_documents", __name__, url_prefix="/sign/many")
Answer = Response | BaseResponse | str
PORTION = 25
"""how many one request does; the page's script asks for fewer"""
MAX_ANSWER = 200


@pages.post("/choose")
@signed_in_only
def choose() -> Answer:
    """The ticked steps, and the answers that complete them."""
    items = selection()
    try:
        chosen = chosen_steps(office(), my_id(), items)
    except BadInput:
        flash(_("Tick steps of one kind: they are answered together, at most 200."), "warn")
        return redirect(url_for("inbox.page"))
    return render_template("many_choose.html", page=chosen)


@pages.post("/prepare")
@signed_in_only
def prepare() -> Answer:
    """Make the documents of a portion of the chosen steps."""
    items = selection()
    answer = request.form.get("answer", "")[:MAX_ANSWER]
    command = PrepareMany(items=items[:PORTION], by=my_id(), answer=answer, keys_here=keys_here())
    outcomes = prepare_many(office(), command)
    if by_script():
        return jsonify(_results(outcomes))
    _tell(outcomes, left=len(items) - len(outcomes))
    return redirect(url_for("many_documents.page"))


@pages.get("")
@signed_in_only
def page() -> Answer:
    """Every document that waits for one's signature."""
    return _page([])


@pages.post("")
@signed_in_only
def sign() -> Answer:
    """Sign a portion of them with a key that the server keeps."""
    attempts = _attempts()
    try:
        outcomes = sign_many(office(), SignMany(attempts=attempts, by=my_id(), pin=request.form.get("pin", "")))
    except ProcessesError as error:
        shown = told(error)
        text = f"{shown.text} {shown.next}".strip()
        if isinstance(error, PinRefused):
            left = ngettext("%(num)d try is left.", "%(num)d tries are left.", error.left)
            text = _("The PIN does not open your key.") + " " + left
        if by_script():
            return make_response(jsonify(refused=text), shown.status)
        return make_response(_page([PageFinding(text=text, href="#pin")]), shown.status)
    if by_script():
        return jsonify(_results(outcomes))
    _tell(outcomes, left=len(request.form.getlist("attempt")) - len(attempts))
    return redirect(url_for("many_documents.page"))


@pages.post("/to-be-signed")
@signed_in_only
def attributes() -> Answer:
    """What an own key is to sign for a portion of them."""
    outcomes = prepare_signatures(office(), _attempts(), my_id())
    return jsonify(
        [
            {**shown, **(to_be_signed(outcome.to_be_signed) if outcome.to_be_signed else {})}
            for outcome, shown in zip(outcomes, _results(outcomes), strict=True)
        ]
    )


@pages.post("/values")
@signed_in_only
def values() -> Answer:
    """The signature values of an own key, `attempt:base64` each."""
    sent = dict(_value(each) for each in request.form.getlist("value")[:PORTION])
    return jsonify(_results(complete_signatures(office(), sent, my_id())))


def by_script() -> bool:
    """The page's script asks, which wants data."""
    return request.accept_mimetypes.best == "application/json"


def _value(text: str) -> tuple[UUID, bytes]:
    attempt, colon, value = text.partition(":")
    if not colon:
        raise BadRequest
    return identity(attempt), decoded(value)


def _attempts() -> list[UUID]:
    return [identity(each) for each in request.form.getlist("attempt")[:PORTION]]


def _results(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    return [{"id": str(each.subject), "refused": _why(each.refusal)} for each in outcomes]


def _why(refusal: ProcessesError | None) -> str:
    return told(refusal).text if refusal else ""


def _tell(outcomes: Sequence[Outcome], *, left: int) -> None:
    done = sum(each.refusal is None for each in outcomes)
    flash(ngettext("%(num)d document is done.", "%(num)d documents are done.", done), "ok")
    for reason in dict.fromkeys(_why(each.refusal) for each in outcomes if each.refusal):
        flash(reason, "warn")
    if left > 0:
        flash(ngettext("%(num)d is left: go on with it.", "%(num)d are left: go on with them.", left), "warn")


def _page(findings: Sequence[PageFinding]) -> str:
    return render_template("many_sign.html", page=waiting_documents(office(), my_id()), findings=findings)
